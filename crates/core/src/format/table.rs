//! Floor 8. A recording as a table: which columns there are, and the rows that each record adds.
//!
//! The columns are those of the catalogues, so that a new metric is a new column everywhere. docs/FORMAT.md has them.

use std::collections::BTreeMap;
use std::io;

use procmon_model::event::ProcessEvent;
use procmon_model::fields::{FIELDS, of_process};
use procmon_model::metrics::CATALOGUE;
use procmon_model::process::{Image, ProcessInfo, ProcessKey, ProcessState};
use procmon_model::record::Record;
use procmon_model::sample::{ProcessUse, Sample};

use super::kind::Rows;

/// How every table of text begins that procmon writes.
const NAMES: &[u8] = b"atMs,fromMs,";
/// How every file of Parquet begins.
const PARQUET: &[u8] = b"PAR1";

/// Whether a file that begins like this is a table of one of the kinds that procmon writes.
pub fn begins_as_table(bytes: &[u8]) -> bool {
    bytes.starts_with(NAMES) || bytes.starts_with(PARQUET)
}

/// A column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) content: Content,
}

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    Whole,
    Real,
    Words,
}

/// A cell; `None` is unknown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Cell<'a> {
    Whole(Option<u64>),
    Real(Option<f64>),
    Words(Option<&'a str>),
}

/// Turns records into rows.
pub(super) struct Tabulator {
    rows: Rows,
    living: BTreeMap<ProcessKey, Portrait>,
}

/// Takes a row.
pub(super) type TakeRow<'a> = &'a mut dyn FnMut(&[Cell<'_>]) -> io::Result<()>;

/// What a row says of a process beside its numbers.
#[derive(Default)]
struct Portrait {
    parent: Option<u32>,
    name: Option<String>,
    role: Option<String>,
}

impl Tabulator {
    pub(super) fn new(rows: Rows) -> Self {
        Self { rows, living: BTreeMap::new() }
    }

    /// The columns, in their order.
    pub(super) fn columns(&self) -> Vec<Column> {
        let column = |name, content| Column { name, content };
        let mut columns = vec![column("atMs", Content::Real), column("fromMs", Content::Real)];
        match self.rows {
            Rows::Samples => {
                columns.extend(FIELDS.iter().map(|field| column(field.name, Content::Whole)));
                columns.push(column("cores", Content::Real));
            }
            Rows::Processes => {
                let numbers = ["pid", "startTime", "parentPid"];
                columns.extend(numbers.map(|name| column(name, Content::Whole)));
                columns.extend(["name", "role"].map(|name| column(name, Content::Words)));
                columns.extend(CATALOGUE.iter().map(|metric| column(metric.name, Content::Whole)));
                columns.push(column("state", Content::Words));
            }
        }
        columns
    }

    /// Hands over the rows that a record adds.
    pub(super) fn take(&mut self, record: &Record, row: TakeRow<'_>) -> io::Result<()> {
        match (record, self.rows) {
            (Record::Sample(sample), Rows::Samples) => row(&of_tree(sample)),
            (Record::Sample(sample), Rows::Processes) => {
                sample.processes.iter().try_for_each(|used| self.process(sample, used, row))
            }
            (Record::Event(event), Rows::Processes) => {
                self.note(event);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn note(&mut self, event: &ProcessEvent) {
        match event {
            ProcessEvent::Started { process, .. } => {
                self.living.insert(process.key, Portrait::of(process));
            }
            ProcessEvent::Renamed { key, image: Some(image), .. } => {
                self.living.entry(*key).or_default().show(image);
            }
            ProcessEvent::Ended { key, .. } => {
                self.living.remove(key);
            }
            _ => {}
        }
    }

    fn process(&self, sample: &Sample, used: &ProcessUse, row: TakeRow<'_>) -> io::Result<()> {
        let portrait = self.living.get(&used.key);
        let mut cells = times(sample);
        cells.extend([
            Cell::Whole(Some(u64::from(used.key.pid))),
            Cell::Whole(Some(used.key.start)),
            Cell::Whole(portrait.and_then(|portrait| portrait.parent).map(u64::from)),
            Cell::Words(portrait.and_then(|portrait| portrait.name.as_deref())),
            Cell::Words(portrait.and_then(|portrait| portrait.role.as_deref())),
        ]);
        cells.extend(CATALOGUE.iter().map(|metric| Cell::Whole(of_process(metric, used))));
        cells.push(Cell::Words(used.gauges.state.map(ProcessState::word)));
        row(&cells)
    }
}

impl Portrait {
    fn of(process: &ProcessInfo) -> Self {
        let parent = process.parent.map(|parent| parent.pid);
        let mut portrait = Self { parent, ..Self::default() };
        portrait.show(&process.image);
        portrait
    }

    fn show(&mut self, image: &Image) {
        self.name = Some(image.name.clone());
        self.role.clone_from(&image.role);
    }
}

fn times(sample: &Sample) -> Vec<Cell<'static>> {
    vec![Cell::Real(Some(sample.at.as_millis())), Cell::Real(Some(sample.from.as_millis()))]
}

fn of_tree(sample: &Sample) -> Vec<Cell<'static>> {
    let mut cells = times(sample);
    cells.extend(FIELDS.iter().map(|field| Cell::Whole((field.value)(sample))));
    cells.push(Cell::Real(sample.cores().map(|cores| cores.0)));
    cells
}
