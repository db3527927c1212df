//! Floor 11. Whom we trust on an encrypted way to a broker, and how we show who we are.

use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ClientConfig, RootCertStore};

use super::broker::Broker;
use super::error::MqttError;
use super::options::MqttOptions;

/// What TLS needs for this broker; `None` where the way to it is not encrypted.
pub(super) fn tls(
    broker: &Broker,
    options: &MqttOptions,
) -> Result<Option<Arc<ClientConfig>>, MqttError> {
    let MqttOptions { authorities, certificate, key, .. } = options;
    if !broker.tls {
        let any = authorities.is_some() || certificate.is_some() || key.is_some();
        let none = if any { Err(MqttError::NoTls { url: broker.to_string() }) } else { Ok(None) };
        return none;
    }
    let trusted = match authorities {
        Some(path) => named_authorities(path)?,
        None => system_authorities(),
    };
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(MqttError::Tls)?
        .with_root_certificates(trusted);
    let config = match (certificate, key) {
        (Some(certificate), Some(key)) => config
            .with_client_auth_cert(certificates(certificate)?, private_key(key)?)
            .map_err(MqttError::Tls)?,
        (None, None) => config.with_no_client_auth(),
        _ => return Err(MqttError::HalfIdentity),
    };
    Ok(Some(Arc::new(config)))
}

fn named_authorities(path: &Path) -> Result<RootCertStore, MqttError> {
    let mut trusted = RootCertStore::empty();
    let (added, _) = trusted.add_parsable_certificates(certificates(path)?);
    if added == 0 {
        return Err(MqttError::Pem { path: path.to_owned(), wanted: "a usable certificate" });
    }
    Ok(trusted)
}

/// Those that the system trusts. Where it has none, the broker's certificate will not be trusted, and that is told.
fn system_authorities() -> RootCertStore {
    let mut trusted = RootCertStore::empty();
    trusted.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    trusted
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, MqttError> {
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&read(path)?).collect();
    match found {
        Ok(found) if !found.is_empty() => Ok(found),
        _ => Err(MqttError::Pem { path: path.to_owned(), wanted: "certificates in PEM" }),
    }
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, MqttError> {
    PrivateKeyDer::from_pem_slice(&read(path)?)
        .map_err(|_| MqttError::Pem { path: path.to_owned(), wanted: "a private key in PEM" })
}

fn read(path: &Path) -> Result<Vec<u8>, MqttError> {
    std::fs::read(path).map_err(|source| MqttError::File { path: path.to_owned(), source })
}
