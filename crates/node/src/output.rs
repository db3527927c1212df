//! Floor 12. The file of a recording, opened before anything is started and emptied when there is something to write.
//!
//! A file that cannot be written is told before the command has done anything; a command that cannot be started leaves
//! no empty file behind and no older recording emptied.

use std::path::{Path, PathBuf};

use procmon_core::format::{Format, Rows, Shape, ShapeError};
use procmon_core::sink::{JsonLines, OutFile, OutFileError, Spare, file_sink};
use procmon_model::ports::Sink;

use crate::error::Refusal;

/// A file that holds nothing of ours yet.
pub(crate) struct OutputFile {
    file: OutFile,
    name: String,
}

impl OutputFile {
    /// Opens it for writing.
    pub(crate) fn open(path: PathBuf) -> Result<Self, Refusal> {
        let name = path.display().to_string();
        match OutFile::open(path) {
            Ok(file) => Ok(Self { file, name }),
            Err(OutFileError::Io(error)) => Err(Refusal::system(&error, "open", Some(name))),
            Err(error) => {
                let message = format!("{name}: {error}");
                Err(Refusal::coded("ERR_PROCMON_OUTPUT_IN_USE", message).at(name))
            }
        }
    }

    /// The sink that writes it.
    pub(crate) fn into_sink(self, style: Style) -> Box<dyn Sink> {
        let Self { file, name } = self;
        match style {
            Style::Whole(shape) => file_sink(shape, file, name),
            Style::Headless => Box::new(JsonLines::new(file, name, Spare::Retry).without_header()),
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
