//! Floor 6. Finds the stretches of time in which a number of the tree was high.
//!
//! Samples that do not know the number are passed over: they neither belong to a peak nor end it.

use super::makers::{Makers, Span};
use super::prominence::prominences;
use super::shape::{Peak, Peaks, PeaksOptions};
use crate::analysis::options::{OptionsError, amount, as_rate, measure};
use crate::fields::Measure;
use crate::recording::Recording;
use crate::stats;
use crate::units::Elapsed;

/// From which share of the largest value on it is high, where nobody says otherwise.
const HIGH: f64 = 0.8;

/// Finds when a number of the tree was high.
pub fn find_peaks(recording: &Recording, options: &PeaksOptions) -> Result<Peaks, OptionsError> {
    let measure = as_rate(measure(&options.field)?);
    let limits = Limits::of(options)?;
    let series = series(recording, measure);
    let values: Vec<f64> = series.iter().map(|point| point.value).collect();
    let max = values.iter().copied().reduce(f64::max);
    let threshold = limits.threshold(max);
    let prominences = prominences(&values);
    let mut found: Vec<(Span, Peak)> =
        threshold.map(|threshold| stretches(&series, &prominences, threshold)).unwrap_or_default();
    found.retain(|(_, peak)| limits.let_pass(peak));
    let (spans, mut peaks): (Vec<Span>, Vec<Peak>) = found.into_iter().unzip();
    let makers = Makers::of(measure);
    for (peak, processes) in peaks.iter_mut().zip(makers.foremost(recording, &spans)) {
        peak.processes = processes;
    }
    let (field, process_metric) = (measure.name(), makers.metric_name());
    let samples = series.len() as u64;
    Ok(Peaks { field, samples, max, threshold, process_metric, peaks })
}

/// The options, checked.
struct Limits {
    threshold: f64,
    relative: bool,
    min_prominence: f64,
    min_duration_ms: f64,
}

impl Limits {
    fn of(options: &PeaksOptions) -> Result<Self, OptionsError> {
        let threshold = amount("threshold", options.threshold.unwrap_or(HIGH))?;
        let relative = options.relative || options.threshold.is_none();
        if relative && threshold > 1.0 {
            return Err(OptionsError::NotAShare { value: threshold.to_string() });
        }
        let least = |name, value: Option<f64>| amount(name, value.unwrap_or(0.0));
        Ok(Self {
            threshold,
            relative,
            min_prominence: least("minProminence", options.min_prominence)?,
            min_duration_ms: least("minDurationMs", options.min_duration_ms)?,
        })
    }

    fn threshold(&self, max: Option<f64>) -> Option<f64> {
        if self.relative { max.map(|max| max * self.threshold) } else { Some(self.threshold) }
    }

    fn let_pass(&self, peak: &Peak) -> bool {
        peak.prominence >= self.min_prominence
            && peak.end_ms - peak.begin_ms >= self.min_duration_ms
    }
}

/// A sample that knows the number.
struct Point {
    from: Elapsed,
    at: Elapsed,
    value: f64,
}

impl Point {
    /// Its value, and for how many seconds it held.
    fn held(&self) -> (f64, f64) {
        (self.value, self.at.since(self.from).as_secs_f64())
    }
}

fn series(recording: &Recording, measure: Measure) -> Vec<Point> {
    let known = recording.samples().filter_map(|sample| {
        Some(Point { from: sample.from, at: sample.at, value: measure.of(sample)? })
    });
    known.collect()
}

/// The stretches at or above a threshold. The processes that made them are still missing.
fn stretches(series: &[Point], prominences: &[f64], threshold: f64) -> Vec<(Span, Peak)> {
    let is_high = |point: &Point| point.value >= threshold && point.value > 0.0;
    let mut begin = 0;
    let mut found = Vec::new();
    for stretch in series.chunk_by(|one, next| is_high(one) == is_high(next)) {
        if is_high(&stretch[0]) {
            found.extend(peak(stretch, &prominences[begin..]));
        }
        begin += stretch.len();
    }
    found
}

fn peak(stretch: &[Point], prominences: &[f64]) -> Option<(Span, Peak)> {
    let (first, last) = (stretch.first()?, stretch.last()?);
    let tops = stretch.iter().zip(prominences);
    let (top, prominence) =
        tops.reduce(|top, next| if next.0.value > top.0.value { next } else { top })?;
    let peak = Peak {
        begin_ms: first.from.as_millis(),
        end_ms: last.at.as_millis(),
        top_ms: top.at.as_millis(),
        top: top.value,
        prominence: *prominence,
        mean: stats::time_weighted_mean(stretch.iter().map(Point::held)),
        area: stretch.iter().map(Point::held).map(|(value, held)| value * held).sum(),
        samples: stretch.len() as u64,
        processes: Vec::new(),
    };
    Some((Span { begin: first.from, end: last.at, top: top.at }, peak))
}
