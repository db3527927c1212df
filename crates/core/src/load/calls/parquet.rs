//! Floor 9. The rows of a table of results, as Parquet.

use std::fs::File;
use std::path::Path;

use ::parquet::errors::ParquetError;
use ::parquet::file::reader::{FileReader, SerializedFileReader};
use ::parquet::record::{Field, Row as Fields};
use procmon_model::units::WallTime;
use serde_json::{Map, Value};

use super::row::{Entry, Row};
use crate::error::LoadError;
use crate::load::reader::io_error;
use crate::load::source::name;

const NS_PER_MICRO: u64 = 1000;

/// Hands over what each row tells; how many rows tell nothing. Parquet is read from its end, so that it has to be a file.
pub(super) fn read_rows(path: &Path, take: &mut dyn FnMut(Entry)) -> Result<u64, LoadError> {
    let broken = |source: ParquetError| LoadError::BrokenParquet {
        path: name(path),
        reason: source.to_string(),
    };
    if path.as_os_str() == "-" {
        return Err(LoadError::CallsInParquet { path: name(path) });
    }
    let file = File::open(path).map_err(|source| io_error(path, source))?;
    let reader = SerializedFileReader::new(file).map_err(broken)?;
    let mut skipped = 0;
    for fields in reader.get_row_iter(None).map_err(broken)? {
        match row(fields.map_err(broken)?).and_then(Row::entry) {
            Some(entry) => take(entry),
            None => skipped += 1,
        }
    }
    Ok(skipped)
}

fn row(fields: Fields) -> Option<Row> {
    let mut moment = None;
    let mut object = Map::new();
    for (name, field) in fields.into_columns() {
        if let Field::TimestampMicros(micros) = field {
            moment = u64::try_from(micros).ok().map(|micros| micros.saturating_mul(NS_PER_MICRO));
        } else {
            object.insert(name, value(field));
        }
    }
    let mut row: Row = serde_json::from_value(Value::Object(object)).ok()?;
    row.moment = moment.map(WallTime::from_nanos);
    Some(row)
}

fn value(field: Field) -> Value {
    match field {
        Field::Str(text) => Value::from(text),
        Field::Bool(is) => Value::from(is),
        Field::Long(number) => Value::from(number),
        Field::Int(number) => Value::from(number),
        Field::Double(number) => Value::from(number),
        _ => Value::Null,
    }
}
