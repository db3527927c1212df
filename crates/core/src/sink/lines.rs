//! Floor 9. JSON Lines to a file or a pipe.

use std::io::{self, ErrorKind, Write};

use procmon_model::ports::{Loss, LossKind, Sink};
use procmon_model::record::Record;

use crate::format::jsonl;

/// Records gathered before they are written without waiting for the next sample.
const BUFFER_MAX: usize = 64 * 1024;

/// How the line of a header begins.
const HEADER: &[u8] = b"{\"type\":\"header\"";

/// How long a failed sink goes on trying.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spare {
    /// A file: a full disk can have room again, so each sample tries anew.
    Retry,
    /// A pipe: a reader that has gone does not come back.
    GiveUp,
}

/// Appends each record as a line and hands them on at each sample.
///
/// When writing fails, the session goes on and the lost records are counted. A line that was cut by the failure is
/// ended before the next one, so that a reader loses that line and no other.
pub struct JsonLines<W> {
    writer: W,
    name: String,
    spare: Spare,
    buffer: Vec<u8>,
    buffered: u64,
    cut: bool,
    /// The header as long as nothing of it could be written: a recording without one is of no use.
    header: Vec<u8>,
    given_up: bool,
    lost: u64,
    error: Option<String>,
    leaves_header_out: bool,
}

impl<W: Write> JsonLines<W> {
    /// To a writer without a buffer of its own; `name` is what messages call it.
    pub fn new(writer: W, name: impl Into<String>, spare: Spare) -> Self {
        Self {
            writer,
            name: name.into(),
            spare,
            buffer: Vec::new(),
            buffered: 0,
            cut: false,
            header: Vec::new(),
            given_up: false,
            lost: 0,
            error: None,
            leaves_header_out: false,
        }
    }

    /// Without the header: for those who take every line for a record of what happened. Such a file cannot be loaded.
    #[must_use]
    pub fn without_header(self) -> Self {
        Self { leaves_header_out: true, ..self }
    }

