//! Floor 11. Why a server cannot be started, and who is told what goes wrong later.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use thiserror::Error;

/// Who is told, in a sentence, what went wrong while the server runs. It is called on a thread of the server.
pub type OnTrouble = Arc<dyn Fn(String) + Send + Sync>;

/// Why a server cannot be started.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ServeError {
    /// The text names no address.
    #[error("{text:?} is no address to listen on: {reason}")]
    Listen {
        /// The text as it was given.
        text: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The host's name leads to no address.
    #[error("{host}: no address is known for this host{}", because(.source.as_ref()))]
    UnknownHost {
        /// The name.
        host: String,
        /// What the system said, if it said anything.
        source: Option<io::Error>,
    },
    /// Something else listens there.
    #[error("listen on {address}: the port is in use")]
    PortInUse {
        /// Where it was to listen.
        address: SocketAddr,
    },
    /// The address belongs to another machine.
    #[error("listen on {address}: this machine has no such address")]
    NoSuchAddress {
        /// Where it was to listen.
        address: SocketAddr,
    },
    /// The system keeps the port for others.
    #[error("listen on {address}: permission denied{}", port_hint(*.address))]
    Denied {
        /// Where it was to listen.
        address: SocketAddr,
    },
    /// The address cannot be listened on for another reason.
    #[error("listen on {address}: {source}")]
    Unbound {
        /// Where it was to listen.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// The page cannot have this path.
    #[error(
        "{path:?} is no path for the page: it begins with a slash, is neither / nor /healthz, and has letters, digits and -._~/ alone"
    )]
    Path {
        /// The path.
        path: String,
    },
    /// The web configuration is wrong.
    #[error(transparent)]
    WebConfig(#[from] WebConfigError),
    /// The system had no room for the server's thread.
    #[error("start the server's thread: {0}")]
    Thread(#[source] io::Error),
}

/// What is wrong with a web configuration, or with a file that it names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebConfigError {
    /// The file that it is about.
    pub path: PathBuf,
    /// The line in it, counted from 1; `None` where it is about the file as a whole.
    pub line: Option<u64>,
    /// What is wrong. Neither passwords nor their hashes are in it.
    pub message: String,
}

impl std::error::Error for WebConfigError {}

impl fmt::Display for WebConfigError {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { path, line, message } = self;
        match line {
            Some(line) => write!(to, "{}, line {line}: {message}", path.display()),
            None => write!(to, "{}: {message}", path.display()),
        }
    }
}

fn because(source: Option<&io::Error>) -> String {
    source.map(|source| format!(": {source}")).unwrap_or_default()
}

/// Ports below 1024 are the usual reason for a denial.
fn port_hint(address: SocketAddr) -> &'static str {
    if address.port() < 1024 {
        return "\nports below 1024 are kept for the administrator: choose another";
    }
    ""
}
