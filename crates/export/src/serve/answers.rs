//! Floor 11. What a request is answered.

use std::sync::Arc;

use http_body_util::Full;
use hyper::body::{Body, Bytes};
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, ALLOW, AUTHORIZATION, CONNECTION, CONTENT_ENCODING, CONTENT_TYPE,
    HeaderName, HeaderValue, VARY, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};

use super::readings::Readings;
use super::web_config::{Policy, Watch};

const TEXT: &str = "text/plain; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";

/// What a page of text is allowed to do in a browser.
const NO_SCRIPTS: &str = "default-src 'none'";

/// Everything that an answer is made of.
pub(super) struct Answers {
    pub(super) readings: Readings,
    pub(super) watch: Arc<Watch>,
    /// Where the page of figures is.
    pub(super) path: String,
}

/// An answer with its whole body.
pub(super) type Reply = Response<Full<Bytes>>;

impl Answers {
    /// Answers one request on a connection that was made under `made_under`.
    pub(super) async fn reply<B: Body>(
        &self,
        request: Request<B>,
        made_under: &Arc<Policy>,
    ) -> Reply {
        let policy = self.watch.policy().await;
        let has_changed = !Arc::ptr_eq(&policy, made_under);
        let mut reply = if policy.tls().is_some() && made_under.tls().is_none() {
            text(StatusCode::BAD_REQUEST, "This server speaks HTTPS now.\n")
        } else if is_admitted(&policy, request.headers()).await {
            self.page(&request).await
        } else {
            unauthorized()
        };
        // Where a certificate or a password has changed, the next request comes on a connection of its own. A body is
        // not read, and nothing can follow what is not read.
        if has_changed || has_body(request.body()) {
            set(&mut reply, CONNECTION, HeaderValue::from_static("close"));
        }
        set(&mut reply, X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        for (name, value) in policy.headers() {
            set(&mut reply, name.clone(), value.clone());
        }
        reply
    }

    async fn page<B: Body>(&self, request: &Request<B>) -> Reply {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut reply =
                text(StatusCode::METHOD_NOT_ALLOWED, "GET and HEAD are all there is.\n");
            set(&mut reply, ALLOW, HeaderValue::from_static("GET, HEAD"));
            return reply;
        }
        if has_body(request.body()) {
            return text(StatusCode::PAYLOAD_TOO_LARGE, "No body is taken.\n");
        }
        match request.uri().path() {
            path if path == self.path => self.figures(request.headers()).await,
            "/healthz" => text(StatusCode::OK, "ok\n"),
            "/" => self.front(),
            _ => text(StatusCode::NOT_FOUND, "There is no such page.\n"),
        }
    }

    async fn figures(&self, headers: &HeaderMap) -> Reply {
        let accept = headers.get(ACCEPT).and_then(|value| value.to_str().ok());
        let Ok(reading) = self.readings.read(accept).await else {
            return text(StatusCode::INTERNAL_SERVER_ERROR, "The figures could not be read.\n");
        };
        let compressed = if takes_gzip(headers) { reading.compressed().await } else { None };
        let is_compressed = compressed.is_some();
        let body = compressed.unwrap_or_else(|| reading.body.clone());
        let mut reply = with_type(StatusCode::OK, &reading.content_type, body);
        set(&mut reply, VARY, HeaderValue::from_static("Accept, Accept-Encoding"));
        if is_compressed {
            set(&mut reply, CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        reply
    }

    fn front(&self) -> Reply {
        let (path, version) = (&self.path, env!("CARGO_PKG_VERSION"));
        let page = format!(
            "<!doctype html>\n<html lang=\"en\">\n<title>procmon</title>\n<h1>procmon {version}</h1>\n\
             <p><a href=\"{path}\">Figures</a> for Prometheus</p>\n\
             <p><a href=\"/healthz\">Health</a></p>\n</html>\n"
        );
        let mut reply = with_type(StatusCode::OK, HTML, page.into());
        let policy = HeaderName::from_static("content-security-policy");
        set(&mut reply, policy, HeaderValue::from_static(NO_SCRIPTS));
        reply
    }
}

async fn is_admitted(policy: &Policy, headers: &HeaderMap) -> bool {
    match policy.passwords() {
        Some(passwords) => {
            passwords.admit(headers.get(AUTHORIZATION).map(HeaderValue::as_bytes)).await
        }
        None => true,
    }
}

/// Whether the client takes gzip (RFC 9110, section 12.5.3): named, and not with a weight of 0.
fn takes_gzip(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let is_gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let is_refused = parts.any(|part| {
            let weight =
                part.split_once('=').filter(|(name, _)| name.trim().eq_ignore_ascii_case("q"));
            weight.and_then(|(_, weight)| weight.trim().parse().ok()) == Some(0.0)
        });
        is_gzip && !is_refused
    })
}

fn unauthorized() -> Reply {
    let mut reply = text(StatusCode::UNAUTHORIZED, "A name and a password are asked for.\n");
    let challenge = HeaderValue::from_static("Basic realm=\"procmon\", charset=\"UTF-8\"");
    set(&mut reply, WWW_AUTHENTICATE, challenge);
    reply
}

fn has_body(body: &impl Body) -> bool {
    !body.is_end_stream()
}

fn text(status: StatusCode, words: &'static str) -> Reply {
    with_type(status, TEXT, Bytes::from_static(words.as_bytes()))
}

fn with_type(status: StatusCode, content_type: &str, body: Bytes) -> Reply {
    let mut reply = Response::new(Full::new(body));
    *reply.status_mut() = status;
    let content_type = HeaderValue::from_str(content_type);
    set(&mut reply, CONTENT_TYPE, content_type.unwrap_or(HeaderValue::from_static(TEXT)));
    reply
}

fn set(reply: &mut Reply, name: HeaderName, value: HeaderValue) {
    reply.headers_mut().insert(name, value);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_taken_where_it_is_named_and_not_refused() {
        let cases = [
            ("gzip", true),
            ("deflate, GZIP;q=0.5", true),
            ("gzip ; Q=0.001", true),
            ("gzip;q=0", false),
            ("gzip;q=0.000, br", false),
            ("br", false),
            ("xgzip", false),
            ("*", false),
            ("", false),
        ];
        for (value, taken) in cases {
            let headers = [(ACCEPT_ENCODING, HeaderValue::from_static(value))];
            assert_eq!(takes_gzip(&headers.into_iter().collect()), taken, "{value}");
        }
        assert!(!takes_gzip(&HeaderMap::new()));
    }
}
