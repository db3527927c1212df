//! Floor 8. A table of text, quoted as RFC 4180 says: a row of names, then the rows of the recording.
//!
//! An empty cell is unknown. Lines end with a line feed alone, as everything else that procmon writes.

use std::fmt::Write as _;
use std::io;

use csv::{Writer, WriterBuilder};
use procmon_model::record::Record;

use super::encoder::Encoder;
use super::kind::Rows;
use super::table::{Cell, Tabulator};

/// Room for the rows of a sample of the usual size.
const CAPACITY: usize = 4 * 1024;

/// The table.
pub(super) struct Table {
    tabulator: Tabulator,
    has_names: bool,
    number: String,
}

impl Table {
    pub(super) fn new(rows: Rows) -> Self {
        Self { tabulator: Tabulator::new(rows), has_names: false, number: String::new() }
    }
}

impl Encoder for Table {
    fn add(&mut self, record: &Record, bytes: &mut Vec<u8>) -> io::Result<()> {
        let mut writer = WriterBuilder::new().buffer_capacity(CAPACITY).from_writer(bytes);
        if !self.has_names {
            self.has_names = true;
            writer.write_record(self.tabulator.columns().iter().map(|column| column.name))?;
        }
        let number = &mut self.number;
        self.tabulator.take(record, &mut |cells| row(&mut writer, cells, number))?;
        writer.flush()
    }

    fn finish(&mut self, _bytes: &mut Vec<u8>) -> io::Result<()> {
        Ok(())
    }

    fn holds(&self, record: &Record) -> bool {
        matches!(record, Record::Sample(_))
    }
}

fn row(
    writer: &mut Writer<&mut Vec<u8>>,
    cells: &[Cell<'_>],
    number: &mut String,
) -> io::Result<()> {
    for cell in cells {
        number.clear();
        // Writing into a text cannot fail.
        let written = match cell {
            Cell::Whole(Some(value)) => write!(number, "{value}"),
            Cell::Real(Some(value)) => write!(number, "{value}"),
            Cell::Words(Some(words)) => {
                writer.write_field(words)?;
                continue;
            }
            Cell::Whole(None) | Cell::Real(None) | Cell::Words(None) => Ok(()),
        };
        written.map_err(io::Error::other)?;
        writer.write_field(number.as_bytes())?;
    }
    Ok(writer.write_record(None::<&[u8]>)?)
}
