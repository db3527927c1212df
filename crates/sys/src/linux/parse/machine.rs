//! Floor 7. The files of /proc that tell of the whole machine.

use procmon_model::units::CpuTime;

use super::text::{first_number, kilobytes, number, small, words_of_line};

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

/// When the machine started, in seconds since 1970, as `/proc/stat` has it (`proc_stat(5)`).
pub(crate) fn boot_seconds(stat: &[u8]) -> Option<u64> {
    let line = stat.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(b"btime "))?;
    first_number(line)
}

/// How many processors are online, as `/proc/stat` has it: a line for each behind the one for all of them. `None` where
/// there is none.
pub(crate) fn processors(stat: &[u8]) -> Option<u32> {
    let is_processor = |line: &&[u8]| {
        line.strip_prefix(b"cpu").and_then(<[u8]>::first).is_some_and(u8::is_ascii_digit)
    };
    let count = stat.split(|byte| *byte == b'\n').filter(is_processor).count();
    u32::try_from(count).ok().filter(|count| *count > 0)
}

/// The soft limit of descriptors, as `/proc/pid/limits` has it (`proc_pid_limits(5)`); `None` where there is none.
pub(crate) fn descriptor_limit(limits: &[u8]) -> Option<u64> {
    let lines = &mut limits.split(|byte| *byte == b'\n');
    first_number(lines.find_map(|line| line.strip_prefix(b"Max open files "))?)
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
    fn reads_when_the_machine_started() {
        assert_eq!(boot_seconds(b"cpu  1 2\nbtime 1766000000\nprocesses 7\n"), Some(1_766_000_000));
        assert_eq!(boot_seconds(b"cpu  1 2\n"), None);
    }

    #[test]
    fn processors_are_counted_but_not_the_line_of_all_of_them() {
        assert_eq!(processors(b"cpu  3 4\ncpu0 1 2\ncpu12 2 2\nintr 5\ncpux 1\n"), Some(2));
        assert_eq!((processors(b"cpu  3 4\n"), processors(b"")), (None, None));
    }

    #[test]
    fn reads_the_soft_limit_of_descriptors_and_no_limit_is_none() {
        let limits = b"Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 524288               files     \n";
        assert_eq!(descriptor_limit(limits), Some(1024));
        assert_eq!(descriptor_limit(b"Max open files   unlimited  unlimited files\n"), None);
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
