//! Floor 11. Points as requests.

use std::collections::BTreeMap;
use std::sync::Arc;

use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{
    AggregationTemporality, Gauge, Histogram, HistogramDataPoint, Metric, NumberDataPoint,
    ResourceMetrics, ScopeMetrics, Sum,
};
use opentelemetry_proto::tonic::resource::v1::Resource;

use super::attributes::text;
use super::instruments::{Kind, Quantity};
use super::options::Temporality;
use super::resource::{SCHEMA, of_process, scope};
use super::series::Point;

/// How many points go in one request at most.
pub(super) const BATCH: usize = 5_000;

/// What all requests of a session have in common.
pub(super) struct Envelope<'a> {
    pub(super) resource: &'a [KeyValue],
    pub(super) instance: &'a str,
    pub(super) temporality: Temporality,
}

/// The points of one resource, by what they measure.
type Family = (Arc<[KeyValue]>, BTreeMap<Quantity, Vec<NumberDataPoint>>);

impl Envelope<'_> {
    /// One request for these points, of which the first are those of the session's resource.
    pub(super) fn request(&self, points: &[Point]) -> ExportMetricsServiceRequest {
        let mut families: Vec<Family> = Vec::new();
        for point in points {
            let is_same = |(resource, _): &Family| Arc::ptr_eq(resource, &point.resource);
            let known = if point.resource.is_empty() {
                families.iter().position(|(resource, _)| resource.is_empty())
            } else {
                families.last().filter(|family| is_same(family)).map(|_| families.len() - 1)
            };
            let index = known.unwrap_or(families.len());
            if known.is_none() {
                families.push((Arc::clone(&point.resource), BTreeMap::new()));
            }
            families[index].1.entry(point.quantity).or_default().push(point.data.clone());
        }
        let resources = families.into_iter().map(|(own, family)| {
            let metrics =
                family.into_iter().map(|(quantity, points)| self.metric(quantity, points));
            self.beneath(&own, metrics.collect())
        });
        ExportMetricsServiceRequest { resource_metrics: resources.collect() }
    }

    /// A request for the duration of a run of a pipeline, which is known at its end alone.
    pub(super) fn run_duration(&self, run: &RunDuration<'_>) -> ExportMetricsServiceRequest {
        let bucket = BOUNDS.iter().position(|bound| run.seconds <= *bound).unwrap_or(BOUNDS.len());
        let mut bucket_counts = vec![0; BOUNDS.len() + 1];
        bucket_counts[bucket] = 1;
        let point = HistogramDataPoint {
            attributes: vec![
                text("cicd.pipeline.name", run.pipeline),
                text("cicd.pipeline.run.state", "executing"),
                text("cicd.pipeline.result", run.result),
            ],
            start_time_unix_nano: run.started,
            time_unix_nano: run.ended,
            count: 1,
            sum: Some(run.seconds),
            bucket_counts,
            explicit_bounds: BOUNDS.to_vec(),
            min: Some(run.seconds),
            max: Some(run.seconds),
            ..HistogramDataPoint::default()
        };
        let metric = Metric {
            name: "cicd.pipeline.run.duration".to_owned(),
            description: "Duration of a pipeline run grouped by pipeline, state and result."
                .to_owned(),
            unit: "s".to_owned(),
            data: Some(Data::Histogram(Histogram {
                data_points: vec![point],
                aggregation_temporality: self.aggregation(Kind::Counter),
            })),
            ..Metric::default()
        };
        ExportMetricsServiceRequest { resource_metrics: vec![self.beneath(&[], vec![metric])] }
    }

    fn beneath(&self, own: &[KeyValue], metrics: Vec<Metric>) -> ResourceMetrics {
        let attributes = match own {
            [] => self.resource.to_vec(),
            own => of_process(self.resource, own, &format!("{}/{}", self.instance, pid(own))),
        };
        ResourceMetrics {
            resource: Some(Resource { attributes, ..Resource::default() }),
            scope_metrics: vec![ScopeMetrics {
                scope: Some(scope()),
                metrics,
                schema_url: SCHEMA.to_owned(),
            }],
            schema_url: SCHEMA.to_owned(),
        }
    }

    fn metric(&self, quantity: Quantity, data_points: Vec<NumberDataPoint>) -> Metric {
        let instrument = quantity.instrument();
        let data = match instrument.kind {
            Kind::Gauge => Data::Gauge(Gauge { data_points }),
            kind => Data::Sum(Sum {
                data_points,
                aggregation_temporality: self.aggregation(kind),
                is_monotonic: kind == Kind::Counter,
            }),
        };
        Metric {
            name: instrument.name.to_owned(),
            description: instrument.description.to_owned(),
            unit: instrument.unit.to_owned(),
            data: Some(data),
            ..Metric::default()
        }
    }

    fn aggregation(&self, kind: Kind) -> i32 {
        let chosen = match (kind, self.temporality) {
            (Kind::Counter, Temporality::Delta) => AggregationTemporality::Delta,
            _ => AggregationTemporality::Cumulative,
        };
        chosen as i32
    }
}

/// How long a run of a pipeline took.
pub(super) struct RunDuration<'a> {
    pub(super) pipeline: &'a str,
    pub(super) result: &'a str,
    pub(super) started: u64,
    pub(super) ended: u64,
    pub(super) seconds: f64,
}

/// Bounds of durations, in seconds.
const BOUNDS: [f64; 14] = [
    1.0, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0, 7_200.0, 14_400.0,
    28_800.0,
];

fn pid(own: &[KeyValue]) -> i64 {
    let value = own.iter().find(|attribute| attribute.key == "process.pid");
    match value.and_then(|attribute| attribute.value.as_ref()?.value.as_ref()) {
        Some(Value::IntValue(pid)) => *pid,
        _ => 0,
    }
}
