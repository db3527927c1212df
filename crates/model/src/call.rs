//! Floor 2. One timed call of a JavaScript function, or of a stretch of code that was given a name.
//!
//! It says nothing of when it was: a recording counts from the session's beginning, a log by the wall clock. Both add their own
//! times to the same fields.

use serde::{Deserialize, Serialize};

use crate::process::ProcessKey;
use crate::units::{Bytes, CpuTime, Length};

/// One call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Call {
    /// Its UUID (RFC 9562, version 4). Where a function is both timed and watched for errors, both speak of one call.
    pub id: String,
    /// The timed call that it was made in, which may have ended before it; `None` for one that was made in none.
    #[serde(rename = "parentId")]
    pub parent: Option<String>,
    /// The name of the function, or what it was to be called in records.
    pub name: String,
    /// What was called.
    pub form: CallForm,
    /// The arguments as text, sanitized and cut; `None` where there are none to tell (a block of code, or a kind of log without
    /// them).
    #[serde(rename = "args")]
    pub arguments: Option<String>,
    /// The process.
    #[serde(flatten)]
    pub process: ProcessKey,
    /// Node's number of the thread (`worker_threads.threadId`): 0 is the main thread.
    #[serde(rename = "threadId")]
    pub thread: u32,
    /// What it came to.
    pub outcome: CallOutcome,
    /// What it threw or rejected with; `None` where it did not.
    pub error: Option<CallError>,
    /// From the call to its end: the settling of an async function's promise, the last value of a generator.
    #[serde(rename = "wallNs")]
    pub wall: Length,
    /// How much of that the function itself ran; `None` where that is not measured (all but generators).
    #[serde(rename = "activeNs", default)]
    pub active: Option<Length>,
    /// Processor time in user mode; `None` where resources are not tracked.
    #[serde(rename = "cpuUserNs", default)]
    pub cpu_user: Option<CpuTime>,
    /// Processor time in the kernel; `None` where resources are not tracked.
    #[serde(rename = "cpuSystemNs", default)]
    pub cpu_system: Option<CpuTime>,
    /// Whose processor time that is.
    #[serde(default)]
    pub cpu_scope: Option<CpuScope>,
    /// Whether other calls that this one did not make ran in the same thread between its beginning and its end: its processor
    /// time holds some of theirs, then, and must not be added to theirs.
    #[serde(default)]
    pub cpu_shared: bool,
    /// Processor time of the process's children that ended and were waited for meanwhile, with all that those had waited for;
    /// `None` where resources are not tracked.
    #[serde(rename = "childrenCpuNs", default)]
    pub cpu_children: Option<CpuTime>,
    /// Resident memory of the process.
    #[serde(rename = "rssBytes", default)]
    pub rss: Option<Change>,
    /// The largest that was up to the end of the call, since the process began.
    #[serde(rename = "rssPeakBytes", default)]
    pub rss_peak: Option<Bytes>,
    /// What objects take in the heap of the thread, garbage that was not collected yet included.
    #[serde(rename = "heapUsedBytes", default)]
    pub heap_used: Option<Change>,
    /// Memory outside of the heap that objects in it hold, array buffers included.
    #[serde(rename = "externalBytes", default)]
    pub external: Option<Change>,
    /// Array buffers, Node's buffers among them.
    #[serde(rename = "arrayBuffersBytes", default)]
    pub array_buffers: Option<Change>,
    /// How long the thread's garbage was collected meanwhile; `None` where resources are not tracked, or the process ended
    /// before Node told.
    #[serde(rename = "gcNs", default)]
    pub gc: Option<Length>,
    /// How often.
    #[serde(default)]
    pub gc_count: Option<u32>,
    /// How long the thread's event loop was busy meanwhile. What it idled is the other part of what Node calls its utilization.
    /// A synchronous call keeps it busy throughout.
    #[serde(rename = "eventLoopActiveNs", default)]
    pub event_loop_active: Option<Length>,
    /// How long it waited meanwhile.
    #[serde(rename = "eventLoopIdleNs", default)]
    pub event_loop_idle: Option<Length>,
}

impl Call {
    /// Processor time in all; `None` where it is not known.
    pub fn cpu(&self) -> Option<CpuTime> {
        Some(self.cpu_user? + self.cpu_system?)
    }
}

/// What was called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum CallForm {
    /// A function that returned a value.
    Sync,
    /// A function that returned a promise.
    Async,
    /// A generator, from its first value asked for to its end.
    Generator,
    /// An async generator, likewise.
    AsyncGenerator,
    /// A function that ends with the call of its callback.
    Callback,
    /// A class or a function, with `new`.
    Constructor,
    /// A stretch of code.
    Block,
    /// A form that a newer version writes.
    #[serde(other)]
    Unknown,
}

impl CallForm {
    /// The word that stands for it in files and on pages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Async => "async",
            Self::Generator => "generator",
            Self::AsyncGenerator => "asyncGenerator",
            Self::Callback => "callback",
            Self::Constructor => "constructor",
            Self::Block => "block",
            Self::Unknown => "unknown",
        }
    }
}

/// What a call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum CallOutcome {
    /// It returned, or was fulfilled.
    Returned,
    /// It threw, or was rejected.
    Threw,
    /// The thread ended before it did.
    Unfinished,
    /// An outcome that a newer version writes.
    #[serde(other)]
    Unknown,
}

