//! Floor 10. A file that several processes and threads append whole lines to at once, rotated by its size.
//!
//! Whoever writes has the file locked. The lock is of the file and not of its name: somebody may have renamed or deleted the
//! file before we got it, so the name is looked at once more under the lock. Only the one who has the file locked that has
//! the name renames it, which makes a rotation one step for all others. Nobody waits for a lock without an end, since a
//! stopped process may hold it.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::lines::{Lines, Told};
use crate::patient_lock::lock_by;

/// How long a file that could not be rotated grows until that is tried again.
const NEXT_ROTATION: Duration = Duration::from_secs(5);

/// When a file is rotated.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Rotation {
    /// It grows to so many bytes at most, but for a line that is longer; 0 for no end.
    pub(super) max_bytes: u64,
    /// So many older files are kept; with 0 it is never rotated.
    pub(super) backups: u32,
}

impl Rotation {
    /// Whether a file is ever rotated.
    const fn is_wanted(self) -> bool {
        self.max_bytes > 0 && self.backups > 0
    }
}

/// What a file has beside its lines.
#[derive(Debug)]
pub(super) struct Form {
    /// What it begins with, on a line of its own; empty where that is nothing.
    heading: Vec<u8>,
    /// What ends a line whose writer was killed.
    end_of_torn: &'static [u8],
}

impl Form {
    /// Lines that have no line feed within.
    pub(super) const LINES: Self = Self { heading: Vec::new(), end_of_torn: b"\n" };

    /// A table of text with this row of names.
    ///
    /// Half a row may end within the quotation marks of a cell, and whether it does is known only to those who read the
    /// table from its beginning. Behind other text a quotation mark ends such a cell, and is a mark like any other
    /// elsewhere: in both cases the next line is a row. A row that was cut right behind a line feed of a cell looks whole.
    pub(super) const fn table(names: Vec<u8>) -> Self {
        Self { heading: names, end_of_torn: b"[cut]\"\n" }
    }
}

/// The file, by its name.
#[derive(Debug)]
pub(super) struct SharedFile {
    path: PathBuf,
    rotation: Rotation,
    form: Form,
    file: Option<File>,
    /// Where the file ended when we wrote to it last: with a whole line.
    end: u64,
    /// Whether a pipe or a device has got half a line, which cannot be taken back.
    is_torn: bool,
    /// Why it could not be rotated, until somebody asks.
    not_rotated: Option<io::Error>,
    rotates_from: Option<Instant>,
}

/// Why nothing was written.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Others kept the file locked.
    Busy,
    /// The system refused.
    Failed(io::Error),
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        Self::Failed(error)
    }
}

/// The name of an older file: `timing.log.2` is number 2 of `timing.log`.
pub(super) fn backup_path(path: &Path, number: u32) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(format!(".{number}"));
    PathBuf::from(name)
}

