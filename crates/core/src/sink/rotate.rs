//! Floor 9. A recording of a long run, split into files of which only the latest are kept.
//!
//! The newest has the name that was asked for. When it is full it becomes number 1, what was number 1 becomes number 2,
//! and so on; the oldest goes. Each begins with the header, those that were alive, and a warning with the number of
//! records that came before: it can be read alone, and all of them can be read together.

use std::cell::Cell;
use std::ffi::OsString;
use std::fs;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use procmon_model::event::ProcessEvent;
use procmon_model::ports::{Loss, LossKind, Sink};
use procmon_model::record::Record;

use super::encoded::file_sink;
use super::out_file::OutFile;
use super::past::{Kind, Line, Past, moment};
use crate::format::{Shape, jsonl};

/// What became of the records before those of a file.
const FATE: &str = "are in earlier files";

/// When a file is full, and how many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rotation {
    /// So many bytes make a file full.
    pub bytes: u64,
    /// So many files are kept, the newest included; at least one.
    pub keep: u32,
}

/// The sink that splits a recording.
pub struct Rotating {
    path: PathBuf,
    shape: Shape,
    rotation: Rotation,
    /// What the first file is written to.
    reserved: Option<OutFile>,
    header: Option<Record>,
    past: Past,
    file: Option<Part>,
    lost: u64,
    error: Option<String>,
}

/// The newest file.
struct Part {
    sink: Box<dyn Sink>,
    written: Rc<Cell<u64>>,
    /// With so many bytes it is full.
    full: u64,
}

/// Counts what is written.
struct Counted<W> {
    writer: W,
    written: Rc<Cell<u64>>,
}

/// The name of an older file: `run.2.jsonl` is number 2 of `run.jsonl`.
pub fn part_path(path: &Path, number: u32) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    // The dot of a hidden file begins no ending.
    let ending = |name: &str| name.rfind('.').filter(|at| *at > 0);
    let whole = name.strip_suffix(".gz").unwrap_or(&name);
    let at = ending(whole).unwrap_or(whole.len());
    let mut part = OsString::from(&name[..at]);
    part.push(format!(".{number}{}", &name[at..]));
    path.with_file_name(part)
}

impl Rotating {
    /// To a path that is kept for it, and where nothing is changed before the first record. Refuses what is no file and
    /// cannot be renamed, and a shape that cannot be split.
    pub fn new(path: PathBuf, shape: Shape, rotation: Rotation) -> io::Result<Self> {
        let shape = shape.divisible().map_err(io::Error::other)?;
        if fs::metadata(&path).is_ok_and(|there| !there.is_file()) {
            let message = format!("{} is no file, and only files are rotated", path.display());
            return Err(io::Error::new(ErrorKind::InvalidInput, message));
        }
        let reserved = Some(OutFile::reserve(path.clone()));
        let (past, header, file) = (Past::default(), None, None);
        Ok(Self { path, shape, rotation, reserved, header, past, file, lost: 0, error: None })
    }

    /// The first file. Those of an earlier recording would be taken for parts of this one.
    fn begin(&mut self, header: &Record) {
        let old = (1..).map(|number| part_path(&self.path, number));
        let gone = old.take_while(|path| path.is_file()).try_for_each(fs::remove_file);
        self.note(gone);
        self.header = Some(header.clone());
        self.open(&[]);
    }

    fn open(&mut self, beginning: &[Record]) {
        let written = Rc::new(Cell::new(0));
        let writer = self.reserved.take().unwrap_or_else(|| OutFile::new(self.path.clone()));
        let writer = Counted { writer, written: Rc::clone(&written) };
        let mut sink = file_sink(self.shape, writer, self.path.display().to_string());
        self.header.iter().chain(beginning).for_each(|record| sink.write(record));
        // Where very many are alive, a file holds more than the names of these.
        let full = self.rotation.bytes.max(2 * written.get());
        self.file = Some(Part { sink, written, full });
    }

    fn rotate_if_full(&mut self) {
        let Some(file) = self.file.as_mut().filter(|file| file.written.get() >= file.full) else {
            return;
        };
        file.full = file.written.get().saturating_add(self.rotation.bytes);
        let moved = self.make_room();
        if moved.is_ok() {
            self.close();
            let beginning = self.past.records(FATE);
            self.open(&beginning);
        }
        self.note(moved);
    }

    /// Gives every file the next number. The newest is still being written to under its new name.
    fn make_room(&self) -> io::Result<()> {
        let Rotation { keep, .. } = self.rotation;
        let name = |number| match number {
            0 => self.path.clone(),
            number => part_path(&self.path, number),
        };
        if keep <= 1 {
            return fs::remove_file(&self.path);
        }
        for number in (0..keep - 1).rev() {
            match fs::rename(name(number), name(number + 1)) {
                Err(error) if error.kind() == ErrorKind::NotFound && number > 0 => {}
                result => result?,
            }
        }
        Ok(())
    }

    fn close(&mut self) {
        let Some(mut file) = self.file.take() else { return };
        file.sink.finish();
        if let Some(loss) = file.sink.loss() {
            self.lost += loss.records;
            self.error = Some(loss.message);
        }
    }

    fn note(&mut self, result: io::Result<()>) {
        if let Err(error) = result {
            let path = self.path.display();
            self.error = Some(format!("{path} could not be split into files: {error}"));
        }
    }

    fn remember(&mut self, record: &Record) {
        let kind = Kind::of(record);
        let mut line = Vec::new();
        // Nothing but births and programs is ever told again.
        let is_told = matches!(
            record,
            Record::Event(ProcessEvent::Started { .. } | ProcessEvent::Renamed { .. })
        );
        if is_told && jsonl::encode(record, &mut line).is_err() {
            return;
        }
        self.past.take(kind, moment(record), Line::from(line));
    }
}

impl Sink for Rotating {
    fn write(&mut self, record: &Record) {
        if let Record::Header(_) = record {
            return self.begin(record);
        }
        // What a recording ends with belongs to its last file.
        if !matches!(record, Record::End(_)) {
            self.rotate_if_full();
        }
        if let Some(file) = &mut self.file {
            file.sink.write(record);
        }
        self.remember(record);
    }

    fn finish(&mut self) {
        self.close();
    }

    fn loss(&self) -> Option<Loss> {
        let open = self.file.as_ref().and_then(|file| file.sink.loss());
        let records = self.lost + open.as_ref().map_or(0, |loss| loss.records);
        let message = open.map(|loss| loss.message).or_else(|| self.error.clone())?;
        Some(Loss { kind: LossKind::OutputFailed, records, message })
    }
}

impl<W: Write> Write for Counted<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let count = self.writer.write(bytes)?;
        self.written.set(self.written.get() + count as u64);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}
