//! Floor 6. A session in few slots of time: what its phases are found in.

use std::collections::BTreeMap;

use crate::process::ProcessKey;
use crate::sample::Sample;
use crate::units::{Bytes, CpuTime, Elapsed};

use super::cast::{Cast, unnumbered};
use super::slice::Slice;
use super::work::Deed;

/// The most slots: phases take as long to find in an hour as in a day.
pub(super) const SLOTS_MAX: usize = 512;

/// Processor time by role and process.
pub(super) type Doers<'a> = BTreeMap<(&'a str, ProcessKey), CpuTime>;

/// A few samples that follow one another.
#[derive(Debug)]
pub(super) struct Slot<'a> {
    pub(super) from: Elapsed,
    pub(super) seconds: f64,
    /// Cores, bytes of memory, bytes of storage per second, and living processes.
    pub(super) features: [Area; FEATURES],
    pub(super) doers: Doers<'a>,
    number: u128,
}

/// How many features a slot has.
pub(super) const FEATURES: usize = 4;

/// A value over the time for which it is known.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Area {
    sum: f64,
    seconds: f64,
}

impl Area {
    pub(super) fn add(&mut self, other: Self) {
        self.sum += other.sum;
        self.seconds += other.seconds;
    }

    pub(super) fn mean(self) -> Option<f64> {
        (self.seconds > 0.0).then(|| self.sum / self.seconds)
    }

    fn of(value: Option<f64>, seconds: f64) -> Self {
        value.map_or_else(Self::default, |value| Self { sum: value * seconds, seconds })
    }
}

/// The slots of a session, filled from its beginning on.
#[derive(Debug)]
pub(super) struct Slots<'a> {
    pub(super) slots: Vec<Slot<'a>>,
    /// How long a slot is; 0 where each sample has one.
    width: u128,
}

impl<'a> Slots<'a> {
    /// For so many samples until a moment.
    pub(super) fn new(samples: usize, until: Elapsed) -> Self {
        let many = samples > SLOTS_MAX;
        let width = if many { u128::from(until.as_nanos()).div_ceil(SLOTS_MAX as u128) } else { 0 };
        Self { slots: Vec::new(), width }
    }

    /// Takes the next slice and what was done in it.
    pub(super) fn add(&mut self, slice: &Slice<'_>, deeds: &[Deed], cast: &Cast<'a>) {
        if slice.seconds <= 0.0 {
            return;
        }
        let slot = self.slot_of(slice);
        slot.seconds += slice.seconds;
        for (feature, value) in slot.features.iter_mut().zip(features(slice.sample)) {
            feature.add(Area::of(value, slice.seconds));
        }
        for deed in deeds {
            let Some(key) = deed.key.filter(|_| deed.cpu > CpuTime::ZERO) else { continue };
            let label = cast.label(key, slice.at).map_or("unknown", unnumbered);
            *slot.doers.entry((label, key)).or_default() += deed.cpu;
        }
    }

    fn slot_of(&mut self, slice: &Slice<'_>) -> &mut Slot<'a> {
        let middle = u128::from(slice.from.as_nanos()).midpoint(u128::from(slice.at.as_nanos()));
        let next = self.slots.len();
        let number = middle.checked_div(self.width).unwrap_or(next as u128);
        if self.slots.last().is_none_or(|slot| slot.number != number) {
            let features = [Area::default(); FEATURES];
            let doers = BTreeMap::new();
            self.slots.push(Slot { from: slice.from, seconds: 0.0, features, doers, number });
        }
        let last = self.slots.len() - 1;
        &mut self.slots[last]
    }
}

fn features(sample: &Sample) -> [Option<f64>; FEATURES] {
    let interval = sample.at.since(sample.from).as_secs_f64();
    let moved = crate::stats::known_sum(sample.read, sample.written);
    [
        sample.cores().map(|cores| cores.0),
        sample.memory.or(sample.rss_sum).map(bytes),
        moved.map(|moved| bytes(moved) / interval),
        Some(sample.processes.len() as f64),
    ]
}

fn bytes(bytes: Bytes) -> f64 {
    bytes.get() as f64
}
