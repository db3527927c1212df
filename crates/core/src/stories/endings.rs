//! Floor 9. Stories of how a command ends, and what becomes of those it leaves behind.

use std::time::Duration;

use procmon_model::event::{Ending, Signal};
use procmon_model::fake::{FakeWorld, Story};
use procmon_model::ports::Request;
use procmon_model::record::{EndCause, Record, WarningKind};
use procmon_model::settings::Settings;
use procmon_model::units::Elapsed;

use super::told::{Told, fixed, ms, play, play_in};

#[test]
fn what_outlives_the_root_is_listed_and_counted() {
    let mut story = Story::of(&["npm", "start"]);
    let daemon = story.spawn(10, 1, &["gradle-daemon"]);
    story.work(daemon, 10, 10_000, 500);
    story.end(210, 1, Ending::Code(0));
    let told = play(story, &fixed(100));
    assert_eq!(told.finished.cause, EndCause::RootEnded);
    let survivors: Vec<_> = told.end().survivors.iter().map(|info| info.key.pid).collect();
    assert_eq!(survivors, [daemon]);
    assert_eq!(told.end().totals.cpu, Some(ms(100)));
    assert!(told.world.signals().is_empty());
}

#[test]
fn a_command_whose_duration_is_over_is_asked_to_end() {
    let mut story = Story::of(&["sleep", "60"]);
    let child = story.spawn(10, 1, &["sleep", "60"]);
    story.end(60_000, 1, Ending::Code(0));
    let settings = Settings { duration: Some(Duration::from_secs(2)), ..fixed(100) };
    let told = play(story, &settings);
    assert_eq!(told.world.signals(), [(1, Signal(15)), (child, Signal(15))]);
    assert_eq!(told.finished.cause, EndCause::DurationPassed);
    assert_eq!(told.finished.ending, Some(Ending::Signal(Signal(15))));
    assert_eq!(told.finished.at, Elapsed::from_millis(2000));
}

#[test]
fn a_process_that_was_found_alive_is_left_alone_when_the_duration_is_over() {
    let mut story = Story::of(&["node", "server.js"]);
    story.work(1, 0, 60_000, 1000);
    let settings = Settings { duration: Some(Duration::from_secs(1)), ..fixed(100) };
    let told = play_in(FakeWorld::new(story), &settings, false);
    assert_eq!(told.finished.cause, EndCause::DurationPassed);
    assert!(told.world.signals().is_empty());
    assert_eq!(told.end().ending, None);
    assert_eq!(told.samples()[0].processes[0].growth.0.cpu, None);
    assert_eq!(told.end().totals.cpu, Some(ms(1000)));
}

#[test]
fn a_signal_is_passed_on_and_a_mark_is_recorded() {
    let mut story = Story::of(&["node"]);
    story.end(500, 1, Ending::Code(0));
    let world = FakeWorld::new(story)
        .asked(120, Request::Mark("half".to_owned()))
        .asked(250, Request::Signal(Signal(15)));
    let told = play_in(world, &fixed(100), true);
    assert_eq!(told.finished.cause, EndCause::RootEnded);
    assert_eq!(told.world.signals(), [(1, Signal(15))]);
    let mark = told.records.iter().find_map(|record| match record {
        Record::Mark(mark) => Some((mark.at, mark.text.as_str())),
        _ => None,
    });
    assert_eq!(mark, Some((Elapsed::from_millis(120), "half")));
}

#[test]
fn a_signal_that_the_command_took_for_something_else_does_not_end_its_daemons_later() {
    let mut story = Story::of(&["node", "server.js"]);
    let daemon = story.spawn(10, 1, &["esbuild", "--service"]);
    story.defy(1).end(60_000, 1, Ending::Code(0));
    let world = FakeWorld::new(story).asked(1000, Request::Signal(Signal(1)));
    let told = play_in(world, &fixed(1000), true);
    assert_eq!(told.world.signals(), [(1, Signal(1))]);
    assert_eq!(told.end().survivors[0].key.pid, daemon);
}

