//! Floor 7. What only a tracer knows: what each process used in the end, however short it lived.

use std::collections::HashMap;
use std::fs;

use procmon_model::event::{Ending, LastKnown, ProcessEvent, Signal};
use procmon_model::process::ProcessKey;
use procmon_model::units::{Bytes, CpuTime};

use super::story::Story;
use crate::linux::support::{Folder, test_path};
use crate::world::Accounting;

const PYTHON: &str = "/usr/bin/python3";

/// The story of a Python program that writes down its own figures, and these: a number and a name of a process, and
/// what is known of it.
fn figures(test: &str, program: &str) -> (Story, HashMap<String, (u32, u64)>) {
    let folder = Folder::new(test);
    let file = folder.file("figures");
    let mut story =
        Story::of_command(Accounting::Trace, &[PYTHON, "-c", program, file.to_str().unwrap()]);
    story.listen_to_the_end();
    assert_eq!(story.ending(story.root), Some(Ending::Code(0)));
    let written = fs::read_to_string(&file).unwrap();
    let lines = written.lines().map(|line| {
        let [name, pid, figure] = line.split(' ').collect::<Vec<_>>()[..] else { panic!("{line}") };
        (name.to_owned(), (pid.parse().unwrap(), figure.parse().unwrap()))
    });
    let lines = lines.collect();
    (story, lines)
}

fn last_of(story: &Story, pid: u32) -> LastKnown {
    let last = story.events.iter().find_map(|event| match event {
        ProcessEvent::Ended { key, last, .. } if key.pid == pid => Some(*last),
        _ => None,
    });
    last.unwrap()
}

#[test]
fn the_largest_memory_of_a_process_is_known_however_briefly_it_held_it() {
    let program = "import os, sys\n\
        with open(sys.argv[1], 'w') as file:\n    \
            pid = os.fork()\n    \
            if pid == 0:\n        \
                x = bytearray(64 << 20); del x\n        \
                status = open('/proc/self/status').read().split('VmHWM:')[1]\n        \
                file.write(f'child {os.getpid()} {int(status.split()[0]) * 1024}\\n')\n        \
                file.flush(); os._exit(0)\n    \
            os.wait()";
    let (story, figures) = figures(&test_path!(), program);
    let (pid, peak) = figures["child"];
    let last = last_of(&story, pid);
    assert!(last.rss_peak_final && peak > 64 << 20);
    let told = last.rss_peak.unwrap();
    assert!(Bytes::new(peak) <= told && told <= Bytes::new(peak + peak / 50), "{told:?} {peak}");
}

#[test]
fn the_processor_time_of_each_child_is_what_its_parent_was_told() {
    let program = "import os, sys, time\n\
        with open(sys.argv[1], 'w') as file:\n    \
            for number in range(20):\n        \
                pid = os.fork()\n        \
                if pid == 0:\n            \
                    while time.process_time() < number * 0.001:\n                \
                        pass\n            \
                    os._exit(0)\n        \
                usage = os.wait4(pid, 0)[2]\n        \
                used = round((usage.ru_utime + usage.ru_stime) * 1e9)\n        \
                file.write(f'{number} {pid} {used}\\n')";
    let (story, figures) = figures(&test_path!(), program);
    assert_eq!(figures.len(), 20);
    for (pid, used) in figures.into_values() {
        let last = last_of(&story, pid);
        let apart = last.cpu.unwrap().as_nanos().abs_diff(used);
        assert!(last.cpu_final && apart < 500_000, "{last:?} {used}");
    }
}

#[test]
fn what_a_child_wrote_is_not_its_parents() {
    let program = "import os, sys\n\
        def write(name, size):\n    \
            with open(sys.argv[1] + name, 'wb') as file:\n        \
                file.write(bytes(size)); file.flush(); os.fsync(file.fileno())\n    \
            written = open('/proc/self/io').read().split('\\nwrite_bytes: ')[1].split()[0]\n    \
            return f'{name} {os.getpid()} {written}\\n'\n\
        with open(sys.argv[1], 'w') as file:\n    \
            parent = write('parent', 1 << 20)\n    \
            for name in 'waited', 'left':\n        \
                pid = os.fork()\n        \
                if pid == 0:\n            \
                    file.write(write(name, 4 << 20)); file.flush(); os._exit(0)\n        \
                os.waitid(os.P_PID, pid, os.WEXITED | (os.WNOWAIT if name == 'left' else 0))\n    \
            file.write(parent)";
    let (story, figures) = figures(&test_path!(), program);
    for (pid, written) in figures.values() {
        let told = last_of(&story, *pid).written.unwrap();
        // The figures themselves take a page or two more.
        assert!(told >= Bytes::new(*written), "{told:?} {figures:?}");
        assert!(told <= Bytes::new(written + (64 << 10)), "{told:?} {figures:?}");
    }
}

#[test]
fn who_is_killed_leaves_figures_as_well() {
    let script = "/usr/bin/python3 -c 'while 1: pass' & sleep 0.2; kill -9 $!; wait $!; exit 3";
    let mut story = Story::of(Accounting::Trace, script);
    story.listen_to_the_end();
    let killed: Vec<ProcessKey> = story
        .ends()
        .into_iter()
        .filter(|(_, ending)| *ending == Ending::Signal(Signal(9)))
        .map(|(key, _)| key)
        .collect();
    let [killed] = killed[..] else { panic!("{:?}", story.ends()) };
    let last = last_of(&story, killed.pid);
    assert!(last.cpu_final && last.cpu.unwrap() >= CpuTime::from_millis(10), "{last:?}");
    assert!(last.rss_peak_final && last.rss_peak.unwrap() > Bytes::new(1 << 20), "{last:?}");
    assert!(last.run_delay.is_some() && last.written == Some(Bytes::ZERO), "{last:?}");
    assert_eq!(story.ending(story.root), Some(Ending::Code(3)));
}

#[test]
fn two_hundred_short_commands_all_have_names_and_figures() {
    let mut story = Story::of(Accounting::Trace, "for i in {1..200}; do /bin/true; done; exit 7");
    story.listen_to_the_end();
    let born = story.born();
    assert_eq!(born.len(), 200);
    for info in born {
        let named = story.events.iter().any(|event| {
            matches!(event, ProcessEvent::Renamed { key, image: Some(image), .. }
                if *key == info.key && image.name == "true" && image.command == ["/bin/true"])
        });
        let last = last_of(&story, info.key.pid);
        let whole = last.cpu_final && last.rss_peak_final && last.cpu > Some(CpuTime::ZERO);
        assert!(named && whole && last.read.is_some() && last.written.is_some(), "{last:?}");
        assert_eq!(story.ending(info.key), Some(Ending::Code(0)));
    }
}
