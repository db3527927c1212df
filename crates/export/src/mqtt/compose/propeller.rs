//! Floor 11. The messages of Propeller: one a sample, under the names that its code and its documents have.
//!
//! The two name some values differently; each message has both. Its own agent publishes memory as 1024 times what it
//! is, totals that shrink, and times as seconds and nanoseconds that its manager cannot read: here memory is in bytes,
//! totals only grow and times are RFC 3339.

use procmon_model::record::Header;
use procmon_model::sample::Sample;
use procmon_model::stats::known_sum;
use procmon_model::units::{Bytes, Cores};
use serde::Serialize;

use super::moment::moment;
use crate::mqtt::error::MqttError;
use crate::mqtt::message::{Message, Worth};
use crate::mqtt::options::Propeller;
use crate::mqtt::topics::part;

/// Where the messages go and what names they have.
#[derive(Debug, Clone)]
pub(super) struct Dialect {
    topics: [String; 2],
    task_id: Option<String>,
    proplet_id: String,
}

/// What the messages are about, and what the samples so far come to.
pub(super) struct Task {
    dialect: Dialect,
    id: String,
    header: Header,
    aggregated: Aggregate,
}

#[derive(Default)]
struct Aggregate {
    cpu: Average,
    memory: Average,
    read: Option<Bytes>,
    written: Option<Bytes>,
    received: Option<Bytes>,
    sent: Option<Bytes>,
    samples: u64,
}

/// A mean over time, and the largest.
#[derive(Default)]
struct Average {
    sum: f64,
    seconds: f64,
    last: Option<f64>,
    largest: Option<f64>,
}

#[derive(Serialize)]
struct MetricsMessage<'a> {
    task_id: &'a str,
    proplet_id: &'a str,
    metrics: Metrics,
    aggregated: Aggregated,
    timestamp: String,
}

#[derive(Serialize)]
struct Metrics {
    cpu_percent: Option<f64>,
    cpu_usage_percent: Option<f64>,
    memory_bytes: Option<u64>,
    memory_usage_bytes: Option<u64>,
    memory_percent: Option<f64>,
    memory_usage_percent: Option<f64>,
    disk_read_bytes: Option<Bytes>,
    disk_write_bytes: Option<Bytes>,
    network_rx_bytes: Option<Bytes>,
    network_tx_bytes: Option<Bytes>,
    uptime_seconds: u64,
    thread_count: Option<u64>,
    file_descriptor_count: Option<u64>,
    timestamp: String,
}

#[derive(Serialize)]
struct Aggregated {
    avg_cpu_usage: Option<f64>,
    max_cpu_usage: Option<f64>,
    avg_memory_usage: Option<u64>,
    max_memory_usage: Option<u64>,
    total_disk_read: Option<Bytes>,
    total_disk_write: Option<Bytes>,
    total_network_rx: Option<Bytes>,
    total_network_tx: Option<Bytes>,
    sample_count: u64,
}

impl Dialect {
    /// The topics for these names, or the name that is not fit for one.
    pub(super) fn new(names: &Propeller, agent: &str) -> Result<Self, MqttError> {
        let domain = part("domain", &names.domain)?;
        let channel = part("channel", &names.channel)?;
        let topic = |end| format!("m/{domain}/c/{channel}/{end}");
        Ok(Self {
            topics: [topic("control/proplet/task_metrics"), topic("metrics/proplet")],
            task_id: names.task_id.clone(),
            proplet_id: names.proplet_id.clone().unwrap_or_else(|| agent.to_owned()),
        })
    }
}

impl Task {
    /// A run that begins.
    pub(super) fn new(dialect: &Dialect, header: &Header, run: &str) -> Self {
        let id = dialect.task_id.clone().unwrap_or_else(|| run.to_owned());
        let (dialect, header) = (dialect.clone(), header.clone());
        Self { dialect, id, header, aggregated: Aggregate::default() }
    }

