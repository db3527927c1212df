//! Floor 6. The use of processors.

use crate::analysis::summary::{Summary, rounded};

use super::shape::CpuUse;
use super::slice::Slice;
use super::spread::Series;

/// Full load: that part of the cores available is busy.
const FULL: f64 = 0.95;
/// Nearly idle: less than that of one core is busy.
const IDLE: f64 = 0.05;

/// How the slices of a session used the processors.
pub(super) fn cpu_use(slices: &[Slice<'_>], summary: &Summary) -> CpuUse {
    let mut series = Series::default();
    let (mut known, mut full, mut idle) = (0.0, 0.0, 0.0);
    let available = summary.cores_available.filter(|cores| *cores > 0);
    for slice in slices {
        let Some(cores) = slice.sample.cores() else { continue };
        series.add(Some(cores.0), slice.seconds);
        known += slice.ms();
        if available.is_some_and(|available| cores.0 >= FULL * f64::from(available)) {
            full += slice.ms();
        }
        if cores.0 < IDLE {
            idle += slice.ms();
        }
    }
    let spread = series.spread();
    let cores_mean = summary.cores_mean.or(spread.mean);
    let both = cores_mean.zip(available.map(f64::from));
    let is_known = known > 0.0;
    CpuUse {
        cpu_ms: summary.cpu_ms,
        cores_available: available,
        cores_mean,
        cores_peak: summary.cores_peak,
        percent_of_available: both.map(|(mean, available)| mean / available * 100.0),
        cores_idle_mean: both.map(|(mean, available)| rounded((available - mean).max(0.0))),
        full_load_ms: available.filter(|_| is_known).map(|_| full),
        full_load_share: available.filter(|_| is_known).map(|_| full / known),
        nearly_idle_ms: is_known.then_some(idle),
        nearly_idle_share: is_known.then(|| idle / known),
        cores: spread,
    }
}
