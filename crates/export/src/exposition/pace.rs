//! Floor 11. How busy everybody has been between two scenes, for names that tell a rate where procmon tells totals.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use procmon_model::process::ProcessKey;
use procmon_model::units::{CpuTime, WallTime};

use crate::census::{Figures, Scene};

/// Remembers the last scene. Scenes of one and the same reading get the same answer, however often they are shown.
#[derive(Debug, Default)]
pub(super) struct Pace {
    last: Mutex<Last>,
}

/// Cores kept busy; whoever is not in it was not there before, or nothing is known.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Rates {
    pub(super) processes: HashMap<ProcessKey, f64>,
    pub(super) groups: HashMap<Arc<str>, f64>,
}

#[derive(Debug, Default)]
struct Last {
    read_at: Option<WallTime>,
    processes: HashMap<ProcessKey, u64>,
    groups: HashMap<Arc<str>, u64>,
    rates: Arc<Rates>,
}

impl Pace {
    /// The rates since the scene before this one.
    pub(super) fn rates(&self, scene: &Scene) -> Arc<Rates> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if last.read_at != scene.read_at {
            *last = last.followed_by(scene);
        }
        Arc::clone(&last.rates)
    }
}

impl Last {
    fn followed_by(&self, scene: &Scene) -> Self {
        let processes: HashMap<_, _> = scene
            .processes
            .iter()
            .filter_map(|process| Some((process.key, cpu_nanos(&process.figures)?)))
            .collect();
        let groups: HashMap<_, _> = scene
            .groups
            .iter()
            .filter_map(|group| Some((Arc::clone(&group.name), cpu_nanos(&group.figures)?)))
            .collect();
        let millis = match (self.read_at, scene.read_at) {
            (Some(before), Some(now)) => now.as_millis().saturating_sub(before.as_millis()),
            _ => 0,
        };
        let rates = if millis == 0 {
            Rates::default()
        } else {
            Rates {
                processes: growth(&self.processes, &processes, millis),
                groups: growth(&self.groups, &groups, millis),
            }
        };
        Self { read_at: scene.read_at, processes, groups, rates: Arc::new(rates) }
    }
}

fn growth<K: Clone + Eq + std::hash::Hash>(
    before: &HashMap<K, u64>,
    now: &HashMap<K, u64>,
    millis: u64,
) -> HashMap<K, f64> {
    let nanos = millis as f64 * 1e6;
    let each = now.iter().filter_map(|(key, total)| {
        let used = total.checked_sub(*before.get(key)?)?;
        Some((key.clone(), used as f64 / nanos))
    });
    each.collect()
}

/// Processor time in both modes; `None` where neither is known.
fn cpu_nanos(figures: &Figures) -> Option<u64> {
    let totals = figures.totals;
    let parts = [totals.cpu_user, totals.cpu_system];
    let known: Vec<u64> = parts.into_iter().flatten().map(CpuTime::as_nanos).collect();
    (!known.is_empty()).then(|| known.into_iter().fold(0, u64::saturating_add))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::census::{Group, Totals};

    fn scene(second: u64, cpu_ms: u64) -> Scene {
        let totals = Totals { cpu_user: Some(CpuTime::from_millis(cpu_ms)), ..Totals::default() };
        let figures = Figures { totals, ..Figures::default() };
        let group = Group { name: Arc::from("node"), figures, ..Group::default() };
        let read_at = Some(WallTime::from_nanos(second * 1_000_000_000));
        Scene { read_at, groups: vec![group], ..Scene::default() }
    }

    fn rate(pace: &Pace, scene: &Scene) -> Option<f64> {
        pace.rates(scene).groups.get("node").copied()
    }

    #[test]
    fn a_rate_is_the_growth_since_the_scene_before_and_stays_while_that_is_shown() {
        let pace = Pace::default();
        assert_eq!(rate(&pace, &scene(10, 1000)), None);
        assert_eq!(rate(&pace, &scene(12, 4000)), Some(1.5));
        assert_eq!(rate(&pace, &scene(12, 4000)), Some(1.5));
        assert_eq!(rate(&pace, &scene(13, 4000)), Some(0.0));
    }

    #[test]
    fn a_total_that_fell_has_no_rate() {
        let pace = Pace::default();
        assert_eq!(rate(&pace, &scene(10, 1000)), None);
        assert_eq!(rate(&pace, &scene(11, 999)), None);
    }
}
