//! Floor 7. Whose proportional set size is read in a pass: as many as a five-hundredth of a processor pays for.
//!
//! The kernel makes up the figure by walking through all page tables of the process, at some ten microseconds a
//! megabyte, and holds a lock that the process itself may want. So a fixed share of processor time is saved up, and
//! spent on those of which it tells most. Who is first in line is waited for, however large: who is small would
//! otherwise always be served before.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Instant;

use procmon_model::ports::Pass;
use procmon_model::process::{ProcessKey, Reading};
use procmon_model::units::CpuTime;

use super::budget::Budget;
use super::files::Reader;
use super::pss::{LEAST_COST, Situation, Urgency};
use super::watched::Watched;
use crate::linux::syscall;

/// Chooses whom to read, and pays for it.
#[derive(Default)]
pub(super) struct Turns {
    budget: Budget,
    neighbours: Neighbours,
    /// What the one costs that is saved up for, the search for it included. Until then nobody is searched for: among
    /// thousands of processes that would use up what is to be saved.
    awaited: CpuTime,
}

/// Who may share memory with whom: all of them the files that they run, and copies whatever they hold.
#[derive(Default)]
struct Neighbours {
    count: u64,
    /// In order.
    copies: Vec<ProcessKey>,
    copies_changed: u64,
}

/// One process that a reading would be worth its cost of.
struct Turn {
    /// Which of the pass's readings.
    index: usize,
    urgency: Urgency,
    worth: u128,
    situation: Situation,
}

impl Turns {
    /// Reads what can be paid for, and puts it into the readings of the pass.
    pub(super) fn take(
        &mut self,
        pass: &Pass<'_>,
        watched: &mut HashMap<ProcessKey, Watched>,
        readings: &mut [Reading],
        now: Instant,
        reader: &mut Reader,
    ) {
        self.budget.grow(now, self.awaited);
        if !self.budget.affords(self.awaited.max(LEAST_COST)) {
            return;
        }
        let mut paid = syscall::thread_cpu();
        self.neighbours.look(pass);
        let turns = self.neighbours.in_order(watched, readings, now);
        let search = self.pay(&mut paid);
        self.awaited = CpuTime::ZERO;
        for Turn { index, situation, .. } in turns {
            let reading = &mut readings[index];
            let Some(known) = watched.get_mut(&reading.key) else { continue };
            let expected = known.pss.expected_cost(situation.resident);
            if !self.budget.affords(expected) {
                self.awaited = expected + search;
                break;
            }
            reading.gauges.pss = known.proportional_set_size(reading.key, reader);
            let cost = self.pay(&mut paid);
            if let Some(pss) = reading.gauges.pss {
                known.pss.was_read(&situation, pss, cost);
            }
        }
    }

    /// Pays for all that was done since the last time.
    fn pay(&mut self, paid: &mut CpuTime) -> CpuTime {
        let now = syscall::thread_cpu();
        let cost = now.saturating_sub(*paid);
        self.budget.spend(cost);
        *paid = now;
        cost
    }
}

impl Neighbours {
    fn look(&mut self, pass: &Pass<'_>) {
        self.count = u64::try_from(pass.keys.len()).unwrap_or(u64::MAX);
        let mut copies = pass.copies.to_vec();
        copies.sort_unstable();
        if self.copies != copies {
            self.copies = copies;
            self.copies_changed += 1;
        }
    }

    /// Those that can be read and are worth it, the most urgent first.
    fn in_order(
        &self,
        watched: &HashMap<ProcessKey, Watched>,
        readings: &[Reading],
        now: Instant,
    ) -> Vec<Turn> {
        let turn = |(index, reading): (usize, &Reading)| {
            let resident = reading.gauges.rss.filter(|rss| rss.get() > 0)?;
            let known = watched.get(&reading.key).filter(|known| !known.is_to_be_left_alone())?;
            let is_copy = self.copies.binary_search(&reading.key).is_ok();
            let neighbours = if is_copy { self.copies_changed } else { self.count };
            let situation = Situation { resident, is_copy, neighbours, now };
            let urgency = known.pss.urgency(&situation)?;
            Some(Turn { index, urgency, worth: known.pss.worth(&situation), situation })
        };
        let mut turns: Vec<Turn> = readings.iter().enumerate().filter_map(turn).collect();
        turns.sort_unstable_by_key(|turn| (turn.urgency, Reverse(turn.worth)));
        turns
    }
}
