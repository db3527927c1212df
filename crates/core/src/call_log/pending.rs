//! Floor 10. Calls that wait for the garbage collections of their time.
//!
//! Node tells of a collection some time after it, often after the calls that it was in have ended. A call may have begun
//! before collections that were told long ago, so those are remembered.

use std::collections::VecDeque;

use procmon_model::units::Length;

use super::order::TimedCall;

/// So many calls wait at most.
pub(super) const MOST_CALLS: usize = 4096;
/// And not more than this in memory.
const MOST_BYTES: usize = 4 << 20;
/// So many collections are remembered.
const MOST_COLLECTIONS: usize = 1 << 15;

/// A call and what it takes in memory.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Held {
    pub(super) call: Box<TimedCall>,
    pub(super) bytes: usize,
}

/// What a thread tells of its collections.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Collections {
    /// Beginning and end of each, in nanoseconds of `CLOCK_MONOTONIC`; `None` where there was no room to remember them.
    pub(super) pairs: Option<Vec<(u64, u64)>>,
    /// All that began before this moment have been told.
    pub(super) up_to: u64,
}

impl Collections {
    /// What they take in memory.
    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>() + self.pairs.as_ref().map_or(0, |pairs| size_of_val(pairs.as_slice()))
    }
}

/// The calls, and the collections that are known.
#[derive(Debug, Default)]
pub(super) struct Pending {
    calls: VecDeque<Held>,
    bytes: usize,
    /// In the order of their ends.
    collections: VecDeque<(u64, u64)>,
    /// What there was before this moment has been forgotten.
    known_from: u64,
    up_to: u64,
}

impl Pending {
    /// Takes a call. Those that need not wait any longer are put behind `ready`.
    pub(super) fn add(&mut self, held: Held, ready: &mut Vec<Held>) {
        if !held.call.awaits_collections {
            ready.push(held);
        } else if held.call.ended <= self.up_to {
            ready.push(self.settled(held));
        } else {
            self.bytes += held.bytes;
            self.calls.push_back(held);
            while self.calls.len() > MOST_CALLS || self.bytes > MOST_BYTES {
                self.release_oldest(ready);
            }
        }
    }

    /// Settles the calls that ended before the moment up to which everything is known.
    pub(super) fn collected(&mut self, told: Collections, ready: &mut Vec<Held>) {
        match told.pairs {
            Some(pairs) => pairs.into_iter().for_each(|pair| self.remember(pair)),
            None => self.known_from = self.known_from.max(told.up_to),
        }
        self.up_to = self.up_to.max(told.up_to);
        for _ in 0..self.calls.len() {
            let Some(held) = self.calls.pop_front() else { break };
            if held.call.ended <= self.up_to {
                self.bytes -= held.bytes;
                ready.push(self.settled(held));
            } else {
                self.calls.push_back(held);
            }
        }
    }

    /// Lets all go on without knowing their collections.
    pub(super) fn release_all(&mut self, ready: &mut Vec<Held>) {
        ready.extend(self.calls.drain(..));
        self.bytes = 0;
    }

    /// What those that wait take in memory.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    fn release_oldest(&mut self, ready: &mut Vec<Held>) {
        if let Some(held) = self.calls.pop_front() {
            self.bytes -= held.bytes;
            ready.push(held);
        }
    }

    fn remember(&mut self, pair: (u64, u64)) {
        let at = self.collections.partition_point(|known| known.1 <= pair.1);
        self.collections.insert(at, pair);
        if self.collections.len() > MOST_COLLECTIONS
            && let Some((_, end)) = self.collections.pop_front()
        {
            self.known_from = self.known_from.max(end);
        }
    }

    fn settled(&self, mut held: Held) -> Held {
        let (started, ended) = (held.call.started, held.call.ended);
        if started < self.known_from {
            return held;
        }
        let first = self.collections.partition_point(|known| known.1 <= started);
        let its = self.collections.range(first..).filter(|(begun, _)| *begun < ended);
        let (mut gc, mut count) = (0, 0);
        for (begun, end) in its {
            gc += (*end).min(ended).saturating_sub((*begun).max(started));
            count += 1;
        }
        held.call.call.gc = Some(Length::from_nanos(gc));
        held.call.call.gc_count = Some(count);
        held
    }
}
