//! Floor 12. A summary or another answer as a file of JSON, there as a whole or not at all wherever the folder allows that.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use procmon_core::draft::Draft;
use procmon_core::format::outline;
use procmon_sys::{as_private_as, duplicate, is_same_file, take_after};
use serde::Serialize;

use crate::patient::Patient;

/// Writes an answer to a file. A reader finds what was there before or all of the new one, unless the folder or the
/// owner of the file leave us no other way than to write over it.
pub(crate) fn replace(path: &Path, answer: &impl Serialize) -> io::Result<()> {
    let mut text = Vec::new();
    outline::write(answer, &mut text)?;
    let Ok(there) = fs::metadata(path) else {
        return published(Draft::beside(path, &mut OpenOptions::new())?, path, &text);
    };
    if let Some(stream) = own_stream(&there) {
        return Patient(stream).write_all(&text);
    }
    if there.is_file() {
        // A link goes on leading to where it leads.
        return put_over(&fs::canonicalize(path)?, &there, &text);
    }
    // A device or a pipe is written to: in its place a file would be of no use to anybody.
    OpenOptions::new().write(true).open(path)?.write_all(&text)
}

/// The one of our streams that leads there, as for `/dev/stdout`: the summary comes below what was written to it.
fn own_stream(there: &Metadata) -> Option<File> {
    let streams = [duplicate(&io::stdout()), duplicate(&io::stderr())];
    let mut streams = streams.into_iter().flatten();
    streams.find(|stream| stream.metadata().is_ok_and(|own| is_same_file(&own, there)))
}

/// Puts a new file in the place of an old one that others know by its mode and its owner.
fn put_over(path: &Path, old: &Metadata, text: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    let draft = Draft::beside(path, as_private_as(&mut options, old));
    let Ok(draft) = draft else { return overwrite(path, text) };
    // What may not be written over is replaced by a file of our own: the folder leaves that to us.
    if !take_after(draft.file(), old) && overwrite(path, text).is_ok() {
        return Ok(());
    }
    match published(draft, path, text) {
        // Of a sticky folder, and of a file that is a mount of its own.
        Err(error) if is_about_the_name(&error) => overwrite(path, text),
        result => result,
    }
}

fn published(draft: Draft, path: &Path, text: &[u8]) -> io::Result<()> {
    draft.file().write_all(text)?;
    draft.become_the_file(path)
}

/// Writes over a file. What is longer in the old one is cut off last, so that an error leaves as much as there can be.
fn overwrite(path: &Path, text: &[u8]) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path)?;
    file.write_all(text)?;
    file.set_len(text.len() as u64)
}

fn is_about_the_name(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ResourceBusy)
}
