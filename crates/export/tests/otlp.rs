//! Floor 11. The figures of a session by OTLP, as a collector gets them, and all of it through rotel.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::support::collected::{decoded, points, resources};
use crate::support::{
    Answer, Running, Server, cpu, ended, free_port, header, installed, key, run_end, sample_at,
    started, tell, until,
};
use procmon_export::census::{Figures, Group, Process, Run, RunResult, Scene, Totals};
use procmon_export::delivery::{Manner, Outbox, Picture, outbox};
use procmon_export::otlp::{Otlp, OtlpOptions, Pipeline, ProcessPoints, Temporality};
use procmon_model::event::Ending;
use procmon_model::ports::Sink as _;
use procmon_model::process::Count;
use procmon_model::record::Record;
use procmon_model::units::{Bytes, WallTime};

/// The scenes that the test sets; the last of a run that has ended follows from its last record.
#[derive(Clone, Default)]
struct Stage(Arc<Mutex<Scene>>);

impl Picture for Stage {
    fn take(&mut self, record: &Record) {
        if let (Record::End(end), Some(run)) = (record, &mut self.0.lock().unwrap().run) {
            run.duration = Duration::from_nanos(end.at.as_nanos());
            run.result = Some(RunResult {
                exit_code: end.ending.and_then(Ending::exit_code),
                signal: None,
                timed_out: false,
                oom_killed: false,
            });
        }
    }

    fn scene(&mut self) -> Scene {
        self.0.lock().unwrap().clone()
    }
}

fn wall(millis: u64) -> WallTime {
    WallTime::from_nanos(millis * 1_000_000)
}

fn figures(user: u64, rss: u64) -> Figures {
    Figures {
        totals: Totals { cpu_user: Some(cpu(user)), ..Totals::default() },
        rss: Some(Bytes::new(rss)),
        ..Figures::default()
    }
}

fn run(at: u64, figures: &Figures) -> Run {
    let duration = Duration::from_millis(at - 1_000);
    Run { started: wall(1_000), duration, figures: *figures, ..Run::default() }
}

fn process(pid: u32, name: &str, user: u64, born: f64) -> Process {
    let mut figures = figures(user, 10);
    figures.started_seconds = Some(born);
    Process {
        key: key(pid),
        parent: Some(key(1)),
        name: name.into(),
        group: name.into(),
        role: None,
        command: Arc::from([name.to_owned()]),
        user: None,
        state: None,
        figures,
    }
}

fn scene(at: u64, run: Run, groups: Vec<Group>, processes: Vec<Process>) -> Scene {
    Scene { read_at: Some(wall(at)), groups, processes, run: Some(run), ..Scene::default() }
}

fn options(port: u16) -> OtlpOptions {
    let mut options = OtlpOptions::from_variables(&|_| None).unwrap();
    options.traces = None;
    options.interval = Duration::from_millis(20);
    options.with_endpoint(&format!("http://127.0.0.1:{port}"))
}

fn start(options: OtlpOptions, first: Scene) -> (Outbox, Otlp, Stage) {
    let (mut outbox, courier) = outbox("otlp", 1_000, Manner::Hasty);
    let stage = Stage(Arc::new(Mutex::new(first)));
    let otlp = Otlp::start(options, courier, Box::new(stage.clone())).unwrap();
    outbox.write(&header(1_000));
    (outbox, otlp, stage)
}

/// Tells two moments of a session, the second without a group and a process of the first, and its end.
fn told(options: OtlpOptions, server: &Server) -> Vec<Vec<String>> {
    let group = Group { name: "sh".into(), figures: figures(500, 5), ..Group::default() };
    let first = scene(
        2_000,
        run(2_000, &figures(1_500, 100)),
        vec![group],
        vec![process(2, "sh", 250, 1.5)],
    );
    let (mut outbox, otlp, stage) = start(options, first);
    server.wait_for(1);
    *stage.0.lock().unwrap() = scene(
        3_000,
        run(3_000, &figures(1_750, 80)),
        Vec::new(),
        vec![process(2, "node", 350, 1.5)],
    );
    server.wait_for(2);
    tell(&mut outbox, &[run_end(2_500, Ending::Code(1))]);
    outbox.finish();
    otlp.wait();
    assert_eq!(outbox.tally().loss(), None);
    let points = points(&server.received());
    let count: usize = points.iter().map(Vec::len).sum();
    assert_eq!(outbox.tally().figures().sent, count as u64);
    points
}

