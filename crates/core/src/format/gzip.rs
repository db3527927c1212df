//! Floor 8. Any of the formats of text, compressed with gzip (RFC 1952).
//!
//! What is compressed together is compressed well, so that the file grows by steps: whoever reads it meanwhile, or after
//! procmon was killed, finds all but the last step.

use std::io::{self, Write};
use std::mem;

use flate2::Compression;
use flate2::write::GzEncoder;
use procmon_model::record::Record;

use super::encoder::Encoder;

/// How much text goes into one step.
const STEP: usize = 64 * 1024;

/// Compresses what another encoder makes.
pub(super) struct Gzip {
    plain: Box<dyn Encoder>,
    text: Vec<u8>,
    stream: Option<GzEncoder<Vec<u8>>>,
    in_step: usize,
}

impl Gzip {
    pub(super) fn new(plain: Box<dyn Encoder>) -> Self {
        let stream = Some(GzEncoder::new(Vec::new(), Compression::default()));
        Self { plain, text: Vec::new(), stream, in_step: 0 }
    }

    fn compress(&mut self) -> io::Result<()> {
        let text = mem::take(&mut self.text);
        let Some(stream) = &mut self.stream else { return Ok(()) };
        stream.write_all(&text)?;
        self.in_step += text.len();
        self.text = text;
        self.text.clear();
        if self.in_step >= STEP {
            self.in_step = 0;
            stream.flush()?;
        }
        Ok(())
    }
}

impl Encoder for Gzip {
    fn add(&mut self, record: &Record, bytes: &mut Vec<u8>) -> io::Result<()> {
        self.plain.add(record, &mut self.text)?;
        self.compress()?;
        if let Some(stream) = &mut self.stream {
            bytes.append(stream.get_mut());
        }
        Ok(())
    }

    fn finish(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        self.plain.finish(&mut self.text)?;
        self.compress()?;
        if let Some(stream) = self.stream.take() {
            bytes.append(&mut stream.finish()?);
        }
        Ok(())
    }

    fn holds(&self, record: &Record) -> bool {
        self.plain.holds(record)
    }
}
