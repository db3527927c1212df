//! Floor 11. How OTLP's requests go over HTTP, and what their answers mean (specification 1.9, OTLP/HTTP).

use std::io::Write as _;
use std::time::Duration;

use flate2::Compression;
use flate2::write::GzEncoder;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceResponse;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;

use super::options::Endpoint;
use crate::delivery::{Carrier, Letter, Outcome, Post, Reply};
use crate::http_client::{ClientError, ClientOptions};

/// The letters' address for figures.
pub(super) const METRICS: usize = 0;
/// The letters' address for spans.
pub(super) const TRACES: usize = 1;

/// What requests to an endpoint have in common.
pub(super) fn route(endpoint: &Endpoint) -> Result<Post, ClientError> {
    let client = ClientOptions {
        timeout: endpoint.timeout,
        ca_file: endpoint.ca_file.clone(),
        identity: endpoint.identity.clone(),
    };
    let mut headers = endpoint.headers.0.clone();
    headers.push(("content-type".to_owned(), "application/x-protobuf".to_owned()));
    if endpoint.gzip {
        headers.push(("content-encoding".to_owned(), "gzip".to_owned()));
    }
    Post::new(&endpoint.url, &client, &headers)
}

/// A message as the body of a request.
pub(super) fn body(message: &impl Message, gzip: bool) -> Vec<u8> {
    let bytes = message.encode_to_vec();
    if !gzip {
        return bytes;
    }
    let mut encoder = GzEncoder::new(Vec::with_capacity(bytes.len() / 4), Compression::fast());
    match encoder.write_all(&bytes).and_then(|()| encoder.finish()) {
        Ok(compressed) => compressed,
        Err(error) => unreachable!("memory takes every byte: {error}"),
    }
}

/// Sends figures and spans.
pub(super) struct OtlpCarrier {
    pub(super) metrics: Option<Post>,
    pub(super) traces: Option<Post>,
}

impl Carrier for OtlpCarrier {
    fn carry(&mut self, letter: &Letter, limit: Option<Duration>) -> Outcome {
        let route = if letter.address == METRICS { &self.metrics } else { &self.traces };
        let Some(post) = route else {
            return Outcome::Refused("nothing is sent there".to_owned());
        };
        match post.send(&letter.body, None, limit) {
            Reply::Answer { status: 200..300, body, .. } => taken(post, letter.address, &body),
            Reply::Answer { status: status @ (429 | 502 | 503 | 504), asked, body } => {
                Outcome::Again { asked, why: post.said(status, &words(&body)) }
            }
            Reply::Answer { status, body, .. } => {
                Outcome::Refused(post.said(status, &words(&body)))
            }
            Reply::Unreachable(why) => Outcome::Unreachable(why),
            Reply::Impossible(why) => Outcome::Refused(why),
        }
    }
}

/// A success may leave some items out. An answer that cannot be read is taken for a success without a word, as an
/// empty one is: the status has said so.
fn taken(post: &Post, address: usize, body: &[u8]) -> Outcome {
    let (refused, words) = if address == METRICS {
        let answer = ExportMetricsServiceResponse::decode(body).unwrap_or_default();
        let partial = answer.partial_success.unwrap_or_default();
        (partial.rejected_data_points, partial.error_message)
    } else {
        let answer = ExportTraceServiceResponse::decode(body).unwrap_or_default();
        let partial = answer.partial_success.unwrap_or_default();
        (partial.rejected_spans, partial.error_message)
    };
    let refused = u64::try_from(refused).unwrap_or(0);
    let why = (refused > 0).then(|| post.said(200, &words));
    Outcome::Taken { refused, why }
}

/// The body of an answer that is an error (google.rpc.Status).
#[derive(Clone, PartialEq, prost::Message)]
struct Status {
    #[prost(int32, tag = "1")]
    code: i32,
    #[prost(string, tag = "2")]
    message: String,
}

/// What an answer says, which is a message or plain text.
fn words(body: &[u8]) -> String {
    match Status::decode(body) {
        Ok(status) if !status.message.is_empty() => status.message,
        _ => String::from_utf8_lossy(body).into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answers_words_are_those_of_a_status_or_its_text() {
        let status = Status { code: 3, message: "no such metric".to_owned() };
        assert_eq!(words(&status.encode_to_vec()), "no such metric");
        assert_eq!(words(b"<html>bad gateway"), "<html>bad gateway");
        assert_eq!(words(b""), "");
    }
}
