//! Floor 11. The spans of a session, as a collector gets them.

use crate::support::collected::{shown, spans};
use crate::support::{Answer, Server, ended, header, key, run_end, sample_at, started, tell};
use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::{Event, SpanKind};
use procmon_export::census::Scene;
use procmon_export::delivery::{Manner, Picture, outbox};
use procmon_export::otlp::{Otlp, OtlpOptions, Pipeline, TraceContext};
use procmon_model::event::{Ending, LastKnown, ProcessEvent, Signal};
use procmon_model::ports::Sink as _;
use procmon_model::process::Image;
use procmon_model::record::Record;
use procmon_model::units::Elapsed;

/// Figures are another file's business.
struct Nothing;

impl Picture for Nothing {
    fn take(&mut self, _record: &Record) {}

    fn scene(&mut self) -> Scene {
        Scene::default()
    }
}

const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

fn options(variables: &[(&str, &str)]) -> OtlpOptions {
    let told = OtlpOptions::from_variables(&|name| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    });
    let mut options = told.unwrap();
    options.metrics = None;
    options
}

/// The spans that these records make, and what the command is handed.
fn told(options: OtlpOptions, records: &[Record]) -> (Vec<Span>, TraceContext) {
    let server = Server::answering(vec![Answer::taken()]);
    let options = options.with_endpoint(&format!("http://127.0.0.1:{}", server.port));
    let (mut outbox, courier) = outbox("otlp", 1_000, Manner::Hasty);
    let otlp = Otlp::start(options, courier, Box::new(Nothing)).unwrap();
    let handed = TraceContext::parse(&otlp.traceparent(), otlp.tracestate()).unwrap();
    tell(&mut outbox, records);
    outbox.finish();
    otlp.wait();
    assert_eq!(outbox.tally().loss(), None);
    (spans(&server.received()), handed)
}

fn renamed(pid: u32, at: u64, name: &str) -> Record {
    let command = vec![name.to_owned(), "x.js".to_owned()];
    let image = Image {
        name: name.to_owned(),
        command,
        role: Some("jest worker 2".to_owned()),
        ..Image::default()
    };
    let at = Elapsed::from_millis(at);
    Record::Event(ProcessEvent::Renamed { at, key: key(pid), image: Some(image) })
}

/// A root, a child that becomes another program and is killed, a grandchild that lives on, and a stranger's child.
fn family() -> Vec<Record> {
    vec![
        header(1_000),
        started(1, None, 0, "npm"),
        started(2, Some(1), 10, "sh"),
        renamed(2, 15, "node"),
        started(3, Some(2), 20, "esbuild"),
        sample_at(25, 700),
        sample_at(26, 300),
        ended(2, 30, Ending::Signal(Signal(9))),
        started(4, Some(2), 31, "late"),
        ended(4, 32, Ending::Unseen),
        ended(1, 40, Ending::Code(3)),
        run_end(50, Ending::Code(3)),
    ]
}

fn named<'a>(spans: &'a [Span], name: &str) -> &'a Span {
    spans.iter().find(|span| span.name == name).unwrap()
}

fn status(span: &Span) -> Option<(i32, &str)> {
    span.status.as_ref().map(|status| (status.code, status.message.as_str()))
}

#[test]
fn each_process_is_a_span_under_its_parents_and_the_run_is_above_all() {
    let (spans, handed) = told(options(&[]), &family());
    let names: Vec<_> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["jest worker 2", "late", "npm", "esbuild", "run npm"]);
    let id = |name: &str| named(&spans, name).span_id.clone();
    let parents: Vec<_> = spans.iter().map(|span| span.parent_span_id.clone()).collect();
    let killed = id("jest worker 2");
    assert_eq!(parents, [id("npm"), killed.clone(), id("run npm"), killed, Vec::new()]);
    let times = spans.iter().map(|span| [span.start_time_unix_nano, span.end_time_unix_nano]);
    let times: Vec<_> = times.map(|times| times.map(|nanos| nanos / 1_000_000)).collect();
    assert_eq!(
        times,
        [[1_010, 1_030], [1_031, 1_032], [1_000, 1_040], [1_020, 1_050], [1_000, 1_050]]
    );
    assert!(spans.iter().all(|span| span.trace_id == handed.trace_id));
    assert!(spans.iter().all(|span| span.kind == SpanKind::Internal as i32));
    assert!(spans.iter().all(|span| span.flags == 0x101));
    assert_eq!(id("run npm"), handed.span_id);
    assert!(handed.is_sampled());
}

