//! Floor 11. What a run came to, left with a Pushgateway for Prometheus to fetch.
//!
//! A Pushgateway keeps what it was given until that is replaced: one `PUT` replaces everything of the same job and
//! grouping labels. It reads the text format and no `OpenMetrics`.

use std::fmt;
use std::io::{ErrorKind, Read};
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use thiserror::Error;
use ureq::http::Uri;
use ureq::{Agent, Error as Failure};

use crate::census::Scene;
use crate::exposition::{Exposition, Format, LabelError};
use crate::http_client::{ClientOptions, agent, plain_agent, reason, shown, without_credentials};

/// How long one attempt may take where nothing else is said.
pub const TIMEOUT: Duration = Duration::from_secs(5);

/// How long to wait before the second and last attempt.
const PAUSE: Duration = Duration::from_millis(500);

/// How much of an answer is read for the sentence in it.
const ANSWER: u64 = 4096;

/// How many letters of an answer are told.
const SENTENCE: usize = 300;

/// Where to, and under which name.
#[derive(Clone)]
pub struct PushgatewayOptions {
    /// The address of the gateway, with a user and a password where it wants them, and with a prefix of its paths.
    pub url: String,
    /// The value of the label `job`.
    pub job: String,
    /// More labels that tell this one from others of the job.
    pub grouping: Vec<(String, String)>,
    /// How the scene is shown; the format is always the text format.
    pub exposition: Exposition,
    /// The authorities to trust, as PEM, instead of those of the system.
    pub ca_file: Option<PathBuf>,
    /// Our certificate and its key, as PEM, where the gateway wants one.
    pub identity: Option<(PathBuf, PathBuf)>,
    /// How long one attempt may take; what fails sooner is tried twice.
    pub timeout: Duration,
}

/// A Pushgateway.
pub struct Pushgateway {
    agent: Agent,
    /// Where this job's samples are put, without user and password.
    address: String,
    authorization: Option<String>,
    exposition: Exposition,
    timeout: Duration,
}

/// Why a scene could not be left there. None of these shows a user or a password.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum PushError {
    /// It is no address of a Pushgateway.
    #[error(
        "push to {address}: a Pushgateway's address begins with http:// or https:// and a host"
    )]
    Address {
        /// What was given.
        address: String,
    },
    /// A job has a name.
    #[error("push to {address}: the job has no name")]
    Job {
        /// Where to.
        address: String,
    },
    /// A grouping label cannot be one.
    #[error(transparent)]
    Label(#[from] LabelError),
    /// A file of certificates or a key cannot be used.
    #[error(transparent)]
    Tls(Box<dyn std::error::Error + Send + Sync>),
    /// Nobody answered in time.
    #[error("push to {address}: no answer within {timeout:?}")]
    Timeout {
        /// Where to.
        address: String,
        /// How long that was.
        timeout: Duration,
    },
    /// It could not be reached.
    #[error("push to {address}: {reason}")]
    Unreachable {
        /// Where to.
        address: String,
        /// What is in the way.
        reason: String,
        /// What the client said.
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The gateway said no.
    #[error("push to {address}: the gateway answered {status}: {sentence}")]
    Refused {
        /// Where to.
        address: String,
        /// The status of its answer.
        status: u16,
        /// What it said.
        sentence: String,
    },
}

impl fmt::Debug for Pushgateway {
    /// Without user and password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pushgateway").field(&self.address).finish()
    }
}

impl Pushgateway {
    /// Nothing is sent yet; files of certificates are read.
    pub fn new(options: PushgatewayOptions) -> Result<Self, PushError> {
        let PushgatewayOptions { url, job, grouping, exposition, ca_file, identity, timeout } =
            options;
        let (bare, authorization) = without_credentials(&url);
        let address = shown(&url);
        if !is_address(&bare) {
            return Err(PushError::Address { address });
        }
        if job.is_empty() {
            return Err(PushError::Job { address });
        }
        check_grouping(&exposition, &grouping)?;
        let agent = if bare.starts_with("https:") {
            let client = ClientOptions { timeout, ca_file, identity };
            agent(&client).map_err(|error| PushError::Tls(Box::new(error)))?
        } else {
            plain_agent(timeout)
        };
        let mut address = format!("{}/metrics{}", bare.trim_end_matches('/'), segment("job", &job));
        for (name, value) in &grouping {
            address.push_str(&segment(name, value));
        }
        let exposition = exposition.in_format(Format::Text);
        Ok(Self { agent, address, authorization, exposition, timeout })
    }

    /// Puts a scene in the place of what this job has left there before, in two attempts at most. Waits for the answer.
    pub fn put(&self, scene: &Scene) -> Result<(), PushError> {
        let mut text = String::new();
        self.exposition.encode(scene, &mut text);
        match self.attempt(&text) {
            Err(error) if error.may_pass() => {
                thread::sleep(PAUSE);
                self.attempt(&text)
            }
            result => result,
        }
    }

    fn attempt(&self, text: &str) -> Result<(), PushError> {
        let mut request = self
            .agent
            .put(&self.address)
            .header("Content-Type", self.exposition.format().content_type());
        if let Some(authorization) = &self.authorization {
            request = request.header("Authorization", authorization);
        }
        let mut response = request.send(text).map_err(|failure| self.unreachable(failure))?;
        if response.status().is_success() {
            return Ok(());
        }
        let mut answer = Vec::new();
        // Half an answer says more than none.
        drop(response.body_mut().as_reader().take(ANSWER).read_to_end(&mut answer));
        Err(PushError::Refused {
            address: shown(&self.address),
            status: response.status().as_u16(),
            sentence: sentence(&answer),
        })
    }

