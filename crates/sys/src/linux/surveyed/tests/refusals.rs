//! Floor 7. What another procfs has no answer to, and what is said then.

use std::io::ErrorKind;
use std::path::Path;

use procmon_model::host::Surroundings;
use procmon_model::ports::{Found, Launch, LaunchError};
use procmon_model::process::ProcessKey;

use super::support::{MadeUp, Process, options, process, read, world};
use crate::linux::open;
use crate::linux::support::{Folder, as_nobody, runs_elsewhere, test_path};
use crate::world::{Accounting, AttachError, WorldOptions};

/// Why there is no world over this folder.
fn refusal(folder: &Path) -> (ErrorKind, String) {
    let error = open::world(options(folder)).err().unwrap();
    (error.kind(), error.to_string())
}

#[test]
fn a_folder_that_is_missing_or_no_procfs_is_refused_by_its_name() {
    let folder = Folder::new(&test_path!());
    let missing = folder.file("missing");
    assert_eq!(
        refusal(&missing),
        (ErrorKind::NotFound, format!("{} does not exist", missing.display()))
    );
    let empty = folder.file("");
    let expected = format!(
        "{} is no procfs: it has neither a stat of the machine nor a process 1",
        empty.display()
    );
    assert_eq!(refusal(&empty), (ErrorKind::InvalidInput, expected));
    let file = folder.file("file");
    std::fs::write(&file, "x").unwrap();
    let expected = format!("{} cannot be listed: Not a directory (os error 20)", file.display());
    assert_eq!(refusal(&file), (ErrorKind::NotADirectory, expected));
}

#[test]
fn processes_alone_make_a_procfs_too() {
    let made_up = MadeUp::of(&test_path!(), &[process(1, 0)]);
    std::fs::remove_file(made_up.path().join("stat")).unwrap();
    assert_eq!(made_up.world().procfs.find(1), Ok(process(1, 0).key()));
}

#[test]
fn a_number_that_no_living_process_has_is_refused() {
    let zombie = Process { state: 'Z', ..process(6, 1) };
    let made_up = MadeUp::of(&test_path!(), &[process(5, 1), zombie]);
    let mut world = made_up.world();
    let found = [5, 6, 7, std::process::id()].map(|pid| world.procfs.find(pid));
    assert_eq!(found[0], Ok(process(5, 1).key()));
    assert_eq!(found[1..3], [6, 7].map(|pid| Err(AttachError::NoSuchProcess(pid))));
    let ours = Err(AttachError::NoSuchProcess(std::process::id()));
    assert_eq!(found[3], ours, "a process of ours is none of theirs");
    let gone = ProcessKey { start: 1, ..process(5, 1).key() };
    assert_eq!(world.events.watch(gone, Found::Running, true).unwrap(), []);
}

#[test]
fn a_thread_is_no_process() {
    let procfs = world(Path::new("/proc")).procfs;
    let (sender, receiver) = std::sync::mpsc::channel();
    let (done, wait) = std::sync::mpsc::channel::<()>();
    let thread = std::thread::spawn(move || {
        let link = std::fs::read_link("/proc/thread-self").unwrap();
        sender.send(link.file_name().unwrap().to_str().unwrap().parse::<u32>().unwrap()).unwrap();
        assert!(wait.recv().is_err(), "nothing is sent");
    });
    let number = receiver.recv().unwrap();
    assert_eq!(procfs.find(number), Err(AttachError::NoSuchProcess(number)));
    assert_eq!(procfs.find(std::process::id()), crate::find(std::process::id()));
    drop(done);
    thread.join().unwrap();
}

#[test]
fn an_accounting_other_than_looking_is_refused() {
    let made_up = MadeUp::of(&test_path!(), &[process(1, 0)]);
    for accounting in [Accounting::Exact, Accounting::Events, Accounting::Poll, Accounting::Trace] {
        let error = open::world(WorldOptions { accounting, ..options(&made_up.path()) });
        let error = error.err().unwrap();
        let expected = "the processes of another procfs than our own can only be looked at from time to time, which \
                        leaves no choice of an accounting";
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Unsupported, expected));
    }
}

#[test]
fn nothing_is_launched_and_nothing_surrounds_the_tree() {
    let made_up = MadeUp::of(&test_path!(), &[process(1, 0)]);
    let mut world = made_up.world();
    let launch = Launch { command: vec!["true".into()], ..Launch::default() };
    match world.launcher.launch(&launch) {
        Err(LaunchError::Failed(error)) => assert_eq!(
            error.to_string(),
            "nothing can be launched into another procfs than our own"
        ),
        _ => panic!("it was launched"),
    }
    world.environs.begin(process(1, 0).key());
    assert_eq!(world.environs.look(), Surroundings::default());
    assert_eq!((world.environs.oom_kills(), world.environs.reasons()), (None, vec![]));
}

#[test]
fn a_reading_that_is_refused_is_counted_and_unknown() {
    if runs_elsewhere(&test_path!(), &as_nobody()) {
        return;
    }
    let mut world = world(Path::new("/proc"));
    let key = world.procfs.find(1).unwrap();
    let reading = read(&mut world, key).unwrap();
    assert_eq!((reading.counters.read, world.table.denied()), (None, 1));
    assert!(reading.counters.cpu.is_some() && reading.gauges.threads.is_some());
}
