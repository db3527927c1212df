//! Floor 9. Cuts a recording into the texts of its records: lines, or the entries of a JSON array.
//!
//! An array is cut without being understood: brackets and strings are all that is looked at. So neither a document of
//! any length nor an entry that is broken has to be held whole.

use std::io::{self, BufRead, Read};

/// The longest text that can be a record: a sample of 25,000 processes stays below it.
pub(super) const PIECE_MAX: usize = 16 * 1024 * 1024;

/// What the next piece is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Piece {
    /// There is none.
    End,
    /// All of one.
    Whole,
    /// One without its end: the recording may have been cut in it, or before it where it is empty.
    Cut,
    /// One that is too long to be a record, and was passed over.
    TooLong,
}

/// How the records are told from each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cutting {
    /// One a line.
    Lines,
    /// One an entry of an array, whose bracket has been opened.
    Entries,
}

impl Cutting {
    /// Reads the next piece that is not blank.
    pub(super) fn next(self, source: &mut impl BufRead, piece: &mut Vec<u8>) -> io::Result<Piece> {
        match self {
            Self::Lines => loop {
                let found = line(source, piece)?;
                if found == Piece::End || !piece.trim_ascii().is_empty() {
                    return Ok(found);
                }
            },
            Self::Entries => match blank(source, b",:")? {
                Some(b']' | b'}') => Ok(Piece::End),
                // Where there is no byte any more, the bracket is missing.
                _ => value(source, piece),
            },
        }
    }
}

/// Reads a line with its end. Only the last can lack that.
fn line(source: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<Piece> {
    line.clear();
    source.by_ref().take(PIECE_MAX as u64).read_until(b'\n', line)?;
    match line.last() {
        None => Ok(Piece::End),
        Some(b'\n') => Ok(Piece::Whole),
        Some(_) if line.len() < PIECE_MAX => Ok(Piece::Cut),
        Some(_) => {
            source.skip_until(b'\n')?;
            Ok(Piece::TooLong)
        }
    }
}

/// Passes over blanks and the bytes of `others`; the byte that follows, which is still to be read.
pub(super) fn blank(source: &mut impl BufRead, others: &[u8]) -> io::Result<Option<u8>> {
    loop {
        let bytes = source.fill_buf()?;
        if bytes.is_empty() {
            return Ok(None);
        }
        let is_blank = |byte: &u8| byte.is_ascii_whitespace() || others.contains(byte);
        let found = bytes.iter().position(|byte| !is_blank(byte));
        let byte = found.map(|at| bytes[at]);
        let passed = found.unwrap_or(bytes.len());
        source.consume(passed);
        if byte.is_some() {
            return Ok(byte);
        }
    }
}

/// Reads a JSON value of any kind, which begins with the next byte.
pub(super) fn value(source: &mut impl BufRead, value: &mut Vec<u8>) -> io::Result<Piece> {
    value.clear();
    let mut scan = Scan::default();
    let mut is_too_long = false;
    loop {
        let bytes = source.fill_buf()?;
        if bytes.is_empty() {
            return Ok(if scan.complete { Piece::Whole } else { Piece::Cut });
        }
        let end = bytes.iter().position(|byte| scan.is_past(*byte));
        let read = end.unwrap_or(bytes.len());
        is_too_long |= value.len() + read > PIECE_MAX;
        if !is_too_long {
            value.extend_from_slice(&bytes[..read]);
        }
        source.consume(read);
        if end.is_some() {
            return Ok(if is_too_long { Piece::TooLong } else { Piece::Whole });
        }
    }
}

/// Where in a JSON value its bytes have led.
#[derive(Default)]
struct Scan {
    depth: u64,
    in_string: bool,
    escaped: bool,
    /// A string, an object or an array is complete with its last byte; a number is not before the byte behind it.
    complete: bool,
}

impl Scan {
    /// Whether this byte stands behind the value.
    #[inline]
    fn is_past(&mut self, byte: u8) -> bool {
        if self.in_string {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => {
                    self.in_string = false;
                    self.complete = self.depth == 0;
                }
                _ => {}
            }
            return false;
        }
        if self.complete {
            return true;
        }
        match byte {
            b'"' => self.in_string = true,
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' if self.depth == 0 => return true,
            b'}' | b']' => {
                self.depth -= 1;
                self.complete = self.depth == 0;
            }
            b',' | b':' | b' ' | b'\t' | b'\r' | b'\n' => return self.depth == 0,
            _ => {}
        }
        false
    }
}
