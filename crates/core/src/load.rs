//! Floor 9. Reads a recording, record by record or whole.
//!
//! A recording is written while something else may go wrong, so its end can be missing and a line can be cut. That
//! costs the line and is told as a warning; it never costs the recording.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;

use procmon_model::analysis::{Summariser, Summary};
use procmon_model::record::{FORMAT, Header, Record, Warning, WarningKind};
use procmon_model::recording::Recording;
use procmon_model::units::Elapsed;
use serde::Deserialize;

use crate::error::LoadError;
use crate::format::jsonl::{self, DecodeError};

/// The longest line that can be a record: a sample of 100,000 processes stays below it.
const LINE_MAX: u64 = 64 * 1024 * 1024;

/// Loads a recording whole.
pub fn load(path: &Path) -> Result<Recording, LoadError> {
    let mut reader = Reader::open(path)?;
    let header = reader.header.clone();
    let mut records = Vec::new();
    while let Some(record) = reader.next_record().map_err(|source| io_error(path, source))? {
        records.push(record);
    }
    Ok(Recording { header, records, warnings: reader.warnings() })
}

/// The summary of a recording, without holding it in memory.
pub fn summary(path: &Path) -> Result<Summary, LoadError> {
    let mut reader = Reader::open(path)?;
    let mut summariser = Summariser::new(reader.header.clone());
    while let Some(record) = reader.next_record().map_err(|source| io_error(path, source))? {
        summariser.add(&record);
    }
    for warning in reader.warnings() {
        summariser.warn(&warning);
    }
    Ok(summariser.finish())
}

/// Reads the records of a file one after the other.
pub struct Reader<R> {
    lines: R,
    line: Vec<u8>,
    header: Header,
    at: Elapsed,
    skipped: u64,
    newer: u64,
    torn: bool,
}

impl Reader<BufReader<File>> {
    /// Opens a file and reads its header.
    pub fn open(path: &Path) -> Result<Self, LoadError> {
        let file = File::open(path).map_err(|source| io_error(path, source))?;
        Self::new(BufReader::with_capacity(256 * 1024, file), path)
    }
}

impl<R: BufRead> Reader<R> {
    /// Reads the header of what `path` names in messages.
    pub fn new(mut lines: R, path: &Path) -> Result<Self, LoadError> {
        let mut line = Vec::new();
        loop {
            read_line(&mut lines, &mut line).map_err(|source| io_error(path, source))?;
            if line.is_empty() {
                return Err(LoadError::Empty { path: path.to_owned() });
            }
            if !line.trim_ascii().is_empty() {
                break;
            }
        }
        let header = header(&line, path)?;
        let at = Elapsed::ZERO;
        Ok(Self { lines, line, header, at, skipped: 0, newer: 0, torn: false })
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next record; `None` at the end.
    pub fn next_record(&mut self) -> io::Result<Option<Record>> {
        loop {
            read_line(&mut self.lines, &mut self.line)?;
            if self.line.is_empty() {
                return Ok(None);
            }
            if self.line.trim_ascii().is_empty() {
                continue;
            }
            match jsonl::decode(&self.line) {
                Ok(record) => {
                    self.note_time(&record);
                    return Ok(Some(record));
                }
                Err(DecodeError::UnknownType(_)) => self.newer += 1,
                Err(DecodeError::Malformed(_)) if self.line.last() != Some(&b'\n') => {
                    self.torn = true;
                }
                Err(DecodeError::Malformed(_)) => self.skipped += 1,
            }
        }
    }

    fn note_time(&mut self, record: &Record) {
        if let Record::Sample(sample) = record {
            self.at = sample.at;
        }
    }

    /// What was wrong with the lines that were read.
    pub fn warnings(&self) -> Vec<Warning> {
        let warning = |kind, count, message: String| Warning { at: self.at, kind, count, message };
        let mut warnings = Vec::new();
        if self.skipped > 0 {
            let message = format!("lines that are no records were passed over: {}", self.skipped);
            warnings.push(warning(WarningKind::LinesSkipped, self.skipped, message));
        }
        if self.newer > 0 {
            let message = format!("records of a newer version were passed over: {}", self.newer);
            warnings.push(warning(WarningKind::LinesSkipped, self.newer, message));
        }
        if self.torn {
            let message = "the last line was cut and is missing".to_owned();
            warnings.push(warning(WarningKind::Torn, 1, message));
        }
        warnings
    }
}

/// Reads a line with its end; nothing at the end of the file.
fn read_line(lines: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<()> {
    line.clear();
    lines.take(LINE_MAX).read_until(b'\n', line)?;
    Ok(())
}

/// The header has to be understood before anything else, so a newer format is told by its number alone.
fn header(line: &[u8], path: &Path) -> Result<Header, LoadError> {
    #[derive(Deserialize)]
    struct Version {
        r#type: String,
        format: u64,
    }
    let not_a_recording = || LoadError::NotARecording { path: path.to_owned() };
    let version: Version = serde_json::from_slice(line).map_err(|_| not_a_recording())?;
    if version.r#type != "header" {
        return Err(not_a_recording());
    }
    if version.format > u64::from(FORMAT) {
        let path = path.to_owned();
        return Err(LoadError::NewerFormat { path, found: version.format, known: FORMAT });
    }
    match jsonl::decode(line) {
        Ok(Record::Header(header)) => Ok(*header),
        _ => Err(not_a_recording()),
    }
}

fn io_error(path: &Path, source: io::Error) -> LoadError {
    LoadError::Io { path: path.to_owned(), source }
}

#[cfg(test)]
mod tests {
    use procmon_model::host::{Capabilities, Host, Tier};
    use procmon_model::metrics::MetricSet;
    use procmon_model::process::ProcessKey;
    use procmon_model::record::Mark;
    use procmon_model::settings::Settings;
    use procmon_model::units::WallTime;
    use proptest::prelude::*;

