//! Floor 9. The file of a recording, which belongs to one run at a time and is emptied when there is something to write.
//!
//! A command that was not found leaves no empty file behind and no older recording emptied. On a disk that is full the
//! file ends with the last bytes that were written together: half a row of a table would be a row of wrong numbers.
//!
//! Two runs that write one file would each write over the other's lines. So a file is locked while it is written, and
//! whoever comes second is told (flock(2) on Linux; readers need no lock). Pipes and devices are shared as they always are.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use procmon_sys::is_still_at;
use thiserror::Error;

use crate::patient_lock::{Lock, lock_at_once};

/// How often a file is opened again that has lost its name before it was locked.
const ATTEMPTS: u32 = 5;

/// A file that holds nothing of ours before its first byte. What a file of this name held is lost then.
pub struct OutFile {
    path: PathBuf,
    state: State,
}

/// Why a file cannot be recorded to.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum OutFileError {
    /// Somebody else records to it.
    #[error("another run is writing to this file")]
    InUse,
    /// It cannot be opened, or not be used like that.
    #[error(transparent)]
    Io(#[from] io::Error),
}

enum State {
    Unopened,
    Open(Held),
    /// A recording without its beginning is of no use, so there is one attempt.
    Refused(io::Error),
}

/// An open file, and ours where it can be locked.
struct Held {
    file: File,
    path: PathBuf,
    /// Whether it was not there before.
    made: bool,
    written: bool,
}

impl OutFile {
    /// At this path, where nothing happens yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path, state: State::Unopened }
    }

    /// At this path, opened for writing.
    pub fn open(path: PathBuf) -> Result<Self, OutFileError> {
        let held = Held::open(&path)?;
        Ok(Self { path, state: State::Open(held) })
    }

    /// At this path, where a file is nobody else's from now on; where it is somebody else's already, nothing is written to it.
    /// What is no file, and what cannot be opened now, is opened at the first byte.
    pub fn reserve(path: PathBuf) -> Self {
        if fs::metadata(&path).is_ok_and(|there| !there.is_file()) {
            return Self::new(path);
        }
        match Held::open(&path) {
            Ok(held) => Self { path, state: State::Open(held) },
            Err(OutFileError::Io(_)) => Self::new(path),
            Err(in_use) => Self { path, state: State::Refused(busy(&in_use)) },
        }
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if matches!(self.state, State::Unopened) {
            self.state = match Held::open(&self.path) {
                Ok(held) => State::Open(held),
                Err(OutFileError::Io(error)) => State::Refused(error),
                Err(in_use) => State::Refused(busy(&in_use)),
            };
        }
        match &mut self.state {
            State::Open(held) => held.write(bytes),
            State::Refused(error) => Err(copy_of(error)),
            State::Unopened => Ok(0),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Held {
    /// Locks what is a file. Whoever had it may have taken its name away before we had the lock.
    fn open(path: &Path) -> Result<Self, OutFileError> {
        let mut attempts = 1..=ATTEMPTS;
        loop {
            let (file, made) = opened(path)?;
            let is_file = file.metadata()?.is_file();
            let lock = if is_file { lock_at_once(&file) } else { Lock::Nobody };
            if lock == Lock::Others {
                return Err(OutFileError::InUse);
            }
            let is_settled = lock == Lock::Nobody || is_still_at(&file, path).unwrap_or(true);
            if is_settled || attempts.next().is_none() {
                return Ok(Self { file, path: path.to_owned(), made, written: false });
            }
        }
    }

    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Only what is a file can be emptied: a device or a pipe takes what comes.
        if !self.written && !self.made && self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
        }
        self.written = true;
        write_together(&mut self.file, bytes)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        if self.made && !self.written {
            // Whoever took it away already has done the same.
            drop(fs::remove_file(&self.path));
        }
        // A command that is just being started has a copy of the descriptor, which is not to keep the file locked.
        drop(self.file.unlock());
    }
}

/// Opens a file for writing, and says whether it was made. A reader who is slow or not there costs records, and must not
/// keep the command waiting.
fn opened(path: &Path) -> io::Result<(File, bool)> {
    let open =
        |options: &mut OpenOptions| procmon_sys::without_waiting(options.write(true)).open(path);
    match open(&mut File::options()) {
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        there => return Ok((there?, false)),
    }
    match open(File::options().create_new(true)) {
        // There is one by now, or a link that leads to where none is yet.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            Ok((open(File::options().create(true))?, false))
        }
        made => Ok((made?, true)),
    }
}

