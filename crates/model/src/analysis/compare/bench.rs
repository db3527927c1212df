//! Floor 6. What repeated runs of one command or of two have shown.
//!
//! The names and units of a result's first fields are those of hyperfine's JSON, so that what draws its results draws
//! ours; our own names have their unit in them, as everywhere else.

use serde::Serialize;

use super::bootstrap::median;
use super::comparing::compare;
use super::figures::RunFigures;
use super::options::{CompareError, CompareOptions};
use super::shape::Comparison;

/// The name and version of this shape.
pub const BENCH_SCHEMA: &str = "procmon/bench@1";

/// What repeated runs have shown.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Bench {
    /// [`BENCH_SCHEMA`].
    pub schema: String,
    /// One for each command, in the order in which they were given.
    pub results: Vec<BenchResult>,
    /// The second command against the first; null where there is no second, or where one of them was never measured.
    pub comparison: Option<Comparison>,
    /// Runs of each command before the first that counts.
    pub warmup_runs: u32,
    /// Runs of each command that were asked for.
    pub runs_wanted: u32,
}

/// What the runs of one command have shown. Times without a unit in their name are in seconds.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct BenchResult {
    /// Its words, as they were given.
    pub command: String,
    /// The mean wall time; null without a run.
    pub mean: Option<f64>,
    /// Its standard deviation; null with fewer than two runs.
    pub stddev: Option<f64>,
    /// The median wall time.
    pub median: Option<f64>,
    /// The mean processor time in user mode; null where it is not known of any run.
    pub user: Option<f64>,
    /// The mean processor time in the kernel, likewise.
    pub system: Option<f64>,
    /// The shortest wall time.
    pub min: Option<f64>,
    /// The longest wall time.
    pub max: Option<f64>,
    /// The wall time of each run.
    pub times: Vec<f64>,
    /// The exit code of each run; null where a signal ended it.
    pub exit_codes: Vec<Option<i32>>,
    /// Wall time.
    #[serde(rename = "wallMs")]
    pub wall_ms: Spread,
    /// Processor time of the whole tree.
    #[serde(rename = "cpuMs")]
    pub cpu_ms: Spread,
    /// The largest memory of the whole tree, shared pages counted once.
    #[serde(rename = "memoryPeakBytes")]
    pub memory_peak_bytes: Spread,
    /// The figures of each run.
    pub runs: Vec<RunFigures>,
}

/// How a figure is spread over the runs that know it. All is null where none does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Spread {
    /// The mean.
    pub mean: Option<f64>,
    /// The standard deviation of single runs (of a sample: n - 1); null with fewer than two.
    pub stddev: Option<f64>,
    /// The median.
    pub median: Option<f64>,
    /// The smallest.
    pub min: Option<f64>,
    /// The largest.
    pub max: Option<f64>,
}

impl Bench {
    /// What these results show; of two commands, the second is compared with the first.
    pub fn new(
        results: Vec<BenchResult>,
        warmup_runs: u32,
        runs_wanted: u32,
        options: &CompareOptions,
    ) -> Result<Self, CompareError> {
        let comparison = match results.as_slice() {
            [base, head] if !base.runs.is_empty() && !head.runs.is_empty() => {
                Some(compare(&base.runs, &head.runs, options)?)
            }
            _ => None,
        };
        let schema = BENCH_SCHEMA.to_owned();
        Ok(Self { schema, results, comparison, warmup_runs, runs_wanted })
    }
}

impl BenchResult {
    /// What these runs of a command show.
    pub fn new(command: String, runs: Vec<RunFigures>) -> Self {
        let spread = |of: fn(&RunFigures) -> Option<f64>| {
            Spread::of(&runs.iter().filter_map(of).collect::<Vec<f64>>())
        };
        let seconds = |millis: Option<f64>| millis.map(|millis| millis / 1e3);
        let wall = spread(|run| run.wall_ms);
        Self {
            command,
            mean: seconds(wall.mean),
            stddev: seconds(wall.stddev),
            median: seconds(wall.median),
            user: seconds(spread(|run| run.cpu_user_ms).mean),
            system: seconds(spread(|run| run.cpu_system_ms).mean),
            min: seconds(wall.min),
            max: seconds(wall.max),
            times: runs.iter().filter_map(|run| seconds(run.wall_ms)).collect(),
            exit_codes: runs.iter().map(|run| run.exit_code).collect(),
            wall_ms: wall,
            cpu_ms: spread(|run| run.cpu_ms),
            memory_peak_bytes: spread(|run| run.memory_peak_bytes.map(|peak| peak.get() as f64)),
            runs,
        }
    }
}

impl Spread {
    fn of(values: &[f64]) -> Self {
        let count = values.len() as f64;
        let mean = (!values.is_empty()).then(|| values.iter().sum::<f64>() / count);
        let deviation = |mean: f64| {
            let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
            (squares / (count - 1.0)).sqrt()
        };
        Self {
            mean,
            stddev: mean.filter(|_| values.len() > 1).map(deviation),
            median: median(values),
            min: values.iter().copied().reduce(f64::min),
            max: values.iter().copied().reduce(f64::max),
        }
    }
}
