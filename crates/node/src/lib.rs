//! Floor 12. The addon: what JavaScript may ask of a session. Every answer is a number, a truth or JSON text, and a
//! recording its bytes.
//!
//! This is the private half of the npm package. `js/` checks arguments before they come here and makes the errors that
//! users see, so that both belong to the realm of the caller; texts cross the border faster than objects would.

mod analysis;
mod bell;
mod calls;
mod error;
mod exporter;
mod exporter_options;
mod exporters;
mod launch;
mod monitor;
mod output;
mod profile;
mod reach;
mod snapshot;
mod thread;
mod types;

use std::sync::Arc;

use napi::bindgen_prelude::{AsyncTask, Buffer};
use napi_derive::napi;
use procmon_core::call_log::Words;

use crate::analysis::Answer;
use crate::bell::Waker;
use crate::calls::{Calls, Dial, Room};
use crate::exporter::{Close, Collect, Exporter};
use crate::monitor::Monitor;

/// A session that runs in a thread of its own.
#[napi]
pub struct NativeMonitor {
    monitor: Monitor,
}

#[napi]
impl NativeMonitor {
    /// The root's number.
    #[napi(getter, catch_unwind)]
    pub fn pid(&self) -> u32 {
        self.monitor.pid()
    }

    /// The header: what is watched, where and how.
    #[napi(catch_unwind)]
    pub fn header(&self) -> napi::Result<String> {
        Ok(self.monitor.header()?)
    }

    /// The records since the last time, one a line, a portion of them: an empty text when none is left. Those that are there
    /// when a session has ended are its last.
    #[napi(catch_unwind)]
    pub fn drain(&self) -> String {
        self.monitor.drain()
    }

    /// Whether the session is over: nothing is added to records and summary any more.
    #[napi(catch_unwind)]
    pub fn ended(&self) -> bool {
        self.monitor.ended()
    }

    /// The summary so far; null as long as there is none.
    #[napi(catch_unwind)]
    pub fn summary(&self) -> napi::Result<Option<String>> {
        Ok(self.monitor.summary()?)
    }

    /// The samples that are kept in memory, one a line, oldest first.
    #[napi(catch_unwind)]
    pub fn samples(&self) -> String {
        self.monitor.samples()
    }

    /// What is kept in memory as a recording, in JSON Lines. It can be large, and goes to a file: bytes, for once.
    #[napi(catch_unwind)]
    pub fn window(&self) -> napi::Result<Buffer> {
        Ok(self.monitor.window()?.into())
    }

    /// Every process of a command that was launched so far, in the order of their births.
    #[napi(catch_unwind)]
    pub fn processes(&self) -> napi::Result<String> {
        Ok(self.monitor.processes()?)
    }

    /// Whether the root is still there, under the same number.
    #[napi(catch_unwind)]
    pub fn alive(&self) -> bool {
        self.monitor.alive()
    }

    /// Ends the watching; a command that was launched is ended with it.
    #[napi(catch_unwind)]
    pub fn stop(&self) {
        self.monitor.stop();
    }

    /// Sends a command that was launched a signal, alone or with all of its descendants.
    #[napi(catch_unwind)]
    pub fn kill(&self, signal: i32, whole_tree: bool) {
        self.monitor.kill(signal, whole_tree);
    }

    /// The descriptors of our ends of its standard streams where those are pipes. They are closed with this handle,
    /// unless they are taken.
    #[napi(catch_unwind)]
    pub fn pipes(&self) -> Vec<Option<i32>> {
        self.monitor.pipes()
    }

    /// One of them, which is the caller's to close from then on.
    #[napi(catch_unwind)]
    pub fn take_pipe(&self, stream: u32) -> Option<i32> {
        self.monitor.take_pipe(stream as usize)
    }

    /// Puts a word of the user's into the recording.
    #[napi(catch_unwind)]
    pub fn mark(&self, text: String) {
        self.monitor.mark(text);
    }
}

/// Launches a command or finds a process, and begins to watch it. `on_wake` is called when there are records to
/// drain, and once more when the session has ended.
///
/// Fails with the JSON text of a refusal as its message.
#[napi(
    catch_unwind,
    ts_args_type = "options: string, onWake: () => void",
    ts_return_type = "NativeMonitor"
)]
pub fn start(options: String, on_wake: Waker) -> napi::Result<NativeMonitor> {
    let options: types::Options = error::read(options)?;
    Ok(NativeMonitor { monitor: Monitor::start(options, on_wake)? })
}

/// A session that is there to be scraped. It ends with its handle.
#[napi]
pub struct NativeExporter {
    exporter: Arc<Exporter>,
}

#[napi]
impl NativeExporter {
    /// The figures of this moment as text, in the best format that a header `Accept` names.
    #[napi(catch_unwind)]
    pub fn collect(&self, accept: Option<String>) -> AsyncTask<Collect> {
        AsyncTask::new(self.exporter.collect(exporter::format(accept)))
    }

    /// Ends the session; the promise is settled when its thread has gone.
    #[napi(catch_unwind)]
    pub fn close(&self) -> AsyncTask<Close> {
        AsyncTask::new(self.exporter.close())
    }
}

/// Begins to watch a process, or the whole machine, for those who scrape. Fails as [`start`] does.
#[napi(catch_unwind)]
pub fn export(options: String) -> napi::Result<NativeExporter> {
    Ok(NativeExporter { exporter: Arc::new(Exporter::start(error::read(options)?)?) })
}

/// The content type of the best format that a header `Accept` names.
#[napi(catch_unwind)]
pub fn content_type(accept: Option<String>) -> &'static str {
    exporter::format(accept).content_type()
}

