//! Floor 9. The file of a recording, opened when there is something to write.
//!
//! A command that was not found leaves no empty file behind and no older recording emptied. On a disk that is full the
//! file ends with the last bytes that were written together: half a row of a table would be a row of wrong numbers.

use std::fs::File;
use std::io::{self, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// A file that is not there before its first byte. What a file of this name held is lost then.
pub struct OutFile {
    path: PathBuf,
    state: State,
}

enum State {
    Unopened,
    Open(File),
    /// A recording without its beginning is of no use, so there is one attempt.
    Refused(io::Error),
}

impl OutFile {
    /// At this path, where nothing happens yet.
    pub fn new(path: PathBuf) -> Self {
        Self { path, state: State::Unopened }
    }
}

impl Write for OutFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if matches!(self.state, State::Unopened) {
            self.state = match opened(&self.path) {
                Ok(file) => State::Open(file),
                Err(error) => State::Refused(error),
            };
        }
        match &mut self.state {
            State::Open(file) => write_together(file, bytes),
            State::Refused(error) => Err(copy_of(error)),
            State::Unopened => Ok(0),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A reader who is slow or not there costs records, and must not keep the command waiting.
fn opened(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.write(true).create(true).truncate(true);
    procmon_sys::without_waiting(&mut options).open(path)
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
        let mut file = opened(&path).unwrap();
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
}
