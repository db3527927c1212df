//! Floor 7. What a meter shows: the processor time of a thread and the memory of its process.

use procmon_model::units::{Bytes, CpuTime};

/// Totals up to now; `None` is what the system does not tell.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MeterReading {
    /// Processor time in user mode.
    pub cpu_user: Option<CpuTime>,
    /// Processor time in the kernel.
    pub cpu_system: Option<CpuTime>,
    /// Whether that is the time of the calling thread; otherwise of the whole process.
    pub of_thread: bool,
    /// Processor time of the process's children that ended and were waited for, with all that those had waited for.
    pub children: Option<CpuTime>,
    /// Resident memory of the process.
    pub rss: Option<Bytes>,
    /// The largest that was since the process executed its program.
    pub rss_peak: Option<Bytes>,
}
