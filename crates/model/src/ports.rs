//! Floor 5. What the engine's driver asks of the world, as traits. The kernel implements them, and so does a fake world.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::event::{Ending, ProcessEvent, Signal};
use crate::host::{Capabilities, Coverage, Surroundings};
use crate::metrics::MetricSet;
use crate::process::{LastReading, ProcessInfo, ProcessKey, Readings};
use crate::record::{CallRecord, OwnCost, Record, Totals, Warning, WarningKind};
use crate::units::{CpuTime, Elapsed, WallTime};

/// Tells the time of a session.
pub trait Clock {
    /// Time since the session began.
    fn now(&self) -> Elapsed;

    /// The wall clock at the moment the session began.
    fn started_at(&self) -> WallTime;
}

/// Why a wait ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wake {
    /// The deadline came.
    Deadline,
    /// There are events, or a child may have ended.
    Events,
    /// Somebody outside the session asked for something.
    Asked(Vec<Request>),
}

/// What can be asked of a running session from another thread.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// End the watching; a command that we launched is ended with it.
    Stop,
    /// Pass a signal on to the root.
    Signal(Signal),
    /// Send a signal to every process of a command that we launched.
    SignalTree(Signal),
    /// Put a word of the user's into the recording.
    Mark(String),
    /// Take a sample now. The next comes an interval later, unless it is asked for as well.
    Sample,
    /// Take the timed calls that have come in.
    Calls,
}

/// How a root is found when the watching begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    /// Just launched, and held before its first instruction: it has no children, and runs what we run.
    Held,
    /// It runs.
    Running,
}

/// Tells what happens to the processes of one tree.
pub trait EventSource: Clock {
    /// Begins to watch a root; with `children`, its descendants too.
    ///
    /// Returns the living processes of the tree, the root first.
    fn watch(
        &mut self,
        root: ProcessKey,
        found: Found,
        children: bool,
    ) -> io::Result<Vec<ProcessInfo>>;

    /// Waits for events until a deadline and appends them in order. With a deadline that has passed it waits for
    /// nothing and appends all that has happened so far.
    fn wait(&mut self, deadline: Elapsed, events: &mut Vec<ProcessEvent>) -> Wake;

    /// What it says of its own completeness so far.
    fn coverage(&self) -> Coverage;

    /// What can be known through it.
    fn capabilities(&self) -> Capabilities;

    /// What has gone wrong since this was last asked, but for events that were lost: those are told as such.
    fn troubles(&mut self) -> Vec<Warning> {
        Vec::new()
    }
}

/// Reads what processes have used.
pub trait ProcessTable {
    /// The watching is about to begin: what the kernel counts for the whole machine is counted from now on.
    fn begin(&mut self, _metrics: MetricSet) {}

    /// Appends a reading of each process that is still there; one that has gone is left out.
    fn read(&mut self, pass: &Pass<'_>, readings: &mut Readings);

    /// The last that can still be read of a process that has just ended.
    ///
    /// Lets go of whatever is kept for it. `None` where nothing can be read any more and nothing was before.
    fn close(&mut self, key: ProcessKey) -> Option<LastReading>;

    /// How many reads were refused for want of a right or a descriptor so far.
    fn denied(&self) -> u64;

    /// What else has gone wrong so far, a sentence each.
    fn troubles(&self) -> Vec<String> {
        Vec::new()
    }
}

/// What one pass over the tree is to read.
#[derive(Debug, Clone, Copy)]
pub struct Pass<'a> {
    /// Whom.
    pub keys: &'a [ProcessKey],
    /// What of each.
    pub metrics: MetricSet,
    /// Those of them that may share memory which no file backs: forks that run their parent's program, and their
    /// parents. Nothing but their proportional set sizes tells what they hold together.
    pub copies: &'a [ProcessKey],
}

/// Looks at what surrounds a tree: the machine and the cgroup.
pub trait Environs {
    /// Begins to count, for the tree of this root.
    fn begin(&mut self, root: ProcessKey);

    /// What has happened since.
    fn look(&mut self) -> Surroundings;

    /// The part of it that is asked for at each death by SIGKILL: how many processes the kernel has killed for want of
    /// memory.
    fn oom_kills(&mut self) -> Option<u64> {
        self.look().oom_kills
    }

    /// Kills whatever is in the cgroup that was made for the command, seen or not. Answers whether there is one.
    fn kill_all(&mut self) -> bool {
        false
    }

    /// A plain sentence for each thing that it was asked for and cannot tell.
    fn reasons(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Takes in the timed calls that processes of the tree tell of.
pub trait CallSource {
    /// What has come in since this was last asked. Waits for nothing; what comes later is announced by [`Request::Calls`].
    fn take(&mut self) -> Calls;

    /// What was sent up to now and not taken yet. Nobody is heard any more.
    fn close(&mut self) -> Calls;
}

/// Timed calls that have come in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calls {
    /// Each that could be read, in the order in which they came.
    pub records: Vec<CallRecord>,
    /// How many their processes did not send for want of room.
    pub dropped: u64,
    /// How many messages told of none.
    pub unreadable: u64,
}

/// A command to start.
#[derive(Debug, Clone, Default)]
pub struct Launch {
    /// The command and its arguments; the first is looked up in `PATH` unless it has a slash.
    pub command: Vec<OsString>,
    /// The working directory; `None` for ours.
    pub cwd: Option<PathBuf>,
    /// The whole environment; `None` for ours.
    pub environment: Option<Vec<(OsString, OsString)>>,
    /// Where its standard input, output and error lead.
    pub stdio: [Stdio; 3],
    /// How it is ended before it ends by itself.
    pub stopping: Stopping,
}

/// How a command is ended that is to end before it does by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stopping {
    /// The signal that asks it to.
    pub signal: Signal,
    /// How long it may take before SIGKILL makes it; `None` for as long as it likes.
    pub grace: Option<Duration>,
    /// Whether its descendants are ended with it.
    pub descendants: bool,
}

