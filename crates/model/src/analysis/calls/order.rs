//! Floor 6. In which order functions and errors are listed.

use std::cmp::Ordering;

use super::options::CallSort;
use super::shape::{FunctionCalls, ThrownError};
use crate::stats::known_sum;

/// Puts the functions in order.
pub(super) fn sort_functions(functions: &mut [FunctionCalls], by: CallSort) {
    functions.sort_by(|one, other| {
        let most_first = match by {
            CallSort::Name => Ordering::Equal,
            CallSort::Count => other.count.cmp(&one.count),
            CallSort::Errors => other.errors.cmp(&one.errors),
            CallSort::Total => larger(one.total_ms, other.total_ms),
            CallSort::Mean => larger(one.mean_ms, other.mean_ms),
            CallSort::P95 => larger(one.p95_ms, other.p95_ms),
            CallSort::Cpu => larger(cpu_at_most(one), cpu_at_most(other)),
        };
        let by_name = || one.name.cmp(&other.name).then_with(|| place(one).cmp(&place(other)));
        most_first.then_with(by_name)
    });
}

/// Puts the errors in order: the most frequent first.
pub(super) fn sort_errors(errors: &mut [ThrownError]) {
    errors.sort_by(|one, other| {
        other.count.cmp(&one.count).then_with(|| words(one).cmp(&words(other)))
    });
}

fn words(error: &ThrownError) -> impl Ord + '_ {
    (&error.function, &error.class, &error.message, error.form as u8)
}

fn cpu_at_most(function: &FunctionCalls) -> Option<f64> {
    known_sum(function.cpu_ms, function.cpu_shared_ms)
}

/// The larger first, the unknown last.
fn larger(one: Option<f64>, other: Option<f64>) -> Ordering {
    let rank = |value: Option<f64>| value.unwrap_or(f64::NEG_INFINITY);
    rank(other).total_cmp(&rank(one))
}

fn place(function: &FunctionCalls) -> u8 {
    function.form as u8
}
