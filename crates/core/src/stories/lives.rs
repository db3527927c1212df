//! Floor 9. Stories of processes that come, work and go.

use procmon_model::engine::Engine;
use procmon_model::event::{Ending, LastKnown, ProcessEvent};
use procmon_model::fake::{FakeWorld, Story};
use procmon_model::ports::{EventSource, Found};
use procmon_model::process::{Image, ProcessInfo};
use procmon_model::record::{Record, WarningKind};
use procmon_model::settings::Settings;
use procmon_model::units::{Bytes, CpuTime, Elapsed};

use super::told::{fixed, ms, play};

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

#[test]
fn a_peak_between_two_samples_is_known_where_the_kernel_tells_it_and_else_it_is_not() {
    let peaks = |told: LastKnown| {
        let mut story = Story::of(&["sh", "-c", "make"]);
        let child = story.spawn(90, 1, &["cc1"]);
        story.hold(0, 1, 4096, 0).hold(90, child, 40 << 20, 0).tell(child, told);
        story.hold(120, child, 500 << 20, 0).end(170, child, Ending::Code(0));
        story.end(300, 1, Ending::Code(0));
        let summary = play(story, &fixed(100)).summary();
        let child = summary.top.memory[0].clone();
        (child.rss_peak_bytes, child.rss_seen_bytes)
    };
    let seen = Some(Bytes::new(40 << 20));
    assert_eq!(peaks(LastKnown::default()), (None, seen));
    let record = Some(Bytes::new(500 << 20));
    let told = LastKnown { rss_peak: record, rss_peak_final: true, ..LastKnown::default() };
    assert_eq!(peaks(told), (record, record));
}

#[test]
fn forked_copies_are_counted_once_as_soon_as_their_proportional_sizes_are_known() {
    let mut story = Story::of(&["python3", "train.py"]);
    story.hold(0, 1, 200, 0).share(150, 1, 70);
    for _ in 0..2 {
        let copy = story.fork(50, 1);
        story.hold(50, copy, 200, 0).share(150, copy, 65);
    }
    story.end(350, 1, Ending::Code(0));
    let told = play(story, &fixed(100));
    let memory: Vec<_> = told.samples().iter().map(|sample| (sample.memory, sample.pss)).collect();
    assert_eq!(memory[0], (Some(Bytes::new(600)), None));
    assert_eq!(memory[1], (Some(Bytes::new(200)), Some(Bytes::new(200))));
}

#[test]
fn what_fails_in_the_middle_of_a_run_is_warned_of_when_it_is_noticed() {
    let mut story = Story::of(&["npm", "test"]);
    story.fail(250).end(500, 1, Ending::Code(0));
    let told = play(story, &fixed(100));
    let warned = |record: &Record| matches!(record, Record::Warning(_));
    let [Record::Warning(warning)] =
        &told.records.iter().filter(|it| warned(it)).cloned().collect::<Vec<_>>()[..]
    else {
        panic!("{:?}", told.records)
    };
    assert_eq!(
        (warning.kind, warning.at),
        (WarningKind::AccountingChanged, Elapsed::from_millis(250))
    );
    let end = told.records.iter().position(|record| matches!(record, Record::End(_)));
    assert!(told.records.iter().position(warned) < end);
    let passes = told.records.iter().take_while(|record| !warned(record));
    assert_eq!(passes.filter(|record| matches!(record, Record::Sample(_))).count(), 2);
}

#[test]
fn a_program_that_was_gone_before_it_was_read_goes_by_the_name_that_its_end_tells() {
    let mut world = FakeWorld::new(Story::of(&["npm", "test"]));
    let living = world.watch(Story::key(1), Found::Held, true).unwrap();
    let mut records = vec![];
    let mut engine = Engine::new(&fixed(100), living.clone(), false, &mut records).unwrap();
    let (at, key) = (Elapsed::from_millis(10), Story::key(2));
    let process = ProcessInfo {
        key,
        parent: Some(Story::key(1)),
        image: Image { inherited: true, ..living[0].image.clone() },
        ..living[0].clone()
    };
    let by_name = Image { name: "git".to_owned(), ..Image::default() };
    let (ending, last) = (Ending::Code(0), LastKnown::default());
    for event in [
        ProcessEvent::Started { at, process },
        ProcessEvent::Renamed { at, key, image: None },
        ProcessEvent::Renamed { at, key, image: Some(by_name.clone()) },
        ProcessEvent::Ended { at, key, ending, last },
    ] {
        engine.on_event(event, None, &mut records);
    }
    let images = records.iter().filter_map(|record| match record {
        Record::Event(ProcessEvent::Renamed { image, .. }) => image.clone(),
        _ => None,
    });
    let images: Vec<Image> = images.collect();
    assert_eq!(
        (images[0].role.as_deref(), images[0].inherited),
        (Some("npm test (short-lived)"), true)
    );
    assert_eq!(images[1], Image { role: Some("git".to_owned()), ..by_name });
}
