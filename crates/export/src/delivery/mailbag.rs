//! Floor 11. Letters that wait for the thread that sends them: bounded in bytes, the oldest dropped for want of room.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::outbox::Tally;

/// How long an ending waits for a server that could not be reached the last time it was tried.
const LAST_TRY: Duration = Duration::from_secs(1);

/// One request's worth.
#[derive(Debug, PartialEq)]
pub(crate) struct Letter {
    /// Which of the sender's addresses it is for.
    pub(crate) address: usize,
    /// The body, ready to send.
    pub(crate) body: Vec<u8>,
    /// How many points, spans or samples are in it.
    pub(crate) items: u64,
}

/// What there is to send, and until when.
#[derive(Debug)]
pub(super) struct Errand {
    pub(super) letter: Arc<Letter>,
    /// When everything has to be over; `None` as long as the session goes on.
    pub(super) deadline: Option<Instant>,
}

/// A wait before the next try.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pause {
    pub(super) until: Instant,
    /// Whether the server asked for it: then it holds at the session's end as well.
    pub(super) asked: bool,
}

/// The letters of one exporter.
pub(crate) struct Mailbag {
    state: Mutex<State>,
    changed: Condvar,
    capacity: usize,
    tally: Tally,
}

#[derive(Default)]
struct State {
    letters: VecDeque<Arc<Letter>>,
    bytes: usize,
    /// Whether the first letter is on its way: it is not dropped then.
    is_first_on_its_way: bool,
    /// Whether the server could not be reached the last time.
    is_unreachable: bool,
    /// Why the last try failed.
    trouble: Option<String>,
    deadline: Option<Instant>,
    is_over: bool,
}

impl Mailbag {
    /// An empty one for so many bytes.
    pub(super) fn new(capacity: usize, tally: Tally) -> Self {
        Self { state: Mutex::default(), changed: Condvar::new(), capacity, tally }
    }

    /// One more to send. Where there is no room, the oldest go.
    pub(crate) fn put(&self, letter: Letter) {
        let mut state = self.lock();
        state.bytes += letter.body.len();
        state.letters.push_back(Arc::new(letter));
        while state.bytes > self.capacity {
            let oldest = usize::from(state.is_first_on_its_way);
            let Some(dropped) = state.letters.remove(oldest) else {
                break;
            };
            state.bytes -= dropped.body.len();
            self.drop_items(&state, dropped.items, "the buffer was full");
        }
        drop(state);
        self.changed.notify_all();
    }

    /// Waits for something to send, and for the end of a pause. `None`: there will be no more, or the pause is longer
    /// than there is time.
    pub(super) fn next(&self, pause: Option<Pause>) -> Option<Errand> {
        let mut state = self.lock();
        loop {
            let is_closing = state.deadline.is_some();
            if state.is_over || (is_closing && state.letters.is_empty()) {
                return None;
            }
            let holding = pause.filter(|pause| pause.asked || !is_closing);
            if holding.is_some_and(|pause| state.deadline.is_some_and(|end| pause.until >= end)) {
                return None;
            }
            let left = holding.map_or(Duration::ZERO, |pause| {
                pause.until.saturating_duration_since(Instant::now())
            });
            match state.letters.front().map(Arc::clone) {
                Some(letter) if left.is_zero() => {
                    state.is_first_on_its_way = true;
                    return Some(Errand { letter, deadline: state.deadline });
                }
                Some(_) => {
                    let waited = self.changed.wait_timeout(state, left);
                    state = waited.unwrap_or_else(PoisonError::into_inner).0;
                }
                None => {
                    let waited = self.changed.wait(state);
                    state = waited.unwrap_or_else(PoisonError::into_inner);
                }
            }
        }
    }

    /// The letter on its way has been taken; so many of its items were refused for good, and why.
    pub(super) fn settle(&self, refused: u64, why: Option<String>) {
        let mut state = self.lock();
        state.is_unreachable = false;
        if let Some(letter) = Self::take_first(&mut state) {
            let refused = refused.min(letter.items);
            self.tally.sent(letter.items - refused);
            self.tally.failed(refused);
            if let Some(why) = why.filter(|_| refused > 0) {
                self.tally.trouble(|| why);
            }
        }
        drop(state);
        self.changed.notify_all();
    }

