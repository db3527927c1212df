//! Floor 11. The span of one process: its life, under its parent's.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::trace::v1::span::{Event, SpanKind};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{Span, Status};
use procmon_model::event::{Ending, LastKnown};
use procmon_model::process::{Image, ProcessInfo};
use procmon_model::units::Elapsed;

use super::attributes::{attribute, seconds, text, truth, whole, words};

/// How many programs that a process ran are told.
const MOST_EVENTS: usize = 32;

/// The span of a process that lives.
pub(super) struct OpenSpan {
    pub(super) id: [u8; 8],
    pub(super) parent: [u8; 8],
    pub(super) process: ProcessInfo,
    events: Vec<Event>,
    dropped_events: u32,
}

/// What a span needs to know of the session it is in.
pub(super) struct Setting<'a> {
    /// The trace's name.
    pub(super) trace_id: [u8; 16],
    /// The trace's state, as it was handed to us.
    pub(super) trace_state: &'a str,
    /// The flags of the trace.
    pub(super) flags: u32,
    /// When the session began, in nanoseconds since 1970.
    pub(super) origin: u64,
    /// Whether a pipeline's attributes are wanted.
    pub(super) is_pipeline: bool,
}

impl Setting<'_> {
    /// A moment of the session in nanoseconds since 1970.
    pub(super) fn time(&self, at: Elapsed) -> u64 {
        self.origin.saturating_add(at.as_nanos())
    }
}

impl OpenSpan {
    /// A process was born.
    pub(super) fn new(id: [u8; 8], parent: [u8; 8], process: ProcessInfo) -> Self {
        Self { id, parent, process, events: Vec::new(), dropped_events: 0 }
    }

    /// It runs another program.
    pub(super) fn renamed(&mut self, at: u64, image: Option<&Image>) {
        let mut attributes = Vec::new();
        if let Some(image) = image {
            attributes.push(text("process.executable.name", &image.name));
            if !image.command.is_empty() {
                attributes.push(words("process.command_args", &image.command));
            }
            self.process.image = image.clone();
        }
        self.tell(at, "exec", attributes);
    }

    /// It ended.
    pub(super) fn ended(
        mut self,
        at: Elapsed,
        ending: Ending,
        last: LastKnown,
        setting: &Setting<'_>,
    ) -> Span {
        let time = setting.time(at);
        if let Some(signal) = ending.signal_name() {
            let mut attributes = vec![text("procmon.signal", &signal)];
            attributes.extend(last.oom_killed.then(|| truth("procmon.oom_killed")));
            // The end is worth more than one exec of many.
            if self.events.len() >= MOST_EVENTS {
                self.events.truncate(MOST_EVENTS - 1);
                self.dropped_events += 1;
            }
            self.tell(time, "kill", attributes);
        }
        let mut span = self.span(time, setting);
        span.attributes.extend(outcome(ending));
        span.attributes.extend(cost(&last));
        if setting.is_pipeline {
            span.attributes.push(text("cicd.pipeline.task.run.result", task_result(ending)));
        }
        span.status = status(ending);
        span
    }

    /// It lives on after the end of the session.
    pub(super) fn survived(self, at: Elapsed, setting: &Setting<'_>) -> Span {
        let mut span = self.span(setting.time(at), setting);
        span.attributes.push(truth("procmon.survived"));
        span
    }

    fn tell(&mut self, at: u64, name: &str, attributes: Vec<KeyValue>) {
        if self.events.len() >= MOST_EVENTS {
            self.dropped_events += 1;
            return;
        }
        let name = name.to_owned();
        self.events.push(Event { time_unix_nano: at, name, attributes, ..Event::default() });
    }

    fn span(self, end: u64, setting: &Setting<'_>) -> Span {
        let ProcessInfo { key, parent, started, image, .. } = self.process;
        let name = image.role.as_ref().unwrap_or(&image.name);
        let mut attributes = vec![
            whole("process.pid", key.pid.into()),
            text("process.executable.name", &image.name),
        ];
        attributes.extend(parent.map(|parent| whole("process.parent_pid", parent.pid.into())));
        attributes.extend(image.exe.as_ref().map(|path| text("process.executable.path", path)));
        if !image.command.is_empty() {
            attributes.push(words("process.command_args", &image.command));
        }
        attributes.extend(image.role.as_ref().map(|role| text("procmon.role", role)));
        if setting.is_pipeline {
            attributes.push(text("cicd.pipeline.task.name", name));
            let run = format!("{}-{}", key.pid, key.start);
            attributes.push(text("cicd.pipeline.task.run.id", &run));
        }
        let start = setting.time(started);
        Span {
            trace_id: setting.trace_id.to_vec(),
            span_id: self.id.to_vec(),
            trace_state: setting.trace_state.to_owned(),
            parent_span_id: self.parent.to_vec(),
            flags: setting.flags,
            name: name.clone(),
            kind: SpanKind::Internal as i32,
            start_time_unix_nano: start,
            end_time_unix_nano: end.max(start),
            attributes,
            events: self.events,
            dropped_events_count: self.dropped_events,
            ..Span::default()
        }
    }
}

/// How it ended, by the conventions for programs of a command line: `error.type` where that is an error.
pub(super) fn outcome(ending: Ending) -> Vec<KeyValue> {
    match ending {
        Ending::Code(code) => {
            let mut told = vec![attribute(
                "process.exit.code",
                opentelemetry_proto::tonic::common::v1::any_value::Value::IntValue(code.into()),
            )];
            told.extend((code != 0).then(|| text("error.type", &code.to_string())));
            told
        }
        Ending::Signal(signal) => vec![text("error.type", &signal.to_string())],
        Ending::Unseen => Vec::new(),
    }
}

/// An exit code that is not 0 and a signal are errors; whether anything else is a success is not for us to say.
pub(super) fn status(ending: Ending) -> Option<Status> {
    let message = match ending {
        Ending::Code(0) | Ending::Unseen => return None,
        Ending::Code(code) => format!("exit code {code}"),
        Ending::Signal(signal) => signal.to_string(),
    };
    Some(Status { message, code: StatusCode::Error as i32 })
}

fn task_result(ending: Ending) -> &'static str {
    match ending {
        Ending::Code(0) => "success",
        Ending::Code(_) | Ending::Unseen => "failure",
        Ending::Signal(_) => "error",
    }
}

fn cost(last: &LastKnown) -> impl Iterator<Item = KeyValue> {
    let told = [
        last.cpu.map(|cpu| seconds("procmon.cpu.time", cpu.as_nanos())),
        last.rss_peak.map(|peak| whole("procmon.memory.peak", peak.get())),
        last.read.map(|read| whole("procmon.disk.read", read.get())),
        last.written.map(|written| whole("procmon.disk.written", written.get())),
    ];
    told.into_iter().flatten()
}
