//! Floor 11. A bounded queue of records between a session and the thread that sends them.
//!
//! The session never waits. When the queue is full the oldest sample goes, and where there is none the oldest record:
//! births, ends and the header are worth more than one sample of many.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use procmon_model::ports::{Loss, LossKind, Sink};
use procmon_model::record::Record;

use crate::census::DeliveryFigures;

/// The session's end of the queue.
pub struct Outbox {
    shared: Arc<Shared>,
}

/// The sender's end.
pub struct Courier {
    shared: Arc<Shared>,
}

/// What there is to do.
#[derive(Debug, PartialEq)]
pub enum Parcel {
    /// A record to send.
    Record(Arc<Record>),
    /// Nothing came until the deadline.
    Nothing,
    /// The session is over and everything has been taken.
    Over,
}

/// What has become of what an exporter was given, told by the sender and read by whoever asks.
#[derive(Debug, Clone)]
pub struct Tally {
    exporter: &'static str,
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicU64,
    failed: AtomicU64,
    dropped: AtomicU64,
    /// The first trouble in a sentence: it is said once, at the end.
    trouble: Mutex<Option<String>>,
}

struct Shared {
    state: Mutex<State>,
    ready: Condvar,
    room: Condvar,
    capacity: usize,
    manner: Manner,
    tally: Tally,
}

#[derive(Default)]
struct State {
    records: VecDeque<Arc<Record>>,
    finished: bool,
    /// Whether nobody takes any more.
    left: bool,
}

/// What becomes of a record for which there is no room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    /// Another is dropped for it: a session waits for nobody.
    Hasty,
    /// Whoever writes it waits: a recording does not run away.
    Patient,
}

