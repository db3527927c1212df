//! Floor 9. What is a recording, in whatever form it comes, and what becomes of one that is cut, foreign or hostile.

use std::cell::Cell;
use std::io::Write;
use std::path::Path;
use std::rc::Rc;

use flate2::Compression;
use flate2::write::GzEncoder;
use procmon_model::host::{Capabilities, Host, Tier};
use procmon_model::metrics::MetricSet;
use procmon_model::process::ProcessKey;
use procmon_model::record::{FORMAT, Header, Mark, Record, Warning, WarningKind};
use procmon_model::settings::Settings;
use procmon_model::units::{Elapsed, WallTime};
use proptest::prelude::*;

use super::pieces::PIECE_MAX;
use super::{Format as Loadable, Loader, Reader, load, summary};
use crate::error::LoadError;
use crate::format::{Format, Rows, Shape, encoder, jsonl};

const MARK: &str = "{\"type\":\"mark\",\"atMs\":1,\"text\":\"x\"}\n";

fn header() -> Header {
    Header {
        format: FORMAT,
        version: "1.0.0".to_owned(),
        root: ProcessKey { pid: 1, start: 2 },
        command: vec!["true".to_owned()],
        executable: None,
        cwd: None,
        started_at: WallTime::from_nanos(0),
        attached: false,
        host: Host::default(),
        capabilities: Capabilities::of(Tier::Poll, vec![]),
        settings: Settings { metrics: MetricSet::ALL, ..Settings::default() },
    }
}

fn first_line() -> String {
    let mut line = Vec::new();
    jsonl::encode(&Record::Header(Box::new(header())), &mut line).unwrap();
    String::from_utf8(line).unwrap()
}

/// A recording of the header and a mark, as one document.
fn document(records: &str) -> String {
    let header = serde_json::to_string(&header()).unwrap();
    format!(
        "{{\"procmon\":\"recording\",\"format\":1,\"header\":{header},\"records\":[{records}]}}"
    )
}

fn mark() -> Record {
    Record::Mark(Mark { at: Elapsed::from_millis(1), text: "x".to_owned() })
}

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(text).unwrap();
    packed.finish().unwrap()
}

struct Loaded {
    format: Loadable,
    header: Header,
    records: Vec<Record>,
    warnings: Vec<Warning>,
}

impl Loaded {
    fn told(&self) -> Vec<(WarningKind, u64)> {
        self.warnings.iter().map(|warning| (warning.kind, warning.count)).collect()
    }
}

fn read(bytes: impl AsRef<[u8]>) -> Result<Loaded, LoadError> {
    let path = Path::new("run.jsonl");
    let mut reader = Reader::new(bytes.as_ref(), path)?;
    let mut records = vec![];
    while let Some(record) = reader.next_record().unwrap() {
        records.push(record);
    }
    let (format, header) = (reader.format(), reader.header().clone());
    Ok(Loaded { format, header, records, warnings: reader.warnings() })
}

fn refusal(bytes: impl AsRef<[u8]>) -> String {
    read(bytes).map(|loaded| loaded.format).unwrap_err().to_string()
}

#[test]
fn a_torn_last_line_is_a_warning_and_costs_that_line_alone() {
    let loaded = read(format!("{}{MARK}{}", first_line(), &MARK[..20])).unwrap();
    assert_eq!(loaded.records, [mark()]);
    assert_eq!(loaded.told(), [(WarningKind::Torn, 1)]);
}

#[test]
fn foreign_and_newer_lines_are_counted_apart_and_passed_over() {
    let text = format!("{}garbage\n\n{{\"type\":\"gpu\"}}\n{{}}\n{MARK}", first_line());
    let loaded = read(text).unwrap();
    assert_eq!(loaded.records, [mark()]);
    assert_eq!(loaded.told(), [(WarningKind::LinesSkipped, 2), (WarningKind::LinesSkipped, 1)]);
}

#[test]
fn what_is_no_recording_is_refused_in_one_line() {
    let foreign = "run.jsonl: not a recording of procmon or denet";
    let empty = "run.jsonl: the recording is empty";
    for text in ["", "\n\n", "[]", " [ ] ", "\u{feff}"] {
        assert_eq!(refusal(text), empty, "{text:?}");
    }
    assert_eq!(refusal(gzip(b"")), empty);
    let foreigners =
        ["a,b,c\n1,2,3\n", MARK, "{", "{}", "{\"a\":", "[1]", "[{}]", "[{\"a\":1}", "{:}"];
    for text in foreigners {
        assert_eq!(refusal(text), foreign, "{text:?}");
        assert_eq!(refusal(gzip(text.as_bytes())), foreign, "{text:?} in gzip");
    }
}

