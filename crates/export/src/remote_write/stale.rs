//! Floor 11. The series that were there at the last sample, and which of them have gone.

use std::collections::HashSet;

use super::messages::{Label, STALE, Sample, TimeSeries};
use super::options::Exposition;
use crate::census::Scene;

/// The series so far.
#[derive(Default)]
pub(super) struct Known {
    living: HashSet<Vec<Label>>,
}

impl Known {
    /// The samples of a scene, and the mark of an end for each series that it has no more.
    pub(super) fn samples(
        &mut self,
        scene: &Scene,
        series: Exposition,
        common: &[(String, String)],
        at: i64,
    ) -> Vec<TimeSeries> {
        let mut found = Vec::new();
        let mut living = HashSet::with_capacity(self.living.len());
        series(scene, &mut |name, labels, value| {
            let labels = sorted(name, labels, common);
            if living.insert(labels.clone()) {
                found.push(one(labels, value, at));
            }
        });
        let mut gone: Vec<_> = self.living.difference(&living).cloned().collect();
        gone.sort();
        found.extend(gone.into_iter().map(|labels| stale(labels, at)));
        self.living = living;
        found
    }

    /// The mark of an end for each series that is left.
    pub(super) fn ends(&mut self, at: i64) -> Vec<TimeSeries> {
        let mut gone: Vec<_> = self.living.drain().collect();
        gone.sort();
        gone.into_iter().map(|labels| stale(labels, at)).collect()
    }
}

fn stale(labels: Vec<Label>, at: i64) -> TimeSeries {
    one(labels, f64::from_bits(STALE), at)
}

fn one(labels: Vec<Label>, value: f64, timestamp: i64) -> TimeSeries {
    TimeSeries { labels, samples: vec![Sample { value, timestamp }] }
}

/// Labels as the specification wants them: by name, none of them empty, none twice.
fn sorted(name: &str, own: &[(&str, &str)], common: &[(String, String)]) -> Vec<Label> {
    let is_own = |name: &str| own.iter().any(|(known, _)| *known == name);
    let common = common.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let all = own.iter().copied().chain(common.filter(|(name, _)| !is_own(name)));
    let mut labels: Vec<Label> = [("__name__", name)]
        .into_iter()
        .chain(all)
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| Label { name: name.to_owned(), value: value.to_owned() })
        .collect();
    labels.sort();
    labels
}

#[cfg(test)]
mod tests {
    use super::super::options::Tell;
    use super::*;
    use crate::census::Group;

    fn series(scene: &Scene, tell: Tell<'_>) {
        for group in &scene.groups {
            tell(
                "procmon_group_processes",
                &[("group", &group.name), ("empty", "")],
                group.processes as f64,
            );
        }
    }

    fn scene(groups: &[(&str, u64)]) -> Scene {
        let group = |(name, processes): &(&str, u64)| Group {
            name: (*name).into(),
            processes: *processes,
            ..Group::default()
        };
        Scene { groups: groups.iter().map(group).collect(), ..Scene::default() }
    }

    fn shown(found: &[TimeSeries]) -> Vec<(String, u64, i64)> {
        let text = |labels: &[Label]| {
            let pairs: Vec<_> =
                labels.iter().map(|label| format!("{}={}", label.name, label.value)).collect();
            pairs.join(",")
        };
        let one = |series: &TimeSeries| {
            (text(&series.labels), series.samples[0].value.to_bits(), series.samples[0].timestamp)
        };
        found.iter().map(one).collect()
    }

    fn common() -> Vec<(String, String)> {
        [("zone", "a"), ("job", "procmon"), ("group", "mine")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .to_vec()
    }

    #[test]
    fn a_series_that_has_gone_is_ended_once() {
        let mut known = Known::default();
        let labels = |group: &str| {
            format!("__name__=procmon_group_processes,group={group},job=procmon,zone=a")
        };
        let first = known.samples(&scene(&[("node", 2), ("sh", 1)]), series, &common(), 1_000);
        let value = |value: f64| value.to_bits();
        assert_eq!(
            shown(&first),
            [(labels("node"), value(2.0), 1_000), (labels("sh"), value(1.0), 1_000)]
        );
        let second = known.samples(&scene(&[("node", 3)]), series, &common(), 2_000);
        assert_eq!(
            shown(&second),
            [(labels("node"), value(3.0), 2_000), (labels("sh"), STALE, 2_000)]
        );
        let third = known.samples(&scene(&[("node", 3)]), series, &common(), 3_000);
        assert_eq!(third.len(), 1);
        assert_eq!(shown(&known.ends(3_001)), [(labels("node"), STALE, 3_001)]);
        assert_eq!(known.ends(3_002), []);
    }
}
