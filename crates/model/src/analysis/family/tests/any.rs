//! Floor 6. What holds of the family of any recording.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::told::{born, end, ended, recording, sample};
use crate::analysis::Summariser;
use crate::analysis::family::{ProcessTree, TreeOptions, TreeSort, process_tree};
use crate::record::Record;
use crate::recording::Recording;

/// A process of any session: its parent, its role, its birth and how long it lived; whether anybody read it, and when.
type Told = (u32, u8, u64, Option<u64>, Option<u64>);

fn session() -> impl Strategy<Value = Vec<Told>> {
    let one = (
        0u32..40,
        0u8..5,
        0u64..2000,
        proptest::option::of(0u64..2000),
        proptest::option::of(0u64..500),
    );
    proptest::collection::vec(one, 0..40)
}

/// The recording of such a session; parents may be unknown, born later, or their own grandchildren.
fn recorded(told: &[Told]) -> Recording {
    let mut records: Vec<(u64, Record)> = vec![];
    for (pid, (parent, role, birth, life, cpu)) in (1..).zip(told) {
        records.push((*birth, born(pid, *parent, &format!("role {role}"), *birth)));
        if let Some(life) = life {
            records.push((birth + life, ended(pid, birth + life, *cpu)));
        }
    }
    let lives_at_1000 = |(_, _, birth, life, _): &Told| {
        *birth < 1000 && life.is_none_or(|life| birth + life > 1000)
    };
    let read = (1..).zip(told).filter(|(pid, told)| pid % 3 > 0 && lives_at_1000(told));
    let read: Vec<_> = read.map(|(pid, _)| (pid, u64::from(pid), 1000 * u64::from(pid))).collect();
    records.push((1000, sample(900, 1000, &read)));
    records.sort_by_key(|(at, _)| *at);
    let mut records: Vec<_> = records.into_iter().map(|(_, record)| record).collect();
    records.push(end(5000, 9000));
    recording(records)
}

fn sum(values: impl Iterator<Item = Option<f64>>) -> f64 {
    values.flatten().sum()
}

fn options() -> impl Strategy<Value = TreeOptions> {
    let sorts = prop_oneof![Just(TreeSort::Birth), Just(TreeSort::Cpu), Just(TreeSort::Memory)];
    let most = proptest::option::of(0usize..50);
    (most, proptest::option::of(0usize..6), sorts, 0usize..5)
        .prop_map(|(processes, depth, sort, listed)| TreeOptions { processes, depth, sort, listed })
}

fn whole(told: &[Told]) -> ProcessTree {
    process_tree(&recorded(told), &TreeOptions::default())
}

proptest! {
    #[test]
    fn every_process_stands_in_the_tree_once_and_behind_the_one_above(told in session()) {
        let tree = whole(&told);
        let keys: BTreeSet<_> = tree.processes.iter().map(|node| node.key).collect();
        prop_assert_eq!((keys.len(), tree.processes.len()), (told.len(), told.len()));
        for (place, node) in tree.processes.iter().enumerate() {
            let above = node.above.map(|above| (above < place, tree.processes[above].depth + 1));
            prop_assert_eq!(above.unwrap_or((true, 0)), (true, node.depth));
            prop_assert_eq!(node.above.is_none(), place == 0);
        }
        prop_assert_eq!(tree.depth_max, tree.processes.iter().map(|node| node.depth).max());
    }

    #[test]
    fn a_subtree_is_the_sum_of_its_own_figures(told in session()) {
        let tree = whole(&told);
        for (place, node) in tree.processes.iter().enumerate() {
            let deeper = |other: &&crate::analysis::family::ProcessNode| other.depth > node.depth;
            let below = tree.processes[place + 1..].iter().take_while(deeper);
            let all: Vec<_> = std::iter::once(node).chain(below).collect();
            prop_assert_eq!(node.subtree.processes, all.len() as u64);
            let own = sum(all.iter().map(|node| node.cpu_ms));
            prop_assert!((node.subtree.cpu_ms.unwrap_or(0.0) - own).abs() < 0.05);
            prop_assert_eq!(
                node.subtree.rss_largest_bytes,
                all.iter().map(|node| node.rss_seen_bytes).max().flatten()
            );
        }
    }

    #[test]
    fn what_is_listed_and_what_is_counted_are_all_there_is(told in session(), options in options()) {
        let tree = process_tree(&recorded(&told), &options);
        let more: u64 = tree.processes.iter().filter_map(|node| node.more).map(|more| more.processes).sum();
        prop_assert_eq!(tree.processes.len() as u64 + more, told.len() as u64);
        let most = options.processes.unwrap_or(usize::MAX).max(1);
        prop_assert!(tree.processes.len() <= most);
        let deepest = tree.processes.iter().map(|node| node.depth).max().unwrap_or(0);
        prop_assert!(deepest <= options.depth.unwrap_or(usize::MAX));
        for rolled in [&tree.by_role, &tree.by_tool, &tree.by_command] {
            let more = rolled.more.map_or(0, |more| more.processes);
            let listed: u64 = rolled.groups.iter().map(|group| group.processes).sum();
            prop_assert_eq!(listed + more, told.len() as u64);
        }
    }

    #[test]
    fn the_links_of_the_longest_path_add_up_to_the_life_of_the_root(told in session()) {
        let listed = TreeOptions { listed: 3, ..TreeOptions::default() };
        for options in [TreeOptions::default(), listed] {
            let tree = process_tree(&recorded(&told), &options);
            let Some(path) = tree.longest_path else {
                prop_assert!(told.is_empty());
                continue;
            };
            let links: f64 = path.links.iter().map(|link| link.own_ms).sum();
            let more = path.more.map_or(0.0, |more| more.own_ms);
            let root = &tree.processes[0];
            let wall = root.ended_ms.unwrap_or(5000.0) - root.started_ms;
            prop_assert_eq!((links + more, path.wall_ms), (wall, wall));
        }
    }

    #[test]
    fn the_figures_are_those_of_the_summary(told in session()) {
        let recording = recorded(&told);
        let mut summariser = Summariser::new(recording.header.clone());
        recording.records.iter().for_each(|record| summariser.add(record));
        let summary = summariser.finish();
        let tree = process_tree(&recording, &TreeOptions::default());
        let own = sum(tree.processes.iter().map(|node| node.cpu_ms));
        let by_role: f64 = summary.by_role.values().map(|role| role.cpu_ms).sum();
        prop_assert!((own - by_role).abs() < 0.1, "{} {}", own, by_role);
        prop_assert_eq!(tree.cpu_ms, summary.cpu_ms);
        prop_assert_eq!(tree.processes_peak, summary.processes_peak);
        for group in &tree.by_role.groups {
            let role = &summary.by_role[&group.label];
            prop_assert_eq!((group.processes, group.duration_ms), (role.processes, role.duration_ms));
            prop_assert_eq!(group.memory_peak_bytes, role.memory_peak_bytes);
        }
        for foremost in summary.top.cpu.iter().chain(&summary.top.memory) {
            let mut nodes = tree.processes.iter();
            let node = nodes.find(|node| node.key.pid == foremost.pid).unwrap();
            prop_assert_eq!((node.cpu_ms, node.ended_ms), (foremost.cpu_ms, foremost.ended_ms));
            prop_assert_eq!(node.rss_peak_bytes, foremost.rss_peak_bytes);
        }
    }
}
