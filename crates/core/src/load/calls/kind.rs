//! Floor 9. In what kind of file calls stand, by what it begins with and never by its name.

use std::io;

use csv::ByteRecord;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::format::denet;
use crate::load::pieces::blank;
use crate::load::sniff::first_line;
use crate::load::source::Source;

/// How every file of Parquet begins.
const PARQUET: &[u8] = b"PAR1";
/// The columns that every table of results has.
const COLUMNS: [&[u8]; 3] = [b"id", b"name", b"wallNs"];

/// In what kind of file calls stand.
pub(super) enum Kind {
    /// The file holds nothing.
    Empty,
    /// A recording, or something that is taken for one.
    Recording,
    /// A log, or results as lines: an object a line.
    Lines,
    /// Results as a table of text, whose row of names was read.
    Table(ByteRecord),
    /// Results as Parquet.
    Parquet,
}

/// The fields that tell a recording's lines from a log's.
#[derive(Deserialize)]
struct First {
    r#type: Option<IgnoredAny>,
    procmon: Option<IgnoredAny>,
    level: Option<IgnoredAny>,
    id: Option<IgnoredAny>,
}

impl Kind {
    /// Reads as much as it takes to know.
    pub(super) fn of(source: &mut Source<'_>) -> io::Result<Self> {
        match blank(source, b"")? {
            None => return Ok(Self::Empty),
            Some(b'[') => return Ok(Self::Recording),
            Some(_) => {}
        }
        let line = first_line(source)?;
        if line.starts_with(PARQUET) {
            return Ok(Self::Parquet);
        }
        if let Some(columns) = columns(&line) {
            return Ok(Self::Table(columns));
        }
        let is_lines = is_of_log(&line);
        source.put_back(line);
        Ok(if is_lines { Self::Lines } else { Self::Recording })
    }
}

/// Whether a line is one of a log. A text that is no JSON is one, too, so that a log may begin with somebody else's line:
/// but not a brace alone, with which a document begins, nor a table of denet's or ours.
fn is_of_log(line: &[u8]) -> bool {
    match serde_json::from_slice(line) {
        Ok(First { r#type: None, procmon: None, level, id }) => {
            (level.is_some() || id.is_some()) && !denet::is_record(line)
        }
        Ok(_) => false,
        Err(_) if line.starts_with(b"{") => line.starts_with(b"{\"level\""),
        Err(_) => !crate::format::begins_as_table(line) && denet::columns(line).is_none(),
    }
}

/// The names of a table's columns; `None` where it is no table of results.
fn columns(line: &[u8]) -> Option<ByteRecord> {
    let mut columns = ByteRecord::new();
    csv::ReaderBuilder::new()
        .has_headers(false)
        .from_reader(line)
        .read_byte_record(&mut columns)
        .ok()?;
    let has = |name: &&[u8]| columns.iter().any(|column| column == *name);
    COLUMNS.iter().all(has).then_some(columns)
}
