//! Floor 8. What becomes of denet's records, by small ones whose numbers can be seen.

use procmon_model::event::ProcessEvent;
use procmon_model::record::{Header, Record};
use procmon_model::sample::Sample;
use procmon_model::units::{Bytes, CpuTime, Elapsed};
use proptest::prelude::*;

use super::{Translation, columns, is_record, row};

const ABOUT: &str = r#"{"kind":"metadata","pid":7,"cmd":["npm","--token=s3cretS3cret","test"],"executable":"/usr/bin/node","t0_ms":1000}"#;

fn translated(lines: &[&str]) -> (Header, Vec<Record>) {
    let mut translation = Translation::default();
    for line in lines {
        translation.add(line.as_bytes()).unwrap();
    }
    translation.finish();
    let header = translation.take_header().unwrap();
    (header, std::iter::from_fn(|| translation.next_record()).collect())
}

fn samples(lines: &[&str]) -> Vec<Sample> {
    let (_, records) = translated(lines);
    let samples = records.into_iter().filter_map(|record| match record {
        Record::Sample(sample) => Some(sample),
        _ => None,
    });
    samples.collect()
}

/// A sample of a tree: a root that uses nothing and these children, each with its percentage and bytes written.
fn tree(at: u64, children: &[(u32, f64, u64)]) -> String {
    let percent: f64 = children.iter().map(|(_, percent, _)| percent).sum();
    let written: u64 = children.iter().map(|(.., written)| written).sum();
    let children = children.iter().map(|(pid, percent, written)| {
        format!(
            r#"{{"pid":{pid},"command":"worker","metrics":{{"cpu_usage":{percent},"disk_write_bytes":{written},"mem_rss_kb":3}}}}"#
        )
    });
    let children = children.collect::<Vec<_>>().join(",");
    format!(
        r#"{{"kind":"tree","ts_ms":{at},"parent":{{"cpu_usage":0.0,"mem_rss_kb":1,"uptime_secs":0}},"children":[{children}],"aggregated":{{"cpu_usage":{percent},"disk_write_bytes":{written},"mem_rss_kb":4}}}}"#
    )
}

#[test]
fn percent_becomes_processor_time_of_the_interval_and_kibibytes_bytes() {
    let lines = [tree(1100, &[(8, 0.0, 0)]), tree(1300, &[(8, 150.0, 0)])];
    let samples = samples(&[ABOUT, &lines[0], &lines[1]]);
    assert_eq!((samples[0].from, samples[0].at), (Elapsed::ZERO, Elapsed::from_millis(100)));
    assert_eq!((samples[1].from, samples[1].at), (samples[0].at, Elapsed::from_millis(300)));
    assert_eq!(samples[1].cpu, Some(CpuTime::from_millis(300)));
    assert_eq!(samples[1].rss_sum, Some(Bytes::new(4096)));
    let child = &samples[1].processes[1];
    assert_eq!(child.growth.0.cpu, Some(CpuTime::from_millis(300)));
    assert_eq!(child.gauges.rss, Some(Bytes::new(3072)));
    let unknown = (samples[1].memory, samples[1].pss, samples[1].departed_cpu);
    assert_eq!(unknown, (None, None, None));
    assert_eq!(samples[0].processes[1].growth.0.cpu, None, "its first is not known");
}

#[test]
fn a_total_that_falls_with_a_process_and_rises_with_its_parent_is_counted_once() {
    let written = [0, 50, 0, 50, 60].map(|written| tree(1000 + written, &[(8, 0.0, written)]));
    let lines: Vec<&str> = written.iter().map(String::as_str).collect();
    let growth: Vec<_> =
        samples(&lines).iter().map(|sample| sample.written.unwrap().get()).collect();
    assert_eq!(growth, [0, 50, 0, 0, 10]);
}

#[test]
fn a_percentage_that_no_machine_has_is_unknown() {
    for (percent, cpu) in [(1.84e19, None), (-1.0, None), (800.0, Some(CpuTime::from_millis(800)))]
    {
        let lines = [tree(1000, &[]), tree(1100, &[(8, percent, 0)])];
        assert_eq!(samples(&[&lines[0], &lines[1]])[1].cpu, cpu, "{percent}");
    }
}

#[test]
fn a_child_is_born_when_it_is_told_or_shown_and_gone_when_it_is_no_longer_shown() {
    let told =
        r#"{"kind":"child","ts_ms":1100,"pid":8,"ppid":7,"cmd":["sh","-c","x"],"exe":"/bin/dash"}"#;
    let execs = told.replace("\"sh\",\"-c\",\"x\"", "\"sleep\",\"1\"").replace("dash", "sleep");
    let lines = [tree(1000, &[]), tree(1100, &[(8, 0.0, 0), (9, 0.0, 0)]), tree(1200, &[])];
    let (header, records) = translated(&[ABOUT, &lines[0], told, &execs, &lines[1], &lines[2]]);
    assert_eq!(header.command, ["npm", "--token=[redacted]", "test"].map(str::to_owned));
    let told: Vec<String> = records.iter().filter_map(event).collect();
    let expected = [
        "started 7 node under None at 0",
        "started 8 dash under Some(7) at 100",
        "renamed 8 sleep at 100",
        "started 9 worker under None at 100",
        "ended 8 at 200",
        "ended 9 at 200",
    ];
    assert_eq!(told, expected);
}

