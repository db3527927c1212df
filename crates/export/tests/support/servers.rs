//! Floor 11. What tests with real servers share: binaries, ports, children that end with the test, and deadlines.

use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, Command};

pub(crate) use super::free_port;

/// A server's binary. Where it is missing, a test passes with a word, but in CI it fails.
#[expect(clippy::print_stdout, reason = "whoever runs the tests is to know")]
pub(crate) fn binary(name: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    let folders = path.split(':').chain(["/usr/sbin", "/usr/local/sbin"]);
    let found = folders.map(|folder| PathBuf::from(folder).join(name)).find(|file| file.is_file());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{name} is missing");
        println!("{name} is missing: nothing was tested");
    }
    found
}

/// A child that ends with the test whatever happens.
pub(crate) struct Server(Child);

impl Server {
    /// Starts it.
    pub(crate) fn start(command: &mut Command) -> Self {
        Self(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// Starts it and waits until it listens.
    pub(crate) fn listening(command: &mut Command, port: u16) -> Self {
        let mut server = Self::start(command);
        until("it listens", || {
            let ended = server.0.try_wait().unwrap();
            assert_eq!(ended, None, "{command:?} ended");
            TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        server
    }

    /// The child itself.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.0
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // A child that has ended cannot be killed, and needs not be.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Waits until something is so, and fails at the deadline.
pub(crate) fn until(what: &str, mut so: impl FnMut() -> bool) {
    super::until(what, || so().then_some(()));
}
