//! Floor 9. The file of a recording, opened when there is something to write.
//!
//! A command that was not found leaves no empty file behind and no older recording emptied.

use std::fs::File;
use std::io::{self, Write};
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
            State::Open(file) => file.write(bytes),
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
    fn a_folder_that_is_made_too_late_gets_no_recording_without_its_beginning() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("missing");
        let mut file = OutFile::new(missing.join("run.jsonl"));
        assert_eq!(file.write(b"one").unwrap_err().kind(), io::ErrorKind::NotFound);
        std::fs::create_dir(&missing).unwrap();
        assert_eq!(file.write(b"two").unwrap_err().kind(), io::ErrorKind::NotFound);
    }
}
