//! What procmon leaves behind: records, recordings, summaries; and whom.

use std::fs;
use std::path::PathBuf;

use procmon_model::analysis::Summary;
use serde_json::Value;
use tempfile::TempDir;

use super::program::{Finished, procmon};

/// A folder for a recording and a summary, and the words that make procmon write them.
pub(crate) struct Results {
    folder: TempDir,
}

impl Results {
    pub(crate) fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap() }
    }

    /// The path of a file in the folder.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The same as text.
    pub(crate) fn word(&self, name: &str) -> String {
        self.path(name).into_os_string().into_string().unwrap()
    }

    /// Runs a command under procmon, without words of ours, and keeps its recording and its summary.
    pub(crate) fn of_run(options: &[&str], command: &[&str]) -> (Finished, Self) {
        let results = Self::new();
        let (out, summary) = (results.word("run.jsonl"), results.word("summary.json"));
        let ours = ["run", "--quiet", "--out", &out, "--summary", &summary];
        let words = ours.iter().chain(options).chain(&["--"]).chain(command);
        let finished = procmon(words).run();
        (finished, results)
    }

    /// The summary that was written.
    pub(crate) fn summary(&self) -> Summary {
        serde_json::from_slice(&fs::read(self.path("summary.json")).unwrap()).unwrap()
    }

    /// The recording that was written.
    pub(crate) fn recording(&self) -> Vec<Value> {
        records(&fs::read(self.path("run.jsonl")).unwrap())
    }
}

/// The records of JSON Lines.
pub(crate) fn records(lines: &[u8]) -> Vec<Value> {
    let text = std::str::from_utf8(lines).unwrap();
    assert!(text.ends_with('\n'), "the last line has no end");
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Whether there is a process of this number that has not ended.
pub(crate) fn is_alive(pid: u32) -> bool {
    let Ok(stat) = fs::read_to_string(format!("/proc/{pid}/stat")) else { return false };
    !stat.rsplit(") ").next().unwrap().starts_with(['Z', 'X'])
}
