//! Floor 11. Stories of the fake world, told by the real engine: what it records is counted once and completely.

use std::time::Duration;

use procmon_core::driver::{Driver, Parts};
use procmon_core::sink::Fanout;
use procmon_model::engine::Engine;
use procmon_model::event::{Ending, LastKnown};
use procmon_model::fake::{FakeWorld, Story};
use procmon_model::ports::{EventSource, Found, Launch, Launcher, Sink, Stopping};
use procmon_model::record::Record;
use procmon_model::settings::Settings;
use procmon_model::units::Bytes;

use super::told::{cpu, header, ms};
use crate::census::{Census, CensusOptions, Scene, SharedCensus};
use crate::grouping::By;

/// Plays a story to its end, with a sample every 100 ms; answers what is known then of everything that there was.
fn played(story: Story, launched: bool) -> Scene {
    let mut world = FakeWorld::new(story);
    let interval = Duration::from_millis(100);
    let settings = Settings { interval, max_interval: interval, ..Settings::default() };
    let living = world.watch(Story::key(1), Found::Held, true).unwrap();
    let child = launched.then(|| world.launch(&Launch::default()).unwrap().release().unwrap());
    let options = CensusOptions { as_run: true, ..CensusOptions::new(Box::new(By::Name)) };
    let shared = SharedCensus::new(Census::new(options));
    let mut sink = shared.sink();
    sink.write(&Record::Header(Box::new(header(!launched))));
    let mut records = vec![];
    let engine = Engine::new(&settings, living, !launched, &mut records).unwrap();
    let parts = Parts {
        events: Box::new(world.clone()),
        table: Box::new(world.clone()),
        environs: Box::new(world.clone()),
        meter: Box::new(world.clone()),
        child,
        stopping: Stopping::default(),
        calls: None,
        sinks: Fanout::new(vec![Box::new(sink)]),
    };
    Driver::new(parts, engine, settings, records).run();
    shared.scene()
}

fn told_cpu(millis: u64) -> LastKnown {
    LastKnown { cpu: Some(ms(millis)), cpu_final: true, ..LastKnown::default() }
}

fn groups(scene: &Scene) -> Vec<(&str, u64, u64)> {
    let nanos = |group| cpu(group).map_or(0, |cpu| cpu.as_nanos() / 1_000_000);
    scene.groups.iter().map(|group| (&*group.name, nanos(group), group.started)).collect()
}

#[test]
fn groups_and_the_run_have_what_their_processes_used() {
    let mut story = Story::of(&["npm", "test"]);
    for start in (10..2000).step_by(37) {
        let child = story.spawn(start, 1, &["node", "worker.js"]);
        story.work(child, start, start + 90, 500).end(start + 90, child, Ending::Code(0));
        story.tell(child, told_cpu(45)).io(start + 10, child, 1000, 10);
    }
    story.work(1, 0, 2500, 100).end(2500, 1, Ending::Code(0));
    let scene = played(story, true);
    // 54 workers of 45 ms, each a fork of npm first, and npm itself with a tenth of 2.5 s.
    assert_eq!(groups(&scene), [("node", 54 * 45, 54), ("npm", 250, 55)]);
    let run = scene.run.unwrap();
    let totals = run.figures.totals;
    assert_eq!(totals.cpu_user, Some(ms(54 * 45 + 250)));
    assert_eq!(totals.read, Some(Bytes::new(54_000)));
    assert_eq!((run.processes, run.processes_seen), (0, 55));
}

#[test]
fn what_nobody_was_seen_to_use_is_in_the_run_alone() {
    let mut story = Story::of(&["sh", "-c", "make"]);
    let child = story.spawn(120, 1, &["git", "status"]);
    story.work(child, 120, 160, 1000).end(160, child, Ending::Code(0));
    story.work(1, 0, 50, 1000).end(300, 1, Ending::Code(0));
    let scene = played(story, true);
    assert_eq!(groups(&scene), [("git", 0, 1), ("sh", 50, 2)]);
    assert_eq!(scene.groups[0].figures.totals.cpu_user, None);
    assert_eq!(scene.run.unwrap().figures.totals.cpu_user, Some(ms(90)));
}

#[test]
fn a_process_found_alive_counts_once_and_from_then_on() {
    let mut story = Story::of(&["server"]);
    story.work(1, 0, 1000, 200).end(1000, 1, Ending::Code(0));
    let scene = played(story, false);
    assert_eq!(groups(&scene), [("server", 200, 0)]);
    assert_eq!(scene.run.unwrap().figures.totals.cpu_user, Some(ms(200)));
}
