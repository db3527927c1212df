//! Floor 8. Which encoder a shape has.

use std::io;

use procmon_model::record::Record;

use super::csv::Table as CsvTable;
use super::encoder::Encoder;
use super::gzip::Gzip;
use super::json::Document;
use super::jsonl;
use super::kind::{Format, Shape};
#[cfg(feature = "parquet")]
use super::parquet::Columns;

/// The encoder of a shape.
pub fn encoder(shape: Shape) -> Box<dyn Encoder> {
    let plain: Box<dyn Encoder> = match shape.format() {
        Format::JsonLines => Box::new(Lines),
        Format::Json => Box::new(Document::default()),
        Format::Csv => Box::new(CsvTable::new(shape.rows())),
        #[cfg(feature = "parquet")]
        Format::Parquet => Box::new(Columns::new(shape.rows())),
    };
    if shape.gzip() { Box::new(Gzip::new(plain)) } else { plain }
}

/// A record a line.
struct Lines;

impl Encoder for Lines {
    fn add(&mut self, record: &Record, bytes: &mut Vec<u8>) -> io::Result<()> {
        Ok(jsonl::encode(record, bytes)?)
    }

    fn finish(&mut self, _bytes: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }
}
