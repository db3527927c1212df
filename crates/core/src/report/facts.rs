//! Floor 9. The facts of a summary, a sentence each.

use std::io;

use procmon_model::analysis::Summary;
use procmon_model::analysis::summary::Accounting;
use procmon_model::host::Tier;
use procmon_model::units::{Bytes, Cores};

use super::layout::{Layout, printable};
use super::words::{UNKNOWN, counted, known, milliseconds, name, words};

/// Columns of a sentence that a recording brings along: a warning can hold a path of any length.
const SENTENCE_MAX: usize = 400;

/// Writes them.
pub(super) fn write(summary: &Summary, page: &mut Layout<'_>) -> io::Result<()> {
    page.fact("CPU", &cpu(summary))?;
    page.fact("memory", &memory(summary))?;
    page.fact("processes", &processes(summary))?;
    page.fact("storage", &storage(summary))?;
    if let Some(network) = network(summary) {
        page.fact("network", &network)?;
    }
    if let Some(waits) = waits(summary) {
        page.fact("waits", &waits)?;
    }
    for (label, text) in trust(summary) {
        page.fact(label, &text)?;
    }
    for warning in warnings(summary) {
        page.warning(&warning)?;
    }
    Ok(())
}

/// How far the numbers can be trusted and what the watching cost: a label and a sentence each. A sentence without a label
/// goes with the one before it.
pub(super) fn trust(summary: &Summary) -> Vec<(&'static str, String)> {
    let reasons = shortcomings(summary).map(|reason| ("", printable(reason, SENTENCE_MAX)));
    let how = [("accounting", accounting(summary))].into_iter().chain(reasons);
    how.chain([("procmon", own(summary))]).collect()
}

/// What went wrong, a sentence each.
pub(super) fn warnings(summary: &Summary) -> Vec<String> {
    let told = summary.warnings.iter().map(|warning| warning.message.clone());
    let all = memory_kills(summary).chain(told);
    all.map(|sentence| printable(&sentence, SENTENCE_MAX)).collect()
}

fn cpu(summary: &Summary) -> String {
    let total = known(summary.cpu_ms.map(milliseconds));
    let split = summary.cpu_user_ms.zip(summary.cpu_system_ms).map(|(user, system)| {
        format!(" (user {}, system {})", milliseconds(user), milliseconds(system))
    });
    let mean = summary.cores_mean.map(|mean| {
        let of = summary.cores_available.map(|cores| format!(" of {cores}")).unwrap_or_default();
        format!(": {}{of} cores on average", Cores(mean))
    });
    let peak = summary.cores_peak.map(|peak| format!(", {} at most", Cores(peak)));
    [Some(total), split, mean, peak].into_iter().flatten().collect()
}

fn memory(summary: &Summary) -> String {
    let top = summary.memory_peak_bytes.map(|peak| match summary.memory_peak_at_ms {
        Some(at) => {
            let at = milliseconds(at);
            format!("{peak} at most, at {at} (estimate: shared pages once)")
        }
        None => format!("{peak} at most, in one process between two samples"),
    });
    let sum = match (summary.rss_sum_peak_bytes, &top) {
        (None, None) => None,
        (Some(sum), None) => {
            Some(format!("{sum} at most as the sum of RSS, shared pages with each process"))
        }
        (sum, Some(_)) => Some(format!("{} as the sum of RSS", known(sum.map(words)))),
    };
    let pss = summary.pss_peak_bytes.map(|pss| format!("{pss} as PSS"));
    let cgroup =
        summary.cgroup_peak_bytes.map(|peak| format!("{peak} in its cgroup, page cache too"));
    let swap = summary.swap_peak_bytes.filter(|swap| *swap > Bytes::ZERO);
    let swap = swap.map(|swap| format!("{swap} in swap"));
    let all: Vec<String> = [top, sum, pss, cgroup, swap].into_iter().flatten().collect();
    if all.is_empty() { UNKNOWN.to_owned() } else { all.join("; ") }
}

/// What the run waited for; `None` where nothing of it is known.
fn waits(summary: &Summary) -> Option<String> {
    let own = summary.run_delay_ms.map(|run| {
        let block = summary.block_delay_ms.map(milliseconds);
        let block = block.map(|block| format!(", {block} for storage")).unwrap_or_default();
        format!("first threads {} for a CPU{block}", milliseconds(run))
    });
    let machine = summary.pressure.map(|pressure| {
        let stalls = [
            ("CPU", pressure.cpu_some_ms),
            ("storage", pressure.io_some_ms),
            ("memory", pressure.memory_some_ms),
        ];
        let felt = stalls.iter().filter(|(_, stalled)| *stalled > 0.0);
        let felt: Vec<String> = felt
            .map(|(what, stalled)| format!("of {what} for {}", milliseconds(*stalled)))
            .collect();
        let felt = if felt.is_empty() { "of nothing".to_owned() } else { felt.join(", ") };
        format!("the machine was short {felt}")
    });
    let both: Vec<String> = [own, machine].into_iter().flatten().collect();
    (!both.is_empty()).then(|| both.join("; "))
}

