//! Floor 11. What a scene of known figures looks like, under each table of names.

use std::sync::Arc;
use std::time::Duration;

use procmon_model::process::{Count, ProcessKey, ProcessState};
use procmon_model::units::{Bytes, CpuTime, WallTime};

use super::*;
use crate::census::{
    DeliveryFigures, ExitReason, Figures, Group, Process, Run, RunResult, Scene, SelfFigures,
    Totals,
};

fn figures(scale: u64) -> Figures {
    Figures {
        totals: Totals {
            cpu_user: Some(CpuTime::from_millis(1500 * scale)),
            cpu_system: Some(CpuTime::from_millis(250 * scale)),
            read: Some(Bytes::new(4096 * scale)),
            faults_minor: Some(Count(7 * scale)),
            faults_major: Some(Count(scale)),
            switches_voluntary: Some(Count(3 * scale)),
            ..Totals::default()
        },
        rss: Some(Bytes::new(1 << 20)),
        unique: Some(Bytes::new(1 << 19)),
        threads: Some(11),
        fd_ratio: Some(0.25),
        started_seconds: Some(1_700_000_000.5),
        ..Figures::default()
    }
}

fn process(pid: u32, group: &str) -> Process {
    Process {
        key: ProcessKey { pid, start: 1 },
        parent: Some(ProcessKey { pid: 1, start: 0 }),
        name: Arc::from("node \"22\""),
        group: Arc::from(group),
        role: None,
        command: Arc::from(["node".to_owned(), "a\\b\n".to_owned()]),
        user: Some(Arc::from("ci")),
        state: Some(ProcessState::Sleeping),
        figures: figures(1),
    }
}

fn scene() -> Scene {
    let group = Group {
        name: Arc::from("jest"),
        processes: 2,
        states: vec![(ProcessState::Running, 1), (ProcessState::Stopped, 1)],
        started: 5,
        exited: vec![(ExitReason::Success, 2), (ExitReason::OutOfMemory, 1)],
        figures: figures(2),
        ..Group::default()
    };
    let own = SelfFigures {
        took: CpuTime::from_nanos(1_234_567),
        reads_denied: 3,
        deliveries: vec![DeliveryFigures { exporter: "otlp", sent: 9, failed: 0, dropped: 1 }],
        ..SelfFigures::default()
    };
    Scene {
        read_at: Some(WallTime::from_nanos(10_000_000_000)),
        groups: vec![group],
        processes: vec![process(42, "jest")],
        run: None,
        own,
    }
}

fn run() -> Run {
    Run {
        command: vec!["npm".to_owned(), "test".to_owned()],
        duration: Duration::from_millis(2500),
        processes_seen: 12,
        memory_peak_bytes: Some(77),
        result: Some(RunResult {
            exit_code: None,
            signal: Some("SIGKILL".to_owned()),
            timed_out: true,
            oom_killed: false,
        }),
        ..Run::default()
    }
}

fn shown(scene: &Scene, names: Names, format: Format) -> String {
    let mut out = String::new();
    Exposition::new(names, Vec::new(), format).unwrap().encode(scene, &mut out);
    out
}

/// The samples, without what describes them.
fn samples(text: &str) -> Vec<&str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

