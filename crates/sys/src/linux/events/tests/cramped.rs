//! Floor 7. Polling with few descriptors: those of the others are left alone, and nobody is lost for want of one.

use std::fs::{self, File};
use std::io::Write;
use std::iter;
use std::os::fd::RawFd;
use std::time::Duration;

use procmon_model::event::Ending;

use super::story::Story;
use crate::linux::kernel::limits::descriptor_ceiling;
use crate::linux::support::{runs_elsewhere, test_path};
use crate::world::{Accounting, Inside};

/// Forty who wait for a line each, and a command that waits for all of them.
const FORTY: &str = "for i in {1..40}; do (read line <&3; exit 3) & done 3<&0; wait; exit 7";

pub(super) fn allow_descriptors(count: u64) {
    let limit = libc::rlimit { rlim_cur: count, rlim_max: count };
    // SAFETY: `limit` is a valid rlimit that the call only reads.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &raw const limit) }, 0);
}

/// Our descriptors of processes.
fn pidfds() -> Vec<RawFd> {
    let entries = fs::read_dir("/proc/self/fd").unwrap().flatten();
    let pidfds = entries.filter(|entry| {
        fs::read_link(entry.path()).is_ok_and(|link| link.to_string_lossy().contains("pidfd"))
    });
    let mut numbers: Vec<RawFd> =
        pidfds.map(|entry| entry.file_name().to_str().unwrap().parse().unwrap()).collect();
    numbers.sort_unstable();
    numbers
}

/// Tells the forty to end, and makes sure that everybody is seen to.
fn end_the_forty(mut story: Story) {
    story.input.write_all(&[b'\n'; 40]).unwrap();
    story.listen_to_the_end();
    assert_eq!(story.ends().len(), 41);
    assert_eq!(story.ending(story.root), Some(Ending::Code(7)));
    assert_eq!(story.world.events.coverage().lost, 0);
}

#[test]
fn with_none_to_spare_everybody_is_seen_and_seen_to_end() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    allow_descriptors(64);
    assert_eq!(descriptor_ceiling(Inside::ForeignProcess), 0);
    let mut story = Story::of(Accounting::Poll, FORTY);
    let of_the_root = pidfds();
    story.until("everybody is born", |story| story.born().len() == 40);
    assert_eq!(pidfds(), of_the_root);
    end_the_forty(story);
}

#[test]
fn with_few_to_spare_the_reserve_is_left_alone() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    allow_descriptors(64 + 24);
    assert_eq!(descriptor_ceiling(Inside::ForeignProcess), 24);
    let mut story = Story::of(Accounting::Poll, FORTY);
    let of_the_root = pidfds().len();
    story.until("everybody is born", |story| story.born().len() == 40);
    let held = pidfds();
    assert!(held.len() > of_the_root && held.len() < 24, "{held:?}");
    assert!(held.iter().all(|number| *number < 24), "{held:?}");
    end_the_forty(story);
}

#[test]
fn that_nobody_can_be_looked_at_is_nobodys_end() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    allow_descriptors(64);
    // One sleeps, and one gives cause to look at it all the time.
    let script = "(while :; do :; done) & (read line <&3; exit 3) 3<&0; kill $!; wait; exit 7";
    let mut story = Story::of(Accounting::Poll, script);
    story.until("both are born", |story| story.born().len() == 2);
    let others: Vec<File> = iter::from_fn(|| File::open("/dev/null").ok()).collect();
    story.listen_for(Duration::from_millis(300));
    assert_eq!(story.living().len(), 3);
    drop(others);
    story.input.write_all(b"\n").unwrap();
    story.listen_to_the_end();
    assert_eq!(story.ends().len(), 3);
    assert_eq!(story.ending(story.root), Some(Ending::Code(7)));
}
