//! Floor 11. The TLS that a web configuration asks for.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use rustls::version::{TLS12, TLS13};
use rustls::{NamedGroup, RootCertStore, ServerConfig, SupportedProtocolVersion};
use serde_saphyr::Spanned;

use super::file::{TlsSection, Wrong, wrong_at};
use super::stamp::Stamp;
use crate::serve::error::WebConfigError;

/// Whether a client has to show a certificate, from the least to the most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) enum ClientAuth {
    /// It is not asked for one.
    #[default]
    None,
    /// One that it shows has to be good.
    IfGiven,
    /// It has to show a good one.
    Required,
}

/// The TLS of one version of the web configuration.
pub(super) struct Tls {
    pub(super) config: Arc<ServerConfig>,
    pub(super) client_auth: ClientAuth,
}

/// A web configuration's section, where it stands and what has been read for it.
pub(super) struct Section<'a> {
    /// The web configuration, whose folder relative paths begin in.
    pub(super) path: &'a Path,
    pub(super) tls: &'a Spanned<TlsSection>,
    /// The files that were looked at, whether they could be read or not.
    pub(super) stamps: &'a mut Vec<Stamp>,
}

impl Section<'_> {
    /// Reads the certificates and makes what rustls needs.
    pub(super) fn load(mut self) -> Result<Tls, WebConfigError> {
        let tls = &self.tls.value;
        let client_auth = self.here(client_auth(tls))?;
        let versions = self.here(versions(tls))?;
        let provider = Arc::new(self.here(provider(tls))?);
        let verifier = self.verifier(client_auth, &provider)?;
        let chain_file = self.named("cert_file", tls.cert_file.as_ref())?;
        let key_file = self.named("key_file", tls.key_file.as_ref())?;
        let chain = certificates(&chain_file)?;
        let key = private_key(&key_file)?;
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_protocol_versions(&versions)
            .map_err(|error| self.wrong((None, error.to_string())))?;
        let builder = match verifier {
            Some(verifier) => builder.with_client_cert_verifier(verifier),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder.with_single_cert(chain, key).map_err(|error| {
            about(&chain_file, format!("does not go with {}: {error}", key_file.display()))
        })?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        config.ignore_client_order = tls.prefer_server_cipher_suites.unwrap_or(true);
        Ok(Tls { config: Arc::new(config), client_auth })
    }

    fn wrong(&self, (line, message): Wrong) -> WebConfigError {
        WebConfigError { path: self.path.to_owned(), line, message }
    }

    fn here<T>(&self, result: Result<T, Wrong>) -> Result<T, WebConfigError> {
        result.map_err(|wrong| self.wrong(wrong))
    }

    /// A file that the section has to name.
    fn named(
        &mut self,
        key: &str,
        name: Option<&Spanned<String>>,
    ) -> Result<PathBuf, WebConfigError> {
        let missing = || self.wrong(wrong_at(self.tls, format!("tls_server_config has no {key}")));
        let name = name.filter(|name| !name.value.is_empty()).ok_or_else(missing)?;
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let file = folder.join(&name.value);
        self.stamps.push(Stamp::of(file.clone()));
        Ok(file)
    }

    fn verifier(
        &mut self,
        client_auth: ClientAuth,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Option<Arc<dyn ClientCertVerifier>>, WebConfigError> {
        let authority = &self.tls.value.client_ca_file;
        if client_auth == ClientAuth::None {
            return match authority {
                Some(file) => Err(self.wrong(wrong_at(
                    file,
                    "client_ca_file is there, and client_auth_type asks for no certificate",
                ))),
                None => Ok(None),
            };
        }
        let file = self.named("client_ca_file", authority.as_ref())?;
        let mut roots = RootCertStore::empty();
        for certificate in certificates(&file)? {
            roots.add(certificate).map_err(|error| about(&file, error.to_string()))?;
        }
        let builder =
            WebPkiClientVerifier::builder_with_provider(roots.into(), Arc::clone(provider));
        let builder = match client_auth {
            ClientAuth::Required => builder,
            ClientAuth::IfGiven | ClientAuth::None => builder.allow_unauthenticated(),
        };
        builder.build().map(Some).map_err(|error| about(&file, error.to_string()))
    }
}

fn client_auth(tls: &TlsSection) -> Result<ClientAuth, Wrong> {
    let Some(kind) = &tls.client_auth_type else { return Ok(ClientAuth::None) };
    match kind.value.as_str() {
        "" | "NoClientCert" => Ok(ClientAuth::None),
        "VerifyClientCertIfGiven" => Ok(ClientAuth::IfGiven),
        "RequireAndVerifyClientCert" => Ok(ClientAuth::Required),
        other => {
            let other = other.escape_debug();
            let known = "NoClientCert, VerifyClientCertIfGiven and RequireAndVerifyClientCert are";
            Err(wrong_at(kind, format!("client_auth_type: {other} is not supported, {known}")))
        }
    }
}

/// The versions from the least to the newest that are wanted.
fn versions(tls: &TlsSection) -> Result<Vec<&'static SupportedProtocolVersion>, Wrong> {
    let offered = [("TLS12", &TLS12), ("TLS13", &TLS13)];
    let index = |key: &str, name: &Option<Spanned<String>>, default: usize| {
        let Some(name) = name else { return Ok(default) };
        let found = offered.iter().position(|(known, _)| *known == name.value);
        let refused = || {
            let value = name.value.escape_debug();
            wrong_at(name, format!("{key}: {value} is not supported, TLS12 and TLS13 are"))
        };
        found.ok_or_else(refused)
    };
    let least = index("min_version", &tls.min_version, 0)?;
    let newest = index("max_version", &tls.max_version, 1)?;
    let range = offered.get(least..=newest).filter(|range| !range.is_empty());
    let line = tls.max_version.as_ref().map(|name| name.referenced.line());
    let range = range.ok_or_else(|| (line, "max_version is below min_version".to_owned()))?;
    Ok(range.iter().map(|(_, version)| *version).collect())
}

