//! Floor 11. The standard variables of OpenTelemetry (specification 1.5x: protocol/exporter, sdk-environment-variables).

use std::path::PathBuf;
use std::time::Duration;

use super::context::TraceContext;
use super::error::OtlpError;
use super::options::{Endpoint, Headers, OtlpOptions, ProcessPoints, Temporality, beneath};
use crate::delivery::percent_decoded;

const DEFAULT_ENDPOINT: &str = "http://localhost:4318";
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// The conventional name of `OTEL_EXPORTER_OTLP_*`.
const PREFIX: &str = "OTEL_EXPORTER_OTLP";

type Lookup<'a> = &'a dyn Fn(&str) -> Option<String>;

impl OtlpOptions {
    /// What the variables say, and the standard's defaults where they say nothing: both signals go to port 4318 of this
    /// machine. An empty variable counts as none.
    pub fn from_variables(lookup: Lookup<'_>) -> Result<Self, OtlpError> {
        let lookup: Lookup<'_> = &|name| {
            lookup(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
        };
        let is_disabled =
            lookup("OTEL_SDK_DISABLED").is_some_and(|value| value.eq_ignore_ascii_case("true"));
        let signal = |variable: &str, name: &str, path: &str| {
            if is_disabled || lookup(variable).as_deref() == Some("none") {
                return Ok(None);
            }
            endpoint(lookup, name, path).map(Some)
        };
        let mut resource = match lookup("OTEL_RESOURCE_ATTRIBUTES") {
            Some(value) => pairs("OTEL_RESOURCE_ATTRIBUTES", &value)?,
            None => Vec::new(),
        };
        let named = resource.iter().position(|(name, _)| name == "service.name");
        let named = named.map(|index| resource.remove(index).1);
        let service_name = lookup("OTEL_SERVICE_NAME").or(named);
        let parent = lookup("TRACEPARENT");
        Ok(Self {
            metrics: signal("OTEL_METRICS_EXPORTER", "METRICS", "v1/metrics")?,
            traces: signal("OTEL_TRACES_EXPORTER", "TRACES", "v1/traces")?,
            temporality: temporality(lookup)?,
            processes: ProcessPoints::default(),
            service_name: service_name.unwrap_or_else(|| "procmon".to_owned()),
            resource,
            pipeline: None,
            parent: parent
                .and_then(|parent| TraceContext::parse(&parent, lookup("TRACESTATE").as_deref())),
            run: None,
            interval: milliseconds(lookup, "OTEL_METRIC_EXPORT_INTERVAL")?
                .unwrap_or(Duration::from_secs(10)),
            flush_timeout: Duration::from_secs(5),
            buffer_bytes: 8 * 1024 * 1024,
        })
    }
}

/// Where a signal goes: its own variables go before those of all signals.
fn endpoint(lookup: Lookup<'_>, signal: &str, path: &str) -> Result<Endpoint, OtlpError> {
    let either = |what: &str| {
        let names = [format!("{PREFIX}_{signal}_{what}"), format!("{PREFIX}_{what}")];
        names.into_iter().find_map(|name| lookup(&name).map(|value| (name, value)))
    };
    if let Some((name, protocol)) = either("PROTOCOL").filter(|(_, value)| value != "http/protobuf")
    {
        return Err(unusable(&name, protocol_refused(&protocol)));
    }
    let url = lookup(&format!("{PREFIX}_{signal}_ENDPOINT")).unwrap_or_else(|| {
        let base = lookup(&format!("{PREFIX}_ENDPOINT"));
        beneath(base.as_deref().unwrap_or(DEFAULT_ENDPOINT), path)
    });
    let headers = match either("HEADERS") {
        Some((name, value)) => Headers(pairs(&name, &value)?),
        None => Headers::default(),
    };
    let timeout = match either("TIMEOUT") {
        Some((name, value)) => duration(&name, &value)?,
        None => DEFAULT_TIMEOUT,
    };
    let gzip = match either("COMPRESSION") {
        None => true,
        Some((_, value)) if value == "gzip" => true,
        Some((_, value)) if value == "none" => false,
        Some((name, value)) => {
            return Err(unusable(&name, format!("{value:?} is neither gzip nor none")));
        }
    };
    let file = |what: &str| either(what).map(|(_, value)| PathBuf::from(value));
    let identity = match (file("CLIENT_CERTIFICATE"), file("CLIENT_KEY")) {
        (None, None) => None,
        (Some(certificate), Some(key)) => Some((certificate, key)),
        _ => {
            let reason = "a client's certificate and its key are given together or not at all";
            return Err(unusable(&format!("{PREFIX}_CLIENT_KEY"), reason.to_owned()));
        }
    };
    Ok(Endpoint { url, headers, timeout, gzip, ca_file: file("CERTIFICATE"), identity })
}

