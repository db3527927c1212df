//! Floor 9. A recording to be read from its first record to its last, in one file or split into several.
//!
//! Each file of a recording that was split begins with what its reader would otherwise not know: who was alive, and a
//! warning with the number of records that came before. Read together, both are passed over, and the number tells
//! whether a file goes on where the one before ends.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};

use procmon_model::analysis::{Summariser, Summary};
use procmon_model::event::ProcessEvent;
use procmon_model::process::ProcessKey;
use procmon_model::record::{Header, Record, Warning, WarningKind};
use procmon_model::recording::Recording;

use crate::error::LoadError;
use crate::load::{Loader, Reader};

/// The records of the files of one recording.
pub struct Parts {
    /// Those that are still to be read, the next one first.
    files: VecDeque<Part>,
    header: Header,
    /// Records so far that a later file would count as missing.
    passed: u64,
    living: BTreeSet<ProcessKey>,
    warnings: Vec<Warning>,
}

/// A file, opened and read up to where its own records begin.
struct Part {
    path: PathBuf,
    records: Reader<'static>,
    /// The births that it begins with.
    births: VecDeque<Record>,
    /// What it says of what came before.
    before: Option<Warning>,
    /// The first record after these.
    first: Option<Record>,
}

/// The summary of a recording, without holding it in memory.
pub fn summary<P: AsRef<Path>>(paths: &[P], loader: &Loader) -> Result<Summary, LoadError> {
    if let [path] = paths {
        return loader.summary(path.as_ref());
    }
    let mut parts = Parts::open(paths, loader)?;
    let mut summariser = Summariser::new(parts.header().clone());
    while let Some(record) = parts.next_record()? {
        summariser.add(&record);
    }
    parts.warnings().iter().for_each(|warning| summariser.warn(warning));
    Ok(summariser.finish())
}

/// A recording in memory, with what was wrong with its lines.
pub fn load<P: AsRef<Path>>(paths: &[P], loader: &Loader) -> Result<Recording, LoadError> {
    if let [path] = paths {
        return loader.load(path.as_ref());
    }
    let mut parts = Parts::open(paths, loader)?;
    let mut records = Vec::new();
    while let Some(record) = parts.next_record()? {
        records.push(record);
    }
    Ok(Recording { header: parts.header, records, warnings: parts.warnings })
}

impl Parts {
    /// Opens the files of a recording, in whatever order they are named; `-` is standard input.
    pub fn open<P: AsRef<Path>>(paths: &[P], loader: &Loader) -> Result<Self, LoadError> {
        if paths.iter().filter(|path| path.as_ref().as_os_str() == "-").count() > 1 {
            return Err(LoadError::Twice);
        }
        let parts = paths.iter().map(|path| Part::open(path.as_ref(), loader));
        let mut parts = parts.collect::<Result<Vec<_>, _>>()?;
        parts.sort_by_key(Part::missing);
        let Some(first) = parts.first() else {
            return Err(LoadError::Empty { path: PathBuf::new() });
        };
        let header = first.records.header().clone();
        let mut before = &first.path;
        for part in &parts {
            if *part.records.header() != header {
                let (path, first) = (part.path.clone(), before.clone());
                return Err(LoadError::AnotherSession { path, first });
            }
            before = &part.path;
        }
        let passed = first.missing();
        Ok(Self {
            files: parts.into(),
            header,
            passed,
            living: BTreeSet::new(),
            warnings: Vec::new(),
        })
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The next record; `None` at the end of the last file.
    pub fn next_record(&mut self) -> Result<Option<Record>, LoadError> {
        while let Some(part) = self.files.front_mut() {
            if let Some(record) = part.next_of_beginning() {
                self.living.extend(born(&record));
                return Ok(Some(record));
            }
            if let Some(record) = part.next_of_its_own()? {
                self.note(&record);
                return Ok(Some(record));
            }
            self.warnings.extend(part.records.warnings());
            let over = self.files.pop_front();
            self.go_on(over)?;
        }
        Ok(None)
    }

    /// What was wrong with the lines that were read.
    pub fn warnings(&self) -> &[Warning] {
        &self.warnings
    }

    /// Leaves out of the next file what is known from those before it.
    fn go_on(&mut self, over: Option<Part>) -> Result<(), LoadError> {
        let (Some(part), Some(over)) = (self.files.front_mut(), over) else { return Ok(()) };
        let gap = part
            .missing()
            .checked_sub(self.passed)
            .ok_or_else(|| LoadError::Overlap { path: part.path.clone(), other: over.path })?;
        let living = &self.living;
        part.births.retain(|birth| born(birth).is_none_or(|key| !living.contains(&key)));
        part.before = part.before.take().filter(|_| gap > 0).map(|warning| Warning {
            count: gap,
            message: format!("records before those of {} are missing: {gap}", part.path.display()),
            ..warning
        });
        self.passed += gap;
        Ok(())
    }

    fn note(&mut self, record: &Record) {
        match record {
            Record::Event(ProcessEvent::Started { process, .. }) => {
                self.living.insert(process.key);
            }
            Record::Event(ProcessEvent::Renamed { image: Some(_), .. }) => {}
            Record::Event(ProcessEvent::Ended { key, .. }) => {
                self.living.remove(key);
                self.passed += 1;
            }
            _ => self.passed += 1,
        }
    }
}

impl Part {
    fn open(path: &Path, loader: &Loader) -> Result<Self, LoadError> {
        let records = loader.open(path)?;
        let path = path.to_owned();
        let births = VecDeque::new();
        let mut part = Self { path, records, births, before: None, first: None };
        part.read_beginning()?;
        Ok(part)
    }

    fn read_beginning(&mut self) -> Result<(), LoadError> {
        loop {
            match self.read()? {
                Some(Record::Warning(warning)) if says_what_is_missing(&warning) => {
                    self.before = Some(warning);
                    return Ok(());
                }
                Some(birth) if born(&birth).is_some() => self.births.push_back(birth),
                other => {
                    self.first = other;
                    return Ok(());
                }
            }
        }
    }

    /// How many records came before its own.
    fn missing(&self) -> u64 {
        self.before.as_ref().map_or(0, |warning| warning.count)
    }

    fn next_of_beginning(&mut self) -> Option<Record> {
        self.births.pop_front().or_else(|| self.before.take().map(Record::Warning))
    }

    fn next_of_its_own(&mut self) -> Result<Option<Record>, LoadError> {
        match self.first.take() {
            Some(record) => Ok(Some(record)),
            None => self.read(),
        }
    }

    fn read(&mut self) -> Result<Option<Record>, LoadError> {
        let Self { records, path, .. } = self;
        records.next_record().map_err(|source| LoadError::Io { path: path.clone(), source })
    }
}

/// Who is born; `None` of any other record.
fn born(record: &Record) -> Option<ProcessKey> {
    match record {
        Record::Event(ProcessEvent::Started { process, .. }) => Some(process.key),
        _ => None,
    }
}

fn says_what_is_missing(warning: &Warning) -> bool {
    warning.kind == WarningKind::RecordsDropped
}
