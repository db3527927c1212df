//! Floor 7. What a tracer says of itself: whom it had to let go, and what tracing costs those that are traced.

use std::fs;
use std::io::Write;

use procmon_model::event::Ending;
use procmon_model::host::Coverage;
use procmon_model::record::WarningKind;

use super::story::{Story, world};
use crate::linux::kernel::process;
use crate::linux::support::{runs_elsewhere, test_path};
use crate::world::{Accounting, Inside};

const WITHOUT_RIGHTS: &str =
    "tracing keeps set-user-ID programs such as sudo from getting their rights";

/// Lets us have this many descriptors, as far as we may; returns how many we might have before.
fn allow_descriptors(count: u64) -> u64 {
    let mut limit = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
    // SAFETY: `limit` is a valid rlimit that the call writes to.
    assert_eq!(unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &raw mut limit) }, 0);
    let before = limit.rlim_cur;
    limit.rlim_cur = count;
    // SAFETY: `limit` is a valid rlimit that the call only reads.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
    before
}

#[test]
fn a_newborn_that_cannot_be_read_is_told_to_be_missed() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    let script = "read line; (read line; exit 5); exit $?";
    let mut story = Story::of(Accounting::Trace, script);
    story.until("its program runs", |story| story.has("bash"));
    assert_eq!(story.world.events.coverage(), Coverage { lost: 0, missed_at_most: Some(0) });
    let before = allow_descriptors(3);
    story.input.write_all(b"\n").unwrap();
    story.until("the tracer has missed somebody", |story| {
        story.world.events.coverage() == Coverage { lost: 0, missed_at_most: None }
    });
    allow_descriptors(before);
    let [warning] = &story.world.events.troubles()[..] else { panic!("no warning, or several") };
    assert_eq!((warning.kind, warning.count), (WarningKind::AccountingChanged, 1));
    assert!(warning.message.ends_with("they and their descendants are not traced"));
    assert_eq!(story.world.events.troubles(), []);
    story.input.write_all(b"\n").unwrap();
    story.listen_to_the_end();
    assert_eq!(story.born().len(), 0);
    assert_eq!(story.ending(story.root), Some(Ending::Code(5)));
}

#[test]
fn what_a_root_without_the_right_to_trace_keeps_from_others_is_said() {
    let prefix = ["setpriv", "--bounding-set", "-sys_ptrace"];
    if process::own_user() != 0 || runs_elsewhere(&test_path!(), &prefix) {
        return;
    }
    let reasons = world(Accounting::Trace, Inside::ForeignProcess).events.capabilities().reasons;
    assert!(reasons.iter().any(|reason| reason == WITHOUT_RIGHTS), "{reasons:?}");
}

#[test]
fn who_may_trace_anybody_keeps_nothing_from_others() {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let rights = status.lines().find_map(|line| line.strip_prefix("CapEff:\t")).unwrap();
    let may_trace = u64::from_str_radix(rights, 16).unwrap() >> 19 & 1 == 1;
    let reasons = world(Accounting::Trace, Inside::ForeignProcess).events.capabilities().reasons;
    assert_eq!(reasons.iter().any(|reason| reason == WITHOUT_RIGHTS), !may_trace, "{reasons:?}");
}

#[test]
fn whose_process_we_are_in_is_told_that_stops_wake_it_up() {
    let reasons = world(Accounting::Trace, Inside::ForeignProcess).events.capabilities().reasons;
    assert_eq!(
        reasons.last().unwrap(),
        "each stop of a traced process wakes the process that runs us with SIGCHLD where it has a handler for that"
    );
}
