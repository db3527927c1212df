//! Floor 7. How long the tasks of the machine stood still for want of processors, storage or memory: /proc/pressure.

use std::fs::File;
use std::os::unix::fs::FileExt;

use procmon_model::host::Pressure;
use procmon_model::units::CpuTime;

use crate::linux::parse::{number, words_of_line};

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

/// How long tasks have stood still since boot, as a file of `/proc/pressure` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stalls {
    /// At least one of them.
    some: CpuTime,
    /// All of them at once; nothing where the kernel does not tell, as of processors before Linux 5.13.
    full: CpuTime,
}

/// Reads lines such as `some avg10=0.00 avg60=0.00 avg300=0.00 total=12`, whose total is in microseconds.
fn stalls(pressure: &[u8]) -> Option<Stalls> {
    let total = |name: &[u8]| {
        let line =
            pressure.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(name))?;
        let micros = words_of_line(line).find_map(|word| word.strip_prefix(b"total="))?;
        Some(CpuTime::from_nanos(number(micros)?.saturating_mul(1000)))
    };
    Some(Stalls { some: total(b"some ")?, full: total(b"full ").unwrap_or_default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn totals_are_microseconds_and_processors_may_have_no_second_line() {
        let text = b"some avg10=0.00 avg60=1.50 avg300=3.54 total=2990\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=7\n";
        let micros = |count: u64| CpuTime::from_nanos(count * 1000);
        assert_eq!(stalls(text), Some(Stalls { some: micros(2990), full: micros(7) }));
        let first = &text[..50];
        assert_eq!(stalls(first), Some(Stalls { some: micros(2990), full: CpuTime::ZERO }));
        assert_eq!(stalls(b""), None);
    }

    #[test]
    fn a_file_of_another_kind_tells_of_no_pressure() {
        assert_eq!(stalls_of(&File::open("/dev/null").unwrap()), None);
        assert_eq!(stalls_of(&File::open("/proc/self/stat").unwrap()), None);
        assert_eq!(stalls_of(&File::open("/proc").unwrap()), None);
    }
}