#[test]
fn a_command_that_defies_being_asked_is_killed_after_its_grace() {
    let mut story = Story::of(&["node", "server.js"]);
    story.defy(1);
    let world = FakeWorld::new(story).asked(1000, Request::Stop);
    let told = play_in(world, &fixed(1000), true);
    assert_eq!(told.world.signals(), [(1, Signal(15)), (1, Signal(9))]);
    assert_eq!(told.finished.at, Elapsed::from_millis(6000));
    assert_eq!(told.finished.cause, EndCause::Stopped);
}

#[test]
fn a_later_signal_neither_puts_off_the_kill_nor_hides_why_it_came() {
    let mut story = Story::of(&["node", "server.js"]);
    story.defy(1);
    let world = FakeWorld::new(story)
        .asked(1000, Request::Stop)
        .asked(2000, Request::Signal(Signal(1)))
        .asked(3000, Request::Stop);
    let told = play_in(world, &fixed(1000), true);
    assert_eq!(told.finished.at, Elapsed::from_millis(6000));
    assert_eq!(told.finished.cause, EndCause::Stopped);
    let signals: Vec<_> = told.world.signals().iter().map(|(_, signal)| signal.0).collect();
    assert_eq!(signals, [15, 1, 15, 9]);
}

#[test]
fn with_reap_whatever_outlives_the_command_is_ended_wherever_it_went_and_listed() {
    let mut story = Story::of(&["npm", "test"]);
    let daemon = story.spawn(10, 1, &["gradle-daemon"]);
    let stubborn = story.spawn(20, 1, &["esbuild", "--service"]);
    story.detach(daemon).defy(stubborn).end(200, 1, Ending::Code(3));
    let told = play(story, &Settings { reap: true, ..fixed(100) });
    let (term, kill) = (Signal(15), Signal(9));
    assert_eq!(told.world.signals(), [(daemon, term), (stubborn, term), (stubborn, kill)]);
    assert_eq!(told.finished.ending, Some(Ending::Code(3)));
    assert_eq!(told.finished.at, Elapsed::from_millis(5200));
    let survivors: Vec<_> = told.end().survivors.iter().map(|info| info.key.pid).collect();
    assert_eq!((survivors, told.end().survivors_reaped), (vec![daemon, stubborn], true));
    let summary = told.summary();
    assert_eq!((summary.survivor_count, summary.survivors_reaped), (2, true));
    assert_eq!(warned_of_survivors(&told), None);
}

/// How many the warning of those that could not be ended counts.
fn warned_of_survivors(told: &Told) -> Option<(u64, String)> {
    let warnings = told.summary().warnings;
    let warning = warnings.into_iter().find(|one| one.kind == WarningKind::SurvivorsLeft)?;
    Some((warning.count, warning.message))
}

#[test]
fn what_cannot_be_ended_does_not_count_as_ended_and_is_warned_of() {
    let mut story = Story::of(&["npm", "start"]);
    let guarded = story.spawn(10, 1, &["sudo", "daemon"]);
    let other = story.spawn(20, 1, &["esbuild", "--service"]);
    story.forbid(guarded).end(200, 1, Ending::Code(0));
    let told = play(story, &Settings { reap: true, ..fixed(100) });
    assert_eq!(told.world.signals(), [(other, Signal(15))]);
    assert!(!told.end().survivors_reaped);
    let survivors = told.summary().survivors;
    let ends: Vec<_> = survivors.iter().map(|one| (one.pid, one.signal.as_deref())).collect();
    assert_eq!(ends, [(guarded, None), (other, Some("SIGTERM"))]);
    let message = "of the processes that outlived the command, 1 could not be ended".to_owned();
    assert_eq!(warned_of_survivors(&told), Some((1, message)));
}

