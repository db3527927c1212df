//! Floor 7. How long the tasks of the machine stood still for want of processors, storage or memory: /proc/pressure.

use std::fs;

use procmon_model::host::Pressure;
use procmon_model::units::CpuTime;

use crate::linux::parse::{number, words_of_line};

/// How long tasks have stood still since boot.
pub(crate) fn pressure() -> Option<Pressure> {
    let stalls = |name: &str| stalls(&fs::read(format!("/proc/pressure/{name}")).ok()?);
    let (cpu, io, memory) = (stalls("cpu")?, stalls("io")?, stalls("memory")?);
    Some(Pressure {
        cpu_some: cpu.some,
        io_some: io.some,
        io_full: io.full,
        memory_some: memory.some,
        memory_full: memory.full,
    })
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
}
