//! Floor 11. curl, and sockets for what curl is too well-behaved to do.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::Command;
use std::time::Duration;

/// What a client was answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Reply {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    fn parse(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\r\n\r\n")?;
        let mut lines = head.lines();
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let header = |line: &str| {
            let (name, value) = line.split_once(':')?;
            Some((name.to_lowercase(), value.trim().to_owned()))
        };
        let headers = lines.map(header).collect::<Option<_>>()?;
        Some(Self { status, headers, body: body.to_owned() })
    }
}

/// Asks with curl; the exit code of curl where there is no answer.
pub(crate) fn curl(arguments: &[&str]) -> Result<Reply, i32> {
    let mut command = Command::new("curl");
    command.args(["--silent", "--include", "--max-time", "30", "--noproxy", "*"]).args(arguments);
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    match output.status.code() {
        Some(0) => Ok(Reply::parse(&text).unwrap_or_else(|| panic!("{arguments:?}: {text}"))),
        code => Err(code.unwrap()),
    }
}

/// The status alone.
pub(crate) fn status(arguments: &[&str]) -> Result<u16, i32> {
    curl(arguments).map(|reply| reply.status)
}

/// A connection that says what it is told to.
pub(crate) struct Raw(pub(crate) TcpStream);

impl Raw {
    pub(crate) fn connect(address: SocketAddr) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Self(stream)
    }

    /// Sends a text.
    pub(crate) fn say(mut self, text: &str) -> Self {
        self.0.write_all(text.as_bytes()).unwrap();
        self
    }

    /// Reads one answer whose length is told, and leaves the connection as it is.
    pub(crate) fn reply(&mut self) -> Reply {
        let mut text = Vec::new();
        let mut byte = [0];
        while !text.ends_with(b"\r\n\r\n") {
            assert_eq!(self.0.read(&mut byte).unwrap(), 1, "the answer ends in its headers");
            text.push(byte[0]);
        }
        let mut reply = Reply::parse(&String::from_utf8(text).unwrap()).unwrap();
        let length = reply.header("content-length").unwrap().parse().unwrap();
        let mut body = vec![0; length];
        self.0.read_exact(&mut body).unwrap();
        reply.body = String::from_utf8(body).unwrap();
        reply
    }

    /// Everything until the server ends the connection, in good order or not.
    pub(crate) fn rest(mut self) -> Vec<u8> {
        let mut rest = Vec::new();
        match self.0.read_to_end(&mut rest) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}"),
        }
        rest
    }
}
