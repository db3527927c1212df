//! Floor 11. What is sent by remote write, to whom, and how often.

use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use crate::census::Scene;
use crate::http_client::ClientError;

/// Is told a series: its name, labels and value.
pub type Tell<'a> = &'a mut dyn FnMut(&str, &[(&str, &str)], f64);

/// Tells the series of a scene, as a scrape would.
pub type Exposition = fn(&Scene, Tell<'_>);

/// What is sent, and how often.
#[derive(Debug, Clone)]
pub struct RemoteWriteOptions {
    /// Tells the series of a scene.
    pub series: Exposition,
    /// Labels of every series, such as `job` and `instance`. A series' own go first.
    pub labels: Vec<(String, String)>,
    /// A token instead of user and password of the address.
    pub bearer: Option<Bearer>,
    /// The authorities to trust instead of the system's, in PEM.
    pub ca_file: Option<PathBuf>,
    /// Our own certificates and their key, in PEM.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// How long one request may take.
    pub timeout: Duration,
    /// How often samples are sent.
    pub interval: Duration,
    /// How long the end waits for what has not been sent.
    pub flush_timeout: Duration,
    /// How many bytes may wait to be sent.
    pub buffer_bytes: usize,
}

impl RemoteWriteOptions {
    /// Every ten seconds, without credentials.
    pub fn new(series: Exposition) -> Self {
        Self {
            series,
            labels: vec![("job".to_owned(), "procmon".to_owned())],
            bearer: None,
            ca_file: None,
            identity: None,
            timeout: Duration::from_secs(10),
            interval: Duration::from_secs(10),
            flush_timeout: Duration::from_secs(5),
            buffer_bytes: 8 * 1024 * 1024,
        }
    }
}

/// A token (RFC 6750). It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub enum Bearer {
    /// The token itself.
    Token(String),
    /// The file that holds it, read before each request: tokens are replaced while we run.
    File(PathBuf),
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Token(_) => f.write_str("Token"),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
        }
    }
}

/// Why a delivery could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RemoteWriteError {
    /// No client for the address.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A thread could not be started.
    #[error("failed to start a thread: {0}")]
    Thread(#[from] std::io::Error),
}
