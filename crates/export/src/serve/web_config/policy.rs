//! Floor 11. What a web configuration comes to: who may look, and how the answers travel.

use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;

use hyper::header::{HeaderName, HeaderValue};
use rustls::ServerConfig;

use super::certificates::{ClientAuth, Section, Tls};
use super::file::WebConfigFile;
use super::stamp::Stamp;
use crate::serve::error::WebConfigError;
use crate::serve::passwords::Passwords;

/// One version of the web configuration in force; the default is that of a server without one.
#[derive(Default)]
pub(in crate::serve) struct Policy {
    tls: Option<Tls>,
    passwords: Option<Arc<Passwords>>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Policy {
    /// Reads a web configuration and the files that it names, and tells in `stamps` which files these were.
    pub(super) fn load(path: &Path, stamps: &mut Vec<Stamp>) -> Result<Self, WebConfigError> {
        let wrong = |line, message| WebConfigError { path: path.to_owned(), line, message };
        stamps.push(Stamp::of(path.to_owned()));
        let text = fs::read_to_string(path).map_err(|error| wrong(None, error.to_string()))?;
        let file = WebConfigFile::parse(&text, path)?;
        let section = file.tls_server_config.as_ref();
        let tls = section.map(|tls| Section { path, tls, stamps }.load()).transpose()?;
        let hashes = file.hashes().map_err(|(line, message)| wrong(line, message))?;
        let headers = file.headers().map_err(|(line, message)| wrong(line, message))?;
        let no_chance =
            || wrong(None, "the system has no random numbers to keep passwords with".to_owned());
        let passwords = if hashes.is_empty() {
            None
        } else {
            Some(Passwords::new(hashes).ok_or_else(no_chance)?)
        };
        Ok(Self { tls, passwords, headers })
    }

    /// What TLS is spoken with; `None` where the answers travel as they are.
    pub(in crate::serve) fn tls(&self) -> Option<&Arc<ServerConfig>> {
        self.tls.as_ref().map(|tls| &tls.config)
    }

    /// Who may look; `None` where everybody may.
    pub(in crate::serve) fn passwords(&self) -> Option<&Arc<Passwords>> {
        self.passwords.as_ref()
    }

    /// The headers of every answer.
    pub(in crate::serve) fn headers(&self) -> &[(HeaderName, HeaderValue)] {
        &self.headers
    }

    /// A protection that the other one has and this one lacks.
    pub(super) fn lacks(&self, other: &Self) -> Option<&'static str> {
        if other.tls.is_some() && self.tls.is_none() {
            return Some("TLS");
        }
        if other.client_auth() > self.client_auth() {
            return Some("the check of client certificates");
        }
        (other.passwords.is_some() && self.passwords.is_none()).then_some("passwords")
    }

    /// What others can do to a server with this policy at that address, in a line; `None` where they cannot.
    pub(in crate::serve) fn exposure(&self, address: IpAddr) -> Option<&'static str> {
        if address.to_canonical().is_loopback() {
            return None;
        }
        let knows_its_clients =
            self.passwords.is_some() || self.client_auth() == ClientAuth::Required;
        match (self.tls.is_some(), knows_its_clients) {
            (true, true) => None,
            (true, false) => {
                Some("whoever reaches it can read the figures: it asks for no password")
            }
            (false, true) => {
                Some("passwords and figures can be read on their way: it speaks no TLS")
            }
            (false, false) => Some(
                "whoever reaches it can read the figures: it speaks no TLS and asks for no password",
            ),
        }
    }

    fn client_auth(&self) -> ClientAuth {
        self.tls.as_ref().map(|tls| tls.client_auth).unwrap_or_default()
    }
}