fn protocol_refused(protocol: &str) -> String {
    match protocol {
        "grpc" => {
            "procmon does not speak gRPC: choose http/protobuf, which collectors take at port 4318"
                .to_owned()
        }
        other => format!("procmon speaks http/protobuf and not {other:?}"),
    }
}

fn temporality(lookup: Lookup<'_>) -> Result<Temporality, OtlpError> {
    let name = format!("{PREFIX}_METRICS_TEMPORALITY_PREFERENCE");
    let value = lookup(&name).unwrap_or_default().to_ascii_lowercase();
    match value.as_str() {
        // To save memory, "lowmemory" has counters that are read from elsewhere cumulative: all of ours are.
        "" | "cumulative" | "lowmemory" => Ok(Temporality::Cumulative),
        "delta" => Ok(Temporality::Delta),
        _ => Err(unusable(&name, format!("{value:?} is none of cumulative, delta and lowmemory"))),
    }
}

/// `name=value,name=value`, the values with `%XX` (W3C Baggage). Values may be secrets: no error shows one.
fn pairs(variable: &str, text: &str) -> Result<Vec<(String, String)>, OtlpError> {
    let mut found = Vec::new();
    for (index, pair) in text.split(',').enumerate().filter(|(_, pair)| !pair.trim().is_empty()) {
        let wrong = || unusable(variable, format!("entry {} is not name=value", index + 1));
        let (name, value) = pair.split_once('=').ok_or_else(wrong)?;
        let name =
            percent_decoded(name.trim()).filter(|name| !name.is_empty()).ok_or_else(wrong)?;
        found.push((name, percent_decoded(value.trim()).ok_or_else(wrong)?));
    }
    Ok(found)
}

fn milliseconds(lookup: Lookup<'_>, name: &str) -> Result<Option<Duration>, OtlpError> {
    lookup(name).map(|value| duration(name, &value)).transpose()
}

fn duration(name: &str, value: &str) -> Result<Duration, OtlpError> {
    let parsed = value.parse().ok().filter(|millis| *millis > 0).map(Duration::from_millis);
    parsed.ok_or_else(|| {
        unusable(name, format!("{value:?} is not a number of milliseconds from 1 on"))
    })
}

