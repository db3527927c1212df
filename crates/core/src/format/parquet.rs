//! Floor 8. A table of typed columns: Apache Parquet, compressed with zstd, as databases and data frames read it.
//!
//! The file cannot be read before it is finished: what says where its columns lie stands at its end. Its rows are held
//! back in groups, each some megabytes.

use std::io;
use std::mem;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical, ZstdLevel};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::metadata::KeyValue;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;
use procmon_model::record::{Header, Record};

use super::encoder::Encoder;
use super::kind::Rows;
use super::table::{Cell, Column, Content, Tabulator};

/// The key of the header among the file's own words about itself.
const HEADER_KEY: &str = "procmon";

/// So many rows make a group: readers skip groups and read them side by side.
const GROUP_ROWS: usize = 64 * 1024;

/// What zstd calls its usual level.
const ZSTD_LEVEL: i32 = 3;

/// The columns, and the rows that no group has yet.
pub(super) struct Columns {
    tabulator: Tabulator,
    held: Vec<Held>,
    rows: usize,
    file: Option<SerializedFileWriter<Vec<u8>>>,
}

/// The cells of a column that no group has yet.
struct Held {
    values: Values,
    /// 1 for each cell that has a value, 0 for each that is unknown.
    known: Vec<i16>,
}

enum Values {
    Whole(Vec<i64>),
    Real(Vec<f64>),
    Words(Vec<ByteArray>),
}

impl Columns {
    pub(super) fn new(rows: Rows) -> Self {
        let tabulator = Tabulator::new(rows);
        let held = tabulator.columns().into_iter().map(Held::new).collect();
        Self { tabulator, held, rows: 0, file: None }
    }

    fn begin(&mut self, header: &Header) -> io::Result<()> {
        let fields: Result<Vec<_>, _> =
            self.tabulator.columns().iter().map(|column| Ok(Arc::new(field(column)?))).collect();
        let schema =
            Type::group_type_builder("recording").with_fields(fields.map_err(failed)?).build();
        let about = KeyValue::new(HEADER_KEY.to_owned(), serde_json::to_string(header)?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL).map_err(failed)?))
            .set_statistics_enabled(EnabledStatistics::Chunk)
            .set_created_by(format!("procmon {}", env!("CARGO_PKG_VERSION")))
            .set_key_value_metadata(Some(vec![about]))
            .build();
        let schema = Arc::new(schema.map_err(failed)?);
        let file = SerializedFileWriter::new(Vec::new(), schema, Arc::new(properties));
        self.file = Some(file.map_err(failed)?);
        Ok(())
    }

    fn end_group(&mut self) -> Result<(), ParquetError> {
        let Some(file) = &mut self.file else { return Ok(()) };
        if mem::take(&mut self.rows) == 0 {
            return Ok(());
        }
        let mut group = file.next_row_group()?;
        for column in &mut self.held {
            if let Some(mut place) = group.next_column()? {
                column.write(&mut place)?;
                place.close()?;
            }
        }
        group.close()?;
        Ok(())
    }

    /// Hands over what the file has grown by.
    fn drain(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        if let Some(file) = &mut self.file {
            file.flush()?;
            bytes.append(file.inner_mut());
        }
        Ok(())
    }
}

impl Encoder for Columns {
    fn add(&mut self, record: &Record, bytes: &mut Vec<u8>) -> io::Result<()> {
        if let (Record::Header(header), None) = (record, &self.file) {
            self.begin(header)?;
        }
        let Self { tabulator, held, rows, .. } = self;
        tabulator.take(record, &mut |cells| {
            *rows += 1;
            held.iter_mut().zip(cells).for_each(|(column, cell)| column.push(*cell));
            Ok(())
        })?;
        if self.rows >= GROUP_ROWS {
            self.end_group().map_err(failed)?;
            self.drain(bytes)?;
        }
        Ok(())
    }

    fn finish(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        self.end_group().map_err(failed)?;
        if let Some(file) = &mut self.file {
            file.finish().map_err(failed)?;
        }
        self.drain(bytes)
    }

    fn holds(&self, record: &Record) -> bool {
        matches!(record, Record::Sample(_))
    }
}

impl Held {
    fn new(column: Column) -> Self {
        let values = match column.content {
            Content::Whole => Values::Whole(Vec::new()),
            Content::Real => Values::Real(Vec::new()),
            Content::Words => Values::Words(Vec::new()),
        };
        Self { values, known: Vec::new() }
    }

    fn push(&mut self, cell: Cell<'_>) {
        let is_known = match (&mut self.values, cell) {
            (Values::Whole(values), Cell::Whole(value)) => {
                append(values, value.and_then(|value| i64::try_from(value).ok()))
            }
            (Values::Real(values), Cell::Real(value)) => append(values, value),
            (Values::Words(values), Cell::Words(value)) => {
                append(values, value.map(ByteArray::from))
            }
            _ => false,
        };
        self.known.push(i16::from(is_known));
    }

    fn write(&mut self, place: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let known = Some(self.known.as_slice());
        match &self.values {
            Values::Whole(values) => place.typed::<Int64Type>().write_batch(values, known, None),
            Values::Real(values) => place.typed::<DoubleType>().write_batch(values, known, None),
            Values::Words(values) => {
                place.typed::<ByteArrayType>().write_batch(values, known, None)
            }
        }?;
        self.known.clear();
        match &mut self.values {
            Values::Whole(values) => values.clear(),
            Values::Real(values) => values.clear(),
            Values::Words(values) => values.clear(),
        }
        Ok(())
    }
}

fn append<T>(values: &mut Vec<T>, value: Option<T>) -> bool {
    let is_known = value.is_some();
    values.extend(value);
    is_known
}

fn field(column: &Column) -> Result<Type, ParquetError> {
    let (physical, logical) = match column.content {
        Content::Whole => (Physical::INT64, None),
        Content::Real => (Physical::DOUBLE, None),
        Content::Words => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
    };
    Type::primitive_type_builder(column.name, physical)
        .with_logical_type(logical)
        .with_repetition(Repetition::OPTIONAL)
        .build()
}

fn failed(error: ParquetError) -> io::Error {
    match error {
        ParquetError::External(source) => io::Error::other(source),
        error => io::Error::other(error),
    }
}
