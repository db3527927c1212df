//! Floor 11. A server of scrapes: a thread that answers whoever asks for the page.

use std::fmt;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;

use super::answers::Answers;
use super::error::{OnTrouble, ServeError};
use super::listen::Listen;
use super::page::Page;
use super::readings::Readings;
use super::reception::Reception;
use super::web_config::Watch;

/// Threads for what has to wait: the page, a check of a password, a look at files, gzip.
const BLOCKING_THREADS: usize = 8;

/// What a server is to do.
pub struct ServeOptions {
    /// Where it listens.
    pub listen: Listen,
    /// The web configuration: TLS, passwords and headers, as Prometheus' exporters have them.
    pub web_config: Option<PathBuf>,
    /// What it shows.
    pub page: Arc<dyn Page>,
    /// Where it shows it: `/metrics` by custom.
    pub metrics_path: String,
    /// Who is told what went wrong while it runs: a new web configuration that is not taken, connections that cannot be.
    pub on_trouble: OnTrouble,
}

/// A server that runs until it is closed or dropped.
pub struct Server {
    address: SocketAddr,
    closing: watch::Sender<bool>,
    watch: Arc<Watch>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Starts a server, which listens when this returns.
    pub fn start(options: ServeOptions) -> Result<Self, ServeError> {
        let ServeOptions { listen, web_config, page, metrics_path, on_trouble } = options;
        if !is_path(&metrics_path) {
            return Err(ServeError::Path { path: metrics_path });
        }
        let watch = Arc::new(Watch::new(web_config, Arc::clone(&on_trouble))?);
        let (listener, address) = listen.bind()?;
        let (closing, is_closing) = watch::channel(false);
        let readings = Readings::new(page);
        let answers = Arc::new(Answers { readings, watch: Arc::clone(&watch), path: metrics_path });
        let runtime = runtime().map_err(ServeError::Thread)?;
        let listener = registered(&runtime, listener).map_err(ServeError::Thread)?;
        let reception = Reception { listener, answers, closing: is_closing, on_trouble };
        let run = move || {
            runtime.block_on(reception.run());
            // A page that is still being read, or a check of a password, ends by itself.
            runtime.shutdown_background();
        };
        let thread = thread::Builder::new().name("procmon-serve".to_owned()).spawn(run);
        let thread = Some(thread.map_err(ServeError::Thread)?);
        Ok(Self { address, closing, watch, thread })
    }

    /// Where it listens, with the port that it was given.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A line of warning where others than this machine's users can read what they should not; `None` otherwise.
    pub fn is_exposed(&self) -> Option<String> {
        let exposure = self.watch.in_force().exposure(self.address.ip())?;
        Some(format!("the server listens on {}: {exposure}", self.address))
    }

    /// Ends it: answers that were begun have a second to be finished, everything else ends at once.
    pub fn close(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.closing.send_replace(true);
        if let Some(thread) = self.thread.take() {
            // It fails when the thread has panicked, and then there is nothing left to close.
            drop(thread.join());
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.end();
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.debug_struct("Server").field("address", &self.address).finish_non_exhaustive()
    }
}

/// It stands in a link of the front page as it is.
fn is_path(path: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.starts_with('/') && !matches!(path, "/" | "/healthz") && path.bytes().all(is_allowed)
}

fn runtime() -> io::Result<Runtime> {
    Builder::new_current_thread()
        .enable_io()
        .enable_time()
        .max_blocking_threads(BLOCKING_THREADS)
        .thread_name("procmon-serve")
        .build()
}

fn registered(runtime: &Runtime, listener: TcpListener) -> io::Result<tokio::net::TcpListener> {
    listener.set_nonblocking(true)?;
    let _inside = runtime.enter();
    tokio::net::TcpListener::from_std(listener)
}
