//! Floor 4. The numbers of a sample by name: those of the tree, how fast they grow, and those of each process.
//!
//! Tables of every kind (CSV, Parquet) have them as columns, and analyses are asked for by their names.

use crate::metrics::{Kind, Metric};
use crate::sample::{Net, ProcessUse, Sample};
use crate::stats::known_sum;
use crate::units::{Bytes, CpuTime};

/// One number of each sample of the tree.
#[derive(Debug, Clone, Copy)]
pub struct Field {
    /// Its name in a recording, a column or an analysis, its unit included.
    pub name: &'static str,
    /// The unit in words.
    pub unit: &'static str,
    /// Counter or gauge.
    pub kind: Kind,
    /// What its growth per second is called; `None` of a gauge.
    pub rate: Option<&'static str>,
    /// What it means, in one sentence.
    pub help: &'static str,
    /// Its value: of a counter the growth over the sample's interval; `None` where that is not known.
    pub value: fn(&Sample) -> Option<u64>,
}

/// A number of each sample that can be asked for by a name.
#[derive(Debug, Clone, Copy)]
pub enum Measure {
    /// What stands in the sample.
    Value(&'static Field),
    /// How fast a counter grew over the sample's interval: per second, and of processor time in cores.
    Rate(&'static Field),
}

macro_rules! fields {
    ($($name:literal $unit:literal $kind:ident $rate:expr, $help:literal, $value:expr;)*) => {
        /// Every number of the tree, in the order of columns.
        pub const FIELDS: &[Field] = &[$(Field {
            name: $name,
            unit: $unit,
            kind: Kind::$kind,
            rate: $rate,
            help: $help,
            value: $value,
        }),*];
    };
}

fields! {
    "cpuNs" "nanoseconds" Counter Some("cores"), "Processor time of the whole tree, that of processes which died included.",
        |sample| sample.cpu.map(CpuTime::as_nanos);
    "departedCpuNs" "nanoseconds" Counter Some("departedCores"), "The part of it that no living process of the sample used.",
        |sample| sample.departed_cpu.map(CpuTime::as_nanos);
    "readBytes" "bytes" Counter Some("readBytesPerSecond"), "Bytes that the tree fetched from storage.",
        |sample| sample.read.map(Bytes::get);
    "writtenBytes" "bytes" Counter Some("writtenBytesPerSecond"), "Bytes that the tree sent towards storage.",
        |sample| sample.written.map(Bytes::get);
    "netRxBytes" "bytes" Counter Some("netRxBytesPerSecond"), "TCP bytes that the tree received.",
        |sample| network(sample, |used| used.growth.0.net_received, |net| net.received);
    "netTxBytes" "bytes" Counter Some("netTxBytesPerSecond"), "TCP bytes that the tree sent.",
        |sample| network(sample, |used| used.growth.0.net_sent, |net| net.sent);
    "minorFaults" "count" Counter Some("minorFaultsPerSecond"), "Page faults of the living, served without reading from storage.",
        |sample| sum(sample, |used| used.growth.0.faults_minor.map(|count| count.0));
    "majorFaults" "count" Counter Some("majorFaultsPerSecond"), "Page faults of the living that waited for storage.",
        |sample| sum(sample, |used| used.growth.0.faults_major.map(|count| count.0));
    "runDelayNs" "nanoseconds" Counter Some("runDelayCores"), "Time that first threads of the living were ready to run and waited for a processor.",
        |sample| sum(sample, |used| used.growth.0.run_delay.map(CpuTime::as_nanos));
    "memoryBytes" "bytes" Gauge None, "Estimate of the tree's memory that counts shared pages once.",
        |sample| sample.memory.map(Bytes::get);
    "rssSumBytes" "bytes" Gauge None, "Sum of resident memory; shared pages count once for each process.",
        |sample| sample.rss_sum.map(Bytes::get);
    "pssBytes" "bytes" Gauge None, "Sum of proportional set sizes.",
        |sample| sample.pss.map(Bytes::get);
    "processCount" "count" Gauge None, "Living processes.",
        |sample| Some(sample.processes.len() as u64);
    "threadCount" "count" Gauge None, "Living threads.",
        |sample| sample.thread_count;
    "fdCount" "count" Gauge None, "Open file descriptors of the living.",
        |sample| sum(sample, |used| used.gauges.fds.map(u64::from));
    "tookNs" "nanoseconds" Counter Some("tookCores"), "procmon's own processor time for the sample.",
        |sample| Some(sample.took.as_nanos());
}

/// The sum over the living; unknown where it is of none of them.
fn sum(sample: &Sample, of: fn(&ProcessUse) -> Option<u64>) -> Option<u64> {
    sample.processes.iter().map(of).fold(None, known_sum)
}

fn network(
    sample: &Sample,
    of: fn(&ProcessUse) -> Option<Bytes>,
    departed: fn(&Net) -> Bytes,
) -> Option<u64> {
    let living = sample.processes.iter().map(of).fold(None, known_sum);
    known_sum(living, sample.departed_net.as_ref().map(departed)).map(Bytes::get)
}

impl Measure {
    /// The one of a name; `None` of an unknown name.
    pub fn named(name: &str) -> Option<Self> {
        FIELDS.iter().find_map(|field| {
            let is_rate = field.rate == Some(name);
            let own = (field.name == name).then_some(Self::Value(field));
            own.or(is_rate.then_some(Self::Rate(field)))
        })
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        let rates = FIELDS.iter().filter(|field| field.rate.is_some());
        FIELDS.iter().map(Self::Value).chain(rates.map(Self::Rate))
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Value(field) => field.name,
            Self::Rate(field) => field.rate.unwrap_or(field.name),
        }
    }

    /// What it is of.
    pub fn field(self) -> &'static Field {
        let (Self::Value(field) | Self::Rate(field)) = self;
        field
    }

