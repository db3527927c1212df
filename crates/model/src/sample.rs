//! Floor 3. One sample: what the tree used since the sample before, and how it stands.

use serde::{Deserialize, Serialize};

use crate::process::{Count, Counters, Gauges, Growth, NetBytes, ProcessKey, ProcessState};
use crate::units::{Bytes, Cores, CpuTime, Elapsed};

/// The state of a tree at one moment and what it used since the moment before.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Sample {
    /// Where the interval begins: the previous sample, or the start of the session.
    #[serde(rename = "fromMs")]
    pub from: Elapsed,
    /// Where it ends.
    #[serde(rename = "atMs")]
    pub at: Elapsed,
    /// Processor time of the whole tree in the interval, that of processes which died in it included.
    #[serde(rename = "cpuNs")]
    pub cpu: Option<CpuTime>,
    /// The part of `cpu` that no living process of the list used: it was used by some that died.
    #[serde(rename = "departedCpuNs")]
    pub departed_cpu: Option<CpuTime>,
    /// Bytes that the tree fetched from storage in the interval.
    #[serde(rename = "readBytes")]
    pub read: Option<Bytes>,
    /// Bytes that the tree sent towards storage in the interval.
    #[serde(rename = "writtenBytes")]
    pub written: Option<Bytes>,
    /// The sum of the processes' resident memory. Pages that they share are counted once for each of them.
    #[serde(rename = "rssSumBytes")]
    pub rss_sum: Option<Bytes>,
    /// The estimate of the tree's memory: shared pages are counted once, for the process that has most of them.
    #[serde(rename = "memoryBytes")]
    pub memory: Option<Bytes>,
    /// The sum of the proportional set sizes; `None` where not every process has one that is fresh enough.
    #[serde(rename = "pssBytes", default)]
    pub pss: Option<Bytes>,
    /// Threads alive in the tree.
    pub thread_count: Option<u64>,
    /// Our own time for this sample.
    #[serde(rename = "tookNs")]
    pub took: CpuTime,
    /// Each living process of the tree.
    pub processes: Vec<ProcessUse>,
    /// What their threads used, by name; empty where that was not asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub named_threads: Vec<NamedThreads>,
    /// What processes of the tree received and sent over TCP that ended before it was read; `None` where that was not
    /// asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub departed_net: Option<Net>,
    /// What the network namespace received and sent over TCP in the interval and no process could be found for; `None`
    /// where that was not asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stray: Option<Net>,
}

/// What the threads of one name in one process used in the interval.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct NamedThreads {
    /// The process.
    #[serde(flatten)]
    pub key: ProcessKey,
    /// The threads' name.
    pub name: String,
    /// How many of that name live.
    pub count: u32,
    /// Their processor time in the interval.
    #[serde(rename = "cpuNs")]
    pub cpu: CpuTime,
}

/// TCP bytes of an interval.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Net {
    /// Received in the interval.
    #[serde(rename = "netRxBytes")]
    pub received: Bytes,
    /// Sent in the interval.
    #[serde(rename = "netTxBytes")]
    pub sent: Bytes,
}

impl Net {
    /// The growth from an earlier total to a later one.
    pub fn between(earlier: NetBytes, later: NetBytes) -> Self {
        Self {
            received: later.received.saturating_sub(earlier.received),
            sent: later.sent.saturating_sub(earlier.sent),
        }
    }
}

impl Sample {
    /// The cores that the tree kept busy during the interval.
    pub fn cores(&self) -> Option<Cores> {
        self.cpu?.over(self.at.since(self.from))
    }
}

/// One process in a sample: its growth over the interval and its gauges at the end of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "UseLine", into = "UseLine")]
pub struct ProcessUse {
    /// Who.
    pub key: ProcessKey,
    /// What it used in the interval.
    pub growth: Growth,
    /// How it stands at the end of it.
    pub gauges: Gauges,
}