    fn flush(&mut self) {
        if !self.header.is_empty() {
            self.buffer.splice(0..0, self.header.drain(..));
            self.buffered += 1;
        }
        let mut written = 0;
        let result = self.write_out(&mut written);
        if let Err(error) = result {
            let kept = self.buffer[..written].split(|byte| *byte == b'\n').count() as u64 - 1;
            self.cut |= written > 0 && self.buffer[written - 1] != b'\n';
            self.lost += self.buffered.saturating_sub(kept);
            self.error = Some(error.to_string());
            self.given_up = self.spare == Spare::GiveUp;
            if written == 0 && !self.given_up && self.buffer.starts_with(HEADER) {
                let end = self.buffer.iter().position(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                self.header.extend(self.buffer.drain(..end));
                self.lost = self.lost.saturating_sub(1);
            }
        }
        self.buffer.clear();
        self.buffered = 0;
    }

    fn write_out(&mut self, written: &mut usize) -> io::Result<()> {
        if self.cut {
            self.writer.write_all(b"\n")?;
            self.cut = false;
        }
        while *written < self.buffer.len() {
            match self.writer.write(&self.buffer[*written..]) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(count) => *written += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.writer.flush()
    }
}

impl<W: Write> Sink for JsonLines<W> {
    fn write(&mut self, record: &Record) {
        if self.leaves_header_out && matches!(record, Record::Header(_)) {
            return;
        }
        if self.given_up || jsonl::encode(record, &mut self.buffer).is_err() {
            self.lost += 1;
            return;
        }
        self.buffered += 1;
        if !matches!(record, Record::Event(_) | Record::Call(_)) || self.buffer.len() > BUFFER_MAX {
            self.flush();
        }
    }

    fn finish(&mut self) {
        self.flush();
    }

    fn loss(&self) -> Option<Loss> {
        let error = self.error.as_deref()?;
        let records = self.lost + u64::from(!self.header.is_empty());
        let words = if records == 1 { "record" } else { "records" };
        let message = format!("{records} {words} could not be written to {}: {error}", self.name);
        Some(Loss { kind: LossKind::OutputFailed, records, message })
    }
}

#[cfg(test)]
mod tests {
    use procmon_model::record::Mark;
    use procmon_model::units::Elapsed;

    use super::*;

    /// A disk with room for so many bytes.
    struct Disk {
        room: usize,
        bytes: Vec<u8>,
    }

    impl Write for &mut Disk {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let count = bytes.len().min(self.room);
            if count == 0 {
                return Err(io::Error::from(ErrorKind::StorageFull));
            }
            self.room -= count;
            self.bytes.extend_from_slice(&bytes[..count]);
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn mark(text: &str) -> Record {
        Record::Mark(Mark { at: Elapsed::ZERO, text: text.to_owned() })
    }

    fn header() -> Record {
        let line = br#"{"type":"header","format":1,"version":"0","pid":1,"startTime":2,"command":[],"executable":null,
            "cwd":null,"startedAtMs":0,"attached":false,"host":{"os":"","kernel":null,"arch":"","cpus":null,
            "cpusAvailable":null,"memoryBytes":null},"capabilities":{"tier":"1","metrics":31,"exact":true,
            "reasons":[]},"settings":{}}"#;
        jsonl::decode(line).unwrap()
    }

    #[test]
    fn a_full_disk_costs_the_records_that_did_not_fit_and_no_other() {
        let mut disk = Disk { room: 50, bytes: Vec::new() };
        let mut sink = JsonLines::new(&mut disk, "run.jsonl", Spare::Retry);
        sink.write(&mark("fits"));
        sink.write(&mark("is cut"));
        sink.write(&mark("is lost"));
        assert_eq!(sink.loss().map(|loss| loss.records), Some(2));
        sink.writer.room = 1000;
        sink.write(&mark("fits again"));
        sink.finish();
        let lines: Vec<_> = disk.bytes.split(|byte| *byte == b'\n').collect();
        assert_eq!(jsonl::decode(lines[0]).unwrap(), mark("fits"));
        assert_eq!(jsonl::decode(lines[2]).unwrap(), mark("fits again"));
        assert_eq!(lines.len(), 4);
    }

    #[test]
    fn a_disk_that_is_full_at_first_gets_the_header_when_it_has_room() {
        let header = header();
        let mut disk = Disk { room: 0, bytes: Vec::new() };
        let mut sink = JsonLines::new(&mut disk, "run.jsonl", Spare::Retry);
        sink.write(&header);
        sink.write(&mark("lost"));
        assert_eq!(sink.loss().map(|loss| loss.records), Some(2));
        sink.writer.room = 10_000;
        sink.write(&mark("kept"));
        assert_eq!(sink.loss().map(|loss| loss.records), Some(1));
        let lines: Vec<_> = disk.bytes.split_inclusive(|byte| *byte == b'\n').collect();
        assert_eq!(jsonl::decode(lines[0]).unwrap(), header);
        assert_eq!(jsonl::decode(lines[1]).unwrap(), mark("kept"));
    }

    #[test]
    fn a_header_that_is_left_out_is_no_loss() {
        let mut disk = Disk { room: 1000, bytes: Vec::new() };
        let mut sink = JsonLines::new(&mut disk, "run.jsonl", Spare::Retry).without_header();
        sink.write(&header());
        sink.write(&mark("first"));
        assert_eq!(sink.loss(), None);
        assert_eq!(jsonl::decode(disk.bytes.trim_ascii()).unwrap(), mark("first"));
    }

    #[test]
    fn a_reader_that_has_gone_is_not_tried_again_and_every_record_since_is_counted() {
        let mut disk = Disk { room: 0, bytes: Vec::new() };
        let mut sink = JsonLines::new(&mut disk, "standard output", Spare::GiveUp);
        sink.write(&mark("one"));
        sink.writer.room = 1000;
        sink.write(&mark("two"));
        let loss = sink.loss().unwrap();
        assert_eq!(loss.records, 2);
        assert!(loss.message.starts_with("2 records could not be written to standard output: "));
        assert!(disk.bytes.is_empty());
    }
}
