//! Floor 9. What has come in and waits for the driver.

use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use procmon_model::ports::Calls;

/// With so many bytes of lines no more is taken in until the driver has taken them: some thousands of calls, and what it
/// has recorded before anybody would notice.
const FULL_BYTES: usize = 4 * 1024 * 1024;

/// Between the thread that takes calls in and the driver that records them.
#[derive(Debug, Default)]
pub(super) struct Shelf(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    calls: Calls,
    bytes: usize,
    /// Whether the driver was told that something is there.
    told: bool,
    closed: bool,
}

impl Shelf {
    /// Adds calls that came in as so many bytes; whether the driver is to be told.
    pub(super) fn put(&self, more: Calls, bytes: usize) -> bool {
        let Calls { records, dropped, unreadable } = more;
        if records.is_empty() && dropped == 0 && unreadable == 0 {
            return false;
        }
        let mut state = self.lock();
        state.calls.records.extend(records);
        state.calls.dropped = state.calls.dropped.saturating_add(dropped);
        state.calls.unreadable = state.calls.unreadable.saturating_add(unreadable);
        state.bytes += bytes;
        !mem::replace(&mut state.told, true)
    }

    /// Takes everything; also says whether it was full.
    pub(super) fn take(&self) -> (Calls, bool) {
        let mut state = self.lock();
        state.told = false;
        let was_full = mem::take(&mut state.bytes) >= FULL_BYTES;
        (mem::take(&mut state.calls), was_full)
    }

    /// Whether more should be taken in.
    pub(super) fn has_room(&self) -> bool {
        self.lock().bytes < FULL_BYTES
    }

    /// Nothing more is wanted but what is there.
    pub(super) fn close(&self) {
        self.lock().closed = true;
    }

    pub(super) fn is_closed(&self) -> bool {
        self.lock().closed
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn some() -> Calls {
        Calls { dropped: 1, ..Calls::default() }
    }

    #[test]
    fn the_driver_is_told_once_until_it_takes() {
        let shelf = Shelf::default();
        assert!(!shelf.put(Calls::default(), 5));
        assert_eq!([shelf.put(some(), 1), shelf.put(some(), 1)], [true, false]);
        assert_eq!(shelf.take(), (Calls { dropped: 2, ..Calls::default() }, false));
        assert!(shelf.put(some(), 1));
    }

    #[test]
    fn a_full_shelf_has_room_again_when_the_driver_has_taken() {
        let shelf = Shelf::default();
        shelf.put(some(), FULL_BYTES);
        assert!(!shelf.has_room());
        assert_eq!(shelf.take(), (some(), true));
        assert!(shelf.has_room());
    }
}
