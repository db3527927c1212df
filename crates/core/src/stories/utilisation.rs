//! Floor 9. Stories of how well a run used its machine.

use procmon_model::analysis::{Utilisation, utilisation};
use procmon_model::event::Ending;
use procmon_model::fake::Story;
use procmon_model::units::Bytes;

use super::told::{fixed, play};

/// A build that starts for 400 ms, lets three workers of a core each work for 2 s, and goes on alone for 1600 ms.
fn build() -> Utilisation {
    let mut story = Story::of(&["webpack"]);
    story.hold(0, 1, 1000, 100).work(1, 0, 400, 500);
    for _ in 0..3 {
        let worker = story.spawn(401, 1, &["minify"]);
        story.hold(401, worker, 5000, 100).work(worker, 401, 2401, 1000);
        story.end(2401, worker, Ending::Code(0));
    }
    story.work(1, 2400, 4000, 1000).io(3000, 1, 0, 10_000).end(4000, 1, Ending::Code(0));
    utilisation(&play(story, &fixed(100)).recording())
}

#[test]
fn a_build_has_a_startup_a_parallel_part_and_a_serial_tail() {
    let answer = build();
    let phases: Vec<_> = answer
        .phases
        .iter()
        .map(|it| (it.name.as_str(), it.from_ms, it.at_ms, it.processes_started))
        .collect();
    let expected = [
        ("startup", 0.0, 400.0, 1),
        ("minify, 3 cores", 400.0, 2400.0, 3),
        ("webpack, 1 core", 2400.0, 4000.0, 0),
    ];
    assert_eq!(phases, expected);
    let tail = answer.concurrency.serial_tail.unwrap();
    assert_eq!((tail.from_ms, tail.share, tail.pid), (2400.0, 0.4, Some(1)));
    assert_eq!((tail.name.as_deref(), tail.cpu_ms), (Some("webpack"), 1603.0));
}

#[test]
fn the_figures_of_a_build_are_those_of_its_story() {
    let answer = build();
    assert_eq!((answer.cpu.cpu_ms, answer.cpu.cores_mean), (Some(7800.0), Some(1.95)));
    let busy = answer.concurrency.by_processes.iter().map(|level| level.ms.round());
    assert_eq!(busy.collect::<Vec<_>>(), [0.0, 2000.0, 0.0, 2000.0]);
    assert_eq!(answer.memory.peak_bytes, Some(Bytes::new(15_700)));
    let holders: Vec<_> = answer.memory.holders.iter().map(|it| it.rss_bytes).collect();
    let worker = Some(Bytes::new(5000));
    assert_eq!(holders, [worker, worker, worker, Some(Bytes::new(1000))]);
    assert_eq!(answer.written.bytes, Some(Bytes::new(10_000)));
    assert_eq!(answer.written.per_second_peak, Some(100_000.0));
}

#[test]
fn processes_too_short_to_be_read_are_busy_for_as_long_as_they_lived() {
    let mut story = Story::of(&["make"]);
    for at in (0..1000).step_by(20) {
        let compiler = story.spawn(at, 1, &["cc"]);
        story.work(compiler, at, at + 20, 1000).end(at + 20, compiler, Ending::Code(0));
    }
    story.end(1000, 1, Ending::Code(0));
    let answer = utilisation(&play(story, &fixed(100)).recording());
    assert_eq!(answer.concurrency.one_process_share, Some(1.0));
    assert_eq!(answer.concurrency.serial_tail.map(|tail| tail.share), Some(1.0));
    let names: Vec<_> = answer.phases.iter().map(|phase| phase.name.as_str()).collect();
    assert_eq!(names, ["cc, 1 core"]);
}
