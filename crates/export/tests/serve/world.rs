//! Floor 11. A server that shows what a test wants it to.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, channel};
use std::sync::{Arc, Mutex};

use procmon_export::serve::{Answer, Listen, Page, ServeError, ServeOptions, Server};

/// A page with text by `Accept`, as an exporter has it.
#[derive(Default)]
pub(crate) struct Figures {
    /// How often it was read.
    pub(crate) readings: AtomicUsize,
}

impl Page for Figures {
    fn answer(&self, accept: Option<&str>) -> Answer {
        self.readings.fetch_add(1, Ordering::Relaxed);
        let is_open_metrics = accept.is_some_and(|accept| accept.contains("openmetrics"));
        let (content_type, end) = if is_open_metrics {
            ("application/openmetrics-text; version=1.0.0; charset=utf-8", "# EOF\n")
        } else {
            ("text/plain; version=0.0.4; charset=utf-8", "")
        };
        let body = format!("# TYPE procmon_up gauge\nprocmon_up 1\n{end}");
        Answer { content_type: content_type.to_owned(), body: body.into_bytes() }
    }
}

/// A page that is read only when the test lets it, or not at all.
pub(crate) struct Slow(pub(crate) Mutex<Receiver<()>>);

impl Page for Slow {
    fn answer(&self, _accept: Option<&str>) -> Answer {
        // Without anybody to let it go on, it goes on.
        let _ = self.0.lock().unwrap().recv();
        Answer { content_type: "text/plain".to_owned(), body: b"late\n".to_vec() }
    }
}

/// A page of that many bytes.
pub(crate) struct Large(pub(crate) usize);

impl Page for Large {
    fn answer(&self, _accept: Option<&str>) -> Answer {
        Answer { content_type: "text/plain".to_owned(), body: vec![b'x'; self.0] }
    }
}

/// A page with a bug.
pub(crate) struct Broken;

impl Page for Broken {
    fn answer(&self, _accept: Option<&str>) -> Answer {
        panic!("a bug that the test wants");
    }
}

/// A server at a free port, and what it said.
pub(crate) struct Running {
    pub(crate) server: Server,
    said: Receiver<String>,
}

impl Running {
    /// The URL of a path, over HTTP or HTTPS.
    pub(crate) fn url(&self, scheme: &str, path: &str) -> String {
        format!("{scheme}://{}{path}", self.server.address())
    }

    /// What it has said and nobody has heard yet.
    pub(crate) fn unheard(&self) -> Vec<String> {
        self.said.try_iter().collect()
    }
}

/// Starts a server with this page.
pub(crate) fn serve(page: Arc<dyn Page>, web_config: Option<&Path>) -> Running {
    try_serve("127.0.0.1:0", page, web_config).unwrap_or_else(|error| panic!("{error}"))
}

/// Starts a server at that address, if it can be.
pub(crate) fn try_serve(
    listen: &str,
    page: Arc<dyn Page>,
    web_config: Option<&Path>,
) -> Result<Running, ServeError> {
    let (sender, said) = channel();
    let sender = Mutex::new(sender);
    let options = ServeOptions {
        listen: Listen::parse(listen, 0)?,
        web_config: web_config.map(Path::to_owned),
        page,
        metrics_path: "/metrics".to_owned(),
        // A test that has ended listens no more.
        on_trouble: Arc::new(move |sentence| drop(sender.lock().unwrap().send(sentence))),
    };
    Ok(Running { server: Server::start(options)?, said })
}

/// The figures, for a test that wants nothing special.
pub(crate) fn figures() -> Arc<Figures> {
    Arc::default()
}

/// Puts a file of the test's own in its place, at once as a whole, and answers its path.
pub(crate) fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    let path = folder.join(name);
    let draft = folder.join("draft");
    fs::write(&draft, text).unwrap();
    fs::rename(&draft, &path).unwrap();
    path
}

/// A bcrypt hash at the least cost there is.
pub(crate) fn hash(password: &str) -> String {
    bcrypt::hash(password, 4).unwrap()
}
