//! Floor 6. The use of memory, and who held most of it.

use std::cmp::Reverse;

use crate::analysis::summary::Holder;
use crate::sample::{ProcessUse, Sample};
use crate::units::Bytes;

use super::cast::Cast;
use super::shape::MemoryUse;
use super::slice::Slice;
use super::spread::Series;

/// How many holders are listed.
const HOLDERS_MAX: usize = 10;

/// How the slices of a session held memory, counted in one way. The peak is that of the samples.
pub(super) fn memory_use(
    slices: &[Slice<'_>],
    cast: &Cast<'_>,
    of: fn(&Sample) -> Option<Bytes>,
) -> MemoryUse {
    let mut series = Series::default();
    let mut peak: Option<(Bytes, &Sample)> = None;
    for slice in slices {
        let Some(held) = of(slice.sample) else { continue };
        series.add(Some(held.get() as f64), slice.seconds);
        if peak.is_none_or(|(most, _)| held > most) {
            peak = Some((held, slice.sample));
        }
    }
    MemoryUse {
        peak_bytes: peak.map(|(held, _)| held),
        peak_at_ms: peak.map(|(_, sample)| sample.at.as_millis()),
        holders: peak.map(|(_, sample)| holders(sample, cast)).unwrap_or_default(),
        bytes: series.spread(),
    }
}

fn holders(sample: &Sample, cast: &Cast<'_>) -> Vec<Holder> {
    let mut foremost: Vec<&ProcessUse> =
        sample.processes.iter().filter(|used| used.gauges.rss.is_some()).collect();
    foremost.sort_by_key(|used| Reverse(used.gauges.rss));
    foremost.truncate(HOLDERS_MAX);
    let holder = |used: &ProcessUse| Holder {
        pid: used.key.pid,
        start_time: used.key.start,
        role: cast.label(used.key, sample.at).map(str::to_owned),
        rss_bytes: used.gauges.rss,
        shared_bytes: used.gauges.shared,
        pss_bytes: used.gauges.pss,
    };
    foremost.into_iter().map(holder).collect()
}
