//! Floor 12. An exporter: a session in a thread of its own that fills a census, and the handle that JavaScript has on it.
//!
//! Nothing is sent to JavaScript by itself. Whoever scrapes does so on a thread of libuv's, where it may wait for the
//! sample that it has asked for.

use std::panic::{self, AssertUnwindSafe};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use napi::{Env, Task};
use procmon_core::session::{Order, Session, Target};
use procmon_export::census::{Census, CensusSink, Scene, SharedCensus};
use procmon_export::exposition::{Exposition, Format};
use procmon_export::scrape::Scraper;
use procmon_model::ports::Request;
use procmon_model::settings::Settings;
use procmon_sys::{Accounting, Inside};

use crate::error::Refusal;
use crate::exporter_options::{ExporterOptions, Plan};
use crate::reach::Reach;
use crate::thread::{self, Reply};

/// How often the living are read when nobody scrapes. What their counters do meanwhile is not lost, and births and ends
/// are told by events.
const BACKGROUND: Duration = Duration::from_secs(120);

/// A session that is there to be scraped, as seen from the JavaScript thread.
pub(crate) struct Exporter {
    shared: SharedCensus,
    exposition: Exposition,
    max_age: Duration,
    reach: Reach,
    thread: Mutex<Option<JoinHandle<()>>>,
}

/// One scrape.
pub struct Collect {
    exporter: Arc<Exporter>,
    format: Format,
}

/// The end of an exporter.
pub struct Close {
    exporter: Arc<Exporter>,
}

/// What the session's thread is made of.
struct Work {
    root: u32,
    sink: CensusSink,
    end: End,
}

/// Says that the session is over when it goes, whether its thread came to its end or broke off.
struct End(Reach);

impl Exporter {
    /// Starts the session and waits until its root is there: some milliseconds.
    pub(crate) fn start(options: ExporterOptions) -> Result<Self, Refusal> {
        let Plan { root, census, exposition, max_age } = options.plan()?;
        let shared = SharedCensus::new(Census::new(census));
        let reach = Reach::default();
        let work = Work { root, sink: shared.sink(), end: End(reach.clone()) };
        let ((), thread) = thread::start_session(move |reply| work.run(reply))?;
        Ok(Self { shared, exposition, max_age, reach, thread: Mutex::new(Some(thread)) })
    }

    /// A scrape in this format, to be done.
    pub(crate) fn collect(self: &Arc<Self>, format: Format) -> Collect {
        Collect { exporter: Arc::clone(self), format }
    }

    /// Has the session end, which the task waits for.
    pub(crate) fn close(self: &Arc<Self>) -> Close {
        self.reach.ask(Request::Stop);
        Close { exporter: Arc::clone(self) }
    }

    fn text(&self, format: Format) -> String {
        let mut text = String::new();
        self.exposition.in_format(format).encode(&self.scene(), &mut text);
        text
    }

    /// By a fresh sample; once the session is over, what it has left.
    fn scene(&self) -> Scene {
        match self.reach.remote() {
            Some(remote) => {
                Scraper::new(self.shared.clone(), remote).with_max_age(self.max_age).scene()
            }
            None => self.shared.scene(),
        }
    }

    fn join(&self) {
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = thread {
            // One that broke off is over, too.
            drop(thread.join());
        }
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        // Nobody can scrape any more: the handle was collected, or went with its environment.
        self.reach.ask(Request::Stop);
    }
}

impl Work {
    fn run(self, reply: Reply<()>) {
        let Self { root, sink, end } = self;
        let order = Order {
            target: Target::Attach(root),
            settings: Settings {
                interval: BACKGROUND,
                max_interval: BACKGROUND,
                history: 0,
                ..Settings::default()
            },
            accounting: Accounting::Auto,
            inside: Inside::ForeignProcess,
            signals: procmon_sys::signal_mask(),
            sinks: vec![Box::new(sink)],
            procfs: None,
            calls: false,
        };
        let session = match Session::start(order) {
            Ok(session) => session,
            Err(error) => return reply.send(Err(error.into())),
        };
        end.0.set(Some(session.remote()));
        reply.send(Ok(()));
        // Whoever scrapes sees what the census holds; there is nobody to tell the outcome to.
        drop(session.run());
        drop(end);
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.0.set(None);
    }
}

impl Task for Collect {
    type Output = String;
    type JsValue = String;

    fn compute(&mut self) -> napi::Result<String> {
        guarded(|| self.exporter.text(self.format))
    }

    fn resolve(&mut self, _: Env, text: String) -> napi::Result<String> {
        Ok(text)
    }
}

impl Task for Close {
    type Output = ();
    type JsValue = ();

    fn compute(&mut self) -> napi::Result<()> {
        guarded(|| self.exporter.join())
    }

    fn resolve(&mut self, _: Env, (): ()) -> napi::Result<()> {
        Ok(())
    }
}

/// The best format that a header `Accept` names.
pub(crate) fn format(accept: Option<String>) -> Format {
    accept.map_or(Format::Text, |accept| Format::accepted(Some(&accept)))
}

/// A panic on a thread of libuv's would end the user's Node.
fn guarded<T>(work: impl FnOnce() -> T) -> napi::Result<T> {
    let done = panic::catch_unwind(AssertUnwindSafe(work));
    done.map_err(|_| Refusal::internal("the exporter broke off").into())
}
