//! Floor 6. Families that a careless walk would take for ever over, or fall down from.

use super::told::{born, end, ended, recording};
use crate::analysis::family::{ProcessTree, TreeOptions, process_tree};
use crate::record::Record;

const MANY: u32 = 100_000;

/// A recording of many processes, each below the one that `parent` says, all alive until the end.
fn family(parent: impl Fn(u32) -> u32) -> ProcessTree {
    let births = (1..=MANY).map(|pid| born(pid, parent(pid), "node worker.js", u64::from(pid)));
    let ends = (1..=MANY).rev().map(|pid| ended(pid, u64::from(2 * MANY), Some(1)));
    let mut records: Vec<Record> = births.chain(ends).collect();
    records.push(end(u64::from(2 * MANY), u64::from(MANY)));
    process_tree(&recording(records), &TreeOptions::default())
}

#[test]
fn a_hundred_thousand_processes_below_each_other_are_a_family() {
    let tree = family(|pid| pid - 1);
    assert_eq!((tree.processes.len(), tree.depth_max), (100_000, Some(99_999)));
    assert_eq!(tree.processes[0].subtree.cpu_ms, Some(100_000.0));
    assert_eq!(tree.longest_path.as_ref().unwrap().more.unwrap().links, 99_980);
    assert_eq!(tree.clone(), tree);
    assert!(serde_json::to_string(&tree).unwrap().len() > 100_000);
}

#[test]
fn a_hundred_thousand_processes_beside_each_other_are_a_family() {
    let tree = family(|pid| u32::from(pid > 1));
    assert_eq!((tree.processes.len(), tree.depth_max), (100_000, Some(1)));
    assert_eq!(tree.processes[0].subtree.processes, 100_000);
    assert_eq!((tree.processes_peak, tree.by_role.groups[0].processes), (100_000, 100_000));
}

#[test]
fn a_hundred_thousand_processes_in_a_tree_of_twos_are_a_family() {
    let tree = family(|pid| pid / 2);
    assert_eq!((tree.processes.len(), tree.depth_max), (100_000, Some(16)));
    assert_eq!(tree.spawned.peak_per_second, 1000);
}