/// The flat form of [`ProcessUse`] in a recording and in JavaScript.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct UseLine {
    pid: u32,
    start_time: u64,
    cpu_ns: Option<CpuTime>,
    cpu_user_ns: Option<CpuTime>,
    cpu_system_ns: Option<CpuTime>,
    minor_faults: Option<Count>,
    major_faults: Option<Count>,
    read_bytes: Option<Bytes>,
    written_bytes: Option<Bytes>,
    read_chars_bytes: Option<Bytes>,
    written_chars_bytes: Option<Bytes>,
    run_delay_ns: Option<CpuTime>,
    block_delay_ns: Option<CpuTime>,
    voluntary_switches: Option<Count>,
    forced_switches: Option<Count>,
    net_rx_bytes: Option<Bytes>,
    net_tx_bytes: Option<Bytes>,
    rss_bytes: Option<Bytes>,
    rss_peak_bytes: Option<Bytes>,
    shared_bytes: Option<Bytes>,
    pss_bytes: Option<Bytes>,
    swap_bytes: Option<Bytes>,
    virtual_bytes: Option<Bytes>,
    threads: Option<u32>,
    fds: Option<u32>,
    state: Option<ProcessState>,
}

impl From<ProcessUse> for UseLine {
    fn from(use_: ProcessUse) -> Self {
        let ProcessUse { key, growth: Growth(growth), gauges } = use_;
        Self {
            pid: key.pid,
            start_time: key.start,
            cpu_ns: growth.cpu,
            cpu_user_ns: growth.cpu_user,
            cpu_system_ns: growth.cpu_system,
            minor_faults: growth.faults_minor,
            major_faults: growth.faults_major,
            read_bytes: growth.read,
            written_bytes: growth.written,
            read_chars_bytes: growth.read_chars,
            written_chars_bytes: growth.written_chars,
            run_delay_ns: growth.run_delay,
            block_delay_ns: growth.block_delay,
            voluntary_switches: growth.switches_voluntary,
            forced_switches: growth.switches_forced,
            net_rx_bytes: growth.net_received,
            net_tx_bytes: growth.net_sent,
            rss_bytes: gauges.rss,
            rss_peak_bytes: gauges.rss_peak,
            shared_bytes: gauges.shared,
            pss_bytes: gauges.pss,
            swap_bytes: gauges.swap,
            virtual_bytes: gauges.virtual_size,
            threads: gauges.threads,
            fds: gauges.fds,
            state: gauges.state,
        }
    }
}

impl From<UseLine> for ProcessUse {
    fn from(line: UseLine) -> Self {
        Self {
            key: ProcessKey { pid: line.pid, start: line.start_time },
            growth: Growth(Counters {
                cpu: line.cpu_ns,
                cpu_user: line.cpu_user_ns,
                cpu_system: line.cpu_system_ns,
                faults_minor: line.minor_faults,
                faults_major: line.major_faults,
                read: line.read_bytes,
                written: line.written_bytes,
                read_chars: line.read_chars_bytes,
                written_chars: line.written_chars_bytes,
                run_delay: line.run_delay_ns,
                block_delay: line.block_delay_ns,
                switches_voluntary: line.voluntary_switches,
                switches_forced: line.forced_switches,
                net_received: line.net_rx_bytes,
                net_sent: line.net_tx_bytes,
            }),
            gauges: Gauges {
                rss: line.rss_bytes,
                rss_peak: line.rss_peak_bytes,
                shared: line.shared_bytes,
                pss: line.pss_bytes,
                swap: line.swap_bytes,
                virtual_size: line.virtual_bytes,
                threads: line.threads,
                fds: line.fds,
                state: line.state,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::CATALOGUE;

    #[test]
    fn a_process_in_a_sample_has_every_metric_of_the_catalogue_in_its_order() {
        let key = ProcessKey { pid: 1, start: 2 };
        let use_ = ProcessUse { key, growth: Growth::default(), gauges: Gauges::default() };
        let text = serde_json::to_string(&use_).unwrap();
        let names: Vec<_> =
            CATALOGUE.iter().map(|metric| format!("\"{}\":null", metric.name)).collect();
        let expected = format!("{{\"pid\":1,\"startTime\":2,{},\"state\":null}}", names.join(","));
        assert_eq!(text, expected);
        assert_eq!(serde_json::from_str::<ProcessUse>(&text).unwrap(), use_);
    }
}