impl CallOutcome {
    /// The word that stands for it in files and on pages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Returned => "returned",
            Self::Threw => "threw",
            Self::Unfinished => "unfinished",
            Self::Unknown => "unknown",
        }
    }
}

/// Whose processor time was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CpuScope {
    /// That of the thread that called.
    Thread,
    /// That of the whole process, since the system tells no thread's own.
    Process,
}

impl CpuScope {
    /// The word that stands for it in files and on pages.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Thread => "thread",
            Self::Process => "process",
        }
    }
}

/// An amount of memory before and after.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "WrittenChange", into = "WrittenChange")]
pub struct Change {
    /// When the call began.
    pub before: Bytes,
    /// When it had ended.
    pub after: Bytes,
}

impl Change {
    /// How much more it was afterwards, in bytes; negative where it was less.
    pub fn bytes(self) -> i64 {
        let signed = |bytes: Bytes| i64::try_from(bytes.get()).unwrap_or(i64::MAX);
        signed(self.after) - signed(self.before)
    }
}

/// What stands in a file: with the difference, for those who read it there.
#[derive(Serialize, Deserialize)]
struct WrittenChange {
    before: Bytes,
    after: Bytes,
    #[serde(default)]
    change: i64,
}

impl From<Change> for WrittenChange {
    fn from(change: Change) -> Self {
        Self { before: change.before, after: change.after, change: change.bytes() }
    }
}

impl From<WrittenChange> for Change {
    fn from(WrittenChange { before, after, change: _ }: WrittenChange) -> Self {
        Self { before, after }
    }
}

/// What was thrown.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CallError {
    /// The name of its class; what `typeof` says of what is no error.
    pub class: String,
    /// Its message, or the value itself as text.
    pub message: String,
    /// Its `code`; `None` where it has none.
    #[serde(default)]
    pub code: Option<String>,
    /// Its stack; `None` where it has none, and where only the call was asked about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stack: Option<String>,
    /// What caused it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Box<Self>>,
    /// The members of an `AggregateError`, the first of them where there are many.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Self>,
    /// How many causes or members more there were.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub omitted: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call() -> Call {
        Call {
            id: "6f1c2a34-7d2b-4d3f-9a51-0c0e8d7f1b2a".to_owned(),
            parent: None,
            name: "build".to_owned(),
            form: CallForm::Async,
            arguments: Some("[1, \"x\"]".to_owned()),
            process: ProcessKey { pid: 7, start: 70 },
            thread: 0,
            outcome: CallOutcome::Returned,
            error: None,
            wall: Length::from_nanos(1_500),
            active: None,
            cpu_user: Some(CpuTime::from_nanos(1_000)),
            cpu_system: Some(CpuTime::from_nanos(200)),
            cpu_scope: Some(CpuScope::Thread),
            cpu_shared: true,
            cpu_children: None,
            rss: Some(Change { before: Bytes::new(900), after: Bytes::new(700) }),
            rss_peak: None,
            heap_used: None,
            external: None,
            array_buffers: None,
            gc: None,
            gc_count: None,
            event_loop_active: None,
            event_loop_idle: None,
        }
    }

    #[test]
    fn a_call_is_read_as_it_was_written() {
        let text = serde_json::to_string(&call()).unwrap();
        assert_eq!(serde_json::from_str::<Call>(&text).unwrap(), call());
    }

    #[test]
    fn a_word_on_a_page_is_the_one_of_the_files() {
        let is_written = |word: &str, value| assert_eq!(serde_json::Value::from(word), value);
        for form in [
            CallForm::Sync,
            CallForm::Async,
            CallForm::Generator,
            CallForm::AsyncGenerator,
            CallForm::Callback,
            CallForm::Constructor,
            CallForm::Block,
            CallForm::Unknown,
        ] {
            is_written(form.word(), serde_json::to_value(form).unwrap());
        }
        for outcome in [
            CallOutcome::Returned,
            CallOutcome::Threw,
            CallOutcome::Unfinished,
            CallOutcome::Unknown,
        ] {
            is_written(outcome.word(), serde_json::to_value(outcome).unwrap());
        }
        for scope in [CpuScope::Thread, CpuScope::Process] {
            is_written(scope.word(), serde_json::to_value(scope).unwrap());
        }
    }

    #[test]
    fn memory_that_was_given_back_is_a_negative_change() {
        let value = serde_json::to_value(call()).unwrap();
        assert_eq!(value["rssBytes"]["change"], -200);
        assert_eq!(value["wallNs"], 1_500);
    }

    #[test]
    fn processor_time_is_the_sum_of_both_parts_and_unknown_without_one() {
        assert_eq!(call().cpu(), Some(CpuTime::from_nanos(1_200)));
        assert_eq!(Call { cpu_system: None, ..call() }.cpu(), None);
    }

    #[test]
    fn a_call_that_was_only_timed_says_so_in_few_words() {
        let least = r#"{"id":"a","parentId":null,"name":"f","form":"later","args":null,"pid":1,"startTime":2,"threadId":0,"outcome":"returned","error":null,"wallNs":5}"#;
        let read: Call = serde_json::from_str(least).unwrap();
        assert_eq!((read.form, read.cpu_user, read.gc), (CallForm::Unknown, None, None));
    }
}