#[test]
fn a_span_says_who_it_was_how_it_ended_and_what_it_used() {
    let (spans, _) = told(options(&[]), &family());
    let said = |name: &str| {
        let span = named(&spans, name);
        (shown(&span.attributes), status(span))
    };
    let used = "procmon.cpu.time=0.25 procmon.memory.peak=4096";
    let worker = format!(
        "process.pid=2 process.executable.name=node process.parent_pid=1 \
         process.command_args=[node,x.js] procmon.role=jest worker 2 error.type=SIGKILL {used}"
    );
    assert_eq!(said("jest worker 2"), (worker, Some((2, "SIGKILL"))));
    let npm = format!(
        "process.pid=1 process.executable.name=npm process.command_args=[npm,--token=***] \
         process.exit.code=3 error.type=3 {used}"
    );
    assert_eq!(said("npm"), (npm, Some((2, "exit code 3"))));
    let survivor = "process.pid=3 process.executable.name=esbuild process.parent_pid=2 \
        process.command_args=[esbuild,--token=***] procmon.survived=true";
    assert_eq!(said("esbuild"), (survivor.to_owned(), None));
    let unseen = format!(
        "process.pid=4 process.executable.name=late process.parent_pid=2 \
         process.command_args=[late,--token=***] {used}"
    );
    assert_eq!(said("late"), (unseen, None));
    let run = "process.pid=1 process.executable.name=npm \
        process.command_args=[/usr/bin/npm,test] process.working_directory=/src \
        procmon.memory.peak=700 process.exit.code=3 error.type=3 procmon.processes=3 \
        procmon.cpu.time=1.5";
    assert_eq!(said("run npm"), (run.to_owned(), Some((2, "exit code 3"))));
}

#[test]
fn another_program_and_a_signal_are_events() {
    let mut records = family();
    let last = LastKnown { oom_killed: true, ..LastKnown::default() };
    let (at, ending) = (Elapsed::from_millis(30), Ending::Signal(Signal(9)));
    records[7] = Record::Event(ProcessEvent::Ended { at, key: key(2), ending, last });
    let (spans, _) = told(options(&[]), &records);
    let said = |event: &Event| {
        let at = event.time_unix_nano / 1_000_000;
        format!("{at} {} {}", event.name, shown(&event.attributes))
    };
    let events: Vec<_> = named(&spans, "jest worker 2").events.iter().map(said).collect();
    assert_eq!(
        events,
        [
            "1015 exec process.executable.name=node process.command_args=[node,x.js]",
            "1030 kill procmon.signal=SIGKILL procmon.oom_killed=true",
        ]
    );
}

#[test]
fn a_process_that_runs_program_after_program_keeps_a_bounded_number_and_its_end() {
    let mut records = vec![header(0), started(2, None, 0, "sh")];
    records.extend((0..100).map(|at| renamed(2, at, "env")));
    records.extend([ended(2, 200, Ending::Signal(Signal(15))), run_end(300, Ending::Code(0))]);
    let (spans, _) = told(options(&[]), &records);
    let span = named(&spans, "jest worker 2");
    let last = span.events.last().map(|event| event.name.as_str());
    assert_eq!((span.events.len(), last, span.dropped_events_count), (32, Some("kill"), 69));
}

