//! Floor 11. A census that a session fills and others look at, on whatever thread.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use procmon_model::ports::Sink;
use procmon_model::record::Record;

use super::counting::Census;
use super::scene::Scene;
use super::view::View;

/// A census that is shared. Clones look at it as one viewer: a group that came and went is shown to one of them.
#[derive(Clone)]
pub struct SharedCensus {
    held: Arc<Held>,
    view: Arc<Mutex<View>>,
}

/// The session's end of it.
pub struct CensusSink {
    held: Arc<Held>,
}

struct Held {
    state: Mutex<State>,
    changed: Condvar,
}

struct State {
    census: Census,
    /// How many samples have come, and when the latest did.
    samples: u64,
    sampled: Option<Instant>,
    /// The number of the sample that was asked for last.
    asked: u64,
    /// Whether no more will come.
    over: bool,
}

impl Held {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self) {
        self.lock().over = true;
        self.changed.notify_all();
    }
}

impl SharedCensus {
    /// Shares a census.
    pub fn new(census: Census) -> Self {
        let state = State { census, samples: 0, sampled: None, asked: 0, over: false };
        let held = Held { state: Mutex::new(state), changed: Condvar::new() };
        Self { held: Arc::new(held), view: Arc::default() }
    }

    /// What the session writes to.
    pub fn sink(&self) -> CensusSink {
        CensusSink { held: Arc::clone(&self.held) }
    }

    /// The same census for another viewer: each exporter that keeps to a time of its own is one.
    #[must_use]
    pub fn for_another_viewer(&self) -> Self {
        Self { held: Arc::clone(&self.held), view: Arc::default() }
    }

    /// What there is, by the latest sample.
    pub fn scene(&self) -> Scene {
        let state = self.held.lock();
        let mut view = self.view.lock().unwrap_or_else(PoisonError::into_inner);
        state.census.scene(&mut view)
    }

    /// Waits until there is a sample that is no older than that, and has one asked for where that is needed. Whoever
    /// comes while one is under way waits for the same. Gives up when patience or the session is over.
    pub(crate) fn await_fresh(&self, max_age: Duration, patience: Duration, ask: impl FnOnce()) {
        let deadline = Instant::now() + patience;
        let mut state = self.held.lock();
        if state.sampled.is_some_and(|sampled| sampled.elapsed() <= max_age) {
            return;
        }
        let wanted = state.samples + 1;
        if !state.over && state.asked < wanted {
            state.asked = wanted;
            drop(state);
            ask();
            state = self.held.lock();
        }
        while state.samples < wanted && !state.over {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            let woken = self.held.changed.wait_timeout(state, left);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Sink for CensusSink {
    fn write(&mut self, record: &Record) {
        let mut state = self.held.lock();
        state.census.take(record);
        if matches!(record, Record::Sample(_)) {
            state.samples += 1;
            state.sampled = Some(Instant::now());
            drop(state);
            self.held.changed.notify_all();
        }
    }

    fn finish(&mut self) {
        self.held.close();
    }
}

impl Drop for CensusSink {
    fn drop(&mut self) {
        self.held.close();
    }
}
