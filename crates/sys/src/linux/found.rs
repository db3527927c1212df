//! Floor 7. Finding the living processes of a tree by looking at every process there is.

use std::collections::{BTreeMap, HashMap, VecDeque};

use procmon_model::ports::Found;
use procmon_model::process::{ProcessInfo, ProcessKey};
use procmon_model::units::Elapsed;

use crate::linux::image;

/// A process and, with `children`, its living descendants, parents before their children; empty where it has ended.
pub(crate) fn tree(
    root: ProcessKey,
    state: Found,
    children: bool,
    at: Elapsed,
) -> Vec<ProcessInfo> {
    let Some(mut info) = look(root, None, at) else { return Vec::new() };
    info.image.inherited = state == Found::Held;
    let mut found = vec![info];
    if !children || state == Found::Held {
        return found;
    }
    let mut keys = HashMap::from([(root.pid, root)]);
    for (key, parent) in below(&image::scan(), |pid| pid == root.pid) {
        if let Some(info) = keys.get(&parent).and_then(|parent| look(key, Some(*parent), at)) {
            keys.insert(key.pid, key);
            found.push(info);
        }
    }
    found
}

/// Those processes that descend from known ones and are not known themselves, each with its parent's number, parents
/// before their children.
pub(crate) fn below(
    processes: &[(ProcessKey, u32)],
    known: impl Fn(u32) -> bool,
) -> Vec<(ProcessKey, u32)> {
    let mut children: BTreeMap<u32, Vec<(ProcessKey, u32)>> = BTreeMap::new();
    for (key, parent) in processes {
        children.entry(*parent).or_default().push((*key, *parent));
    }
    let mut found = Vec::new();
    let mut parents: VecDeque<u32> = children.keys().copied().filter(|pid| known(*pid)).collect();
    while let Some(parent) = parents.pop_front() {
        // Taken out, so that a circle of parents, which numbers that are reused while we look can make, ends.
        for child in children.remove(&parent).unwrap_or_default() {
            if !known(child.0.pid) {
                parents.push_back(child.0.pid);
                found.push(child);
            }
        }
    }
    found
}

/// A process as it is found; `None` where it has ended.
pub(crate) fn look(
    key: ProcessKey,
    parent: Option<ProcessKey>,
    at: Elapsed,
) -> Option<ProcessInfo> {
    let stat = image::stat(key.pid).filter(|stat| stat.is_of(key))?;
    if stat.has_ended() {
        return None;
    }
    let image = image::image(key.pid).unwrap_or_default();
    Some(ProcessInfo { key, parent, started: at, uid: image::uid(key.pid), image })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn process(pid: u32, parent: u32) -> (ProcessKey, u32) {
        (ProcessKey { pid, start: 0 }, parent)
    }

    fn pids_below(processes: &[(ProcessKey, u32)], known: &[u32]) -> Vec<u32> {
        let found = below(processes, |pid| known.contains(&pid));
        found.into_iter().map(|(key, _)| key.pid).collect()
    }

    #[test]
    fn descendants_are_found_whatever_the_order_of_their_numbers() {
        let processes =
            [process(2, 40), process(3, 2), process(40, 5), process(5, 1), process(6, 1)];
        assert_eq!(pids_below(&processes, &[5]), [40, 2, 3]);
    }

    #[test]
    fn known_ones_are_left_out_and_their_children_are_not() {
        let processes = [process(5, 1), process(6, 5), process(7, 6)];
        assert_eq!(pids_below(&processes, &[5, 6]), [7]);
    }

    #[test]
    fn a_circle_of_parents_ends() {
        let processes = [process(5, 1), process(6, 5), process(7, 8), process(8, 7)];
        assert_eq!(pids_below(&processes, &[5]), [6]);
        assert_eq!(pids_below(&processes, &[5, 7]), [6, 8]);
    }

    #[test]
    fn an_ended_process_has_no_tree() {
        let key = ProcessKey { pid: std::process::id(), start: 1 };
        assert_eq!(tree(key, Found::Running, true, Elapsed::ZERO), []);
    }
}