#[test]
fn cumulative_figures_tell_totals_since_they_began_and_each_end_once() {
    let server = Server::answering(vec![Answer::taken()]);
    let told = told(options(server.port), &server);
    assert_eq!(
        told[0],
        [
            "process.cpu.time{cpu.mode=user} 1.5 cumulative counter 1000..2000",
            "process.cpu.time{procmon.group=sh cpu.mode=user} 0.5 cumulative counter 1000..2000",
            "process.cpu.time{process.pid=2 process.executable.name=sh cpu.mode=user} 0.25 cumulative counter 1500..2000",
            "process.memory.usage{} 100 cumulative up-down 1000..2000",
            "process.memory.usage{procmon.group=sh} 5 cumulative up-down 1000..2000",
            "process.memory.usage{process.pid=2 process.executable.name=sh} 10 cumulative up-down 1500..2000",
            "process.uptime{} 1 gauge 0..2000",
            "process.uptime{process.pid=2 process.executable.name=sh} 0.5 gauge 0..2000",
        ]
    );
    assert_eq!(
        told[1],
        [
            "process.cpu.time{cpu.mode=user} 1.75 cumulative counter 1000..3000",
            "process.cpu.time{process.pid=2 process.executable.name=sh cpu.mode=user} none (flags 1) cumulative counter 1500..3000",
            "process.cpu.time{process.pid=2 process.executable.name=node cpu.mode=user} 0.35 cumulative counter 1500..3000",
            "process.cpu.time{procmon.group=sh cpu.mode=user} none (flags 1) cumulative counter 1000..3000",
            "process.memory.usage{} 80 cumulative up-down 1000..3000",
            "process.memory.usage{process.pid=2 process.executable.name=sh} none (flags 1) cumulative up-down 1500..3000",
            "process.memory.usage{process.pid=2 process.executable.name=node} 10 cumulative up-down 1500..3000",
            "process.memory.usage{procmon.group=sh} none (flags 1) cumulative up-down 1000..3000",
            "process.uptime{} 2 gauge 0..3000",
            "process.uptime{process.pid=2 process.executable.name=sh} none (flags 1) gauge 0..3000",
            "process.uptime{process.pid=2 process.executable.name=node} 1.5 gauge 0..3000",
        ]
    );
    // The last values may have been due before the session was over: then they came by themselves.
    let last = told[2..].iter().flatten().filter(|line| line.contains("node"));
    let mut last: Vec<_> = last.collect();
    last.sort();
    assert_eq!(
        last,
        [
            "process.cpu.time{process.pid=2 process.executable.name=node cpu.mode=user} 0.35 cumulative counter 1500..3500",
            "process.cpu.time{process.pid=2 process.executable.name=node cpu.mode=user} none (flags 1) cumulative counter 1500..3501",
            "process.memory.usage{process.pid=2 process.executable.name=node} 10 cumulative up-down 1500..3500",
            "process.memory.usage{process.pid=2 process.executable.name=node} none (flags 1) cumulative up-down 1500..3501",
            "process.uptime{process.pid=2 process.executable.name=node} 2 gauge 0..3500",
            "process.uptime{process.pid=2 process.executable.name=node} none (flags 1) gauge 0..3501",
        ]
    );
}

