//! Floor 10. The columns of the results, and the rows that no group has yet.

use std::io::Write;
use std::mem;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, TimeUnit, Type as Physical, ZstdLevel};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;
use procmon_model::calendar::parse_rfc3339;
use serde_json::{Map, Value};

use crate::call_log::{Content, columns};

const NS_PER_MICRO: u64 = 1000;
/// What zstd calls its usual level.
const ZSTD_LEVEL: i32 = 3;

/// The cells that no group has yet, column by column.
pub(super) struct Columns {
    columns: Vec<Column>,
    rows: usize,
}

struct Column {
    name: &'static str,
    content: Content,
    values: Values,
    /// 1 for each cell that has a value, 0 for each that is unknown.
    known: Vec<i16>,
}

enum Values {
    Whole(Vec<i64>),
    Words(Vec<ByteArray>),
    Truth(Vec<bool>),
}

/// The schema: every column may be unknown.
pub(super) fn schema() -> Result<Type, ParquetError> {
    let field = |(name, content)| field(name, content).map(Arc::new);
    let fields = columns().map(field).collect::<Result<Vec<_>, _>>()?;
    Type::group_type_builder("results").with_fields(fields).build()
}

fn field(name: &str, content: Content) -> Result<Type, ParquetError> {
    let in_utc = LogicalType::timestamp(true, TimeUnit::MICROS);
    let (physical, logical) = match content {
        Content::Moment => (Physical::INT64, Some(in_utc)),
        Content::Whole => (Physical::INT64, None),
        Content::Words => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Content::Truth => (Physical::BOOLEAN, None),
    };
    Type::primitive_type_builder(name, physical)
        .with_logical_type(logical)
        .with_repetition(Repetition::OPTIONAL)
        .build()
}

/// How the file is written. Groups that are carried over have no index of their pages, and a file has one for all or none.
pub(super) fn properties() -> Result<WriterProperties, ParquetError> {
    Ok(WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::try_new(ZSTD_LEVEL)?))
        .set_statistics_enabled(EnabledStatistics::Chunk)
        .set_offset_index_disabled(true)
        .set_created_by(format!("procmon {}", env!("CARGO_PKG_VERSION")))
        .build())
}

impl Columns {
    pub(super) fn new() -> Self {
        let column = |(name, content)| Column {
            name,
            content,
            values: Values::of(content),
            known: Vec::new(),
        };
        Self { columns: columns().map(column).collect(), rows: 0 }
    }

    /// Takes a row; what it lacks, or has in another form, is unknown.
    pub(super) fn push(&mut self, row: &Map<String, Value>) {
        self.rows += 1;
        for column in &mut self.columns {
            column.push(row.get(column.name));
        }
    }

    /// How many rows no group has yet.
    pub(super) fn rows(&self) -> usize {
        self.rows
    }

    /// Makes them a group of the file.
    pub(super) fn end_group<W: Write + Send>(
        &mut self,
        file: &mut SerializedFileWriter<W>,
    ) -> Result<(), ParquetError> {
        if mem::take(&mut self.rows) == 0 {
            return Ok(());
        }
        let mut group = file.next_row_group()?;
        for column in &mut self.columns {
            if let Some(mut place) = group.next_column()? {
                column.write(&mut place)?;
                place.close()?;
            }
        }
        group.close()?;
        Ok(())
    }
}

impl Column {
    fn push(&mut self, value: Option<&Value>) {
        let is_known = match &mut self.values {
            Values::Whole(values) if self.content == Content::Moment => {
                append(values, value.and_then(Value::as_str).and_then(micros))
            }
            Values::Whole(values) => append(values, value.and_then(Value::as_i64)),
            Values::Words(values) => {
                append(values, value.and_then(Value::as_str).map(ByteArray::from))
            }
            Values::Truth(values) => append(values, value.and_then(Value::as_bool)),
        };
        self.known.push(i16::from(is_known));
    }

    fn write(&mut self, place: &mut SerializedColumnWriter<'_>) -> Result<(), ParquetError> {
        let known = Some(self.known.as_slice());
        match &self.values {
            Values::Whole(values) => place.typed::<Int64Type>().write_batch(values, known, None),
            Values::Words(values) => {
                place.typed::<ByteArrayType>().write_batch(values, known, None)
            }
            Values::Truth(values) => place.typed::<BoolType>().write_batch(values, known, None),
        }?;
        self.known.clear();
        self.values = Values::of(self.content);
        Ok(())
    }
}

impl Values {
    fn of(content: Content) -> Self {
        match content {
            Content::Moment | Content::Whole => Self::Whole(Vec::new()),
            Content::Words => Self::Words(Vec::new()),
            Content::Truth => Self::Truth(Vec::new()),
        }
    }
}

fn append<T>(values: &mut Vec<T>, value: Option<T>) -> bool {
    let is_known = value.is_some();
    values.extend(value);
    is_known
}

fn micros(text: &str) -> Option<i64> {
    i64::try_from(parse_rfc3339(text)?.as_nanos() / NS_PER_MICRO).ok()
}