/// Writes all of the bytes. Where that fails, a file has none of them; a pipe has what it took.
fn write_together(file: &mut File, bytes: &[u8]) -> io::Result<usize> {
    let mut written = 0;
    while written < bytes.len() {
        match file.write(&bytes[written..]) {
            Ok(0) => break,
            Ok(count) => written += count,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if written == 0 || take_back(file, written).is_ok() => return Err(error),
            Err(_) => break,
        }
    }
    Ok(written)
}

/// Takes so many bytes off the end of a file, unless somebody else has written behind them.
fn take_back(file: &mut File, count: usize) -> io::Result<()> {
    let end = file.stream_position()?;
    if file.metadata()?.len() != end {
        return Err(ErrorKind::Unsupported.into());
    }
    let before = end.saturating_sub(count as u64);
    file.set_len(before)?;
    file.seek(SeekFrom::Start(before))?;
    Ok(())
}

fn busy(in_use: &OutFileError) -> io::Error {
    io::Error::new(ErrorKind::ResourceBusy, in_use.to_string())
}

fn copy_of(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(code) => io::Error::from_raw_os_error(code),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_made_at_the_first_byte() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.jsonl");
        let mut file = OutFile::new(path.clone());
        file.flush().unwrap();
        assert!(!path.exists());
        file.write_all(b"one").unwrap();
        file.write_all(b" two").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"one two");
    }

    #[test]
    fn what_is_taken_back_is_written_over_and_what_others_wrote_stays() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.csv");
        let (mut file, made) = opened(&path).unwrap();
        assert!(made);
        file.write_all(b"row\nha").unwrap();
        take_back(&mut file, 2).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"row\n");
        file.write_all(b"next\n").unwrap();
        File::options().append(true).open(&path).unwrap().write_all(b"theirs").unwrap();
        assert_eq!(take_back(&mut file, 5).unwrap_err().kind(), ErrorKind::Unsupported);
        assert_eq!(std::fs::read(&path).unwrap(), b"row\nnext\ntheirs");
    }

    #[test]
    fn a_folder_that_is_made_too_late_gets_no_recording_without_its_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        let mut file = OutFile::new(missing.join("run.jsonl"));
        assert_eq!(file.write(b"one").unwrap_err().kind(), io::ErrorKind::NotFound);
        std::fs::create_dir(&missing).unwrap();
        assert_eq!(file.write(b"two").unwrap_err().kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn a_file_is_one_writers_until_that_one_has_gone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.jsonl");
        fs::write(&path, "older").unwrap();
        let mut first = OutFile::reserve(path.clone());
        let in_use = "another run is writing to this file";
        assert_eq!(OutFile::open(path.clone()).err().unwrap().to_string(), in_use);
        for mut second in [OutFile::reserve, OutFile::new].map(|other| other(path.clone())) {
            let refused = second.write(b"second").unwrap_err();
            assert_eq!((refused.kind(), &*refused.to_string()), (ErrorKind::ResourceBusy, in_use));
        }
        assert_eq!(fs::read(&path).unwrap(), b"older");
        first.write_all(b"first").unwrap();
        // As a command has one that is between its fork and its program.
        let State::Open(held) = &first.state else { panic!("it is open") };
        let copy = held.file.try_clone().unwrap();
        drop(first);
        OutFile::reserve(path.clone()).write_all(b"next").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"next");
        drop(copy);
    }

    #[test]
    fn a_reserved_file_that_was_not_there_and_gets_nothing_goes_again() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.jsonl");
        let reserved = OutFile::reserve(path.clone());
        assert!(path.exists());
        drop(reserved);
        assert!(!path.exists());
        fs::write(&path, "older").unwrap();
        drop(OutFile::reserve(path.clone()));
        assert_eq!(fs::read(&path).unwrap(), b"older");
    }

    #[test]
    fn a_link_is_followed_to_where_no_file_is_yet_and_devices_are_everybodys() {
        let folder = tempfile::tempdir().unwrap();
        let (path, link) = (folder.path().join("run.jsonl"), folder.path().join("link"));
        std::os::unix::fs::symlink(&path, &link).unwrap();
        let mut file = OutFile::reserve(link);
        assert!(matches!(OutFile::open(path.clone()), Err(OutFileError::InUse)));
        file.write_all(b"one").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"one");
        let null = || OutFile::open("/dev/null".into()).unwrap();
        let (mut one, mut other) = (null(), null());
        assert_eq!((one.write(b"one").unwrap(), other.write(b"other").unwrap()), (3, 5));
    }
}
