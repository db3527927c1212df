//! Floor 7. A command that we launched: its end, the totals of what was waited for, and signals to its tree.

use std::sync::Arc;

use procmon_model::event::{Ending, Signal};
use procmon_model::ports::{Child, Reach};
use procmon_model::process::{Count, ProcessKey};
use procmon_model::record::Totals;
use procmon_model::units::{Bytes, CpuTime};

use crate::ending::ending;
use crate::linux::image;
use crate::linux::kernel::pidfd::Pidfd;
use crate::linux::kernel::process::{self, Reaped, Which};
use crate::linux::launch::strangers::Strangers;
use crate::linux::obituaries::{Obituaries, Obituary};
use crate::linux::own::own_peak;
use crate::world::Inside;

/// A command that runs, or has ended.
pub(super) struct Launched {
    pub(super) key: ProcessKey,
    pub(super) inside: Inside,
    /// `None` where the kernel has no such descriptors.
    pub(super) pidfd: Option<Pidfd>,
    /// Those of our children that are not the command's.
    pub(super) strangers: Strangers,
    pub(super) ending: Option<Ending>,
    pub(super) reaped: Sum,
    /// Where its end comes from if it is traced.
    pub(super) obituaries: Arc<Obituaries>,
}

/// What everything used that was waited for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sum {
    user: CpuTime,
    system: CpuTime,
    read: Bytes,
    written: Bytes,
    faults_minor: Count,
    faults_major: Count,
    switches_voluntary: Count,
    switches_forced: Count,
    largest: Bytes,
}

impl Launched {
    /// Waits for whatever has ended. Each brings along what its own children used that it had waited for.
    fn reap(&mut self) {
        let handed = self.obituaries.take();
        for Obituary { key, reaped } in handed.ended {
            if !self.strangers.give_up(key) {
                self.count(&reaped);
            }
        }
        if handed.traced {
            return;
        }
        let which = match self.inside {
            Inside::OwnProcess => Which::Any,
            Inside::ForeignProcess if self.ending.is_some() => return,
            Inside::ForeignProcess => Which::Child(self.key.pid),
        };
        while let Some((reaped, is_stranger)) = self.reap_one(which) {
            if !is_stranger {
                self.count(&reaped);
            }
            if self.ending.is_some() && self.inside == Inside::ForeignProcess {
                return;
            }
        }
    }

    /// Waits for one that has ended; whether it was a stranger is asked before it goes.
    fn reap_one(&mut self, which: Which) -> Option<(Reaped, bool)> {
        if self.strangers.is_empty() {
            return process::reap(which, false).map(|reaped| (reaped, false));
        }
        let pid = process::ended_child(which)?;
        let is_stranger = self.strangers.give_up_child(pid);
        process::reap(Which::Child(pid), false).map(|reaped| (reaped, is_stranger))
    }

    fn count(&mut self, reaped: &Reaped) {
        self.reaped.add(reaped);
        if self.ending.is_none() && reaped.pid == self.key.pid {
            self.ending = Some(ending(reaped.status));
        }
    }

    fn totals(&self) -> Totals {
        let Sum { user, system, read, written, .. } = self.reaped;
        // Every process begins with its launcher's memory, ours in the end: less than ours was says nothing.
        let largest = Some(self.reaped.largest).filter(|largest| own_peak() < Some(*largest));
        Totals {
            exact: self.inside == Inside::OwnProcess,
            cpu: Some(user + system),
            cpu_user: Some(user),
            cpu_system: Some(system),
            read: Some(read),
            written: Some(written),
            faults_minor: Some(self.reaped.faults_minor),
            faults_major: Some(self.reaped.faults_major),
            switches_voluntary: Some(self.reaped.switches_voluntary),
            switches_forced: Some(self.reaped.switches_forced),
            largest_process: largest,
        }
    }
}

impl Child for Launched {
    fn is_over(&self) -> bool {
        self.ending.is_none() && process::is_zombie_child(self.key.pid)
    }

    fn ended(&mut self) -> Option<(Ending, Totals)> {
        self.reap();
        self.ending.map(|ending| (ending, self.totals()))
    }

    fn signal(&self, signal: Signal) {
        // As long as nobody has waited for it, nobody else can have its number.
        match &self.pidfd {
            Some(pidfd) => drop(pidfd.signal(signal.0)),
            None if self.ending.is_none() => self
                .obituaries
                .unless_buried(self.key, || process::signal_child(self.key.pid, signal.0)),
            None => {}
        }
    }

    fn signal_descendant(&self, key: ProcessKey, signal: Signal, reach: Reach) -> bool {
        // The descriptor comes first: it is the same process's from then on, whoever had the number before.
        let Ok(pidfd) = Pidfd::open(key.pid) else { return false };
        let ours = image::stat(key.pid).is_some_and(|stat| {
            stat.is_of(key) && (reach == Reach::All || stat.session == process::own_session())
        });
        ours && pidfd.signal(signal.0).is_ok()
    }
}

impl Sum {
    fn add(&mut self, reaped: &Reaped) {
        self.user += reaped.user;
        self.system += reaped.system;
        self.read += reaped.read;
        self.written += reaped.written;
        self.faults_minor = self.faults_minor + reaped.faults_minor;
        self.faults_major = self.faults_major + reaped.faults_major;
        self.switches_voluntary = self.switches_voluntary + reaped.switches_voluntary;
        self.switches_forced = self.switches_forced + reaped.switches_forced;
        self.largest = self.largest.max(reaped.largest);
    }
}
