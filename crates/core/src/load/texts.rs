//! Floor 9. The texts that a recording's records are read from, and the count of those that are no records.

use std::io;

use procmon_model::record::{Warning, WarningKind};
use procmon_model::units::Elapsed;

use crate::format::jsonl::DecodeError;

use super::pieces::{Cutting, Piece};
use super::source::Source;

/// The texts of a recording, one after the other.
pub(super) struct Texts<'a> {
    source: Source<'a>,
    cutting: Cutting,
    text: Vec<u8>,
    /// Whether the end of the text was not seen.
    is_cut: bool,
    skipped: u64,
    newer: u64,
    too_long: u64,
    torn: bool,
}

impl<'a> Texts<'a> {
    /// Those that a source holds from here on.
    pub(super) fn new(source: Source<'a>, cutting: Cutting) -> Self {
        Self {
            source,
            cutting,
            text: Vec::new(),
            is_cut: false,
            skipped: 0,
            newer: 0,
            too_long: 0,
            torn: false,
        }
    }

    /// Reads the next; false at the end.
    pub(super) fn advance(&mut self) -> io::Result<bool> {
        loop {
            let piece = self.cutting.next(&mut self.source, &mut self.text)?;
            self.is_cut = piece == Piece::Cut;
            match piece {
                Piece::End => return Ok(false),
                Piece::Cut if self.text.is_empty() => {
                    self.torn = true;
                    return Ok(false);
                }
                Piece::Whole | Piece::Cut => return Ok(true),
                Piece::TooLong => self.too_long += 1,
            }
        }
    }

    /// The one that was read last.
    pub(super) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Counts it as none that can be used.
    pub(super) fn count(&mut self, error: &DecodeError) {
        match error {
            DecodeError::UnknownType(_) => self.newer += 1,
            DecodeError::Malformed(_) if self.is_cut => self.torn = true,
            DecodeError::Malformed(_) => self.skipped += 1,
        }
    }

    /// What was wrong with them.
    pub(super) fn warnings(&self, at: Elapsed) -> Vec<Warning> {
        let warning = |kind, count, message: String| Warning { at, kind, count, message };
        let passed_over = [
            (self.skipped, "lines that are no records were passed over"),
            (self.newer, "records of a newer version were passed over"),
            (self.too_long, "lines of more than 16 MiB were passed over"),
        ];
        let cut = [
            (self.torn, "the last line was cut and is missing"),
            (self.source.is_damaged(), "the gzip file is cut or damaged: the rest is missing"),
        ];
        let passed_over =
            passed_over.into_iter().filter(|(count, _)| *count > 0).map(|(count, words)| {
                warning(WarningKind::LinesSkipped, count, format!("{words}: {count}"))
            });
        let cut = cut
            .into_iter()
            .filter(|(is, _)| *is)
            .map(|(_, words)| warning(WarningKind::Torn, 1, words.to_owned()));
        passed_over.chain(cut).collect()
    }
}
