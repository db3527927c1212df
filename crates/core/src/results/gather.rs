//! Floor 10. Puts the rows that processes left behind those of the Parquet file that is there.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::file::writer::SerializedFileWriter;
use serde_json::{Map, Value};
use thiserror::Error;

use super::columns::{Columns, properties, schema};
use super::files::finished_files;
use super::taken::{Rows, Taken};
use crate::draft::{Draft, clear_abandoned};
use crate::patient_lock::lock_by;

const TABLE: &str = "timing_results.parquet";
/// Whoever has it locked is the only one who gathers in its folder. It stays, since others may wait for it.
const LOCK: &str = "timing_results.parquet.lock";
/// How long others are waited for who gather in the folder: less than the process takes that asks for it as it ends.
const PATIENCE: Duration = Duration::from_secs(6);
/// How long those are waited for who write rows at the moment, all of them together.
const ROWS_PATIENCE: Duration = Duration::from_secs(1);
/// So many rows make a group: readers skip groups and read them side by side.
const GROUP_ROWS: usize = 64 * 1024;

/// What was gathered.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gathered {
    /// Files of rows that are in the table now, and gone.
    pub files: u64,
    /// Rows that were added.
    pub rows: u64,
    /// Lines that are no rows: the last one of a process that was killed can be.
    pub skipped: u64,
}

/// Why nothing was gathered: the rows lie where they lay.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum GatherError {
    /// A file could not be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Others gather in the folder, and have not come to an end.
    #[error("{}: another process keeps it locked", path.display())]
    Locked {
        /// The file.
        path: PathBuf,
    },
    /// The table that is there is none of ours.
    #[error("{}: a table with other columns, which cannot be added to", path.display())]
    OtherColumns {
        /// The file.
        path: PathBuf,
    },
    /// The table that is there cannot be read, or the new one not be written.
    #[error("{}: {source}", path.display())]
    Parquet {
        /// The file.
        path: PathBuf,
        /// What the library said.
        source: ParquetError,
    },
}

/// Makes one Parquet file of that of a folder and of the rows of processes that have ended, and of the process `over`. The
/// new file takes the old one's place as a whole. Rows that somebody keeps locked are left for the next who gathers.
pub fn gather_results(folder: &Path, over: Option<u32>) -> Result<Gathered, GatherError> {
    gather_within(PATIENCE, folder, over)
}

pub(super) fn gather_within(
    patience: Duration,
    folder: &Path,
    over: Option<u32>,
) -> Result<Gathered, GatherError> {
    let failed = |path: &Path| {
        let path = path.to_owned();
        move |source| GatherError::Io { path, source }
    };
    let lock = folder.join(LOCK);
    let locked = OpenOptions::new().create(true).truncate(false).write(true).open(&lock);
    let locked = locked.map_err(failed(&lock))?;
    if !lock_by(&locked, Instant::now() + patience).map_err(failed(&lock))? {
        return Err(GatherError::Locked { path: lock });
    }
    let files = finished_files(folder, over).map_err(failed(folder))?;
    let until = Instant::now() + patience.min(ROWS_PATIENCE);
    let take = |path: PathBuf| Rows::take(path.clone(), until).map_err(failed(&path));
    let files = files.into_iter().map(take).collect::<Result<Vec<_>, _>>()?;
    let mut files: Vec<Rows> = files.into_iter().flatten().collect();
    if files.is_empty() {
        return Ok(Gathered::default());
    }
    let path = folder.join(TABLE);
    // Of those who gathered before us and were killed.
    clear_abandoned(folder);
    let draft = Draft::beside(&path, &mut OpenOptions::new()).map_err(failed(&path))?;
    let gathered = write(&path, &mut files, draft.file())?;
    // Some file systems tell only now that there was no room.
    draft.file().sync_all().map_err(failed(&path))?;
    draft.become_the_file(&path).map_err(failed(&path))?;
    for Rows { path, .. } in &files {
        fs::remove_file(path).map_err(failed(path))?;
    }
    Ok(gathered)
}

fn write(path: &Path, files: &mut [Rows], out: &File) -> Result<Gathered, GatherError> {
    let broken = |source| GatherError::Parquet { path: path.to_owned(), source };
    let schema = Arc::new(schema().map_err(broken)?);
    let properties = Arc::new(properties().map_err(broken)?);
    let mut table = SerializedFileWriter::new(out, schema, properties).map_err(broken)?;
    let taken = carry_over(path, &mut table)?;
    let mut gathered = Gathered::default();
    let mut columns = Columns::new();
    for file in &mut *files {
        add_file(file, &taken, &mut columns, &mut table, &mut gathered)?;
    }
    columns.end_group(&mut table).map_err(broken)?;
    let folder = path.parent().unwrap_or(path);
    let told = Taken::told(taken, files, folder).map_err(|error| broken(error.into()))?;
    table.append_key_value_metadata(told);
    table.close().map_err(broken)?;
    Ok(gathered)
}

/// Copies the groups of the table that is there, as they are packed; which files it has taken.
fn carry_over(
    path: &Path,
    table: &mut SerializedFileWriter<&File>,
) -> Result<Vec<Taken>, GatherError> {
    let broken = |source| GatherError::Parquet { path: path.to_owned(), source };
    let old = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        old => old.map_err(|source| GatherError::Io { path: path.to_owned(), source })?,
    };
    let again =
        || old.try_clone().map_err(|source| GatherError::Io { path: path.to_owned(), source });
    let reader = SerializedFileReader::new(again()?).map_err(broken)?;
    let metadata = reader.metadata();
    if metadata.file_metadata().schema() != table.schema_descr().root_schema() {
        return Err(GatherError::OtherColumns { path: path.to_owned() });
    }
    for group in metadata.row_groups() {
        let mut copy = table.next_row_group().map_err(broken)?;
        for column in group.columns() {
            let close = ColumnCloseResult {
                bytes_written: column.compressed_size().unsigned_abs(),
                rows_written: group.num_rows().unsigned_abs(),
                metadata: column.clone(),
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            };
            copy.append_column(&old, close).map_err(broken)?;
        }
        copy.close().map_err(broken)?;
    }
    Ok(Taken::told_by(metadata.file_metadata()))
}

fn add_file(
    file: &mut Rows,
    taken: &[Taken],
    columns: &mut Columns,
    table: &mut SerializedFileWriter<&File>,
    gathered: &mut Gathered,
) -> Result<(), GatherError> {
    let path = file.path.clone();
    let failed = |source| GatherError::Io { path: path.clone(), source };
    let broken = |source| GatherError::Parquet { path: path.clone(), source };
    file.pass_over(taken).map_err(failed)?;
    let mut line = Vec::new();
    while file.next(&mut line).map_err(failed)? {
        match serde_json::from_slice::<Map<String, Value>>(&line) {
            Ok(row) if row.contains_key("id") => {
                columns.push(&row);
                gathered.rows += 1;
            }
            _ => gathered.skipped += 1,
        }
        if columns.rows() >= GROUP_ROWS {
            columns.end_group(table).map_err(broken)?;
        }
    }
    gathered.files += 1;
    Ok(())
}
