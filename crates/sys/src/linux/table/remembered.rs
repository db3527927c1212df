//! Floor 7. What the status of a process told when it was last read, and whether it is worth reading again.
//!
//! Of all the files that are kept open it is by far the longest: reading it costs as much as all others together.

use std::time::{Duration, Instant};

use procmon_model::process::Count;
use procmon_model::units::Bytes;

use crate::linux::parse::Status;

/// How often the status of a working process is read where its memory stays well below what it once was.
const INTERVAL: Duration = Duration::from_secs(1);

/// What is kept of the status between its readings.
#[derive(Default)]
pub(super) struct Remembered {
    /// The largest resident memory seen.
    largest: u64,
    /// The largest that the kernel has seen.
    peak: Option<u64>,
    swap: Option<u64>,
    switches: Option<(Count, Count)>,
    read: Option<Instant>,
    /// How many page faults the process had had when it was read.
    faults: u64,
    /// Where the stack begins, by which one address space is told from another.
    stack: u64,
}

impl Remembered {
    /// An execve(2) begins another address space: what was seen before belonged to another program, and after
    /// vfork(2) even to the parent. Answers whether that has happened. The switches are still those of the process.
    pub(super) fn belongs_to(&mut self, stack: u64) -> bool {
        let is_another = self.stack != stack && stack != 0;
        if is_another {
            *self = Self { stack, switches: self.switches, ..Self::default() };
        }
        is_another
    }

    /// Whether the peak may have changed since it was read: the memory is near its largest, or a second has passed.
    pub(super) fn is_due(&self, resident: Option<u64>, now: Instant) -> bool {
        resident.is_some_and(|resident| resident >= self.largest - self.largest / 20)
            || self.read.is_none_or(|read| now.duration_since(read) >= INTERVAL)
    }

    /// Takes what has just been read of a process that had had so many page faults just before.
    pub(super) fn take(&mut self, status: Status, faults: u64, now: Instant) {
        self.peak = status.peak.or(self.peak);
        self.swap = status.swap.or(self.swap);
        let switches = status.switches_voluntary.zip(status.switches_forced);
        self.switches = switches.map(|(one, other)| (Count(one), Count(other))).or(self.switches);
        (self.read, self.faults) = (Some(now), faults);
    }

    /// The kernel's peak is never below what was seen with our own eyes.
    pub(super) fn saw(&mut self, resident: u64) {
        self.largest = self.largest.max(resident);
        self.peak = self.peak.map(|peak| peak.max(resident));
    }

    /// The largest resident memory that is known.
    pub(super) fn peak(&self) -> Option<Bytes> {
        self.peak.map(Bytes::new)
    }

    /// Whether a process that has had so many page faults in all cannot have grown since its peak was read: memory only
    /// grows by page faults.
    ///
    /// What others put into its memory (ptrace(2), a collapse into huge pages) is passed over: that is next to nothing.
    pub(super) fn peak_is_final(&self, faults: u64) -> bool {
        self.peak.is_some() && self.faults == faults
    }

    /// Memory moved out to swap.
    pub(super) fn swap(&self) -> Option<Bytes> {
        self.swap.map(Bytes::new)
    }

    /// How often the first thread waited for something, and how often another took its processor.
    pub(super) fn switches(&self) -> Option<(Count, Count)> {
        self.switches
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_peak(peak: Option<u64>) -> Status {
        Status { peak, ..Status::default() }
    }

    #[test]
    fn a_peak_is_read_near_the_largest_memory_and_once_a_second_below() {
        let now = Instant::now();
        let mut known = Remembered::default();
        assert!(known.is_due(Some(1000), now) && known.is_due(None, now));
        known.take(of_peak(Some(1100)), 7, now);
        known.saw(1000);
        assert!(known.is_due(Some(950), now));
        assert!(!known.is_due(Some(949), now) && !known.is_due(None, now));
        assert!(!known.is_due(Some(949), now + Duration::from_millis(999)));
        assert!(known.is_due(Some(949), now + INTERVAL) && known.is_due(None, now + INTERVAL));
    }

    #[test]
    fn without_a_page_fault_since_no_peak_has_changed() {
        let mut known = Remembered::default();
        assert!(!known.peak_is_final(0));
        known.take(of_peak(Some(1000)), 7, Instant::now());
        assert!(known.peak_is_final(7) && !known.peak_is_final(8));
    }

    #[test]
    fn a_peak_is_at_least_what_was_seen_and_ends_with_the_program() {
        let mut known = Remembered::default();
        known.belongs_to(7);
        let (switches_voluntary, switches_forced) = (Some(3), Some(4));
        let status = Status { switches_voluntary, switches_forced, ..of_peak(Some(1000)) };
        known.take(status, 0, Instant::now());
        known.saw(2000);
        assert!(!known.belongs_to(7));
        assert_eq!(known.peak(), Some(Bytes::new(2000)));
        known.take(Status::default(), 0, Instant::now());
        assert!(!known.belongs_to(0));
        assert_eq!(known.peak(), Some(Bytes::new(2000)));
        assert!(known.belongs_to(8));
        assert_eq!((known.peak(), known.switches()), (None, Some((Count(3), Count(4)))));
    }
}
