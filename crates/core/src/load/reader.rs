//! Floor 9. Reads a recording, record by record.
//!
//! A recording is written while something else may go wrong, so its end can be missing and a line can be cut. That
//! costs the line and is told as a warning; it never costs the recording.

use std::io::{self, BufRead};
use std::path::Path;

use procmon_model::record::{FORMAT, Header, Record, Warning};
use procmon_model::units::Elapsed;
use serde::Deserialize;

use crate::error::LoadError;
use crate::format::denet::{self, Translation};
use crate::format::jsonl;

use super::pieces::Cutting;
use super::sniff::{Begin, Document, Format, begin};
use super::source::{self, Source};
use super::texts::Texts;

/// Reads the records of a recording one after the other.
pub struct Reader<'a> {
    texts: Texts<'a>,
    format: Format,
    /// Of a recording of denet's what makes ours of it.
    foreign: Option<Denet>,
    header: Header,
    at: Elapsed,
}

impl<'a> Reader<'a> {
    /// Reads the header of what `path` names in messages.
    pub fn new(bytes: impl BufRead + 'a, path: &Path) -> Result<Self, LoadError> {
        let source = Source::new(Box::new(bytes)).map_err(|source| io_error(path, source))?;
        Self::of(source, path)
    }

    /// The same of bytes that were unpacked already.
    pub(super) fn of(mut source: Source<'a>, path: &Path) -> Result<Self, LoadError> {
        let io_error = |source| io_error(path, source);
        let begun = begin(&mut source).map_err(io_error)?;
        let at = Elapsed::ZERO;
        let (format, header, texts, foreign) = match begun {
            Begin::Empty | Begin::Foreign if source.is_damaged() => {
                return Err(LoadError::Damaged { path: source::name(path) });
            }
            Begin::Table => return Err(LoadError::Table { path: source::name(path) }),
            Begin::Empty => return Err(LoadError::Empty { path: source::name(path) }),
            Begin::Foreign => return Err(not_a_recording(path)),
            Begin::Lines(line) => {
                let texts = Texts::new(source, Cutting::Lines);
                (Format::Lines, header(&line, path)?, texts, None)
            }
            Begin::Document(document) => {
                let texts = Texts::new(source, Cutting::Entries);
                (Format::Document, document_header(&document, path)?, texts, None)
            }
            Begin::Denet { format, columns } => {
                let is_array = format == Format::DenetArray;
                let cutting = if is_array { Cutting::Entries } else { Cutting::Lines };
                let mut texts = Texts::new(source, cutting);
                let (denet, header) = Denet::begin(&mut texts, columns).map_err(io_error)?;
                (format, header, texts, Some(denet))
            }
        };
        Ok(Self { texts, format, foreign, header, at })
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// What kind of recording it is.
    pub fn format(&self) -> Format {
        self.format
    }

    /// The next record; `None` at the end.
    pub fn next_record(&mut self) -> io::Result<Option<Record>> {
        let record = match &mut self.foreign {
            Some(denet) => denet.next_record(&mut self.texts)?,
            None => next_own(&mut self.texts)?,
        };
        if let Some(Record::Sample(sample)) = &record {
            self.at = sample.at;
        }
        Ok(record)
    }

    /// What was wrong with what was read.
    pub fn warnings(&self) -> Vec<Warning> {
        self.texts.warnings(self.at)
    }
}

fn next_own(texts: &mut Texts<'_>) -> io::Result<Option<Record>> {
    while texts.advance()? {
        match jsonl::decode(texts.text()) {
            Ok(record) => return Ok(Some(record)),
            Err(error) => texts.count(&error),
        }
    }
    Ok(None)
}

/// Makes records of ours out of denet's.
struct Denet {
    translation: Translation,
    /// The names of a table's columns; empty where it is none.
    columns: Vec<String>,
}

impl Denet {
    /// Reads as far as it takes to know the header.
    fn begin(texts: &mut Texts<'_>, columns: Vec<String>) -> io::Result<(Self, Header)> {
        let mut denet = Self { translation: Translation::default(), columns };
        loop {
            if !denet.advance(texts)? {
                denet.translation.finish();
            }
            if let Some(header) = denet.translation.take_header() {
                return Ok((denet, header));
            }
        }
    }

    fn next_record(&mut self, texts: &mut Texts<'_>) -> io::Result<Option<Record>> {
        loop {
            let record = self.translation.next_record();
            if record.is_some() || !self.advance(texts)? {
                return Ok(record);
            }
        }
    }

    /// Takes the next of denet's records; false at the end.
    fn advance(&mut self, texts: &mut Texts<'_>) -> io::Result<bool> {
        if !texts.advance()? {
            return Ok(false);
        }
        let added = if self.columns.is_empty() {
            self.translation.add(texts.text())
        } else {
            // A row that cannot be told into cells is as good as an empty one, which is no record.
            let row = denet::row(&self.columns, texts.text()).unwrap_or_default();
            self.translation.add(&row)
        };
        if let Err(error) = added {
            texts.count(&error);
        }
        Ok(true)
    }
}

/// The header has to be understood before anything else, so a newer format is told by its number alone.
fn header(line: &[u8], path: &Path) -> Result<Header, LoadError> {
    #[derive(Deserialize)]
    struct Version {
        r#type: String,
        format: u64,
    }
    let version: Version = serde_json::from_slice(line).map_err(|_| not_a_recording(path))?;
    if version.r#type != "header" {
        return Err(not_a_recording(path));
    }
    check_format(version.format, path)?;
    match jsonl::decode(line) {
        Ok(Record::Header(header)) => Ok(*header),
        _ => Err(not_a_recording(path)),
    }
}

fn document_header(document: &Document, path: &Path) -> Result<Header, LoadError> {
    #[derive(Deserialize)]
    struct Version {
        format: u64,
    }
    let version: Option<Version> = serde_json::from_slice(&document.header).ok();
    let said = document.format.or(version.map(|version| version.format));
    check_format(said.ok_or_else(|| not_a_recording(path))?, path)?;
    serde_json::from_slice(&document.header).map_err(|_| not_a_recording(path))
}

fn check_format(found: u64, path: &Path) -> Result<(), LoadError> {
    if found > u64::from(FORMAT) {
        return Err(LoadError::NewerFormat { path: source::name(path), found, known: FORMAT });
    }
    Ok(())
}

fn not_a_recording(path: &Path) -> LoadError {
    LoadError::NotARecording { path: source::name(path) }
}

pub(super) fn io_error(path: &Path, source: io::Error) -> LoadError {
    LoadError::Io { path: source::name(path), source }
}
