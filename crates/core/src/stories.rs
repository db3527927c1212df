//! Floor 9. Stories of the fake world, told through the real driver and the real engine.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use procmon_model::analysis::{Summariser, Summary};
use procmon_model::engine::Engine;
use procmon_model::event::{Ending, ProcessEvent, Signal};
use procmon_model::fake::{FakeWorld, Story};
use procmon_model::ports::{Clock, EventSource, Found, Launch, Launcher, Request, Sink};
use procmon_model::record::{EndCause, FORMAT, Header, Record, RunEnd};
use procmon_model::sample::Sample;
use procmon_model::settings::Settings;
use procmon_model::units::{Bytes, CpuTime, Elapsed};

use crate::driver::{Driver, Finished, Parts};
use crate::sink::Fanout;

#[derive(Clone, Default)]
struct Notebook(Arc<Mutex<Vec<Record>>>);

impl Sink for Notebook {
    fn write(&mut self, record: &Record) {
        self.0.lock().unwrap().push(record.clone());
    }

    fn finish(&mut self) {}
}

/// A session as it came out.
struct Told {
    records: Vec<Record>,
    finished: Finished,
    world: FakeWorld,
    header: Header,
}

/// The one door: plays a story to its end.
fn play(story: Story, settings: &Settings) -> Told {
    play_in(FakeWorld::new(story), settings, true)
}

fn play_in(mut world: FakeWorld, settings: &Settings, launched: bool) -> Told {
    let key = Story::key(1);
    let living = world.watch(key, Found::Held, settings.children).unwrap();
    let child = launched.then(|| world.launch(&Launch::default()).unwrap().release().unwrap());
    let header = Header {
        format: FORMAT,
        version: "0.0.0".to_owned(),
        root: key,
        command: living[0].image.command.clone(),
        executable: None,
        cwd: None,
        started_at: world.started_at(),
        attached: !launched,
        host: procmon_model::host::Host::default(),
        capabilities: world.capabilities(),
        settings: settings.clone(),
    };
    let mut records = vec![];
    let engine = Engine::new(settings, living, !launched, &mut records).unwrap();
    let notebook = Notebook::default();
    let parts = Parts {
        events: Box::new(world.clone()),
        table: Box::new(world.clone()),
        environs: Box::new(world.clone()),
        meter: Box::new(world.clone()),
        child,
        sinks: Fanout::new(vec![Box::new(notebook.clone())]),
    };
    let finished = Driver::new(parts, engine, settings.clone(), records).run();
    let records = notebook.0.lock().unwrap().clone();
    Told { records, finished, world, header }
}

impl Told {
    fn samples(&self) -> Vec<&Sample> {
        let samples = self.records.iter().filter_map(|record| match record {
            Record::Sample(sample) => Some(sample),
            _ => None,
        });
        samples.collect()
    }

    fn times(&self) -> Vec<u64> {
        self.samples().iter().map(|sample| sample.at.as_nanos() / 1_000_000).collect()
    }

    fn end(&self) -> &RunEnd {
        let Some(Record::End(end)) = self.records.last() else {
            panic!("the last record is no end")
        };
        end
    }

    fn summary(&self) -> Summary {
        let mut summariser = Summariser::new(self.header.clone());
        for record in &self.records {
            summariser.add(record);
        }
        summariser.finish()
    }

    fn roles(&self) -> Vec<(u32, String)> {
        let roles = self.records.iter().filter_map(|record| match record {
            Record::Event(ProcessEvent::Started { process, .. }) => {
                Some((process.key.pid, process.image.role.clone()?))
            }
            Record::Event(ProcessEvent::Renamed { key, image: Some(image), .. }) => {
                Some((key.pid, image.role.clone()?))
            }
            _ => None,
        });
        roles.collect()
    }
}

fn fixed(millis: u64) -> Settings {
    let interval = Duration::from_millis(millis);
    Settings { interval, max_interval: interval, ..Settings::default() }
}

const fn ms(millis: u64) -> CpuTime {
    CpuTime::from_millis(millis)
}

#[test]
fn an_hour_is_watched_with_a_sample_a_second_and_costs_no_time() {
    let mut story = Story::of(&["node", "server.js"]);
    story.work(1, 0, 3_600_000, 250).end(3_600_000, 1, Ending::Code(0));
    let told = play(story, &Settings::default());
    assert_eq!(told.times()[..3], [100, 200, 300]);
    assert!((3590..3640).contains(&told.samples().len()), "{}", told.samples().len());
    assert_eq!(told.end().totals.cpu, Some(ms(900_000)));
}

