//! Floor 11. Why there is no delivery by OTLP.

use crate::http_client::ClientError;

/// Why a delivery could not be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OtlpError {
    /// A variable or an option has a value that cannot be used.
    #[error("{name}: {reason}")]
    Value {
        /// The variable.
        name: String,
        /// What is wrong; never the value where that may be a secret.
        reason: String,
    },
    /// No client for an address.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The system gave no random bytes for the names of a trace.
    #[error("failed to get random bytes: {0}")]
    Random(String),
    /// A thread could not be started.
    #[error("failed to start a thread: {0}")]
    Thread(#[from] std::io::Error),
}
