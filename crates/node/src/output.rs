//! Floor 12. The file of a recording, opened before anything is started and emptied when there is something to write.
//!
//! A file that cannot be written is told before the command has done anything; a command that cannot be started leaves
//! no empty file behind and no older recording emptied.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use procmon_core::format::{Format, Rows, Shape, ShapeError};
use procmon_core::sink::{JsonLines, Spare, file_sink};
use procmon_model::ports::Sink;

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

    /// The sink that writes it.
    pub(crate) fn into_sink(self, style: Style) -> Box<dyn Sink> {
        let name = self.path.display().to_string();
        match style {
            Style::Whole(shape) => file_sink(shape, self, name),
            Style::Headless => Box::new(JsonLines::new(self, name, Spare::Retry).without_header()),
        }
    }
}

/// What a recording's file looks like.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Style {
    /// A recording in the format that the file's name ends with.
    Whole(Shape),
    /// JSON Lines that do not begin with the header.
    Headless,
}

impl Style {
    /// Of a file of this name.
    pub(crate) fn of(path: &Path, has_header: bool) -> Result<Self, Refusal> {
        let shape = Shape::new(None, path, Rows::Samples).map_err(|error| impossible(&error))?;
        match (has_header, shape.format(), shape.gzip()) {
            (true, ..) => Ok(Self::Whole(shape)),
            (false, Format::JsonLines, false) => Ok(Self::Headless),
            _ => Err(Refusal::invalid(
                "options.writeMetadata can be false for plain JSON Lines alone".to_owned(),
            )),
        }
    }
}

fn impossible(error: &ShapeError) -> Refusal {
    let remedy = "record JSON Lines and convert() them afterwards";
    Refusal::invalid(format!("options.outputFile: {error}: {remedy}"))
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
