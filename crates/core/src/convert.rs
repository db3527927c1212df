//! Floor 10. Writes a recording that is there in another format.

use std::fs::{self, File, Metadata, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use procmon_model::record::{Record, Warning};
use procmon_sys::{as_private_as, take_after};
use thiserror::Error;

use crate::draft::Draft;
use crate::error::LoadError;
use crate::format::{Shape, encoder};
use crate::parts::Parts;

/// Bytes that are gathered before they are written.
const BUFFER: usize = 256 * 1024;
/// As many links as the system follows, one leading to the next.
const LINKS_MAX: u32 = 40;

/// What to do with a file that is in the way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and nothing is converted.
    Keep,
    /// It is replaced by the new one as a whole.
    Replace,
}

/// What was converted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Converted {
    /// Records that the new file holds, its header included.
    pub records: u64,
    /// What was wrong with the lines of the old one.
    pub warnings: Vec<Warning>,
}

/// Why a recording could not be converted.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum ConvertError {
    /// It could not be read.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// There is a file of that name, and it was not to be replaced.
    #[error("{}: there is such a file already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The new file could not be written.
    #[error("{name}: could not be written: {source}")]
    Write {
        /// What messages call the file.
        name: String,
        /// What the system said.
        source: io::Error,
    },
}

/// Writes the recording to `out`, which messages call `name`.
pub fn to_writer(
    parts: &mut Parts,
    shape: Shape,
    out: &mut dyn Write,
    name: &str,
) -> Result<Converted, ConvertError> {
    let failed = |source| ConvertError::Write { name: name.to_owned(), source };
    let mut encoder = encoder(shape);
    let mut bytes = Vec::with_capacity(BUFFER);
    let mut records = 0;
    let mut record = Some(Record::Header(Box::new(parts.header().clone())));
    while let Some(next) = record {
        records += u64::from(encoder.holds(&next));
        encoder.add(&next, &mut bytes).map_err(failed)?;
        if bytes.len() >= BUFFER {
            out.write_all(&bytes).map_err(failed)?;
            bytes.clear();
        }
        record = parts.next_record()?;
    }
    encoder.finish(&mut bytes).map_err(failed)?;
    out.write_all(&bytes).and_then(|()| out.flush()).map_err(failed)?;
    Ok(Converted { records, warnings: parts.warnings().to_vec() })
}

/// Writes the recording to a file, which is there as a whole or not at all. A device or a pipe is written to as it is.
/// `drafted` is told the name under which a file is written before it gets its own.
pub fn to_file(
    parts: &mut Parts,
    shape: Shape,
    path: &Path,
    existing: Existing,
    drafted: &mut dyn FnMut(&Path),
) -> Result<Converted, ConvertError> {
    let name = path.display().to_string();
    let failed = |source| ConvertError::Write { name: name.clone(), source };
    let exists = || ConvertError::Exists { path: path.to_owned() };
    let old = fs::metadata(path).ok();
    match &old {
        Some(old) if !old.is_file() => {
            let mut file = OpenOptions::new().write(true).open(path).map_err(failed)?;
            return to_writer(parts, shape, &mut file, &name);
        }
        Some(_) if existing == Existing::Keep => return Err(exists()),
        _ => {}
    }
    let (place, draft) = draft_for(path, old.as_ref()).map_err(failed)?;
    drafted(draft.path());
    let mut file: &File = draft.file();
    let converted = to_writer(parts, shape, &mut file, &name)?;
    // Some file systems tell only now that there was no room.
    file.sync_all().map_err(failed)?;
    let published = match existing {
        Existing::Keep => draft.become_a_new_file(&place),
        Existing::Replace => draft.become_the_file(&place),
    };
    match published {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists()),
        published => published.map(|()| converted).map_err(failed),
    }
}

/// Where a path leads (a link goes on leading there), and a draft of the file that is to be there, as private as the old one.
fn draft_for(path: &Path, old: Option<&Metadata>) -> io::Result<(PathBuf, Draft)> {
    let Some(old) = old else {
        let place = led_to(path);
        let draft = Draft::beside(&place, &mut OpenOptions::new())?;
        return Ok((place, draft));
    };
    let place = fs::canonicalize(path)?;
    let draft = Draft::beside(&place, as_private_as(&mut OpenOptions::new(), old))?;
    // Another owner's file is replaced by one of ours: that was asked for.
    let _taken: bool = take_after(draft.file(), old);
    Ok((place, draft))
}

/// Where a path leads that leads to nothing yet: it can be a link.
fn led_to(path: &Path) -> PathBuf {
    let mut place = path.to_owned();
    for _ in 0..LINKS_MAX {
        let Ok(next) = fs::read_link(&place) else { break };
        place = place.with_file_name(next);
    }
    place
}
