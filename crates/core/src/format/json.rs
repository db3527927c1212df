//! Floor 8. One JSON document: the header, and a list of the records that came after it.
//!
//! Each record is what it is as JSON Lines, on a line of its own, so that the document can be read by eye and by line.

use std::io;

use procmon_model::record::{FORMAT, Record};

use super::encoder::Encoder;
use super::jsonl;

/// The document. A session without a header makes an empty file.
#[derive(Default)]
pub(super) struct Document {
    state: State,
}

#[derive(Default, PartialEq, Eq)]
enum State {
    /// Nothing is there yet.
    #[default]
    Before,
    /// The header is there, and no record.
    Empty,
    /// Records are there.
    Filled,
}

impl Encoder for Document {
    fn add(&mut self, record: &Record, bytes: &mut Vec<u8>) -> io::Result<()> {
        let is_header = matches!(record, Record::Header(_));
        if is_header != (self.state == State::Before) {
            return Err(io::Error::other("a document has one header, and has it first"));
        }
        if is_header {
            let begin = format!("{{\"procmon\":\"recording\",\"format\":{FORMAT},\n\"header\":");
            bytes.extend_from_slice(begin.as_bytes());
            append(record, bytes)?;
            bytes.extend_from_slice(b",\n\"records\":[");
            self.state = State::Empty;
            return Ok(());
        }
        bytes.extend_from_slice(if self.state == State::Empty { b"\n" } else { b",\n" });
        self.state = State::Filled;
        append(record, bytes)
    }

    fn finish(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        let end: &[u8] = match self.state {
            State::Before => b"",
            State::Empty | State::Filled => b"\n]}\n",
        };
        bytes.extend_from_slice(end);
        Ok(())
    }
}

/// The line of a record, without its end.
fn append(record: &Record, bytes: &mut Vec<u8>) -> io::Result<()> {
    jsonl::encode(record, bytes)?;
    bytes.pop();
    Ok(())
}
