//! Floor 9. Reads a recording, record by record or whole.
//!
//! A recording is written while something else may go wrong, so its end can be missing and a line can be cut. That
//! costs the line and is told as a warning; it never costs the recording.

use std::io::{self, BufRead};
use std::path::Path;

use procmon_model::analysis::{Summariser, Summary};
use procmon_model::host::{Capabilities, Host, Tier};
use procmon_model::process::ProcessKey;
use procmon_model::record::{FORMAT, Header, Record, Warning, WarningKind};
use procmon_model::recording::Recording;
use procmon_model::settings::Settings;
use procmon_model::units::{Elapsed, WallTime};
use serde::Deserialize;

use crate::error::LoadError;
use crate::format::denet::{self, Translation};
use crate::format::jsonl;

use super::pieces::Cutting;
use super::sniff::{Begin, Document, Format, begin};
use super::source::{self, Source};
use super::texts::Texts;

/// Loads a recording whole; `-` is standard input.
pub fn load(path: &Path) -> Result<Recording, LoadError> {
    whole(Reader::open(path)?, path)
}

/// The same of bytes that are in memory, which messages call `name`.
pub fn from_bytes(bytes: &[u8], name: &Path) -> Result<Recording, LoadError> {
    whole(Reader::new(bytes, name)?, name)
}

/// The samples of lines that are nothing else, as a recording of which nothing more is known. A line that is no sample is
/// passed over and counted.
pub fn from_samples(lines: &[u8]) -> Recording {
    let mut skipped = 0;
    let mut records = Vec::new();
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match jsonl::decode(line) {
            Ok(record @ Record::Sample(_)) => records.push(record),
            _ => skipped += 1,
        }
    }
    let message = format!("samples that could not be read were passed over: {skipped}");
    let (at, kind, count) = (Elapsed::ZERO, WarningKind::LinesSkipped, skipped);
    let warnings = (skipped > 0).then_some(Warning { at, kind, count, message });
    Recording { header: unknown(), records, warnings: warnings.into_iter().collect() }
}

/// The header of samples that came without one.
fn unknown() -> Header {
    let reason = "these are samples alone: what was watched, and how, is not known";
    Header {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        root: ProcessKey { pid: 0, start: 0 },
        command: Vec::new(),
        executable: None,
        cwd: None,
        started_at: WallTime::from_nanos(0),
        attached: true,
        host: Host::default(),
        capabilities: Capabilities::of(Tier::Portable, vec![reason.to_owned()]),
        settings: Settings::default(),
    }
}

fn whole(mut reader: Reader<'_>, path: &Path) -> Result<Recording, LoadError> {
    let header = reader.header.clone();
    let mut records = Vec::new();
    while let Some(record) = reader.next_record().map_err(|source| io_error(path, source))? {
        records.push(record);
    }
    Ok(Recording { header, records, warnings: reader.warnings() })
}

/// The summary of a recording, without holding it in memory; `-` is standard input.
pub fn summary(path: &Path) -> Result<Summary, LoadError> {
    let mut reader = Reader::open(path)?;
    let mut summariser = Summariser::new(reader.header.clone());
    while let Some(record) = reader.next_record().map_err(|source| io_error(path, source))? {
        summariser.add(&record);
    }
    for warning in reader.warnings() {
        summariser.warn(&warning);
    }
    Ok(summariser.finish())
}

/// Reads the records of a recording one after the other.
pub struct Reader<'a> {
    texts: Texts<'a>,
    format: Format,
    /// Of a recording of denet's what makes ours of it.
    foreign: Option<Denet>,
    header: Header,
    at: Elapsed,
}

impl Reader<'static> {
    /// Opens a file, or standard input for `-`, and reads its header.
    pub fn open(path: &Path) -> Result<Self, LoadError> {
        let bytes = source::open(path).map_err(|source| io_error(path, source))?;
        Self::new(bytes, path)
    }
}

impl<'a> Reader<'a> {
    /// Reads the header of what `path` names in messages.
    pub fn new(bytes: impl BufRead + 'a, path: &Path) -> Result<Self, LoadError> {
        let io_error = |source| io_error(path, source);
        let mut source = Source::new(Box::new(bytes)).map_err(io_error)?;
        let begun = begin(&mut source).map_err(io_error)?;
        let at = Elapsed::ZERO;
        let (format, header, texts, foreign) = match begun {
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

fn io_error(path: &Path, source: io::Error) -> LoadError {
    LoadError::Io { path: source::name(path), source }
}
