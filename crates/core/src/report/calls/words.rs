//! Floor 9. Figures of calls in words.

use procmon_model::analysis::CallSummary;
use procmon_model::analysis::calls::FunctionCalls;
use procmon_model::call::CpuScope;
use procmon_model::stats::known_sum;

use super::super::words::{counted, milliseconds, whole_bytes};

/// What begins a page of calls: how many, and how they ended.
pub(super) fn calls(summary: &CallSummary) -> String {
    let CallSummary { calls, errors, unfinished, function_count, .. } = summary;
    if *calls == 0 {
        return "no calls".to_owned();
    }
    let functions = counted(*function_count, "function");
    let ended = |count: u64, how: &str| match count {
        0 => String::new(),
        count => format!(", {count} {how}"),
    };
    let (threw, unfinished) = (ended(*errors, "threw"), ended(*unfinished, "did not end"));
    format!("{} of {functions}{threw}{unfinished}", counted(*calls, "call"))
}

/// Whether a function's processor time is no more than a bound: other calls ran meanwhile, or it is that of the process.
pub(super) fn is_bound(function: &FunctionCalls) -> bool {
    function.cpu_shared_ms.is_some()
        || (function.cpu_ms.is_some() && function.cpu_scope != Some(CpuScope::Thread))
}

/// Processor time; where it is a bound, that of all calls.
pub(super) fn cpu(function: &FunctionCalls) -> String {
    let sign = if is_bound(function) { "≤ " } else { "" };
    let at_most = known_sum(function.cpu_ms, function.cpu_shared_ms);
    at_most.map_or_else(|| "?".to_owned(), |cpu| format!("{sign}{}", milliseconds(cpu)))
}

/// Bytes more or less.
pub(super) fn change(bytes: f64) -> String {
    let sign = match bytes.round() {
        rounded if rounded > 0.0 => "+",
        rounded if rounded < 0.0 => "-",
        _ => "",
    };
    format!("{sign}{}", whole_bytes(bytes.abs()))
}
