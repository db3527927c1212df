//! Floor 7. The proportional set size of one process: how it is read, what that costs and when it is worth doing again.

use std::fs::File;
use std::io;
use std::time::{Duration, Instant};

use procmon_model::units::{Bytes, CpuTime};

use super::files::{Reader, is_exhausted};
use crate::linux::parse;

/// What is expected of a process that was never read: the kernel walks its page tables. In nanoseconds.
const COST_OF_ANY: u64 = 30_000;
const COST_OF_A_MEGABYTE: u64 = 10_000;

/// After how long one is read again of a process of which nothing is known to have changed: processes beyond the tree
/// share its files, too. Each time that this finds what was known, the next is put off twice as long.
const REFRESH: Duration = Duration::from_secs(10);
const LONGEST_REFRESH: Duration = Duration::from_secs(320);

/// What counts as a change of memory: more than a fiftieth. And of the number of those that may share it: more than a
/// tenth, since on a busy machine there is always one that comes or goes.
const NOTABLE: u64 = 50;
const NOTABLE_NEIGHBOURS: u64 = 10;

/// What is kept of one process.
#[derive(Default)]
pub(super) struct Pss {
    last: Option<Read>,
    /// Whether the kernel would not tell; it is not asked again until another program runs.
    refused: bool,
}

struct Read {
    at: Instant,
    resident: u64,
    pss: u64,
    cost: CpuTime,
    neighbours: u64,
    /// After how long it is read again if nothing changes.
    refresh: Duration,
}

/// How urgent a reading is, the most urgent being the smallest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Urgency {
    /// Nothing else tells what the process holds.
    Copy,
    /// Never read, or much has changed since.
    Changed,
    /// Little has changed, but some time ago.
    Settled,
}

/// What a reading is made for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Situation {
    pub(super) resident: Bytes,
    pub(super) is_copy: bool,
    /// How many processes may share the memory; of a copy a number that changes with them.
    pub(super) neighbours: u64,
    pub(super) now: Instant,
}

impl Pss {
    /// How urgent a reading is; `None` where it is not worth its cost, or not to be had.
    pub(super) fn urgency(&self, situation: &Situation) -> Option<Urgency> {
        if self.refused {
            return None;
        }
        match self.last.as_ref().filter(|last| last.holds_for(situation)) {
            Some(last) if self.age(situation.now) < last.refresh => None,
            Some(_) => Some(Urgency::Settled),
            None if situation.is_copy => Some(Urgency::Copy),
            None => Some(Urgency::Changed),
        }
    }

    /// What a reading is worth, among those of the same urgency: what is resident, times how long ago it was read. So
    /// those that were never read come first, by size, and of the others the large ones come more often, but not alone.
    pub(super) fn worth(&self, situation: &Situation) -> u128 {
        u128::from(situation.resident.get()) * self.age(situation.now).as_millis()
    }

    fn age(&self, now: Instant) -> Duration {
        self.last.as_ref().map_or(Duration::MAX, |last| now.duration_since(last.at))
    }

    /// What a reading will cost: as much a page as the last time.
    pub(super) fn expected_cost(&self, resident: Bytes) -> CpuTime {
        let resident = u128::from(resident.get());
        let nanos = match &self.last {
            Some(last) => {
                u128::from(last.cost.as_nanos()) * resident / u128::from(last.resident.max(1))
            }
            None => u128::from(COST_OF_ANY) + u128::from(COST_OF_A_MEGABYTE) * (resident >> 20),
        };
        CpuTime::from_nanos(u64::try_from(nanos).unwrap_or(u64::MAX))
    }

    /// Reads it of the process of a number, if that is the right one once its file is open. The file stays with the
    /// address space that it was opened on, so that nothing would be won by keeping it.
    pub(super) fn read(
        &mut self,
        pid: u32,
        reader: &mut Reader,
        is_right: impl FnOnce(&mut Reader) -> bool,
    ) -> Option<Bytes> {
        let result = File::open(reader.procfs.file(pid, "smaps_rollup")).and_then(|file| {
            let text = if is_right(reader) { reader.fill(&file)? } else { &[] };
            Ok(parse::proportional_set_size(text))
        });
        self.refused = result.as_ref().is_err_and(|error: &io::Error| !is_exhausted(error));
        result.ok().flatten().map(Bytes::new)
    }

    /// Keeps what a reading was made for, what it found and what it cost.
    pub(super) fn was_read(&mut self, situation: &Situation, pss: Bytes, cost: CpuTime) {
        let Situation { resident, neighbours, now: at, .. } = *situation;
        let is_confirmed = |last: &&Read| is_about(last.pss, pss.get());
        let confirmed = self.last.as_ref().filter(is_confirmed);
        let refresh = confirmed.map_or(REFRESH, |last| (last.refresh * 2).min(LONGEST_REFRESH));
        let (resident, pss) = (resident.get(), pss.get());
        self.last = Some(Read { at, resident, pss, cost, neighbours, refresh });
    }
}