#[test]
fn a_child_that_lived_between_two_passes_is_seen_named_and_accounted_for() {
    let mut story = Story::of(&["sh", "-c", "make"]);
    let child = story.spawn(120, 1, &["/usr/bin/git", "status"]);
    story.work(child, 120, 160, 1000).end(160, child, Ending::Code(3));
    story.work(1, 0, 50, 1000).end(300, 1, Ending::Code(0));
    let told = play(story, &fixed(100));
    let summary = told.summary();
    assert_eq!(summary.processes_seen, Some(2));
    assert_eq!((summary.cpu_ms, summary.accounting.estimated_cpu_ms), (Some(90.0), 40.0));
    let git = &summary.top.cpu[1];
    assert_eq!(
        (git.role.as_deref(), git.exit_code, git.cpu_ms),
        (Some("git"), Some(3), Some(40.0))
    );
    assert!(git.cpu_estimated);
    assert_eq!(told.samples()[1].departed_cpu, Some(ms(40)));
}

#[test]
fn the_samples_of_a_run_add_up_to_its_total() {
    let mut story = Story::of(&["npm", "test"]);
    for start in (0..2000).step_by(37) {
        let child = story.spawn(start, 1, &["node", "worker.js"]);
        story.work(child, start, start + 90, 800).end(start + 90, child, Ending::Code(0));
        story.io(start + 10, child, 1000, 10);
    }
    story.work(1, 0, 2500, 100).end(2500, 1, Ending::Code(0));
    let told = play(story, &fixed(100));
    let sum: CpuTime = told.samples().iter().filter_map(|sample| sample.cpu).sum();
    let read: Bytes = told.samples().iter().filter_map(|sample| sample.read).sum();
    // The last 100 ms of the root are not in a parent's sum any more, but in the kernel's total.
    assert_eq!(told.end().totals.cpu, Some(sum + ms(0)));
    assert_eq!(told.end().totals.read, Some(read));
    let summary = told.summary();
    let by_role: f64 = summary.by_role.values().map(|role| role.cpu_ms).sum();
    assert!((by_role - summary.cpu_ms.unwrap()).abs() < 0.01, "{by_role}");
}

#[test]
fn a_fork_is_named_after_its_parent_until_it_runs_a_program_of_its_own() {
    let mut story = Story::of(&["bash", "build.sh"]);
    story.fork(10, 1);
    story.spawn(20, 1, &["tsc", "-p", "."]);
    story.end(50, 1, Ending::Code(0));
    let told = play(story, &fixed(100));
    let roles = told.roles();
    let of = |pid| roles.iter().filter(move |(p, _)| *p == pid).map(|(_, role)| role.as_str());
    let parent = of(1).next().unwrap().to_owned();
    assert_eq!(of(2).collect::<Vec<_>>(), [format!("{parent} (fork)")]);
    assert_eq!(of(3).collect::<Vec<_>>(), [format!("{parent} (fork)"), "tsc".to_owned()]);
}

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
fn without_children_what_they_used_is_not_in_the_total() {
    let mut story = Story::of(&["sh", "-c", "make"]);
    let child = story.spawn(0, 1, &["make"]);
    story.work(child, 0, 500, 1000).end(500, child, Ending::Code(0));
    story.work(1, 0, 100, 500).end(600, 1, Ending::Code(0));
    let told = play(story, &Settings { children: false, ..fixed(100) });
    assert_eq!(told.end().totals.cpu, Some(ms(50)));
    assert_eq!(told.end().processes_seen, 1);
    assert_eq!(told.samples().iter().filter_map(|sample| sample.cpu).sum::<CpuTime>(), ms(50));
}

#[test]
fn lost_events_are_a_warning_and_are_counted() {
    let mut story = Story::of(&["node"]);
    story.lose(150, 7).end(300, 1, Ending::Code(0));
    let told = play(story, &fixed(100));
    assert_eq!(told.end().coverage.lost, 7);
    assert_eq!(told.summary().accounting.lost, 7);
    assert_eq!(told.summary().warnings[0].count, 7);
}

#[test]
fn every_process_ends_at_most_once_and_after_it_started() {
    let mut story = Story::of(&["npm", "test"]);
    for start in 0..200 {
        let child = story.spawn(start * 3, 1, &["true"]);
        story.end(start * 3 + start % 7, child, Ending::Code(0));
    }
    story.end(1000, 1, Ending::Code(0));
    let told = play(story, &fixed(100));
    let mut living = std::collections::BTreeSet::new();
    for record in &told.records {
        match record {
            Record::Event(ProcessEvent::Started { process, .. }) => {
                assert!(living.insert(process.key));
            }
            Record::Event(ProcessEvent::Ended { key, .. }) => assert!(living.remove(key)),
            _ => {}
        }
    }
    assert!(living.is_empty());
    assert_eq!(told.end().processes_seen, 201);
}
