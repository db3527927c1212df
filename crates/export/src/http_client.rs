//! Floor 11. The HTTP client that deliveries share: its limits, and whom it trusts.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use rustls::CertificateError;
use ureq::tls::{Certificate, ClientCert, PemItem, RootCerts, TlsConfig, parse_pem};

/// How long a connection may take to come about, of the time that a whole request may take.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// What a client is to be like.
#[derive(Debug, Clone)]
pub(crate) struct ClientOptions {
    /// How long a request may take, its answer included.
    pub(crate) timeout: Duration,
    /// The authorities to trust instead of the system's, in PEM.
    pub(crate) ca_file: Option<PathBuf>,
    /// Our own certificates and their key, in PEM.
    pub(crate) identity: Option<(PathBuf, PathBuf)>,
}

/// Why there is no client.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ClientError {
    /// It is not the address of an HTTP server; shown without user info.
    #[error("{0} is not an address that begins with http:// or https:// and a host")]
    Url(String),
    /// A file of certificates or a key could not be read.
    #[error("failed to read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file holds something else than it should.
    #[error("{path} holds no {what} in PEM")]
    Pem {
        /// The file.
        path: PathBuf,
        /// What it should hold.
        what: &'static str,
    },
    /// A header that HTTP does not allow; its value may be a secret and is not shown.
    #[error("the header {0:?} has a name or a value that HTTP does not allow")]
    Header(String),
}

/// A client for addresses with TLS and without. Statuses are answers and no errors, and no redirection is followed: it
/// would carry our secrets elsewhere.
pub(crate) fn agent(options: &ClientOptions) -> Result<ureq::Agent, ClientError> {
    let roots = match &options.ca_file {
        Some(path) => certificates(path)?,
        None => system_authorities(),
    };
    let identity = match &options.identity {
        Some((chain, key)) => Some(client_certificate(chain, key)?),
        None => None,
    };
    let tls = TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .root_certs(RootCerts::from(roots))
        .client_cert(identity)
        .build();
    Ok(configured(options.timeout).tls_config(tls).build().new_agent())
}

/// A client for addresses without TLS: reading the system's authorities would be in vain.
pub(crate) fn plain_agent(timeout: Duration) -> ureq::Agent {
    configured(timeout).build().new_agent()
}

/// Why an exchange failed, in words for a person.
pub(crate) fn reason(failure: &ureq::Error) -> String {
    match failure {
        ureq::Error::HostNotFound => "no such host".to_owned(),
        ureq::Error::Io(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            "the connection was refused".to_owned()
        }
        ureq::Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref()) {
            Some(rustls::Error::InvalidCertificate(CertificateError::UnknownIssuer)) => {
                "its certificate is not signed by an authority that is trusted".to_owned()
            }
            Some(rustls::Error::InvalidCertificate(wrong)) => {
                format!("its certificate is not valid: {wrong}")
            }
            _ => error.to_string(),
        },
        other => other.to_string(),
    }
}

/// The address of a server as it may be shown to anybody: without user, password and what comes behind a `?`.
pub(crate) fn shown(url: &str) -> String {
    let (bare, _) = without_credentials(url);
    let end = bare.find(['?', '#']).unwrap_or(bare.len());
    bare[..end].to_owned()
}

/// An address without its user and password, and what the header `Authorization` says of these (RFC 7617).
///
/// A password with a slash or an `@` in it has to be percent-encoded (RFC 3986). Where one is not, it is a password
/// nevertheless, and all of it is kept from being shown: where there is a user, the last `@` ends it.
pub(crate) fn without_credentials(url: &str) -> (String, Option<String>) {
    let (scheme, rest) = match url.find("://") {
        Some(place) => url.split_at(place + 3),
        None => ("", url),
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let host = &rest[..end];
    let has_no_port = host.rsplit_once(':').is_some_and(|(_, port)| {
        !port.ends_with(']') && !port.bytes().all(|byte| byte.is_ascii_digit())
    });
    let has_user = host.contains('@') || has_no_port;
    let at = has_user.then(|| rest.rfind('@')).flatten();
    let Some(at) = at else { return (url.to_owned(), None) };
    let (user, password) = rest[..at].split_once(':').unwrap_or((&rest[..at], ""));
    let mut plain: Vec<u8> = percent_decode_str(user).collect();
    plain.push(b':');
    plain.extend(percent_decode_str(password));
    let authorization = format!("Basic {}", STANDARD.encode(plain));
    (format!("{scheme}{}", &rest[at + 1..]), Some(authorization))
}

fn configured(timeout: Duration) -> ureq::config::ConfigBuilder<ureq::typestate::AgentScope> {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_global(Some(timeout))
        .timeout_connect(Some(timeout.min(CONNECT_LIMIT)))
        .user_agent(concat!("procmon/", env!("CARGO_PKG_VERSION")))
}

fn system_authorities() -> Vec<Certificate<'static>> {
    let found = rustls_native_certs::load_native_certs();
    found.certs.iter().map(|authority| Certificate::from_der(authority).to_owned()).collect()
}

