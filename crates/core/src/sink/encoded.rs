//! Floor 9. Any format of a recording to a file, while the session runs.

use std::io::{self, Write};

use procmon_model::ports::{Loss, LossKind, Sink};
use procmon_model::record::Record;

use super::lines::{JsonLines, Spare};
use crate::format::{Encoder, Format, Shape, encoder};

/// Bytes gathered before they are written without waiting for the next sample.
const BUFFER_MAX: usize = 64 * 1024;

/// Hands on what an encoder makes of the records at each sample.
///
/// Only lines of JSON can do without one of them: in every other format what comes after a failure is of no use. So the
/// first one is the last attempt, and all records from then on are counted.
pub struct Encoded<W> {
    encoder: Box<dyn Encoder>,
    writer: W,
    name: String,
    buffer: Vec<u8>,
    /// Records that nothing has been written for since the last success.
    waiting: u64,
    lost: u64,
    error: Option<String>,
}

/// The sink of a file of this shape; `name` is what messages call it.
pub fn file_sink(
    shape: Shape,
    writer: impl Write + 'static,
    name: impl Into<String>,
) -> Box<dyn Sink> {
    match (shape.format(), shape.gzip()) {
        (Format::JsonLines, false) => Box::new(JsonLines::new(writer, name, Spare::Retry)),
        _ => Box::new(Encoded::new(shape, writer, name)),
    }
}

impl<W: Write> Encoded<W> {
    /// To a writer without a buffer of its own; `name` is what messages call it.
    pub fn new(shape: Shape, writer: W, name: impl Into<String>) -> Self {
        Self {
            encoder: encoder(shape),
            writer,
            name: name.into(),
            buffer: Vec::new(),
            waiting: 0,
            lost: 0,
            error: None,
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        self.writer.write_all(&self.buffer)?;
        self.buffer.clear();
        self.waiting = 0;
        self.writer.flush()
    }

    fn note(&mut self, result: io::Result<()>) {
        if let Err(error) = result {
            self.lost += std::mem::take(&mut self.waiting);
            self.buffer = Vec::new();
            self.error = Some(error.to_string());
        }
    }

    fn add(&mut self, record: &Record) -> io::Result<()> {
        self.encoder.add(record, &mut self.buffer)?;
        if !matches!(record, Record::Event(_) | Record::Call(_)) || self.buffer.len() > BUFFER_MAX {
            self.flush()?;
        }
        Ok(())
    }
}

impl<W: Write> Sink for Encoded<W> {
    fn write(&mut self, record: &Record) {
        self.waiting += u64::from(self.encoder.holds(record));
        if self.error.is_some() {
            self.lost += std::mem::take(&mut self.waiting);
            return;
        }
        let result = self.add(record);
        self.note(result);
    }

    fn finish(&mut self) {
        if self.error.is_some() {
            return;
        }
        let result = self.encoder.finish(&mut self.buffer).and_then(|()| self.flush());
        self.note(result);
    }

    fn loss(&self) -> Option<Loss> {
        let (error, records) = (self.error.as_deref()?, self.lost);
        let words = if records == 1 { "record" } else { "records" };
        let message = format!("{records} {words} could not be written to {}: {error}", self.name);
        Some(Loss { kind: LossKind::OutputFailed, records, message })
    }
}
