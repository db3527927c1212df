//! Floor 10. What the stories of the log begin with.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use procmon_model::call::{Call, CallError, CallForm, CallOutcome, Change, CpuScope};
use procmon_model::process::ProcessKey;
use procmon_model::units::{Bytes, CpuTime, Length, WallTime};
use serde_json::Value;

use crate::call_log::{Destinations, Level, LogOptions, TimedCall};

/// What a test waits for comes long before this.
pub(super) const DEADLINE: Duration = Duration::from_secs(60);

pub(super) const TIMING: Destinations =
    Destinations { timing: true, results: false, errors: false, sessions: false };

/// A call of which everything is known, with this id.
pub(super) fn call(id: &str) -> TimedCall {
    let change =
        |before, after| Some(Change { before: Bytes::new(before), after: Bytes::new(after) });
    let call = Call {
        id: id.to_owned(),
        parent: None,
        name: "build".to_owned(),
        form: CallForm::AsyncGenerator,
        arguments: Some("[1, \"x\"]".to_owned()),
        process: ProcessKey { pid: 7, start: 70 },
        thread: 3,
        outcome: CallOutcome::Returned,
        error: None,
        wall: Length::from_nanos(1_500),
        active: Some(Length::from_nanos(1_400)),
        cpu_user: Some(CpuTime::from_nanos(1_000)),
        cpu_system: Some(CpuTime::from_nanos(200)),
        cpu_scope: Some(CpuScope::Thread),
        cpu_shared: false,
        cpu_children: Some(CpuTime::ZERO),
        rss: change(900, 700),
        rss_peak: Some(Bytes::new(950)),
        heap_used: change(10, 30),
        external: change(1, 1),
        array_buffers: change(0, 5),
        gc: None,
        gc_count: None,
        event_loop_active: Some(Length::from_nanos(8)),
        event_loop_idle: Some(Length::from_nanos(9)),
    };
    TimedCall {
        call,
        started_at: WallTime::from_nanos(1_736_937_322_003_456_789),
        started: 1_000,
        ended: 2_500,
        level: Level::Info,
        destinations: TIMING,
        awaits_collections: false,
    }
}

/// The same, and it threw an error that another one had caused.
pub(super) fn failed(id: &str) -> TimedCall {
    let cause = CallError { class: "Error".to_owned(), ..CallError::default() };
    let error = CallError {
        class: "TypeError".to_owned(),
        message: "no \"x\",\nno y".to_owned(),
        code: Some("E_X".to_owned()),
        stack: Some("TypeError: no\n    at f".to_owned()),
        cause: Some(Box::new(cause)),
        ..CallError::default()
    };
    let timed = call(id);
    let call = Call { outcome: CallOutcome::Threw, error: Some(error), ..timed.call };
    TimedCall { call, level: Level::Error, ..timed }
}

/// Logs in a folder that is made with the first call, never rotated.
pub(super) fn options(folder: &Path) -> LogOptions {
    let directory = folder.join("logs");
    LogOptions {
        error_log: directory.join("error.log"),
        directory,
        max_bytes: 0,
        backup_count: 0,
        results: None,
    }
}

/// The lines of a file, each of them a whole object.
pub(super) fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.ends_with('\n') || text.is_empty(), "{} ends within a line", path.display());
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The ids of the calls in a file.
pub(super) fn ids(path: &Path) -> Vec<String> {
    let lines = lines(path);
    lines.iter().filter_map(|line| Some(line["id"].as_str()?.to_owned())).collect()
}

/// All files of a folder whose names begin so.
pub(super) fn files(folder: &Path, beginning: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let begins = |name: &std::ffi::OsStr| name.to_str().unwrap().starts_with(beginning);
    let mut found: Vec<PathBuf> =
        entries.filter(|entry| begins(&entry.file_name())).map(|entry| entry.path()).collect();
    found.sort();
    found
}

/// Asks again and again until the answer is yes.
pub(super) fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let deadline = Instant::now() + DEADLINE;
    while !is_so() {
        assert!(Instant::now() < deadline, "{what} has not come");
        std::thread::yield_now();
    }
}
