//! Floor 11. How remote write goes over HTTP, and what its answers mean.

use std::fs;
use std::time::Duration;

use super::options::{Bearer, RemoteWriteOptions};
use crate::delivery::{Carrier, Letter, Outcome, Post, Reply};
use crate::http_client::{ClientError, ClientOptions};

/// Sends samples.
pub(super) struct RemoteWriteCarrier {
    post: Post,
    bearer: Option<Bearer>,
}

impl RemoteWriteCarrier {
    /// To that address.
    pub(super) fn to(url: &str, options: &RemoteWriteOptions) -> Result<Self, ClientError> {
        let client = ClientOptions {
            timeout: options.timeout,
            ca_file: options.ca_file.clone(),
            identity: options.identity.clone(),
        };
        let headers = [
            ("content-type", "application/x-protobuf"),
            ("content-encoding", "snappy"),
            ("x-prometheus-remote-write-version", "0.1.0"),
        ];
        let mut headers = headers.map(|(name, value)| (name.to_owned(), value.to_owned())).to_vec();
        if let Some(Bearer::Token(token)) = &options.bearer {
            headers.push(("authorization".to_owned(), format!("Bearer {}", token.trim())));
        }
        Ok(Self { post: Post::new(url, &client, &headers)?, bearer: options.bearer.clone() })
    }

    /// What the file says now; an error in words without what is in it.
    fn authorization(&self) -> Result<Option<String>, String> {
        let Some(Bearer::File(path)) = &self.bearer else {
            return Ok(None);
        };
        match fs::read_to_string(path) {
            Ok(token) => Ok(Some(format!("Bearer {}", token.trim()))),
            Err(error) => Err(format!("failed to read {}: {error}", path.display())),
        }
    }
}

impl Carrier for RemoteWriteCarrier {
    fn carry(&mut self, letter: &Letter, limit: Option<Duration>) -> Outcome {
        let authorization = match self.authorization() {
            Ok(authorization) => authorization,
            Err(why) => return Outcome::Again { asked: None, why },
        };
        let post = &self.post;
        match post.send(&letter.body, authorization.as_deref(), limit) {
            Reply::Answer { status: 200..300, .. } => Outcome::Taken { refused: 0, why: None },
            Reply::Answer { status: status @ (429 | 500..600), asked, body } => {
                Outcome::Again { asked, why: post.said(status, &String::from_utf8_lossy(&body)) }
            }
            Reply::Answer { status, body, .. } => {
                Outcome::Refused(post.said(status, &String::from_utf8_lossy(&body)))
            }
            Reply::Unreachable(why) => Outcome::Unreachable(why),
            Reply::Impossible(why) => Outcome::Refused(why),
        }
    }
}
