//! Floor 11. What exporters somebody wishes for.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::census::CensusOptions;
use crate::exposition::Names;
use crate::mqtt::MqttOptions;
use crate::otlp::OtlpOptions;

/// Makes the options of a census: every exporter keeps one of its own, on a thread of its own.
pub type Census = Arc<dyn Fn() -> CensusOptions + Send + Sync>;

/// What exporters somebody wishes for. Without a wish nothing is served, written or sent.
pub struct Wishes {
    /// Who is counted, and how.
    pub census: Census,
    /// The names of figures where Prometheus reads them.
    pub names: Names,
    /// Labels of every figure there.
    pub labels: Vec<(String, String)>,
    /// How often figures are sent.
    pub interval: Duration,
    /// Whom to trust and as whom to appear, where a server speaks TLS.
    pub tls: TlsFiles,
    /// A server of scrapes.
    pub serve: Option<ServeWish>,
    /// Deliveries to an OpenTelemetry collector; why there are none although they were wished for.
    pub otlp: Option<Result<OtlpOptions, String>>,
    /// Deliveries by remote write, to this address.
    pub remote_write: Option<String>,
    /// Deliveries to a broker.
    pub mqtt: Option<MqttOptions>,
    /// The result on a Pushgateway.
    pub pushgateway: Option<GatewayWish>,
    /// The result in a file for the textfile collector.
    pub prom_file: Option<PathBuf>,
}

/// Files of certificates.
#[derive(Debug, Clone, Default)]
pub struct TlsFiles {
    /// The authorities to trust instead of the system's, in PEM.
    pub ca: Option<PathBuf>,
    /// Our own certificates and their key, in PEM.
    pub identity: Option<(PathBuf, PathBuf)>,
}

/// A server of scrapes.
#[derive(Debug, Clone)]
pub struct ServeWish {
    /// `HOST:PORT`, or either.
    pub listen: String,
    /// TLS and passwords.
    pub web_config: Option<PathBuf>,
}

/// A Pushgateway.
#[derive(Debug, Clone)]
pub struct GatewayWish {
    /// Its address.
    pub url: String,
    /// The job.
    pub job: String,
}

/// The port of scrapes unless another is said.
pub const DEFAULT_PORT: u16 = 9925;

impl Wishes {
    /// None yet, for this census.
    pub fn none(census: Census) -> Self {
        Self {
            census,
            names: Names::Procmon,
            labels: Vec::new(),
            interval: Duration::from_secs(10),
            tls: TlsFiles::default(),
            serve: None,
            otlp: None,
            remote_write: None,
            mqtt: None,
            pushgateway: None,
            prom_file: None,
        }
    }

    /// Whether there is none.
    pub fn are_none(&self) -> bool {
        let sends = self.otlp.is_some() || self.remote_write.is_some() || self.mqtt.is_some();
        let writes = self.pushgateway.is_some() || self.prom_file.is_some();
        !sends && !writes && self.serve.is_none()
    }
}