impl SharedFile {
    pub(super) fn new(path: PathBuf, rotation: Rotation, form: Form) -> Self {
        Self {
            path,
            rotation,
            form,
            file: None,
            end: 0,
            is_torn: false,
            not_rotated: None,
            rotates_from: None,
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Why the file could not be rotated since this was asked last.
    pub(super) fn not_rotated(&mut self) -> Option<io::Error> {
        self.not_rotated.take()
    }

    /// Writes the first of the lines, as many as fit, and takes those away from `lines` that stand in the file. Others are
    /// waited for up to that moment. What was written before a failure stays and is in `told`.
    pub(super) fn append(
        &mut self,
        lines: &mut Lines,
        until: Instant,
        told: &mut Told,
    ) -> Result<(), Refusal> {
        loop {
            let mut file = self.locked(until)?;
            let metadata = file.metadata()?;
            if self.is_full(&metadata, lines) && self.make_room(&metadata) {
                continue;
            }
            self.write_batch(&mut file, &metadata, lines, told)?;
            // Closing the file would give the lock back as well.
            self.file = file.unlock().is_ok().then_some(file);
            return Ok(());
        }
    }

    /// The file that has the name, locked.
    fn locked(&mut self, until: Instant) -> Result<File, Refusal> {
        loop {
            let file = match self.file.take() {
                Some(file) => file,
                None => self.opened()?,
            };
            if !lock_by(&file, until)? {
                return Err(Refusal::Busy);
            }
            if procmon_sys::is_still_at(&file, &self.path)? {
                return Ok(file);
            }
            if Instant::now() >= until {
                return Err(Refusal::Busy);
            }
        }
    }

    fn opened(&mut self) -> io::Result<File> {
        // Never where a file of ours ends: it is looked at before it is written to.
        self.end = u64::MAX;
        let mut options = File::options();
        options.read(true).append(true).create(true);
        let options = procmon_sys::without_waiting(&mut options);
        match (options.open(&self.path), self.path.parent()) {
            (Err(error), Some(folder)) if error.kind() == ErrorKind::NotFound => {
                fs::create_dir_all(folder)?;
                options.open(&self.path)
            }
            (result, _) => result,
        }
    }

    fn is_full(&self, metadata: &Metadata, lines: &Lines) -> bool {
        let size = metadata.len();
        self.rotation.is_wanted()
            && metadata.is_file()
            && size > 0
            && size.saturating_add(lines.first_bytes()) > self.rotation.max_bytes
            && self.rotates_from.is_none_or(|from| Instant::now() >= from)
    }

    /// Renames the file that we have locked. Without success it is written to further.
    fn make_room(&mut self, full: &Metadata) -> bool {
        match self.rename_all() {
            Ok(()) => {
                self.rotates_from = None;
                self.begin_anew(full);
                true
            }
            Err(error) => {
                self.rotates_from = Some(Instant::now() + NEXT_ROTATION);
                self.not_rotated = Some(error);
                false
            }
        }
    }

    /// Gives every file the next number, up to the first number that is free.
    fn rename_all(&self) -> io::Result<()> {
        let backup = |number| backup_path(&self.path, number);
        let is_free = |number: &u32| fs::symlink_metadata(backup(*number)).is_err();
        let last = (1..self.rotation.backups).find(is_free).unwrap_or(self.rotation.backups);
        for number in (1..last).rev() {
            match fs::rename(backup(number), backup(number + 1)) {
                // Somebody has cleared it away meanwhile.
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                result => result?,
            }
        }
        fs::rename(&self.path, backup(1))
    }

    /// The next file is open to those to whom the full one was, whoever of them rotates it. Where another process has made
    /// it meanwhile, or it cannot be made, the usual way to it tells so.
    fn begin_anew(&self, full: &Metadata) {
        let mut options = File::options();
        options.append(true).create_new(true);
        if let Ok(file) = procmon_sys::as_private_as(&mut options, full).open(&self.path) {
            procmon_sys::take_after(&file, full);
        }
    }

    fn write_batch(
        &mut self,
        file: &mut File,
        metadata: &Metadata,
        lines: &mut Lines,
        told: &mut Told,
    ) -> io::Result<()> {
        let size = metadata.len();
        // A file that could not be rotated takes what comes.
        let is_bounded = self.rotation.is_wanted() && self.rotates_from.is_none();
        let room = self.rotation.max_bytes.saturating_sub(size);
        let batch = lines.batch(if is_bounded { room } else { u64::MAX });
        let before = self.before_lines(file, metadata)?;
        let (written, error) = match before.len() {
            0 => write(file, batch),
            _ => write(file, &[before, batch].concat()),
        };
        let (kept, of_lines) = lines.remove(written.saturating_sub(before.len()));
        told.join(of_lines);
        let whole = if kept > 0 { size + (before.len() + kept) as u64 } else { size };
        self.is_torn = size + written as u64 > whole;
        let Some(error) = error else {
            self.end = whole;
            return Ok(());
        };
        cut(file, metadata, size + written as u64, whole);
        Err(error)
    }

    /// What has to stand before the next line: the heading of an empty file, and the end of a line whose writer was killed.
    /// Fails where somebody else's table has the name.
    fn before_lines(&self, file: &mut File, metadata: &Metadata) -> io::Result<&[u8]> {
        let Form { heading, end_of_torn } = &self.form;
        let is_whole = match metadata.len() {
            _ if !metadata.is_file() => !self.is_torn,
            0 => return Ok(heading),
            size if size == self.end => true,
            _ if !begins_with(file, heading) => {
                let words = "it is there already, and a table with other columns";
                return Err(io::Error::new(ErrorKind::InvalidData, words));
            }
            _ => ends_a_line(file),
        };
        Ok(if is_whole { &[] } else { end_of_torn })
    }
}

/// Whether a file has this heading, which others may have given the end of a line that they prefer.
fn begins_with(file: &mut File, heading: &[u8]) -> bool {
    let Some((_, names)) = heading.split_last() else { return true };
    let mut first = vec![0; heading.len()];
    let read = file.seek(SeekFrom::Start(0)).and_then(|_| file.read_exact(&mut first));
    let is_ended = first.last().is_some_and(|byte| b"\r\n".contains(byte));
    read.is_ok() && is_ended && first.starts_with(names)
}

fn ends_a_line(file: &mut File) -> bool {
    let mut last = [0];
    let read = file.seek(SeekFrom::End(-1)).and_then(|_| file.read_exact(&mut last));
    read.is_err() || last == *b"\n"
}

/// Writes as much as the system takes: how much that was, and why not all of it.
fn write(file: &mut File, bytes: &[u8]) -> (usize, Option<io::Error>) {
    let mut written = 0;
    while written < bytes.len() {
        match file.write(&bytes[written..]) {
            Ok(0) => return (written, Some(ErrorKind::WriteZero.into())),
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return (written, Some(error)),
        }
    }
    (written, None)
}

/// Takes half a line back from the end of a file. Where that cannot be, it is ended before the next line is written.
fn cut(file: &File, metadata: &Metadata, end: u64, whole: u64) {
    let is_ours = || file.metadata().is_ok_and(|now| now.len() == end);
    if metadata.is_file() && end > whole && is_ours() {
        // The line is told as torn by those who read it, should this fail.
        drop(file.set_len(whole));
    }
}