#[test]
fn the_run_belongs_to_whoever_started_it() {
    let variables = [("TRACEPARENT", PARENT), ("TRACESTATE", "rojo=1")];
    let (spans, handed) = told(options(&variables), &family());
    let parent = TraceContext::parse(PARENT, None).unwrap();
    let run = named(&spans, "run npm");
    assert_eq!(
        (&run.trace_id[..], &run.parent_span_id[..]),
        (&parent.trace_id[..], &parent.span_id[..])
    );
    assert_eq!(run.flags, 0x301);
    assert_eq!(handed.trace_id, parent.trace_id);
    assert_ne!(handed.span_id, parent.span_id);
    assert!(spans.iter().all(|span| span.trace_state == "rojo=1"));
    assert_eq!(handed.state, "rojo=1");
}

#[test]
fn a_trace_that_is_not_recorded_has_no_spans_of_ours() {
    let unsampled = PARENT.replace("-01", "-00");
    let (spans, handed) = told(options(&[("TRACEPARENT", &unsampled)]), &family());
    assert_eq!((spans.len(), handed.is_sampled()), (0, false));
}

#[test]
fn a_stream_that_breaks_off_ends_what_is_open() {
    let mut records = family();
    records.truncate(7);
    let (spans, _) = told(options(&[]), &records);
    let run = named(&spans, "run npm");
    assert_eq!(run.end_time_unix_nano, 1_026_000_000);
    assert!(shown(&run.attributes).ends_with("procmon.memory.peak=700 procmon.torn=true"));
    assert_eq!(spans.len(), 4);
}

#[test]
fn a_pipelines_run_serves_and_its_processes_are_tasks() {
    let mut options = options(&[]);
    options.pipeline =
        Some(Pipeline { name: "unit tests".to_owned(), run_id: Some("42".to_owned()), url: None });
    let (spans, _) = told(options, &family());
    let run = named(&spans, "RUN unit tests");
    assert_eq!(run.kind, SpanKind::Server as i32);
    let said = shown(&run.attributes);
    let pipeline = "cicd.pipeline.name=unit tests cicd.pipeline.action.name=RUN \
        cicd.pipeline.run.id=42 cicd.pipeline.result=failure";
    assert!(said.ends_with(pipeline), "{said}");
    let task = shown(&named(&spans, "npm").attributes);
    let expected = "cicd.pipeline.task.name=npm cicd.pipeline.task.run.id=1-10";
    assert!(task.contains(expected), "{task}");
    assert!(task.ends_with("cicd.pipeline.task.run.result=failure"), "{task}");
}

#[test]
fn a_run_whose_span_has_a_name_already_is_that_span_and_below_a_parent_of_its_trace_alone() {
    const RUN: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-b7ad6b7169203331-01";
    let run_of = |variables: &[(&str, &str)]| {
        let run = TraceContext::parse(RUN, None);
        let (spans, handed) = told(OtlpOptions { run, ..options(variables) }, &family());
        (named(&spans, "run npm").clone(), handed)
    };
    let run = TraceContext::parse(RUN, Some("rojo=1")).unwrap();
    let parent = TraceContext::parse(PARENT, None).unwrap();
    let (span, handed) = run_of(&[("TRACEPARENT", PARENT), ("TRACESTATE", "rojo=1")]);
    assert_eq!(handed, run);
    assert_eq!((span.trace_id, span.span_id), (run.trace_id.to_vec(), run.span_id.to_vec()));
    assert_eq!(span.parent_span_id, parent.span_id);
    let stranger = PARENT.replace("00-4b", "00-5b");
    let (span, handed) = run_of(&[("TRACEPARENT", &stranger), ("TRACESTATE", "rojo=1")]);
    assert_eq!((handed.traceparent().as_str(), handed.state.as_str()), (RUN, ""));
    assert_eq!((span.span_id, span.parent_span_id), (run.span_id.to_vec(), Vec::new()));
}