    /// Its value in a sample; `None` where that is not known, and of a rate where the sample has no length.
    pub fn of(self, sample: &Sample) -> Option<f64> {
        let value = (self.field().value)(sample)? as f64;
        match self {
            Self::Value(_) => Some(value),
            Self::Rate(field) => {
                let seconds = sample.at.since(sample.from).as_secs_f64();
                let unit = if field.unit == "nanoseconds" { 1e9 } else { 1.0 };
                (seconds > 0.0).then(|| value / unit / seconds)
            }
        }
    }
}

/// The value of a metric of the catalogue for one process of a sample; `None` where it is not known.
pub fn of_process(metric: &Metric, used: &ProcessUse) -> Option<u64> {
    let (counters, gauges) = (&used.growth.0, &used.gauges);
    match metric.name {
        "cpuNs" => counters.cpu.map(CpuTime::as_nanos),
        "cpuUserNs" => counters.cpu_user.map(CpuTime::as_nanos),
        "cpuSystemNs" => counters.cpu_system.map(CpuTime::as_nanos),
        "minorFaults" => counters.faults_minor.map(|count| count.0),
        "majorFaults" => counters.faults_major.map(|count| count.0),
        "readBytes" => counters.read.map(Bytes::get),
        "writtenBytes" => counters.written.map(Bytes::get),
        "readCharsBytes" => counters.read_chars.map(Bytes::get),
        "writtenCharsBytes" => counters.written_chars.map(Bytes::get),
        "runDelayNs" => counters.run_delay.map(CpuTime::as_nanos),
        "blockDelayNs" => counters.block_delay.map(CpuTime::as_nanos),
        "voluntarySwitches" => counters.switches_voluntary.map(|count| count.0),
        "forcedSwitches" => counters.switches_forced.map(|count| count.0),
        "netRxBytes" => counters.net_received.map(Bytes::get),
        "netTxBytes" => counters.net_sent.map(Bytes::get),
        "rssBytes" => gauges.rss.map(Bytes::get),
        "rssPeakBytes" => gauges.rss_peak.map(Bytes::get),
        "sharedBytes" => gauges.shared.map(Bytes::get),
        "pssBytes" => gauges.pss.map(Bytes::get),
        "swapBytes" => gauges.swap.map(Bytes::get),
        "virtualBytes" => gauges.virtual_size.map(Bytes::get),
        "threads" => gauges.threads.map(u64::from),
        "fds" => gauges.fds.map(u64::from),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::CATALOGUE;
    use crate::units::Elapsed;

    #[test]
    fn every_metric_of_a_process_is_found_by_its_name() {
        let mut line = serde_json::json!({ "pid": 1, "startTime": 2 });
        for (number, metric) in (1u64..).zip(CATALOGUE) {
            line[metric.name] = number.into();
        }
        let used: ProcessUse = serde_json::from_value(line).unwrap();
        for (number, metric) in (1u64..).zip(CATALOGUE) {
            assert_eq!(of_process(metric, &used), Some(number), "{}", metric.name);
        }
    }

    #[test]
    fn what_stands_in_a_sample_under_a_name_is_found_by_it() {
        let line = serde_json::json!({
            "fromMs": 1000, "atMs": 3000, "cpuNs": 11, "departedCpuNs": 12, "readBytes": 13, "writtenBytes": 14,
            "memoryBytes": 15, "rssSumBytes": 16, "pssBytes": 17, "threadCount": 18, "tookNs": 19, "processes": [],
        });
        let sample: Sample = serde_json::from_value(line.clone()).unwrap();
        for field in FIELDS.iter().filter(|field| line.get(field.name).is_some()) {
            assert_eq!((field.value)(&sample), line[field.name].as_u64(), "{}", field.name);
        }
        assert_eq!(Measure::named("processCount").unwrap().of(&sample), Some(0.0));
        assert_eq!(Measure::named("readBytesPerSecond").unwrap().of(&sample), Some(6.5));
    }

    #[test]
    fn every_measure_has_a_name_of_its_own_that_leads_to_it() {
        for measure in Measure::all() {
            assert_eq!(Measure::named(measure.name()).map(Measure::name), Some(measure.name()));
        }
        assert!(Measure::named("gpu").is_none());
    }

    #[test]
    fn cores_are_processor_time_by_time_and_not_known_of_a_moment() {
        let two_cores = Sample {
            from: Elapsed::from_millis(100),
            at: Elapsed::from_millis(200),
            cpu: Some(CpuTime::from_millis(200)),
            ..Sample::default()
        };
        let cores = Measure::named("cores").unwrap();
        assert_eq!(cores.of(&two_cores), Some(2.0));
        assert_eq!(cores.of(&Sample { from: two_cores.at, ..two_cores }), None);
    }
}