    /// The letter on its way came back.
    pub(super) fn take_back(&self, why: String, is_unreachable: bool) {
        let mut state = self.lock();
        state.is_first_on_its_way = false;
        state.is_unreachable = is_unreachable;
        state.trouble = Some(why);
    }

    /// No more letters come: those that are there have until `limit` from now, and little time where the server could
    /// not be reached the last time. Waits, and drops what is left then.
    pub(super) fn close(&self, limit: Duration) {
        let mut state = self.lock();
        let limit = if state.is_unreachable { limit.min(LAST_TRY) } else { limit };
        let deadline = Instant::now() + limit;
        state.deadline = Some(deadline);
        self.changed.notify_all();
        while !state.letters.is_empty() && !state.is_over {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            let waited = self.changed.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        drop(state);
        self.abandon();
    }

    /// Nothing more is sent; what is left is dropped and counted.
    pub(super) fn abandon(&self) {
        let mut state = self.lock();
        state.is_over = true;
        state.is_first_on_its_way = false;
        state.bytes = 0;
        let items = state.letters.drain(..).map(|letter| letter.items).sum();
        if items > 0 {
            self.drop_items(&state, items, "there was no answer in time");
        }
        drop(state);
        self.changed.notify_all();
    }

    fn take_first(state: &mut State) -> Option<Arc<Letter>> {
        if !std::mem::take(&mut state.is_first_on_its_way) {
            return None;
        }
        let letter = state.letters.pop_front()?;
        state.bytes -= letter.body.len();
        Some(letter)
    }

    fn drop_items(&self, state: &State, items: u64, otherwise: &str) {
        self.tally.dropped(items);
        self.tally.trouble(|| state.trouble.clone().unwrap_or_else(|| otherwise.to_owned()));
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::super::outbox::{Manner, outbox};
    use super::*;

    fn letter(items: u64) -> Letter {
        Letter { address: 0, body: vec![0; 10], items }
    }

    fn bag(capacity: usize) -> Mailbag {
        let (outbox, _courier) = outbox("otlp", 1, Manner::Hasty);
        Mailbag::new(capacity, outbox.tally())
    }

    fn counts(bag: &Mailbag) -> [u64; 3] {
        let figures = bag.tally.figures();
        [figures.sent, figures.failed, figures.dropped]
    }

    #[test]
    fn the_oldest_letter_gives_way_unless_it_is_on_its_way() {
        let bag = bag(20);
        bag.put(letter(1));
        bag.put(letter(2));
        let errand = bag.next(None).unwrap();
        assert_eq!(errand.letter.items, 1);
        bag.put(letter(4));
        assert_eq!(counts(&bag), [0, 0, 2]);
        bag.settle(0, None);
        assert_eq!(counts(&bag), [1, 0, 2]);
        bag.put(letter(8));
        bag.put(letter(16));
        assert_eq!(counts(&bag), [1, 0, 6]);
        assert_eq!(
            bag.tally.loss().unwrap().message,
            "otlp: 6 records were not delivered: the buffer was full"
        );
    }

    #[test]
    fn what_is_left_at_the_end_is_dropped_for_the_last_reason() {
        let bag = bag(100);
        bag.put(letter(3));
        bag.next(None).unwrap();
        bag.take_back("the server is busy".to_owned(), false);
        bag.close(Duration::from_millis(1));
        assert_eq!(counts(&bag), [0, 0, 3]);
        let told = "otlp: 3 records were not delivered: the server is busy";
        assert_eq!(bag.tally.loss().unwrap().message, told);
        assert!(bag.next(None).is_none());
        bag.settle(0, None);
        assert_eq!(counts(&bag), [0, 0, 3]);
    }

    #[test]
    fn an_ending_cuts_our_own_pause_short_and_not_the_servers() {
        let far = Instant::now() + Duration::from_secs(600);
        let bag = Arc::new(bag(100));
        bag.put(letter(1));
        let closer = Arc::clone(&bag);
        let closing = std::thread::spawn(move || closer.close(Duration::from_secs(60)));
        let errand = bag.next(Some(Pause { until: far, asked: false })).unwrap();
        assert!(errand.deadline.is_some_and(|deadline| deadline < far));
        bag.settle(0, None);
        closing.join().unwrap();
        assert_eq!(counts(&bag), [1, 0, 0]);
        assert!(bag.next(Some(Pause { until: far, asked: true })).is_none());
    }
}