    /// What is published of a sample.
    pub(super) fn messages(&mut self, sample: &Sample) -> [Message; 2] {
        let aggregated = self.aggregated.with(sample);
        let timestamp = moment(self.header.started_at, sample.at);
        let message = MetricsMessage {
            task_id: &self.id,
            proplet_id: &self.dialect.proplet_id,
            metrics: self.metrics(sample, timestamp.clone()),
            aggregated,
            timestamp,
        };
        // Serialising into memory fails for maps alone whose keys are no strings.
        let payload = serde_json::to_vec(&message).unwrap_or_default();
        self.dialect.topics.clone().map(|topic| Message {
            topic,
            payload: payload.clone(),
            retained: false,
            expiry: None,
            worth: Worth::Sample,
        })
    }

    fn metrics(&self, sample: &Sample, timestamp: String) -> Metrics {
        let cpu = percent(sample);
        let memory = memory(sample).map(Bytes::get);
        let share = memory.zip(self.header.host.memory);
        let share = share.map(|(used, all)| used as f64 * 100.0 / all.get() as f64);
        let fds = sample.processes.iter().map(|used| used.gauges.fds.map(u64::from));
        Metrics {
            cpu_percent: cpu,
            cpu_usage_percent: cpu,
            memory_bytes: memory,
            memory_usage_bytes: memory,
            memory_percent: share,
            memory_usage_percent: share,
            disk_read_bytes: self.aggregated.read,
            disk_write_bytes: self.aggregated.written,
            network_rx_bytes: self.aggregated.received,
            network_tx_bytes: self.aggregated.sent,
            uptime_seconds: sample.at.as_nanos() / 1_000_000_000,
            thread_count: sample.thread_count,
            file_descriptor_count: fds.fold(None, known_sum),
            timestamp,
        }
    }
}

impl Aggregate {
    fn with(&mut self, sample: &Sample) -> Aggregated {
        let seconds = sample.at.since(sample.from).as_secs_f64();
        self.cpu.add(percent(sample), seconds);
        self.memory.add(memory(sample).map(|bytes| bytes.get() as f64), seconds);
        self.read = known_sum(self.read, sample.read);
        self.written = known_sum(self.written, sample.written);
        let living = sample.processes.iter().map(|used| &used.growth.0);
        let received = living.clone().map(|growth| growth.net_received);
        let sent = living.map(|growth| growth.net_sent);
        let departed = sample.departed_net;
        let received = received.fold(departed.map(|net| net.received), known_sum);
        let sent = sent.fold(departed.map(|net| net.sent), known_sum);
        self.received = known_sum(self.received, received);
        self.sent = known_sum(self.sent, sent);
        self.samples += 1;
        Aggregated {
            avg_cpu_usage: self.cpu.mean(),
            max_cpu_usage: self.cpu.largest,
            avg_memory_usage: self.memory.mean().map(whole),
            max_memory_usage: self.memory.largest.map(whole),
            total_disk_read: self.read,
            total_disk_write: self.written,
            total_network_rx: self.received,
            total_network_tx: self.sent,
            sample_count: self.samples,
        }
    }
}

impl Average {
    fn add(&mut self, value: Option<f64>, seconds: f64) {
        let Some(value) = value else { return };
        self.sum += value * seconds;
        self.seconds += seconds;
        self.last = Some(value);
        self.largest = Some(self.largest.map_or(value, |largest| largest.max(value)));
    }

    /// The mean; of values that held for no time the last.
    fn mean(&self) -> Option<f64> {
        if self.seconds > 0.0 { Some(self.sum / self.seconds) } else { self.last }
    }
}

/// 100 for each core that was kept busy.
fn percent(sample: &Sample) -> Option<f64> {
    sample.cores().map(|Cores(cores)| cores * 100.0)
}

/// The tree's memory with shared pages counted once, and the sum over its processes where that is not known.
fn memory(sample: &Sample) -> Option<Bytes> {
    sample.memory.or(sample.rss_sum)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a mean of numbers of bytes is one itself"
)]
fn whole(bytes: f64) -> u64 {
    bytes.round() as u64
}
