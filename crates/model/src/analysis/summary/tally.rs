//! Floor 6. What the samples of a session come to: sums and highest values, and who held what at the peak.

use std::collections::BTreeMap;

use crate::analysis::lives::{FOREMOST, Lives};
use crate::process::{Gauges, ProcessKey};
use crate::record::Header;
use crate::sample::{NamedThreads, Sample};
use crate::stats::known_sum;
use crate::units::{Bytes, Cores, CpuTime};

use super::shape::{Holder, MemoryPeak, ThreadSummary, cpu_millis, millis};

/// Names of threads that are told apart; what comes later counts as others.
const THREAD_NAMES_MAX: usize = 20;

/// Sums over the samples, and their highest values.
#[derive(Debug, Clone, Default)]
pub(super) struct Tally {
    pub(super) samples: u64,
    /// What stands in for the totals of a recording that was cut.
    pub(super) cpu: Option<CpuTime>,
    pub(super) read: Option<Bytes>,
    pub(super) written: Option<Bytes>,
    pub(super) net: Net,
    /// What the network moved that belongs to no process that was found.
    pub(super) stray: Net,
    pub(super) cores_peak: Option<Cores>,
    pub(super) threads_peak: Option<u64>,
    pub(super) rss_sum_peak: Option<Bytes>,
    /// The largest sum of proportional set sizes, and the estimate at that sample.
    pss_peak: Option<(Bytes, Bytes)>,
    pub(super) swap_peak: Option<Bytes>,
    pub(super) memory_peak: Option<MemoryPeak>,
    /// The largest resident memory of one process at a sample.
    pub(super) rss_peak: Option<Bytes>,
    /// By the names of threads: processor time, and the most of them alive in one process.
    threads: BTreeMap<String, (CpuTime, u32)>,
}

/// Bytes that the network moved.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Net {
    pub(super) received: Option<Bytes>,
    pub(super) sent: Option<Bytes>,
}

impl Tally {
    /// Takes the next sample; the lives know it already.
    pub(super) fn add(&mut self, sample: &Sample, header: &Header, lives: &Lives) {
        self.samples += 1;
        self.cpu = known_sum(self.cpu, sample.cpu);
        self.read = known_sum(self.read, sample.read);
        self.written = known_sum(self.written, sample.written);
        self.add_processes(sample);
        if let Some(departed) = sample.departed_net {
            self.net.add(Some(departed.received), Some(departed.sent));
        }
        if let Some(stray) = sample.stray {
            self.stray.add(Some(stray.received), Some(stray.sent));
        }
        self.cores_peak = highest(self.cores_peak, believable_cores(sample, header));
        self.threads_peak = self.threads_peak.max(sample.thread_count);
        self.rss_sum_peak = self.rss_sum_peak.max(sample.rss_sum);
        self.pss_peak = self.pss_peak.max(sample.pss.zip(sample.memory));
        let peak = self.memory_peak.as_ref().and_then(|peak| peak.memory_bytes);
        if sample.memory > peak {
            self.memory_peak = Some(peak_of(sample, lives));
        }
        for threads in &sample.named_threads {
            self.add_threads(threads);
        }
    }

    fn add_processes(&mut self, sample: &Sample) {
        let mut swap = None;
        for used in &sample.processes {
            let growth = &used.growth.0;
            self.net.add(growth.net_received, growth.net_sent);
            swap = known_sum(swap, used.gauges.swap);
            self.rss_peak = self.rss_peak.max(used.gauges.rss);
        }
        self.swap_peak = self.swap_peak.max(swap);
    }

    fn add_threads(&mut self, threads: &NamedThreads) {
        let known = self.threads.contains_key(&threads.name);
        let room = self.threads.len() < THREAD_NAMES_MAX;
        let name = if known || room { threads.name.as_str() } else { "other" };
        let (cpu, count_peak) = self.threads.entry(name.to_owned()).or_default();
        *cpu += threads.cpu;
        *count_peak = (*count_peak).max(threads.count);
    }

    /// The largest sum of proportional set sizes, if it was taken when the tree was about as large as it ever was.
    pub(super) fn pss_peak(&self) -> Option<Bytes> {
        let (pss, memory) = self.pss_peak?;
        let most = self.memory_peak.as_ref()?.memory_bytes?;
        (memory.get() >= most.get() / 10 * 9).then_some(pss)
    }

    /// What the threads of each name used.
    pub(super) fn take_threads(&mut self) -> BTreeMap<String, ThreadSummary> {
        let threads = std::mem::take(&mut self.threads).into_iter();
        let summaries = threads.map(|(name, (cpu, count_peak))| {
            (name, ThreadSummary { cpu_ms: cpu_millis(cpu), count_peak })
        });
        summaries.collect()
    }
}

impl Net {
    fn add(&mut self, received: Option<Bytes>, sent: Option<Bytes>) {
        self.received = known_sum(self.received, received);
        self.sent = known_sum(self.sent, sent);
    }
}

/// The cores that a sample says were busy. Work of the dead is known in steps of 10 ms, so that a short interval
/// can seem to hold more of it than there are processors: that much is not believed.
fn believable_cores(sample: &Sample, header: &Header) -> Option<Cores> {
    let interval = sample.at.since(sample.from);
    let cores = sample.cores().filter(|_| interval * 2 >= header.settings.interval)?;
    let most = header.host.cpus.map_or(f64::INFINITY, f64::from);
    Some(Cores(cores.0.min(most)))
}

fn highest(one: Option<Cores>, two: Option<Cores>) -> Option<Cores> {
    match (one, two) {
        (Some(one), Some(two)) if two < one => Some(one),
        (one, two) => two.or(one),
    }
}

fn peak_of(sample: &Sample, lives: &Lives) -> MemoryPeak {
    let mut holders: Vec<_> =
        sample.processes.iter().filter(|used| used.gauges.rss.is_some()).collect();
    holders.sort_by_key(|used| std::cmp::Reverse(used.gauges.rss));
    holders.truncate(FOREMOST);
    MemoryPeak {
        at_ms: millis(sample.at),
        memory_bytes: sample.memory,
        rss_sum_bytes: sample.rss_sum,
        holders: holders.into_iter().map(|used| holder(used.key, &used.gauges, lives)).collect(),
    }
}

fn holder(key: ProcessKey, gauges: &Gauges, lives: &Lives) -> Holder {
    let life = lives.living.get(&key);
    Holder {
        pid: key.pid,
        start_time: key.start,
        role: life.map(|life| life.role().to_owned()),
        rss_bytes: gauges.rss,
        shared_bytes: gauges.shared,
        pss_bytes: gauges.pss,
    }
}
