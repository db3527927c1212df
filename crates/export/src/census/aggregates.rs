//! Floor 11. Running figures about a whole run: means, maxima and totals that never shrink, sample by sample.
//!
//! Nothing of the past is kept but sums, so that a run of days costs no more than one of seconds.

use std::time::Duration;

use procmon_model::sample::Sample;
use procmon_model::stats::known_sum;
use procmon_model::units::{Bytes, CpuTime};

/// Takes the samples of a run one by one.
#[derive(Debug, Clone, Default)]
pub struct Aggregates {
    /// Processor time, and the time over which it is known.
    cpu: CpuTime,
    cpu_over: Duration,
    cpu_percent_max: Option<f64>,
    /// Byte seconds, and the time over which memory is known.
    memory_area: f64,
    memory_over: Duration,
    memory_latest: Option<Bytes>,
    memory_max: Option<Bytes>,
    read: Option<Bytes>,
    written: Option<Bytes>,
    samples: u64,
}

/// The figures so far; `None` is unknown.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Aggregated {
    /// The mean processor time in percent of one processor, each interval weighing as much as it lasted.
    pub cpu_percent_mean: Option<f64>,
    /// The largest of any interval.
    pub cpu_percent_max: Option<f64>,
    /// The mean of the tree's memory, each sample weighing as much as the interval before it.
    pub memory_mean: Option<Bytes>,
    /// The largest of any sample.
    pub memory_max: Option<Bytes>,
    /// Bytes fetched from storage since the start.
    pub read: Option<Bytes>,
    /// Bytes sent towards storage since the start.
    pub written: Option<Bytes>,
    /// How many samples these figures are made of.
    pub samples: u64,
}

impl Aggregates {
    /// Takes the next sample.
    pub fn take(&mut self, sample: &Sample) {
        let length = sample.at.since(sample.from);
        self.samples += 1;
        if let Some(cpu) = sample.cpu {
            self.cpu += cpu;
            self.cpu_over += length;
            let percent = cpu.over(length).map(|cores| cores.0 * 100.0);
            self.cpu_percent_max = larger(self.cpu_percent_max, percent);
        }
        if let Some(memory) = sample.memory {
            self.memory_area += memory.get() as f64 * length.as_secs_f64();
            self.memory_over += length;
            self.memory_latest = Some(memory);
            self.memory_max = self.memory_max.max(Some(memory));
        }
        self.read = known_sum(self.read, sample.read);
        self.written = known_sum(self.written, sample.written);
    }

    /// The figures so far.
    pub fn figures(&self) -> Aggregated {
        Aggregated {
            cpu_percent_mean: self.cpu.over(self.cpu_over).map(|cores| cores.0 * 100.0),
            cpu_percent_max: self.cpu_percent_max,
            memory_mean: self.memory_mean(),
            memory_max: self.memory_max,
            read: self.read,
            written: self.written,
            samples: self.samples,
        }
    }

    /// Samples over no time at all have no mean but the latest of them.
    fn memory_mean(&self) -> Option<Bytes> {
        let latest = self.memory_latest?;
        if self.memory_over.is_zero() {
            return Some(latest);
        }
        let mean = self.memory_area / self.memory_over.as_secs_f64();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "between the least and the largest of some numbers of bytes"
        )]
        Some(Bytes::new(mean.round() as u64))
    }
}

fn larger(one: Option<f64>, other: Option<f64>) -> Option<f64> {
    [one, other].into_iter().flatten().reduce(f64::max)
}

#[cfg(test)]
mod tests {
    use procmon_model::units::Elapsed;

    use super::*;

    fn sample(from: u64, at: u64, cpu_ms: u64, memory: u64) -> Sample {
        Sample {
            from: Elapsed::from_millis(from),
            at: Elapsed::from_millis(at),
            cpu: Some(CpuTime::from_millis(cpu_ms)),
            memory: Some(Bytes::new(memory)),
            read: Some(Bytes::new(10)),
            ..Sample::default()
        }
    }

    #[test]
    fn an_interval_weighs_as_much_as_it_lasted() {
        let mut aggregates = Aggregates::default();
        aggregates.take(&sample(0, 1000, 2000, 400));
        aggregates.take(&sample(1000, 4000, 600, 800));
        let expected = Aggregated {
            cpu_percent_mean: Some(65.0),
            cpu_percent_max: Some(200.0),
            memory_mean: Some(Bytes::new(700)),
            memory_max: Some(Bytes::new(800)),
            read: Some(Bytes::new(20)),
            written: None,
            samples: 2,
        };
        assert_eq!(aggregates.figures(), expected);
    }

    #[test]
    fn nothing_is_known_of_no_samples_and_no_rate_of_no_time() {
        let mut aggregates = Aggregates::default();
        assert_eq!(aggregates.figures(), Aggregated::default());
        aggregates.take(&sample(0, 0, 0, 400));
        let figures = aggregates.figures();
        assert_eq!((figures.cpu_percent_mean, figures.cpu_percent_max), (None, None));
        assert_eq!(figures.memory_mean, Some(Bytes::new(400)));
    }
}