#[test]
fn what_is_unknown_is_absent_and_a_family_without_samples_is_not_named() {
    let scene = Scene { own: SelfFigures::default(), ..scene() };
    let text = shown(&scene, Names::Procmon, Format::Text);
    let begin = "# HELP procmon_group_processes Living processes of the group.\n# TYPE procmon_group_processes gauge\nprocmon_group_processes{group=\"jest\"} 2\n# HELP";
    assert!(text.starts_with(begin), "{text}");
    let of_group: Vec<&str> =
        samples(&text).into_iter().filter(|line| line.contains("_group_")).collect();
    insta::assert_snapshot!(of_group.join("\n"), @r#"
    procmon_group_processes{group="jest"} 2
    procmon_group_process_states{group="jest",state="running"} 1
    procmon_group_process_states{group="jest",state="stopped"} 1
    procmon_group_processes_started_total{group="jest"} 5
    procmon_group_processes_exited_total{group="jest",reason="success"} 2
    procmon_group_processes_exited_total{group="jest",reason="oom"} 1
    procmon_group_max_fd_ratio{group="jest"} 0.25
    procmon_group_cpu_seconds_total{group="jest",mode="user"} 3
    procmon_group_cpu_seconds_total{group="jest",mode="system"} 0.5
    procmon_group_resident_memory_bytes{group="jest"} 1048576
    procmon_group_unique_memory_bytes{group="jest"} 524288
    procmon_group_io_bytes_total{group="jest",direction="read"} 8192
    procmon_group_threads{group="jest"} 11
    procmon_group_context_switches_total{group="jest",type="voluntary"} 6
    procmon_group_page_faults_total{group="jest",type="minor"} 14
    procmon_group_page_faults_total{group="jest",type="major"} 2
    procmon_group_start_time_seconds{group="jest"} 1700000000.5
    "#);
    let of_process = samples(&text).into_iter().find(|line| line.starts_with("procmon_process_"));
    let user = r#"procmon_process_cpu_seconds_total{pid="42",name="node \"22\"",group="jest",mode="user"} 1.5"#;
    assert_eq!(of_process, Some(user));
    assert!(!text.contains("swap"), "{text}");
    assert!(!text.contains("procmon_export"), "{text}");
}

#[test]
fn openmetrics_names_families_without_their_endings_and_says_units_and_the_end() {
    let scene = Scene { groups: Vec::new(), processes: Vec::new(), ..scene() };
    insta::assert_snapshot!(shown(&scene, Names::Procmon, Format::OpenMetrics), @r#"
    # HELP procmon_scrape_duration_seconds Processor time that the last reading took.
    # TYPE procmon_scrape_duration_seconds gauge
    # UNIT procmon_scrape_duration_seconds seconds
    procmon_scrape_duration_seconds 0.001234567
    # HELP procmon_read_errors Readings that the system refused; what they would have told is absent.
    # TYPE procmon_read_errors counter
    procmon_read_errors_total{reason="denied"} 3
    # HELP procmon_events_lost Births and ends that the kernel could not report.
    # TYPE procmon_events_lost counter
    procmon_events_lost_total 0
    # HELP procmon_series_dropped Groups and processes that were not shown for want of room.
    # TYPE procmon_series_dropped counter
    procmon_series_dropped_total 0
    # HELP procmon_export_sent Records that the other side of an exporter has accepted.
    # TYPE procmon_export_sent counter
    procmon_export_sent_total{exporter="otlp"} 9
    # HELP procmon_export_failed Records that the other side of an exporter has refused for good.
    # TYPE procmon_export_failed counter
    procmon_export_failed_total{exporter="otlp"} 0
    # HELP procmon_export_dropped Records that an exporter gave up for want of room or time.
    # TYPE procmon_export_dropped counter
    procmon_export_dropped_total{exporter="otlp"} 1
    # HELP procmon_build Which procmon this is.
    # TYPE procmon_build info
    procmon_build_info{version="0.1.0"} 1
    # EOF
    "#);
}

#[test]
fn a_run_that_a_signal_ended_has_no_exit_code() {
    let scene = Scene { run: Some(run()), ..Scene::default() };
    let text = shown(&scene, Names::Procmon, Format::Text);
    let samples: Vec<&str> =
        samples(&text).into_iter().filter(|line| line.contains("_run_")).collect();
    insta::assert_snapshot!(samples.join("\n"), @r#"
    procmon_run_info{command="npm test",version="0.1.0"} 1
    procmon_run_duration_seconds 2.5
    procmon_run_processes 0
    procmon_run_processes_started_total 12
    procmon_run_peak_resident_memory_bytes 77
    procmon_run_signal_info{signal="SIGKILL"} 1
    procmon_run_timed_out 1
    procmon_run_oom_killed 0
    "#);
    let exited =
        RunResult { exit_code: Some(-1), signal: None, timed_out: false, oom_killed: false };
    let run = Run { result: Some(exited), ..run() };
    let scene = Scene { run: Some(run), ..Scene::default() };
    let text = shown(&scene, Names::Procmon, Format::Text);
    assert!(text.contains("\nprocmon_run_exit_code -1\n"), "{text}");
    assert!(!text.contains("procmon_run_signal_info"), "{text}");
}

#[test]
fn process_exporters_names_have_its_labels_and_all_five_states() {
    let scene = Scene { processes: Vec::new(), own: SelfFigures::default(), ..scene() };
    let text = shown(&scene, Names::ProcessExporter, Format::Text);
    let own: Vec<&str> =
        samples(&text).into_iter().filter(|line| line.starts_with("named")).collect();
    insta::assert_snapshot!(own.join("\n"), @r#"
    namedprocess_namegroup_num_procs{groupname="jest"} 2
    namedprocess_namegroup_cpu_seconds_total{groupname="jest",mode="user"} 3
    namedprocess_namegroup_cpu_seconds_total{groupname="jest",mode="system"} 0.5
    namedprocess_namegroup_read_bytes_total{groupname="jest"} 8192
    namedprocess_namegroup_major_page_faults_total{groupname="jest"} 2
    namedprocess_namegroup_minor_page_faults_total{groupname="jest"} 14
    namedprocess_namegroup_context_switches_total{groupname="jest",ctxswitchtype="voluntary"} 6
    namedprocess_namegroup_memory_bytes{groupname="jest",memtype="resident"} 1048576
    namedprocess_namegroup_worst_fd_ratio{groupname="jest"} 0.25
    namedprocess_namegroup_oldest_start_time_seconds{groupname="jest"} 1700000000.5
    namedprocess_namegroup_num_threads{groupname="jest"} 11
    namedprocess_namegroup_states{groupname="jest",state="Running"} 1
    namedprocess_namegroup_states{groupname="jest",state="Sleeping"} 0
    namedprocess_namegroup_states{groupname="jest",state="Waiting"} 0
    namedprocess_namegroup_states{groupname="jest",state="Zombie"} 0
    namedprocess_namegroup_states{groupname="jest",state="Other"} 1
    namedprocess_scrape_partial_errors 0
    "#);
    let open = shown(&scene, Names::ProcessExporter, Format::OpenMetrics);
    assert!(open.contains("# TYPE namedprocess_scrape_partial_errors counter\n"), "{open}");
    assert!(open.contains("\nnamedprocess_scrape_partial_errors_total 0\n"), "{open}");
}

#[test]
fn percent_is_told_from_the_second_scene_on_by_the_names_that_have_it() {
    let exposition = Exposition::new(Names::PerPid, Vec::new(), Format::Text).unwrap();
    let own = |scene: &Scene| {
        let mut text = String::new();
        exposition.in_format(Format::OpenMetrics).encode(scene, &mut text);
        let of_processes = samples(&text).into_iter().filter(|line| line.contains("proc_pid"));
        of_processes.map(str::to_owned).collect::<Vec<_>>()
    };
    let memory = r#"memory_usage_bytes{proc_name="node \"22\"",proc_cmdline="node a\\b\n",proc_pid="42",type="used"} 524288"#;
    assert_eq!(own(&scene()), [memory]);
    let mut later = scene();
    later.read_at = Some(WallTime::from_nanos(12_000_000_000));
    later.processes[0].figures.totals.cpu_user = Some(CpuTime::from_millis(2000));
    let percent =
        r#"cpu_usage_percent{proc_name="node \"22\"",proc_cmdline="node a\\b\n",proc_pid="42"} 25"#;
    assert_eq!(own(&later), [memory, percent]);
}

#[test]
fn darwin_exporters_names_tell_of_a_member_of_each_group() {
    let text = shown(&scene(), Names::DarwinExporter, Format::Text);
    let labels = r#"{groupname="jest",name="node \"22\"",user="ci"}"#;
    assert!(text.contains(&format!("\nprocess_memory_rss_bytes{labels} 1048576\n")), "{text}");
    assert!(text.contains(&format!("\nprocess_faults_total{labels} 16\n")), "{text}");
    assert!(!text.contains("process_context_switches_total"), "one kind is unknown: {text}");
    let who = r#"process_info{pid="42",ppid="1",name="node \"22\"",user="ci",state="sleeping",start_time="1700000000"} 1"#;
    assert!(text.contains(who), "{text}");
    let bare = Scene { processes: Vec::new(), ..scene() };
    let text = shown(&bare, Names::DarwinExporter, Format::Text);
    assert!(
        text.contains(r#"process_num_procs{groupname="jest",name="jest",user=""} 2"#),
        "{text}"
    );
}

#[test]
fn labels_of_the_user_stand_at_every_sample() {
    let labels = vec![("team".to_owned(), "a\"b".to_owned())];
    let exposition = Exposition::new(Names::Procmon, labels, Format::Text).unwrap();
    let mut out = String::new();
    exposition.encode(&scene(), &mut out);
    for line in samples(&out) {
        assert!(line.contains(r#"team="a\"b""#), "{line}");
    }
    assert!(
        out.contains("procmon_read_errors_total{team=\"a\\\"b\",reason=\"denied\"} 3\n"),
        "{out}"
    );
    assert!(out.contains("procmon_events_lost_total{team=\"a\\\"b\"} 0\n"), "{out}");
    exposition.each(&scene(), &mut |family, labels, _| {
        assert_eq!(labels.last(), Some(&("team", "a\"b")), "{}", family.name);
    });
}

#[test]
fn each_tells_what_the_text_has() {
    let scene = Scene { run: Some(run()), ..scene() };
    let mut told = Vec::new();
    each(&scene, Names::Procmon, &mut |family, labels, value| {
        let labels: Vec<String> =
            labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
        let braces =
            if labels.is_empty() { String::new() } else { format!("{{{}}}", labels.join(",")) };
        told.push(format!("{}{braces} {value}", family.name));
    });
    assert_eq!(told, samples(&shown(&scene, Names::Procmon, Format::Text)));
}
