//! Floor 12. `procmon convert`: a recording in another format.

use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use procmon_core::convert::{self, ConvertError, Converted, Existing};
use procmon_core::format::{Format, Rows, Shape};
use procmon_core::parts::Parts;
use procmon_sys::signals::{self, XFSZ};

use crate::args::ConvertWords;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::printer::Printer;
use crate::progress::Progress;
use crate::unfinished::Unfinished;

/// What stands for standard output.
const STDOUT: &str = "-";

/// Reads a recording and writes it in another format.
pub(crate) fn convert(words: &ConvertWords, printer: &mut Printer<'_>) -> Result<Exit, Failure> {
    let shape = shape(words)?;
    let converted = match target(words) {
        Some(path) => to_file(words, shape, path)?,
        None => to_stdout(words, shape, printer)?,
    };
    for warning in &converted.warnings {
        printer.error(&warning.message);
    }
    Ok(Exit::Success)
}

/// A terminal that is full of records has no place for a bar.
fn progress(words: &ConvertWords) -> Progress {
    if target(words).is_none() && io::stdout().is_terminal() {
        return Progress::unseen();
    }
    Progress::of(&words.recordings)
}

/// The file to write; `None` for stdout.
fn target(words: &ConvertWords) -> Option<&Path> {
    words.out.as_deref().filter(|path| path.as_os_str() != STDOUT)
}

fn shape(words: &ConvertWords) -> Result<Shape, Failure> {
    let stdout = PathBuf::new();
    let path = target(words).unwrap_or(&stdout);
    let format = words.to.or_else(|| Format::by_path(path));
    let Some(format) = format else {
        let names: Vec<_> = Format::ALL.iter().map(|format| format.name()).collect();
        let hint = format!("`--to FORMAT` is one of {}", names.join(", "));
        return Err(Failure::usage(unnamed(target(words))).with_hint(hint));
    };
    let rows = if words.processes { Rows::Processes } else { Rows::Samples };
    Shape::new(Some(format), path, rows).map_err(|error| Failure::usage(error.to_string()))
}

fn unnamed(target: Option<&Path>) -> String {
    let Some(path) = target else { return "no format was named".to_owned() };
    let endings = Format::ALL.iter().flat_map(|format| format.endings());
    let endings: Vec<_> = endings.map(|ending| format!(".{ending}")).collect();
    format!("no format was named, and {} ends with none of {}", path.display(), endings.join(", "))
}

fn to_file(words: &ConvertWords, shape: Shape, path: &Path) -> Result<Converted, Failure> {
    let unfinished = Unfinished::watched()
        .map_err(|error| Failure::new(format!("signals cannot be waited for: {error}")))?;
    let progress = progress(words);
    let mut parts = Parts::open(&words.recordings, &progress.loader())?;
    let existing = if words.force { Existing::Replace } else { Existing::Keep };
    let mut drafted = |draft: &Path| unfinished.is(draft);
    Ok(convert::to_file(&mut parts, shape, path, existing, &mut drafted)?)
}

/// A reader that has seen enough is no failure.
fn to_stdout(
    words: &ConvertWords,
    shape: Shape,
    printer: &mut Printer<'_>,
) -> Result<Converted, Failure> {
    if shape.format() == Format::Parquet && io::stdout().is_terminal() {
        let failure = Failure::usage("parquet is not for a terminal");
        return Err(failure.with_hint("`--out FILE` writes it to a file"));
    }
    // Past the limit of a file's size a write is to fail, and we are to say so.
    signals::ignore(XFSZ);
    let progress = progress(words);
    let mut parts = Parts::open(&words.recordings, &progress.loader())?;
    match convert::to_writer(&mut parts, shape, printer.out(), "stdout") {
        Err(ConvertError::Write { source, .. }) if source.kind() == io::ErrorKind::BrokenPipe => {
            Ok(Converted::default())
        }
        result => Ok(result?),
    }
}
