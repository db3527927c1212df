//! Floor 9. A bounded queue of lines between the driver and a reader that may be slow.
//!
//! The driver never waits. When the queue is full the oldest sample goes, where there is none the oldest timed call, and then
//! the oldest line; the reader is told how many went.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use procmon_model::ports::{Loss, LossKind, Sink};
use procmon_model::record::{Record, Warning, WarningKind};
use procmon_model::units::Elapsed;

use crate::format::jsonl;

/// About how many bytes are drained at once. Beyond some 120 kB an allocator gives a text back to the kernel each time and
/// has it clear fresh pages for the next, which costs more than all the rest.
const PORTION_BYTES: usize = 96 * 1024;

/// The driver's end.
pub struct Queue {
    shared: Arc<Shared>,
    on_ready: Box<dyn Fn() + Send>,
}

/// The reader's end.
#[derive(Clone)]
pub struct Receiver {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    ready: Condvar,
    capacity: usize,
}

#[derive(Default)]
struct State {
    lines: VecDeque<Line>,
    /// How many of them are of each kind: who looks for one need not look through all of them.
    samples: usize,
    calls: usize,
    others: usize,
    /// Dropped since the reader was told.
    dropped: u64,
    dropped_in_all: u64,
    latest: Elapsed,
    finished: bool,
}

impl State {
    fn drop_one(&mut self) {
        self.dropped += 1;
        self.dropped_in_all += 1;
    }

    fn push(&mut self, line: Line) {
        *self.count_of(line.kind) += 1;
        self.lines.push_back(line);
    }

    fn pop(&mut self) -> Option<Line> {
        let line = self.lines.pop_front()?;
        *self.count_of(line.kind) -= 1;
        Some(line)
    }

    /// Makes room for another.
    fn shed(&mut self) {
        let kind = match (self.samples, self.calls) {
            (1.., _) => Kind::Sample,
            (0, 1..) => Kind::Call,
            (0, 0) => Kind::Other,
        };
        if let Some(oldest) = self.lines.iter().position(|line| line.kind == kind) {
            self.lines.remove(oldest);
            *self.count_of(kind) -= 1;
            self.drop_one();
        }
    }

    fn count_of(&mut self, kind: Kind) -> &mut usize {
        match kind {
            Kind::Sample => &mut self.samples,
            Kind::Call => &mut self.calls,
            Kind::Other => &mut self.others,
        }
    }
}

struct Line {
    text: Vec<u8>,
    kind: Kind,
}

/// What can go first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sample,
    Call,
    Other,
}

impl Kind {
    fn of(record: &Record) -> Self {
        match record {
            Record::Sample(_) => Self::Sample,
            Record::Call(_) => Self::Call,
            _ => Self::Other,
        }
    }
}

/// A queue for that many lines; `on_ready` is called when lines have come into an empty queue, and at the end.
pub fn queue(capacity: usize, on_ready: impl Fn() + Send + 'static) -> (Queue, Receiver) {
    let shared = Arc::new(Shared {
        state: Mutex::default(),
        ready: Condvar::new(),
        capacity: capacity.max(1),
    });
    (Queue { shared: Arc::clone(&shared), on_ready: Box::new(on_ready) }, Receiver { shared })
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    fn announce(&self) {
        self.shared.ready.notify_one();
        (self.on_ready)();
    }
}

impl Sink for Queue {
    fn write(&mut self, record: &Record) {
        let mut text = Vec::new();
        let encoded = jsonl::encode(record, &mut text).is_ok();
        let mut state = self.shared.lock();
        if !encoded {
            state.drop_one();
            return;
        }
        if let Record::Sample(sample) = record {
            state.latest = sample.at;
        }
        if state.lines.len() >= self.shared.capacity {
            state.shed();
        }
        let was_empty = state.lines.is_empty();
        state.push(Line { text, kind: Kind::of(record) });
        drop(state);
        if was_empty {
            self.announce();
        }
    }

    fn finish(&mut self) {
        self.shared.lock().finished = true;
        self.announce();
    }

    fn loss(&self) -> Option<Loss> {
        let records = self.shared.lock().dropped_in_all;
        let kind = LossKind::ReaderLagged;
        (records > 0).then(|| Loss { kind, records, message: words(records) })
    }
}

fn words(dropped: u64) -> String {
    format!("the reader of the records was too slow: {dropped} of them were dropped")
}

impl Drop for Queue {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Receiver {
    /// Moves the oldest lines that are there into `text`, a portion of them, a warning about dropped ones first. Nothing is
    /// moved when nothing is left.
    pub fn drain(&self, text: &mut Vec<u8>) {
        take(&mut self.shared.lock(), text, PORTION_BYTES);
    }

