//! Floor 12. The summary as a file of JSON, there as a whole or not at all.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use procmon_model::analysis::Summary;

/// Writes a summary for programs: indented, with an end of its last line.
pub(crate) fn write_json(summary: &Summary, mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, summary)?;
    out.write_all(b"\n")?;
    out.flush()
}

/// Writes a summary to a file. A reader finds what was there before or all of the new one.
pub(crate) fn replace(path: &Path, summary: &Summary) -> io::Result<()> {
    let mut text = Vec::new();
    write_json(summary, &mut text)?;
    match fs::metadata(path) {
        // A device or a pipe is written to: in its place a file would be of no use to anybody.
        Ok(there) if !there.is_file() => {
            OpenOptions::new().write(true).open(path)?.write_all(&text)
        }
        // A link goes on leading to where it leads.
        Ok(_) => put(&fs::canonicalize(path)?, &text),
        Err(_) => put(path, &text),
    }
}

fn put(path: &Path, text: &[u8]) -> io::Result<()> {
    let new = beside(path);
    let result = File::create_new(&new)
        .and_then(|mut file| file.write_all(text))
        .and_then(|()| fs::rename(&new, path));
    if result.is_err() {
        // It may never have been made.
        drop(fs::remove_file(&new));
    }
    result
}

/// A name in the same folder that nobody else uses.
fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}", std::process::id()));
    path.with_file_name(name)
}
