//! Floor 4. The records that a session is made of: one line each in a recording, one object each in JavaScript.
//!
//! docs/FORMAT.md is the specification. Fields may be added at any time and readers pass over those they do not know;
//! a change that an older reader would misread raises [`FORMAT`].

use serde::{Deserialize, Serialize};

use crate::call::Call;
use crate::event::{Ending, ProcessEvent};
use crate::host::{Capabilities, Coverage, Host, Surroundings};
use crate::process::{Count, ProcessInfo, ProcessKey};
use crate::sample::Sample;
use crate::settings::Settings;
use crate::units::{Bytes, CpuTime, Elapsed, WallTime};

/// The version of the recording's format that this code writes.
pub const FORMAT: u32 = 1;

/// One record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Record {
    /// The first: what was watched, where and how.
    Header(Box<Header>),
    /// Something happened to a process.
    Event(ProcessEvent),
    /// What the tree used, and how it stands.
    Sample(Sample),
    /// Something went wrong with the watching.
    Warning(Warning),
    /// A word of the user's, at a moment.
    Mark(Mark),
    /// A timed call of a JavaScript function ended.
    Call(Box<CallRecord>),
    /// The last: how the root ended, and the totals.
    End(Box<RunEnd>),
}

/// What was watched, where and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Header {
    /// The format's version: [`FORMAT`].
    pub format: u32,
    /// The version of procmon that wrote it.
    pub version: String,
    /// The root of the tree.
    #[serde(flatten)]
    pub root: ProcessKey,
    /// The words of the root's command line, secrets masked.
    pub command: Vec<String>,
    /// The path of its executable; `None` where unknown.
    pub executable: Option<String>,
    /// Its working directory at the start; `None` where unknown.
    pub cwd: Option<String>,
    /// The moment that every time of the recording counts from.
    #[serde(rename = "startedAtMs")]
    pub started_at: WallTime,
    /// Whether the root was running already.
    pub attached: bool,
    /// The machine.
    pub host: Host,
    /// What can be known there.
    pub capabilities: Capabilities,
    /// What the session was asked to do.
    pub settings: Settings,
}

/// Something went wrong with the watching; the watched command does not notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Warning {
    /// When it was noticed.
    #[serde(rename = "atMs")]
    pub at: Elapsed,
    /// What, as a word that programs can compare.
    pub kind: WarningKind,
    /// How often, or how many records it concerns.
    pub count: u64,
    /// The same for a person, in one sentence.
    pub message: String,
}

/// What can go wrong with the watching.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum WarningKind {
    /// The recording lacks records: its reader was too slow, or they were more than memory keeps.
    RecordsDropped,
    /// Records could not be written to the output file.
    OutputFailed,
    /// A reader beside the recording was too slow, and records were dropped that it alone lacks.
    ReaderLagged,
    /// A server that records were sent to did not take them.
    NotDelivered,
    /// Timed calls of JavaScript functions are missing: more came than could be taken in.
    CallsDropped,
    /// The kernel dropped events.
    EventsLost,
    /// Processes could not be read for want of a right or a file descriptor.
    ReadsDenied,
    /// The kernel's records of ends were dropped, or something else failed that was there at the start: from then on
    /// less is known.
    AccountingChanged,
    /// Processes that outlived the command could not be ended, although that was asked for.
    SurvivorsLeft,
    /// Lines of the recording could not be read.
    LinesSkipped,
    /// The recording ends without its last record.
    Torn,
    /// A kind that a newer version writes.
    #[serde(other)]
    Unknown,
}

/// A word of the user's, at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// When.
    #[serde(rename = "atMs")]
    pub at: Elapsed,
    /// What.
    pub text: String,
}

/// A timed call of a JavaScript function, in the session's time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// When it ended. It was told a little later: other records before it in a recording may be of later moments.
    #[serde(rename = "atMs")]
    pub at: Elapsed,
    /// When it began; zero for one that began before the session.
    #[serde(rename = "startedMs")]
    pub started: Elapsed,
    /// The call.
    #[serde(flatten)]
    pub call: Call,
}

/// How the root ended, and the totals.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunEnd {
    /// When the watching ended.
    #[serde(rename = "atMs")]
    pub at: Elapsed,
    /// How the root ended; `None` where it lives on.
    pub ending: Option<Ending>,
    /// Why the watching ended.
    pub cause: EndCause,
    /// What the tree used.
    pub totals: Totals,
    /// Processes seen, those found alive at an attach included.
    pub processes_seen: u64,
    /// What the source of events says of its own completeness.
    pub coverage: Coverage,
    /// Processes of the tree that were alive when the root had ended, and those born later that are still there.
    pub survivors: Vec<ProcessInfo>,
    /// Whether that was asked for and all of them were ended then.
    #[serde(default)]
    pub survivors_reaped: bool,
    /// What happened around the tree.
    #[serde(default)]
    pub surroundings: Surroundings,
    /// What the watching itself cost.
    pub own: OwnCost,
}

/// Why the watching ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum EndCause {
    /// The root ended.
    RootEnded,
    /// The duration that was asked for had passed.
    DurationPassed,
    /// Somebody asked for the end.
    Stopped,
}

/// What a whole tree used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Totals {
    /// Whether these are the kernel's own totals of all that was waited for (wait4(2)), what survivors used added, or
    /// the processor time is that of a cgroup which held the tree and nothing else. Otherwise some or all of it comes
    /// from readings.
    pub exact: bool,
    /// Processor time.
    #[serde(rename = "cpuNs")]
    pub cpu: Option<CpuTime>,
    /// The part in user mode.
    #[serde(rename = "cpuUserNs")]
    pub cpu_user: Option<CpuTime>,
    /// The part in the kernel.
    #[serde(rename = "cpuSystemNs")]
    pub cpu_system: Option<CpuTime>,
    /// Bytes fetched from storage.
    #[serde(rename = "readBytes")]
    pub read: Option<Bytes>,
    /// Bytes sent towards storage.
    #[serde(rename = "writtenBytes")]
    pub written: Option<Bytes>,
    /// Page faults served from memory.
    #[serde(rename = "minorFaults", default)]
    pub faults_minor: Option<Count>,
    /// Page faults that waited for storage.
    #[serde(rename = "majorFaults", default)]
    pub faults_major: Option<Count>,
    /// How often a thread gave up its processor to wait for something.
    #[serde(rename = "voluntarySwitches", default)]
    pub switches_voluntary: Option<Count>,
    /// How often another took the processor from a thread.
    #[serde(rename = "forcedSwitches", default)]
    pub switches_forced: Option<Count>,
    /// The largest resident memory that any single process had, whether it was seen or not; `None` where that cannot be
    /// told from our own: a process begins with its launcher's (`ru_maxrss` of getrusage(2)).
    #[serde(rename = "largestProcessBytes", default)]
    pub largest_process: Option<Bytes>,
}

/// What the watching itself cost.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OwnCost {
    /// Processor time.
    #[serde(rename = "cpuNs")]
    pub cpu: Option<CpuTime>,
    /// Largest resident memory; `None` inside a Node process, whose memory is not ours.
    #[serde(rename = "rssPeakBytes")]
    pub rss_peak: Option<Bytes>,
    /// How often it woke up.
    #[serde(default)]
    pub wake_ups: Option<u64>,
}
