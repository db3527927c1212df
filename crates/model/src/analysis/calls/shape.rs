//! Floor 6. What a table of calls says.

use serde::Serialize;

use super::options::CallSort;
use crate::call::{CallForm, CpuScope};
use crate::record::WarningKind;
use crate::units::{Bytes, WallTime};

/// What timed calls came to, by function. A call that is told more than once, by several files or by a timer and an error
/// catcher that share it, is one call.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallSummary {
    /// Calls.
    pub calls: u64,
    /// Those that threw or were rejected.
    pub errors: u64,
    /// Those whose thread ended before they did.
    pub unfinished: u64,
    /// Calls that nothing more is known of: more came than could be written. Where several files tell of the same ones,
    /// they are counted for each.
    pub dropped: u64,
    /// Functions, those included that are not listed.
    pub function_count: u64,
    /// Different errors, those included that are not listed.
    pub error_count: u64,
    /// Processes that called.
    pub processes: u64,
    /// Threads of theirs that called.
    pub threads: u64,
    /// When the first call began, in milliseconds since 1970; null where no call says.
    #[serde(rename = "firstStartedAtMs")]
    pub first_started_at: Option<WallTime>,
    /// When the last one began.
    #[serde(rename = "lastStartedAtMs")]
    pub last_started_at: Option<WallTime>,
    /// What the functions are put in order by.
    pub sort: CallSort,
    /// The functions, each form of one apart.
    pub functions: Vec<FunctionCalls>,
    /// What was thrown, the most frequent first.
    pub thrown: Vec<ThrownError>,
    /// What was wrong with the files.
    pub warnings: Vec<CallsWarning>,
}

/// The calls of one function in one form.
///
/// Times and memory of a call hold those of the calls that it made: what functions come to is not to be added up. Means,
/// percentiles and totals of times are of the calls that ended.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FunctionCalls {
    /// Its name.
    pub name: String,
    /// How it was called.
    pub form: CallForm,
    /// How often.
    pub count: u64,
    /// How often it threw or was rejected.
    pub errors: u64,
    /// How often its thread ended before it did.
    pub unfinished: u64,
    /// How long its calls took together; null where none ended.
    pub total_ms: Option<f64>,
    /// How long a call took in the mean.
    pub mean_ms: Option<f64>,
    /// The 50th percentile: half of the calls took no longer. Between two calls a percentile lies on the straight line from
    /// one to the other ([`crate::stats::percentile`]).
    pub p50_ms: Option<f64>,
    /// The 95th.
    pub p95_ms: Option<f64>,
    /// The 99th.
    pub p99_ms: Option<f64>,
    /// How long the longest took.
    pub max_ms: Option<f64>,
    /// Processor time of the calls beside which no others ran in their thread; null where there are none of which it is
    /// known.
    pub cpu_ms: Option<f64>,
    /// Processor time of those beside which others ran: it holds some of the others', so that these used at most so much.
    /// Null where there are none of which it is known. Never a part of `cpu_ms`.
    pub cpu_shared_ms: Option<f64>,
    /// How many calls know their processor time, of either kind.
    pub cpu_known: u64,
    /// Whose processor time that is; null where it is not known or not the same for all.
    pub cpu_scope: Option<CpuScope>,
    /// Processor time of child processes that ended and were waited for during the calls; null where no call knows it.
    pub children_cpu_ms: Option<f64>,
    /// How much more resident memory the process had after the calls than before, together; null where no call knows it.
    pub rss_change_bytes: Option<i64>,
    /// The same in the mean.
    pub rss_change_mean_bytes: Option<f64>,
    /// How much more of the heap was in use after a call than before, in the mean; null where no call knows it.
    pub heap_used_change_mean_bytes: Option<f64>,
    /// The largest resident memory that a process had had when a call ended; null where no call knows it.
    pub rss_peak_bytes: Option<Bytes>,
    /// How long garbage was collected during the calls; null where no call knows it.
    pub gc_ms: Option<f64>,
    /// Processes that it was called in.
    pub processes: u64,
    /// Threads of theirs that it was called in.
    pub threads: u64,
    /// When the first call began, in milliseconds since 1970; null where no call says.
    #[serde(rename = "firstStartedAtMs")]
    pub first_started_at: Option<WallTime>,
    /// When the last one began.
    #[serde(rename = "lastStartedAtMs")]
    pub last_started_at: Option<WallTime>,
}

/// One of the different errors: those of one function that have the same class and begin alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ThrownError {
    /// Its class; null where that is not known.
    pub class: Option<String>,
    /// The first 200 characters of its message; null where that is not known, or where there were too many different ones
    /// to tell them apart.
    pub message: Option<String>,
    /// The function.
    pub function: String,
    /// How it was called.
    pub form: CallForm,
    /// How often it was thrown.
    pub count: u64,
}

/// Something that was wrong with a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct CallsWarning {
    /// What, as a word that programs can compare.
    pub kind: WarningKind,
    /// How many lines it concerns.
    pub count: u64,
    /// The same for a person, with the file.
    pub message: String,
}