#[test]
fn who_is_born_while_others_are_ended_and_stays_belongs_to_the_survivors() {
    let mut story = Story::of(&["npm", "start"]);
    let stubborn = story.spawn(10, 1, &["esbuild", "--service"]);
    let late = story.spawn(300, stubborn, &["sudo", "daemon"]);
    story.defy(stubborn).forbid(late).end(200, 1, Ending::Code(0));
    let told = play(story, &Settings { reap: true, ..fixed(100) });
    let survivors: Vec<_> = told.end().survivors.iter().map(|info| info.key.pid).collect();
    assert_eq!((survivors, told.end().survivors_reaped), (vec![stubborn, late], false));
    assert_eq!(warned_of_survivors(&told).map(|(count, _)| count), Some(1));
}

#[test]
fn the_time_that_it_takes_to_end_survivors_is_not_the_commands() {
    let mut story = Story::of(&["npm", "test"]);
    let stubborn = story.spawn(20, 1, &["esbuild", "--service"]);
    story.work(1, 0, 100, 1000).defy(stubborn).end(200, 1, Ending::Code(0));
    let told = play(story, &Settings { reap: true, ..fixed(100) });
    assert_eq!(told.finished.at, Elapsed::from_millis(5200));
    let summary = told.summary();
    assert_eq!((summary.duration_ms.to_bits(), summary.cores_mean), (200f64.to_bits(), Some(0.5)));
}

#[test]
fn what_is_told_of_a_survivor_is_what_the_foremost_tell_of_it() {
    for reap in [false, true] {
        let mut story = Story::of(&["npm", "start"]);
        let daemon = story.spawn(10, 1, &["gradle-daemon"]);
        story.work(daemon, 10, 10_000, 500).hold(10, daemon, 5 << 20, 0);
        story.defy(daemon).end(210, 1, Ending::Code(0));
        let summary = play(story, &Settings { reap, ..fixed(100) }).summary();
        let [survivor] = summary.survivors.as_slice() else { panic!("there is one survivor") };
        assert_eq!(Some(survivor), summary.top.cpu.iter().find(|one| one.pid == daemon));
        assert_eq!(Some(survivor), summary.top.memory.iter().find(|one| one.pid == daemon));
        let ended = (survivor.ended_ms, survivor.signal.as_deref());
        let expected = if reap { (Some(5210.0), Some("SIGKILL")) } else { (None, None) };
        assert_eq!(ended, expected);
        assert!(survivor.cpu_ms >= Some(50.0) && survivor.rss_seen_bytes.is_some());
    }
}

#[test]
fn nothing_is_reaped_of_a_process_that_was_found_alive() {
    let mut story = Story::of(&["node", "server.js"]);
    story.spawn(10, 1, &["esbuild", "--service"]);
    story.end(200, 1, Ending::Code(0));
    let told = play_in(FakeWorld::new(story), &Settings { reap: true, ..fixed(100) }, false);
    assert_eq!(told.world.signals(), []);
    assert!(!told.end().survivors_reaped);
}

#[test]
fn who_was_killed_for_want_of_memory_is_told_from_who_was_killed_by_hand() {
    let mut story = Story::of(&["jest"]);
    let worker = story.spawn(10, 1, &["node", "worker.js"]);
    let other = story.spawn(20, 1, &["node", "other.js"]);
    story.hold(10, worker, 700 << 20, 0);
    story.run_out_of_memory(150, worker).end(160, other, Ending::Signal(Signal(9)));
    story.end(300, 1, Ending::Code(1));
    let told = play(story, &fixed(100));
    assert_eq!(told.end().surroundings.oom_kills, Some(1));
    let summary = told.summary();
    let killed: Vec<_> = summary.oom_killed.iter().map(|process| process.pid).collect();
    assert_eq!(killed, [worker]);
}

#[test]
fn the_command_itself_can_be_the_one_that_was_killed_for_want_of_memory() {
    let mut story = Story::of(&["node", "leak.js"]);
    story.run_out_of_memory(250, 1);
    let told = play(story, &fixed(100));
    assert_eq!(told.finished.ending, Some(Ending::Signal(Signal(9))));
    assert_eq!(told.summary().oom_killed[0].pid, 1);
}
