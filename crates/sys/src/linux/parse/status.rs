//! Floor 7. `/proc/pid/status`: a long text of which a few lines are of interest.

use super::text::first_number;

/// What a `/proc/pid/status` tells that no cheaper file does.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Status {
    /// The largest resident memory, in bytes; a process without memory has none.
    pub(crate) peak: Option<u64>,
    /// Memory that was moved out to swap, in bytes; likewise.
    pub(crate) swap: Option<u64>,
    /// How often its first thread gave up its processor to wait for something.
    pub(crate) switches_voluntary: Option<u64>,
    /// How often another took the processor from its first thread.
    pub(crate) switches_forced: Option<u64>,
}

impl Status {
    /// Reads the memory from the front and the switches from the back, so that the longest lines, the sets of allowed
    /// processors and nodes in between, are passed over.
    ///
    /// A line without its end, of a text that was cut off, does not count: its number may be cut off, too.
    pub(crate) fn parse(text: &[u8]) -> Self {
        let end = text.iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
        let mut status = Self::default();
        status.take_memory(text[..end].split(|byte| *byte == b'\n'));
        status.take_switches(text[..end].rsplit(|byte| *byte == b'\n'));
        status
    }

    fn take_memory<'a>(&mut self, lines: impl Iterator<Item = &'a [u8]>) {
        for line in lines {
            if let Some(value) = line.strip_prefix(b"VmHWM:") {
                self.peak = in_bytes(value);
            } else if let Some(value) = line.strip_prefix(b"VmSwap:") {
                self.swap = in_bytes(value);
                return;
            } else if line.starts_with(b"Threads:") {
                // A process that has ended has none of the lines before this one.
                return;
            }
        }
    }

    /// Newer kernels add lines of the processor's behind those of the switches.
    fn take_switches<'a>(&mut self, lines_from_last: impl Iterator<Item = &'a [u8]>) {
        for line in lines_from_last {
            if let Some(value) = line.strip_prefix(b"nonvoluntary_ctxt_switches:") {
                self.switches_forced = first_number(value);
            } else if let Some(value) = line.strip_prefix(b"voluntary_ctxt_switches:") {
                self.switches_voluntary = first_number(value);
                return;
            }
        }
    }
}

/// The largest resident memory, in bytes, as `/proc/pid/status` has it; a process without memory has none.
pub(crate) fn peak_resident(status: &[u8]) -> Option<u64> {
    Status::parse(status).peak
}

fn in_bytes(kilobytes: &[u8]) -> Option<u64> {
    first_number(kilobytes)?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "Name:\tVmHWM: 3 kB\nVmPeak:\t    99 kB\nVmHWM:\t     12 kB\nVmSwap:\t       4 kB\n\
        Threads:\t1\nMems_allowed_list:\t0\nvoluntary_ctxt_switches:\t15\nnonvoluntary_ctxt_switches:\t2\n";

    const STATUS: Status = Status {
        peak: Some(12 * 1024),
        swap: Some(4 * 1024),
        switches_voluntary: Some(15),
        switches_forced: Some(2),
    };

    #[test]
    fn reads_memory_in_bytes_and_switches_wherever_they_stand() {
        assert_eq!(Status::parse(TEXT.as_bytes()), STATUS);
        let newer = format!("{TEXT}x86_Thread_features:\t\nx86_Thread_features_locked:\t\n");
        assert_eq!(Status::parse(newer.as_bytes()), STATUS);
        assert_eq!(peak_resident(TEXT.as_bytes()), Some(12 * 1024));
    }

    #[test]
    fn a_process_that_has_ended_has_switches_and_no_memory() {
        let text = b"Name:\tx\nState:\tZ (zombie)\nThreads:\t1\nvoluntary_ctxt_switches:\t3\n\
            nonvoluntary_ctxt_switches:\t4\n";
        let (switches_voluntary, switches_forced) = (Some(3), Some(4));
        let expected = Status { switches_voluntary, switches_forced, ..Status::default() };
        assert_eq!(Status::parse(text), expected);
    }

    #[test]
    fn a_text_that_was_cut_off_has_no_half_numbers() {
        for length in 0..TEXT.len() {
            let Status { peak, swap, switches_voluntary, switches_forced } =
                Status::parse(&TEXT.as_bytes()[..length]);
            let whole = |part: Option<u64>, all: Option<u64>| part.is_none() || part == all;
            assert!(whole(peak, STATUS.peak) && whole(swap, STATUS.swap), "{length}");
            assert!(whole(switches_voluntary, STATUS.switches_voluntary), "{length}");
            assert!(whole(switches_forced, STATUS.switches_forced), "{length}");
        }
    }
}
