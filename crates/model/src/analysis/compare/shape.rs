//! Floor 6. The shape of a comparison: its names stay, in JSON and in JavaScript.

use serde::Serialize;

use super::metrics::Unit;

/// The name and version of this shape.
pub const COMPARISON_SCHEMA: &str = "procmon/comparison@1";

/// Two sets of runs against each other.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// [`COMPARISON_SCHEMA`].
    pub schema: String,
    /// What is compared with.
    pub base: Side,
    /// What is compared.
    pub head: Side,
    /// How sure intervals and verdicts are, between 0.5 and 1.
    pub confidence: f64,
    /// The smallest difference that counts, in percent of the larger side; small amounts have a floor of their own.
    pub min_effect_percent: f64,
    /// Whether there are enough runs on both sides for intervals and verdicts.
    pub has_verdicts: bool,
    /// The figures of whole runs, the most telling first; one that is not known on both sides is here with its reason.
    pub metrics: Vec<MetricComparison>,
    /// What the processes of each role used, those first whose processor time changed most.
    pub roles: Vec<RoleComparison>,
    /// Sentences that a reader has to know to judge the rest.
    pub notes: Vec<String>,
}

/// One of the two sets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Side {
    /// The command of its first run.
    pub command: Vec<String>,
    /// How many runs.
    pub runs: usize,
    /// How many of them failed.
    pub failed: usize,
}

/// One figure of whole runs.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MetricComparison {
    /// Its name as in a summary, with its unit.
    pub metric: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What `base`, `head`, `difference` and `differenceInterval` count.
    pub unit: Unit,
    /// What became of it.
    #[serde(flatten)]
    pub change: Change,
}

/// What the processes of one role used. A run without the role has used nothing for it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct RoleComparison {
    /// The role.
    pub role: String,
    /// Processor time, in milliseconds.
    pub cpu_ms: Change,
    /// The largest sum of resident memory, in bytes.
    pub memory_peak_bytes: Change,
    /// How many processes.
    pub processes: Change,
}

/// A figure on both sides.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The median of the base; null where no run knows the figure.
    pub base: Option<f64>,
    /// The median of the head; null where no run knows the figure.
    pub head: Option<f64>,
    /// Head less base; null where one of them is.
    pub difference: Option<f64>,
    /// Head over base; null where there is no difference to tell, or where the base is 0.
    pub ratio: Option<f64>,
    /// The difference in percent of the base; null as the ratio.
    pub change_percent: Option<f64>,
    /// Where the difference lies; null with fewer than five runs on a side.
    pub difference_interval: Option<Interval>,
    /// Where the change lies, in percent; null as the ratio, and with fewer than five runs on a side.
    pub change_percent_interval: Option<Interval>,
    /// How often chance alone makes at least one of the figures differ as much as this one does: a p-value that is
    /// corrected for their number. Null with fewer than five runs on a side.
    pub chance: Option<f64>,
    /// What to make of it; null with fewer than five runs on a side.
    pub verdict: Option<Verdict>,
    /// Why there is no verdict, or why it is inconclusive.
    pub reason: Option<&'static str>,
}

/// From where to where.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// What to make of a difference. Of every figure less is better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Verdict {
    /// The head takes less.
    Better,
    /// The head takes more.
    Worse,
    /// There is no difference, or it is too small to count, or chance can have made it.
    Inconclusive,
}
