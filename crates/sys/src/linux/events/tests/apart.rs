//! Floor 7. The sources where we are somebody else or somewhere else: without privileges, and in a pid namespace.

use std::io::Write;
use std::thread;

use procmon_model::event::Ending;
use procmon_model::host::{Coverage, Tier};

use super::story::{Story, events_are_told, records_are_kept};
use crate::linux::events::records::{NoRecords, Records};
use crate::linux::events::socket::{Subscription, Unusable};
use crate::linux::kernel::process;
use crate::linux::open;
use crate::linux::support::{as_nobody, in_pid_namespace, runs_elsewhere, test_path};
use crate::world::{Accounting, Inside, SignalMask, WorldOptions};

pub(super) const NOBODY: u32 = 65534;

#[test]
fn events_are_told_to_nobody_in_particular() {
    if !events_are_told() || runs_elsewhere(&test_path!(), &as_nobody()) {
        return;
    }
    assert_ne!(process::own_user(), 0);
    let mut story = Story::of(Accounting::Auto, "for i in {1..20}; do /bin/false; done; exit 7");
    story.listen_to_the_end();
    let capabilities = story.world.events.capabilities();
    assert_eq!(capabilities.tier, Tier::Events);
    // This world is opened as in somebody else's process, to which nothing is advised.
    let refused = "the kernel's records of ends (taskstats) need the right of CAP_NET_ADMIN";
    assert_eq!(capabilities.reasons[1..], [refused]);
    assert_eq!(story.world.events.coverage(), Coverage { lost: 0, missed_at_most: Some(0) });
    assert_eq!(story.born().len(), 20);
    assert!(story.born().iter().all(|info| story.ending(info.key) == Some(Ending::Code(1))));
    assert_eq!(story.ending(story.root), Some(Ending::Code(7)));
    if as_nobody().is_empty() {
        return;
    }
    assert!(story.born().iter().all(|info| info.uid == Some(NOBODY)));
}

#[test]
fn without_the_right_exact_accounting_is_refused_and_says_what_gives_it() {
    if !events_are_told() || runs_elsewhere(&test_path!(), &as_nobody()) {
        return;
    }
    let options = WorldOptions {
        accounting: Accounting::Exact,
        inside: Inside::OwnProcess,
        signals: SignalMask::default(),
        procfs: None,
    };
    let refused = open::world(options).err().unwrap();
    assert_eq!(refused.kind(), std::io::ErrorKind::Unsupported);
    let us = std::env::current_exe().unwrap();
    let expected = format!(
        "the kernel's records of ends (taskstats) need the right of CAP_NET_ADMIN: \
         `sudo setcap cap_net_admin+ep {}` gives it",
        us.display()
    );
    assert_eq!(refused.to_string(), expected);
}

#[test]
fn in_a_pid_namespace_there_are_no_records_of_ends() {
    if !records_are_kept() || runs_elsewhere(&test_path!(), &in_pid_namespace()) {
        return;
    }
    let refused = Records::open().unwrap_err();
    assert!(matches!(refused, NoRecords::Namespace), "{refused}");
}

#[test]
fn in_another_network_namespace_no_records_come() {
    if !records_are_kept() || runs_elsewhere(&test_path!(), &["unshare", "--net"]) {
        return;
    }
    let refused = Records::open().unwrap_err();
    assert!(matches!(refused, NoRecords::Silent), "{refused}");
}

#[test]
fn in_a_pid_namespace_polling_takes_over_and_says_so() {
    if runs_elsewhere(&test_path!(), &in_pid_namespace()) {
        return;
    }
    assert!(process::own_thread() < 300);
    let mut story = Story::of(Accounting::Auto, "sh -c 'sleep 0.2; exit 3'; exit 7");
    story.listen_to_the_end();
    let capabilities = story.world.events.capabilities();
    assert_eq!(capabilities.tier, Tier::Poll);
    assert_eq!(
        capabilities.reasons[0],
        "the proc connector tells nothing outside of the initial pid namespace: \
         processes that live less than 5 ms can be missed, and less than 20 ms where nobody was born in the \
         second before"
    );
    assert_eq!(story.born().len(), 2);
    assert_eq!(story.ending(story.root), Some(Ending::Code(7)));

    let options = WorldOptions {
        accounting: Accounting::Events,
        inside: Inside::ForeignProcess,
        signals: SignalMask::default(),
        procfs: None,
    };
    let refused = open::world(options).err().unwrap();
    assert_eq!(refused.kind(), std::io::ErrorKind::Unsupported);
}

#[test]
fn where_nobody_was_missed_the_bound_says_so() {
    // Where nobody else is born.
    if runs_elsewhere(&test_path!(), &in_pid_namespace()) {
        return;
    }
    let mut story = Story::of(Accounting::Poll, "read line; exit 7");
    let threads: Vec<_> = (0..200).map(|_| thread::spawn(thread::park)).collect();
    story.input.write_all(b"\n").unwrap();
    story.listen_to_the_end();
    assert_eq!(story.world.events.coverage(), Coverage { lost: 0, missed_at_most: Some(0) });
    for thread in threads {
        thread.thread().unpark();
        thread.join().unwrap();
    }
}

#[test]
fn in_another_network_namespace_the_connector_cannot_be_reached() {
    let user = if process::own_user() == 0 { None } else { Some("--map-root-user") };
    let words: Vec<&str> = ["unshare", "--net"].into_iter().chain(user).collect();
    if !events_are_told() || runs_elsewhere(&test_path!(), &words) {
        return;
    }
    let refused = Subscription::open().unwrap_err();
    assert!(matches!(refused, Unusable::Unreachable | Unusable::Namespace("user")), "{refused}");
}