#[test]
fn delta_figures_tell_what_was_added_since_they_were_told_last() {
    let server = Server::answering(vec![Answer::taken()]);
    let mut options = options(server.port);
    options.temporality = Temporality::Delta;
    options.processes = ProcessPoints::Off;
    let told = told(options, &server);
    let cpu: Vec<_> =
        told.iter().flatten().filter(|line| line.starts_with("process.cpu")).collect();
    assert_eq!(
        cpu,
        [
            "process.cpu.time{cpu.mode=user} 1.5 delta counter 1000..2000",
            "process.cpu.time{procmon.group=sh cpu.mode=user} 0.5 delta counter 1000..2000",
            "process.cpu.time{cpu.mode=user} 0.25 delta counter 2000..3000",
            "process.cpu.time{cpu.mode=user} 0 delta counter 3000..3500",
        ]
    );
    let memory: Vec<_> =
        told.iter().flatten().filter(|line| line.starts_with("process.memory")).collect();
    assert_eq!(
        memory,
        [
            "process.memory.usage{} 100 cumulative up-down 1000..2000",
            "process.memory.usage{procmon.group=sh} 5 cumulative up-down 1000..2000",
            "process.memory.usage{} 80 cumulative up-down 1000..3000",
            "process.memory.usage{procmon.group=sh} none (flags 1) cumulative up-down 1000..3000",
            "process.memory.usage{} 80 cumulative up-down 1000..3500",
            "process.memory.usage{} none (flags 1) cumulative up-down 1000..3501",
        ]
    );
}

#[test]
fn processes_can_be_resources_of_their_own() {
    let server = Server::answering(vec![Answer::taken()]);
    let mut options = options(server.port);
    options.processes = ProcessPoints::Resource;
    options.resource = vec![
        ("service.instance.id".to_owned(), "mine".to_owned()),
        ("team".to_owned(), "web".to_owned()),
    ];
    told(options, &server);
    let resources = resources(&decoded(&server.received()[0]));
    let common = "telemetry.sdk.name=procmon telemetry.sdk.language=rust \
        telemetry.sdk.version=0.1.0 os.type=linux host.arch=amd64";
    assert_eq!(
        resources[0],
        format!("service.instance.id=mine team=web service.name=procmon {common}")
    );
    let own =
        "process.pid=2 process.executable.name=sh process.parent_pid=1 process.command_args=[sh]";
    assert!(resources[1].starts_with(&format!(
        "team=web service.name=procmon {common} {own} service.instance.id="
    )));
    assert_eq!(resources.len(), 2);
}

#[test]
fn a_pipelines_figures_are_told_where_that_was_asked_for() {
    let server = Server::answering(vec![Answer::taken()]);
    let mut options = options(server.port);
    options.processes = ProcessPoints::Off;
    options.pipeline = Some(Pipeline { name: "ci".to_owned(), ..Pipeline::default() });
    let told = told(options, &server);
    let mut found: Vec<_> = told.iter().flatten().filter(|line| line.starts_with("cicd")).collect();
    // By their moment, which stands at the end.
    found.sort_by_key(|line| line.rsplit("..").next().map(str::to_owned));
    let buckets = "[0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]";
    assert_eq!(
        found,
        [
            "cicd.pipeline.run.active{cicd.pipeline.name=ci cicd.pipeline.run.state=executing} 1 cumulative up-down 1000..2000",
            "cicd.pipeline.run.active{cicd.pipeline.name=ci cicd.pipeline.run.state=executing} 1 cumulative up-down 1000..3000",
            "cicd.pipeline.run.active{cicd.pipeline.name=ci cicd.pipeline.run.state=executing} 0 cumulative up-down 1000..3500",
            "cicd.pipeline.run.errors{cicd.pipeline.name=ci error.type=exit_code} 1 cumulative counter 1000..3500",
            "cicd.pipeline.run.active{cicd.pipeline.name=ci cicd.pipeline.run.state=executing} none (flags 1) cumulative up-down 1000..3501",
            "cicd.pipeline.run.errors{cicd.pipeline.name=ci error.type=exit_code} none (flags 1) cumulative counter 1000..3501",
            &format!(
                "cicd.pipeline.run.duration{{cicd.pipeline.name=ci cicd.pipeline.run.state=executing cicd.pipeline.result=failure}} 2.5 {buckets}"
            ),
        ]
    );
}