/// A queue for that many records, for the exporter of this name.
pub fn outbox(exporter: &'static str, capacity: usize, manner: Manner) -> (Outbox, Courier) {
    let shared = Arc::new(Shared {
        state: Mutex::default(),
        ready: Condvar::new(),
        room: Condvar::new(),
        capacity: capacity.max(1),
        manner,
        tally: Tally { exporter, counts: Arc::default() },
    });
    (Outbox { shared: Arc::clone(&shared) }, Courier { shared })
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Outbox {
    /// What has become of the records so far.
    pub fn tally(&self) -> Tally {
        self.shared.tally.clone()
    }
}

impl Sink for Outbox {
    fn write(&mut self, record: &Record) {
        let shared = &self.shared;
        let mut state = shared.lock();
        let is_full = |state: &mut State| state.records.len() >= shared.capacity && !state.left;
        if shared.manner == Manner::Patient {
            let waited = shared.room.wait_while(state, is_full);
            state = waited.unwrap_or_else(PoisonError::into_inner);
        }
        if state.records.len() >= shared.capacity {
            let is_sample = |record: &Arc<Record>| matches!(**record, Record::Sample(_));
            let oldest = state.records.iter().position(is_sample).unwrap_or(0);
            state.records.remove(oldest);
            self.shared.tally.dropped(1);
        }
        state.records.push_back(Arc::new(record.clone()));
        drop(state);
        self.shared.ready.notify_one();
    }

    fn finish(&mut self) {
        self.shared.lock().finished = true;
        self.shared.ready.notify_one();
    }
}

impl Drop for Outbox {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Courier {
    /// What has become of the records so far.
    pub fn tally(&self) -> &Tally {
        &self.shared.tally
    }

    /// Waits for the next record, until a deadline at most.
    pub fn next(&self, deadline: Instant) -> Parcel {
        let mut state = self.shared.lock();
        loop {
            if let Some(record) = state.records.pop_front() {
                self.shared.room.notify_one();
                return Parcel::Record(record);
            }
            if state.finished {
                return Parcel::Over;
            }
            let Some(left) = deadline
                .checked_duration_since(Instant::now())
                .filter(|left| *left > Duration::ZERO)
            else {
                return Parcel::Nothing;
            };
            let waited = self.shared.ready.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Drop for Courier {
    fn drop(&mut self) {
        self.shared.lock().left = true;
        self.shared.room.notify_all();
    }
}

impl Tally {
    /// The other side has accepted that many.
    pub fn sent(&self, count: u64) {
        self.counts.sent.fetch_add(count, Ordering::Relaxed);
    }

    /// The other side has refused that many for good.
    pub fn failed(&self, count: u64) {
        self.counts.failed.fetch_add(count, Ordering::Relaxed);
    }

    /// That many were given up for want of room or time.
    pub fn dropped(&self, count: u64) {
        self.counts.dropped.fetch_add(count, Ordering::Relaxed);
    }

    /// Something went wrong; the first such sentence is kept.
    pub fn trouble(&self, sentence: impl FnOnce() -> String) {
        let mut trouble = self.counts.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        trouble.get_or_insert_with(sentence);
    }

    /// The numbers so far.
    pub fn figures(&self) -> DeliveryFigures {
        DeliveryFigures {
            exporter: self.exporter,
            sent: self.counts.sent.load(Ordering::Relaxed),
            failed: self.counts.failed.load(Ordering::Relaxed),
            dropped: self.counts.dropped.load(Ordering::Relaxed),
        }
    }

    /// What was lost, in one sentence for a person; `None` where nothing was.
    pub fn loss(&self) -> Option<Loss> {
        let DeliveryFigures { exporter, failed, dropped, .. } = self.figures();
        let records = failed + dropped;
        if records == 0 {
            return None;
        }
        let trouble = self.counts.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let why = trouble.map(|trouble| format!(": {trouble}")).unwrap_or_default();
        let message = format!("{exporter}: {records} records were not delivered{why}");
        Some(Loss { kind: LossKind::NotDelivered, records, message })
    }
}

#[cfg(test)]
mod tests {
    use procmon_model::record::Mark;
    use procmon_model::sample::Sample;
    use procmon_model::units::Elapsed;

    use super::*;

    fn mark(text: &str) -> Record {
        Record::Mark(Mark { at: Elapsed::ZERO, text: text.to_owned() })
    }

    fn all(courier: &Courier) -> Vec<Record> {
        let mut taken = Vec::new();
        while let Parcel::Record(record) = courier.next(Instant::now()) {
            taken.push(record.as_ref().clone());
        }
        taken
    }

    #[test]
    fn a_full_queue_drops_the_oldest_sample_first_and_counts() {
        let (mut outbox, courier) = outbox("otlp", 2, Manner::Hasty);
        outbox.write(&mark("first"));
        outbox.write(&Record::Sample(Sample::default()));
        outbox.write(&mark("second"));
        outbox.write(&mark("third"));
        assert_eq!(all(&courier), [mark("second"), mark("third")]);
        assert_eq!(courier.tally().figures().dropped, 2);
        let loss = outbox.tally().loss().map(|loss| (loss.records, loss.message));
        assert_eq!(loss, Some((2, "otlp: 2 records were not delivered".to_owned())));
    }

    #[test]
    fn the_first_trouble_is_the_reason_that_is_given() {
        let (outbox, courier) = outbox("mqtt", 2, Manner::Hasty);
        courier.tally().trouble(|| "the broker cannot be reached".to_owned());
        courier.tally().trouble(|| "another".to_owned());
        assert_eq!(outbox.tally().loss(), None);
        courier.tally().failed(3);
        let message = outbox.tally().loss().map(|loss| loss.message);
        let told = "mqtt: 3 records were not delivered: the broker cannot be reached";
        assert_eq!(message.as_deref(), Some(told));
    }

    #[test]
    fn what_was_queued_is_taken_before_the_end_is_told() {
        let (mut outbox, courier) = outbox("mqtt", 2, Manner::Hasty);
        outbox.write(&mark("last"));
        drop(outbox);
        assert_eq!(all(&courier), [mark("last")]);
        assert_eq!(courier.next(Instant::now()), Parcel::Over);
    }

    #[test]
    fn whoever_is_patient_waits_for_room_and_not_for_a_sender_that_has_gone() {
        let (mut outbox, courier) = outbox("otlp", 1, Manner::Patient);
        let sender = std::thread::spawn(move || {
            let far = Instant::now() + Duration::from_secs(60);
            (courier.next(far), courier.next(far))
        });
        for text in ["one", "two", "three", "four"] {
            outbox.write(&mark(text));
        }
        let (first, second) = sender.join().unwrap();
        let parcel = |text| Parcel::Record(Arc::new(mark(text)));
        assert_eq!((first, second), (parcel("one"), parcel("two")));
    }

    #[test]
    fn a_sender_that_waits_is_woken_by_a_record() {
        let (mut outbox, courier) = outbox("mqtt", 2, Manner::Hasty);
        let sender =
            std::thread::spawn(move || courier.next(Instant::now() + Duration::from_secs(60)));
        outbox.write(&mark("one"));
        assert_eq!(sender.join().unwrap(), Parcel::Record(Arc::new(mark("one"))));
    }
}
