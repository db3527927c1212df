//! Floor 11. Where a broker is and who we are there: its URL taken apart.

use std::fmt;

use super::error::MqttError;

/// A broker's address. Shown without the user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Broker {
    /// Whether the way there is encrypted.
    pub(super) tls: bool,
    /// Its name or number; of IPv6 without brackets.
    pub(super) host: String,
    /// Its port.
    pub(super) port: u16,
    /// Who we are there.
    pub(super) user: Option<String>,
}

impl Broker {
    /// Takes a URL apart.
    pub(super) fn parse(url: &str) -> Result<Self, MqttError> {
        let wrong = |reason| MqttError::Url { url: without_user(url), reason };
        let (scheme, rest) = url.split_once("://").ok_or_else(|| wrong("it has no scheme"))?;
        let tls = match scheme.to_ascii_lowercase().as_str() {
            "mqtt" | "tcp" => false,
            "mqtts" | "ssl" | "tls" => true,
            _ => return Err(wrong("its scheme is none of mqtt, mqtts, ssl and tls")),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
        if !path.is_empty() || authority.contains(['?', '#']) {
            return Err(wrong("a broker has no path"));
        }
        let (user, place) = match authority.rsplit_once('@') {
            Some((user, place)) => (Some(user), place),
            None => (None, authority),
        };
        if user.is_some_and(|user| user.contains(':')) {
            return Err(MqttError::PasswordInUrl { url: without_user(url) });
        }
        let (host, port) = host_and_port(place).ok_or_else(|| wrong("its host is malformed"))?;
        let port = match port {
            None => Some(if tls { 8883 } else { 1883 }),
            Some(port) => port.parse().ok().filter(|port| *port > 0),
        };
        Ok(Self {
            tls,
            host: host.to_owned(),
            port: port.ok_or_else(|| wrong("its port is no number from 1 to 65535"))?,
            user: user
                .map(|user| decoded(user).ok_or_else(|| wrong("its user is malformed")))
                .transpose()?,
        })
    }
}

impl fmt::Display for Broker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls { "mqtts" } else { "mqtt" };
        if self.host.contains(':') {
            return write!(f, "{scheme}://[{}]:{}", self.host, self.port);
        }
        write!(f, "{scheme}://{}:{}", self.host, self.port)
    }
}

/// The URL as it may be shown: all that stands between the scheme and the last `@` is gone.
fn without_user(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").map_or(("", url), |(scheme, rest)| (scheme, rest));
    let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
    if scheme.is_empty() { place.to_owned() } else { format!("{scheme}://{place}") }
}

/// The host without the brackets of IPv6, and the port if there is one.
fn host_and_port(place: &str) -> Option<(&str, Option<&str>)> {
    let (host, rest) = match place.strip_prefix('[') {
        Some(place) => place.split_once(']')?,
        None => place.split_at(place.find(':').unwrap_or(place.len())),
    };
    let malformed = |c: char| c.is_whitespace() || c.is_control();
    if host.is_empty() || host.contains(malformed) {
        return None;
    }
    match rest {
        "" => Some((host, None)),
        rest => rest.strip_prefix(':').map(|port| (host, Some(port))),
    }
}

/// The text with its %-escapes (RFC 3986, 2.1) resolved; `None` where they are malformed.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let (digits, after) = rest.split_at_checked(2)?;
        let digits = std::str::from_utf8(digits).ok()?;
        bytes.push(u8::from_str_radix(digits, 16).ok()?);
        rest = after;
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(url: &str) -> (String, Option<String>) {
        let broker = Broker::parse(url).unwrap();
        (broker.to_string(), broker.user)
    }

    fn refused(url: &str) -> String {
        Broker::parse(url).unwrap_err().to_string()
    }

    #[test]
    fn a_url_has_the_usual_port_of_its_scheme_unless_it_names_one() {
        assert_eq!(parsed("mqtt://broker").0, "mqtt://broker:1883");
        assert_eq!(parsed("mqtts://broker/").0, "mqtts://broker:8883");
        assert_eq!(parsed("SSL://broker").0, "mqtts://broker:8883");
        assert_eq!(parsed("tls://broker:1").0, "mqtts://broker:1");
        assert_eq!(parsed("mqtt://[::1]:7").0, "mqtt://[::1]:7");
        assert_eq!(Broker::parse("mqtt://[::1]").unwrap().host, "::1");
    }

    #[test]
    fn a_user_is_taken_from_the_url_and_never_shown() {
        let (shown, user) = parsed("mqtt://a%40b@broker");
        assert_eq!((shown.as_str(), user.as_deref()), ("mqtt://broker:1883", Some("a@b")));
    }

    #[test]
    fn a_password_in_the_url_is_refused_and_not_repeated() {
        let message = refused("mqtt://user:s3cret@broker:1");
        assert!(message.starts_with("accept the URL of mqtt://broker:1: it holds a password"));
        assert!(!message.contains("s3cret"), "{message}");
        let message = refused("mqtt://user:s3/cr@et@broker");
        assert!(!message.contains("s3"), "{message}");
    }

    #[test]
    fn what_is_no_url_of_a_broker_is_refused_with_the_reason() {
        let told = |url, reason: &str| {
            assert_eq!(refused(url), format!("use {url} as the URL of a broker: {reason}"));
        };
        told("broker:1883", "it has no scheme");
        told("http://broker", "its scheme is none of mqtt, mqtts, ssl and tls");
        told("mqtt://broker/topic", "a broker has no path");
        told("mqtt://", "its host is malformed");
        told("mqtt://::1", "its host is malformed");
        told("mqtt://[::1", "its host is malformed");
        told("mqtt://broker:0", "its port is no number from 1 to 65535");
        told("mqtt://broker:http", "its port is no number from 1 to 65535");
    }
}
