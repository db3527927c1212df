//! The bar while a long recording is read.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::support::{Finished, Session, procmon, program};

/// More than a second, from which on there is a bar.
const LONG: Duration = Duration::from_millis(1200);

fn recording() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/1-as-it-began.jsonl")
}

/// A pipe by the name of `path` that takes so long to give the recording.
fn pipe(path: &Path, takes: Duration) -> JoinHandle<()> {
    assert_eq!(program("mkfifo", [path]).run().code, Some(0));
    let path = path.to_owned();
    thread::spawn(move || {
        let bytes = fs::read(recording()).unwrap();
        let mut pipe = OpenOptions::new().write(true).open(path).unwrap();
        pipe.write_all(&bytes[..10_000]).unwrap();
        thread::sleep(takes);
        pipe.write_all(&bytes[10_000..]).unwrap();
    })
}

/// What a terminal shows of the summary of such a pipe, in such an environment.
fn shown(takes: Duration, environment: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    let writer = pipe(&path, takes);
    let ours = [env!("CARGO_BIN_EXE_procmon"), "summary", "--color", "never"];
    let words = [&["run", "--quiet", "env", "TERM=xterm", environment][..], &ours].concat();
    let session = Session::of(&[&words[..], &[path.to_str().unwrap()]].concat(), &[]);
    writer.join().unwrap();
    assert_eq!(session.code, Some(0), "{}", session.output);
    session.output
}

/// The summary as it is without a bar.
fn summary() -> Finished {
    procmon(["summary".as_ref(), recording().as_os_str()]).run()
}

#[test]
fn reading_that_takes_more_than_a_second_is_shown_on_a_terminal_and_leaves_nothing() {
    let shown = shown(LONG, "CI=");
    let (bar, after) = shown.split_once("reading: ").unwrap();
    assert!(!bar.contains("procmon"), "{shown:?}");
    assert!(after.starts_with("24.39 kB"), "{shown:?}");
    // The line is erased, and the answer begins at its start.
    let answer = after.rsplit_once("\x1b[2K").unwrap().1.trim_start_matches('\r');
    assert_eq!(answer.replace("\r\n", "\n"), summary().out());
}

#[test]
fn reading_that_is_quick_or_watched_by_a_program_shows_nothing() {
    for (takes, environment) in [(Duration::ZERO, "CI="), (LONG, "CI=1"), (LONG, "TERM=dumb")] {
        let shown = shown(takes, environment);
        assert_eq!(shown.replace("\r\n", "\n"), summary().out(), "{environment}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    let writer = pipe(&path, LONG);
    let finished = procmon(["summary".as_ref(), path.as_os_str()]).env("TERM", "xterm").run();
    writer.join().unwrap();
    assert_eq!((finished.err(), finished.out()), ("", summary().out()));
}
