//! Deadlines: a program that takes too long is killed, and the test that waits for it fails.

use std::process::Command;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// Many times what any test here needs on a busy machine.
const DEADLINE: Duration = Duration::from_secs(40);

/// Watches over one group of processes.
pub(super) struct Watchdog {
    calm: Sender<()>,
    thread: JoinHandle<bool>,
}

impl Watchdog {
    /// Kills this group of processes when the deadline has come.
    pub(super) fn over(group: u32) -> Self {
        let (calm, calmed) = channel();
        let thread = thread::spawn(move || {
            let late = calmed.recv_timeout(DEADLINE) == Err(RecvTimeoutError::Timeout);
            if late {
                kill_group(group);
            }
            late
        });
        Self { calm, thread }
    }

    /// The program has ended; whether that was our doing.
    pub(super) fn has_bitten(self) -> bool {
        // Without the other end, its wait is over.
        drop(self.calm);
        self.thread.join().unwrap()
    }
}

/// Kills a group of processes, whoever is still in it.
pub(super) fn kill_group(group: u32) {
    let kill = format!("kill -s KILL -- -{group} 2>/dev/null");
    drop(Command::new("sh").args(["-c", &kill]).status());
}
