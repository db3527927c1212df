//! Floor 7. What two looks at a procfs differ in.

use std::fs;

use procmon_model::event::ProcessEvent;
use procmon_model::host::{Coverage, Tier};
use procmon_model::metrics::MetricSet;
use procmon_model::ports::{Found, Request, Wake};
use procmon_model::process::ProcessKey;
use procmon_model::record::WarningKind;
use procmon_model::units::Elapsed;

use super::support::{MadeUp, Process, in_short, look, process, watch};
use crate::linux::support::test_path;

/// 10 with the children 20 and 4, and 3 below 20; 7 is somebody else's.
fn family() -> [Process; 6] {
    let mut server = process(10, 1);
    server.start = 5;
    [process(1, 0), server, process(20, 10), process(4, 10), process(3, 20), process(7, 1)]
}

#[test]
fn finds_the_living_below_the_root_parents_before_their_children() {
    let made_up = MadeUp::of(&test_path!(), &family());
    made_up.put(&Process { state: 'Z', ..process(30, 10) });
    let mut world = made_up.world();
    let living = watch(&mut world, 10);
    let mut pids: Vec<u32> = living.iter().map(|info| info.key.pid).collect();
    let [root, parent, child] = [10, 20, 3].map(|pid| pids.iter().position(|it| *it == pid));
    assert!(root < parent && parent < child && root == Some(0), "{pids:?}");
    pids.sort_unstable();
    assert_eq!(pids, [3, 4, 10, 20]);
    let root = &living[0];
    assert_eq!((root.key, root.parent), (ProcessKey { pid: 10, start: 5 }, None));
    assert_eq!(
        (&*root.image.name, root.image.command.join(" ")),
        ("node", "node server.js".into())
    );
    assert_eq!(root.image.exe.as_deref(), Some("/usr/bin/node"));
    let child = living.iter().find(|info| info.key.pid == 3).unwrap();
    assert_eq!(child.parent, Some(ProcessKey { pid: 20, start: 2000 }));
    assert_eq!(look(&mut world), []);
}

#[test]
fn births_and_ends_between_two_looks_are_told_once_and_the_root_s_end_last() {
    let made_up = MadeUp::of(&test_path!(), &family());
    let mut world = made_up.world();
    watch(&mut world, 10);
    made_up.remove(4);
    made_up.put(&process(50, 3));
    made_up.put(&process(40, 50));
    made_up.put(&process(60, 7));
    assert_eq!(
        in_short(&look(&mut world)),
        ["4 of 400 ended", "50 started below Some(3)", "40 started below Some(50)"]
    );
    assert_eq!(look(&mut world), []);
    made_up.remove(10);
    made_up.put(&Process { state: 'Z', ..process(20, 1) });
    made_up.put(&process(70, 3));
    assert_eq!(
        in_short(&look(&mut world)),
        ["20 of 2000 ended", "70 started below Some(3)", "10 of 5 ended"]
    );
    assert_eq!(look(&mut world), []);
}

#[test]
fn another_process_of_the_same_number_is_another() {
    let made_up = MadeUp::of(&test_path!(), &family());
    let mut world = made_up.world();
    watch(&mut world, 10);
    made_up.put(&Process { start: 401, ..process(4, 10) });
    assert_eq!(in_short(&look(&mut world)), ["4 of 400 ended", "4 started below Some(10)"]);
}