fn event(record: &Record) -> Option<String> {
    let Record::Event(event) = record else { return None };
    Some(match event {
        ProcessEvent::Started { at, process } => format!(
            "started {} {} under {:?} at {}",
            process.key.pid,
            process.image.name,
            process.parent.map(|parent| parent.pid),
            at.as_millis()
        ),
        ProcessEvent::Renamed { at, key, image } => {
            format!("renamed {} {} at {}", key.pid, image.as_ref().unwrap().name, at.as_millis())
        }
        ProcessEvent::Ended { at, key, .. } => format!("ended {} at {}", key.pid, at.as_millis()),
        ProcessEvent::Lost { .. } => "lost".to_owned(),
    })
}

#[test]
fn a_command_that_was_running_before_was_attached_to() {
    let at_once = tree(1000, &[]);
    let later = at_once.replace("\"uptime_secs\":0", "\"uptime_secs\":2");
    assert!(!translated(&[ABOUT, &at_once]).0.attached);
    assert!(translated(&[ABOUT, &later]).0.attached);
    assert!(translated(&[ABOUT, &tree(1000, &[(8, 0.0, 0)])]).0.attached);
}

#[test]
fn the_line_of_whoever_saved_the_samples_is_not_about_the_command() {
    let savers = ABOUT.replace("\"kind\":\"metadata\",", "").replace("1000}", "99000}");
    let (header, _) = translated(&[&savers, &tree(2000, &[])]);
    assert_eq!((header.root.pid, header.started_at.as_millis()), (0, 2000));
    let older = savers.replace("99000}", "1000}");
    let (header, _) = translated(&[&older, &tree(2000, &[])]);
    assert_eq!((header.root.pid, header.started_at.as_millis()), (7, 1000));
}

#[test]
fn a_clock_that_goes_back_stands_still() {
    let lines = [tree(1500, &[]), tree(1400, &[]), tree(1600, &[])];
    let samples = samples(&[ABOUT, &lines[0], &lines[1], &lines[2]]);
    let times: Vec<_> = samples.iter().map(|sample| sample.at.as_millis()).collect();
    assert_eq!(times, [500.0, 500.0, 600.0]);
}

#[test]
fn means_of_windows_have_fractions_and_are_rounded() {
    let mean =
        r#"{"ts_ms":1000,"cpu_usage":50.0,"mem_rss_kb":10.5,"process_count":3,"_aggregated":true}"#;
    let samples = samples(&[mean]);
    assert_eq!(samples[0].rss_sum, Some(Bytes::new(11 * 1024)));
    assert_eq!(samples[0].processes[0].gauges.rss, None, "totals are nobody's");
}

#[test]
fn a_row_is_told_into_cells_by_brackets_and_quotes() {
    let names = columns(b"ts_ms,cpu_usage,kind,children,exe\n").unwrap();
    let cells =
        |line: &str| row(&names, line.as_bytes()).map(|json| String::from_utf8(json).unwrap());
    let line = "1,2.5,tree,[{'command': \"a, 'b\", 'x': None}, (True, 'c\\'\\x41\\n')],/bin/sh\r\n";
    let json = r#"{"ts_ms":1,"cpu_usage":2.5,"kind":"tree","children":[{"command":"a, 'b","x":null},[true,"c'A\n"]],"exe":"/bin/sh"}"#;
    assert_eq!(cells(line).as_deref(), Some(json));
    assert_eq!(cells("1,,,,").as_deref(), Some(r#"{"ts_ms":1}"#));
    for torn in ["1,2,tree", "1,2,tree,[{,", "1,2,tree,['a,", "1,2,a,b,c,d", "1,2,tree,],x"] {
        assert_eq!(cells(torn), None, "{torn}");
    }
    assert_eq!(columns(b"time,cpu\n"), None);
    assert_eq!(columns(b"ts_ms,cpu_usage,\"a b\"\n"), None);
}

#[test]
fn a_record_is_known_by_its_kind_or_its_fields() {
    let known = [ABOUT, r#"{"ts_ms":1,"cpu_usage":0}"#, r#"{"kind":"exit","ts_ms":3}"#];
    assert!(known.iter().all(|text| is_record(text.as_bytes())));
    let foreign = ["{}", "[]", r#"{"kind":"gpu"}"#, r#"{"pid":1,"cmd":[]}"#, r#"{"ts_ms":1}"#];
    assert!(!foreign.iter().any(|text| is_record(text.as_bytes())));
}

#[test]
fn parents_that_are_each_others_children_do_no_harm() {
    let child = |pid: u32, ppid: u32| {
        format!(r#"{{"kind":"child","ts_ms":1100,"pid":{pid},"ppid":{ppid},"cmd":[]}}"#)
    };
    let lines = [child(8, 9), child(9, 8), child(8, 9), child(9, 8)];
    let (_, records) = translated(&lines.each_ref().map(String::as_str));
    assert_eq!(records.len(), 5);
}

proptest! {
    #[test]
    fn a_row_of_any_text_is_json_or_none(line in "[-'\"{}\\[\\](),:\\\\xuU0-9a-f .NTn]{0,60}") {
        let names = columns(b"ts_ms,aggregated").unwrap();
        if let Some(json) = row(&names, line.as_bytes()) {
            let mut translation = Translation::default();
            let added = translation.add(&json);
            translation.finish();
            prop_assert!(added.is_err() || translation.take_header().is_some());
        }
    }
}
