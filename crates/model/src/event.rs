//! Floor 2. What happens to processes: birth, another program, death, and what was not seen.

use serde::{Deserialize, Serialize};

use crate::process::{Image, ProcessInfo, ProcessKey};
use crate::units::{Bytes, CpuTime, Elapsed};

/// Something that happened to a process of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "lowercase")]
pub enum ProcessEvent {
    /// A process was born, or found alive.
    Started {
        /// When it was seen.
        #[serde(rename = "atMs")]
        at: Elapsed,
        /// Who it is.
        process: ProcessInfo,
    },
    /// A process runs another program (execve(2)).
    Renamed {
        /// When.
        #[serde(rename = "atMs")]
        at: Elapsed,
        /// Who.
        #[serde(flatten)]
        key: ProcessKey,
        /// What it runs now; `None` where it had gone before that could be read.
        image: Option<Image>,
    },
    /// A process ended.
    Ended {
        /// When.
        #[serde(rename = "atMs")]
        at: Elapsed,
        /// Who.
        #[serde(flatten)]
        key: ProcessKey,
        /// How.
        #[serde(flatten)]
        ending: Ending,
        /// The last that is known of what it used. A source of events puts here what the kernel's record of the end
        /// says, if there is one.
        #[serde(flatten)]
        last: LastKnown,
    },
    /// The kernel dropped that many events: births and deaths may have gone unseen.
    Lost {
        /// When it was noticed.
        #[serde(rename = "atMs")]
        at: Elapsed,
        /// How many.
        count: u64,
    },
}

/// What a process had used when it was last looked at; each `None` where it never was.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastKnown {
    /// Processor time.
    #[serde(rename = "cpuNs")]
    pub cpu: Option<CpuTime>,
    /// Whether `cpu` is final: read after the end, and not just before it.
    pub cpu_final: bool,
    /// Largest resident memory.
    #[serde(rename = "rssPeakBytes")]
    pub rss_peak: Option<Bytes>,
    /// Bytes fetched from storage, without those of the children it waited for.
    #[serde(rename = "readBytes")]
    pub read: Option<Bytes>,
    /// Bytes sent towards storage, likewise.
    #[serde(rename = "writtenBytes")]
    pub written: Option<Bytes>,
    /// Whether `rss_peak` is the largest there was, and not just the largest that was seen.
    #[serde(default)]
    pub rss_peak_final: bool,
    /// Time that its first thread was ready to run and waited for a processor.
    #[serde(rename = "runDelayNs", default)]
    pub run_delay: Option<CpuTime>,
    /// Time that its first thread waited for storage.
    #[serde(rename = "blockDelayNs", default)]
    pub block_delay: Option<CpuTime>,
    /// Whether the kernel killed it for want of memory.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub oom_killed: bool,
}

impl LastKnown {
    /// What two looks at the same end tell together: `self` comes from readings, `told` from the kernel's own record of
    /// the end, which goes first where it says something.
    #[must_use]
    pub fn completed(self, told: Self) -> Self {
        Self {
            cpu: self.cpu.max(told.cpu),
            cpu_final: self.cpu_final || told.cpu_final,
            rss_peak: self.rss_peak.max(told.rss_peak),
            rss_peak_final: self.rss_peak_final || told.rss_peak_final,
            read: told.read.or(self.read),
            written: told.written.or(self.written),
            run_delay: told.run_delay.or(self.run_delay),
            block_delay: told.block_delay.or(self.block_delay),
            oom_killed: self.oom_killed || told.oom_killed,
        }
    }
}

/// How a process ended.
///
/// Serialised as `exitCode` and `signal`, of which at most one is not null.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "EndingLine", into = "EndingLine")]
pub enum Ending {
    /// It called exit(2) with this code.
    Code(i32),
    /// A signal ended it.
    Signal(Signal),
    /// It is gone, and nobody could say how.
    Unseen,
}