#[test]
fn another_program_name_or_command_line_is_told_once() {
    let made_up = MadeUp::of(&test_path!(), &family());
    let mut world = made_up.world();
    watch(&mut world, 10);
    let program = Process {
        stack: 8000,
        exe: Some("/opt/tsc (deleted)"),
        words: &["tsc", "--password=hunter2"],
        ..process(4, 10)
    };
    made_up.put(&program);
    made_up.put(&Process { comm: "worker", ..process(20, 10) });
    let events = look(&mut world);
    assert_eq!(events.len(), 2);
    let ProcessEvent::Renamed { key, image: Some(image), .. } = &events[0] else {
        panic!("{events:?}")
    };
    assert_eq!(
        (*key, &*image.name, image.exe.as_deref()),
        (program.key(), "tsc", Some("/opt/tsc"))
    );
    assert!(!image.command.join(" ").contains("hunter2"), "{image:?}");
    assert_eq!(in_short(&events[1..]), [r#"20 runs node ["node", "server.js"]"#]);
    assert_eq!(look(&mut world), []);
    // A look that found the same face would not read the command line, and this one finds another stack.
    made_up.put(&Process { stack: 9000, words: &["node: idle"], ..process(3, 20) });
    made_up.put(&Process { words: &["node: idle"], ..program.clone() });
    assert_eq!(in_short(&look(&mut world)), [r#"3 runs node ["node: idle"]"#]);
}

#[test]
fn a_fork_counts_as_a_copy_of_its_parent_until_it_runs_a_program() {
    let made_up = MadeUp::of(&test_path!(), &family());
    let mut world = made_up.world();
    watch(&mut world, 10);
    made_up.put(&Process { flags: 0x40, ..process(40, 10) });
    let events = look(&mut world);
    assert!(
        matches!(&events[..], [ProcessEvent::Started { process, .. }] if process.image.inherited),
        "{events:?}"
    );
    made_up.put(&Process { stack: 8000, ..process(40, 10) });
    let events = look(&mut world);
    assert!(
        matches!(&events[..], [ProcessEvent::Renamed { image: Some(image), .. }] if !image.inherited),
        "{events:?}"
    );
}

#[test]
fn without_children_only_the_root_is_looked_at() {
    let made_up = MadeUp::of(&test_path!(), &family());
    let mut world = made_up.world();
    let root = world.procfs.find(10).unwrap();
    let living = world.events.watch(root, Found::Running, false).unwrap();
    assert_eq!(living.iter().map(|info| info.key).collect::<Vec<_>>(), [root]);
    made_up.put(&process(40, 10));
    made_up.remove(4);
    assert_eq!(look(&mut world), []);
    made_up.remove(10);
    assert_eq!(in_short(&look(&mut world)), ["10 of 5 ended"]);
}

#[test]
fn a_request_ends_the_wait_with_a_look() {
    let made_up = MadeUp::of(&test_path!(), &family());
    let mut world = made_up.world();
    watch(&mut world, 10);
    made_up.remove(4);
    let remote = world.remote.clone();
    let asker = std::thread::spawn(move || remote.ask(Request::Mark("now".into())));
    let mut events = Vec::new();
    let wake = world.events.wait(Elapsed::from_millis(60_000), &mut events);
    asker.join().unwrap();
    assert_eq!(wake, Wake::Asked(vec![Request::Mark("now".into())]));
    assert_eq!(in_short(&events), ["4 of 400 ended"]);
    assert!(world.events.now() < Elapsed::from_millis(60_000));
    let deadline = world.events.now() + std::time::Duration::from_millis(5);
    assert_eq!(world.events.wait(deadline, &mut events), Wake::Deadline);
    assert!(world.events.now() >= deadline);
}

#[test]
fn a_folder_that_is_mounted_no_more_has_nobody_end_and_is_told_once() {
    let made_up = MadeUp::of(&test_path!(), &family());
    let mut world = made_up.world();
    watch(&mut world, 10);
    for entry in fs::read_dir(made_up.path()).unwrap().flatten() {
        let path = entry.path();
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.unwrap();
    }
    assert_eq!((look(&mut world), look(&mut world)), (vec![], vec![]));
    let troubles = world.events.troubles();
    let folder = made_up.path().display().to_string();
    let message = format!(
        "the processes in {folder} could not be looked at: {folder} is no procfs: it has neither a stat of the \
         machine nor a process 1"
    );
    assert_eq!(troubles.iter().map(|it| &it.message).collect::<Vec<_>>(), [&message]);
    assert_eq!((troubles[0].kind, troubles[0].count), (WarningKind::AccountingChanged, 1));
    for process in family() {
        made_up.put(&process);
    }
    assert_eq!((look(&mut world), world.events.troubles()), (vec![], vec![]));
}

#[test]
fn says_what_such_a_source_cannot_tell() {
    let made_up = MadeUp::of(&test_path!(), &family());
    let world = made_up.world();
    let capabilities = world.events.capabilities();
    assert_eq!((capabilities.tier, capabilities.exact), (Tier::Portable, false));
    assert_eq!(capabilities.metrics, MetricSet::ALL.without(MetricSet::NET));
    let folder = made_up.path().display().to_string();
    assert_eq!(
        capabilities.reasons[0],
        format!(
            "the processes in {folder} are looked for at each sample, since nothing tells of them: those that come and \
             go between two looks are missed"
        )
    );
    assert_eq!(world.events.coverage(), Coverage { lost: 0, missed_at_most: None });
}