    fn unreachable(&self, failure: Failure) -> PushError {
        let address = shown(&self.address);
        if matches!(failure, Failure::Timeout(_)) {
            return PushError::Timeout { address, timeout: self.timeout };
        }
        let reason = reason(&failure);
        PushError::Unreachable { address, reason, source: Box::new(failure) }
    }
}

impl PushError {
    /// Whether it may be otherwise in a moment.
    fn may_pass(&self) -> bool {
        match self {
            // Where nobody listens or answers, whoever started the command is not kept waiting.
            Self::Unreachable { source, .. } => !is_nobody_there(source.as_ref()),
            Self::Refused { status, .. } => *status == 429 || *status >= 500,
            Self::Timeout { .. }
            | Self::Address { .. }
            | Self::Job { .. }
            | Self::Label(_)
            | Self::Tls(_) => false,
        }
    }
}

fn is_nobody_there(error: &(dyn std::error::Error + Send + Sync + 'static)) -> bool {
    let io = error.downcast_ref::<Failure>();
    matches!(io, Some(Failure::Io(error)) if error.kind() == ErrorKind::ConnectionRefused)
}

/// Whether a grouping label is none that samples have: the gateway puts it at every sample, over one of the same name.
fn check_grouping(
    exposition: &Exposition,
    grouping: &[(String, String)],
) -> Result<(), LabelError> {
    if let Some((name, _)) = grouping.iter().find(|(name, _)| name == "job") {
        return Err(LabelError::Taken(name.clone()));
    }
    let labels = exposition.labels().iter().chain(grouping).cloned().collect();
    Exposition::new(exposition.names(), labels, Format::Text).map(drop)
}

fn is_address(url: &str) -> bool {
    let Ok(uri) = url.parse::<Uri>() else { return false };
    let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
    // What follows the host is a port or nothing.
    let has_host = uri.authority().is_some_and(|authority| {
        let host = authority.host();
        !host.is_empty() && (authority.as_str() == host || authority.port_u16().is_some())
    });
    is_http && uri.query().is_none() && has_host
}

/// A label as a part of the path. What is more than letters and digits is written in base64, so that no server on the
/// way takes it for something else; a single `=` is the empty value.
fn segment(name: &str, value: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if value.is_empty() {
        return format!("/{name}@base64/=");
    }
    if value.bytes().all(is_plain) {
        return format!("/{name}/{value}");
    }
    format!("/{name}@base64/{}", URL_SAFE_NO_PAD.encode(value))
}

/// The words of an answer in one line, as many as a person reads.
fn sentence(answer: &[u8]) -> String {
    let text = String::from_utf8_lossy(answer);
    let words: Vec<&str> = text.split_whitespace().collect();
    if words.is_empty() {
        return "nothing more".to_owned();
    }
    let line = words.join(" ");
    let mut letters = line.chars().filter(|letter| !letter.is_control());
    let mut sentence: String = letters.by_ref().take(SENTENCE).collect();
    if letters.next().is_some() {
        sentence.push('…');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposition::Names;

    fn made(url: &str, job: &str, grouping: &[(&str, &str)]) -> Result<Pushgateway, PushError> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Pushgateway::new(PushgatewayOptions {
            url: url.to_owned(),
            job: job.to_owned(),
            grouping: grouping.iter().map(own).collect(),
            exposition: Exposition::new(Names::Procmon, Vec::new(), Format::Text).unwrap(),
            ca_file: None,
            identity: None,
            timeout: TIMEOUT,
        })
    }

    fn refused(url: &str, job: &str, grouping: &[(&str, &str)]) -> String {
        made(url, job, grouping).unwrap_err().to_string()
    }

    #[test]
    fn the_path_tells_job_and_grouping_whatever_is_in_them() {
        let grouping = [("branch", "feat/a b"), ("ref", ""), ("try", "2")];
        let gateway = made("https://me:secret@host/prefix/", "npm test", &grouping).unwrap();
        assert_eq!(
            gateway.address,
            "https://host/prefix/metrics/job@base64/bnBtIHRlc3Q/branch@base64/ZmVhdC9hIGI/ref@base64/=/try/2"
        );
        assert!(!format!("{gateway:?}").contains("secret"));
    }

    #[test]
    fn what_is_no_address_is_refused_without_its_password() {
        for url in ["host:9091", "ftp://host", "http://", "http://host/?a=b", "http://host:port"] {
            let said = "a Pushgateway's address begins with http:// or https:// and a host";
            let refused = refused(url, "job", &[]);
            assert!(refused.ends_with(said), "{url}: {refused}");
        }
        assert!(!refused("ftp://me:secret@host", "job", &[]).contains("secret"));
        assert_eq!(
            refused("http://me:secret@host", "", &[]),
            "push to http://host: the job has no name"
        );
    }

    #[test]
    fn a_grouping_label_that_samples_have_is_refused() {
        let url = "http://host";
        assert_eq!(
            refused(url, "job", &[("group", "a")]),
            "use \"group\" as a label: samples have one of that name"
        );
        assert_eq!(
            refused(url, "job", &[("job", "a")]),
            "use \"job\" as a label: samples have one of that name"
        );
        assert_eq!(refused(url, "job", &[("a", ""), ("a", "")]), "use \"a\" as a label twice");
    }

    #[test]
    fn an_answer_is_told_in_one_line_without_control_characters() {
        assert_eq!(sentence(b"\r\n  bad \x1b[1mthing:\n* more"), "bad [1mthing: * more");
        assert_eq!(sentence(b" \n"), "nothing more");
        assert_eq!(sentence(&[b'a'; 400]), format!("{}…", "a".repeat(SENTENCE)));
    }
}
