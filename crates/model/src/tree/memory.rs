//! Floor 3. How much memory the processes of a tree hold together, where most of them share some.
//!
//! Adding up resident sizes counts a shared page once for every process that maps it. Most shared pages are files:
//! programs and libraries. The kernel tells cheaply how large that part of each process is, so that the estimate adds up
//! what each has beyond it, and the largest shared part once. That is within a few percent of the proportional set
//! sizes of a cluster of Node workers. It fails for forks that never call `execve`: what they share is anonymous. For
//! them and their parents the proportional set size itself counts, which is read as often as its price allows. Until then
//! a copy counts with the pages that it has touched since its birth, and its parent with all that it holds.

use crate::process::Gauges;
use crate::units::Bytes;

/// What one process holds, for the sums over the tree.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Held {
    pub(super) rss: Option<Bytes>,
    shared: Bytes,
    /// The proportional set size of this moment, as far as it can be told.
    pss: Option<Bytes>,
    /// Whether it may share pages which no file backs.
    is_copy: bool,
    /// What it can have made its own since its birth.
    touched: Option<Bytes>,
}

/// The sums over a tree; each `None` where nothing is known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct TreeMemory {
    /// Of resident sizes.
    pub(super) rss_sum: Option<Bytes>,
    /// The estimate that counts shared pages once.
    pub(super) estimate: Option<Bytes>,
    /// Of proportional set sizes; `None` where any is missing.
    pub(super) pss: Option<Bytes>,
}

/// A proportional set size, and what was resident when it was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct KnownPss {
    pss: Bytes,
    rss: Bytes,
}

impl KnownPss {
    /// One that has just been read; `None` where it was not.
    pub(super) fn of(gauges: &Gauges) -> Option<Self> {
        let (pss, rss) = gauges.pss.zip(gauges.rss)?;
        Some(Self { pss, rss })
    }

    /// What it is by now, if the process has since neither grown nor shrunk by more than a twentieth.
    fn now(self, rss: Bytes) -> Option<Bytes> {
        let change = rss.get().abs_diff(self.rss.get());
        (change <= self.rss.get() / 20).then(|| self.in_proportion(rss))
    }

    fn in_proportion(self, rss: Bytes) -> Bytes {
        let scaled = u128::from(self.pss.get()) * u128::from(rss.get());
        let whole = scaled / u128::from(self.rss.get().max(1));
        Bytes::new(u64::try_from(whole).unwrap_or(u64::MAX))
    }
}

impl Held {
    pub(super) fn new(
        gauges: &Gauges,
        known: Option<KnownPss>,
        is_copy: bool,
        touched: Option<Bytes>,
    ) -> Self {
        let rss = gauges.rss;
        let (shared, fresh) = (gauges.shared.unwrap_or_default(), KnownPss::of(gauges));
        let scaled = rss.zip(known).and_then(|(rss, known)| {
            // A copy's neighbours come and go: an old figure is better than one that is wrong by its whole size.
            if is_copy { Some(known.in_proportion(rss)) } else { known.now(rss) }
        });
        Self { rss, shared, pss: fresh.map(|fresh| fresh.pss).or(scaled), is_copy, touched }
    }

    /// What it shares with none, as far as that can be told. Of a copy, what no file backs is its parent's but for the
    /// pages that it has touched since.
    fn own(&self, rss: Bytes) -> Bytes {
        let anonymous = rss.saturating_sub(self.shared);
        match self.touched.filter(|_| self.is_copy) {
            Some(touched) => anonymous.min(touched),
            None => anonymous,
        }
    }
}

/// The sums over the processes of a tree.
pub(super) fn together(processes: &[Held]) -> TreeMemory {
    let mut sums = TreeMemory::default();
    let (mut own_sum, mut shared_max) = (Bytes::ZERO, Bytes::ZERO);
    let mut pss_sum = Some(Bytes::ZERO);
    for held in processes {
        // One that has ended, or is just being born, holds nothing.
        let Some(rss) = held.rss.filter(|rss| *rss > Bytes::ZERO) else { continue };
        sums.rss_sum = Some(sums.rss_sum.unwrap_or_default() + rss);
        pss_sum = pss_sum.zip(held.pss).map(|(sum, pss)| sum + pss);
        if let Some(pss) = held.pss.filter(|_| held.is_copy) {
            own_sum += pss;
        } else {
            own_sum += held.own(rss);
            shared_max = shared_max.max(held.shared);
        }
    }
    sums.estimate = sums.rss_sum.map(|_| own_sum + shared_max);
    sums.pss = pss_sum.filter(|_| sums.rss_sum.is_some());
    sums
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gauges(rss: u64, shared: u64, pss: Option<u64>) -> Gauges {
        Gauges {
            rss: Some(Bytes::new(rss)),
            shared: Some(Bytes::new(shared)),
            pss: pss.map(Bytes::new),
            ..Gauges::default()
        }
    }

    fn sums(rss: u64, estimate: u64, pss: Option<u64>) -> TreeMemory {
        TreeMemory {
            rss_sum: Some(Bytes::new(rss)),
            estimate: Some(Bytes::new(estimate)),
            pss: pss.map(Bytes::new),
        }
    }

    #[test]
    fn shared_pages_are_counted_once_for_the_process_that_has_most() {
        let tree = [gauges(100, 60, None), gauges(80, 50, None), Gauges::default()];
        let held = tree.map(|gauges| Held::new(&gauges, None, false, None));
        assert_eq!(together(&held), sums(180, 130, None));
        assert_eq!(together(&[Held::default()]), TreeMemory::default());
    }

    #[test]
    fn copies_count_with_their_proportional_set_size() {
        // A parent of 900 and two copies that share all of it but 30 each.
        let parent = Held::new(&gauges(900, 10, Some(310)), None, true, None);
        let known = KnownPss::of(&gauges(900, 10, Some(320)));
        let copies = [known; 2].map(|known| Held::new(&gauges(900, 10, None), known, true, None));
        assert_eq!(together(&[parent, copies[0], copies[1]]), sums(2700, 950, Some(950)));
    }

    #[test]
    fn an_old_proportional_set_size_counts_as_long_as_the_process_stays_as_large() {
        let known = KnownPss::of(&gauges(1000, 0, Some(500)));
        let pss = |rss: u64| together(&[Held::new(&gauges(rss, 0, None), known, false, None)]).pss;
        assert_eq!(pss(1000), Some(Bytes::new(500)));
        assert_eq!(pss(1050), Some(Bytes::new(525)));
        assert_eq!(pss(1051), None);
    }

    #[test]
    fn a_copy_whose_proportional_set_size_is_unknown_counts_with_what_it_has_touched() {
        let held =
            |touched: u64| Held::new(&gauges(900, 10, None), None, true, Some(Bytes::new(touched)));
        assert_eq!(together(&[held(5000), held(30), held(40)]), sums(2700, 890 + 70 + 10, None));
    }
}
