//! Floor 9. Stories of timed calls that come in while a command is watched, and after its end.

use std::collections::VecDeque;

use procmon_model::event::Ending;
use procmon_model::fake::{FakeWorld, Story, call};
use procmon_model::ports::{CallSource, Calls, Request};
use procmon_model::record::{CallRecord, Record, Warning, WarningKind};
use procmon_model::units::Elapsed;

use super::told::{Told, fixed, play_with_calls};

/// What is taken at each asking, and what is there at the end.
struct Foretold {
    taken: VecDeque<Calls>,
    last: Calls,
}

impl CallSource for Foretold {
    fn take(&mut self) -> Calls {
        self.taken.pop_front().unwrap_or_default()
    }

    fn close(&mut self) -> Calls {
        std::mem::take(&mut self.last)
    }
}

fn one(name: &str, started: u64, at: u64) -> CallRecord {
    let [started, at] = [started, at].map(Elapsed::from_millis);
    CallRecord { at, started, call: call(Story::key(1), name) }
}

fn missing(dropped: u64, unreadable: u64) -> Calls {
    Calls { dropped, unreadable, ..Calls::default() }
}

/// A command of three seconds, of whose calls it is said at these moments that they are there.
fn play(moments: &[u64], taken: Vec<Calls>, last: Calls) -> Told {
    let mut story = Story::of(&["node", "build.js"]);
    story.end(3000, 1, Ending::Code(0));
    let said = |world: FakeWorld, at: &u64| world.asked(*at, Request::Calls);
    let world = moments.iter().fold(FakeWorld::new(story), said);
    play_with_calls(world, &fixed(10_000), Box::new(Foretold { taken: taken.into(), last }))
}

/// Names, when they began and when they ended.
fn calls(told: &Told) -> Vec<(&str, u64, u64)> {
    let millis = |at: Elapsed| at.as_nanos() / 1_000_000;
    let calls = told.records.iter().filter_map(|record| match record {
        Record::Call(call) => Some((&*call.call.name, millis(call.started), millis(call.at))),
        _ => None,
    });
    calls.collect()
}

/// When it was said that calls are missing, and how many.
fn warnings(told: &Told) -> Vec<(u64, u64)> {
    let warnings = told.records.iter().filter_map(|record| match record {
        Record::Warning(Warning { at, kind: WarningKind::CallsDropped, count, .. }) => {
            Some((at.as_nanos() / 1_000_000, *count))
        }
        _ => None,
    });
    warnings.collect()
}

#[test]
fn calls_are_recorded_when_they_come_in_and_the_last_before_the_end() {
    let records = vec![one("first", 100, 200), one("second", 150, 210)];
    let taken = vec![Calls { records, ..Calls::default() }];
    let last = Calls { records: vec![one("last", 2900, 2999)], ..Calls::default() };
    let told = play(&[250], taken, last);
    assert_eq!(calls(&told), [("first", 100, 200), ("second", 150, 210), ("last", 2900, 2999)]);
    assert_eq!(told.end().at, Elapsed::from_millis(3000));
    assert_eq!(warnings(&told), []);
}

#[test]
fn a_call_of_the_future_ended_when_it_was_told() {
    let records = vec![one("odd", 9000, 8000)];
    let told = play(&[250], vec![Calls { records, ..Calls::default() }], Calls::default());
    assert_eq!(calls(&told), [("odd", 250, 250)]);
}

#[test]
fn what_is_missing_is_said_once_a_second_at_most_and_the_rest_in_the_end() {
    let taken = vec![missing(1, 0), missing(2, 0), missing(4, 0), missing(8, 16)];
    let told = play(&[100, 200, 1100, 1200], taken, missing(32, 0));
    assert_eq!(warnings(&told), [(100, 1), (1100, 6), (3000, 8), (3000, 16), (3000, 32)]);
    let counts: Vec<u64> = told.summary().warnings.iter().map(|warning| warning.count).collect();
    assert_eq!(counts, [47, 16]);
}
