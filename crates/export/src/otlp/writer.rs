//! Floor 11. Makes OTLP's requests of a session's records.

use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span};
use procmon_model::record::Record;

use super::carrier::{METRICS, TRACES, body};
use super::measures::{Choice, moment, nanos, portraits};
use super::metrics::{BATCH, Envelope, RunDuration};
use super::options::{OtlpOptions, Temporality};
use super::resource::{SCHEMA, resource, scope};
use super::run_span::run_result;
use super::series::Series;
use super::spans::Spans;
use crate::delivery::{Letter, Mailbag, Picture, Writer};

/// How many spans go in one request at most.
const SPAN_BATCH: usize = 512;
/// How long a span waits for others at most.
const SPAN_WAIT: Duration = Duration::from_secs(5);
/// Series end a little after the last values, which would otherwise be of the same moment.
const END_OFFSET: u64 = 1_000_000;

/// Makes requests of records.
pub(super) struct OtlpWriter {
    options: OtlpOptions,
    instance: String,
    resource: Vec<KeyValue>,
    /// When the session began, in nanoseconds since 1970; `None` before its header.
    origin: Option<u64>,
    figures: Option<FiguresDesk>,
    spans: Option<Spans>,
    spans_due: Instant,
}

/// What is needed to send figures.
pub(super) struct FiguresDesk {
    picture: Box<dyn Picture>,
    series: Series,
    due: Instant,
    /// The moment of the figures that were sent last.
    told: Option<u64>,
    result: Option<&'static str>,
}

impl FiguresDesk {
    /// Nothing was sent so far.
    pub(super) fn new(picture: Box<dyn Picture>, temporality: Temporality, due: Instant) -> Self {
        Self { picture, series: Series::new(temporality), due, told: None, result: None }
    }
}

impl OtlpWriter {
    /// For a session that begins now.
    pub(super) fn new(
        options: OtlpOptions,
        instance: String,
        figures: Option<FiguresDesk>,
        spans: Option<Spans>,
    ) -> Self {
        let spans_due = Instant::now() + SPAN_WAIT;
        Self { options, instance, resource: Vec::new(), origin: None, figures, spans, spans_due }
    }

    fn write_figures(&mut self, bag: &Mailbag, is_last: bool) {
        let (Some(desk), Some(origin)) = (&mut self.figures, self.origin) else {
            return;
        };
        let scene = desk.picture.scene();
        let mut points = Vec::new();
        let now = moment(&scene);
        if let Some(now) = now.filter(|now| desk.told.is_none_or(|told| *now > told)) {
            let choice = Choice {
                processes: self.options.processes,
                pipeline: self.options.pipeline.clone(),
            };
            points = desk.series.points(&portraits(&scene, &choice, now, origin), now);
            desk.told = Some(now);
        }
        if is_last && let Some(told) = desk.told {
            points.extend(desk.series.ends(told + END_OFFSET));
        }
        let gzip = self.options.metrics.as_ref().is_some_and(|endpoint| endpoint.gzip);
        let envelope = Envelope {
            resource: &self.resource,
            instance: &self.instance,
            temporality: self.options.temporality,
        };
        for batch in points.chunks(BATCH) {
            let body = body(&envelope.request(batch), gzip);
            bag.put(Letter { address: METRICS, body, items: batch.len() as u64 });
        }
        let duration = self.options.pipeline.as_ref().zip(desk.result).zip(scene.run.as_ref());
        if is_last && let Some(((pipeline, result), run)) = duration {
            let started = nanos(run.started);
            let request = envelope.run_duration(&RunDuration {
                pipeline: &pipeline.name,
                result,
                started,
                ended: started + u64::try_from(run.duration.as_nanos()).unwrap_or(0),
                seconds: run.duration.as_secs_f64(),
            });
            bag.put(Letter { address: METRICS, body: body(&request, gzip), items: 1 });
        }
    }

    fn write_spans(&mut self, bag: &Mailbag) {
        let gzip = self.options.traces.as_ref().is_some_and(|endpoint| endpoint.gzip);
        let Some(spans) = &mut self.spans else {
            return;
        };
        while spans.waiting() > 0 {
            let batch = spans.drain(SPAN_BATCH);
            let items = batch.len() as u64;
            let body = body(&span_request(&self.resource, batch), gzip);
            bag.put(Letter { address: TRACES, body, items });
        }
    }

    fn is_batch_full(&self) -> bool {
        self.spans.as_ref().is_some_and(|spans| spans.waiting() >= SPAN_BATCH)
    }
}

impl Writer for OtlpWriter {
    fn take(&mut self, record: &Record) {
        if let Record::Header(header) = record {
            self.resource = resource(&self.options, &self.instance, header);
            self.origin = Some(nanos(header.started_at));
        }
        if let Some(desk) = &mut self.figures {
            desk.picture.take(record);
            if let Record::End(end) = record {
                desk.result = Some(run_result(end));
            }
        }
        if let Some(spans) = &mut self.spans {
            spans.take(record);
        }
        if self.is_batch_full() {
            self.spans_due = Instant::now();
        }
    }

    fn due(&self) -> Instant {
        let figures = self.figures.as_ref().map(|desk| desk.due);
        figures.map_or(self.spans_due, |figures| figures.min(self.spans_due))
    }

    fn write(&mut self, now: Instant, bag: &Mailbag) {
        if now >= self.spans_due {
            self.write_spans(bag);
            self.spans_due = now + SPAN_WAIT;
        }
        if self.figures.as_ref().is_some_and(|desk| now >= desk.due) {
            self.write_figures(bag, false);
            let interval = self.options.interval;
            if let Some(desk) = &mut self.figures {
                desk.due = now + interval;
            }
        }
    }

    fn finish(&mut self, bag: &Mailbag) {
        if let Some(spans) = &mut self.spans {
            spans.finish(None);
        }
        self.write_spans(bag);
        self.write_figures(bag, true);
    }
}

fn span_request(resource: &[KeyValue], spans: Vec<Span>) -> ExportTraceServiceRequest {
    let scope = ScopeSpans { scope: Some(scope()), spans, schema_url: SCHEMA.to_owned() };
    ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            resource: Some(Resource { attributes: resource.to_vec(), ..Resource::default() }),
            scope_spans: vec![scope],
            schema_url: SCHEMA.to_owned(),
        }],
    }
}
