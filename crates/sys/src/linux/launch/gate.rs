//! Floor 7. The gate at which a new process is held, in memory that it shares with us until it runs its program.
//!
//! The process that is held may call nothing of the standard library, so its side is atomics and bare futex(2) calls.

use std::io;
use std::ptr;
use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};

/// The gate between us and a new process.
#[derive(Debug, Default)]
pub(super) struct Gate {
    state: AtomicU32,
    pid: AtomicU32,
    failed_step: AtomicU32,
    error: AtomicI32,
}

/// A new process has not come to the gate yet.
const COMING: u32 = 0;
/// It is held.
const HELD: u32 = 1;
/// It may go on.
const OPEN: u32 = 2;
/// It will never come.
const LOST: u32 = 3;

/// What a new process was about to do when it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// To be born.
    Birth = 1,
    /// To take over its standard streams and its limits.
    Streams = 2,
    /// To enter its working directory.
    Directory = 3,
    /// To run its program.
    Program = 4,
}

/// What our side learns at the gate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arrival {
    /// The process of this number is held.
    Held(u32),
    /// There is none, or it has ended before it came.
    Lost,
}

impl Gate {
    /// Our side: waits until the new process has come to the gate or never will.
    pub(super) fn await_arrival(&self) -> Arrival {
        while self.state.load(Ordering::Acquire) == COMING {
            self.sleep_while(COMING);
        }
        match self.state.load(Ordering::Acquire) {
            HELD => Arrival::Held(self.pid.load(Ordering::Acquire)),
            _ => Arrival::Lost,
        }
    }

    /// Our side: lets it go on.
    pub(super) fn open(&self) {
        self.state.store(OPEN, Ordering::Release);
        self.wake();
    }

    /// Our side: notes that the process will never come, unless it has.
    pub(super) fn give_up(&self) {
        let lost =
            self.state.compare_exchange(COMING, LOST, Ordering::AcqRel, Ordering::Acquire).is_ok();
        if lost {
            self.wake();
        }
    }

    /// Our side: what the process failed to do and why; `None` where nothing failed.
    pub(super) fn failure(&self) -> Option<(Step, io::Error)> {
        let step = match self.failed_step.load(Ordering::Acquire) {
            1 => Step::Birth,
            2 => Step::Streams,
            3 => Step::Directory,
            4 => Step::Program,
            _ => return None,
        };
        Some((step, io::Error::from_raw_os_error(self.error.load(Ordering::Acquire))))
    }

    /// Our side: the number of the process; 0 where there is none.
    pub(super) fn pid(&self) -> u32 {
        self.pid.load(Ordering::Acquire)
    }

    /// Either side: says its number.
    pub(super) fn introduce(&self, pid: u32) {
        self.pid.store(pid, Ordering::Release);
    }

    /// The process's side: waits until the gate is opened.
    pub(super) fn pass(&self) {
        self.state.store(HELD, Ordering::Release);
        self.wake();
        while self.state.load(Ordering::Acquire) == HELD {
            self.sleep_while(HELD);
        }
    }

    /// Either side: notes a failure.
    pub(super) fn fail(&self, step: Step, error: i32) {
        self.error.store(error, Ordering::Release);
        self.failed_step.store(step as u32, Ordering::Release);
    }

    fn sleep_while(&self, state: u32) {
        // SAFETY: the word lives through the call, and a null time means no limit. Both sides have the same memory,
        // so that the private form finds the other's sleep.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                self.state.as_ptr(),
                libc::FUTEX_WAIT | libc::FUTEX_PRIVATE_FLAG,
                state,
                ptr::null::<libc::timespec>(),
            );
        }
    }

    fn wake(&self) {
        // SAFETY: the word lives through the call.
        unsafe {
            libc::syscall(
                libc::SYS_futex,
                self.state.as_ptr(),
                libc::FUTEX_WAKE | libc::FUTEX_PRIVATE_FLAG,
                1,
            );
        }
    }
}