/// The answer to a question about recordings, which is worked out on a thread of its own.
#[napi]
pub struct NativeAnswer {
    answer: Answer,
}

#[napi]
impl NativeAnswer {
    /// The answer as JSON text. Fails as [`start`] does, and before `on_done` was called.
    #[napi(catch_unwind)]
    pub fn take(&self) -> napi::Result<Buffer> {
        Ok(self.answer.take()?.into())
    }
}

/// Begins to answer a question about recordings, some of which can be among the texts. `on_done` is called when the
/// answer is there. Fails as [`start`] does.
#[napi(
    catch_unwind,
    ts_args_type = "request: string, texts: Buffer[], onDone: () => void",
    ts_return_type = "NativeAnswer"
)]
pub fn ask(request: String, texts: Vec<Buffer>, on_done: Waker) -> napi::Result<NativeAnswer> {
    // JavaScript may change its bytes meanwhile.
    let texts = texts.into_iter().map(Vec::from).collect();
    Ok(NativeAnswer { answer: Answer::begin(error::read(request)?, texts, on_done)? })
}

/// The same at once. Fails as [`start`] does.
#[napi(catch_unwind)]
pub fn ask_now(request: String, texts: Vec<Buffer>) -> napi::Result<Buffer> {
    let texts: Vec<Vec<u8>> = texts.into_iter().map(Vec::from).collect();
    Ok(error::read::<analysis::Request>(request)?.answer(&texts)?.into())
}

/// The log of the timed calls of one JavaScript environment.
#[napi]
pub struct NativeCallLog {
    calls: Calls,
}

#[napi]
impl NativeCallLog {
    /// Opens it; its files are made when there is something to write. Fails as [`start`] does, and only where the options are
    /// not what they should be.
    #[napi(constructor, catch_unwind)]
    pub fn open(options: String) -> napi::Result<Self> {
        Ok(Self { calls: Calls::open(error::read(options)?) })
    }

    /// Hands a call in, without waiting: its numbers (`procmon_core::call_log::timed_call` has their places), and what was
    /// thrown as JSON text.
    #[napi(catch_unwind)]
    pub fn push(
        &self,
        numbers: &[f64],
        id: String,
        parent: Option<String>,
        name: String,
        arguments: Option<String>,
        error: Option<String>,
    ) {
        self.calls
            .push(numbers, Words { id, parent, name, arguments, error: calls::thrown(error) });
    }

    /// Tells of garbage collections: the start and the end of each, in turn. There are no more that began before `up_to`.
    #[napi(catch_unwind)]
    pub fn collected(&self, pairs: &[f64], up_to: f64) {
        self.calls.collected(pairs, up_to);
    }

    /// What went wrong since the last time, in sentences for a person.
    #[napi(catch_unwind)]
    pub fn troubles(&self) -> Vec<String> {
        self.calls.troubles()
    }

    /// Waits that long at most until everything that was handed in is where it belongs; whether it is.
    #[napi(catch_unwind)]
    pub fn flush(&self, milliseconds: f64) -> bool {
        self.calls.flush(milliseconds)
    }

    /// What was done so far, as JSON text.
    #[napi(catch_unwind)]
    pub fn stats(&self) -> String {
        self.calls.stats()
    }

    /// Looks for the sessions that watch this process now.
    #[napi(catch_unwind)]
    pub fn seek(&self) {
        self.calls.seek();
    }
}

/// Shows what the thread that made it has used.
#[napi]
pub struct NativeMeter {
    dial: Dial,
}

#[napi]
impl NativeMeter {
    /// A meter of this thread.
    #[napi(constructor, catch_unwind)]
    pub fn open() -> Self {
        Self { dial: Dial::open() }
    }

    /// Writes the totals of this moment into the array, as far as it goes, NaN for what is unknown: processor time in user
    /// mode and in the kernel (ns), whether that is the whole process's (0 or 1), that of children that ended (ns), resident
    /// memory and its peak (bytes).
    #[napi(catch_unwind, ts_args_type = "out: Float64Array")]
    pub fn read(&mut self, out: Room<'_>) {
        self.dial.read(out);
    }
}

/// One reading of a process and its descendants. Fails as [`start`] does.
#[napi(catch_unwind)]
pub fn snapshot(pid: u32) -> napi::Result<String> {
    Ok(snapshot::snapshot(pid)?)
}

/// What a session could know here with this accounting, which is JSON text, too. Fails as [`start`] does.
#[napi(catch_unwind)]
pub fn outlook(accounting: String) -> napi::Result<String> {
    Ok(snapshot::outlook(error::read(accounting)?)?)
}

/// What JavaScript has to know of the core: profiles, defaults, names.
#[napi(catch_unwind)]
pub fn known() -> napi::Result<String> {
    Ok(profile::known()?)
}

/// A profile in Propeller's words, in ours. Fails as [`start`] does where it is no object at all.
#[napi(catch_unwind)]
pub fn read_profile(profile: String) -> napi::Result<String> {
    Ok(profile::read(&error::read(profile)?)?)
}

/// Whether any session watches this process at the moment. It asks each process above it, which takes some microseconds.
#[napi(catch_unwind)]
pub fn is_watched() -> bool {
    procmon_core::call_log::is_watched()
}

/// Has calls written before signals end the process, also where the last listener of one has gone.
#[napi(catch_unwind)]
pub fn hear_again() {
    procmon_sys::last_words::hear_again();
}

/// The version that this addon was built as.
#[napi(catch_unwind)]
pub fn version() -> &'static str {
    env!("CARGO_PKG_VERSION")
}
