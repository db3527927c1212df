//! Floor 11. Whose figures and spans these are: the attributes that all of a session's have in common.

use opentelemetry_proto::tonic::common::v1::{InstrumentationScope, KeyValue};
use procmon_model::record::Header;

use super::attributes::text;
use super::options::OtlpOptions;

/// The version of the semantic conventions that our names are from.
pub(super) const SCHEMA: &str = "https://opentelemetry.io/schemas/1.44.0";

/// The session's resource. What the user has named goes before what we know.
pub(super) fn resource(options: &OtlpOptions, instance: &str, header: &Header) -> Vec<KeyValue> {
    let mut found: Vec<KeyValue> =
        options.resource.iter().map(|(name, value)| text(name, value)).collect();
    let architecture = match header.host.arch.as_str() {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    let system = match header.host.os.as_str() {
        "macos" => "darwin",
        other => other,
    };
    let mut known = vec![
        text("service.name", &options.service_name),
        text("service.instance.id", instance),
        text("telemetry.sdk.name", "procmon"),
        text("telemetry.sdk.language", "rust"),
        text("telemetry.sdk.version", env!("CARGO_PKG_VERSION")),
        text("os.type", system),
        text("host.arch", architecture),
    ];
    if let Some(pipeline) = &options.pipeline {
        known.push(text("cicd.pipeline.name", &pipeline.name));
        known.extend(pipeline.run_id.as_ref().map(|id| text("cicd.pipeline.run.id", id)));
        known.extend(pipeline.url.as_ref().map(|url| text("cicd.pipeline.run.url.full", url)));
    }
    known.retain(|attribute| found.iter().all(|named| named.key != attribute.key));
    found.extend(known);
    found
}

/// The resource of one process: the session's, but another instance, and what tells the process from others. One
/// instance with two meanings would be one target to Prometheus.
pub(super) fn of_process(session: &[KeyValue], own: &[KeyValue], instance: &str) -> Vec<KeyValue> {
    let others = session.iter().filter(|attribute| attribute.key != "service.instance.id");
    others.chain(own).cloned().chain([text("service.instance.id", instance)]).collect()
}

/// Who has measured.
pub(super) fn scope() -> InstrumentationScope {
    InstrumentationScope {
        name: "procmon".to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        ..InstrumentationScope::default()
    }
}
