//! Floor 6. Processes put together by what they have in common.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::time::Duration;

use crate::analysis::summary::{cpu_millis, millis};
use crate::recording::Recording;
use crate::role;
use crate::sample::Sample;
use crate::stats::known_sum;
use crate::units::{Bytes, CpuTime, Elapsed};

use super::gather::{Gathered, Member};
use super::kin::{Kin, Use};
use super::shape::{Group, MoreGroups, RollUp};

/// Every roll-up of a family.
#[derive(Debug)]
pub(super) struct RollUps {
    pub(super) role: RollUp,
    pub(super) tool: RollUp,
    pub(super) script: RollUp,
    pub(super) command: RollUp,
}

impl RollUps {
    /// Puts the processes together, at most so many groups of each kind.
    pub(super) fn of(
        recording: &Recording,
        gathered: &Gathered,
        kin: &Kin,
        own: &[Use],
        listed: usize,
    ) -> Self {
        let image = |member: &Member| role::tool(&member.life.info.image);
        let scripts = scripts(gathered, kin);
        let mut kinds = [
            Groups::by(gathered, |place| Some(gathered.members[place].life.role().to_owned())),
            Groups::by(gathered, |place| Some(image(&gathered.members[place]))),
            Groups::by(gathered, |place| scripts[place].map(str::to_owned)),
            Groups::by(gathered, |place| Some(command(&gathered.members[place]))),
        ];
        for groups in &mut kinds {
            groups.add_own(own);
            groups.add_lives(gathered, kin);
        }
        for sample in recording.samples() {
            add_memory(&mut kinds, gathered, sample);
        }
        let [role, tool, script, command] = kinds;
        let by_cpu = |sum: &Sum| (sum.cpu, sum.processes);
        Self {
            role: role.finish(listed, by_cpu),
            tool: tool.finish(listed, by_cpu),
            script: script.finish(listed, by_cpu),
            command: command.finish(listed, |sum| (sum.processes, sum.cpu)),
        }
    }
}

/// The command line of a process; of one that none is known of, what it is called.
fn command(member: &Member) -> String {
    let image = &member.life.info.image;
    if image.command.is_empty() { member.life.role().to_owned() } else { image.command.join(" ") }
}

/// The script of a package that each process was started for: the one that it tells itself, or that of the one above.
fn scripts<'a>(gathered: &'a Gathered, kin: &Kin) -> Vec<Option<&'a str>> {
    let mut scripts: Vec<Option<&str>> = vec![None; gathered.members.len()];
    for place in &kin.order {
        let own = role::package_script(&gathered.members[*place].life.info.image);
        scripts[*place] = own.or_else(|| scripts[kin.above[*place]?]);
    }
    scripts
}

/// What the processes of one group come to.
#[derive(Debug, Default)]
struct Sum {
    label: String,
    processes: u64,
    cpu: Option<CpuTime>,
    lived: Duration,
    /// Until when their lives are in `lived`.
    counted_until: Elapsed,
    memory_peak: Option<Bytes>,
    /// What they held at the sample that is being added; `None` between samples.
    held: Option<Bytes>,
}

/// Groups of one kind.
#[derive(Debug)]
struct Groups {
    sums: Vec<Sum>,
    /// The group of each process.
    of: Vec<Option<usize>>,
    /// The groups that the sample that is being added has seen.
    held: Vec<usize>,
}

impl Groups {
    fn by(gathered: &Gathered, label: impl Fn(usize) -> Option<String>) -> Self {
        let mut sums: Vec<Sum> = Vec::new();
        let mut known: HashMap<String, usize> = HashMap::new();
        let mut group = |label: String| {
            *known.entry(label).or_insert_with_key(|label| {
                sums.push(Sum { label: label.clone(), ..Sum::default() });
                sums.len() - 1
            })
        };
        let places = 0..gathered.members.len();
        let of = places.map(|place| label(place).map(&mut group)).collect();
        Self { sums, of, held: Vec::new() }
    }

    fn add_own(&mut self, own: &[Use]) {
        for (group, own) in self.of.iter().zip(own) {
            let Some(sum) = group.and_then(|group| self.sums.get_mut(group)) else { continue };
            sum.processes += 1;
            sum.cpu = known_sum(sum.cpu, own.cpu);
        }
    }

    /// Adds the stretches of time in which at least one process of a group lived.
    fn add_lives(&mut self, gathered: &Gathered, kin: &Kin) {
        let mut places = kin.order.clone();
        places.sort_by_key(|place| gathered.members[*place].role_since);
        for place in places {
            let member = &gathered.members[place];
            let Some(sum) = self.of[place].and_then(|group| self.sums.get_mut(group)) else {
                continue;
            };
            let ended = member.ended().unwrap_or(gathered.until);
            sum.lived += ended.since(member.role_since.max(sum.counted_until));
            sum.counted_until = sum.counted_until.max(ended);
        }
    }

    fn hold(&mut self, place: usize, rss: Bytes) {
        let Some(group) = self.of[place] else { return };
        let sum = &mut self.sums[group];
        if sum.held.is_none() {
            self.held.push(group);
        }
        sum.held = known_sum(sum.held, Some(rss));
    }

    fn settle(&mut self) {
        for group in self.held.drain(..) {
            let sum = &mut self.sums[group];
            sum.memory_peak = sum.memory_peak.max(sum.held.take());
        }
    }

    /// The foremost by a measure, and how many others there are. Of equals the one that came up first goes first.
    fn finish<M: Ord>(mut self, listed: usize, measure: impl Fn(&Sum) -> M) -> RollUp {
        self.sums.sort_by_key(|sum| Reverse(measure(sum)));
        let rest = self.sums.split_off(listed.min(self.sums.len()));
        let cpu = rest.iter().map(|sum| sum.cpu).fold(None, known_sum);
        let more = MoreGroups {
            groups: rest.len() as u64,
            processes: rest.iter().map(|sum| sum.processes).sum(),
            cpu_ms: cpu.map(cpu_millis),
        };
        RollUp {
            groups: self.sums.into_iter().map(Group::from).collect(),
            more: (!rest.is_empty()).then_some(more),
        }
    }
}

impl From<Sum> for Group {
    fn from(sum: Sum) -> Self {
        Self {
            label: sum.label,
            processes: sum.processes,
            cpu_ms: sum.cpu.map(cpu_millis),
            duration_ms: millis(Elapsed::ZERO + sum.lived),
            memory_peak_bytes: sum.memory_peak,
        }
    }
}

/// Adds what groups held at a sample. What a process held before it took its last role was somebody else's.
fn add_memory(kinds: &mut [Groups], gathered: &Gathered, sample: &Sample) {
    for used in &sample.processes {
        let place = gathered.places.get(&used.key).copied();
        let (Some(place), Some(rss)) = (place, used.gauges.rss) else { continue };
        if gathered.members[place].role_since <= sample.at {
            for groups in &mut *kinds {
                groups.hold(place, rss);
            }
        }
    }
    for groups in kinds {
        groups.settle();
    }
}
