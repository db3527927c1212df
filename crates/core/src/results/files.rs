//! Floor 10. The files of rows that processes leave in a folder: `timing_results.<pid>-<start>-<n>.rows.jsonl`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use procmon_model::process::ProcessKey;
use procmon_sys::AttachError;

const BEGINNING: &str = "timing_results.";
const ENDING: &str = ".rows.jsonl";

/// The files that can be taken, in the order of their names: those of processes that have ended, and of the process `over`,
/// which asks for it.
pub(super) fn finished_files(folder: &Path, over: Option<u32>) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        // Nobody is to keep us waiting with a FIFO, or to have a link of his followed.
        if !entry.file_type()?.is_file() {
            continue;
        }
        let path = entry.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if writer(&name).is_some_and(|key| over == Some(key.pid) || has_ended(key)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

/// Who writes a file of this name; `None` of any other name.
fn writer(name: &str) -> Option<ProcessKey> {
    let mut parts = name.strip_prefix(BEGINNING)?.strip_suffix(ENDING)?.split('-');
    let mut number = || parts.next()?.parse().ok();
    let (pid, start, _number): (u64, u64, u64) = (number()?, number()?, number()?);
    let pid = u32::try_from(pid).ok()?;
    parts.next().is_none().then_some(ProcessKey { pid, start })
}

/// Whether a process is known to have gone. One that cannot be looked at may still write.
fn has_ended(key: ProcessKey) -> bool {
    match procmon_sys::find(key.pid) {
        Ok(found) => found != key,
        Err(AttachError::NoSuchProcess(_)) => true,
        Err(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_file_says_who_writes_it() {
        let of = |name| writer(name).map(|key| (key.pid, key.start));
        assert_eq!(of("timing_results.7-70-0.rows.jsonl"), Some((7, 70)));
        for name in [
            "timing_results.jsonl",
            "timing_results.7-70.rows.jsonl",
            "timing_results.7-70-0-1.rows.jsonl",
            "timing_results.x-70-0.rows.jsonl",
            "timing_results.99999999999-70-0.rows.jsonl",
            "timing_results.7-70-0.rows.jsonl.gz",
        ] {
            assert_eq!(of(name), None, "{name}");
        }
    }
}
