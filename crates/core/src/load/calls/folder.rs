//! Floor 9. The files of a folder that a log of calls is kept in.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// How the names of its files begin, in the order in which they are read: the results hold every call with all that is
/// known of it.
const BEGINNINGS: [&str; 3] = ["timing_results.", "timing.log", "error.log"];

/// The log's files of a folder. All of them are read, since none has to hold every call: results need not be kept, logs
/// are rotated and can be told to leave calls out. A call that stands in several counts once.
pub(super) fn files_of(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let rank = BEGINNINGS.iter().position(|beginning| name.starts_with(beginning));
        if let Some(rank) = rank.filter(|_| path.is_file() && !is_lock(&path)) {
            found.push((rank, path));
        }
    }
    found.sort();
    Ok(found.into_iter().map(|(_, path)| path).collect())
}

/// Whether processes take turns at a file with this one, which holds nothing.
fn is_lock(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "lock")
}
