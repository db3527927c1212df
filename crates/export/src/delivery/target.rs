//! Floor 11. An address, and the user info in it as the header that HTTP has for it.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ureq::http::Uri;

use crate::http_client::{ClientError, shown};

/// Where requests go.
#[derive(Clone)]
pub(super) struct Target {
    /// The address without user info.
    pub(super) url: String,
    /// The value of the header `Authorization`; `None` where the address had no user info.
    pub(super) authorization: Option<String>,
}

impl Target {
    /// An address, its user info taken apart (RFC 3986, section 3.2.1).
    pub(super) fn parse(url: &str) -> Result<Self, ClientError> {
        let wrong = || ClientError::Url(shown(url));
        let (scheme, rest) = url.split_once("://").ok_or_else(wrong)?;
        if !matches!(scheme, "http" | "https") {
            return Err(wrong());
        }
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (user, host) = match rest[..end].rsplit_once('@') {
            Some((user, host)) => (Some(user), host),
            None => (None, &rest[..end]),
        };
        let bare = format!("{scheme}://{host}{}", &rest[end..]);
        let parsed: Uri = bare.parse().map_err(|_| wrong())?;
        parsed.host().filter(|host| !host.is_empty()).ok_or_else(wrong)?;
        let authorization = match user {
            Some(user) => Some(basic(user).ok_or_else(wrong)?),
            None => None,
        };
        Ok(Self { url: bare, authorization })
    }

    /// Whether requests go through TLS.
    pub(super) fn is_secure(&self) -> bool {
        self.url.starts_with("https:")
    }
}

/// User and password as the scheme `Basic` has them (RFC 7617).
fn basic(user_info: &str) -> Option<String> {
    let (user, password) = user_info.split_once(':').unwrap_or((user_info, ""));
    let pair = format!("{}:{}", percent_decoded(user)?, percent_decoded(password)?);
    Some(format!("Basic {}", STANDARD.encode(pair)))
}

/// A text with its `%XX` as the bytes that they stand for; `None` where they are not two digits or make no UTF-8.
pub(crate) fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let digits = std::str::from_utf8(digits).ok()?;
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return None;
        }
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_info_becomes_a_header() {
        let target = Target::parse("https://me:p%40ss@host:1/x?y=z").unwrap();
        assert_eq!(target.url, "https://host:1/x?y=z");
        assert_eq!(target.authorization.as_deref(), Some("Basic bWU6cEBzcw=="));
        assert!(target.is_secure());
        let plain = Target::parse("http://[::1]:4318").unwrap();
        assert_eq!((plain.url.as_str(), plain.authorization), ("http://[::1]:4318", None));
    }

    #[test]
    fn a_wrong_address_is_refused_without_its_secrets() {
        let shown = "is not an address that begins with http:// or https:// and a host";
        let cases =
            [("ftp://me:secret@host", "ftp://host"), ("localhost:1", "localhost:1"), ("", "")];
        for (url, named) in cases {
            let error = Target::parse(url).err().map(|error| error.to_string());
            assert_eq!(error, Some(format!("{named} {shown}")));
        }
        for url in ["http://", "http://:1/", "http://a b/", "http://me:%zz@host"] {
            assert!(matches!(Target::parse(url), Err(ClientError::Url(_))), "{url}");
        }
    }

    #[test]
    fn a_percent_sign_and_two_digits_are_a_byte() {
        assert_eq!(percent_decoded("a%20%C3%A9+"), Some("a é+".to_owned()));
        assert_eq!(
            [percent_decoded("%+1"), percent_decoded("%1"), percent_decoded("%ff")],
            [None, None, None]
        );
    }
}
