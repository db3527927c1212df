//! Floor 12. A session in a thread of its own, and the handle that JavaScript has on it.

use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use procmon_core::format::jsonl;
use procmon_core::session::Session;
use procmon_core::sink::{Digest, History, Queue, Receiver, Register, Ring, queue, ring};
use procmon_model::event::Signal;
use procmon_model::ports::{Loss, Request, Sink};
use procmon_model::record::{Header, Record};
use procmon_model::settings::Settings;
use procmon_model::units::Elapsed;
use procmon_sys::PipeEnd;

use crate::bell::{Bell, Waker};
use crate::error::Refusal;
use crate::exporters::Exporters;
use crate::launch::Streams;
use crate::output::{OutputFile, Style};
use crate::reach::Reach;
use crate::thread::{self, Reply};
use crate::types::Options;

/// How many records wait for JavaScript before the oldest go: some seconds of a busy build while the event loop is
/// blocked, and a few megabytes.
const QUEUE_RECORDS: usize = 16 * 1024;

/// A running or ended session, as seen from the JavaScript thread.
pub(crate) struct Monitor {
    begun: Begun,
    reach: Reach,
    receiver: Receiver,
    late: Late,
    history: History,
    register: Option<Register>,
    ended: Arc<AtomicBool>,
    pipes: Mutex<[Option<PipeEnd>; 3]>,
    /// Whether the session is to stop when this handle goes.
    stop_with_handle: bool,
}

/// What the session's thread knows once the watching has begun.
struct Begun {
    header: Header,
    digest: Digest,
}

/// Lines that come after the session's last record.
#[derive(Clone, Default)]
struct Late(Arc<Mutex<Vec<u8>>>);

/// What the session's thread is made of.
struct Work {
    options: Options,
    settings: Settings,
    output: Option<(OutputFile, Style)>,
    ring: Ring,
    queue: Queue,
    register: Option<Register>,
    late: Late,
    end: End,
}

/// Says that the session has ended when it goes, whether its thread came to its end or broke off.
struct End {
    ended: Arc<AtomicBool>,
    reach: Reach,
    bell: Bell,
}

impl Monitor {
    /// Starts the session and waits until its root is there: some milliseconds.
    pub(crate) fn start(mut options: Options, waker: Waker) -> Result<Self, Refusal> {
        let settings = options.settings()?;
        let Streams { theirs, ours } = options.open_streams()?;
        let output = options.open_output()?;
        let bell = Bell::new(waker);
        let on_ready = bell.clone();
        let (queue, receiver) = queue(QUEUE_RECORDS, move || on_ready.ring());
        let (ring, history) = ring(settings.history);
        let ended = Arc::new(AtomicBool::new(false));
        let reach = Reach::default();
        let end = End { ended: Arc::clone(&ended), reach: reach.clone(), bell };
        let stop_with_handle = options.attaches() || options.cleanup;
        // Whoever attaches may do so for weeks, and keeps no list of all that there ever was.
        let register = (!options.attaches()).then(Register::default);
        let late = Late::default();
        let (kept, after) = (register.clone(), late.clone());
        let work =
            Work { options, settings, output, ring, queue, register: kept, late: after, end };
        let (begun, _) = thread::start_session(move |reply| work.run(reply))?;
        // The command has its ends: as long as we kept them, too, nobody would notice that it has closed them.
        drop(theirs);
        let pipes = Mutex::new(ours);
        Ok(Self { begun, reach, receiver, late, history, register, ended, pipes, stop_with_handle })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.begun.header.root.pid
    }

    pub(crate) fn header(&self) -> Result<String, Refusal> {
        Ok(serde_json::to_string(&Record::Header(Box::new(self.begun.header.clone())))?)
    }

    pub(crate) fn drain(&self) -> String {
        let mut text = Vec::new();
        self.receiver.drain(&mut text);
        if text.is_empty() {
            text = self.late.take();
        }
        words(text)
    }

    pub(crate) fn ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    pub(crate) fn summary(&self) -> Result<Option<String>, Refusal> {
        let summary = self.begun.digest.summary();
        Ok(summary.map(|summary| serde_json::to_string(&summary)).transpose()?)
    }

