//! Floor 7. The door on systems that procmon does not know yet: every question gets a plain no.

use std::io;
use std::marker::PhantomData;
use std::path::Path;
use std::time::Duration;

use procmon_model::metrics::MetricSet;
use procmon_model::ports::{Launch, LaunchError};
use procmon_model::process::{ProcessInfo, ProcessKey, Reading};

use crate::files::Stream;
use crate::meter_reading::MeterReading;
use crate::world::{AttachError, SignalMask, World, WorldOptions};

pub(crate) fn world(_: WorldOptions) -> io::Result<World> {
    Err(io::Error::new(io::ErrorKind::Unsupported, AttachError::Unsupported))
}

pub(crate) fn snapshot(
    _: u32,
    _: MetricSet,
) -> Result<(Vec<ProcessInfo>, Vec<Reading>), AttachError> {
    Err(AttachError::Unsupported)
}

pub(crate) fn become_command(_: &Launch) -> LaunchError {
    LaunchError::Failed(io::ErrorKind::Unsupported.into())
}

pub(crate) fn signal_mask() -> SignalMask {
    SignalMask::default()
}

pub(crate) fn user_name(_: u32) -> Option<String> {
    None
}

/// There is none here, so that nothing is known of a process yet.
#[derive(Debug, Clone, Default)]
pub struct Procfs;

#[expect(missing_docs, reason = "explained where it means something, in the modules for Linux")]
impl Procfs {
    pub const fn own() -> Self {
        Self
    }

    pub fn at(_: &Path) -> io::Result<Self> {
        Err(io::Error::new(io::ErrorKind::Unsupported, AttachError::Unsupported))
    }

    pub fn find(&self, _: u32) -> Result<ProcessKey, AttachError> {
        Err(AttachError::Unsupported)
    }

    pub fn control_group(&self, _: ProcessKey) -> Option<String> {
        None
    }

    pub fn descriptor_limit(&self, _: ProcessKey) -> Option<u64> {
        None
    }

    pub fn kernel_name(&self, _: ProcessKey) -> Option<String> {
        None
    }

    pub fn boot_seconds(&self) -> Option<u64> {
        None
    }
}

/// There are none here yet.
#[derive(Debug)]
pub enum PipeEnd {}

#[expect(missing_docs, reason = "explained where it means something, in the modules for Linux")]
impl PipeEnd {
    pub fn duplicate_of(_: i32) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn number(&self) -> i32 {
        match *self {}
    }

    pub fn into_number(self) -> i32 {
        match self {}
    }
}

/// Always refused.
pub fn pipe() -> io::Result<(PipeEnd, PipeEnd)> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Nobody listens under a name here, and nobody is found to speak to.
#[derive(Debug)]
pub enum LocalListener {}

/// There are none.
#[derive(Debug)]
pub enum LocalStream {}

/// Nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "explained where it means something, in the modules for Linux")]
pub struct Peer {
    pub pid: u32,
}

/// There are none.
#[derive(Debug)]
pub enum Bell {}

/// Nothing is waited for.
#[derive(Clone, Copy)]
pub struct Awaited<'a>(PhantomData<&'a ()>);

#[expect(missing_docs, reason = "explained where it means something, in the modules for Linux")]
impl LocalListener {
    pub fn bind(_: &str) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn accept(&self) -> io::Result<LocalStream> {
        match *self {}
    }

    pub fn caller(&self) -> Awaited<'_> {
        match *self {}
    }
}

#[expect(missing_docs, reason = "explained where it means something, in the modules for Linux")]
impl LocalStream {
    pub fn connect(_: &str) -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn peer(&self) -> io::Result<Peer> {
        match *self {}
    }

    pub fn send(&self, _: &[u8]) -> io::Result<usize> {
        match *self {}
    }

    pub fn receive(&self, _: &mut [u8]) -> io::Result<usize> {
        match *self {}
    }

    pub fn arrival(&self) -> Awaited<'_> {
        match *self {}
    }

    pub fn room(&self) -> Awaited<'_> {
        match *self {}
    }
}

#[expect(missing_docs, reason = "explained where it means something, in the modules for Linux")]
impl Peer {
    pub fn is_ours_or_roots(&self) -> bool {
        false
    }
}

