//! Floor 11. What holds of any sequence of births, programs, samples and ends.

use std::collections::BTreeMap;
use std::time::Duration;

use procmon_model::units::{Bytes, CpuTime};
use proptest::prelude::*;

use super::told::{Told, by_name, cpu, ms, used};
use crate::census::{CensusOptions, Group, View};

const NAMES: [&str; 5] = ["sh", "node", "cc", "git", "make"];

#[derive(Debug, Clone, Copy)]
enum Step {
    Birth(usize),
    Exec(usize, usize),
    Work(usize, u64),
    Sample,
    /// Whether the end tells all that was used.
    End(usize, bool),
    Scene,
    /// Minutes pass.
    Pause(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..5usize).prop_map(Step::Birth),
        2 => (any::<usize>(), 0..5usize).prop_map(|(which, name)| Step::Exec(which, name)),
        4 => (any::<usize>(), 0..5000u64).prop_map(|(which, work)| Step::Work(which, work)),
        3 => Just(Step::Sample),
        2 => (any::<usize>(), any::<bool>()).prop_map(|(which, told)| Step::End(which, told)),
        3 => Just(Step::Scene),
    ]
}

#[derive(Debug, Default)]
struct Life {
    pid: u32,
    used: u64,
    read: u64,
}

/// The world beside the census: what each process has used, and what was seen of it.
struct World {
    told: Told,
    living: Vec<Life>,
    births: u32,
    seen: u64,
}

impl World {
    fn new(max_series: Option<usize>) -> Self {
        let keep_empty = Some(Duration::from_secs(600));
        let options = CensusOptions { max_series, keep_empty, ..by_name() };
        Self { told: Told::of(options, false), living: vec![], births: 0, seen: 0 }
    }

    fn step(&mut self, step: Step) {
        let place = |which: usize| which.checked_rem(self.living.len());
        match step {
            Step::Birth(name) => {
                self.births += 1;
                self.told.born(self.births, NAMES[name]);
                self.living.push(Life { pid: self.births, ..Life::default() });
            }
            Step::Exec(which, name) => {
                if let Some(place) = place(which) {
                    self.told.exec(self.living[place].pid, NAMES[name]);
                }
            }
            Step::Work(which, work) => {
                if let Some(place) = place(which) {
                    self.living[place].used += work;
                }
            }
            Step::Sample => self.sample(),
            Step::End(which, told) => {
                if let Some(place) = place(which) {
                    self.end(place, told);
                }
            }
            Step::Scene => drop(self.told.scene()),
            Step::Pause(minutes) => drop(self.told.wait(minutes * 60_000)),
        }
    }

    fn sample(&mut self) {
        let mut readings = vec![];
        for life in &mut self.living {
            let grown = life.used - life.read;
            readings.push(used(life.pid, grown));
            life.read = life.used;
            self.seen += grown;
        }
        self.told.sample(&readings);
    }

    fn end(&mut self, place: usize, told: bool) {
        let life = self.living.remove(place);
        if told {
            self.seen += life.used - life.read;
        }
        self.told.ended(life.pid, Some(if told { life.used } else { life.read }));
    }

    /// Every group that is kept.
    fn groups(&self) -> BTreeMap<String, Group> {
        let groups = self.told.census.scene(&mut View::default()).groups;
        groups.into_iter().map(|group| (group.name.to_string(), group)).collect()
    }
}

fn counters(group: &Group) -> Vec<u64> {
    let totals = group.figures.totals;
    let mut counters = vec![
        totals.cpu_user.map_or(0, CpuTime::as_nanos),
        totals.cpu_system.map_or(0, CpuTime::as_nanos),
        totals.read.map_or(0, Bytes::get),
        group.started,
    ];
    counters.push(group.exited.iter().map(|(_, count)| count).sum());
    counters
}

fn check_sums(world: &World) -> Result<(), TestCaseError> {
    let groups = world.groups();
    let sum: CpuTime = groups.values().filter_map(cpu).sum();
    prop_assert_eq!(sum, ms(world.seen));
    let living: u64 = groups.values().map(|group| group.processes).sum();
    prop_assert_eq!(living, world.living.len() as u64);
    Ok(())
}

proptest! {
    #[test]
    fn no_counter_falls_and_all_groups_together_have_what_was_seen(
        steps in prop::collection::vec(step(), 0..80),
        max_series in prop::option::of(0..4usize),
    ) {
        let mut world = World::new(max_series);
        let mut before = world.groups();
        for step in steps {
            world.step(step);
            let now = world.groups();
            for (name, group) in &before {
                let later = now.get(name).map(counters).unwrap_or_default();
                prop_assert!(
                    counters(group).iter().zip(&later).all(|(then, now)| then <= now)
                        && later.len() == 5,
                    "{} {:?} {:?}", name, group, later
                );
            }
            let most = max_series.map_or(usize::MAX, |most| most + 1);
            prop_assert!(now.len() <= most, "{:?}", now.keys());
            check_sums(&world)?;
            before = now;
        }
    }

    #[test]
    fn nothing_is_lost_when_places_are_given_to_others(
        steps in prop::collection::vec(prop_oneof![4 => step(), 1 => (1..9u64).prop_map(Step::Pause)], 0..80),
        max_series in 1..4usize,
    ) {
        let mut world = World::new(Some(max_series));
        for step in steps {
            world.step(step);
            check_sums(&world)?;
        }
    }
}
