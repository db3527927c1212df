//! Floor 11. Where a server listens, as a person writes it.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, ToSocketAddrs};

use super::error::ServeError;

/// A host and a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    host: String,
    port: u16,
}

impl Listen {
    /// Reads `HOST:PORT`, `HOST`, `PORT` or `:PORT`; an IPv6 address stands in brackets.
    ///
    /// Without a host it is this machine alone (127.0.0.1), without a port the one that is given. Port 0 is any that
    /// is free.
    pub fn parse(text: &str, default_port: u16) -> Result<Self, ServeError> {
        let refused = |reason| ServeError::Listen { text: text.to_owned(), reason };
        let (host, port) = split(text).map_err(refused)?;
        let port = match port {
            Some(port) => decimal(port).ok_or_else(|| refused("a port is a number up to 65535"))?,
            None => default_port,
        };
        let host = if host.is_empty() { Ipv4Addr::LOCALHOST.to_string() } else { host.to_owned() };
        Ok(Self { host, port })
    }

    /// Listens on the first of the host's addresses where that can be done.
    pub(super) fn bind(&self) -> Result<(TcpListener, SocketAddr), ServeError> {
        let unknown = |source| ServeError::UnknownHost { host: self.host.clone(), source };
        let addresses = (self.host.as_str(), self.port).to_socket_addrs();
        let mut addresses: Vec<_> = addresses.map_err(|source| unknown(Some(source)))?.collect();
        // A name with addresses of both kinds means the older one to most clients, localhost above all.
        addresses.sort_by_key(SocketAddr::is_ipv6);
        let mut failed = None;
        for address in addresses {
            match TcpListener::bind(address).and_then(|bound| Ok((bound.local_addr()?, bound))) {
                Ok((local, bound)) => return Ok((bound, local)),
                Err(source) => failed = failed.or(Some(unbound(address, source))),
            }
        }
        Err(failed.unwrap_or_else(|| unknown(None)))
    }
}

impl From<SocketAddr> for Listen {
    fn from(address: SocketAddr) -> Self {
        Self { host: address.ip().to_string(), port: address.port() }
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.parse::<IpAddr>() {
            Ok(address) => SocketAddr::new(address, self.port).fmt(to),
            Err(_) => write!(to, "{}:{}", self.host, self.port),
        }
    }
}

/// The host, which may be empty, and the port's text.
fn split(text: &str) -> Result<(&str, Option<&str>), &'static str> {
    if text.is_empty() {
        return Err("it is empty");
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (host, port) = rest.split_once(']').ok_or("a bracket is not closed")?;
        host.parse::<Ipv6Addr>().map_err(|_| "what stands in brackets is an IPv6 address")?;
        return match port.strip_prefix(':') {
            Some(port) => Ok((host, Some(port))),
            None if port.is_empty() => Ok((host, None)),
            None => Err("a port follows a colon"),
        };
    }
    if text.parse::<Ipv6Addr>().is_ok() {
        return Err("an IPv6 address stands in brackets");
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(("", Some(text)));
    }
    let (host, port) = text.split_once(':').map_or((text, None), |(host, port)| (host, Some(port)));
    if host.contains(|letter: char| letter.is_whitespace() || "/@?#".contains(letter)) {
        return Err("a host and a port are all there is to it");
    }
    Ok((host, port))
}

fn decimal(text: &str) -> Option<u16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

fn unbound(address: SocketAddr, source: io::Error) -> ServeError {
    match source.kind() {
        io::ErrorKind::AddrInUse => ServeError::PortInUse { address },
        io::ErrorKind::AddrNotAvailable => ServeError::NoSuchAddress { address },
        io::ErrorKind::PermissionDenied => ServeError::Denied { address },
        _ => ServeError::Unbound { address, source },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(text: &str) -> String {
        match Listen::parse(text, 9256) {
            Ok(listen) => listen.to_string(),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn what_is_left_out_is_this_machine_and_the_usual_port() {
        let texts = ["9300", ":9300", "0.0.0.0", "example.org", "localhost:0", "[::1]", "[::]:80"];
        let meant = [
            "127.0.0.1:9300",
            "127.0.0.1:9300",
            "0.0.0.0:9256",
            "example.org:9256",
            "localhost:0",
            "[::1]:9256",
            "[::]:80",
        ];
        assert_eq!(texts.map(told), meant);
    }

    #[test]
    fn what_is_no_address_is_refused_with_the_reason() {
        insta::assert_snapshot!(["", "::1", "[::1", "[::1]9", "[host]:1", "host:", "host:65536", "host:+1", "http://host:1", "me:word@host:1"].map(told).join("\n"), @r#"
        "" is no address to listen on: it is empty
        "::1" is no address to listen on: an IPv6 address stands in brackets
        "[::1" is no address to listen on: a bracket is not closed
        "[::1]9" is no address to listen on: a port follows a colon
        "[host]:1" is no address to listen on: what stands in brackets is an IPv6 address
        "host:" is no address to listen on: a port is a number up to 65535
        "host:65536" is no address to listen on: a port is a number up to 65535
        "host:+1" is no address to listen on: a port is a number up to 65535
        "http://host:1" is no address to listen on: a port is a number up to 65535
        "me:word@host:1" is no address to listen on: a port is a number up to 65535
        "#);
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read_back_as_the_same(address: SocketAddr) {
            prop_assume!(!matches!(address, SocketAddr::V6(six) if six.scope_id() != 0));
            let listen = Listen::from(address);
            prop_assert_eq!(Listen::parse(&listen.to_string(), 1).unwrap(), listen);
        }

        #[test]
        fn any_text_is_read_or_refused(text: String) {
            if let Ok(listen) = Listen::parse(&text, 1) {
                prop_assert!(!listen.host.is_empty());
            }
        }
    }
}
