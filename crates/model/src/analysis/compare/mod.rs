//! Floor 6. Two sets of runs against each other: what changed, by how much, and whether that can be chance.

mod bench;
mod bootstrap;
mod chance;
mod comparing;
mod dice;
mod figures;
mod judge;
mod metrics;
mod notes;
mod options;
mod shape;

pub use bench::{BENCH_SCHEMA, Bench, BenchResult, Spread};
pub use comparing::compare;
pub use figures::{RoleFigures, RunFigures};
pub use metrics::Unit;
pub use options::{CompareError, CompareOptions, RUNS_FOR_A_VERDICT};
pub use shape::{
    COMPARISON_SCHEMA, Change, Comparison, Interval, MetricComparison, RoleComparison, Side,
    Verdict,
};

#[cfg(test)]
mod tests;
