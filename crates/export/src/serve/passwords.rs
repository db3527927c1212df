//! Floor 11. Who may look: names and bcrypt hashes, and who has shown a password that fits.
//!
//! A check takes a twentieth of a second of processor time, by design of bcrypt. A scraper sends the same password
//! four times a minute, so what was found right is remembered, as a keyed hash that tells nobody the password.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use rustls::SupportedCipherSuite;
use rustls::crypto::ring::cipher_suite::TLS13_AES_128_GCM_SHA256;
use rustls::crypto::tls13::{Hkdf, OkmBlock};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

/// How many right credentials are remembered, the latest of them.
const MOST_REMEMBERED: usize = 100;

/// Names and hashes of one version of the web configuration.
pub(super) struct Passwords {
    /// Hashes by name.
    hashes: BTreeMap<String, String>,
    /// The hash that takes the longest to check: an unknown name must not be known by a quick answer.
    costliest: String,
    mac: Mac,
    remembered: Mutex<VecDeque<Vec<u8>>>,
    /// One check at a time: guessing costs one processor at most.
    turn: Semaphore,
}

/// A name and a password as a client sends them (RFC 7617).
struct Credentials {
    name: String,
    password: Vec<u8>,
}

/// HMAC with SHA-256 (RFC 2104) under a key that is made up at the start and never leaves.
struct Mac {
    provider: &'static dyn Hkdf,
    key: OkmBlock,
}

impl Passwords {
    /// `None` where there is nobody, or the system has no random numbers for us.
    pub(super) fn new(hashes: BTreeMap<String, String>) -> Option<Arc<Self>> {
        // The cost stands in front of the salt: $2y$10$….
        let costliest = hashes.values().max_by_key(|hash| hash.get(4..6))?.clone();
        let (mac, turn) = (Mac::new()?, Semaphore::new(1));
        Some(Arc::new(Self { hashes, costliest, mac, remembered: Mutex::default(), turn }))
    }

    /// Whether the value of an `Authorization` header names one of us with the right password.
    pub(super) async fn admit(self: &Arc<Self>, authorization: Option<&[u8]>) -> bool {
        let Some(credentials) = authorization.and_then(Credentials::parse) else { return false };
        let known = self.hashes.get(&credentials.name);
        let is_known = known.is_some();
        let hash = known.unwrap_or(&self.costliest).clone();
        let tag = self.mac.sign(&credentials, &hash);
        if is_known && self.remembers(&tag) {
            return true;
        }
        let Ok(_turn) = self.turn.acquire().await else { return false };
        // Another request with the same password may have been checked while this one waited.
        if is_known && self.remembers(&tag) {
            return true;
        }
        let check = move || bcrypt::verify(&credentials.password, &hash).unwrap_or(false);
        let fits = spawn_blocking(check).await.unwrap_or(false) && is_known;
        if fits {
            self.remember(tag);
        }
        fits
    }

    fn remembers(&self, tag: &[u8]) -> bool {
        let remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        remembered.iter().any(|one| one == tag)
    }

    fn remember(&self, tag: Vec<u8>) {
        let mut remembered = self.remembered.lock().unwrap_or_else(PoisonError::into_inner);
        if remembered.len() == MOST_REMEMBERED {
            remembered.pop_front();
        }
        remembered.push_back(tag);
    }
}

impl Credentials {
    fn parse(authorization: &[u8]) -> Option<Self> {
        let (scheme, encoded) = authorization.split_at_checked(b"Basic ".len())?;
        if !scheme.eq_ignore_ascii_case(b"Basic ") {
            return None;
        }
        let decoded = BASE64_STANDARD.decode(encoded.trim_ascii()).ok()?;
        let colon = decoded.iter().position(|byte| *byte == b':')?;
        let name = String::from_utf8(decoded[..colon].to_vec()).ok()?;
        Some(Self { name, password: decoded[colon + 1..].to_vec() })
    }
}

impl Mac {
    fn new() -> Option<Self> {
        let SupportedCipherSuite::Tls13(suite) = TLS13_AES_128_GCM_SHA256 else { return None };
        let mut key = [0; 32];
        getrandom::fill(&mut key).ok()?;
        Some(Self { provider: suite.hkdf_provider, key: OkmBlock::new(&key) })
    }

    /// The lengths stand before the parts, so that no two triples make the same message.
    fn sign(&self, credentials: &Credentials, hash: &str) -> Vec<u8> {
        let mut message = Vec::new();
        for part in [credentials.name.as_bytes(), &credentials.password, hash.as_bytes()] {
            message.extend_from_slice(&(part.len() as u64).to_be_bytes());
            message.extend_from_slice(part);
        }
        self.provider.hmac_sign(&self.key, &message).as_ref().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Cost 4 is the least there is, for the sake of the tests' time.
    fn passwords(users: &[(&str, &str)]) -> Arc<Passwords> {
        let hash = |(name, password): &(&str, &str)| {
            ((*name).to_owned(), bcrypt::hash(password, 4).unwrap())
        };
        Passwords::new(users.iter().map(hash).collect()).unwrap()
    }

    fn ask(passwords: &Arc<Passwords>, authorization: Option<&str>) -> bool {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(passwords.admit(authorization.map(str::as_bytes)))
    }

    fn basic(text: &str) -> String {
        format!("Basic {}", BASE64_STANDARD.encode(text))
    }

    fn remembered(passwords: &Passwords) -> usize {
        passwords.remembered.lock().unwrap().len()
    }

    #[test]
    fn a_name_is_admitted_with_its_own_password_alone() {
        let passwords = passwords(&[("anna", "one:two"), ("bert", "zwölf")]);
        let asked = [
            "anna:one:two",
            "anna:zwölf",
            "bert:zwölf",
            "bert:one:two",
            "carl:zwölf",
            ":",
            "anna:",
        ];
        let admitted = asked.map(|text| ask(&passwords, Some(&basic(text))));
        assert_eq!(admitted, [true, false, true, false, false, false, false]);
        assert_eq!(remembered(&passwords), 2);
    }

    #[test]
    fn what_is_not_basic_is_not_admitted() {
        let passwords = passwords(&[("anna", "one")]);
        let right = BASE64_STANDARD.encode("anna:one");
        let asked =
            ["", "Basic", "Basic ", "Basic !", &format!("Bearer {right}"), "Basic YW5uYQ=="];
        assert_eq!(asked.map(|text| ask(&passwords, Some(text))), [false; 6]);
        assert!(!ask(&passwords, None));
        assert!(ask(&passwords, Some(&format!("basic  {right}"))));
    }

    #[test]
    fn a_right_password_is_remembered_once_and_a_hundred_at_most() {
        let passwords = passwords(&[("anna", "one")]);
        assert!(ask(&passwords, Some(&basic("anna:one"))));
        assert!(ask(&passwords, Some(&basic("anna:one"))));
        assert_eq!(remembered(&passwords), 1);
        for number in 0..2 * MOST_REMEMBERED {
            passwords.remember(number.to_be_bytes().to_vec());
        }
        assert_eq!(remembered(&passwords), MOST_REMEMBERED);
    }

    #[test]
    fn an_unknown_name_is_checked_against_the_costliest_hash() {
        let hashes = [("a", 4), ("b", 5)]
            .map(|(name, cost)| (name.to_owned(), bcrypt::hash("same", cost).unwrap()));
        let passwords = Passwords::new(hashes.clone().into()).unwrap();
        assert_eq!(passwords.costliest, hashes[1].1);
        assert!(!ask(&passwords, Some(&basic("c:same"))));
        assert_eq!(remembered(&passwords), 0);
    }
}