    /// Waits for lines and moves them into `text`; false when the session is over and nothing is left.
    pub fn wait(&self, text: &mut Vec<u8>) -> bool {
        let state = self.shared.lock();
        let waiting = |state: &mut State| state.lines.is_empty() && !state.finished;
        let mut state =
            self.shared.ready.wait_while(state, waiting).unwrap_or_else(PoisonError::into_inner);
        take(&mut state, text, usize::MAX);
        !text.is_empty()
    }
}

fn take(state: &mut State, text: &mut Vec<u8>, most: usize) {
    let count = std::mem::take(&mut state.dropped);
    if count > 0 {
        let warning = Record::Warning(Warning {
            at: state.latest,
            kind: WarningKind::RecordsDropped,
            count,
            message: words(count),
        });
        if jsonl::encode(&warning, text).is_err() {
            state.dropped = count;
        }
    }
    while text.len() < most
        && let Some(line) = state.pop()
    {
        text.extend_from_slice(&line.text);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use procmon_model::fake::call;
    use procmon_model::process::ProcessKey;
    use procmon_model::record::{CallRecord, Mark};
    use procmon_model::sample::Sample;

    use super::*;

    fn mark(text: &str) -> Record {
        Record::Mark(Mark { at: Elapsed::ZERO, text: text.to_owned() })
    }

    fn drained(receiver: &Receiver) -> Vec<Record> {
        let mut text = Vec::new();
        let mut portion = Vec::new();
        loop {
            receiver.drain(&mut portion);
            if portion.is_empty() {
                break;
            }
            text.append(&mut portion);
        }
        text.split_inclusive(|byte| *byte == b'\n')
            .map(|line| jsonl::decode(line).unwrap())
            .collect()
    }

    #[test]
    fn a_full_queue_drops_the_oldest_sample_and_says_how_many() {
        let (mut queue, receiver) = queue(2, || {});
        queue.write(&mark("first"));
        queue.write(&Record::Sample(Sample::default()));
        queue.write(&mark("second"));
        queue.write(&mark("third"));
        let records = drained(&receiver);
        assert!(matches!(&records[0], Record::Warning(Warning { count: 2, .. })));
        assert_eq!(records[1..], [mark("second"), mark("third")]);
        let loss = queue.loss().map(|loss| (loss.kind, loss.records));
        assert_eq!(loss, Some((LossKind::ReaderLagged, 2)));
        assert_eq!(drained(&receiver), []);
    }

    #[test]
    fn a_queue_full_of_calls_drops_the_oldest_of_them_and_nothing_else() {
        let (mut queue, receiver) = queue(3, || {});
        let call = |millis| {
            let (at, started) = (Elapsed::from_millis(millis), Elapsed::ZERO);
            let call = call(ProcessKey { pid: 1, start: 2 }, "build");
            Record::Call(Box::new(CallRecord { at, started, call }))
        };
        for record in [mark("first"), call(1), call(2), call(3), mark("last")] {
            queue.write(&record);
        }
        assert_eq!(drained(&receiver)[1..], [mark("first"), call(3), mark("last")]);
    }

    #[test]
    fn much_comes_in_portions_and_a_line_larger_than_one_comes_whole() {
        let (mut queue, receiver) = queue(10, || {});
        let long = mark(&"x".repeat(2 * PORTION_BYTES));
        for record in [mark("first"), long.clone(), mark("last")] {
            queue.write(&record);
        }
        let portions = [0, 1, 2].map(|_| {
            let mut text = Vec::new();
            receiver.drain(&mut text);
            text.split_inclusive(|byte| *byte == b'\n').count()
        });
        assert_eq!(portions, [2, 1, 0]);
    }

    #[test]
    fn the_reader_is_woken_once_for_many_lines_and_once_at_the_end() {
        let calls = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&calls);
        let (mut queue, receiver) = queue(10, move || {
            count.fetch_add(1, Ordering::Relaxed);
        });
        queue.write(&mark("one"));
        queue.write(&mark("two"));
        assert_eq!(calls.load(Ordering::Relaxed), 1);
        assert_eq!(drained(&receiver).len(), 2);
        queue.finish();
        assert_eq!(calls.load(Ordering::Relaxed), 2);
        assert!(!receiver.wait(&mut Vec::new()));
    }

    #[test]
    fn a_waiting_reader_gets_every_line_and_then_the_end() {
        let (mut queue, receiver) = queue(1000, || {});
        let reader = std::thread::spawn(move || {
            let mut all = Vec::new();
            let mut text = Vec::new();
            while receiver.wait(&mut text) {
                all.append(&mut text);
            }
            all.split_inclusive(|byte| *byte == b'\n').count()
        });
        for _ in 0..500 {
            queue.write(&mark("x"));
        }
        drop(queue);
        assert_eq!(reader.join().unwrap(), 500);
    }
}
