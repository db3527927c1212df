//! Floor 11. The span of the run: the one that all others are beneath, and the trace that it is in.

use opentelemetry_proto::tonic::trace::v1::Span;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use procmon_model::event::{Ending, Signal};
use procmon_model::record::{EndCause, Header, RunEnd};
use procmon_model::units::Elapsed;

use super::attributes::{seconds, text, truth, whole, words};
use super::context::TraceContext;
use super::error::OtlpError;
use super::identities::Identities;
use super::pipeline::Pipeline;
use super::process_span::{Setting, outcome, status};

/// The flag of a trace that is recorded.
const SAMPLED: u8 = 1;
/// Both say in a span's flags that it is known whether its parent is another system's, the second that it is
/// (opentelemetry-proto, `SpanFlags`).
const PARENT_IS_KNOWN: u32 = 0x100;
const PARENT_IS_REMOTE: u32 = 0x200;

/// The trace of a session.
#[derive(Debug, Clone)]
pub(super) struct Trace {
    /// The run's own span.
    pub(super) run: TraceContext,
    /// The span that the run was started in.
    pub(super) parent: Option<[u8; 8]>,
}

impl Trace {
    /// The parent's trace where there is one, and a new one elsewhere; or that of a `run` which has its name already. A
    /// parent in another trace is none of it.
    pub(super) fn new(
        parent: Option<&TraceContext>,
        run: Option<&TraceContext>,
        identities: &mut Identities,
    ) -> Result<Self, OtlpError> {
        if let Some(run) = run {
            let parent = parent.filter(|parent| parent.trace_id == run.trace_id);
            let state = parent.map(|parent| parent.state.clone()).unwrap_or_default();
            let run = TraceContext { state, ..run.clone() };
            return Ok(Self { run, parent: parent.map(|parent| parent.span_id) });
        }
        let span_id = identities.span();
        let run = match parent {
            Some(parent) => TraceContext { span_id, ..parent.clone() },
            None => TraceContext {
                trace_id: Identities::trace()?,
                span_id,
                flags: SAMPLED,
                state: String::new(),
            },
        };
        Ok(Self { run, parent: parent.map(|parent| parent.span_id) })
    }

    /// What the spans of processes need to know.
    pub(super) fn setting(&self, origin: u64, is_pipeline: bool) -> Setting<'_> {
        Setting {
            trace_id: self.run.trace_id,
            trace_state: &self.run.state,
            flags: u32::from(self.run.flags) | PARENT_IS_KNOWN,
            origin,
            is_pipeline,
        }
    }
}

/// What is known of a run when its span is written.
pub(super) struct RunFacts<'a> {
    pub(super) header: &'a Header,
    /// How it ended; `None` where the stream of records broke off.
    pub(super) end: Option<&'a RunEnd>,
    pub(super) last_seen: Elapsed,
    pub(super) memory_peak: Option<u64>,
    pub(super) pipeline: Option<&'a Pipeline>,
}

/// The run's span.
pub(super) fn run_span(trace: &Trace, setting: &Setting<'_>, facts: &RunFacts<'_>) -> Span {
    let RunFacts { header, end, last_seen, memory_peak, pipeline } = facts;
    let program = header.command.first().map_or("", |word| word.rsplit('/').next().unwrap_or(word));
    let mut attributes = vec![
        whole("process.pid", header.root.pid.into()),
        text("process.executable.name", program),
        words("process.command_args", &header.command),
    ];
    attributes.extend(header.cwd.as_ref().map(|path| text("process.working_directory", path)));
    attributes.extend(memory_peak.map(|peak| whole("procmon.memory.peak", peak)));
    let ending = end.and_then(|end| end.ending);
    attributes.extend(ending.map(outcome).unwrap_or_default());
    match end {
        Some(end) => {
            attributes.push(whole("procmon.processes", end.processes_seen));
            let cpu = end.totals.cpu.map(|cpu| seconds("procmon.cpu.time", cpu.as_nanos()));
            attributes.extend(cpu);
        }
        None => attributes.push(truth("procmon.torn")),
    }
    if let Some(pipeline) = pipeline {
        attributes.extend(pipeline_attributes(pipeline, *end));
    }
    let is_remote = if trace.parent.is_some() { PARENT_IS_REMOTE } else { 0 };
    Span {
        trace_id: trace.run.trace_id.to_vec(),
        span_id: trace.run.span_id.to_vec(),
        trace_state: trace.run.state.clone(),
        parent_span_id: trace.parent.map(Vec::from).unwrap_or_default(),
        flags: setting.flags | is_remote,
        name: match pipeline {
            Some(pipeline) => format!("RUN {}", pipeline.name),
            None => format!("run {program}"),
        },
        kind: if pipeline.is_some() { SpanKind::Server } else { SpanKind::Internal } as i32,
        start_time_unix_nano: setting.origin,
        end_time_unix_nano: setting.time(end.map_or(*last_seen, |end| end.at)),
        attributes,
        status: ending.and_then(status),
        ..Span::default()
    }
}

fn pipeline_attributes(
    pipeline: &Pipeline,
    end: Option<&RunEnd>,
) -> Vec<opentelemetry_proto::tonic::common::v1::KeyValue> {
    let mut told =
        vec![text("cicd.pipeline.name", &pipeline.name), text("cicd.pipeline.action.name", "RUN")];
    told.extend(pipeline.run_id.as_ref().map(|id| text("cicd.pipeline.run.id", id)));
    told.extend(pipeline.url.as_ref().map(|url| text("cicd.pipeline.run.url.full", url)));
    told.extend(end.map(|end| text("cicd.pipeline.result", run_result(end))));
    told
}

/// How a run ended, in the conventions' words.
pub(super) fn run_result(end: &RunEnd) -> &'static str {
    const INTERRUPT: Signal = Signal(2);
    const TERMINATE: Signal = Signal(15);
    match (end.cause, end.ending) {
        (EndCause::DurationPassed, _) => "timeout",
        (EndCause::Stopped, _) | (_, Some(Ending::Signal(INTERRUPT | TERMINATE))) => "cancellation",
        (_, Some(Ending::Code(0))) => "success",
        (_, Some(Ending::Code(_))) => "failure",
        _ => "error",
    }
}
