//! Floor 7. What a tracer could not see to, on its way to the source that speaks of it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

/// What one tracer has missed so far.
#[derive(Debug, Default)]
pub(super) struct Gaps {
    untraced: AtomicU64,
    broke_off: AtomicBool,
}

/// The same at some moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Missed {
    /// Processes that went on untraced, with whoever descends from them.
    pub(super) untraced: u64,
    /// Whether the tracer came to its end before those that it traced did.
    pub(super) broke_off: bool,
}

/// Stands for a tracer at work: one that panics has broken off.
pub(super) struct AtWork(pub(super) Arc<Gaps>);

impl Gaps {
    /// One process goes on untraced.
    pub(super) fn untraced(&self) {
        self.untraced.fetch_add(1, Ordering::Relaxed);
    }

    /// The tracing ends too early.
    pub(super) fn break_off(&self) {
        self.broke_off.store(true, Ordering::Relaxed);
    }

    pub(super) fn so_far(&self) -> Missed {
        Missed {
            untraced: self.untraced.load(Ordering::Relaxed),
            broke_off: self.broke_off.load(Ordering::Relaxed),
        }
    }
}

impl Drop for AtWork {
    fn drop(&mut self) {
        if thread::panicking() {
            self.0.break_off();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_tracer_that_panics_has_broken_off() {
        let gaps = Arc::new(Gaps::default());
        for panics in [false, true] {
            let at_work = AtWork(Arc::clone(&gaps));
            let tracer = thread::spawn(move || {
                let _at_work = at_work;
                assert!(!panics, "this is part of the test");
            });
            assert_eq!(tracer.join().is_err(), panics);
            assert_eq!(gaps.so_far(), Missed { untraced: 0, broke_off: panics });
        }
    }
}
