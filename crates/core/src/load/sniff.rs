//! Floor 9. What kind of recording a text is, by what it begins with and never by the name of its file.

use std::io::{self, BufRead, Read};

use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::format::{begins_as_table, denet};

use super::pieces::{PIECE_MAX, Piece, blank, value};
use super::source::Source;

/// The kinds of recordings that can be loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// procmon's JSON Lines.
    Lines,
    /// procmon's one JSON document.
    Document,
    /// denet's JSON Lines, with or without a line about the command.
    DenetLines,
    /// denet's JSON array.
    DenetArray,
    /// denet's comma-separated values.
    DenetTable,
}

/// What was found at the beginning of a text.
pub(super) enum Begin {
    /// The text holds nothing.
    Empty,
    /// Nothing that can be loaded.
    Foreign,
    /// A table of the kinds that procmon writes, which holds too little to be loaded.
    Table,
    /// procmon's lines: the first of them.
    Lines(Vec<u8>),
    /// procmon's document, of which the entries of the records come next.
    Document(Document),
    /// One of denet's, of which the first entry or line comes next.
    Denet {
        /// Which.
        format: Format,
        /// The names of a table's columns.
        columns: Vec<String>,
    },
}

/// What a document says before its records.
#[derive(Default)]
pub(super) struct Document {
    /// The version of its format; `None` where it does not say.
    pub(super) format: Option<u64>,
    /// Its header, as JSON.
    pub(super) header: Vec<u8>,
}

/// The fields that tell procmon's lines from its documents and from denet's lines.
#[derive(Deserialize)]
struct First {
    r#type: Option<IgnoredAny>,
    procmon: Option<IgnoredAny>,
}

/// Reads as much as it takes to know.
pub(super) fn begin(source: &mut Source<'_>) -> io::Result<Begin> {
    match blank(source, b"")? {
        None => Ok(Begin::Empty),
        Some(b'{') => object(source),
        Some(b'[') => array(source),
        Some(_) => table(source),
    }
}

fn object(source: &mut Source<'_>) -> io::Result<Begin> {
    let line = first_line(source)?;
    match serde_json::from_slice(&line).ok() {
        Some(First { r#type: Some(_), procmon: None }) => Ok(Begin::Lines(line)),
        Some(First { procmon: None, .. }) if denet::is_record(&line) => {
            source.put_back(line);
            Ok(Begin::Denet { format: Format::DenetLines, columns: Vec::new() })
        }
        Some(First { procmon: None, .. }) => Ok(Begin::Foreign),
        // A document may stand on one line, of any length, or on many.
        Some(_) | None => {
            source.put_back(line);
            document(source)
        }
    }
}

/// Passes over what stands before the records of a document. The header has to, or they cannot be read one by one.
fn document(source: &mut Source<'_>) -> io::Result<Begin> {
    let mut document = Document::default();
    let (mut name, mut field) = (Vec::new(), Vec::new());
    let mut is_ours = false;
    source.consume(1);
    while blank(source, b",")? == Some(b'"') {
        value(source, &mut name)?;
        let begin = blank(source, b":")?;
        if name == b"\"records\"" && begin == Some(b'[') && is_ours {
            source.consume(1);
            return Ok(Begin::Document(document));
        }
        if value(source, &mut field)? != Piece::Whole || field.is_empty() {
            break;
        }
        match name.as_slice() {
            b"\"procmon\"" => is_ours = field == b"\"recording\"",
            b"\"format\"" => document.format = serde_json::from_slice(&field).ok(),
            b"\"header\"" => document.header.clone_from(&field),
            _ => {}
        }
    }
    Ok(Begin::Foreign)
}

fn array(source: &mut Source<'_>) -> io::Result<Begin> {
    source.consume(1);
    if blank(source, b"")? == Some(b']') {
        return Ok(Begin::Empty);
    }
    let mut entry = Vec::new();
    let found = value(source, &mut entry)?;
    if found == Piece::TooLong || !denet::is_record(&entry) {
        return Ok(Begin::Foreign);
    }
    source.put_back(entry);
    Ok(Begin::Denet { format: Format::DenetArray, columns: Vec::new() })
}

fn table(source: &mut Source<'_>) -> io::Result<Begin> {
    let line = first_line(source)?;
    if begins_as_table(&line) {
        return Ok(Begin::Table);
    }
    let columns = denet::columns(&line);
    Ok(columns
        .map_or(Begin::Foreign, |columns| Begin::Denet { format: Format::DenetTable, columns }))
}

/// The first line, or as much of it as can be a record.
pub(super) fn first_line(source: &mut Source<'_>) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    source.take(PIECE_MAX as u64).read_until(b'\n', &mut line)?;
    Ok(line)
}
