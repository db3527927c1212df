//! Floor 11. What is sent by OTLP, where, and how often.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::context::TraceContext;
use super::pipeline::Pipeline;

/// What is sent, where and how often.
#[derive(Debug, Clone)]
pub struct OtlpOptions {
    /// Where figures go; `None` for nowhere.
    pub metrics: Option<Endpoint>,
    /// Where spans go; `None` for nowhere.
    pub traces: Option<Endpoint>,
    /// What a counter tells.
    pub temporality: Temporality,
    /// How processes that are shown one by one are told apart.
    pub processes: ProcessPoints,
    /// The name of the service.
    pub service_name: String,
    /// More attributes of the resource, by name.
    pub resource: Vec<(String, String)>,
    /// The pipeline that the run belongs to: then the attributes and figures of `cicd.*` are sent as well. Each of its
    /// runs has series of its own, so that it has to be asked for.
    pub pipeline: Option<Pipeline>,
    /// The span that the run belongs to.
    pub parent: Option<TraceContext>,
    /// The run's own span, where whoever started it has named it; its trace goes before the parent's.
    pub run: Option<TraceContext>,
    /// How often figures are sent.
    pub interval: Duration,
    /// How long the end waits for what has not been sent.
    pub flush_timeout: Duration,
    /// How many bytes may wait to be sent.
    pub buffer_bytes: usize,
}

impl OtlpOptions {
    /// Both signals to one address: `/v1/metrics` and `/v1/traces` are appended to it. A signal that is switched off
    /// stays off.
    #[must_use]
    pub fn with_endpoint(mut self, base: &str) -> Self {
        if let Some(metrics) = &mut self.metrics {
            metrics.url = beneath(base, "v1/metrics");
        }
        if let Some(traces) = &mut self.traces {
            traces.url = beneath(base, "v1/traces");
        }
        self
    }
}

/// A path beneath an address.
pub(super) fn beneath(base: &str, path: &str) -> String {
    format!("{}/{path}", base.trim_end_matches('/'))
}

/// Where a signal goes.
#[derive(Clone)]
pub struct Endpoint {
    /// The whole address. May hold user info, which becomes a header and is not shown.
    pub url: String,
    /// Headers of each request.
    pub headers: Headers,
    /// How long one request may take.
    pub timeout: Duration,
    /// Whether bodies are compressed with gzip.
    pub gzip: bool,
    /// The authorities to trust instead of the system's, in PEM.
    pub ca_file: Option<PathBuf>,
    /// Our own certificates and their key, in PEM.
    pub identity: Option<(PathBuf, PathBuf)>,
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Endpoint")
            .field("url", &crate::http_client::shown(&self.url))
            .field("headers", &self.headers)
            .field("timeout", &self.timeout)
            .field("gzip", &self.gzip)
            .field("ca_file", &self.ca_file)
            .field("identity", &self.identity)
            .finish()
    }
}

/// Headers by name. Their values may be secrets: they are never shown.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Headers(pub Vec<(String, String)>);

impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

/// What a counter tells.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Temporality {
    /// Its total since it began.
    #[default]
    Cumulative,
    /// What was added since it was last told.
    Delta,
}

/// How processes that are shown one by one are told apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ProcessPoints {
    /// By attributes of their points.
    #[default]
    Attribute,
    /// Each is a resource of its own.
    Resource,
    /// They are not sent.
    Off,
}