impl Ending {
    /// The code that it called exit(2) with.
    pub fn exit_code(self) -> Option<i32> {
        match self {
            Self::Code(code) => Some(code),
            _ => None,
        }
    }

    /// The name of the signal that ended it.
    pub fn signal_name(self) -> Option<String> {
        match self {
            Self::Signal(signal) => Some(signal.to_string()),
            _ => None,
        }
    }
}

/// A signal by its number on the platform of the recording.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Signal(pub i32);

/// The names of signal(7) for Linux on x86-64 and arm64, by number from 1 on.
const SIGNAL_NAMES: [&str; 31] = [
    "SIGHUP",
    "SIGINT",
    "SIGQUIT",
    "SIGILL",
    "SIGTRAP",
    "SIGABRT",
    "SIGBUS",
    "SIGFPE",
    "SIGKILL",
    "SIGUSR1",
    "SIGSEGV",
    "SIGUSR2",
    "SIGPIPE",
    "SIGALRM",
    "SIGTERM",
    "SIGSTKFLT",
    "SIGCHLD",
    "SIGCONT",
    "SIGSTOP",
    "SIGTSTP",
    "SIGTTIN",
    "SIGTTOU",
    "SIGURG",
    "SIGXCPU",
    "SIGXFSZ",
    "SIGVTALRM",
    "SIGPROF",
    "SIGWINCH",
    "SIGIO",
    "SIGPWR",
    "SIGSYS",
];

impl Signal {
    /// The signal of a name such as `SIGTERM` or `SIG34`; `None` of an unknown one.
    pub fn named(name: &str) -> Option<Self> {
        let index = SIGNAL_NAMES.iter().position(|known| *known == name);
        if let Some(index) = index {
            return i32::try_from(index + 1).ok().map(Self);
        }
        name.strip_prefix("SIG")
            .and_then(|number| number.parse().ok())
            .filter(|number| *number > 0)
            .map(Self)
    }
}

impl std::fmt::Display for Signal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let name = usize::try_from(self.0 - 1).ok().and_then(|index| SIGNAL_NAMES.get(index));
        match name {
            Some(name) => f.write_str(name),
            None => write!(f, "SIG{}", self.0),
        }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct EndingLine {
    exit_code: Option<i32>,
    signal: Option<String>,
}

impl From<EndingLine> for Ending {
    fn from(line: EndingLine) -> Self {
        match (line.signal.as_deref().and_then(Signal::named), line.exit_code) {
            (Some(signal), _) => Self::Signal(signal),
            (None, Some(code)) => Self::Code(code),
            (None, None) => Self::Unseen,
        }
    }
}

impl From<Ending> for EndingLine {
    fn from(ending: Ending) -> Self {
        match ending {
            Ending::Code(code) => Self { exit_code: Some(code), signal: None },
            Ending::Signal(signal) => Self { exit_code: None, signal: Some(signal.to_string()) },
            Ending::Unseen => Self { exit_code: None, signal: None },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_written_by_name_and_read_back() {
        for number in 1..=64 {
            assert_eq!(Signal::named(&Signal(number).to_string()), Some(Signal(number)));
        }
        assert_eq!(Signal(9).to_string(), "SIGKILL");
        assert_eq!(Signal(40).to_string(), "SIG40");
        assert_eq!(Signal::named("KILL"), None);
    }

    #[test]
    fn an_ending_is_an_exit_code_or_a_signal() {
        let line = |ending: Ending| serde_json::to_string(&ending).unwrap();
        assert_eq!(line(Ending::Code(7)), r#"{"exitCode":7,"signal":null}"#);
        assert_eq!(line(Ending::Signal(Signal(15))), r#"{"exitCode":null,"signal":"SIGTERM"}"#);
        assert_eq!(serde_json::from_str::<Ending>(&line(Ending::Unseen)).unwrap(), Ending::Unseen);
    }
}
