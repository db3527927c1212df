//! Floor 8. What a recording can be written as: by name, and by how a file's name ends.

use std::path::Path;

use thiserror::Error;

/// What a recording is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// JSON Lines: a record a line. It is the recording itself.
    JsonLines,
    /// One JSON document that holds every record.
    Json,
    /// A table of text: RFC 4180.
    Csv,
    /// A table of typed columns.
    #[cfg(feature = "parquet")]
    Parquet,
}

/// What a table has a row for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rows {
    /// Each sample of the tree.
    #[default]
    Samples,
    /// Each process of each sample.
    Processes,
}

/// How a file is written: a format with what goes with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shape {
    format: Format,
    rows: Rows,
    gzip: bool,
}

/// Why nothing can be written like that.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ShapeError {
    /// Rows were asked of what has none.
    #[error("{format} holds every record and has no rows of processes")]
    NoTable {
        /// The format's name.
        format: &'static str,
    },
    /// A file that compresses its columns was to be compressed.
    #[error("parquet is compressed by itself and not with gzip")]
    Compressed,
    /// This build of procmon does without the format.
    #[error("this procmon does not write {format}")]
    LeftOut {
        /// The format's name.
        format: String,
    },
    /// What was written so far could not be read without what comes later.
    #[error("{format} cannot be split into files; jsonl and csv can")]
    Indivisible {
        /// The format's name.
        format: &'static str,
    },
}

impl Format {
    /// Every format that this build writes.
    pub const ALL: &[Self] = &[
        Self::JsonLines,
        Self::Json,
        Self::Csv,
        #[cfg(feature = "parquet")]
        Self::Parquet,
    ];

    /// Its name, on the command line and everywhere else.
    pub const fn name(self) -> &'static str {
        match self {
            Self::JsonLines => "jsonl",
            Self::Json => "json",
            Self::Csv => "csv",
            #[cfg(feature = "parquet")]
            Self::Parquet => "parquet",
        }
    }

    /// The one of a name; `None` of an unknown one.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.name() == name)
    }

    /// How the names of its files end, without the dot.
    pub const fn endings(self) -> &'static [&'static str] {
        match self {
            Self::JsonLines => &["jsonl", "ndjson"],
            Self::Json => &["json"],
            Self::Csv => &["csv"],
            #[cfg(feature = "parquet")]
            Self::Parquet => &["parquet"],
        }
    }

    /// The one that a file's name ends with, `.gz` behind it or not; `None` of another ending.
    pub fn by_path(path: &Path) -> Option<Self> {
        let ending = ending(path)?;
        Self::ALL.iter().copied().find(|format| format.endings().contains(&ending.as_str()))
    }

    /// Whether it has columns, and leaves out of a recording what these do not hold.
    pub const fn is_table(self) -> bool {
        !matches!(self, Self::JsonLines | Self::Json)
    }
}

impl Shape {
    /// The recording itself, as it is.
    pub const LINES: Self = Self { format: Format::JsonLines, rows: Rows::Samples, gzip: false };

    /// What a file is to be: a format, that of its name where none is asked for, and JSON Lines where that says nothing.
    /// A name that ends with `.gz` asks for compression.
    pub fn new(format: Option<Format>, path: &Path, rows: Rows) -> Result<Self, ShapeError> {
        let named = format.or_else(|| Format::by_path(path));
        let gzip = is_gzip(path);
        match (named, ending(path)) {
            (None, Some(ending)) if ending == "parquet" => {
                Err(ShapeError::LeftOut { format: ending })
            }
            (named, _) => Self { format: named.unwrap_or(Format::JsonLines), rows, gzip }.checked(),
        }
    }

    fn checked(self) -> Result<Self, ShapeError> {
        #[cfg(feature = "parquet")]
        if self.gzip && self.format == Format::Parquet {
            return Err(ShapeError::Compressed);
        }
        if self.rows == Rows::Processes && !self.format.is_table() {
            return Err(ShapeError::NoTable { format: self.format.name() });
        }
        Ok(self)
    }

    /// The format.
    pub const fn format(self) -> Format {
        self.format
    }

    /// What a table has a row for.
    pub const fn rows(self) -> Rows {
        self.rows
    }

    /// Whether it is compressed with gzip.
    pub const fn gzip(self) -> bool {
        self.gzip
    }

    /// The same, where it can be split into files of which each can be read alone.
    pub fn divisible(self) -> Result<Self, ShapeError> {
        if matches!(self.format, Format::JsonLines | Format::Csv) {
            return Ok(self);
        }
        Err(ShapeError::Indivisible { format: self.format.name() })
    }
}

fn is_gzip(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"))
}

/// How a file's name ends, in small letters and but for `.gz`.
fn ending(path: &Path) -> Option<String> {
    let stem = if is_gzip(path) { path.file_stem().map(Path::new) } else { Some(path) };
    Some(stem?.extension()?.to_str()?.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(path: &str) -> Option<(&'static str, bool)> {
        let shape = Shape::new(None, Path::new(path), Rows::Samples).ok()?;
        Some((shape.format.name(), shape.gzip))
    }

    #[test]
    fn the_end_of_a_name_says_the_format() {
        for (path, expected) in [
            ("run.jsonl", ("jsonl", false)),
            ("a/run.ndjson", ("jsonl", false)),
            ("run.json", ("json", false)),
            ("run.CSV", ("csv", false)),
            ("run.1.csv.gz", ("csv", true)),
            ("run.jsonl.GZ", ("jsonl", true)),
            ("run.json.gz", ("json", true)),
            ("run.log", ("jsonl", false)),
            ("run", ("jsonl", false)),
            ("run.gz", ("jsonl", true)),
            ("/dev/null", ("jsonl", false)),
        ] {
            assert_eq!(of(path), Some(expected), "{path}");
        }
    }

    #[test]
    fn a_format_that_is_asked_for_goes_before_the_name() {
        let shape = Shape::new(Some(Format::Csv), Path::new("run.json"), Rows::Processes).unwrap();
        assert_eq!((shape.format, shape.rows), (Format::Csv, Rows::Processes));
    }

    #[test]
    fn what_cannot_be_written_is_refused_with_the_reason() {
        let refused = |path: &str, rows| Shape::new(None, Path::new(path), rows).unwrap_err();
        let message = refused("run.jsonl", Rows::Processes).to_string();
        assert_eq!(message, "jsonl holds every record and has no rows of processes");
        let document = Shape::new(None, Path::new("run.json"), Rows::Samples).unwrap();
        let message = document.divisible().unwrap_err().to_string();
        assert_eq!(message, "json cannot be split into files; jsonl and csv can");
    }

    #[cfg(feature = "parquet")]
    #[test]
    fn columns_that_are_compressed_are_not_compressed_again() {
        assert_eq!(of("run.parquet"), Some(("parquet", false)));
        let refused = Shape::new(None, Path::new("run.parquet.gz"), Rows::Samples).unwrap_err();
        assert_eq!(refused, ShapeError::Compressed);
    }

    #[cfg(not(feature = "parquet"))]
    #[test]
    fn a_build_without_a_format_says_so() {
        let refused = Shape::new(None, Path::new("run.parquet"), Rows::Samples).unwrap_err();
        assert_eq!(refused.to_string(), "this procmon does not write parquet");
    }
}
