//! Floor 11. The HTTP client that deliveries share: its limits, and whom it trusts.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

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

/// An address as it may be shown: without user info and without its query, which may hold secrets as well.
pub(crate) fn shown(url: &str) -> String {
    let end = url.find(['?', '#']).unwrap_or(url.len());
    let (scheme, rest) = url[..end].split_once("://").unwrap_or(("", &url[..end]));
    let authority = rest.find('/').unwrap_or(rest.len());
    let host = rest[..authority].rfind('@').map_or(0, |at| at + 1);
    let separator = if scheme.is_empty() { "" } else { "://" };
    format!("{scheme}{separator}{}", &rest[host..])
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
