//! Floor 11. What a collector got, taken apart: a line for each point, and spans by name.

use std::io::Read as _;

use flate2::read::GzDecoder;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceRequest;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::any_value::Value;
use opentelemetry_proto::tonic::common::v1::{AnyValue, KeyValue};
use opentelemetry_proto::tonic::metrics::v1::metric::Data;
use opentelemetry_proto::tonic::metrics::v1::{Metric, NumberDataPoint, number_data_point};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

use super::server::Received;

/// A request's message.
pub(crate) fn decoded<M: Message + Default>(received: &Received) -> M {
    assert_eq!(received.header("content-type"), Some("application/x-protobuf"));
    let mut bytes = Vec::new();
    match received.header("content-encoding") {
        Some("gzip") => {
            GzDecoder::new(received.body.as_slice()).read_to_end(&mut bytes).unwrap();
        }
        _ => bytes.clone_from(&received.body),
    }
    M::decode(bytes.as_slice()).unwrap()
}

/// All spans, in the order in which they came.
pub(crate) fn spans(received: &[Received]) -> Vec<Span> {
    let traces = received.iter().filter(|request| request.path == "/v1/traces");
    traces
        .flat_map(|request| decoded::<ExportTraceServiceRequest>(request).resource_spans)
        .flat_map(|resource| resource.scope_spans)
        .flat_map(|scope| scope.spans)
        .collect()
}

/// The points of each request, a line each: name, attributes, value, and the moments in milliseconds.
pub(crate) fn points(received: &[Received]) -> Vec<Vec<String>> {
    let metrics = received.iter().filter(|request| request.path == "/v1/metrics");
    metrics.map(|request| lines(&decoded(request))).collect()
}

/// The attributes of each resource of a request of figures.
pub(crate) fn resources(request: &ExportMetricsServiceRequest) -> Vec<String> {
    let resources = request.resource_metrics.iter();
    resources.map(|metrics| shown(&metrics.resource.as_ref().unwrap().attributes)).collect()
}

fn lines(request: &ExportMetricsServiceRequest) -> Vec<String> {
    let scopes = request.resource_metrics.iter().flat_map(|resource| &resource.scope_metrics);
    scopes.flat_map(|scope| &scope.metrics).flat_map(metric).collect()
}

fn metric(metric: &Metric) -> Vec<String> {
    let (kind, points) = match metric.data.as_ref().unwrap() {
        Data::Gauge(gauge) => ("gauge".to_owned(), &gauge.data_points),
        Data::Sum(sum) => {
            let which = if sum.aggregation_temporality == 1 { "delta" } else { "cumulative" };
            let direction = if sum.is_monotonic { "counter" } else { "up-down" };
            (format!("{which} {direction}"), &sum.data_points)
        }
        Data::Histogram(histogram) => {
            let point = &histogram.data_points[0];
            let attributes = shown(&point.attributes);
            let buckets = &point.bucket_counts;
            let sum = point.sum.unwrap();
            return vec![format!("{}{{{attributes}}} {sum} {buckets:?}", metric.name)];
        }
        other => panic!("{other:?}"),
    };
    let line = |point: &NumberDataPoint| {
        let value = match point.value {
            Some(number_data_point::Value::AsInt(value)) => value.to_string(),
            Some(number_data_point::Value::AsDouble(value)) => value.to_string(),
            None => format!("none (flags {})", point.flags),
        };
        let [from, to] =
            [point.start_time_unix_nano, point.time_unix_nano].map(|nanos| nanos as f64 / 1e6);
        let attributes = shown(&point.attributes);
        format!("{}{{{attributes}}} {value} {kind} {from}..{to}", metric.name)
    };
    points.iter().map(line).collect()
}

/// Attributes as a person would write them.
pub(crate) fn shown(attributes: &[KeyValue]) -> String {
    let pair =
        |attribute: &KeyValue| format!("{}={}", attribute.key, value(attribute.value.as_ref()));
    attributes.iter().map(pair).collect::<Vec<_>>().join(" ")
}

fn value(any: Option<&AnyValue>) -> String {
    match any.and_then(|any| any.value.as_ref()).unwrap() {
        Value::StringValue(text) => text.clone(),
        Value::IntValue(number) => number.to_string(),
        Value::DoubleValue(number) => number.to_string(),
        Value::BoolValue(truth) => truth.to_string(),
        Value::ArrayValue(array) => {
            let values = array.values.iter().map(|one| value(Some(one)));
            format!("[{}]", values.collect::<Vec<_>>().join(","))
        }
        other => panic!("{other:?}"),
    }
}
