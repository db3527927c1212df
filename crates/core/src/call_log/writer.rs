//! Floor 10. The thread that writes a log.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::files::Files;
use super::order::{LogOptions, TimedCall};
use super::outlet::Attempt;
use super::pending::{Held, Pending};
use super::post::Post;
use super::queue::{Item, Orders, Queue, Rest};

/// How long calls gather before they are written together.
const PACE: Duration = Duration::from_millis(20);
/// After so many paces without a call the writer sleeps until there is one.
const QUIET_PACES: u32 = 50;
/// Calls of so many bytes in memory are written at once.
const PORTION_BYTES: usize = 1 << 20;
/// How long others who have a file locked, or sessions that do not read, are waited for before the next has its turn.
const TURN: Duration = Duration::from_millis(250);
/// How long the writer goes on after its log was closed.
const LAST_PATIENCE: Duration = Duration::from_secs(5);

/// What the thread has.
struct Writer {
    queue: Arc<Queue>,
    files: Files,
    post: Post,
    pending: Pending,
    /// Taken from the queue, with what it takes in memory.
    taken: VecDeque<Item>,
    taken_bytes: usize,
    quiet_paces: u32,
}

/// Tells the log that the writer is gone, even by a panic.
struct Leaving(Arc<Queue>);

impl Drop for Leaving {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// Writes until the log is closed.
pub(super) fn run(queue: Arc<Queue>, options: LogOptions) {
    let _leaving = Leaving(Arc::clone(&queue));
    Writer {
        queue,
        files: Files::new(options),
        post: Post::default(),
        pending: Pending::default(),
        taken: VecDeque::new(),
        taken_bytes: 0,
        quiet_paces: 0,
    }
    .run();
}

impl Writer {
    fn run(mut self) {
        let mut items = Vec::new();
        loop {
            let orders = self.queue.next(self.rest(), &mut items);
            self.take(&mut items, &orders);
            if orders.seeks {
                self.post.seek();
            }
            if let Some(flush) = orders.flush {
                let is_clean = self.write_all(flush.until);
                self.queue.flushed(flush, is_clean);
            } else if orders.is_last {
                self.write_all(Instant::now() + LAST_PATIENCE);
                return;
            } else {
                self.write_some(Instant::now() + TURN);
            }
        }
    }

    fn rest(&self) -> Rest {
        if !self.taken.is_empty() {
            return Rest::None;
        }
        if self.quiet_paces < QUIET_PACES || self.files.are_busy() || !self.post.is_done() {
            return Rest::Pace(PACE);
        }
        Rest::Sleep(self.files.retry())
    }

    fn take(&mut self, items: &mut Vec<Item>, orders: &Orders) {
        self.quiet_paces = if items.is_empty() { self.quiet_paces.saturating_add(1) } else { 0 };
        for item in items.drain(..) {
            self.taken_bytes += item.bytes();
            self.taken.push_back(item);
        }
        if let Some(missing) = orders.missing {
            self.files.miss(missing);
        }
    }

    /// Does a portion of what was taken.
    fn write_some(&mut self, until: Instant) {
        let ready = self.portion();
        self.hand_on(ready);
        self.write(Attempt { now: Instant::now(), until, is_urgent: false });
    }

    /// Does all of it, and lets no call wait for its collections any longer. Whether everything is in its place.
    fn write_all(&mut self, until: Instant) -> bool {
        while !self.taken.is_empty() {
            self.write_some(until.min(Instant::now() + TURN));
        }
        let mut ready = Vec::new();
        self.pending.release_all(&mut ready);
        self.hand_on(ready);
        let mut is_urgent = true;
        loop {
            let now = Instant::now();
            self.write(Attempt { now, until: until.min(now + TURN), is_urgent });
            // A file that failed was tried once; one that is locked may be free in time.
            is_urgent = false;
            // They take turns: a session that does not read keeps no file waiting, and the other way round.
            let turn = until.saturating_duration_since(Instant::now()).min(TURN);
            let is_sent = self.post.finish(turn);
            let waits = self.files.are_busy() || !is_sent;
            if !waits || Instant::now() >= until {
                return is_sent && self.files.are_done();
            }
        }
    }

    /// The next calls that wait for nothing.
    fn portion(&mut self) -> Vec<Held> {
        let mut ready = Vec::new();
        let mut bytes = 0;
        while bytes < PORTION_BYTES
            && let Some(item) = self.taken.pop_front()
        {
            bytes += item.bytes();
            match item {
                Item::Call(held) => self.pending.add(held, &mut ready),
                Item::Collections(told) => self.pending.collected(told, &mut ready),
            }
        }
        self.taken_bytes -= bytes;
        ready
    }

    /// Gives calls their lines, and those to sessions that these are told of. Neither waits for the other. Without calls,
    /// sessions get what they could not take before.
    fn hand_on(&mut self, ready: Vec<Held>) {
        let (now, mut written, mut dropped) = (Instant::now(), 0, 0);
        let mut letters: Vec<TimedCall> = Vec::new();
        for Held { call, .. } in ready {
            let lost = self.files.add(&call, now, &self.queue.troubles);
            dropped += lost.counted;
            written += u64::from(!call.destinations.has_file());
            if call.destinations.sessions {
                letters.push(*call);
            }
        }
        self.post.offer(&letters);
        self.note(written, dropped);
    }

    fn write(&mut self, attempt: Attempt) {
        let outcome = self.files.write(attempt, &self.queue.troubles);
        self.note(outcome.written.counted, outcome.lost.counted);
    }

    fn note(&self, written: u64, dropped: u64) {
        let bytes = self.taken_bytes + self.pending.bytes() + self.files.bytes();
        let sessions = u64::try_from(self.post.sessions()).unwrap_or(u64::MAX);
        self.queue.note(bytes, written, dropped, sessions);
    }
}
