//! Floor 10. The files of a log, and which call has a line in which.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use procmon_model::process::ProcessKey;
use procmon_model::units::WallTime;

use super::encode::{self, Missing};
use super::lines::{Matter, Told};
use super::order::{LogOptions, ResultsFormat, TimedCall};
use super::outlet::{Attempt, Encode, Outcome, Outlet};
use super::shared_file::{Form, Rotation, SharedFile};
use super::table;
use super::trouble::Troubles;

/// The files.
#[derive(Debug)]
pub(super) struct Files {
    timing: Outlet,
    results: Results,
    errors: Outlet,
    /// Calls that `timing.log` lacks without saying so yet.
    missing: Option<Missing>,
    /// Whose the latest call was: its process and its thread.
    latest: (u32, u32),
}

/// The table.
#[derive(Debug)]
struct Results {
    format: Option<ResultsFormat>,
    folder: PathBuf,
    /// Made with the first row, since a name may tell of the process.
    outlet: Option<Outlet>,
}

impl Files {
    /// Nothing is made before the first line.
    pub(super) fn new(options: LogOptions) -> Self {
        let LogOptions { directory, error_log, max_bytes, backup_count, results } = options;
        let rotation = Rotation { max_bytes, backups: backup_count };
        let log = |path| Outlet::new(SharedFile::new(path, rotation, Form::LINES));
        Self {
            timing: log(directory.join("timing.log")),
            errors: log(error_log),
            results: Results { format: results, folder: directory, outlet: None },
            missing: None,
            latest: (0, 0),
        }
    }

    /// Gives a call its lines. It is counted with the first of them, and where that will never be written, `lost` has it.
    pub(super) fn add(&mut self, timed: &TimedCall, now: Instant, troubles: &Troubles) -> Told {
        let (to, process) = (timed.destinations, timed.call.process);
        self.latest = (process.pid, timed.call.thread);
        if to.timing && self.timing.takes_lines(now) {
            self.tell_missing();
        }
        let results = if to.results { self.results.outlet(process) } else { None };
        let outlets = [
            to.timing.then_some((&mut self.timing, encode::timing as Encode)),
            results,
            to.errors.then_some((&mut self.errors, encode::error as Encode)),
        ];
        let mut lost = Told::default();
        for (at, (outlet, encode)) in outlets.into_iter().flatten().enumerate() {
            let matter = if at == 0 { Matter::Call } else { Matter::Copy };
            if !outlet.take(timed, (encode, matter), now, troubles) {
                lost.add(matter);
            }
        }
        // Where it is to have a line in `timing.log`, it is counted with that one.
        if to.timing {
            self.note_missing(lost.counted);
        }
        lost
    }

    /// Notes that calls came to nothing before they could get a line.
    pub(super) fn miss(&mut self, missing: Missing) {
        self.latest = (missing.pid, missing.thread);
        self.note_missing(missing.calls);
    }

    /// Writes what waits.
    pub(super) fn write(&mut self, attempt: Attempt, troubles: &Troubles) -> Outcome {
        if attempt.is_urgent || self.timing.takes_lines(attempt.now) {
            self.tell_missing();
        }
        let mut all = self.timing.write(attempt, troubles);
        self.note_missing(all.lost.calls + all.lost.missing);
        for outlet in self.results.outlet.iter_mut().chain([&mut self.errors]) {
            all.join(outlet.write(attempt, troubles));
        }
        all
    }

    /// What waits takes so much memory.
    pub(super) fn bytes(&self) -> usize {
        self.outlets().map(Outlet::bytes).sum()
    }

    /// Whether no line waits. What is missing is told when `timing.log` works again, which nobody waits for.
    pub(super) fn are_done(&self) -> bool {
        let is_told = self.missing.is_none() || self.timing.failed_until().is_some();
        is_told && self.outlets().all(Outlet::is_done)
    }

    /// Whether some wait only for others who have a file locked.
    pub(super) fn are_busy(&self) -> bool {
        self.outlets().any(Outlet::is_busy)
    }

    /// When there is something to do although no call comes.
    pub(super) fn retry(&self) -> Option<Instant> {
        let with_lines = self.outlets().filter_map(Outlet::retry).min();
        let missing = self.missing.and_then(|_| self.timing.failed_until());
        with_lines.into_iter().chain(missing).min()
    }

    fn outlets(&self) -> impl Iterator<Item = &Outlet> {
        [&self.timing, &self.errors].into_iter().chain(&self.results.outlet)
    }

    fn note_missing(&mut self, calls: u64) {
        if calls > 0 {
            let calls = calls + self.missing.map_or(0, |missing| missing.calls);
            let (pid, thread) = self.latest;
            self.missing = Some(Missing { calls, pid, thread });
        }
    }

    fn tell_missing(&mut self) {
        let Some(missing) = self.missing else { return };
        let mut line = Vec::new();
        if encode::missing(missing, wall_time(), &mut line).is_ok()
            && self.timing.add(&line, Matter::Missing(missing.calls))
        {
            self.missing = None;
        }
    }
}

impl Results {
    fn outlet(&mut self, process: ProcessKey) -> Option<(&mut Outlet, Encode)> {
        let (folder, format) = (&self.folder, self.format?);
        let made = || match format {
            ResultsFormat::Csv => (folder.join("timing_results.csv"), Form::table(table::names())),
            ResultsFormat::Jsonl => (folder.join("timing_results.jsonl"), Form::LINES),
            ResultsFormat::Parquet => (path_of_own(folder, process), Form::LINES),
        };
        let outlet = self.outlet.get_or_insert_with(|| {
            let (path, form) = made();
            Outlet::new(SharedFile::new(path, Rotation::default(), form))
        });
        let encode = match format {
            ResultsFormat::Csv => table::csv,
            ResultsFormat::Jsonl | ResultsFormat::Parquet => table::json,
        };
        Some((outlet, encode))
    }
}

/// A file for the rows of this log alone, from which a table of Parquet is made: that cannot be appended to.
fn path_of_own(folder: &Path, process: ProcessKey) -> PathBuf {
    let ProcessKey { pid, start } = process;
    let path =
        |number: u64| folder.join(format!("timing_results.{pid}-{start}-{number}.rows.jsonl"));
    // What fails here fails again, and is told, when a row is written.
    drop(fs::create_dir_all(folder));
    let is_taken = |path: &Path| {
        File::create_new(path).is_err_and(|error| error.kind() == ErrorKind::AlreadyExists)
    };
    let mut number = 0;
    while is_taken(&path(number)) {
        number += 1;
    }
    path(number)
}

fn wall_time() -> WallTime {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    WallTime::from_nanos(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}