/// The cryptography, restricted to the suites and groups that are wanted. Suites of TLS 1.3 cannot be chosen.
fn provider(tls: &TlsSection) -> Result<CryptoProvider, Wrong> {
    let mut provider = ring::default_provider();
    if let Some(wanted) = tls.cipher_suites.as_ref().filter(|wanted| !wanted.value.is_empty()) {
        let name = |suite: &rustls::SupportedCipherSuite| format!("{:?}", suite.suite());
        let known: Vec<String> = provider.cipher_suites.iter().map(name).collect();
        if let Some(other) = wanted.value.iter().find(|suite| !known.contains(suite)) {
            let other = other.escape_debug();
            return Err(wrong_at(wanted, format!("cipher_suites: {other} is not supported")));
        }
        provider
            .cipher_suites
            .retain(|suite| suite.tls13().is_some() || wanted.value.contains(&name(suite)));
    }
    if let Some(wanted) = tls.curve_preferences.as_ref().filter(|wanted| !wanted.value.is_empty()) {
        let mut groups = Vec::new();
        for curve in &wanted.value {
            let name = group(curve);
            let found = provider.kx_groups.iter().find(|group| Some(group.name()) == name);
            let refused = || {
                let curve = curve.escape_debug();
                wrong_at(wanted, format!("curve_preferences: {curve} is not supported"))
            };
            groups.push(*found.ok_or_else(refused)?);
        }
        provider.kx_groups = groups;
    }
    Ok(provider)
}

fn group(curve: &str) -> Option<NamedGroup> {
    match curve {
        "X25519" => Some(NamedGroup::X25519),
        "CurveP256" => Some(NamedGroup::secp256r1),
        "CurveP384" => Some(NamedGroup::secp384r1),
        _ => None,
    }
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, WebConfigError> {
    let text = read(file)?;
    let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&text).collect();
    let found = found.map_err(|_| about(file, "is no PEM file".to_owned()))?;
    if found.is_empty() {
        return Err(about(file, "holds no certificate in PEM".to_owned()));
    }
    Ok(found)
}

fn private_key(file: &Path) -> Result<PrivateKeyDer<'static>, WebConfigError> {
    let wrong = "holds no private key in PEM that is free of a passphrase";
    PrivateKeyDer::from_pem_slice(&read(file)?).map_err(|_| about(file, wrong.to_owned()))
}

fn read(file: &Path) -> Result<Vec<u8>, WebConfigError> {
    fs::read(file).map_err(|error: io::Error| about(file, error.to_string()))
}

fn about(file: &Path, message: String) -> WebConfigError {
    WebConfigError { path: file.to_owned(), line: None, message }
}
