//! Floor 9. Loads recordings whole or as a summary, and tells how many of their bytes were read where somebody waits.

use std::fmt;
use std::path::Path;

use procmon_model::analysis::{Summariser, Summary};
use procmon_model::recording::Recording;

use crate::error::LoadError;

use super::memory::whole;
use super::reader::{Reader, io_error};
use super::source::{self, Observer, Source};

/// Opens recordings.
#[derive(Clone, Default)]
pub struct Loader {
    observer: Option<Observer>,
}

/// Loads a recording whole; `-` is standard input.
pub fn load(path: &Path) -> Result<Recording, LoadError> {
    Loader::default().load(path)
}

/// The summary of a recording, without holding it in memory; `-` is standard input.
pub fn summary(path: &Path) -> Result<Summary, LoadError> {
    Loader::default().summary(path)
}

impl Loader {
    /// One whose reading is told to `observer`, some hundred kilobytes at a time.
    pub fn observed(observer: Observer) -> Self {
        Self { observer: Some(observer) }
    }

    /// Opens a file, or standard input for `-`, and reads its header.
    pub fn open(&self, path: &Path) -> Result<Reader<'static>, LoadError> {
        Reader::of(self.source(path)?, path)
    }

    /// The bytes of a file, or of standard input for `-`, taken out of gzip.
    pub(super) fn source(&self, path: &Path) -> Result<Source<'static>, LoadError> {
        let bytes = source::open(path, self.observer.clone());
        bytes.and_then(Source::new).map_err(|source| io_error(path, source))
    }

    /// Loads a recording whole; `-` is standard input.
    pub fn load(&self, path: &Path) -> Result<Recording, LoadError> {
        whole(self.open(path)?, path)
    }

    /// The summary of a recording, without holding it in memory; `-` is standard input.
    pub fn summary(&self, path: &Path) -> Result<Summary, LoadError> {
        let mut reader = self.open(path)?;
        let mut summariser = Summariser::new(reader.header().clone());
        while let Some(record) = reader.next_record().map_err(|source| io_error(path, source))? {
            summariser.add(&record);
        }
        for warning in reader.warnings() {
            summariser.warn(&warning);
        }
        Ok(summariser.finish())
    }
}

impl fmt::Debug for Loader {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Loader").field("observed", &self.observer.is_some()).finish()
    }
}
