//! Floor 9. Stories of commands that are ended in another way than the usual one.

use std::time::Duration;

use procmon_model::event::{Ending, Signal};
use procmon_model::fake::{FakeWorld, Story};
use procmon_model::ports::{Request, Stopping};
use procmon_model::record::EndCause;
use procmon_model::settings::Settings;
use procmon_model::units::Elapsed;

use super::told::{Told, fixed, play_stopping};

const INT: Signal = Signal(2);
const KILL: Signal = Signal(9);
const USR1: Signal = Signal(10);
const TERM: Signal = Signal(15);

/// A command with a child, asked to stop after a second.
fn stopped(story: Story, stopping: Stopping) -> Told {
    play_stopping(FakeWorld::new(story).asked(1000, Request::Stop), &fixed(1000), stopping)
}

#[test]
fn the_signal_and_the_patience_are_those_that_were_asked_for() {
    let mut story = Story::of(&["node", "server.js"]);
    story.defy(1);
    let grace = Some(Duration::from_millis(300));
    let told = stopped(story, Stopping { signal: INT, grace, ..Stopping::default() });
    assert_eq!(told.world.signals(), [(1, INT), (1, KILL)]);
    assert_eq!(told.finished.at, Elapsed::from_millis(1300));
}

#[test]
fn without_an_end_to_the_patience_nobody_is_killed() {
    let mut story = Story::of(&["node", "server.js"]);
    let worker = story.spawn(10, 1, &["node", "worker.js"]);
    story.defy(1).defy(worker).end(60_000, 1, Ending::Code(0));
    let told = stopped(story, Stopping { grace: None, ..Stopping::default() });
    assert_eq!(told.world.signals(), [(1, TERM), (worker, TERM)]);
    assert_eq!(told.finished.cause, EndCause::Stopped);
    let survivors: Vec<_> = told.end().survivors.iter().map(|info| info.key.pid).collect();
    assert_eq!(survivors, [worker]);
}

#[test]
fn descendants_are_left_alone_where_that_was_asked_for() {
    let mut story = Story::of(&["sh", "-c", "server &"]);
    let server = story.spawn(10, 1, &["server"]);
    let told = stopped(story, Stopping { descendants: false, ..Stopping::default() });
    assert_eq!(told.world.signals(), [(1, TERM)]);
    assert_eq!(told.end().survivors[0].key.pid, server);
}

#[test]
fn reaping_keeps_to_the_signal_and_to_the_patience() {
    let mut story = Story::of(&["npm", "start"]);
    let stubborn = story.spawn(20, 1, &["esbuild", "--service"]);
    story.defy(stubborn).end(200, 1, Ending::Code(0));
    let settings = Settings { reap: true, ..fixed(100) };
    let grace = Some(Duration::from_millis(100));
    let stopping = Stopping { signal: INT, grace, ..Stopping::default() };
    let told = play_stopping(FakeWorld::new(story), &settings, stopping);
    assert_eq!(told.world.signals(), [(stubborn, INT), (stubborn, KILL)]);
    assert!(told.end().survivors_reaped);
}

#[test]
fn a_signal_for_the_tree_reaches_each_of_it_wherever_it_went() {
    let mut story = Story::of(&["npm", "test"]);
    let worker = story.spawn(10, 1, &["node", "worker.js"]);
    let daemon = story.spawn(20, worker, &["gradle-daemon"]);
    story.detach(daemon).defy(1).defy(worker).defy(daemon);
    let world = FakeWorld::new(story)
        .asked(500, Request::SignalTree(USR1))
        .asked(1000, Request::SignalTree(KILL));
    let told = play_stopping(world, &fixed(1000), Stopping::default());
    let everybody = [1, worker, daemon];
    let expected: Vec<_> =
        [USR1, KILL].iter().flat_map(|s| everybody.map(|pid| (pid, *s))).collect();
    assert_eq!(told.world.signals(), expected);
    assert_eq!(told.finished.cause, EndCause::RootEnded);
    assert!(told.end().survivors.is_empty());
}
