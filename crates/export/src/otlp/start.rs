//! Floor 11. A delivery by OTLP, from its start to its end.

use std::time::Instant;

use super::carrier::{OtlpCarrier, route};
use super::context::TraceContext;
use super::error::OtlpError;
use super::identities::{Identities, uuid};
use super::options::OtlpOptions;
use super::run_span::Trace;
use super::spans::Spans;
use super::writer::{FiguresDesk, OtlpWriter};
use crate::delivery::{Courier, Delivery, Picture, Terms, deliver};

/// A delivery that is going on.
pub struct Otlp {
    delivery: Delivery,
    run: TraceContext,
}

impl Otlp {
    /// Starts a thread named procmon-otlp that takes the courier's records, and another that sends. Figures are told by
    /// `picture`. The trace has its name from now on, so that it can be handed to the command.
    pub fn start(
        options: OtlpOptions,
        courier: Courier,
        picture: Box<dyn Picture>,
    ) -> Result<Self, OtlpError> {
        let carrier = OtlpCarrier {
            metrics: options.metrics.as_ref().map(route).transpose()?,
            traces: options.traces.as_ref().map(route).transpose()?,
        };
        let mut identities = Identities::new()?;
        let trace = Trace::new(options.parent.as_ref(), options.run.as_ref(), &mut identities)?;
        let run = trace.run.clone();
        let terms =
            Terms { buffer_bytes: options.buffer_bytes, flush_timeout: options.flush_timeout };
        let due = Instant::now() + options.interval;
        let figures =
            options.metrics.as_ref().map(|_| FiguresDesk::new(picture, options.temporality, due));
        // Whoever started us has decided for the whole trace whether it is recorded.
        let is_recorded = options.traces.is_some() && run.is_sampled();
        let spans = is_recorded.then(|| Spans::new(trace, identities, options.pipeline.clone()));
        let writer = OtlpWriter::new(options, uuid()?, figures, spans);
        let delivery =
            deliver("procmon-otlp", courier, Box::new(writer), Box::new(carrier), terms)?;
        Ok(Self { delivery, run })
    }

    /// The value of `TRACEPARENT` for the command: its spans belong beneath the run's.
    pub fn traceparent(&self) -> String {
        self.run.traceparent()
    }

    /// The value of `TRACESTATE` for the command; `None` for nothing.
    pub fn tracestate(&self) -> Option<&str> {
        Some(self.run.state.as_str()).filter(|state| !state.is_empty())
    }

    /// Waits until everything is sent or given up: for the time of a flush at most, once the outbox has been finished.
    pub fn wait(self) {
        self.delivery.wait();
    }
}
