//! Floor 9. The rows of a table of results, as text.

use std::io::{self, Read};

use csv::{ByteRecord, ReaderBuilder};
use procmon_model::record::WarningKind;

use super::row::{Entry, Row};
use crate::load::source::Source;

/// What was wrong with rows.
#[derive(Debug, Default)]
pub(super) struct Wrong {
    skipped: u64,
    torn: bool,
    damaged: bool,
}

/// Hands over what each row tells.
pub(super) fn read_rows(
    source: Source<'_>,
    columns: &ByteRecord,
    take: &mut dyn FnMut(Entry),
) -> io::Result<Wrong> {
    let mut bytes = Ended { source, last: b'\n' };
    let mut wrong = Wrong::default();
    let mut last_is_wrong = false;
    let mut rows = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(&mut bytes);
    let mut row = ByteRecord::new();
    while rows.read_byte_record(&mut row)? {
        // Two processes that begin a table at once can both write its names.
        if row == *columns {
            continue;
        }
        let is_whole = row.len() == columns.len();
        let read = is_whole.then(|| row.deserialize::<Row>(Some(columns)).ok()).flatten();
        let entry = read.and_then(Row::entry);
        last_is_wrong = entry.is_none();
        wrong.skipped += u64::from(last_is_wrong);
        entry.into_iter().for_each(&mut *take);
    }
    drop(rows);
    if last_is_wrong && bytes.last != b'\n' {
        wrong.torn = true;
        wrong.skipped -= 1;
    }
    wrong.damaged = bytes.source.is_damaged();
    Ok(wrong)
}

impl Wrong {
    /// The same in words, with a kind and a count each.
    pub(super) fn words(&self) -> Vec<(WarningKind, u64, String)> {
        let Self { skipped, torn, damaged } = *self;
        let skipped_words = format!("rows that are no calls were passed over: {skipped}");
        let damage = "the gzip file is cut or damaged: the rest is missing";
        let all = [
            (WarningKind::LinesSkipped, skipped, skipped_words),
            (WarningKind::Torn, u64::from(torn), "the last row was cut and is missing".to_owned()),
            (WarningKind::Torn, u64::from(damaged), damage.to_owned()),
        ];
        all.into_iter().filter(|(_, count, _)| *count > 0).collect()
    }
}

/// Bytes of which the last is known.
struct Ended<'a> {
    source: Source<'a>,
    last: u8,
}

impl Read for Ended<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        if let Some(last) = read.checked_sub(1) {
            self.last = buffer[last];
        }
        Ok(read)
    }
}
