//! Floor 11. Why deliveries to a broker could not begin.

use std::io;
use std::path::PathBuf;

/// Why deliveries to a broker could not begin. A broker that is down is none of these: it is tried again and again.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MqttError {
    /// The URL is none of a broker. It is shown without user information.
    #[error("use {url} as the URL of a broker: {reason}")]
    Url {
        /// The URL without user information.
        url: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// The URL holds a password.
    #[error(
        "accept the URL of {url}: it holds a password, and everybody on the machine can read command lines\nhint: put the password into a file or into an environment variable"
    )]
    PasswordInUrl {
        /// The URL without user information.
        url: String,
    },
    /// A word cannot be part of a topic.
    #[error(
        "make a topic of the {part} {text:?}: a part of a topic is not empty and has none of / + # and NUL"
    )]
    TopicPart {
        /// What the word was given as.
        part: &'static str,
        /// The word.
        text: String,
    },
    /// This machine does not tell its name.
    #[error("find out this machine's name\nhint: give the agent a name")]
    NoAgent,
    /// A file could not be read.
    #[error("read {}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file does not hold what it was given for.
    #[error("find {wanted} in {}", path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        wanted: &'static str,
    },
    /// Only one of a certificate and its key was given.
    #[error("identify ourselves: a certificate needs its key, and a key its certificate")]
    HalfIdentity,
    /// Certificates were given for a connection without TLS.
    #[error("use certificates with {url}, which has no TLS\nhint: use mqtts://")]
    NoTls {
        /// The URL without user information.
        url: String,
    },
    /// The certificate and the key do not fit, or TLS could not be set up in another way.
    #[error("set up TLS: {0}")]
    Tls(#[source] rustls::Error),
    /// The environment has no such variable.
    #[error("read the password: the environment has no {name}")]
    Environment {
        /// The variable.
        name: String,
    },
    /// The system gave no thread, no timer or no random numbers.
    #[error("start deliveries: {0}")]
    System(#[source] io::Error),
}
