//! Floor 6. How much went on at once.

use crate::units::Elapsed;

use super::cast::Cast;
use super::shape::{Concurrency, Level};
use super::slice::Slice;
use super::tail::serial_tail;

/// The highest level that is told apart: a recording from elsewhere can hold any number.
const LEVEL_MAX: usize = 1024;

/// The concurrency of a session with that many processors that took until a moment.
pub(super) fn concurrency(
    slices: &[Slice<'_>],
    processors: Option<u32>,
    until: Elapsed,
    cast: &Cast<'_>,
) -> Concurrency {
    // Work of the dead is known in steps of 10 ms, so that a short interval can seem to hold more than there is room
    // for.
    let most = processors.map_or(LEVEL_MAX, |processors| processors as usize).min(LEVEL_MAX);
    let mut by_cores = Levels::default();
    let mut by_processes = Levels::default();
    for slice in slices {
        if let Some(cores) = slice.sample.cores() {
            by_cores.add(rounded(cores.0).min(most), slice.ms());
        }
        if let Some(work) = slice.work {
            by_processes.add(work.busy.min(LEVEL_MAX), slice.ms());
        }
    }
    let by_processes = by_processes.levels();
    let one = by_processes.iter().find(|level| level.count == 1).copied();
    let none = (!by_processes.is_empty()).then_some(Level { count: 1, ms: 0.0, share: 0.0 });
    let one = one.or(none);
    Concurrency {
        by_cores: by_cores.levels(),
        by_processes,
        one_process_ms: one.map(|level| level.ms),
        one_process_share: one.map(|level| level.share),
        serial_tail: serial_tail(slices, until, cast),
    }
}

/// How long each count was seen, by the count.
#[derive(Debug, Default)]
struct Levels(Vec<f64>);

impl Levels {
    fn add(&mut self, count: usize, ms: f64) {
        if ms <= 0.0 {
            return;
        }
        if self.0.len() <= count {
            self.0.resize(count + 1, 0.0);
        }
        self.0[count] += ms;
    }

    fn levels(self) -> Vec<Level> {
        let all: f64 = self.0.iter().sum();
        let level = |(count, ms)| Level { count, ms, share: ms / all };
        self.0.into_iter().enumerate().map(level).collect()
    }
}

fn rounded(cores: f64) -> usize {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "not negative, and what is too much saturates"
    )]
    let count = cores.round() as usize;
    count
}