impl Read {
    /// Whether nothing is known to have changed since.
    fn holds_for(&self, situation: &Situation) -> bool {
        let few = if situation.is_copy { 0 } else { self.neighbours / NOTABLE_NEIGHBOURS };
        is_about(self.resident, situation.resident.get())
            && situation.neighbours.abs_diff(self.neighbours) <= few
    }
}

fn is_about(before: u64, now: u64) -> bool {
    now.abs_diff(before) < before / NOTABLE
}

/// The least that a reading costs.
pub(super) const LEAST_COST: CpuTime = CpuTime::from_nanos(COST_OF_ANY);

#[cfg(test)]
mod tests {
    use super::*;

    fn situation(megabytes: u64, now: Instant) -> Situation {
        let resident = Bytes::new(megabytes << 20);
        Situation { resident, is_copy: false, neighbours: 9, now }
    }

    fn read_at(megabytes: u64, now: Instant) -> Pss {
        let mut pss = Pss::default();
        let found = Bytes::new(megabytes << 19);
        pss.was_read(&situation(megabytes, now), found, CpuTime::from_millis(2));
        pss
    }

    #[test]
    fn what_was_never_read_is_urgent_and_most_of_all_copies() {
        let (pss, at) = (Pss::default(), situation(100, Instant::now()));
        assert_eq!(pss.urgency(&at), Some(Urgency::Changed));
        assert_eq!(pss.urgency(&Situation { is_copy: true, ..at }), Some(Urgency::Copy));
        assert!(Urgency::Copy < Urgency::Changed && Urgency::Changed < Urgency::Settled);
    }

    #[test]
    fn what_was_read_is_urgent_again_once_it_or_its_neighbours_have_changed() {
        let now = Instant::now();
        let pss = read_at(100, now);
        assert_eq!(pss.urgency(&situation(101, now)), None);
        assert_eq!(pss.urgency(&situation(102, now)), Some(Urgency::Changed));
        assert_eq!(pss.urgency(&situation(98, now)), Some(Urgency::Changed));
        let others = Situation { neighbours: 10, ..situation(100, now) };
        assert_eq!(pss.urgency(&others), Some(Urgency::Changed));
        assert_eq!(pss.urgency(&situation(100, now + REFRESH)), Some(Urgency::Settled));
    }

    #[test]
    fn among_many_a_few_that_come_or_go_change_nothing_but_for_a_copy() {
        let now = Instant::now();
        let among = |neighbours| Situation { neighbours, ..situation(100, now) };
        let mut pss = Pss::default();
        pss.was_read(&among(500), Bytes::new(50 << 20), CpuTime::from_millis(2));
        assert_eq!(pss.urgency(&among(450)), None);
        assert_eq!(pss.urgency(&among(551)), Some(Urgency::Changed));
        let copy = Situation { is_copy: true, ..among(501) };
        assert_eq!(pss.urgency(&copy), Some(Urgency::Copy));
    }

    #[test]
    fn what_is_found_as_it_was_is_read_ever_more_seldom_and_after_a_change_as_often_as_at_first() {
        let start = Instant::now();
        let (mut pss, mut now, mut waits) = (read_at(100, start), start, Vec::new());
        let wait = |pss: &Pss, now: Instant| {
            let is_due = |seconds: &u64| {
                pss.urgency(&situation(100, now + Duration::from_secs(*seconds))).is_some()
            };
            (1..1000).find(is_due).unwrap()
        };
        for _ in 0..7 {
            let seconds = wait(&pss, now);
            waits.push(seconds);
            now += Duration::from_secs(seconds);
            pss.was_read(&situation(100, now), Bytes::new(50 << 20), CpuTime::from_millis(2));
        }
        assert_eq!(waits, [10, 20, 40, 80, 160, 320, 320]);
        pss.was_read(&situation(100, now), Bytes::new(51 << 20), CpuTime::from_millis(2));
        assert_eq!(wait(&pss, now), 10);
    }

    #[test]
    fn the_unread_come_first_and_the_large_more_often_than_the_small() {
        let (now, second) = (Instant::now(), Duration::from_secs(1));
        let unread = |megabytes| Pss::default().worth(&situation(megabytes, now));
        assert!(unread(2) > unread(1));
        assert!(unread(1) > read_at(1 << 20, now).worth(&situation(1 << 20, now + 9 * second)));
        let (large, small) = (read_at(300, now + second), read_at(100, now));
        let worth = |pss: &Pss, megabytes, at| pss.worth(&situation(megabytes, at));
        let later = now + 2 * second;
        assert!(worth(&large, 300, later) > worth(&small, 100, later));
        let just_after = now + second + second / 4;
        assert!(worth(&large, 300, just_after) < worth(&small, 100, just_after));
    }

    #[test]
    fn a_reading_is_expected_to_cost_by_the_page_what_the_last_did() {
        let cost = |pss: &Pss, megabytes: u64| pss.expected_cost(Bytes::new(megabytes << 20));
        assert_eq!(cost(&Pss::default(), 0), LEAST_COST);
        assert_eq!(cost(&Pss::default(), 100), CpuTime::from_nanos(1_030_000));
        assert_eq!(cost(&read_at(100, Instant::now()), 150), CpuTime::from_millis(3));
    }
}