/// What went over the network; `None` where nobody asked.
fn network(summary: &Summary) -> Option<String> {
    let (received, sent) = summary.net_rx_bytes.zip(summary.net_tx_bytes)?;
    let others = summary.net_unattributed_rx_bytes.zip(summary.net_unattributed_tx_bytes);
    let others = others.map(|(received, sent)| {
        format!("; {received} and {sent} more in the namespace, of processes unknown")
    });
    Some(format!("TCP: {received} received, {sent} sent{}", others.unwrap_or_default()))
}

/// A sentence for each process that the kernel killed for want of memory, and one for those that are not known.
fn memory_kills(summary: &Summary) -> impl Iterator<Item = String> {
    let named = summary.oom_killed.iter().map(|process| {
        let held = process.rss_seen_bytes.map(|held| format!(", which held {held},"));
        let (who, held) = (name(process), held.unwrap_or_default());
        format!("{who} (pid {}){held} was killed by the kernel for want of memory", process.pid)
    });
    let known = summary.oom_killed.len() as u64;
    let others = summary.oom_kills.unwrap_or(0).saturating_sub(known);
    let others = (others > 0).then(|| {
        format!("the kernel killed processes for want of memory that are not of the tree: {others}")
    });
    named.chain(others)
}

fn processes(summary: &Summary) -> String {
    // Without the last record, and of totals alone, those that the records name need not be all that lived.
    let (seen, least) = match summary.processes_seen {
        Some(seen) => (seen.to_string(), ""),
        None => (UNKNOWN.to_owned(), "at least "),
    };
    let threads =
        summary.threads_peak.map(|threads| format!(", {} at most", counted(threads, "thread")));
    let missed = match (summary.accounting.lost, summary.accounting.missed_at_most) {
        (0, Some(0)) => "; none missed".to_owned(),
        (0, Some(missed)) => format!("; {missed} missed at most"),
        (0, None) => "; how many were missed is unknown".to_owned(),
        (lost, _) => format!("; {lost} events lost"),
    };
    let peak = summary.processes_peak;
    format!("{seen} seen, {least}{peak} at once{}{missed}", threads.unwrap_or_default())
}

fn storage(summary: &Summary) -> String {
    let read = known(summary.read_bytes.map(words));
    let written = known(summary.written_bytes.map(words));
    format!("{read} read, {written} written")
}

fn accounting(summary: &Summary) -> String {
    let tier = match summary.accounting.tier {
        Tier::R => "tier R: kernel events and exit records",
        Tier::Events => "tier 1: kernel events for every process",
        Tier::Poll => "tier 2: new process numbers looked at every few milliseconds",
        Tier::Trace => "tier T: every process traced",
        Tier::Portable => "portable: processes seen at samples only",
    };
    let estimated = summary.accounting.estimated_cpu_ms;
    if estimated > 0.0 {
        return format!("{tier}; {} of the CPU is shared out by estimate", milliseconds(estimated));
    }
    tier.to_owned()
}

/// What is not known of this run and would be elsewhere, or was asked for. Everything else stands in the JSON.
fn shortcomings(summary: &Summary) -> impl Iterator<Item = &String> {
    let Accounting { tier, exact, reasons, refused, .. } = &summary.accounting;
    let usual = *tier != Tier::Poll && *exact;
    if usual { refused.iter() } else { reasons.iter() }
}

fn own(summary: &Summary) -> String {
    let cpu = known(summary.own.cpu_ms.map(milliseconds));
    let share = summary.own.cpu_ms.filter(|_| summary.duration_ms > 0.0);
    let share = share.map(|own| format!(" ({:.1} % of a core)", own / summary.duration_ms * 100.0));
    let rss = summary.own.rss_peak_bytes.map(|rss| format!(", {rss}"));
    let wakes = summary.own.wake_ups.map(|count| format!(", {}", counted(count, "wake-up")));
    let samples = format!("; {}", counted(summary.samples, "sample"));
    let parts = [Some(cpu + " of CPU"), share, rss, wakes, Some(samples)];
    parts.into_iter().flatten().collect()
}
