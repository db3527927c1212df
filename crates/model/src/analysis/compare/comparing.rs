//! Floor 6. Two sets of runs against each other, figure by figure and role by role.

use std::collections::BTreeSet;

use super::figures::{RoleFigures, RunFigures};
use super::judge::{Column, judged};
use super::metrics::{METRICS, Unit, bytes};
use super::notes::notes;
use super::options::{CompareError, CompareOptions, RUNS_FOR_A_VERDICT};
use super::shape::COMPARISON_SCHEMA;
use super::shape::{Change, Comparison, MetricComparison, RoleComparison, Side};

/// Compares the runs of `head` with those of `base`.
///
/// Whole runs and roles are judged apart, each family with its own allowance for chance: a tree of many roles does
/// not make it harder to see that all of it became slower.
pub fn compare(
    base: &[RunFigures],
    head: &[RunFigures],
    options: &CompareOptions,
) -> Result<Comparison, CompareError> {
    options.check()?;
    if base.is_empty() {
        return Err(CompareError::NoBase);
    }
    if head.is_empty() {
        return Err(CompareError::NoHead);
    }
    let metrics = metrics(base, head, options);
    if metrics.iter().all(|metric| metric.change.difference.is_none()) {
        return Err(CompareError::NoCommonMetric);
    }
    Ok(Comparison {
        schema: COMPARISON_SCHEMA.to_owned(),
        base: side(base),
        head: side(head),
        confidence: options.confidence,
        min_effect_percent: options.min_effect * 100.0,
        has_verdicts: base.len().min(head.len()) >= RUNS_FOR_A_VERDICT,
        metrics,
        roles: roles(base, head, options),
        notes: notes(base, head),
    })
}

fn side(runs: &[RunFigures]) -> Side {
    Side {
        command: runs.first().map(|run| run.command.clone()).unwrap_or_default(),
        runs: runs.len(),
        failed: runs.iter().filter(|run| run.has_failed()).count(),
    }
}

fn metrics(
    base: &[RunFigures],
    head: &[RunFigures],
    options: &CompareOptions,
) -> Vec<MetricComparison> {
    let column = |of: &dyn Fn(&RunFigures) -> Option<f64>, unit| column(base, head, of, unit);
    let columns: Vec<Column> =
        METRICS.iter().map(|metric| column(&metric.of, metric.unit)).collect();
    let changes = judged(&columns, options).into_iter();
    let named = METRICS.iter().zip(changes);
    let named = named.map(|(metric, change)| MetricComparison {
        metric: metric.name,
        title: metric.title,
        unit: metric.unit,
        change,
    });
    named.collect()
}

fn roles(
    base: &[RunFigures],
    head: &[RunFigures],
    options: &CompareOptions,
) -> Vec<RoleComparison> {
    let names: BTreeSet<&String> =
        base.iter().chain(head).flat_map(|run| run.by_role.keys()).collect();
    let columns: Vec<Column> = names
        .iter()
        .flat_map(|name| {
            let cpu = |role: RoleFigures| Some(role.cpu_ms);
            let memory = |role: RoleFigures| bytes(role.memory_peak_bytes);
            let processes = |role: RoleFigures| Some(role.processes as f64);
            // Nobody of a role has used nothing. Where a run tells of no role at all, none of them is known.
            let used = |run: &RunFigures, of: &dyn Fn(RoleFigures) -> Option<f64>| {
                let nobody = (!run.by_role.is_empty()).then_some(0.0);
                run.by_role.get(*name).copied().map_or(nobody, of)
            };
            [
                column(base, head, &|run| used(run, &cpu), Unit::Milliseconds),
                column(base, head, &|run| used(run, &memory), Unit::Bytes),
                column(base, head, &|run| used(run, &processes), Unit::Count),
            ]
        })
        .collect();
    let mut changes = judged(&columns, options).into_iter();
    let mut next = || changes.next().unwrap_or_default();
    let mut roles: Vec<RoleComparison> = names
        .into_iter()
        .map(|name| RoleComparison {
            role: name.clone(),
            cpu_ms: next(),
            memory_peak_bytes: next(),
            processes: next(),
        })
        .collect();
    let size = |change: &Change| change.difference.unwrap_or(0.0).abs();
    roles.sort_by(|one, two| {
        let by_memory = || size(&two.memory_peak_bytes).total_cmp(&size(&one.memory_peak_bytes));
        size(&two.cpu_ms).total_cmp(&size(&one.cpu_ms)).then_with(by_memory)
    });
    roles
}

/// What is no number counts as not known.
fn column(
    base: &[RunFigures],
    head: &[RunFigures],
    of: &dyn Fn(&RunFigures) -> Option<f64>,
    unit: Unit,
) -> Column {
    let values = |runs: &[RunFigures]| {
        runs.iter().map(|run| of(run).filter(|value| value.is_finite())).collect()
    };
    Column { base: values(base), head: values(head), least: unit.least() }
}
