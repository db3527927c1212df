//! Floor 8. What a format can hold comes back equal.

use procmon_model::event::ProcessEvent;
use procmon_model::fake::call;
use procmon_model::fields::{FIELDS, of_process};
use procmon_model::metrics::CATALOGUE;
use procmon_model::process::{Image, ProcessInfo, ProcessKey};
use procmon_model::record::{CallRecord, Mark, Record};
use procmon_model::sample::{ProcessUse, Sample};
use procmon_model::units::{Bytes, CpuTime, Elapsed};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::kind::{Rows, Shape};
use super::{encoder, jsonl};

/// A table as text: its names, and the cells of each row; an empty one is unknown.
type Table = (Vec<String>, Vec<Vec<String>>);

fn header() -> Record {
    let line = br#"{"type":"header","format":1,"version":"0","pid":1,"startTime":2,"command":["a \"b\""],
        "executable":null,"cwd":null,"startedAtMs":0,"attached":false,"host":{"os":"","kernel":null,"arch":"",
        "cpus":null,"cpusAvailable":null,"memoryBytes":null},"capabilities":{"tier":"1","metrics":31,"exact":true,
        "reasons":[]},"settings":{}}"#;
    jsonl::decode(line).unwrap()
}

fn shape(name: &str, rows: Rows) -> Shape {
    Shape::new(None, name.as_ref(), rows).unwrap()
}

fn encoded(shape: Shape, records: &[Record]) -> Vec<u8> {
    let mut encoder = encoder(shape);
    let mut bytes = Vec::new();
    for record in records {
        encoder.add(record, &mut bytes).unwrap();
    }
    encoder.finish(&mut bytes).unwrap();
    bytes
}

fn key() -> impl Strategy<Value = ProcessKey> {
    (1..4_u32, 0..3_u64).prop_map(|(pid, start)| ProcessKey { pid, start })
}

/// Parquet has whole numbers with a sign, and so has what a kernel counts.
fn number() -> impl Strategy<Value = Option<u64>> {
    prop_oneof![Just(None), (0..i64::MAX.cast_unsigned()).prop_map(Some), Just(Some(0))]
}

fn used() -> impl Strategy<Value = ProcessUse> {
    let states = vec!["running", "sleeping", "waiting", "stopped", "zombie", "other"];
    let numbers = prop::collection::vec(number(), CATALOGUE.len());
    (key(), numbers, prop::option::of(prop::sample::select(states))).prop_map(
        |(key, numbers, state)| {
            let mut line = json!({ "pid": key.pid, "startTime": key.start, "state": state });
            for (metric, number) in CATALOGUE.iter().zip(numbers) {
                let is_small = matches!(metric.name, "threads" | "fds");
                let limit = if is_small { u64::from(u32::MAX) } else { u64::MAX };
                line[metric.name] = number.map(|number| number.min(limit)).into();
            }
            serde_json::from_value(line).unwrap()
        },
    )
}

fn sample() -> impl Strategy<Value = Record> {
    let times = (0..1_u64 << 50, 0..1_u64 << 40);
    // What is summed up over processes stays a whole number with a sign.
    (times, prop::collection::vec(number(), 6), prop::collection::vec(used(), 0..2)).prop_map(
        |((from, took), numbers, processes)| {
            Record::Sample(Sample {
                from: Elapsed::from_nanos(from),
                at: Elapsed::from_nanos(from + took),
                cpu: numbers[0].map(CpuTime::from_nanos),
                departed_cpu: numbers[1].map(CpuTime::from_nanos),
                read: numbers[2].map(Bytes::new),
                written: numbers[3].map(Bytes::new),
                memory: numbers[4].map(Bytes::new),
                thread_count: numbers[5],
                took: CpuTime::from_nanos(took),
                processes,
                ..Sample::default()
            })
        },
    )
}

fn image() -> impl Strategy<Value = Image> {
    (".{1,9}", prop::option::of(".{1,9}")).prop_map(|(name, role)| Image {
        name,
        role,
        ..Image::default()
    })
}

fn record() -> impl Strategy<Value = Record> {
    let at = Elapsed::from_nanos(1_234_567);
    let born = move |(key, parent, image)| {
        let process = ProcessInfo { key, parent, started: at, uid: None, image };
        Record::Event(ProcessEvent::Started { at, process })
    };
    let renamed = move |(key, image)| Record::Event(ProcessEvent::Renamed { at, key, image });
    prop_oneof![
        4 => sample(),
        3 => (key(), prop::option::of(key()), image()).prop_map(born),
        1 => (key(), prop::option::of(image())).prop_map(renamed),
        1 => ".*".prop_map(move |text| Record::Mark(Mark { at, text })),
        1 => (key(), ".*").prop_map(move |(key, name)| {
            let call = call(key, &name);
            Record::Call(Box::new(CallRecord { at, started: Elapsed::ZERO, call }))
        }),
    ]
}

