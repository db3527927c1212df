//! Floor 12. The file of a recording, opened before anything is started and emptied when there is something to write.
//!
//! A file that cannot be written is told before the command has done anything; a command that cannot be started leaves
//! no empty file behind and no older recording emptied.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::PathBuf;

use crate::error::Refusal;

/// A file that holds nothing of ours yet, or the recording.
pub(crate) struct OutputFile {
    file: File,
    path: PathBuf,
    /// Whether it was not there before.
    made: bool,
    written: bool,
}

impl OutputFile {
    /// Opens it for writing.
    pub(crate) fn open(path: PathBuf) -> Result<Self, Refusal> {
        let fresh = OpenOptions::new().write(true).create_new(true).open(&path);
        let made = fresh.is_ok();
        let opened = match fresh {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                procmon_sys::without_waiting(OpenOptions::new().write(true)).open(&path)
            }
            other => other,
        };
        match opened {
            Ok(file) => Ok(Self { file, path, made, written: false }),
            Err(error) => Err(Refusal::system(&error, "open", Some(path.display().to_string()))),
        }
    }

    /// What messages call it.
    pub(crate) fn name(&self) -> String {
        self.path.display().to_string()
    }
}

impl Write for OutputFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Only what is a file can be emptied: a device or a pipe takes what comes.
        if !self.written && !self.made && self.file.metadata()?.is_file() {
            self.file.set_len(0)?;
        }
        self.written = true;
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for OutputFile {
    fn drop(&mut self) {
        if self.made && !self.written {
            // Whoever took it away already has done the same.
            drop(fs::remove_file(&self.path));
        }
    }
}
