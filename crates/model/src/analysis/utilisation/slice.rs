//! Floor 6. The interval of a sample, as it is counted.

use crate::sample::Sample;
use crate::units::Elapsed;

use super::work::Work;

/// The interval of a sample.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slice<'a> {
    pub(super) sample: &'a Sample,
    /// Where it begins: not before the end of the one before it.
    pub(super) from: Elapsed,
    pub(super) at: Elapsed,
    pub(super) seconds: f64,
    /// Who worked in it; `None` where that is not known.
    pub(super) work: Option<Work>,
}

impl Slice<'_> {
    /// Its length.
    pub(super) fn ms(&self) -> f64 {
        self.seconds * 1e3
    }
}