    use super::*;

    fn first_line() -> String {
        let header = Header {
            format: FORMAT,
            version: "1.0.0".to_owned(),
            root: ProcessKey { pid: 1, start: 2 },
            command: vec!["true".to_owned()],
            executable: None,
            cwd: None,
            started_at: WallTime::from_nanos(0),
            attached: false,
            host: Host::default(),
            capabilities: Capabilities {
                tier: Tier::Poll,
                metrics: MetricSet::ALL,
                exact: true,
                reasons: vec![],
                refused: vec![],
            },
            settings: Settings::default(),
        };
        let mut line = Vec::new();
        jsonl::encode(&Record::Header(Box::new(header)), &mut line).unwrap();
        String::from_utf8(line).unwrap()
    }

    fn records(text: &str) -> Result<(Vec<Record>, Vec<Warning>), LoadError> {
        let path = Path::new("run.jsonl");
        let mut reader = Reader::new(text.as_bytes(), path)?;
        let mut records = vec![];
        while let Some(record) = reader.next_record().map_err(|source| io_error(path, source))? {
            records.push(record);
        }
        Ok((records, reader.warnings()))
    }

    const MARK: &str = "{\"type\":\"mark\",\"atMs\":1,\"text\":\"x\"}\n";

    #[test]
    fn a_torn_last_line_is_a_warning_and_costs_that_line_alone() {
        let (records, warnings) =
            records(&format!("{}{MARK}{}", first_line(), &MARK[..20])).unwrap();
        let mark = Mark { at: Elapsed::from_millis(1), text: "x".to_owned() };
        assert_eq!(records, [Record::Mark(mark)]);
        assert_eq!(warnings.len(), 1);
        assert_eq!((warnings[0].kind, warnings[0].count), (WarningKind::Torn, 1));
    }

    #[test]
    fn foreign_and_newer_lines_are_counted_apart_and_passed_over() {
        let text = format!("{}garbage\n\n{{\"type\":\"gpu\"}}\n{{}}\n{MARK}", first_line());
        let (records, warnings) = records(&text).unwrap();
        assert_eq!(records.len(), 1);
        assert_eq!(warnings.iter().map(|warning| warning.count).collect::<Vec<_>>(), [2, 1]);
    }

    #[test]
    fn what_is_no_recording_is_refused_in_one_line() {
        let refusal = |text: &str| records(text).unwrap_err().to_string();
        assert_eq!(refusal(""), "run.jsonl: the recording is empty");
        assert_eq!(refusal("\n\n"), "run.jsonl: the recording is empty");
        assert_eq!(refusal("a,b,c\n1,2,3\n"), "run.jsonl: not a recording of procmon");
        assert_eq!(refusal(MARK), "run.jsonl: not a recording of procmon");
        let newer = first_line().replacen("\"format\":1", "\"format\":99", 1);
        let expected = "run.jsonl: the recording has format 99, and this procmon reads up to 1";
        assert_eq!(refusal(&newer), expected);
    }

    proptest! {
        #[test]
        fn no_bytes_after_the_header_keep_a_recording_from_loading(bytes in ".{0,300}") {
            let (_, warnings) = records(&format!("{}{bytes}", first_line())).unwrap();
            prop_assert!(warnings.iter().all(|warning| warning.count > 0));
        }
    }
}
