//! Floor 10. What lies between the threads that make calls and the one that writes them.
//!
//! To push takes a lock for some nanoseconds: nothing is allocated, encoded or dropped under it but a place in a list. The
//! writer is woken only where it sleeps deeply; otherwise it comes by itself in its pace.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::encode::Missing;
use super::order::TimedCall;
use super::pending::{Collections, Held};
use super::trouble::Troubles;
use super::weight;

/// Calls that take more than this in memory are not kept waiting.
pub(super) const MOST_BYTES: usize = 16 << 20;
/// Longer than anybody waits.
const LONGEST: Duration = Duration::from_secs(3600);
/// Who has waited so long for a flush, in which nothing was written, has given it up; others only look in.
const PATIENT: Duration = Duration::from_millis(500);

/// The way from one to the other.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    /// There is something for the writer.
    work: Condvar,
    /// The writer has done a flush, or is gone.
    done: Condvar,
    pub(super) troubles: Troubles,
}

#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word between the two sides")]
struct State {
    items: Vec<Item>,
    /// What the items take in memory, and what those do that the writer has.
    bytes: usize,
    bytes_of_writer: usize,
    /// Calls for `timing.log` that were dropped since the writer asked.
    missing: Option<Missing>,
    has_told_of_drops: bool,
    stats: Stats,
    is_started: bool,
    is_asleep: bool,
    is_closing: bool,
    is_gone: bool,
    seeks: bool,
    flushes: Flushes,
}

#[derive(Debug, Default)]
struct Flushes {
    asked: u64,
    done: u64,
    /// Up to when those are waited for that are asked for and not done; `None` where there is none.
    until: Option<Instant>,
    /// Whether the last left nothing behind.
    is_clean: bool,
    /// Whether one was given up, and no call was pushed since.
    is_given_up: bool,
}

/// What the writer is given.
#[derive(Debug)]
pub(super) enum Item {
    /// A call.
    Call(Held),
    /// Garbage collections.
    Collections(Collections),
}

/// How many calls there were, each counted once.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Handed to the log.
    pub pushed: u64,
    /// Written to the first of their files, or handed on where they were for none.
    pub written: u64,
    /// Dropped, for want of room or because the file could not be written to.
    pub dropped: u64,
    /// Sessions that are told of calls at the moment.
    pub sessions: u64,
}

/// How long the writer waits for something to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rest {
    /// Not at all.
    None,
    /// So long, whatever is pushed.
    Pace(Duration),
    /// Until something is pushed, or to that moment.
    Sleep(Option<Instant>),
}

/// What the writer is to do.
#[derive(Debug, Default)]
pub(super) struct Orders {
    /// Calls for `timing.log` that there was no room for.
    pub(super) missing: Option<Missing>,
    pub(super) seeks: bool,
    pub(super) flush: Option<Flush>,
    pub(super) is_last: bool,
}

/// Everything is to be written up to a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Flush {
    number: u64,
    pub(super) until: Instant,
}

impl Queue {
    /// Takes a call, if there is room. Whether it is the first, so that a writer has to be started.
    pub(super) fn push(&self, timed: TimedCall) -> bool {
        let held = Held { bytes: weight::bytes(&timed), call: Box::new(timed) };
        let mut state = self.lock();
        state.stats.pushed += 1;
        if state.is_gone || state.bytes + state.bytes_of_writer + held.bytes > MOST_BYTES {
            state.drop_call(&held.call);
            // Why nobody writes was told by whoever found out.
            let is_told = std::mem::replace(&mut state.has_told_of_drops, true) || state.is_gone;
            drop(state);
            if !is_told {
                let how = "they come faster than they can be written";
                self.troubles.tell(format!("calls are missing in the log: {how}"));
            }
            return false;
        }
        state.bytes += held.bytes;
        state.items.push(Item::Call(held));
        state.flushes.is_given_up = false;
        let is_first = !std::mem::replace(&mut state.is_started, true);
        self.wake_sleeper(state);
        is_first
    }

    /// Takes what is told of collections.
    pub(super) fn collected(&self, pairs: &[(u64, u64)], up_to: u64) {
        let pairs = Some(pairs.to_vec());
        let mut state = self.lock();
        if state.is_gone {
            return;
        }
        let is_full = state.bytes + state.bytes_of_writer > MOST_BYTES;
        // Without room for them nobody knows what there was, which calls are told as such.
        let told = Collections { pairs: pairs.filter(|_| !is_full), up_to };
        if told.pairs.is_none()
            && let Some(Item::Collections(last)) = state.items.last_mut()
            && last.pairs.is_none()
        {
            last.up_to = last.up_to.max(up_to);
            return;
        }
        state.bytes += told.bytes();
        state.items.push(Item::Collections(told));
        self.wake_sleeper(state);
    }

    /// Has sessions looked for.
    pub(super) fn seek(&self) {
        let mut state = self.lock();
        state.seeks = true;
        drop(state);
        self.work.notify_one();
    }

