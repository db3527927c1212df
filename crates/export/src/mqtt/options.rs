//! Floor 11. What deliveries to a broker are told at their start.

use std::path::PathBuf;
use std::time::Duration;
use std::{env, fs};

use super::error::MqttError;

/// Where messages go, as whom, and how long they are kept. It holds no password, only the place where one is found.
#[derive(Clone)]
pub struct MqttOptions {
    /// `mqtt://[user@]host[:port]` (1883), or `mqtts://`, `ssl://`, `tls://` (8883).
    pub url: String,
    /// Where the password is found.
    pub password: Option<PasswordFrom>,
    /// A file with the certificates of authorities in PEM; `None` for those that the system trusts.
    pub authorities: Option<PathBuf>,
    /// A file with our own certificate and those that lead to its authority, in PEM.
    pub certificate: Option<PathBuf>,
    /// A file with the key of that certificate, in PEM.
    pub key: Option<PathBuf>,
    /// The first part of our own in topics.
    pub namespace: String,
    /// The name of this machine in topics; `None` for its host name.
    pub agent: Option<String>,
    /// The name of the run in topics; `None` for the one that the picture has.
    pub run: Option<String>,
    /// How many messages are kept for a broker that is slow or away.
    pub buffer: usize,
    /// How long the end of the session may take to deliver what is left.
    pub flush: Duration,
    /// Whether messages of Propeller are published as well.
    pub compat: Option<Propeller>,
}

/// Where a password is found. Never in an argument: everybody on the machine can read those.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PasswordFrom {
    /// The first line of a file.
    File(PathBuf),
    /// An environment variable of this name.
    Environment(String),
}

/// The names in the topics and messages of Propeller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Propeller {
    /// The domain, or tenant.
    pub domain: String,
    /// The channel.
    pub channel: String,
    /// The task; `None` for the name of the run.
    pub task_id: Option<String>,
    /// The agent; `None` for the name of this machine in topics.
    pub proplet_id: Option<String>,
}

impl MqttOptions {
    /// How many messages are kept unless something else is said.
    pub const BUFFER: usize = 1000;
    /// How long the end may take unless something else is said.
    pub const FLUSH: Duration = Duration::from_secs(5);

    /// What is usual, for a broker at this URL.
    pub fn to(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            password: None,
            authorities: None,
            certificate: None,
            key: None,
            namespace: "default".to_owned(),
            agent: None,
            run: None,
            buffer: Self::BUFFER,
            flush: Self::FLUSH,
            compat: None,
        }
    }
}

impl PasswordFrom {
    /// The password itself.
    pub(super) fn read(&self) -> Result<String, MqttError> {
        match self {
            Self::File(path) => {
                let text = fs::read_to_string(path)
                    .map_err(|source| MqttError::File { path: path.clone(), source })?;
                Ok(text.lines().next().unwrap_or_default().to_owned())
            }
            Self::Environment(name) => {
                env::var(name).map_err(|_| MqttError::Environment { name: name.clone() })
            }
        }
    }
}

/// The machine's name, where a file (Linux) or the environment tells it.
pub(super) fn host_name() -> Option<String> {
    let told = fs::read_to_string("/proc/sys/kernel/hostname").ok();
    told.into_iter()
        .chain(["HOSTNAME", "COMPUTERNAME"].into_iter().filter_map(|name| env::var(name).ok()))
        .map(|name| name.trim().to_owned())
        .find(|name| !name.is_empty())
}
