//! Floor 11. The web configuration as it is written: the YAML of Prometheus' exporters (exporter-toolkit).
//!
//! What this server does not do is refused by name and line: a configuration that is half obeyed protects nobody.

use std::collections::BTreeMap;
use std::path::Path;
use std::str::FromStr;

use hyper::header::{HeaderName, HeaderValue};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_saphyr::Spanned;

use crate::serve::error::WebConfigError;
use crate::yaml::told;

/// The file.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct WebConfigFile {
    pub(super) tls_server_config: Option<Spanned<TlsSection>>,
    http_server_config: HttpSection,
    basic_auth_users: BTreeMap<String, Spanned<String>>,
    rate_limit: Option<Spanned<IgnoredAny>>,
}

/// `tls_server_config`.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(super) struct TlsSection {
    pub(super) cert_file: Option<Spanned<String>>,
    pub(super) key_file: Option<Spanned<String>>,
    pub(super) client_ca_file: Option<Spanned<String>>,
    pub(super) client_auth_type: Option<Spanned<String>>,
    pub(super) min_version: Option<Spanned<String>>,
    pub(super) max_version: Option<Spanned<String>>,
    pub(super) cipher_suites: Option<Spanned<Vec<String>>>,
    pub(super) curve_preferences: Option<Spanned<Vec<String>>>,
    pub(super) prefer_server_cipher_suites: Option<bool>,
    cert: Option<Spanned<IgnoredAny>>,
    key: Option<Spanned<IgnoredAny>>,
    client_ca: Option<Spanned<IgnoredAny>>,
    client_allowed_sans: Option<Spanned<IgnoredAny>>,
}

/// `http_server_config`. HTTP/2 may be asked for: a client that would take it takes HTTP/1.1 as well.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct HttpSection {
    #[serde(rename = "http2")]
    _http2: Option<bool>,
    headers: BTreeMap<String, Spanned<String>>,
}

/// What is wrong, and in which line.
pub(super) type Wrong = (Option<u64>, String);

/// What was written at a place that is said to be wrong.
pub(super) fn wrong_at<T>(place: &Spanned<T>, message: impl Into<String>) -> Wrong {
    (Some(place.referenced.line()), message.into())
}

impl WebConfigFile {
    /// Reads the text of the file at this path.
    pub(super) fn parse(text: &str, path: &Path) -> Result<Self, WebConfigError> {
        let at = |(line, message)| WebConfigError { path: path.to_owned(), line, message };
        let file: Option<Self> = serde_saphyr::from_str(text).map_err(|error| at(told(&error)))?;
        let file = file.unwrap_or_default();
        file.refuse_what_is_not_done().map_err(at)?;
        Ok(file)
    }

    /// The bcrypt hashes by name.
    pub(super) fn hashes(&self) -> Result<BTreeMap<String, String>, Wrong> {
        let checked = |(name, hash): (&String, &Spanned<String>)| {
            let shown = name.escape_debug();
            if name.contains(':') {
                return Err(wrong_at(hash, format!("basic_auth_users: {shown} has a colon")));
            }
            let cost = bcrypt::HashParts::from_str(&hash.value).map(|parts| parts.get_cost());
            if cost.is_ok_and(|cost| (4..=31).contains(&cost)) {
                return Ok((name.clone(), hash.value.clone()));
            }
            Err(wrong_at(hash, format!("basic_auth_users: what {shown} has is no bcrypt hash")))
        };
        self.basic_auth_users.iter().map(checked).collect()
    }

    /// The headers that every answer is to have.
    pub(super) fn headers(&self) -> Result<Vec<(HeaderName, HeaderValue)>, Wrong> {
        self.http_server_config.headers.iter().map(|(name, value)| header(name, value)).collect()
    }

    fn refuse_what_is_not_done(&self) -> Result<(), Wrong> {
        let refuse = |place: &Option<Spanned<IgnoredAny>>, message: &str| match place {
            Some(place) => Err(wrong_at(place, message)),
            None => Ok(()),
        };
        refuse(&self.rate_limit, "rate_limit is not supported: connections are limited to 64")?;
        let Some(Spanned { value: tls, .. }) = &self.tls_server_config else { return Ok(()) };
        refuse(&tls.cert, "cert is not supported: name a file with cert_file")?;
        refuse(&tls.key, "key is not supported: name a file with key_file")?;
        refuse(&tls.client_ca, "client_ca is not supported: name a file with client_ca_file")?;
        let sans = "client_allowed_sans is not supported: give those clients an authority of their own with client_ca_file";
        refuse(&tls.client_allowed_sans, sans)
    }
}

/// One of the headers that exporters may be given, with a value that it can have.
fn header(name: &str, value: &Spanned<String>) -> Result<(HeaderName, HeaderValue), Wrong> {
    let allowed: &[&str] = match name {
        "Content-Security-Policy" | "Strict-Transport-Security" | "X-XSS-Protection" => &[],
        "X-Content-Type-Options" => &["nosniff"],
        "X-Frame-Options" => &["deny", "sameorigin"],
        _ => {
            let name = name.escape_debug();
            return Err(wrong_at(value, format!("headers: {name} is not supported")));
        }
    };
    let fits = allowed.is_empty() || allowed.contains(&value.value.to_lowercase().as_str());
    let parsed = (HeaderName::from_str(name), HeaderValue::from_str(&value.value));
    match parsed {
        (Ok(name), Ok(value)) if fits => Ok((name, value)),
        _ => Err(wrong_at(value, format!("headers: {name} cannot have this value"))),
    }
}
