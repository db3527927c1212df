//! Floor 7. What polling sees, and what it says of what it may not have seen.

use std::io::Write;

use procmon_model::event::Ending;
use procmon_model::host::Tier;

use super::story::{Story, ends_are_remembered};
use crate::linux::kernel::process;
use crate::world::Accounting;

#[test]
fn those_that_live_long_enough_are_all_seen_with_their_names_and_codes() {
    let script = "for i in 1 2 3 4 5; do env sh -c \"read line; exit $i\"; done; exit 7";
    let mut story = Story::of(Accounting::Poll, script);
    for number in 1..=5 {
        story.until("the next one runs", |story| story.born().len() == number && story.runs("sh"));
        story.input.write_all(b"\n").unwrap();
    }
    story.listen_to_the_end();
    let ends: Vec<Ending> =
        story.born().iter().map(|info| story.ending(info.key).unwrap()).collect();
    let code = |code| if ends_are_remembered() { Ending::Code(code) } else { Ending::Unseen };
    assert_eq!(ends, (1..=5).map(code).collect::<Vec<Ending>>());
    assert_eq!(story.ending(story.root), Some(Ending::Code(7)));
}

#[test]
fn those_that_are_gone_too_soon_are_within_the_bound() {
    let script = "for i in {1..100}; do /bin/true; done; read line";
    let mut story = Story::of(Accounting::Poll, script);
    story.input.write_all(b"\n").unwrap();
    story.listen_to_the_end();
    let coverage = story.world.events.coverage();
    assert_eq!(coverage.lost, 0);
    let missed = coverage.missed_at_most.unwrap();
    assert!(story.born().len() as u64 + missed >= 100, "{missed}");
}

#[test]
fn the_tier_says_what_it_may_miss() {
    let story = Story::of(Accounting::Poll, "exit 0");
    let capabilities = story.world.events.capabilities();
    assert_eq!((capabilities.tier, capabilities.exact), (Tier::Poll, false));
    assert_eq!(
        capabilities.reasons,
        [
            "polling was asked for: processes that live less than 5 ms can be missed, and less than 20 ms where \
             nobody was born in the second before",
            "a process whose parent ends as soon after its birth can be missed",
            "the kernel tells no memory, I/O or CPU time of processes that end between two samples; their CPU time is \
             estimated from what their parents waited for",
            "before Linux 6.15 the exit codes of descendants can be unknown",
            "Linux 6.6 outside of containers tells of every process, and the right of CAP_NET_ADMIN there what each \
             had used",
        ]
    );
}

#[test]
fn ends_in_a_storm_are_told_though_they_wake_nobody() {
    let script = "for i in {1..400}; do /bin/true; done; env sh -c 'read line; exit 3'; exit 7";
    let mut story = Story::of(Accounting::Poll, script);
    story.until("the storm is over", |story| story.runs("sh"));
    story.input.write_all(b"\n").unwrap();
    story.listen_to_the_end();
    let (last, _) = story.ends()[story.ends().len() - 2];
    let code = if ends_are_remembered() { Ending::Code(3) } else { Ending::Unseen };
    assert_eq!(story.ending(last), Some(code));
    assert_eq!(story.ending(story.root), Some(Ending::Code(7)));
}

#[test]
fn a_program_that_sleeps_at_once_is_named_though_it_uses_no_more_time() {
    let mut story = Story::of(Accounting::Poll, "for i in {1..150}; do sleep 100 & done; wait");
    // Far more at once than there is budget for.
    story.until("everybody is named", |story| story.count("sleep") == 150);
    let sleeps: Vec<u32> = story.born().iter().map(|info| info.key.pid).collect();
    for pid in sleeps {
        process::signal_child(pid, libc::SIGTERM);
    }
    story.listen_to_the_end();
    assert_eq!(story.ends().len(), 151);
}
