//! Floor 7. The files of /proc that tell of the whole machine.

use procmon_model::units::CpuTime;

use super::text::{kilobytes, number, small, words_of_line};

/// All of the memory, in bytes, as `/proc/meminfo` has it.
pub(crate) fn total_memory(meminfo: &[u8]) -> Option<u64> {
    kilobytes(meminfo, b"MemTotal:")
}

/// How long tasks have stood still since boot, as a file of `/proc/pressure` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stalls {
    /// At least one of them.
    pub(crate) some: CpuTime,
    /// All of them at once; nothing where the kernel does not tell, as of processors before Linux 5.13.
    pub(crate) full: CpuTime,
}

/// Reads lines such as `some avg10=0.00 avg60=0.00 avg300=0.00 total=12`, whose total is in microseconds.
pub(crate) fn stalls(pressure: &[u8]) -> Option<Stalls> {
    let total = |name: &[u8]| {
        let line =
            pressure.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(name))?;
        let micros = words_of_line(line).find_map(|word| word.strip_prefix(b"total="))?;
        Some(CpuTime::from_nanos(number(micros)?.saturating_mul(1000)))
    };
    Some(Stalls { some: total(b"some ")?, full: total(b"full ").unwrap_or_default() })
}

/// The number that was given to a new process or thread last, as `/proc/loadavg` has it.
pub(crate) fn last_pid(loadavg: &[u8]) -> Option<u32> {
    small(words_of_line(loadavg).nth(4)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_all_of_the_memory_in_bytes() {
        assert_eq!(total_memory(b"MemTotal:  4039292 kB\n"), Some(4_039_292 * 1024));
    }

    #[test]
    fn reads_the_last_pid() {
        assert_eq!(last_pid(b"0.20 0.18 0.12 1/80 11206\n"), Some(11206));
        assert_eq!(last_pid(b"0.20 0.18 0.12 1/80\n"), None);
    }

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