fn client_certificate(chain: &Path, key: &Path) -> Result<ClientCert, ClientError> {
    let certificates = certificates(chain)?;
    let private = items(key)?.into_iter().find_map(|item| match item {
        PemItem::PrivateKey(private) => Some(private),
        _ => None,
    });
    let missing = || ClientError::Pem { path: key.to_owned(), what: "private key" };
    Ok(ClientCert::new_with_certs(&certificates, private.ok_or_else(missing)?))
}

fn certificates(path: &Path) -> Result<Vec<Certificate<'static>>, ClientError> {
    let found: Vec<_> = items(path)?
        .into_iter()
        .filter_map(|item| match item {
            PemItem::Certificate(certificate) => Some(certificate),
            _ => None,
        })
        .collect();
    if found.is_empty() {
        return Err(ClientError::Pem { path: path.to_owned(), what: "certificate" });
    }
    Ok(found)
}

fn items(path: &Path) -> Result<Vec<PemItem<'static>>, ClientError> {
    let text =
        fs::read(path).map_err(|source| ClientError::Read { path: path.to_owned(), source })?;
    Ok(parse_pem(&text).filter_map(Result::ok).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, bare: &str, user_and_password: Option<&str>) {
        let header = user_and_password.map(|plain| format!("Basic {}", STANDARD.encode(plain)));
        assert_eq!(without_credentials(url), (bare.to_owned(), header), "{url}");
    }

    #[test]
    fn user_and_password_leave_the_address_and_are_decoded() {
        check("http://host:9091/a", "http://host:9091/a", None);
        check("https://me:p%40ss%3A@host/a?b", "https://host/a?b", Some("me:p@ss:"));
        check("http://me@host", "http://host", Some("me:"));
        check("http://:secret@[::1]:80", "http://[::1]:80", Some(":secret"));
        check("http://[::1]/a@b", "http://[::1]/a@b", None);
        check("http://me:a/b@host/c", "http://host/c", Some("me:a/b"));
        check("http://me:a@b/c?d@host", "http://host", Some("me:a@b/c?d"));
        check("http://host:80/a@b", "http://host:80/a@b", None);
        check("me:secret@host", "host", Some("me:secret"));
    }

    #[test]
    fn what_is_shown_holds_no_secret() {
        assert_eq!(
            shown("https://me:secret@host:1/path?token=secret#secret"),
            "https://host:1/path"
        );
        assert_eq!(shown("http://me:se/cret@host/"), "http://host/");
        assert_eq!(shown("nonsense"), "nonsense");
    }

    #[test]
    fn an_address_is_shown_without_what_may_be_secret() {
        let cases = [
            ("http://localhost:4318", "http://localhost:4318"),
            ("https://me:p@ss@host/v1/metrics?key=1#x", "https://host/v1/metrics"),
            ("http://token@[::1]:9090", "http://[::1]:9090"),
            ("http://host/a@b", "http://host/a@b"),
            ("host?password", "host"),
            ("me:secret@host", "host"),
        ];
        for (url, expected) in cases {
            assert_eq!(shown(url), expected);
        }
    }

    #[test]
    fn a_file_without_certificates_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("authorities.pem");
        let options = |path: &Path| ClientOptions {
            timeout: Duration::from_secs(1),
            ca_file: Some(path.to_owned()),
            identity: None,
        };
        let missing = agent(&options(&path)).unwrap_err().to_string();
        let reason = "No such file or directory (os error 2)";
        assert_eq!(missing, format!("failed to read {}: {reason}", path.display()));
        fs::write(&path, "nothing of the kind").unwrap();
        let empty = agent(&options(&path)).unwrap_err().to_string();
        assert_eq!(empty, format!("{} holds no certificate in PEM", path.display()));
    }
}
