//! Floor 7. How long the tasks of the machine stood still for want of processors, storage or memory: /proc/pressure.

use std::fs::File;
use std::os::unix::fs::FileExt;

use procmon_model::host::Pressure;

use crate::linux::parse::{Stalls, stalls};

/// Holds the two lines that such a file has.
const PRESSURE_BYTES: usize = 512;

/// How long tasks have stood still since boot: the files of `/proc/pressure`, kept open. They are missing before Linux
/// 4.20, in some containers and where the kernel was started with `psi=0`, or cannot be read there.
#[derive(Debug)]
pub(crate) struct Gauges {
    cpu: File,
    io: File,
    memory: File,
}

impl Gauges {
    pub(crate) fn open() -> Option<Self> {
        let open = |name: &str| File::open(format!("/proc/pressure/{name}")).ok();
        Some(Self { cpu: open("cpu")?, io: open("io")?, memory: open("memory")? })
    }

    pub(crate) fn read(&self) -> Option<Pressure> {
        let (cpu, io, memory) =
            (stalls_of(&self.cpu)?, stalls_of(&self.io)?, stalls_of(&self.memory)?);
        Some(Pressure {
            cpu_some: cpu.some,
            io_some: io.some,
            io_full: io.full,
            memory_some: memory.some,
            memory_full: memory.full,
        })
    }
}

fn stalls_of(file: &File) -> Option<Stalls> {
    let mut text = [0; PRESSURE_BYTES];
    let length = file.read_at(&mut text, 0).ok()?;
    stalls(&text[..length])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_another_kind_tells_of_no_pressure() {
        assert_eq!(stalls_of(&File::open("/dev/null").unwrap()), None);
        assert_eq!(stalls_of(&File::open("/proc/self/stat").unwrap()), None);
        assert_eq!(stalls_of(&File::open("/proc").unwrap()), None);
    }
}
