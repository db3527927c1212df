//! Floor 7. The door to another procfs: a world that only looks.

use std::io;
use std::path::Path;
use std::sync::Arc;

use crate::linux::clock::SessionClock;
use crate::linux::host;
use crate::linux::kernel::limits;
use crate::linux::own::Own;
use crate::linux::procfs::Procfs;
use crate::linux::surveyed::refused::{NoLauncher, NoNeighbourhood};
use crate::linux::surveyed::survey::Survey;
use crate::linux::table::Table;
use crate::linux::waiter::Waiter;
use crate::world::{Accounting, Inside, World};

const ONLY_LOOKS: &str = "the processes of another procfs than our own can only be looked at from time to time, which \
                          leaves no choice of an accounting";

/// Opens what a session over the procfs at this folder needs.
pub(crate) fn world(folder: &Path, accounting: Accounting, inside: Inside) -> io::Result<World> {
    if accounting != Accounting::Auto {
        return Err(io::Error::new(io::ErrorKind::Unsupported, ONLY_LOOKS));
    }
    let procfs = Procfs::at(folder)?;
    let (waiter, remote) = Waiter::new()?;
    let clock = SessionClock::start();
    let meter = match inside {
        Inside::OwnProcess => {
            // Where it cannot be raised, fewer processes are kept open and the others cost more to read.
            let _raised = limits::raise_descriptor_limit();
            Own::Process
        }
        Inside::ForeignProcess => Own::Thread(Arc::default()),
    };
    Ok(World {
        events: Box::new(Survey::new(procfs.clone(), clock, waiter)),
        table: Box::new(Table::over(procfs.clone(), inside)),
        launcher: Box::new(NoLauncher),
        environs: Box::new(NoNeighbourhood),
        meter: Box::new(meter),
        host: host::host(&procfs),
        remote,
        moments: clock.moments(),
    })
}
