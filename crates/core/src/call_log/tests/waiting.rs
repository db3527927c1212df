//! Floor 10. Calls that wait for their garbage collections.

use proptest::prelude::*;

use super::given::call;
use crate::call_log::TimedCall;
use crate::call_log::pending::{Collections, Held, MOST_CALLS, Pending};

fn held(started: u64, ended: u64) -> Held {
    let id = format!("{started}-{ended}");
    let timed = TimedCall { started, ended, awaits_collections: true, ..call(&id) };
    Held { call: Box::new(timed), bytes: 10 }
}

fn told(pairs: &[(u64, u64)], up_to: u64) -> Collections {
    Collections { pairs: Some(pairs.to_vec()), up_to }
}

/// What is known of a call's collections: their time and their number.
fn known(held: &Held) -> Option<(u64, u32)> {
    Some((held.call.call.gc?.as_nanos(), held.call.call.gc_count?))
}

#[test]
fn a_call_waits_until_the_collections_of_its_time_are_told() {
    let (mut pending, mut ready) = (Pending::default(), Vec::new());
    pending.add(held(100, 200), &mut ready);
    pending.add(held(100, 400), &mut ready);
    pending.collected(told(&[(50, 110), (150, 160), (190, 250)], 300), &mut ready);
    assert_eq!(ready.iter().map(known).collect::<Vec<_>>(), [Some((30, 3))]);
    pending.collected(told(&[(390, 410), (500, 600)], 700), &mut ready);
    assert_eq!(known(&ready[1]), Some((10 + 10 + 60 + 10, 4)));
    assert_eq!(pending.bytes(), 0);
}

#[test]
fn a_call_that_is_told_after_its_collections_does_not_wait() {
    let (mut pending, mut ready) = (Pending::default(), Vec::new());
    pending.collected(told(&[(10, 20)], 100), &mut ready);
    pending.add(held(15, 90), &mut ready);
    pending.add(held(30, 90), &mut ready);
    assert_eq!(ready.iter().map(known).collect::<Vec<_>>(), [Some((5, 1)), Some((0, 0))]);
}

#[test]
fn a_call_that_awaits_nothing_goes_on_as_it_is() {
    let (mut pending, mut ready) = (Pending::default(), Vec::new());
    let held = Held { call: Box::new(call("a")), bytes: 10 };
    pending.add(held, &mut ready);
    assert_eq!(ready.iter().map(known).collect::<Vec<_>>(), [None]);
}

#[test]
fn what_was_not_told_is_unknown_and_not_zero() {
    let (mut pending, mut ready) = (Pending::default(), Vec::new());
    pending.add(held(100, 200), &mut ready);
    pending.collected(Collections { pairs: None, up_to: 300 }, &mut ready);
    pending.add(held(299, 300), &mut ready);
    pending.collected(told(&[(310, 320)], 400), &mut ready);
    pending.add(held(300, 400), &mut ready);
    assert_eq!(ready.iter().map(known).collect::<Vec<_>>(), [None, None, Some((10, 1))]);
}

#[test]
fn the_oldest_of_too_many_calls_goes_on_without_its_collections() {
    let (mut pending, mut ready) = (Pending::default(), Vec::new());
    for number in 0..MOST_CALLS as u64 + 2 {
        pending.add(held(number, number + 10), &mut ready);
    }
    let ids = ready.iter().map(|held| held.call.call.id.as_str()).collect::<Vec<_>>();
    assert_eq!(ids, ["0-10", "1-11"]);
    assert_eq!(known(&ready[0]), None);
    pending.release_all(&mut ready);
    assert_eq!((ready.len(), pending.bytes()), (MOST_CALLS + 2, 0));
}

#[test]
fn a_call_that_is_large_does_not_wait() {
    let (mut pending, mut ready) = (Pending::default(), Vec::new());
    pending.add(held(0, 10), &mut ready);
    pending.add(Held { bytes: 5 << 20, ..held(0, 20) }, &mut ready);
    assert_eq!((ready.len(), pending.bytes()), (2, 0));
}

#[test]
fn a_call_that_is_older_than_what_is_remembered_has_unknown_collections() {
    let (mut pending, mut ready) = (Pending::default(), Vec::new());
    let pairs: Vec<(u64, u64)> = (0..40_000).map(|at| (10 * at, 10 * at + 1)).collect();
    pending.collected(told(&pairs, 400_000), &mut ready);
    pending.add(held(0, 400_000), &mut ready);
    pending.add(held(300_000, 400_000), &mut ready);
    assert_eq!(ready.iter().map(known).collect::<Vec<_>>(), [None, Some((10_000, 10_000))]);
}

proptest! {
    #[test]
    fn each_call_gets_the_overlaps_with_all_that_was_told(
        lengths in prop::collection::vec((1_u64..20, 0_u64..10), 1..40),
        calls in prop::collection::vec((0_u64..600, 1_u64..200, 0_usize..40), 1..40),
    ) {
        let mut at = 0;
        let pairs: Vec<(u64, u64)> = lengths
            .iter()
            .map(|(gap, length)| { at += gap + length; (at - length, at) })
            .collect();
        let (mut pending, mut ready) = (Pending::default(), Vec::new());
        // Each is told as the next begins, and each call is pushed when some have been told.
        for (number, pair) in pairs.iter().enumerate() {
            for (started, length, _) in calls.iter().filter(|call| call.2 % pairs.len() == number) {
                pending.add(held(*started, started + length), &mut ready);
            }
            pending.collected(told(&[*pair], pair.1), &mut ready);
        }
        pending.collected(told(&[], u64::MAX), &mut ready);
        prop_assert_eq!(ready.len(), calls.len());
        for held in &ready {
            let (started, ended) = (held.call.started, held.call.ended);
            let overlap = |pair: &&(u64, u64)| pair.0 < ended && pair.1 > started;
            let sum: u64 =
                pairs.iter().filter(overlap).map(|pair| pair.1.min(ended) - pair.0.max(started)).sum();
            let count = u32::try_from(pairs.iter().filter(overlap).count()).unwrap();
            prop_assert_eq!(known(held), Some((sum, count)));
        }
    }
}
