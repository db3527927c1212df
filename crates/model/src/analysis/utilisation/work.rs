//! Floor 6. Who worked in the interval of a sample, those included that ended in it.

use std::collections::BTreeMap;

use crate::analysis::life::Pace;
use crate::event::LastKnown;
use crate::process::ProcessKey;
use crate::sample::Sample;
use crate::units::{CpuTime, Elapsed};

/// A process is busy where it used that many percent of an interval.
const BUSY: u128 = 5;
/// What all others may do together while one process is said to work alone, in percent of an interval.
const OTHERS: u128 = 10;

/// Who worked in an interval.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Work {
    /// How many processes were busy.
    pub(super) busy: usize,
    /// Whether no two of them were at once.
    pub(super) is_serial: bool,
    /// The processor time that was used in it; what came late is not of it.
    pub(super) cpu: CpuTime,
    /// The one that worked most, and how much.
    pub(super) leader: Option<(ProcessKey, CpuTime)>,
}

/// What one process did in an interval.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deed {
    /// Who; `None` of work that nobody can be named for.
    pub(super) key: Option<ProcessKey>,
    /// Processor time.
    pub(super) cpu: CpuTime,
    /// How much of the interval it lived for, between 0 and 1.
    pub(super) lived: f64,
}

/// What everybody did in an interval.
#[derive(Debug, Default)]
pub(super) struct Deeds {
    /// A deed each.
    pub(super) deeds: Vec<Deed>,
    /// Whether that is all: false where a part of the work that matters cannot have been theirs.
    pub(super) is_known: bool,
}

/// Follows the processes through the records.
#[derive(Debug, Default)]
pub(super) struct Follower {
    living: BTreeMap<ProcessKey, Life>,
    /// Those that ended since the last sample.
    dead: Vec<Dead>,
    /// Those that ended in the interval before, if nothing was told of their work then: it can come with the next
    /// sample, since the kernel tells it when their parent has waited for them.
    untold: Vec<Dead>,
}

#[derive(Debug, Clone, Copy)]
struct Life {
    born: Elapsed,
    /// Until when its processor time stood in samples, and how much that was.
    read_until: Elapsed,
    seen: CpuTime,
    pace: Pace,
}

impl Life {
    fn new(born: Elapsed) -> Self {
        Self { born, read_until: born, seen: CpuTime::ZERO, pace: Pace::default() }
    }
}

#[derive(Debug, Clone, Copy)]
struct Dead {
    key: ProcessKey,
    born: Elapsed,
    ended: Elapsed,
    /// What it is known to have used since the last sample.
    rest: CpuTime,
    /// For how many seconds before its end nothing is known of it, weighed by how busy it was before.
    unread: f64,
}

impl Follower {
    pub(super) fn started(&mut self, key: ProcessKey, born: Elapsed) {
        self.living.insert(key, Life::new(born));
    }

    pub(super) fn ended(&mut self, key: ProcessKey, ended: Elapsed, last: &LastKnown) {
        let Life { born, read_until, seen, pace } =
            self.living.remove(&key).unwrap_or_else(|| Life::new(Elapsed::ZERO));
        let rest = last.cpu.map_or(CpuTime::ZERO, |cpu| cpu.saturating_sub(seen));
        let unread = pace.weight(ended.since(read_until)).as_secs_f64();
        let unread = if last.cpu_final { 0.0 } else { unread };
        self.dead.push(Dead { key, born, ended, rest, unread });
    }

    /// What everybody did in the interval of the next sample.
    pub(super) fn deeds(&mut self, sample: &Sample) -> Deeds {
        let interval = sample.at.since(sample.from).as_secs_f64();
        let mut deeds = self.deeds_of_living(sample, interval);
        let of_living: CpuTime = deeds.iter().map(|deed| deed.cpu).sum();
        let missing = sample.cpu.unwrap_or_default().saturating_sub(of_living);
        let unknown = missing.saturating_sub(sample.departed_cpu.unwrap_or_default());
        deeds.extend(self.deeds_of_dead(sample, missing.saturating_sub(unknown), interval));
        let is_known = sample.cpu.is_some() && interval > 0.0;
        Deeds { deeds, is_known: is_known && !reaches(unknown, BUSY, sample) }
    }

