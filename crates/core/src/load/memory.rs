//! Floor 9. Recordings that are in memory already: their bytes, or nothing but samples.

use std::path::Path;

use procmon_model::host::{Capabilities, Host, Tier};
use procmon_model::process::ProcessKey;
use procmon_model::record::{FORMAT, Header, Record, Warning, WarningKind};
use procmon_model::recording::Recording;
use procmon_model::settings::Settings;
use procmon_model::units::{Elapsed, WallTime};

use super::reader::{Reader, io_error};
use crate::error::LoadError;
use crate::format::jsonl;

/// Loads a recording that is in memory, which messages call `name`.
pub fn from_bytes(bytes: &[u8], name: &Path) -> Result<Recording, LoadError> {
    whole(Reader::new(bytes, name)?, name)
}

/// The samples of lines that are nothing else, as a recording of which nothing more is known. A line that is no sample is
/// passed over and counted.
pub fn from_samples(lines: &[u8]) -> Recording {
    let mut skipped = 0;
    let mut records = Vec::new();
    for line in lines.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        match jsonl::decode(line) {
            Ok(record @ Record::Sample(_)) => records.push(record),
            _ => skipped += 1,
        }
    }
    let message = format!("samples that could not be read were passed over: {skipped}");
    let (at, kind, count) = (Elapsed::ZERO, WarningKind::LinesSkipped, skipped);
    let warnings = (skipped > 0).then_some(Warning { at, kind, count, message });
    Recording { header: unknown(), records, warnings: warnings.into_iter().collect() }
}

/// The header of samples that came without one.
fn unknown() -> Header {
    let reason = "these are samples alone: what was watched, and how, is not known";
    Header {
        format: FORMAT,
        version: env!("CARGO_PKG_VERSION").to_owned(),
        root: ProcessKey { pid: 0, start: 0 },
        command: Vec::new(),
        executable: None,
        cwd: None,
        started_at: WallTime::from_nanos(0),
        attached: true,
        host: Host::default(),
        capabilities: Capabilities::of(Tier::Portable, vec![reason.to_owned()]),
        settings: Settings::default(),
    }
}

/// Everything that a reader has.
pub(super) fn whole(mut reader: Reader<'_>, path: &Path) -> Result<Recording, LoadError> {
    let header = reader.header().clone();
    let mut records = Vec::new();
    while let Some(record) = reader.next_record().map_err(|source| io_error(path, source))? {
        records.push(record);
    }
    Ok(Recording { header, records, warnings: reader.warnings() })
}
