//! Floor 9. Reads files and folders into a table of calls, a record after the other.

use std::io;
use std::path::Path;

use procmon_model::analysis::calls::CallsWarning;
use procmon_model::analysis::{CallGatherer, CallSummary, CallsOptions};
use procmon_model::record::{Warning, WarningKind};
use serde::de::Error as _;

use super::folder::files_of;
use super::kind::Kind;
use super::row::{Entry, Row};
use super::table::read_rows;
use crate::error::LoadError;
use crate::format::jsonl::DecodeError;
use crate::load::loader::Loader;
use crate::load::pieces::Cutting;
use crate::load::reader::{Reader, io_error};
use crate::load::source::{Source, name};
use crate::load::texts::Texts;

/// So many lines without a single call are no log of calls.
const FOREIGN_MAX: u64 = 10_000;

/// The table of the calls that files and folders hold; `-` is standard input.
pub fn calls<P: AsRef<Path>>(
    paths: &[P],
    loader: &Loader,
    options: &CallsOptions,
) -> Result<CallSummary, LoadError> {
    if paths.iter().filter(|path| path.as_ref().as_os_str() == "-").count() > 1 {
        return Err(LoadError::Twice);
    }
    let mut calls = CallLoader::new(loader.clone());
    paths.iter().try_for_each(|path| calls.add_path(path.as_ref()))?;
    Ok(calls.finish(options))
}

/// Reads calls from several places. Of each it holds what the table takes and no more.
#[derive(Debug, Default)]
pub struct CallLoader {
    loader: Loader,
    gatherer: CallGatherer,
}

impl CallLoader {
    /// One that opens files with this loader.
    pub fn new(loader: Loader) -> Self {
        Self { loader, gatherer: CallGatherer::default() }
    }

    /// Reads a file, whatever of all kinds it is, or the files of a log's folder.
    pub fn add_path(&mut self, path: &Path) -> Result<(), LoadError> {
        if !path.is_dir() {
            return self.add_file(path);
        }
        let files = files_of(path).map_err(|source| io_error(path, source))?;
        if files.is_empty() {
            return Err(LoadError::NoCallsInFolder { path: path.to_owned() });
        }
        for file in &files {
            match self.add_file(file) {
                // It was rotated away since, and its calls are in another file.
                Err(LoadError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
                Err(error @ (LoadError::NoCalls { .. } | LoadError::CallsInParquet { .. })) => {
                    let message = error.to_string();
                    self.gatherer.warn(CallsWarning {
                        kind: WarningKind::LinesSkipped,
                        count: 1,
                        message,
                    });
                }
                other => other?,
            }
        }
        Ok(())
    }

    /// Reads what is in memory, which messages call `path`.
    pub fn add_bytes(&mut self, bytes: &[u8], path: &Path) -> Result<(), LoadError> {
        let source = Source::new(Box::new(bytes)).map_err(|source| io_error(path, source))?;
        self.add_source(source, path)
    }

    /// Reads entries of a log that are in memory, one a line. What is none is passed over and counted.
    pub fn add_entries(&mut self, lines: &[u8], path: &Path) -> Result<(), LoadError> {
        let source = Source::new(Box::new(lines)).map_err(|source| io_error(path, source))?;
        self.add_lines(source, path).map(|_| ())
    }

    /// The table.
    pub fn finish(self, options: &CallsOptions) -> CallSummary {
        self.gatherer.finish(options)
    }

    fn add_file(&mut self, path: &Path) -> Result<(), LoadError> {
        let source = self.loader.source(path)?;
        self.add_source(source, path)
    }

    fn add_source(&mut self, mut source: Source<'_>, path: &Path) -> Result<(), LoadError> {
        let failed = |source| io_error(path, source);
        match Kind::of(&mut source).map_err(failed)? {
            Kind::Empty if source.is_damaged() => Err(LoadError::Damaged { path: name(path) }),
            Kind::Empty => Ok(()),
            Kind::Recording => match Reader::of(source, path) {
                Err(LoadError::NotARecording { path }) => Err(LoadError::NoCalls { path }),
                reader => self.add_recording(reader?, path),
            },
            Kind::Lines => {
                let has_calls = self.add_lines(source, path)?;
                has_calls.then_some(()).ok_or_else(|| LoadError::NoCalls { path: name(path) })
            }
            Kind::Table(columns) => {
                let gatherer = &mut self.gatherer;
                let rows = read_rows(source, &columns, &mut |entry| take(gatherer, entry));
                for (kind, count, words) in rows.map_err(failed)?.words() {
                    self.warn(path, kind, count, &words);
                }
                Ok(())
            }
            Kind::Parquet => self.add_parquet(path),
        }
    }

    fn add_recording(&mut self, mut reader: Reader<'_>, path: &Path) -> Result<(), LoadError> {
        let began = reader.header().started_at;
        while let Some(record) = reader.next_record().map_err(|source| io_error(path, source))? {
            self.gatherer.add_record(&record, began);
        }
        self.warn_all(path, &reader.warnings());
        Ok(())
    }

    /// Whether there was a call, or nothing else either.
    fn add_lines(&mut self, source: Source<'_>, path: &Path) -> Result<bool, LoadError> {
        let mut texts = Texts::new(source, Cutting::Lines);
        let (mut known, mut foreign) = (0, 0);
        while texts.advance().map_err(|source| io_error(path, source))? {
            let row = serde_json::from_slice(texts.text()).map(Row::entry);
            match row.and_then(|entry| entry.ok_or_else(|| serde_json::Error::custom("no entry"))) {
                Ok(entry) => {
                    known += 1;
                    take(&mut self.gatherer, entry);
                }
                Err(error) => {
                    foreign += 1;
                    texts.count(&DecodeError::Malformed(error));
                }
            }
            if known == 0 && foreign >= FOREIGN_MAX {
                return Ok(false);
            }
        }
        let warnings = texts.warnings(procmon_model::units::Elapsed::ZERO);
        self.warn_all(path, &warnings);
        let only_torn = warnings.iter().all(|warning| warning.kind == WarningKind::Torn);
        Ok(known > 0 || only_torn)
    }

    #[cfg(feature = "parquet")]
    fn add_parquet(&mut self, path: &Path) -> Result<(), LoadError> {
        let gatherer = &mut self.gatherer;
        let skipped = super::parquet::read_rows(path, &mut |entry| take(gatherer, entry))?;
        if skipped > 0 {
            let words = format!("rows that are no calls were passed over: {skipped}");
            self.warn(path, WarningKind::LinesSkipped, skipped, &words);
        }
        Ok(())
    }

    #[cfg(not(feature = "parquet"))]
    #[expect(clippy::unused_self, reason = "the one that reads Parquet takes it")]
    fn add_parquet(&mut self, path: &Path) -> Result<(), LoadError> {
        Err(LoadError::CallsInParquet { path: name(path) })
    }

    fn warn_all(&mut self, path: &Path, warnings: &[Warning]) {
        for Warning { kind, count, message, .. } in warnings {
            self.warn(path, *kind, *count, message);
        }
    }

    fn warn(&mut self, path: &Path, kind: WarningKind, count: u64, words: &str) {
        let message = format!("{}: {words}", name(path).display());
        self.gatherer.warn(CallsWarning { kind, count, message });
    }
}

fn take(gatherer: &mut CallGatherer, entry: Entry) {
    match entry {
        Entry::Call(call, started_at) => gatherer.add(&call, started_at),
        Entry::Dropped(count) => gatherer.add_dropped(count),
    }
}
