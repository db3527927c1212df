//! Floor 8. What turns the records of a session into the bytes of a file, one record after the other.
//!
//! An encoder writes nowhere: it appends to a buffer, so that a running session and a conversion share it, and each
//! deals in its own way with a disk that is full.

use std::io;

use procmon_model::record::Record;

/// Turns records, the header first, into the bytes of a file.
pub trait Encoder: Send {
    /// Appends what this record adds to the file. That can come later, with another record or with the end.
    fn add(&mut self, record: &Record, bytes: &mut Vec<u8>) -> io::Result<()>;

    /// Appends what the file ends with.
    fn finish(&mut self, bytes: &mut Vec<u8>) -> io::Result<()>;

    /// Whether a record of this kind is found again in the file.
    fn holds(&self, _record: &Record) -> bool {
        true
    }
}