    pub(crate) fn samples(&self) -> String {
        words(self.history.lines())
    }

    /// The recording of what is kept in memory. Before the first records have come it is the header alone.
    pub(crate) fn window(&self) -> Result<Vec<u8>, Refusal> {
        if let Some(text) = self.history.recording() {
            return Ok(text);
        }
        let mut text = Vec::new();
        jsonl::encode(&Record::Header(Box::new(self.begun.header.clone())), &mut text)?;
        Ok(text)
    }

    /// Every process of a command that was launched.
    pub(crate) fn processes(&self) -> Result<String, Refusal> {
        let processes = self.register.as_ref().map(Register::processes);
        Ok(serde_json::to_string(&processes.unwrap_or_default())?)
    }

    pub(crate) fn alive(&self) -> bool {
        procmon_sys::find(self.pid()).is_ok_and(|key| key == self.begun.header.root)
    }

    pub(crate) fn stop(&self) {
        self.reach.ask(Request::Stop);
    }

    pub(crate) fn kill(&self, signal: i32, whole_tree: bool) {
        let to = if whole_tree { Request::SignalTree } else { Request::Signal };
        self.reach.ask(to(Signal(signal)));
    }

    pub(crate) fn pipes(&self) -> Vec<Option<i32>> {
        self.our_ends().iter().map(|end| end.as_ref().map(PipeEnd::number)).collect()
    }

    pub(crate) fn take_pipe(&self, stream: usize) -> Option<i32> {
        self.our_ends().get_mut(stream)?.take().map(PipeEnd::into_number)
    }

    pub(crate) fn mark(&self, text: String) {
        self.reach.ask(Request::Mark(text));
    }

    fn our_ends(&self) -> MutexGuard<'_, [Option<PipeEnd>; 3]> {
        self.pipes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        // JavaScript keeps the handle of a command until that has ended. The handle of a running one goes with its
        // environment alone: a worker thread that was terminated.
        if self.stop_with_handle && !self.ended() {
            self.stop();
        }
    }
}

impl Work {
    fn run(self, reply: Reply<Begun>) {
        let Self { mut options, settings, output, ring, queue, register, late, end } = self;
        let mut sinks: Vec<Box<dyn Sink>> = vec![Box::new(ring)];
        if let Some(register) = register {
            sinks.push(Box::new(register));
        }
        // Whoever is told of the end finds everything else in its place.
        sinks.push(Box::new(queue));
        sinks.extend(output.map(|(file, style)| file.into_sink(style)));
        let exporters = options.exporters.take().map(|option| {
            let (feed, exporters) = Exporters::start(option);
            sinks.extend(feed);
            exporters
        });
        let session = match Session::start(options.order(settings, sinks)) {
            Ok(session) => session,
            Err(error) => {
                // It has nothing to send, and is over at once.
                drop(exporters.map(Exporters::finish));
                return reply.send(Err(error.into()));
            }
        };
        end.reach.set(Some(session.remote()));
        let digest = session.digest();
        reply.send(Ok(Begun { header: session.header().clone(), digest: digest.clone() }));
        // Everything that the outcome says stands in the records and in the summary, too.
        drop(session.run());
        end.reach.set(None);
        if let Some(exporters) = exporters {
            late.tell(&digest, &exporters.finish());
        }
        drop(end);
    }
}

impl Late {
    /// What was lost after the end was told, as warnings of that moment.
    fn tell(&self, digest: &Digest, losses: &[Loss]) {
        let took = digest.summary().map_or(0.0, |summary| summary.duration_ms / 1e3);
        let at = Elapsed::ZERO + Duration::try_from_secs_f64(took).unwrap_or_default();
        let mut text = self.lock();
        for loss in losses {
            digest.add_loss(at, loss);
            let warning = Record::Warning(loss.clone().warning(at));
            // It stands in the summary in any case.
            drop(jsonl::encode(&warning, &mut text));
        }
    }

    fn take(&self) -> Vec<u8> {
        mem::take(&mut *self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.reach.set(None);
        self.ended.store(true, Ordering::Release);
        self.bell.ring();
    }
}

/// Lines of JSON are valid by the way they were made.
fn words(text: Vec<u8>) -> String {
    String::from_utf8(text)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}
