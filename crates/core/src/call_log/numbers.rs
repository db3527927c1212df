//! Floor 10. A call as JavaScript hands it over: its numbers in one array, whatever they are, and its words beside them.
//!
//! Nothing is refused: NaN, an infinity, and what the array is too short for are unknown; what is below nothing is nothing,
//! and what no whole number of 64 bits can be is the largest of those.

use procmon_model::call::{Call, CallError, CallForm, CallOutcome, Change, CpuScope};
use procmon_model::process::ProcessKey;
use procmon_model::units::{Bytes, CpuTime, Length, WallTime};

use super::order::{Destinations, Level, TimedCall};

/// Where each number stands.
mod at {
    pub(super) const FORM: usize = 0;
    pub(super) const OUTCOME: usize = 1;
    pub(super) const DESTINATIONS: usize = 2;
    pub(super) const LEVEL: usize = 3;
    /// Milliseconds since 1970, with a fraction. Times are nanoseconds everywhere else, and amounts bytes.
    pub(super) const STARTED_AT: usize = 4;
    pub(super) const STARTED: usize = 5;
    pub(super) const ENDED: usize = 6;
    pub(super) const WALL: usize = 7;
    pub(super) const ACTIVE: usize = 8;
    pub(super) const CPU_USER: usize = 9;
    pub(super) const CPU_SYSTEM: usize = 10;
    pub(super) const CPU_SCOPE: usize = 11;
    pub(super) const CPU_SHARED: usize = 12;
    pub(super) const CPU_CHILDREN: usize = 13;
    /// Of each of these pairs the other one follows.
    pub(super) const RSS_BEFORE: usize = 14;
    pub(super) const RSS_PEAK: usize = 16;
    pub(super) const HEAP_BEFORE: usize = 17;
    pub(super) const EXTERNAL_BEFORE: usize = 19;
    pub(super) const ARRAY_BUFFERS_BEFORE: usize = 21;
    pub(super) const LOOP_ACTIVE: usize = 23;
    pub(super) const LOOP_IDLE: usize = 24;
    pub(super) const AWAITS_COLLECTIONS: usize = 25;
}

/// What is said of a call in words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Words {
    /// Its UUID.
    pub id: String,
    /// That of the call that it was made in.
    pub parent: Option<String>,
    /// The name of the function.
    pub name: String,
    /// The arguments.
    pub arguments: Option<String>,
    /// What was thrown.
    pub error: Option<CallError>,
}

/// Where calls are made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Caller {
    /// The process.
    pub process: ProcessKey,
    /// Node's number of the thread.
    pub thread: u32,
}

/// A call out of its numbers and its words.
pub fn timed_call(numbers: &[f64], words: Words, caller: Caller) -> TimedCall {
    let numbers = Numbers(numbers);
    TimedCall {
        call: numbers.call(words, caller),
        started_at: numbers.finite(at::STARTED_AT).map(wall_time).unwrap_or_default(),
        started: numbers.known(at::STARTED).unwrap_or(0),
        ended: numbers.known(at::ENDED).unwrap_or(0),
        level: numbers.level(),
        destinations: numbers.destinations(),
        awaits_collections: numbers.is_set(at::AWAITS_COLLECTIONS),
    }
}

/// Numbers that come in twos, without those of which one is unknown and the last where it is alone.
pub fn pairs(numbers: &[f64]) -> Vec<(u64, u64)> {
    let known = numbers.chunks_exact(2).filter(|pair| pair.iter().all(|number| number.is_finite()));
    known.map(|pair| (whole(pair[0]), whole(pair[1]))).collect()
}

/// The whole part; 0 for NaN and for what is below.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "what does not fit becomes the nearest that does, and NaN becomes 0"
)]
pub const fn whole(number: f64) -> u64 {
    number as u64
}

/// Each part for itself: a double cannot hold today's nanoseconds since 1970 in one.
fn wall_time(millis: f64) -> WallTime {
    let whole_millis = whole(millis).saturating_mul(1_000_000);
    WallTime::from_nanos(whole_millis.saturating_add(whole(millis.fract() * 1e6)))
}

