//! Floor 6. What a reader has to know of two sets of runs before any figure means something.

use std::collections::BTreeSet;
use std::fmt::Debug;

use super::figures::RunFigures;
use super::options::RUNS_FOR_A_VERDICT;

/// A sentence for each.
pub(super) fn notes(base: &[RunFigures], head: &[RunFigures]) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(too_few(base.len(), head.len()));
    for (name, runs) in [("base", base), ("head", head)] {
        let failed = runs.iter().filter(|run| run.has_failed()).count();
        notes.extend(some_of(failed, runs.len(), name, "failed"));
        let cut = runs.iter().filter(|run| run.cut).count();
        notes.extend(some_of(cut, runs.len(), name, "were cut: their figures end where they end"));
    }
    let cores = |runs| distinct(runs, |run: &RunFigures| run.cores_available);
    let (before, after) = (cores(base), cores(head));
    if differ(&before, &after) {
        let (before, after) = (listed(&before), listed(&after));
        notes.push(format!("the base could use {before} cores and the head {after}"));
    }
    let tiers = |runs| distinct(runs, |run: &RunFigures| run.tier.map(|tier| format!("{tier:?}")));
    if differ(&tiers(base), &tiers(head)) {
        notes.push("processes were seen in different ways on the two sides".to_owned());
    }
    notes
}

fn too_few(base: usize, head: usize) -> Option<String> {
    if base == 1 && head == 1 {
        return Some(
            "one run of each side proves nothing: the differences may be chance".to_owned(),
        );
    }
    (base.min(head) < RUNS_FOR_A_VERDICT).then(|| {
        format!(
            "{base} and {head} runs are too few for a verdict, which takes {RUNS_FOR_A_VERDICT} of each side: the differences may be chance"
        )
    })
}

fn some_of(count: usize, runs: usize, side: &str, what: &str) -> Option<String> {
    (count > 0).then(|| format!("{count} of {runs} in the {side} {what}"))
}

fn distinct<T: Ord>(runs: &[RunFigures], of: impl Fn(&RunFigures) -> Option<T>) -> BTreeSet<T> {
    runs.iter().filter_map(of).collect()
}

/// Whether both are known and not the same.
fn differ<T: Ord + Debug>(one: &BTreeSet<T>, two: &BTreeSet<T>) -> bool {
    !one.is_empty() && !two.is_empty() && one != two
}

fn listed(numbers: &BTreeSet<u32>) -> String {
    let numbers: Vec<String> = numbers.iter().map(u32::to_string).collect();
    numbers.join(" or ")
}
