//! Floor 7. The records of ends as the source of events uses them: taken in when it hears, given out when a process ends.

use std::mem;
use std::path::Path;

use procmon_model::record::{Warning, WarningKind};
use procmon_model::units::Elapsed;

use super::codec::Record;
use super::ledger::{Ledger, Told};
use super::registration::{NoRecords, Registration};
use crate::linux::host;
use crate::linux::procfs::Procfs;

/// The kernel's records of ends.
#[derive(Debug)]
pub(crate) struct Records {
    registration: Registration,
    ledger: Ledger,
    counts: Counts,
    /// How often records were dropped since that was last asked.
    overruns: u64,
}

/// What the kernel counts; the records are silent on whether a 0 is one.
#[derive(Debug, Clone, Copy)]
struct Counts {
    /// Bytes that were moved (`CONFIG_TASK_IO_ACCOUNTING`).
    bytes: bool,
    /// Time that was spent waiting for storage.
    waiting: bool,
}

impl Records {
    /// Registers for them, and proves that they come.
    pub(crate) fn open() -> Result<Self, NoRecords> {
        let counts = Counts {
            bytes: Path::new("/proc/self/io").exists(),
            waiting: host::counts_block_delays(&Procfs::own()),
        };
        let registration = Registration::open()?;
        Ok(Self { registration, ledger: Ledger::default(), counts, overruns: 0 })
    }

    /// Takes in what has come. To be called right after the events have been: the records of all ends among them have
    /// come then.
    pub(crate) fn hear(&mut self) {
        let Self { registration, ledger, counts, .. } = self;
        let overrun = registration.drain(|record| ledger.enter(counts.known(record)));
        self.overruns += u64::from(overrun);
    }

    /// The events that came before these records have been dealt with; `lives` tells whether a thread of this number
    /// lives in the tree.
    pub(crate) fn heard(&mut self, lives: impl Fn(u32) -> bool) {
        self.ledger.turn(lives);
    }

    /// Throws away what has come, for another tree is watched from now on.
    pub(crate) fn forget(&mut self) {
        self.hear();
        self.ledger.clear();
        self.overruns = 0;
    }

    /// A thread has ended; the number of its process, if that is watched.
    pub(crate) fn ended(&mut self, thread: u32, process: Option<u32>) {
        match process {
            Some(process) => self.ledger.ended(thread, process),
            None => self.ledger.passed_over(thread),
        }
    }

    /// The end of a process has been seen and was never heard of.
    pub(crate) fn vanished(&mut self, process: u32) {
        self.ledger.vanished(process);
    }

    /// Ends of threads may have gone unheard, or a beginning was not watched: of these processes the records do not say
    /// everything.
    pub(crate) fn doubt(&mut self, processes: impl Iterator<Item = u32>) {
        for process in processes {
            self.ledger.doubt(process);
        }
    }

    /// A process runs another program, whose name is known or not.
    pub(crate) fn runs(&mut self, process: u32, named: bool) {
        self.ledger.runs(process, named);
    }

    /// A process has ended: what its records say.
    pub(crate) fn close(&mut self, process: u32) -> Told {
        self.ledger.close(process)
    }

    /// What has gone wrong since this was last asked.
    pub(crate) fn troubles(&mut self, at: Elapsed) -> Option<Warning> {
        let count = mem::take(&mut self.overruns);
        let message = "the kernel dropped records of ends: of processes without one, memory and bytes are what the last \
                       sample saw";
        let kind = WarningKind::AccountingChanged;
        (count > 0).then(|| Warning { at, kind, count, message: message.to_owned() })
    }

    /// A sentence for each thing that they do not tell here.
    pub(crate) fn reasons(&self) -> Vec<String> {
        let bytes = "the kernel does not count the bytes that processes move (it was built without \
                     CONFIG_TASK_IO_ACCOUNTING)";
        let waiting = "the kernel does not count how long processes wait for storage: \
                       `sudo sysctl kernel.task_delayacct=1` makes it";
        let missing = [(self.counts.bytes, bytes), (self.counts.waiting, waiting)];
        missing.iter().filter(|(counted, _)| !counted).map(|(_, why)| (*why).to_owned()).collect()
    }

    /// The socket that the records come through.
    #[cfg(test)]
    pub(crate) fn socket(&self) -> std::os::fd::BorrowedFd<'_> {
        std::os::fd::AsFd::as_fd(&self.registration)
    }
}

impl Counts {
    /// The part of a record that is known.
    fn known(self, record: Record) -> Record {
        Record {
            read: record.read.filter(|_| self.bytes),
            written: record.written.filter(|_| self.bytes),
            block_delay: record.block_delay.filter(|_| self.waiting),
            ..record
        }
    }
}