struct Numbers<'a>(&'a [f64]);

impl Numbers<'_> {
    fn call(&self, words: Words, Caller { process, thread }: Caller) -> Call {
        Call {
            id: words.id,
            parent: words.parent,
            name: words.name,
            form: self.form(),
            arguments: words.arguments,
            process,
            thread,
            outcome: self.outcome(),
            error: words.error,
            wall: self.length(at::WALL).unwrap_or_default(),
            active: self.length(at::ACTIVE),
            cpu_user: self.cpu(at::CPU_USER),
            cpu_system: self.cpu(at::CPU_SYSTEM),
            cpu_scope: self.scope(),
            cpu_shared: self.is_set(at::CPU_SHARED),
            cpu_children: self.cpu(at::CPU_CHILDREN),
            rss: self.change(at::RSS_BEFORE),
            rss_peak: self.bytes(at::RSS_PEAK),
            heap_used: self.change(at::HEAP_BEFORE),
            external: self.change(at::EXTERNAL_BEFORE),
            array_buffers: self.change(at::ARRAY_BUFFERS_BEFORE),
            gc: None,
            gc_count: None,
            event_loop_active: self.length(at::LOOP_ACTIVE),
            event_loop_idle: self.length(at::LOOP_IDLE),
        }
    }

    fn finite(&self, place: usize) -> Option<f64> {
        self.0.get(place).copied().filter(|number| number.is_finite())
    }

    fn known(&self, place: usize) -> Option<u64> {
        self.finite(place).map(whole)
    }

    fn length(&self, place: usize) -> Option<Length> {
        self.known(place).map(Length::from_nanos)
    }

    fn cpu(&self, place: usize) -> Option<CpuTime> {
        self.known(place).map(CpuTime::from_nanos)
    }

    fn bytes(&self, place: usize) -> Option<Bytes> {
        self.known(place).map(Bytes::new)
    }

    fn change(&self, before: usize) -> Option<Change> {
        Some(Change { before: self.bytes(before)?, after: self.bytes(before + 1)? })
    }

    fn is_set(&self, place: usize) -> bool {
        self.known(place).is_some_and(|number| number != 0)
    }

    fn form(&self) -> CallForm {
        match self.known(at::FORM) {
            Some(0) => CallForm::Sync,
            Some(1) => CallForm::Async,
            Some(2) => CallForm::Generator,
            Some(3) => CallForm::AsyncGenerator,
            Some(4) => CallForm::Callback,
            Some(5) => CallForm::Constructor,
            Some(6) => CallForm::Block,
            _ => CallForm::Unknown,
        }
    }

    fn outcome(&self) -> CallOutcome {
        match self.known(at::OUTCOME) {
            Some(0) => CallOutcome::Returned,
            Some(1) => CallOutcome::Threw,
            Some(2) => CallOutcome::Unfinished,
            _ => CallOutcome::Unknown,
        }
    }

    fn scope(&self) -> Option<CpuScope> {
        match self.known(at::CPU_SCOPE)? {
            0 => Some(CpuScope::Thread),
            1 => Some(CpuScope::Process),
            _ => None,
        }
    }

    fn level(&self) -> Level {
        match self.known(at::LEVEL) {
            Some(0) => Level::Debug,
            Some(2) => Level::Warn,
            Some(3) => Level::Error,
            _ => Level::Info,
        }
    }

    fn destinations(&self) -> Destinations {
        let bits = self.known(at::DESTINATIONS).unwrap_or(0);
        let has = |bit: u64| bits & bit != 0;
        Destinations { timing: has(1), results: has(2), errors: has(4), sessions: has(8) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// How many numbers a call has.
    const COLUMNS: usize = at::AWAITS_COLLECTIONS + 1;
    const CALLER: Caller = Caller { process: ProcessKey { pid: 7, start: 70 }, thread: 3 };

    fn called(numbers: &[f64]) -> TimedCall {
        timed_call(numbers, Words::default(), CALLER)
    }

    #[test]
    fn each_number_stands_in_its_place() {
        let mut numbers: Vec<f64> = (0..26).map(|place| f64::from(place) * 100.0).collect();
        numbers[..5].copy_from_slice(&[3.0, 1.0, 5.0, 3.0, 1_700_000_000_000.5]);
        (numbers[11], numbers[12], numbers[25]) = (1.0, 1.0, 0.0);
        let words = Words {
            id: "id".to_owned(),
            parent: Some("parent".to_owned()),
            name: "name".to_owned(),
            arguments: Some("[]".to_owned()),
            error: Some(CallError { class: "Error".to_owned(), ..CallError::default() }),
        };
        let change =
            |before| Some(Change { before: Bytes::new(before), after: Bytes::new(before + 100) });
        let call = Call {
            id: "id".to_owned(),
            parent: Some("parent".to_owned()),
            name: "name".to_owned(),
            form: CallForm::AsyncGenerator,
            arguments: Some("[]".to_owned()),
            process: CALLER.process,
            thread: 3,
            outcome: CallOutcome::Threw,
            error: words.error.clone(),
            wall: Length::from_nanos(700),
            active: Some(Length::from_nanos(800)),
            cpu_user: Some(CpuTime::from_nanos(900)),
            cpu_system: Some(CpuTime::from_nanos(1000)),
            cpu_scope: Some(CpuScope::Process),
            cpu_shared: true,
            cpu_children: Some(CpuTime::from_nanos(1300)),
            rss: change(1400),
            rss_peak: Some(Bytes::new(1600)),
            heap_used: change(1700),
            external: change(1900),
            array_buffers: change(2100),
            gc: None,
            gc_count: None,
            event_loop_active: Some(Length::from_nanos(2300)),
            event_loop_idle: Some(Length::from_nanos(2400)),
        };
        let expected = TimedCall {
            call,
            started_at: WallTime::from_nanos(1_700_000_000_000_500_000),
            started: 500,
            ended: 600,
            level: Level::Error,
            destinations: Destinations { timing: true, errors: true, ..Destinations::default() },
            awaits_collections: false,
        };
        assert_eq!(timed_call(&numbers, words, CALLER), expected);
    }

    #[test]
    fn what_is_missing_is_unknown_and_never_zero_where_unknown_can_be_said() {
        let nothing = called(&[]);
        assert_eq!(called(&[f64::NAN; COLUMNS]), nothing);
        assert_eq!(called(&[f64::INFINITY; COLUMNS]), nothing);
        assert_eq!(nothing.call.form, CallForm::Unknown);
        assert_eq!(nothing.call.outcome, CallOutcome::Unknown);
        assert_eq!(
            (nothing.call.cpu(), nothing.call.rss, nothing.call.cpu_scope),
            (None, None, None)
        );
        assert_eq!(nothing.destinations, Destinations::default());
    }

    #[test]
    fn a_change_of_which_one_side_is_missing_is_unknown() {
        let mut numbers = [1.0; COLUMNS];
        numbers[15] = f64::NAN;
        assert_eq!(called(&numbers).call.rss, None);
    }

    #[test]
    fn what_does_not_fit_becomes_the_nearest_that_does() {
        let wall = |number| {
            let mut numbers = [0.0; COLUMNS];
            numbers[at::WALL] = number;
            called(&numbers).call.wall.as_nanos()
        };
        assert_eq!((wall(-1.0), wall(-1e300), wall(1.9), wall(1e300)), (0, 0, 1, u64::MAX));
    }

    #[test]
    fn pairs_are_whole_and_known_on_both_sides() {
        assert_eq!(pairs(&[1.0, 2.0, f64::NAN, 4.0, 5.0, 6.5, 7.0]), [(1, 2), (5, 6)]);
        assert_eq!(pairs(&[]), []);
    }

    proptest! {
        #[test]
        fn any_numbers_are_a_call(numbers in prop::collection::vec(any::<f64>(), 0..40)) {
            let call = called(&numbers).call;
            let text = serde_json::to_string(&call).unwrap();
            prop_assert_eq!(serde_json::from_str::<Call>(&text).unwrap(), call);
            prop_assert!(pairs(&numbers).len() <= numbers.len() / 2);
        }
    }
}