fn unusable(name: &str, reason: String) -> OtlpError {
    OtlpError::Value { name: name.to_owned(), reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn options(variables: &[(&str, &str)]) -> Result<OtlpOptions, OtlpError> {
        OtlpOptions::from_variables(&|name| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    fn urls(variables: &[(&str, &str)]) -> [Option<String>; 2] {
        let options = options(variables).unwrap();
        [options.metrics, options.traces].map(|endpoint| endpoint.map(|endpoint| endpoint.url))
    }

    fn pair(metrics: &str, traces: &str) -> [Option<String>; 2] {
        [Some(metrics.to_owned()), Some(traces.to_owned())]
    }

    #[test]
    fn paths_are_appended_to_the_common_address_and_not_to_a_signals_own() {
        let standard = pair("http://localhost:4318/v1/metrics", "http://localhost:4318/v1/traces");
        assert_eq!(urls(&[]), standard);
        assert_eq!(urls(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "")]), standard);
        let common = ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://collector/otlp/");
        let beneath = pair("https://collector/otlp/v1/metrics", "https://collector/otlp/v1/traces");
        assert_eq!(urls(&[common]), beneath);
        let own = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://tempo:4318/");
        let mixed = pair("https://collector/otlp/v1/metrics", "http://tempo:4318/");
        assert_eq!(urls(&[common, own]), mixed);
    }

    #[test]
    fn a_signal_can_be_switched_off_and_all_of_it() {
        assert_eq!(urls(&[("OTEL_METRICS_EXPORTER", "none")])[0], None);
        assert_eq!(urls(&[("OTEL_TRACES_EXPORTER", "none")])[1], None);
        assert_eq!(urls(&[("OTEL_SDK_DISABLED", "TRUE")]), [None, None]);
        let off = options(&[("OTEL_TRACES_EXPORTER", "none")]).unwrap();
        let off = off.with_endpoint("http://other:1");
        assert_eq!(off.metrics.unwrap().url, "http://other:1/v1/metrics");
        assert!(off.traces.is_none());
    }

    #[test]
    fn a_signals_own_variables_go_before_the_common_ones() {
        let told = options(&[
            ("OTEL_EXPORTER_OTLP_HEADERS", "api-key=a%2Cb , x = y"),
            ("OTEL_EXPORTER_OTLP_TIMEOUT", "2500"),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "gzip"),
            ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem"),
            ("OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE", "/me.pem"),
            ("OTEL_EXPORTER_OTLP_CLIENT_KEY", "/me.key"),
            ("OTEL_EXPORTER_OTLP_TRACES_COMPRESSION", "none"),
            ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1"),
            ("OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE", "Delta"),
            ("OTEL_METRIC_EXPORT_INTERVAL", "60000"),
        ]);
        let told = told.unwrap();
        let (metrics, traces) = (told.metrics.unwrap(), told.traces.unwrap());
        let headers = [("api-key", "a,b"), ("x", "y")];
        let headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        assert_eq!(metrics.headers, Headers(headers));
        assert_eq!(metrics.timeout, Duration::from_millis(2_500));
        assert_eq!(traces.timeout, Duration::from_millis(1));
        assert_eq!((metrics.gzip, traces.gzip), (true, false));
        assert_eq!(metrics.ca_file, Some(PathBuf::from("/ca.pem")));
        assert_eq!(metrics.identity, Some(("/me.pem".into(), "/me.key".into())));
        assert_eq!(told.temporality, Temporality::Delta);
        assert_eq!(told.interval, Duration::from_secs(60));
    }

    #[test]
    fn the_service_and_its_attributes_are_named() {
        let attributes = ("OTEL_RESOURCE_ATTRIBUTES", "service.name=a,team=b%20c");
        let told = options(&[attributes]).unwrap();
        assert_eq!(told.service_name, "a");
        assert_eq!(told.resource, [("team".to_owned(), "b c".to_owned())]);
        let named = options(&[attributes, ("OTEL_SERVICE_NAME", "d")]).unwrap();
        assert_eq!(named.service_name, "d");
        assert_eq!(options(&[]).unwrap().service_name, "procmon");
    }

    #[test]
    fn the_parent_of_the_run_is_taken_over_where_it_is_well_formed() {
        let parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        let told = options(&[("TRACEPARENT", parent), ("TRACESTATE", "a=b")]).unwrap();
        let told = told.parent.unwrap();
        assert_eq!((told.traceparent().as_str(), told.state.as_str()), (parent, "a=b"));
        assert_eq!(options(&[("TRACEPARENT", "00-1-2-3")]).unwrap().parent, None);
    }

    #[test]
    fn what_cannot_be_used_is_named_and_no_secret_shown() {
        let cases = [
            (
                "OTEL_EXPORTER_OTLP_PROTOCOL",
                "grpc",
                "procmon does not speak gRPC: choose http/protobuf, which collectors take at port 4318",
            ),
            (
                "OTEL_EXPORTER_OTLP_TRACES_PROTOCOL",
                "http/json",
                "procmon speaks http/protobuf and not \"http/json\"",
            ),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=b,secret", "entry 2 is not name=value"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "a=%zz", "entry 1 is not name=value"),
            (
                "OTEL_EXPORTER_OTLP_TIMEOUT",
                "10s",
                "\"10s\" is not a number of milliseconds from 1 on",
            ),
            ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "\"zstd\" is neither gzip nor none"),
            (
                "OTEL_EXPORTER_OTLP_CLIENT_KEY",
                "/key",
                "a client's certificate and its key are given together or not at all",
            ),
            (
                "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE",
                "gauge",
                "\"gauge\" is none of cumulative, delta and lowmemory",
            ),
        ];
        for (name, value, reason) in cases {
            let error = options(&[(name, value)]).unwrap_err().to_string();
            assert_eq!(error, format!("{name}: {reason}"));
        }
        let secret = options(&[
            ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=hunter2"),
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://me:hunter2@host"),
        ]);
        assert!(!format!("{secret:?}").contains("hunter2"));
    }
}