#[expect(missing_docs, reason = "explained where it means something, in the modules for Linux")]
impl Bell {
    pub fn new() -> io::Result<Self> {
        Err(io::ErrorKind::Unsupported.into())
    }

    pub fn ring(&self) {
        match *self {}
    }

    pub fn silence(&self) {
        match *self {}
    }

    pub fn ringing(&self) -> Awaited<'_> {
        match *self {}
    }
}

/// Nothing comes.
pub fn wait_for(awaited: &[Awaited<'_>], _: Option<Duration>) -> Vec<bool> {
    vec![false; awaited.len()]
}

/// Nobody is known.
pub fn lineage(_: u32) -> impl Iterator<Item = ProcessKey> {
    std::iter::empty()
}

/// Waits a little: when there is room cannot be asked here yet, and who writes again finds out.
pub fn wait_until_writable(_: &impl Stream) -> io::Result<()> {
    std::thread::sleep(Duration::from_millis(10));
    Ok(())
}

/// Reads nothing here yet.
#[derive(Debug)]
pub struct Meter;

#[expect(missing_docs, reason = "explained where it means something, in the modules for Linux")]
impl Meter {
    pub fn open() -> Self {
        Self
    }

    pub fn read(&mut self) -> MeterReading {
        MeterReading::default()
    }
}

/// Nobody is asked: no signal is heard here yet.
#[expect(missing_docs, reason = "explained where it means something, in the modules for Linux")]
pub mod last_words {
    use std::time::Duration;

    #[derive(Debug)]
    pub struct Registration;

    pub fn register(_: impl Fn(Duration) + Send + Sync + 'static) -> Registration {
        Registration
    }
}

/// No signals: nothing is watched that they could be passed on to.
#[expect(missing_docs, reason = "explained where they mean something, in the modules for Linux")]
pub mod signals {
    use std::io;

    use procmon_model::event::Signal;

    use super::ancestors::Ancestor;
    use crate::world::SignalMask;

    pub const HUP: Signal = Signal(1);
    pub const INT: Signal = Signal(2);
    pub const QUIT: Signal = Signal(3);
    pub const TERM: Signal = Signal(15);
    pub const WINCH: Signal = Signal(28);
    pub const XFSZ: Signal = Signal(25);
    pub const USR1: Signal = Signal(30);
    pub const USR2: Signal = Signal(31);

    #[derive(Debug)]
    pub struct HeldBack;

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Arrival {
        Signal(Signal, Sender),
        Ended(u32),
    }

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub enum Sender {
        Kernel,
        Process(u32),
    }

    #[derive(Debug)]
    pub struct Arrivals;

    impl Iterator for Arrivals {
        type Item = Arrival;

        fn next(&mut self) -> Option<Arrival> {
            None
        }
    }

    pub fn hold_back(_: &[Signal]) -> HeldBack {
        HeldBack
    }

    impl HeldBack {
        pub fn before(&self) -> SignalMask {
            SignalMask::default()
        }

        pub fn arrivals(&self, _: Vec<Ancestor>) -> io::Result<Arrivals> {
            Ok(Arrivals)
        }

        pub fn let_through(self) {}
    }

    pub fn is_ignored(_: Signal) -> bool {
        false
    }

    pub fn ignore(_: Signal) {}

    pub fn die_of(_: Signal) {}

    pub fn descends_from_us(_: u32) -> bool {
        false
    }

    pub fn leads_session() -> bool {
        false
    }
}

/// No ancestors, for the same reason.
#[expect(missing_docs, reason = "explained where they mean something, in the modules for Linux")]
pub mod ancestors {
    #[derive(Debug)]
    pub enum Ancestor {}

    impl Ancestor {
        pub fn pid(&self) -> u32 {
            match *self {}
        }

        pub fn command(&self) -> &[String] {
            match *self {}
        }

        pub fn stdin_is_null(&self) -> bool {
            match *self {}
        }

        pub fn parent(&self) -> Option<Self> {
            match *self {}
        }
    }

    pub fn parent() -> Option<Ancestor> {
        None
    }

    pub fn stdin_is_null() -> bool {
        false
    }
}
