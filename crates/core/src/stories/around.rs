//! Floor 9. Stories of what surrounds a tree: kills for want of memory, and a cgroup of the command's own.

use procmon_model::event::{Ending, ProcessEvent, Signal};
use procmon_model::fake::Story;
use procmon_model::record::{Record, Totals};
use procmon_model::settings::Settings;
use procmon_model::units::{Bytes, Elapsed};

use super::told::{fixed, ms, play};

/// A run in which a shell is seen to use 100 ms and a child of its 50, with a cgroup that counts so many.
fn totals_within_a_group(counted: u64) -> Totals {
    let mut story = Story::of(&["sh", "-c", "make"]);
    let child = story.spawn(10, 1, &["make"]);
    story.work(child, 10, 60, 1000).end(60, child, Ending::Code(0));
    story.work(1, 60, 160, 1000).enclose(counted).end(300, 1, Ending::Code(0));
    play(story, &fixed(100)).end().totals
}

#[test]
fn what_nobody_waited_for_is_in_the_total_where_a_cgroup_counted_it() {
    let totals = totals_within_a_group(841);
    assert_eq!((totals.exact, totals.cpu, totals.cpu_user), (true, Some(ms(841)), None));
    assert_eq!(totals.read, Some(Bytes::ZERO));
}

#[test]
fn where_a_cgroup_counted_no_more_than_was_waited_for_the_kernels_totals_stand() {
    for counted in [100, 149, 150, 154] {
        let totals = totals_within_a_group(counted);
        assert_eq!(
            (totals.exact, totals.cpu, totals.cpu_user),
            (true, Some(ms(150)), Some(ms(150)))
        );
    }
}

#[test]
fn what_no_signal_reaches_is_ended_with_its_cgroup() {
    let reaped_at = |enclosed: bool| {
        let mut story = Story::of(&["npm", "start"]);
        let daemon = story.spawn(10, 1, &["sudo", "daemon"]);
        story.forbid(daemon).end(200, 1, Ending::Code(0));
        if enclosed {
            story.enclose(0);
        }
        let told = play(story, &Settings { reap: true, ..fixed(100) });
        assert_eq!((told.end().survivors_reaped, told.world.signals()), (enclosed, vec![]));
        let ended = told.records.iter().filter_map(|record| match record {
            Record::Event(ProcessEvent::Ended { key, ending, .. }) => Some((key.pid, *ending)),
            _ => None,
        });
        (ended.collect::<Vec<_>>(), told.finished.at)
    };
    let (root, daemon) = ((1, Ending::Code(0)), (2, Ending::Signal(Signal(9))));
    assert_eq!(reaped_at(false), (vec![root], Elapsed::from_millis(200)));
    assert_eq!(reaped_at(true), (vec![daemon, root], Elapsed::from_millis(200)));
}

#[test]
fn a_process_that_the_kernel_killed_for_want_of_memory_says_so_and_another_does_not() {
    let mut story = Story::of(&["sh", "-c", "make"]);
    let children: Vec<u32> = (0..3).map(|_| story.spawn(10, 1, &["cc"])).collect();
    story.let_others_run_out_of_memory(20);
    story.end(9000, children[0], Ending::Signal(Signal(9)));
    story.run_out_of_memory(9050, children[1]).end(9100, children[2], Ending::Signal(Signal(9)));
    story.end(9500, 1, Ending::Code(0));
    let told = play(story, &fixed(100));
    let killed = told.records.iter().filter_map(|record| match record {
        Record::Event(ProcessEvent::Ended { key, last, .. }) if last.oom_killed => Some(key.pid),
        _ => None,
    });
    assert_eq!(killed.collect::<Vec<_>>(), [children[1]]);
    assert_eq!(told.end().surroundings.oom_kills, Some(2));
}
