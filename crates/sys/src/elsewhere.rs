//! Floor 7. The door on systems that procmon does not know yet: every question gets a plain no.

use std::io;
use std::path::Path;

use procmon_model::metrics::MetricSet;
use procmon_model::ports::{Launch, LaunchError};
use procmon_model::process::{ProcessInfo, ProcessKey, Reading};

use crate::files::Stream;
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

/// Waits a little: when there is room cannot be asked here yet, and who writes again finds out.
pub fn wait_until_writable(_: &impl Stream) -> io::Result<()> {
    std::thread::sleep(std::time::Duration::from_millis(10));
    Ok(())
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
