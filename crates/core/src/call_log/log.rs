//! Floor 10. The log of timed calls: the end that the threads have that make them.

use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::order::{LogOptions, TimedCall};
use super::queue::{Queue, Stats};
use super::writer;

/// How long the end of a log waits for what was pushed.
const PATIENCE: Duration = Duration::from_secs(2);

/// A log. What was pushed is written by a thread of its own, which comes with the first call.
///
/// Nothing here waits but [`CallLog::flush`] and the end of the log, and nothing fails: what goes wrong is told by
/// [`CallLog::troubles`].
#[derive(Debug)]
pub struct CallLog {
    queue: Arc<Queue>,
    options: LogOptions,
    writer: Mutex<Option<JoinHandle<()>>>,
}

impl CallLog {
    /// A log of which nothing is made before its first call.
    pub fn open(options: LogOptions) -> Self {
        Self { queue: Arc::default(), options, writer: Mutex::default() }
    }

    /// Takes a call. Without room for it, it is dropped and counted.
    pub fn push(&self, call: TimedCall) {
        if self.queue.push(call) {
            self.start();
        }
    }

    /// Takes the garbage collections of this log's thread: beginning and end of each, in nanoseconds of `CLOCK_MONOTONIC`.
    /// Every one that began before `up_to` has been told then, so that calls that ended by then wait no longer.
    pub fn collected(&self, pairs: &[(u64, u64)], up_to: u64) {
        self.queue.collected(pairs, up_to);
    }

    /// What went wrong since this was asked last, in sentences for a person. Cheap where there is nothing.
    pub fn troubles(&self) -> Vec<String> {
        self.queue.troubles.take()
    }

    /// Waits until nothing that was pushed waits any more: it stands in its file and was handed to sessions, or is lost and
    /// counted; whether that is so. Calls that wait for their garbage collections go on without them.
    pub fn flush(&self, patience: Duration) -> bool {
        self.queue.flush(patience)
    }

    /// The same for whoever ends the process: what somebody has given up before is not waited for again.
    pub fn flush_once(&self, patience: Duration) -> bool {
        !self.queue.is_given_up() && self.queue.flush(patience)
    }

    /// How many calls there were.
    pub fn stats(&self) -> Stats {
        self.queue.stats()
    }

    /// Has sessions looked for that watch this process now.
    pub fn seek(&self) {
        self.queue.seek();
    }

    fn start(&self) {
        let (queue, options) = (Arc::clone(&self.queue), self.options.clone());
        let builder = thread::Builder::new().name("procmon-calls".to_owned());
        match builder.spawn(move || writer::run(queue, options)) {
            Ok(thread) => {
                let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
                *writer = Some(thread);
            }
            Err(error) => {
                self.queue.leave();
                self.queue.troubles.tell(format!("calls are not logged: no thread: {error}"));
            }
        }
    }
}

impl Drop for CallLog {
    fn drop(&mut self) {
        let writer = self.writer.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let Some(writer) = writer else { return };
        let patience = if self.queue.is_given_up() { Duration::ZERO } else { PATIENCE };
        // A writer whose file system hangs is left behind. One that panicked was a fault of ours, and told as such then.
        if self.queue.close(patience) {
            drop(writer.join());
        }
    }
}
