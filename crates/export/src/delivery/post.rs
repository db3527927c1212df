//! Floor 11. A request to one address, and what its answer means for the next try.

use std::time::{Duration, SystemTime};

use procmon_model::printable::printable;
use ureq::http::{HeaderName, HeaderValue};

use super::retry::retry_after;
use super::target::Target;
use crate::http_client::{ClientError, ClientOptions, agent, plain_agent, shown};

/// How much of an answer is read.
const ANSWER_LIMIT: u64 = 64 * 1024;
/// How much of a server's own words is said on.
const WORDS_LIMIT: usize = 200;

/// An address and everything that goes with each request to it.
pub(crate) struct Post {
    agent: ureq::Agent,
    url: String,
    shown: String,
    headers: Vec<(HeaderName, HeaderValue)>,
    timeout: Duration,
}

/// What came of a request.
#[derive(Debug, PartialEq)]
pub(crate) enum Reply {
    /// An answer.
    Answer {
        /// Its status.
        status: u16,
        /// How long the server asks to wait.
        asked: Option<Duration>,
        /// What it says.
        body: Vec<u8>,
    },
    /// None, for reasons that may pass.
    Unreachable(String),
    /// None, for reasons that stay: what answers is no HTTP server, or not the one that is trusted.
    Impossible(String),
}

impl Post {
    /// For this address, with these headers. A header `authorization` goes before the address's user info.
    pub(crate) fn new(
        url: &str,
        options: &ClientOptions,
        headers: &[(String, String)],
    ) -> Result<Self, ClientError> {
        let target = Target::parse(url)?;
        let agent = if target.is_secure() { agent(options)? } else { plain_agent(options.timeout) };
        let mut post = Self {
            agent,
            shown: shown(url),
            url: target.url,
            headers: Vec::new(),
            timeout: options.timeout,
        };
        for (name, value) in headers {
            post.headers.push(header(name, value)?);
        }
        let has_own = post.headers.iter().any(|(name, _)| name == "authorization");
        if let Some(value) = target.authorization.filter(|_| !has_own) {
            post.headers.push(header("authorization", &value)?);
        }
        Ok(post)
    }

    /// Sends a body, with one header more where that is not the same for every request; within `limit` where that is
    /// less than the usual.
    pub(crate) fn send(
        &self,
        body: &[u8],
        authorization: Option<&str>,
        limit: Option<Duration>,
    ) -> Reply {
        let limit = limit.map_or(self.timeout, |limit| limit.min(self.timeout));
        let mut request = self.agent.post(&self.url).config().timeout_global(Some(limit)).build();
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        match request.send(body) {
            Ok(answer) => read(answer),
            Err(error) => self.failed(error),
        }
    }

    fn failed(&self, error: ureq::Error) -> Reply {
        let shown = &self.shown;
        match error {
            // A certificate that is not trusted comes as invalid data from the library for TLS.
            ureq::Error::Io(error) if error.kind() == std::io::ErrorKind::InvalidData => {
                Reply::Impossible(format!("{shown}: {error}"))
            }
            ureq::Error::Io(error) => Reply::Unreachable(format!("{shown}: {error}")),
            ureq::Error::Timeout(_) => Reply::Unreachable(format!("{shown}: no answer in time")),
            ureq::Error::HostNotFound => Reply::Unreachable(format!("{shown}: host not found")),
            ureq::Error::ConnectionFailed | ureq::Error::ConnectProxyFailed(_) => {
                Reply::Unreachable(format!("{shown}: {error}"))
            }
            ureq::Error::Protocol(_) | ureq::Error::Http(_) => {
                Reply::Impossible(format!("{shown}: what answers does not speak HTTP"))
            }
            other => Reply::Impossible(format!("{shown}: {other}")),
        }
    }

    /// An answer that is no success, in a sentence.
    pub(crate) fn said(&self, status: u16, words: &str) -> String {
        let words = clipped(words);
        let separator = if words.is_empty() { "" } else { ": " };
        format!("{} answered {status}{separator}{words}", self.shown)
    }
}

/// A server's own words as they may be shown: one line, not too long.
fn clipped(words: &str) -> String {
    let line = words.lines().next().unwrap_or_default().trim();
    printable(&line.chars().take(WORDS_LIMIT).collect::<String>(), '?')
}

fn read(mut answer: ureq::http::Response<ureq::Body>) -> Reply {
    let asked = answer.headers().get("retry-after").and_then(|value| value.to_str().ok());
    let asked = asked.and_then(|value| retry_after(value, SystemTime::now()));
    let status = answer.status().as_u16();
    // The status is the answer; a body that breaks off explains less and changes nothing.
    let body = answer.body_mut().with_config().limit(ANSWER_LIMIT).read_to_vec();
    Reply::Answer { status, asked, body: body.unwrap_or_default() }
}

fn header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), ClientError> {
    let wrong = || ClientError::Header(name.to_owned());
    let parsed = HeaderName::from_bytes(name.as_bytes()).map_err(|_| wrong())?;
    let mut value = HeaderValue::from_str(value).map_err(|_| wrong())?;
    value.set_sensitive(true);
    Ok((parsed, value))
}
