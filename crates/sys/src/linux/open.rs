//! Floor 7. The doors of Linux: a world for a session, and looks at processes without one.

use std::io;
use std::sync::Arc;

use procmon_model::metrics::MetricSet;
use procmon_model::ports::Found;
use procmon_model::process::{ProcessInfo, ProcessKey, Reading};
use procmon_model::units::Elapsed;

use crate::linux::cgroup::Enclosure;
use crate::linux::clock::SessionClock;
use crate::linux::environs::Neighbourhood;
use crate::linux::kernel::{self, limits, process};
use crate::linux::launch::Starter;
use crate::linux::obituaries::Obituaries;
use crate::linux::own::{Aside, Own};
use crate::linux::procfs::Procfs;
use crate::linux::table::{Table, read_once};
use crate::linux::waiter::Waiter;
use crate::linux::{events, found, host, surveyed, syscall};
use crate::world::{Accounting, AttachError, Inside, World, WorldOptions};

/// Opens what a session needs.
pub(crate) fn world(options: WorldOptions) -> io::Result<World> {
    let WorldOptions { accounting, inside, signals, procfs } = options;
    if let Some(folder) = procfs {
        return surveyed::world(&folder, accounting, inside);
    }
    let (waiter, remote) = Waiter::new()?;
    let aside = Arc::new(Aside::default());
    let (meter, descriptors) = match inside {
        Inside::OwnProcess => {
            kernel::signals::notice_children();
            process::take_in_orphans()?;
            // Where it cannot be raised, fewer processes are kept open and the others cost more to read.
            (Own::Process, limits::raise_descriptor_limit().ok())
        }
        Inside::ForeignProcess => (Own::Thread(Arc::clone(&aside)), None),
    };
    // It changes what a command sees of its control group, which nobody gets who has not asked for it.
    let enclosure = match (accounting, inside) {
        (Accounting::Exact, Inside::OwnProcess) => Enclosure::asked_for(),
        (Accounting::Exact, Inside::ForeignProcess) => Enclosure::refused(),
        _ => Enclosure::default(),
    };
    let obituaries = Arc::new(Obituaries::default());
    let clock = SessionClock::start();
    let basis = events::Basis { clock, waiter, inside };
    let events = events::open(accounting, basis, &obituaries, &aside)?;
    let starter = Starter::new(inside, signals, descriptors, obituaries);
    Ok(World {
        events,
        table: Box::new(Table::new(inside)),
        launcher: Box::new(starter.within(enclosure.clone())),
        environs: Box::new(Neighbourhood::new(enclosure)),
        meter: Box::new(meter),
        host: host::host(&Procfs::own()),
        remote,
        moments: clock.moments(),
    })
}

impl Procfs {
    /// Which process has this number at the moment.
    pub fn find(&self, pid: u32) -> Result<ProcessKey, AttachError> {
        if self.is_own() {
            return find(pid);
        }
        // The folders of threads can be opened, too, though they are not listed.
        if !self.pids().is_ok_and(|mut pids| pids.any(|listed| listed == pid)) {
            return Err(AttachError::NoSuchProcess(pid));
        }
        match self.line(pid) {
            Ok(Some((stat, _))) if !stat.has_ended() => Ok(ProcessKey { pid, start: stat.start }),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                Err(AttachError::Denied(pid))
            }
            Err(error) => Err(unseen(pid, &error).unwrap_or(AttachError::NoSuchProcess(pid))),
            _ => Err(AttachError::NoSuchProcess(pid)),
        }
    }
}

/// Which process of our own has this number at the moment.
pub(crate) fn find(pid: u32) -> Result<ProcessKey, AttachError> {
    // The folders of threads can be opened, too, though they are not listed; only processes have a clock.
    if syscall::process_cpu(pid).is_none() {
        return Err(AttachError::NoSuchProcess(pid));
    }
    let line = Procfs::own().line(pid);
    if let Some(unseen) = line.as_ref().err().and_then(|error| unseen(pid, error)) {
        return Err(unseen);
    }
    let Some((stat, _)) = line.ok().flatten() else {
        // It may have gone since, or be one that the system hides.
        let is_there = syscall::process_cpu(pid).is_some();
        return Err(if is_there {
            AttachError::Denied(pid)
        } else {
            AttachError::NoSuchProcess(pid)
        });
    };
    if stat.has_ended() {
        return Err(AttachError::NoSuchProcess(pid));
    }
    Ok(ProcessKey { pid, start: stat.start })
}

/// What stands in our own way (errno(3)), where it is neither that the process has gone nor whose it is.
fn unseen(pid: u32, error: &io::Error) -> Option<AttachError> {
    let code = error.raw_os_error()?;
    matches!(code, libc::EMFILE | libc::ENFILE | libc::ENOMEM)
        .then_some(AttachError::Unseen { pid, code })
}

/// A living process and its living descendants, the root first, with one reading of each that could be read.
pub(crate) fn snapshot(
    pid: u32,
    metrics: MetricSet,
) -> Result<(Vec<ProcessInfo>, Vec<Reading>), AttachError> {
    let processes = found::tree(find(pid)?, Found::Running, true, Elapsed::ZERO);
    let readings = read_once(processes.iter().map(|process| process.key), metrics);
    if processes.is_empty() {
        return Err(AttachError::NoSuchProcess(pid));
    }
    Ok((processes, readings))
}