fn recording() -> impl Strategy<Value = Vec<Record>> {
    prop::collection::vec(record(), 0..12).prop_map(|mut records| {
        records.insert(0, header());
        records
    })
}

fn samples(records: &[Record]) -> impl Iterator<Item = &Sample> {
    records.iter().filter_map(|record| match record {
        Record::Sample(sample) => Some(sample),
        _ => None,
    })
}

/// A cell as text; what is unknown is empty.
fn cell(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |value| value.to_string())
}

fn samples_as_a_table(records: &[Record]) -> Table {
    let fields = FIELDS.iter().map(|field| field.name);
    let names = ["atMs", "fromMs"].into_iter().chain(fields).chain(["cores"]);
    let row = |sample: &Sample| {
        let mut row = vec![cell(Some(sample.at.as_millis())), cell(Some(sample.from.as_millis()))];
        row.extend(FIELDS.iter().map(|field| cell((field.value)(sample))));
        row.push(cell(sample.cores().map(|cores| cores.0)));
        row
    };
    (names.map(str::to_owned).collect(), samples(records).map(row).collect())
}

/// The image that a process has by then, found by looking at all that came before.
fn portrait(before: &[Record], key: ProcessKey) -> Option<(Option<ProcessKey>, Image)> {
    let birth = before.iter().rposition(|record| {
        matches!(record, Record::Event(ProcessEvent::Started { process, .. }) if process.key == key)
    });
    let named = before[birth.unwrap_or(0)..].iter().rev().find_map(|record| match record {
        Record::Event(ProcessEvent::Renamed { key: of, image: Some(image), .. }) if *of == key => {
            Some(image.clone())
        }
        _ => None,
    });
    let born = birth.and_then(|place| match &before[place] {
        Record::Event(ProcessEvent::Started { process, .. }) => Some(process),
        _ => None,
    });
    let image = named.or_else(|| born.map(|process| process.image.clone()))?;
    Some((born.and_then(|process| process.parent), image))
}

fn processes_as_a_table(records: &[Record]) -> Table {
    let own = ["atMs", "fromMs", "pid", "startTime", "parentPid", "name", "role"];
    let metrics = CATALOGUE.iter().map(|metric| metric.name);
    let names = own.into_iter().chain(metrics).chain(["state"]).map(str::to_owned).collect();
    let mut rows = Vec::new();
    for (place, record) in records.iter().enumerate() {
        let Record::Sample(sample) = record else { continue };
        for used in &sample.processes {
            let known = portrait(&records[..place], used.key);
            let (parent, image) = known.map_or((None, None), |(parent, of)| (parent, Some(of)));
            let mut row = vec![
                cell(Some(sample.at.as_millis())),
                cell(Some(sample.from.as_millis())),
                cell(Some(used.key.pid)),
                cell(Some(used.key.start)),
                cell(parent.map(|parent| parent.pid)),
                cell(image.as_ref().map(|image| image.name.clone())),
                cell(image.and_then(|image| image.role)),
            ];
            row.extend(CATALOGUE.iter().map(|metric| cell(of_process(metric, used))));
            let line = serde_json::to_value(used).unwrap();
            row.push(cell(line["state"].as_str()));
            rows.push(row);
        }
    }
    (names, rows)
}

fn csv_as_a_table(bytes: &[u8]) -> Table {
    let mut reader = csv::Reader::from_reader(bytes);
    let names = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let row = |record: csv::StringRecord| record.iter().map(str::to_owned).collect();
    (names, reader.records().map(|record| row(record.unwrap())).collect())
}

fn document(bytes: &[u8]) -> Vec<Record> {
    let value: Value = serde_json::from_slice(bytes).unwrap();
    assert_eq!((&value["procmon"], &value["format"]), (&json!("recording"), &json!(1)));
    let records = value["records"].as_array().unwrap();
    let lines = std::iter::once(&value["header"]).chain(records);
    lines.map(|line| jsonl::decode(line.to_string().as_bytes()).unwrap()).collect()
}

fn lines(bytes: &[u8]) -> Vec<Record> {
    bytes.split_inclusive(|byte| *byte == b'\n').map(|line| jsonl::decode(line).unwrap()).collect()
}

fn unpacked(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(bytes), &mut text).unwrap();
    text
}

