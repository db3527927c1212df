//! Floor 6. Why figures of a summary are null: a sentence for each that is.

use crate::metrics::MetricSet;

use super::shape::Summary;

/// What a recording leaves open that lacks records.
pub(super) const GAPS: &str = "the recording lacks records: peaks, roles and the foremost processes are those of the rest; the network bytes are not \
     known, and without its end neither are cpuMs, readBytes and writtenBytes";

/// A sentence for each thing that is null in a summary and that the machine's capabilities say nothing about.
pub(super) fn missing(summary: &Summary, metrics: MetricSet) -> Vec<String> {
    let launched = summary.exit_code.is_some() || summary.signal.is_some();
    let told = |word: &str| summary.accounting.reasons.iter().any(|reason| reason.contains(word));
    let facts = [
        (
            summary.rss_sum_peak_bytes.is_none() && metrics.has(MetricSet::MEMORY),
            "nothing that could be read lived at a sample: what samples tell is not known",
        ),
        (
            summary.pss_peak_bytes.is_none() && metrics.has(MetricSet::PSS),
            "pssPeakBytes: no sample near the peak of memory had a fresh proportional set size of every process; \
             reading them is kept below 0.2 % of a processor, and another user's processes refuse it",
        ),
        (
            summary.memory_peak_bytes.is_none() && summary.rss_sum_peak_bytes.is_some(),
            "memoryPeakBytes: no sample tells what part of the memory is shared; rssSumPeakBytes counts it with each process",
        ),
        (
            summary.memory_peak_bytes.is_some() && summary.memory_peak_at_ms.is_none(),
            "memoryPeakAtMs: the most was held between two samples, by one process alone",
        ),
        (
            summary.largest_process_bytes.is_none(),
            "largestProcessBytes: the kernel tells it at the end of a command that procmon launched, and not where it is \
             below what the launching process itself held",
        ),
        (
            summary.cgroup_peak_bytes.is_none() && summary.accounting.refused.is_empty(),
            "cgroupPeakBytes: a cgroup is made for the command where that is asked for (--accounting exact)",
        ),
        (
            summary.cpu_user_ms.is_none(),
            "the split of the CPU, faults and switches: the kernel counts them for what was waited for, and processes \
             that live on or that nobody waited for have used more",
        ),
        (
            summary.read_bytes.is_none() || summary.written_bytes.is_none(),
            "readBytes and writtenBytes: no process was allowed to be read for them, or nobody asked",
        ),
        (
            summary.block_delay_ms.is_none()
                && metrics.has(MetricSet::DELAYS)
                && !told("delayacct"),
            "blockDelayMs: the kernel counts waits for storage where kernel.task_delayacct is 1",
        ),
        (
            summary.net_rx_bytes.is_none() && !metrics.has(MetricSet::NET),
            "network bytes are counted where that is asked for (--net)",
        ),
        (summary.pressure.is_none(), "pressure: the kernel does not tell it (/proc/pressure)"),
        (summary.oom_kills.is_none(), "oomKills: no count of kills for want of memory can be read"),
        (!launched, "exitCode and signal: the root lives on, or nobody could say how it ended"),
    ];
    facts.into_iter().filter(|(is, _)| *is).map(|(_, words)| words.to_owned()).collect()
}
