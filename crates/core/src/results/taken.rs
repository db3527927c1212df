//! Floor 10. What a table says of the files whose rows it has: whoever gathers may be killed before these are gone.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek};
use std::path::{Path, PathBuf};
use std::time::Instant;

use flate2::CrcReader;
use parquet::file::metadata::{FileMetaData, KeyValue};
use serde::{Deserialize, Serialize};

use crate::patient_lock::lock_by;

/// Under this key it stands in the table.
const KEY: &str = "procmon.taken";

/// So much of a file is in the table. A file of the same name may be another one, so that its contents tell.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Taken {
    name: String,
    bytes: u64,
    crc32: u32,
}

/// A file of rows that nobody can add to as long as this is held. A thread that goes on writing finds its file gone then,
/// and begins another.
pub(super) struct Rows {
    pub(super) path: PathBuf,
    lines: CrcReader<BufReader<File>>,
    /// So much of it was read.
    bytes: u64,
}

impl Taken {
    /// What a table has taken; nothing where it does not say so.
    pub(super) fn told_by(table: &FileMetaData) -> Vec<Self> {
        let told = table.key_value_metadata().into_iter().flatten().find(|told| told.key == KEY);
        let taken = told.and_then(|told| serde_json::from_str(told.value.as_ref()?).ok());
        taken.unwrap_or_default()
    }

    /// What a table is to say that has all of these files now, and what the old one had of those that are still there.
    pub(super) fn told(old: Vec<Self>, files: &[Rows], folder: &Path) -> io::Result<KeyValue> {
        let is_left = |old: &Self| {
            let path = folder.join(&old.name);
            path.exists() && files.iter().all(|file| file.path != path)
        };
        let left = old.into_iter().filter(is_left);
        let taken: Vec<_> = left.chain(files.iter().map(Rows::taken)).collect();
        Ok(KeyValue::new(KEY.to_owned(), serde_json::to_string(&taken)?))
    }
}

impl Rows {
    /// `None` where somebody keeps it locked up to that moment.
    pub(super) fn take(path: PathBuf, until: Instant) -> io::Result<Option<Self>> {
        let file = File::open(&path)?;
        if !lock_by(&file, until)? {
            return Ok(None);
        }
        let lines = CrcReader::new(BufReader::new(file));
        Ok(Some(Self { path, lines, bytes: 0 }))
    }

    /// Goes on behind the rows that were taken of this very file.
    pub(super) fn pass_over(&mut self, taken: &[Taken]) -> io::Result<()> {
        let name = self.name();
        let Some(taken) = taken.iter().find(|taken| taken.name == name) else { return Ok(()) };
        let mut beginning = Read::by_ref(&mut self.lines).take(taken.bytes);
        self.bytes = io::copy(&mut beginning, &mut io::sink())?;
        if self.taken() != *taken {
            self.lines.get_mut().rewind()?;
            self.lines.reset();
            self.bytes = 0;
        }
        Ok(())
    }

    /// The next line, in place of what is in `line`; whether there is one.
    pub(super) fn next(&mut self, line: &mut Vec<u8>) -> io::Result<bool> {
        line.clear();
        let read = self.lines.read_until(b'\n', line)?;
        self.bytes += read as u64;
        Ok(read > 0)
    }

    /// What was read of it.
    fn taken(&self) -> Taken {
        Taken { name: self.name(), bytes: self.bytes, crc32: self.lines.crc().sum() }
    }

    fn name(&self) -> String {
        self.path.file_name().unwrap_or_default().to_string_lossy().into_owned()
    }
}