proptest! {
    #[test]
    fn records_come_back_from_lines_and_from_a_document(records in recording()) {
        prop_assert_eq!(&lines(&encoded(Shape::LINES, &records)), &records);
        prop_assert_eq!(&document(&encoded(shape("run.json", Rows::Samples), &records)), &records);
    }

    #[test]
    fn what_is_compressed_is_what_is_not(records in recording()) {
        for name in ["run.jsonl", "run.json", "run.csv"] {
            let plain = encoded(shape(name, Rows::Samples), &records);
            let packed = encoded(shape(&format!("{name}.gz"), Rows::Samples), &records);
            prop_assert_eq!(unpacked(&packed), plain);
        }
    }

    #[test]
    fn every_field_of_a_sample_comes_back_from_csv(records in recording()) {
        let bytes = encoded(shape("run.csv", Rows::Samples), &records);
        prop_assert_eq!(csv_as_a_table(&bytes), samples_as_a_table(&records));
    }

    #[test]
    fn every_metric_of_a_process_comes_back_from_csv(records in recording()) {
        let bytes = encoded(shape("run.csv", Rows::Processes), &records);
        prop_assert_eq!(csv_as_a_table(&bytes), processes_as_a_table(&records));
    }
}

#[test]
fn a_document_has_its_records_on_lines_of_their_own() {
    let mark = Record::Mark(Mark { at: Elapsed::from_millis(5), text: "x".to_owned() });
    let bytes = encoded(shape("run.json", Rows::Samples), &[header(), mark.clone(), mark]);
    let text = String::from_utf8(bytes).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], r#"{"procmon":"recording","format":1,"#);
    assert!(lines[1].starts_with(r#""header":{"type":"header","#), "{}", lines[1]);
    let mark = r#"{"type":"mark","atMs":5,"text":"x"}"#;
    assert_eq!(lines[2..], ["\"records\":[", &format!("{mark},"), mark, "]}"]);
}

#[cfg(feature = "parquet")]
mod columns {
    use std::fs::File;
    use std::io::Write;

    use ::parquet::basic::Compression;
    use ::parquet::file::metadata::RowGroupMetaData;
    use ::parquet::file::reader::{FileReader, SerializedFileReader};
    use ::parquet::record::{Field, Row};

    use procmon_model::record::Header;

    use super::*;

    fn reader(bytes: &[u8]) -> SerializedFileReader<File> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(bytes).unwrap();
        SerializedFileReader::new(file).unwrap()
    }

    fn text(field: &Field) -> String {
        match field {
            Field::Null => String::new(),
            Field::Long(value) => value.to_string(),
            Field::Double(value) => value.to_string(),
            Field::Str(value) => value.clone(),
            other => panic!("{other:?}"),
        }
    }

    fn as_a_table(bytes: &[u8]) -> Table {
        let reader = reader(bytes);
        let columns = reader.metadata().file_metadata().schema().get_fields().to_vec();
        let row = |row: Row| row.get_column_iter().map(|(_, field)| text(field)).collect();
        let rows = reader.get_row_iter(None).unwrap().map(|found| row(found.unwrap())).collect();
        (columns.iter().map(|column| column.name().to_owned()).collect(), rows)
    }

    proptest! {
        #[test]
        fn everything_comes_back_from_parquet(records in recording()) {
            let bytes = encoded(shape("run.parquet", Rows::Samples), &records);
            prop_assert_eq!(as_a_table(&bytes), samples_as_a_table(&records));
            let bytes = encoded(shape("run.parquet", Rows::Processes), &records);
            prop_assert_eq!(as_a_table(&bytes), processes_as_a_table(&records));
        }
    }

    #[test]
    fn the_header_stands_in_the_file_and_columns_are_compressed_with_zstd_in_groups() {
        let mut records = vec![header()];
        records.extend((0..70_000).map(|_| Record::Sample(Sample::default())));
        let reader = reader(&encoded(shape("run.parquet", Rows::Samples), &records));
        let metadata = reader.metadata();
        let about = metadata.file_metadata().key_value_metadata().unwrap();
        let found = about.iter().find(|entry| entry.key == "procmon").unwrap();
        let found: Header = serde_json::from_str(found.value.as_deref().unwrap()).unwrap();
        assert_eq!(Record::Header(Box::new(found)), records[0]);
        let rows: Vec<i64> = metadata.row_groups().iter().map(RowGroupMetaData::num_rows).collect();
        assert_eq!(rows, [65_536, 70_000 - 65_536]);
        let columns = metadata.row_group(0).columns();
        assert!(columns.iter().all(|column| matches!(column.compression(), Compression::ZSTD(_))));
    }
}