impl Default for Stopping {
    fn default() -> Self {
        Self { signal: Signal(15), grace: Some(GRACE), descendants: true }
    }
}

/// Where one of a command's standard streams leads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Stdio {
    /// Where ours of the same number leads.
    #[default]
    Inherit,
    /// Nowhere.
    Null,
    /// Where this descriptor of ours leads.
    Descriptor(i32),
}

/// Starts commands.
pub trait Launcher {
    /// Makes the process, held before its first instruction.
    fn launch(&mut self, launch: &Launch) -> Result<Box<dyn Suspended>, LaunchError>;
}

/// A command that is there as a process and has not run its first instruction.
pub trait Suspended {
    /// Who it is.
    fn key(&self) -> ProcessKey;

    /// The file that it will run, as far as the look-up in `PATH` tells; `None` where that finds none.
    fn executable(&self) -> Option<PathBuf>;

    /// Lets it run.
    fn release(self: Box<Self>) -> Result<Box<dyn Child>, LaunchError>;
}

/// A command that was launched by us.
pub trait Child {
    /// Whether it has ended and [`ended`](Self::ended) has not waited for it yet: its last figures can still be read.
    fn is_over(&self) -> bool;

    /// How it ended and the kernel's totals of all that was waited for; `None` as long as it runs.
    ///
    /// Also collects descendants that the kernel handed over to us, before the end and after it: asked again, it
    /// answers the same ending with all that has been collected since. The totals are `exact` where every such
    /// descendant is handed over to us, and otherwise leave out those that their own parents did not wait for.
    fn ended(&mut self) -> Option<(Ending, Totals)>;

    /// Sends it a signal. A child that has gone is no error.
    fn signal(&self, signal: Signal);

    /// Sends a signal to one of its descendants, if that is still the same process and within reach. Answers whether
    /// it was sent.
    fn signal_descendant(&self, key: ProcessKey, signal: Signal, reach: Reach) -> bool;
}

/// Which descendants a signal is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Those of our session: one that has called setsid(2) has chosen to outlive the command.
    Session,
    /// All of them.
    All,
}

/// Why a command could not be started.
#[derive(Debug)]
#[non_exhaustive]
pub enum LaunchError {
    /// There is no such command.
    NotFound,
    /// There is one, but it cannot be executed.
    NotExecutable(io::Error),
    /// The working directory cannot be entered.
    Directory(io::Error),
    /// The system had no room for another process, or something else failed on our side.
    Failed(io::Error),
}

/// Takes records: a file, a ring in memory, a queue towards JavaScript.
pub trait Sink {
    /// Takes one record. Never waits for a slow reader; what cannot be taken is counted.
    fn write(&mut self, record: &Record);

    /// The session is over: whatever is still held back goes out now.
    fn finish(&mut self);

    /// What it has lost, in words for a person; `None` where nothing was lost.
    fn loss(&self) -> Option<Loss> {
        None
    }
}

/// Records that a sink could not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loss {
    /// Whose fault that is.
    pub kind: LossKind,
    /// How many.
    pub records: u64,
    /// Why, in one sentence.
    pub message: String,
}

impl Loss {
    /// The same as a warning of that moment.
    pub fn warning(self, at: Elapsed) -> Warning {
        let Self { kind, records: count, message } = self;
        Warning { at, kind: kind.into(), count, message }
    }
}

/// Whose fault it is that records were lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LossKind {
    /// They could not be written.
    OutputFailed,
    /// Whoever takes them out of a queue was too slow.
    ReaderLagged,
    /// A server that they were sent to did not take them.
    NotDelivered,
}

impl From<LossKind> for WarningKind {
    fn from(kind: LossKind) -> Self {
        match kind {
            LossKind::OutputFailed => Self::OutputFailed,
            LossKind::ReaderLagged => Self::ReaderLagged,
            LossKind::NotDelivered => Self::NotDelivered,
        }
    }
}

/// Measures what the session itself costs.
pub trait OwnMeter {
    /// What it has cost so far.
    fn cost(&self) -> OwnCost;

    /// Our own processor time so far; cheap enough for each sample.
    fn cpu(&self) -> CpuTime;

    /// The account of a thread that works for the session and for nobody else; `None` where its cost is known without.
    fn account(&self) -> Option<Box<dyn Account>> {
        None
    }
}

/// What one thread costs, as far as it has said.
pub trait Account: Send {
    /// Says what the calling thread has used so far: always the same one, which also drops the account.
    fn settle(&mut self);
}

/// How long a command that was asked to end may take before it is made to, unless something else is said.
pub const GRACE: Duration = Duration::from_secs(5);