#[test]
fn gzip_that_is_broken_where_it_begins_is_not_taken_for_an_empty_file() {
    let damaged = "run.jsonl: the gzip file is cut or damaged in its first record";
    let packed = gzip(first_line().as_bytes());
    assert_eq!(refusal([0x1f, 0x8b, 0, 0, 0]), damaged, "no gzip in spite of its beginning");
    for length in [2, 10, packed.len() / 2] {
        assert_eq!(refusal(&packed[..length]), damaged, "{length}");
    }
}

#[test]
fn a_table_of_our_own_is_told_from_a_strangers() {
    let table = "run.jsonl: a table, which procmon writes and does not read";
    for format in Format::ALL.iter().copied().filter(|format| format.is_table()) {
        for rows in [Rows::Samples, Rows::Processes] {
            let shape = Shape::new(Some(format), Path::new("run"), rows).unwrap();
            let (mut encoder, mut bytes) = (encoder(shape), Vec::new());
            encoder.add(&Record::Header(Box::new(header())), &mut bytes).unwrap();
            encoder.finish(&mut bytes).unwrap();
            assert_eq!(refusal(&bytes), table, "{format:?} {rows:?}");
            assert_eq!(refusal(gzip(&bytes)), table, "{format:?} {rows:?} in gzip");
        }
    }
}

#[test]
fn a_newer_version_is_refused_by_its_number() {
    let expected = "run.jsonl: the recording has format 99, and this procmon reads up to 1";
    let newer = |text: String| text.replacen("\"format\":1", "\"format\":99", 1);
    assert_eq!(refusal(newer(first_line())), expected);
    assert_eq!(refusal(newer(document(""))), expected);
}

#[test]
fn a_document_is_read_on_one_line_or_on_many() {
    for text in [document(MARK), document("")] {
        let whole: serde_json::Value = serde_json::from_str(&text).unwrap();
        let count = whole["records"].as_array().unwrap().len();
        for text in [text, serde_json::to_string_pretty(&whole).unwrap()] {
            let loaded = read(&text).unwrap();
            assert_eq!(loaded.format, Loadable::Document);
            assert_eq!((loaded.header, loaded.records.len()), (header(), count));
            assert_eq!(loaded.warnings, []);
        }
    }
}

#[test]
fn a_document_that_is_cut_keeps_the_records_before_that() {
    let text = document(&format!("{MARK},{{\"type\":\"gpu\"}},7,{MARK}"));
    let loaded = read(&text[..text.len() - 10]).unwrap();
    assert_eq!(loaded.records, [mark()]);
    let expected =
        [(WarningKind::LinesSkipped, 1), (WarningKind::LinesSkipped, 1), (WarningKind::Torn, 1)];
    assert_eq!(loaded.told(), expected);
    let without_its_brackets = read(&text[..text.len() - 2]).unwrap();
    assert_eq!(without_its_brackets.records, [mark(), mark()]);
    assert_eq!(without_its_brackets.told().last(), Some(&(WarningKind::Torn, 1)));
}

#[test]
fn gzip_of_several_members_is_one_recording() {
    let packed = [gzip(first_line().as_bytes()), gzip(MARK.as_bytes()), gzip(MARK.as_bytes())];
    let loaded = read(packed.concat()).unwrap();
    assert_eq!((loaded.format, loaded.records), (Loadable::Lines, vec![mark(), mark()]));
    assert_eq!(loaded.warnings, []);
    assert_eq!(read(gzip(document(MARK).as_bytes())).unwrap().records, [mark()]);
}

#[test]
fn torn_gzip_is_a_torn_recording_of_what_could_be_unpacked() {
    let packed = [gzip(first_line().as_bytes()), gzip(MARK.as_bytes())].concat();
    let loaded = read(&packed[..packed.len() - 4]).unwrap();
    assert_eq!(loaded.records, [mark()]);
    assert_eq!(loaded.told(), [(WarningKind::Torn, 1)]);
    let loaded = read([packed, b"no gzip".to_vec()].concat()).unwrap();
    assert_eq!((loaded.records.len(), loaded.told()), (1, vec![(WarningKind::Torn, 1)]));
}

