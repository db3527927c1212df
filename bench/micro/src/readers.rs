//! Floor 12. Three ways to read the same processes: ours, the bare system calls, and the sysinfo crate.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;

use procmon_model::metrics::MetricSet;
use procmon_model::ports::Pass;
use procmon_model::process::{ProcessKey, Readings};
use procmon_sys::{Accounting, Inside, World, WorldOptions};
use sysinfo::{Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::raw;

/// Reads processor time and I/O of the processes that it was made for.
pub(crate) trait Reader {
    /// Reads each of them once.
    fn read(&mut self) -> io::Result<()>;
}

/// procmon's table.
pub(crate) struct Ours {
    world: World,
    keys: Vec<ProcessKey>,
    readings: Readings,
}

impl Ours {
    pub(crate) fn open(pids: &[u32]) -> io::Result<Self> {
        let keys = pids.iter().map(|pid| key(*pid)).collect::<io::Result<Vec<_>>>()?;
        Ok(Self { world: world(Accounting::Poll)?, keys, readings: Readings::default() })
    }
}

impl Reader for Ours {
    fn read(&mut self) -> io::Result<()> {
        self.readings.clear();
        let metrics = MetricSet::CPU.with(MetricSet::IO);
        let pass = Pass { keys: &self.keys, metrics, copies: &[] };
        self.world.table.read(&pass, &mut self.readings);
        let all = self.readings.processes.len() == self.keys.len();
        if all { Ok(()) } else { Err(io::Error::other("a process could not be read")) }
    }
}

/// The least that the kernel lets anybody do: the process's clock, and pread(2) of files that stay open.
pub(crate) struct Bare {
    processes: Vec<(libc::pid_t, Vec<File>)>,
    buffer: Vec<u8>,
}

impl Bare {
    /// With the files of that name in each process's folder; none of them for the clock alone.
    pub(crate) fn open(pids: &[u32], names: &[&str]) -> io::Result<Self> {
        let open = |pid: &u32| {
            let file = |name: &&str| File::open(format!("/proc/{pid}/{name}"));
            let files = names.iter().map(file).collect::<io::Result<Vec<_>>>()?;
            Ok((libc::pid_t::try_from(*pid).map_err(io::Error::other)?, files))
        };
        let processes = pids.iter().map(open).collect::<io::Result<Vec<_>>>()?;
        Ok(Self { processes, buffer: vec![0; 4096] })
    }
}

impl Reader for Bare {
    fn read(&mut self) -> io::Result<()> {
        for (pid, files) in &self.processes {
            raw::process_cpu(*pid)?;
            for file in files {
                file.read_at(&mut self.buffer, 0)?;
            }
        }
        Ok(())
    }
}

/// The sysinfo crate, asked for as little as gives the same.
pub(crate) struct Sysinfo {
    system: System,
    pids: Vec<Pid>,
    what: ProcessRefreshKind,
}

impl Sysinfo {
    pub(crate) fn open(pids: &[u32]) -> io::Result<Self> {
        let what = ProcessRefreshKind::nothing()
            .with_cpu()
            .with_memory()
            .with_disk_usage()
            .without_tasks();
        let pids = pids.iter().map(|pid| Pid::from_u32(*pid)).collect();
        let system = System::new().map_err(|error| io::Error::other(format!("{error:?}")))?;
        Ok(Self { system, pids, what })
    }
}

impl Reader for Sysinfo {
    fn read(&mut self) -> io::Result<()> {
        let which = ProcessesToUpdate::Some(&self.pids);
        let updated = self.system.refresh_processes_specifics(which, false, self.what);
        let all = updated == self.pids.len();
        if all { Ok(()) } else { Err(io::Error::other("sysinfo left a process out")) }
    }
}

/// Opens the system as the addon does: the children of this program are not waited for by anybody else.
pub(crate) fn world(accounting: Accounting) -> io::Result<World> {
    let signals = procmon_sys::signal_mask();
    let inside = Inside::ForeignProcess;
    procmon_sys::world(WorldOptions { accounting, inside, signals, procfs: None })
}

/// Who has this number.
pub(crate) fn key(pid: u32) -> io::Result<ProcessKey> {
    procmon_sys::find(pid).map_err(io::Error::other)
}
