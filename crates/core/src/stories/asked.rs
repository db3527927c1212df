//! Floor 9. Stories in which samples are asked for.

use procmon_model::event::Ending;
use procmon_model::fake::{FakeWorld, Story};
use procmon_model::ports::Request;

use super::told::{fixed, play_in};

/// A server that is watched with a sample a second until it is over, and asked about in between.
fn times_asked_at(moments: &[u64]) -> Vec<u64> {
    let mut story = Story::of(&["node", "server.js"]);
    story.end(4000, 1, Ending::Code(0));
    let world = FakeWorld::new(story);
    let asked = |world: FakeWorld, at: &u64| world.asked(*at, Request::Sample);
    play_in(moments.iter().fold(world, asked), &fixed(1000), true).times()
}

#[test]
fn a_sample_that_is_asked_for_comes_at_once_and_the_cadence_goes_on_from_it() {
    assert_eq!(times_asked_at(&[]), [1000, 2000, 3000, 4000]);
    assert_eq!(times_asked_at(&[1300]), [1000, 1300, 2300, 3300, 4000]);
}

#[test]
fn samples_that_are_asked_for_together_are_one_pass() {
    assert_eq!(times_asked_at(&[1300, 1300, 1300]), [1000, 1300, 2300, 3300, 4000]);
}

#[test]
fn a_sample_that_is_asked_for_when_one_is_due_is_that_one() {
    assert_eq!(times_asked_at(&[2000]), [1000, 2000, 3000, 4000]);
}

#[test]
fn scrapes_that_come_faster_than_the_cadence_leave_nothing_else_to_be_read() {
    let moments = [500, 1000, 1500, 2000, 2500, 3000, 3500];
    assert_eq!(times_asked_at(&moments), [500, 1000, 1500, 2000, 2500, 3000, 3500, 4000]);
}