/// Every figure that there is, each another number.
fn everything() -> Figures {
    let bytes = |number| Some(Bytes::new(number));
    let count = |number| Some(Count(number));
    Figures {
        totals: Totals {
            cpu_user: Some(cpu(1_125)),
            cpu_system: Some(cpu(2_250)),
            read: bytes(1_003),
            written: bytes(1_004),
            faults_minor: count(1_005),
            faults_major: count(1_006),
            switches_voluntary: count(1_007),
            switches_forced: count(1_008),
            net_received: bytes(1_009),
            net_sent: bytes(1_010),
            ..Totals::default()
        },
        rss: bytes(1_011),
        virtual_size: bytes(1_012),
        threads: Some(1_013),
        fds: Some(1_014),
        ..Figures::default()
    }
}

/// What rotel's log says of figures: each name with its values, and `-` for a point without one.
fn figures_in(log: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for part in log.split("Descriptor:").skip(1) {
        let field = |line: &str, name: &str| line.trim().strip_prefix(name).map(str::to_owned);
        let find = |name: &str| part.lines().find_map(|line| field(line, name)).unwrap();
        let points = part.split("NumberDataPoints #").skip(1);
        let values = points.map(|point| {
            let value = point.lines().find_map(|line| field(line, "Value: "));
            value.unwrap_or_else(|| "-".to_owned())
        });
        let values = values.collect::<Vec<_>>().join(" ");
        found.push(format!("{} {}: {values}", find("-> Name: "), find("-> Unit: ")));
    }
    found
}

#[test]
fn rotel_prints_every_point_and_every_span() {
    let install = "pip install --pre --target target/rotel rotel";
    let Some(program) = installed(&["target/rotel/rotel/rotel-agent"], install) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let (port, grpc) = (free_port(), free_port());
    let _rotel = Running::start(
        Command::new(program)
            .args(["start", "--exporter", "blackhole", "--debug-log-verbosity", "detailed"])
            .args(["--debug-log", "metrics", "--debug-log", "traces"])
            .arg(format!("--otlp-http-endpoint=127.0.0.1:{port}"))
            .arg(format!("--otlp-grpc-endpoint=127.0.0.1:{grpc}"))
            .stdout(File::create(&log).unwrap())
            .stderr(Stdio::null()),
        port,
    );
    let options = OtlpOptions::from_variables(&|_| None).unwrap();
    let options = options.with_endpoint(&format!("http://127.0.0.1:{port}"));
    let first = scene(2_000, run(2_000, &everything()), Vec::new(), Vec::new());
    let (mut outbox, otlp, _) = start(options, first);
    tell(
        &mut outbox,
        &[
            started(1, None, 0, "npm"),
            started(2, Some(1), 10, "sh"),
            sample_at(20, 1),
            ended(2, 30, Ending::Code(7)),
            run_end(40, Ending::Code(7)),
        ],
    );
    outbox.finish();
    otlp.wait();
    assert_eq!((outbox.tally().loss(), outbox.tally().figures().sent), (None, 33));
    let log = until("what rotel prints", || {
        let text = fs::read_to_string(&log).unwrap();
        (text.contains("run npm") && text.contains("process.uptime")).then_some(text)
    });
    let names: Vec<_> =
        log.lines().filter_map(|line| line.trim().strip_prefix("Name           : ")).collect();
    assert_eq!(names, ["sh", "npm", "run npm"]);
    assert_eq!(
        figures_in(&log),
        [
            "process.cpu.time s: 1.125 2.25 - -",
            "process.memory.usage By: 1011 -",
            "process.memory.virtual By: 1012 -",
            "process.disk.io By: 1003 1004 - -",
            "process.network.io By: 1009 1010 - -",
            "process.thread.count {thread}: 1013 -",
            "process.unix.file_descriptor.count {file_descriptor}: 1014 -",
            "process.context_switches {context_switch}: 1007 1008 - -",
            "process.paging.faults {fault}: 1005 1006 - -",
            "process.uptime s: 0.04 -",
        ]
    );
}