    /// Waits until everything is written that was pushed; whether it was, in that time.
    pub(super) fn flush(&self, patience: Duration) -> bool {
        let patience = patience.min(LONGEST);
        let begun = Instant::now();
        let mut state = self.lock();
        if !state.is_started {
            return state.stats.dropped == 0;
        }
        let written = state.stats.written;
        state.flushes.asked += 1;
        let number = state.flushes.asked;
        state.flushes.until = state.flushes.until.max(Some(begun + patience));
        self.work.notify_one();
        let goes_on = |state: &mut State| state.flushes.done < number && !state.is_gone;
        let (mut state, _) = self
            .done
            .wait_timeout_while(state, patience, goes_on)
            .unwrap_or_else(PoisonError::into_inner);
        let is_clean = state.flushes.done >= number && state.flushes.is_clean;
        let is_in_vain = !is_clean && state.stats.written == written;
        state.flushes.is_given_up |= is_in_vain && begun.elapsed().min(patience) >= PATIENT;
        is_clean
    }

    /// Whether somebody has waited long for what was pushed, and in vain. One that is only slow is not given up.
    pub(super) fn is_given_up(&self) -> bool {
        self.lock().flushes.is_given_up
    }

    /// Tells the writer that nothing more comes, and waits until it has gone; whether it has, in that time.
    pub(super) fn close(&self, patience: Duration) -> bool {
        let mut state = self.lock();
        state.is_closing = true;
        self.work.notify_one();
        let (state, _) = self
            .done
            .wait_timeout_while(state, patience, |state| !state.is_gone)
            .unwrap_or_else(PoisonError::into_inner);
        state.is_gone
    }

    pub(super) fn stats(&self) -> Stats {
        self.lock().stats
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake_sleeper(&self, mut state: MutexGuard<'_, State>) {
        let is_asleep = std::mem::take(&mut state.is_asleep);
        drop(state);
        if is_asleep {
            self.work.notify_one();
        }
    }
}

/// The writer's end.
impl Queue {
    /// Rests, and then moves everything that was pushed into `items`, which is empty.
    pub(super) fn next(&self, rest: Rest, items: &mut Vec<Item>) -> Orders {
        let mut state = self.rested(rest);
        std::mem::swap(&mut state.items, items);
        state.bytes_of_writer += std::mem::take(&mut state.bytes);
        let number = state.flushes.asked;
        Orders {
            flush: state.flushes.until.map(|until| Flush { number, until }),
            seeks: std::mem::take(&mut state.seeks),
            missing: state.missing.take(),
            is_last: state.is_closing,
        }
    }

    /// Notes what the writer has in memory, and what has become of calls.
    pub(super) fn note(&self, bytes: usize, written: u64, dropped: u64, sessions: u64) {
        let mut state = self.lock();
        state.bytes_of_writer = bytes;
        state.stats.written += written;
        state.stats.dropped += dropped;
        state.stats.sessions = sessions;
    }

    /// Ends the waiting of those who asked for this flush.
    pub(super) fn flushed(&self, flush: Flush, is_clean: bool) {
        let mut state = self.lock();
        state.flushes.done = flush.number;
        state.flushes.is_clean = is_clean;
        if state.flushes.asked == flush.number {
            state.flushes.until = None;
        }
        drop(state);
        self.done.notify_all();
    }

    /// The writer has gone, or never came. Nobody takes what is pushed from now on.
    pub(super) fn leave(&self) {
        let mut state = self.lock();
        state.is_gone = true;
        let left = std::mem::take(&mut state.items);
        let calls = left.iter().filter(|item| matches!(item, Item::Call(_))).count();
        state.stats.dropped += calls as u64;
        drop(state);
        self.done.notify_all();
    }

    fn rested(&self, rest: Rest) -> MutexGuard<'_, State> {
        let mut state = self.lock();
        let until = match rest {
            Rest::None => return state,
            Rest::Pace(pace) => {
                let idles = |state: &mut State| !state.is_urgent();
                let rested = self.work.wait_timeout_while(state, pace, idles);
                return rested.unwrap_or_else(PoisonError::into_inner).0;
            }
            Rest::Sleep(until) => until,
        };
        let patience =
            until.map_or(LONGEST, |until| until.saturating_duration_since(Instant::now()));
        let idles = |state: &mut State| {
            state.is_asleep = state.items.is_empty() && !state.is_urgent();
            state.is_asleep
        };
        let rested = self.work.wait_timeout_while(state, patience, idles);
        state = rested.unwrap_or_else(PoisonError::into_inner).0;
        state.is_asleep = false;
        state
    }
}

impl State {
    fn is_urgent(&self) -> bool {
        self.flushes.until.is_some() || self.seeks || self.is_closing
    }

    fn drop_call(&mut self, timed: &TimedCall) {
        self.stats.dropped += 1;
        if timed.destinations.timing {
            let calls = self.missing.map_or(1, |missing| missing.calls + 1);
            let (pid, thread) = (timed.call.process.pid, timed.call.thread);
            self.missing = Some(Missing { calls, pid, thread });
        }
    }
}

impl Item {
    /// What it takes in memory.
    pub(super) fn bytes(&self) -> usize {
        match self {
            Self::Call(held) => held.bytes,
            Self::Collections(told) => told.bytes(),
        }
    }
}
