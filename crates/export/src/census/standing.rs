//! Floor 11. How processes stand together at one moment: sums over those that are known.

use procmon_model::process::Gauges;
use procmon_model::stats::known_sum;
use procmon_model::units::Bytes;

use super::figures::{Figures, Totals};

/// How one process stands.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Stance {
    /// As it was read; nothing where the latest pass did not find it.
    pub(super) gauges: Gauges,
    /// Its proportional set size, as far as it can be told at this moment.
    pub(super) pss: Option<Bytes>,
    /// How many descriptors it may have.
    pub(super) descriptor_limit: Option<u64>,
    /// When it started, in seconds since 1970.
    pub(super) started_seconds: Option<f64>,
}

/// A sum that grows process by process.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Standing {
    figures: Figures,
    /// Whether somebody's proportional set size is missing.
    without_pss: bool,
}

impl Standing {
    pub(super) fn of(stance: &Stance) -> Self {
        let mut standing = Self::default();
        standing.add(stance);
        standing
    }

    pub(super) fn add(&mut self, stance: &Stance) {
        let Stance { gauges, pss, descriptor_limit, started_seconds } = stance;
        let figures = &mut self.figures;
        figures.rss = known_sum(figures.rss, gauges.rss);
        figures.unique = known_sum(figures.unique, unique(gauges));
        figures.swap = known_sum(figures.swap, gauges.swap);
        figures.virtual_size = known_sum(figures.virtual_size, gauges.virtual_size);
        figures.threads = known_sum(figures.threads, gauges.threads.map(u64::from));
        figures.fds = known_sum(figures.fds, gauges.fds.map(u64::from));
        let ratio = gauges.fds.zip(descriptor_limit.filter(|limit| *limit > 0));
        let ratio = ratio.map(|(fds, limit)| f64::from(fds) / limit as f64);
        figures.fd_ratio = [figures.fd_ratio, ratio].into_iter().flatten().reduce(f64::max);
        let started = [figures.started_seconds, *started_seconds].into_iter().flatten();
        figures.started_seconds = started.reduce(f64::min);
        // One that has ended, or is just being born, holds nothing that could be missing.
        if gauges.rss.is_some_and(|rss| rss > Bytes::ZERO) {
            self.without_pss |= pss.is_none();
            figures.pss = known_sum(figures.pss, *pss);
        }
    }

    /// The sum, with these totals.
    pub(super) fn with(&self, totals: Totals) -> Figures {
        let pss = self.figures.pss.filter(|_| !self.without_pss);
        Figures { totals, pss, ..self.figures }
    }
}

/// What a process shares with none.
fn unique(gauges: &Gauges) -> Option<Bytes> {
    Some(gauges.rss?.saturating_sub(gauges.shared?))
}