#[test]
fn a_line_that_is_too_long_is_passed_over_and_counted_once() {
    let long = "[".repeat(2 * PIECE_MAX);
    let loaded = read(format!("{}{long}\n{MARK}", first_line())).unwrap();
    assert_eq!(
        (loaded.records.as_slice(), loaded.told()),
        ([mark()].as_slice(), vec![(WarningKind::LinesSkipped, 1)])
    );
    let long = format!("\"{}\"", " ".repeat(2 * PIECE_MAX));
    let loaded = read(document(&format!("{long},{MARK}"))).unwrap();
    assert_eq!(
        (loaded.records.as_slice(), loaded.told()),
        ([mark()].as_slice(), vec![(WarningKind::LinesSkipped, 1)])
    );
}

#[test]
fn a_byte_order_mark_and_windows_line_ends_pass() {
    let text = format!("\u{feff}{}{MARK}", first_line()).replace('\n', "\r\n");
    let loaded = read(text).unwrap();
    assert_eq!((loaded.records, loaded.warnings), (vec![mark()], vec![]));
}

#[test]
fn a_file_is_known_by_what_is_in_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.parquet");
    std::fs::write(&path, gzip(format!("{}{MARK}", first_line()).as_bytes())).unwrap();
    let recording = load(&path).unwrap();
    assert_eq!((recording.header, recording.records), (header(), vec![mark()]));
    assert_eq!(summary(&path).unwrap().command, ["true"]);
}

#[test]
fn what_cannot_be_read_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let told = |path: &Path| load(path).unwrap_err().to_string();
    let here = folder.path().display();
    assert_eq!(told(folder.path()), format!("{here}: Is a directory (os error 21)"));
    let missing = folder.path().join("none");
    assert_eq!(told(&missing), format!("{here}/none: No such file or directory (os error 2)"));
    assert_eq!(super::source::name(Path::new("-")), Path::new("standard input"));
}

#[test]
fn a_file_that_grows_meanwhile_is_read_as_far_as_it_was_when_it_was_opened() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.jsonl");
    std::fs::write(&path, format!("{}{MARK}{}", first_line(), &MARK[..20])).unwrap();
    let mut reader = Loader::default().open(&path).unwrap();
    let mut file = std::fs::OpenOptions::new().append(true).open(&path).unwrap();
    file.write_all(format!("{}{}", &MARK[20..], MARK.repeat(100_000)).as_bytes()).unwrap();
    let mut count = 0;
    while reader.next_record().unwrap().is_some() {
        count += 1;
    }
    let kinds: Vec<_> = reader.warnings().iter().map(|warning| warning.kind).collect();
    assert_eq!((count, kinds), (1, vec![WarningKind::Torn]));
}

#[test]
fn an_observer_is_told_of_every_byte_of_the_file_packed_or_not() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("{}{}", first_line(), MARK.repeat(20_000)).into_bytes();
    for (name, bytes) in [("run.jsonl", text.clone()), ("run.jsonl.gz", gzip(&text))] {
        let path = folder.path().join(name);
        std::fs::write(&path, &bytes).unwrap();
        let (told, calls) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(0_usize)));
        let (sum, count) = (Rc::clone(&told), Rc::clone(&calls));
        let loader = Loader::observed(Rc::new(move |bytes| {
            sum.set(sum.get() + bytes);
            count.set(count.get() + 1);
        }));
        let recording = loader.load(&path).unwrap();
        assert_eq!((recording.records.len(), told.get()), (20_000, bytes.len() as u64), "{name}");
        assert!(calls.get() <= bytes.len() / super::source::READ_AT_ONCE + 3, "{}", calls.get());
        assert_eq!(loader.summary(&path).unwrap(), summary(&path).unwrap());
        assert_eq!(told.get(), 2 * bytes.len() as u64, "{name}");
    }
}

proptest! {
    #[test]
    fn no_bytes_after_the_header_keep_a_recording_from_loading(bytes in ".{0,300}") {
        for text in [format!("{}{bytes}", first_line()), document(&bytes)] {
            let loaded = read(&text).unwrap();
            prop_assert!(loaded.warnings.iter().all(|warning| warning.count > 0));
        }
    }

    #[test]
    fn no_bytes_at_all_do_harm(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        prop_assert!(read(&bytes).is_err());
        prop_assert!(read(gzip(&bytes)).is_err());
        let packed = gzip(format!("{}{MARK}", first_line()).as_bytes());
        let loaded = read([packed, bytes].concat()).unwrap();
        prop_assert_eq!(&loaded.records[0], &mark());
    }
}