    fn deeds_of_living(&mut self, sample: &Sample, interval: f64) -> Vec<Deed> {
        let mut deeds = Vec::with_capacity(sample.processes.len());
        for used in &sample.processes {
            let Some(cpu) = used.growth.0.cpu else { continue };
            let life = self.living.entry(used.key).or_insert_with(|| Life::new(Elapsed::ZERO));
            life.seen += cpu;
            let pace = Pace::of(cpu, sample.at.since(life.read_until));
            life.pace = pace.unwrap_or(life.pace);
            life.read_until = sample.at;
            let lived = fraction(overlap(life.born, sample.at, sample), interval);
            deeds.push(Deed { key: Some(used.key), cpu, lived });
        }
        deeds
    }

    /// Shares the work of those that ended out among them: to each what it is known to have used, the rest by how long
    /// nothing was known of them before their ends and how busy they had been, and what is still left to nobody.
    fn deeds_of_dead(&mut self, sample: &Sample, departed: CpuTime, interval: f64) -> Vec<Deed> {
        let mut dead = std::mem::take(&mut self.dead);
        let known: CpuTime = dead.iter().map(|dead| dead.rest).sum();
        let rest = departed.saturating_sub(known);
        let untold = std::mem::take(&mut self.untold);
        if rest == CpuTime::ZERO {
            self.untold.clone_from(&dead);
            self.untold.retain(|dead| dead.unread > 0.0);
        } else {
            dead.extend(untold.into_iter().map(|dead| Dead { rest: CpuTime::ZERO, ..dead }));
        }
        let unread: f64 = dead.iter().map(|dead| dead.unread).sum();
        let shared_out = |dead: &Dead| Deed {
            key: Some(dead.key),
            cpu: dead.rest + part(rest, fraction(dead.unread, unread)),
            lived: fraction(overlap(dead.born, dead.ended, sample), interval),
        };
        let mut deeds: Vec<Deed> = dead.iter().map(shared_out).collect();
        if unread <= 0.0 && rest > CpuTime::ZERO {
            // Nobody knows how many they were: as many as the work takes, each on one processor.
            let lived = fraction(seconds(rest), interval).round().max(1.0);
            deeds.push(Deed { key: None, cpu: rest, lived });
        }
        deeds
    }
}

/// Sums the deeds of an interval up.
///
/// Processes that are busy one after the other are not busy at once, so that each counts for the part of the interval
/// that it lived for; who lived through the whole of it counts as one, whenever it worked. `None` where it is not known
/// who worked.
pub(super) fn work(Deeds { deeds, is_known }: &Deeds, sample: &Sample) -> Option<Work> {
    if !is_known {
        return None;
    }
    let present = deeds.iter().filter(|deed| deed.lived > 0.0);
    let (busy, small): (Vec<&Deed>, Vec<&Deed>) =
        present.partition(|deed| reaches(deed.cpu, BUSY, sample));
    let at_once: f64 = busy.iter().map(|deed| deed.lived).sum();
    let others: CpuTime = small.iter().map(|deed| deed.cpu).sum();
    let is_alone = at_once <= 1.0 + OTHERS as f64 / 100.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a number of processes"
    )]
    let count = at_once.round().max(1.0) as usize;
    let present = busy.iter().chain(&small);
    let cpu = present.clone().map(|deed| deed.cpu).sum();
    let named = present.filter_map(|deed| Some((deed.key?, deed.cpu)));
    Some(Work {
        busy: if busy.is_empty() { 0 } else { count },
        is_serial: is_alone && !reaches(others, OTHERS, sample),
        cpu,
        leader: named.filter(|(_, cpu)| *cpu > CpuTime::ZERO).max_by_key(|(_, cpu)| *cpu),
    })
}

/// Whether a time is at least so many percent of a sample's interval.
fn reaches(cpu: CpuTime, percent: u128, sample: &Sample) -> bool {
    u128::from(cpu.as_nanos()) * 100 >= sample.at.since(sample.from).as_nanos() * percent
}

/// For how many seconds of a sample's interval something lasted.
fn overlap(from: Elapsed, until: Elapsed, sample: &Sample) -> f64 {
    until.min(sample.at).since(from.max(sample.from)).as_secs_f64()
}

fn fraction(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

fn seconds(cpu: CpuTime) -> f64 {
    cpu.as_nanos() as f64 / 1e9
}

fn part(cpu: CpuTime, share: f64) -> CpuTime {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a u64, not negative"
    )]
    CpuTime::from_nanos((cpu.as_nanos() as f64 * share) as u64)
}
