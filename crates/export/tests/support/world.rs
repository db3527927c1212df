//! Floor 11. Real servers for tests: found, started on a free port, waited for with a deadline, and ended.

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

/// How long anything may take that a test waits for.
const DEADLINE: Duration = Duration::from_secs(60);

/// A port of this machine that nobody has at the moment.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The program at one of these places. Where there is none, the test is left out with a sentence, and fails in CI.
#[expect(clippy::print_stderr, reason = "a test that is left out says so")]
pub(crate) fn installed(places: &[&str], install: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let found = places.iter().map(|place| root.join(place)).find(|path| path.exists());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{places:?} is missing: {install}");
        eprintln!("left out, for {places:?} is missing: {install}");
    }
    found
}

/// A server that ends with its test.
pub(crate) struct Running(Child);

impl Running {
    /// Starts it, and waits until something answers at the port.
    pub(crate) fn start(command: &mut Command, port: u16) -> Self {
        let running = Self(command.spawn().unwrap());
        until("the server to listen", || TcpStream::connect(("127.0.0.1", port)).ok());
        running
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

/// Asks again until there is an answer, and fails when that takes too long.
pub(crate) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + DEADLINE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited too long for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// The body of a page.
pub(crate) fn get(port: u16, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split_once("\r\n\r\n").unwrap().1.to_owned()
}
