//! Floor 6. Families whose figures can be worked out by hand.

use super::told::{born, end, ended, image, key, recording, sample, shape, tree};
use crate::analysis::family::{
    CpuBasis, Group, Link, More, RollUp, TreeOptions, TreeSort, process_tree,
};
use crate::event::ProcessEvent;
use crate::record::Record;
use crate::units::{Bytes, Elapsed};

/// `npm test` runs a shell, that jest, and that two workers of which one outlives the other.
fn jest() -> Vec<Record> {
    vec![
        born(1, 0, "npm test", 0),
        born(2, 1, "sh: jest", 100),
        born(3, 2, "jest", 120),
        born(4, 3, "jest worker 1", 300),
        born(5, 3, "jest worker 2", 310),
        sample(0, 400, &[(1, 50, 100), (2, 2, 10), (3, 90, 300), (4, 80, 200), (5, 70, 150)]),
        ended(4, 700, Some(300)),
        ended(5, 900, Some(500)),
        ended(3, 950, Some(150)),
        born(6, 2, "git rev-parse", 955),
        ended(6, 975, None),
        ended(2, 980, Some(5)),
        ended(1, 1000, Some(60)),
        end(1000, 1030),
    ]
}

fn labels(rolled: &RollUp) -> Vec<(&str, u64, Option<f64>)> {
    let line = |group: &Group| (group.processes, group.cpu_ms);
    rolled.groups.iter().map(|group| (group.label.as_str(), line(group).0, line(group).1)).collect()
}

#[test]
fn each_process_stands_below_the_one_that_started_it() {
    let tree = tree(jest());
    let expected = [
        (1, 0, None),
        (2, 1, Some(1)),
        (3, 2, Some(2)),
        (4, 3, Some(3)),
        (5, 3, Some(3)),
        (6, 2, Some(2)),
    ];
    assert_eq!(shape(&tree), expected);
    assert_eq!((tree.process_count, tree.depth_max, tree.orphans), (6, Some(3), 0));
    assert_eq!(tree.processes_peak, 5);
}

#[test]
fn own_figures_are_those_of_the_process_and_totals_those_of_all_below_it() {
    let tree = tree(jest());
    let own: Vec<_> =
        tree.processes.iter().map(|node| (node.cpu_ms.unwrap(), node.cpu_basis)).collect();
    let (told, shared) = (CpuBasis::Final, CpuBasis::Estimated);
    let expected =
        [(60.0, told), (5.0, told), (150.0, told), (300.0, told), (500.0, told), (15.0, shared)];
    assert_eq!(own, expected);
    assert_eq!((tree.estimated_cpu_ms, tree.unattributed_cpu_ms), (15.0, Some(0.0)));
    let below: Vec<_> = tree
        .processes
        .iter()
        .map(|node| (node.subtree.processes, node.subtree.cpu_ms.unwrap()))
        .collect();
    assert_eq!(below, [(6, 1030.0), (5, 970.0), (3, 950.0), (1, 300.0), (1, 500.0), (1, 15.0)]);
    let root = &tree.processes[0].subtree;
    assert_eq!(
        (root.rss_largest_bytes, root.read_bytes, root.written_bytes),
        (Some(Bytes::new(300)), Some(Bytes::new(50)), None)
    );
}

#[test]
fn a_life_that_nobody_read_is_unknown_where_nothing_is_left_to_share_out() {
    let node = |records| tree(records).processes[0].clone();
    let unknown = node(vec![born(1, 0, "x", 0), ended(1, 10, None), end(10, 0)]);
    assert_eq!((unknown.cpu_ms, unknown.cpu_basis), (None, CpuBasis::Unknown));
    assert_eq!((unknown.subtree.cpu_ms, unknown.rss_seen_bytes), (None, None));
    let living = node(vec![born(1, 0, "x", 0), sample(0, 10, &[(1, 4, 9)])]);
    assert_eq!((living.cpu_ms, living.cpu_basis), (Some(4.0), CpuBasis::Read));
    assert_eq!((living.ended_ms, living.rss_peak_bytes), (None, Some(Bytes::new(9))));
}

#[test]
fn the_path_goes_back_from_the_end_through_those_that_ended_last() {
    let path = tree(jest()).longest_path.unwrap();
    let link = |link: &Link| (link.key.pid, link.from_ms, link.to_ms, link.own_ms);
    let links: Vec<_> = path.links.iter().map(link).collect();
    let expected = [
        (1, 0.0, 1000.0, 120.0),
        (2, 100.0, 980.0, 30.0),
        (3, 120.0, 950.0, 240.0),
        (5, 310.0, 900.0, 590.0),
        (6, 955.0, 975.0, 20.0),
    ];
    assert_eq!(links, expected);
    assert_eq!((path.wall_ms, path.more), (1000.0, None));
}

#[test]
fn who_outlives_its_parent_did_not_hold_it_back() {
    let path = tree(vec![
        born(1, 0, "sh", 0),
        born(2, 1, "a daemon", 10),
        born(3, 1, "true", 20),
        ended(3, 60, Some(1)),
        ended(1, 100, Some(1)),
        ended(2, 500, Some(1)),
        end(500, 3),
    ])
    .longest_path
    .unwrap();
    let own: Vec<_> = path.links.iter().map(|link| (link.key.pid, link.own_ms)).collect();
    assert_eq!((own, path.wall_ms), (vec![(1, 60.0), (3, 40.0)], 100.0));
}

#[test]
fn roll_ups_tell_what_processes_have_in_common() {
    let tree = tree(jest());
    let workers = &tree.by_role.groups[0];
    assert_eq!((workers.label.as_str(), workers.cpu_ms), ("jest worker 2", Some(500.0)));
    let expected = [
        ("jest", 3, Some(950.0)),
        ("npm", 1, Some(60.0)),
        ("git", 1, Some(15.0)),
        ("sh", 1, Some(5.0)),
    ];
    assert_eq!(labels(&tree.by_tool), expected);
    let jest = &tree.by_tool.groups[0];
    assert_eq!((jest.duration_ms, jest.memory_peak_bytes), (830.0, Some(Bytes::new(650))));
    assert_eq!(labels(&tree.by_script), [("test", 6, Some(1030.0))]);
    assert_eq!(tree.by_command.groups.len(), 6);
}

#[test]
fn a_role_counts_from_when_it_was_taken() {
    let at = Elapsed::from_millis(40);
    let rename = ProcessEvent::Renamed { at, key: key(2), image: Some(image("tsc")) };
    let tree = tree(vec![
        born(1, 0, "npm run build", 0),
        born(2, 1, "npm run build (fork)", 10),
        sample(0, 20, &[(1, 1, 7), (2, 1, 9000)]),
        Record::Event(rename),
        sample(20, 50, &[(1, 1, 7), (2, 1, 30)]),
        ended(2, 90, Some(3)),
        ended(1, 100, Some(3)),
        end(100, 6),
    ]);
    let tsc = tree.by_role.groups.iter().find(|group| group.label == "tsc").unwrap();
    assert_eq!(
        (tsc.processes, tsc.duration_ms, tsc.memory_peak_bytes),
        (1, 50.0, Some(Bytes::new(30)))
    );
    assert_eq!(labels(&tree.by_script), [("build", 2, Some(6.0))]);
}

#[test]
fn what_is_not_listed_is_counted_where_it_would_stand() {
    let list = |options: TreeOptions| {
        let tree = process_tree(&recording(jest()), &options);
        let more: Vec<_> = tree.processes.iter().map(|node| node.more).collect();
        (shape(&tree).iter().map(|(pid, ..)| *pid).collect::<Vec<_>>(), more, tree)
    };
    let more = |processes, cpu_ms| Some(More { processes, cpu_ms: Some(cpu_ms) });
    let (pids, hidden, tree) = list(TreeOptions { processes: Some(4), ..TreeOptions::default() });
    assert_eq!((pids, hidden), (vec![1, 2, 3, 5], vec![None, more(1, 15.0), more(1, 300.0), None]));
    assert_eq!((tree.process_count, tree.processes[0].subtree.processes), (6, 6));
    let (pids, hidden, _) = list(TreeOptions { depth: Some(1), ..TreeOptions::default() });
    assert_eq!((pids, hidden), (vec![1, 2], vec![None, more(4, 965.0)]));
    let (pids, hidden, _) = list(TreeOptions { processes: Some(0), ..TreeOptions::default() });
    assert_eq!((pids, hidden), (vec![1], vec![more(5, 970.0)]));
    let (pids, ..) = list(TreeOptions { sort: TreeSort::Cpu, ..TreeOptions::default() });
    assert_eq!(pids, [1, 2, 3, 5, 4, 6]);
    let (pids, ..) = list(TreeOptions { sort: TreeSort::Memory, ..TreeOptions::default() });
    assert_eq!(pids, [1, 2, 3, 4, 5, 6]);
    let (.., tree) = list(TreeOptions { listed: 1, ..TreeOptions::default() });
    let (roles, path) = (tree.by_role.more.unwrap(), tree.longest_path.unwrap());
    assert_eq!((roles.groups, roles.processes, roles.cpu_ms), (5, 5, Some(530.0)));
    assert_eq!((path.links[0].key.pid, path.wall_ms), (5, 1000.0));
    assert_eq!(path.more.map(|more| (more.links, more.own_ms)), Some((4, 410.0)));
}

#[test]
fn the_pace_of_a_run_is_told_by_its_births_and_short_lives() {
    let tree = tree(jest());
    let spawned = (tree.spawned.processes, tree.spawned.mean_per_second);
    assert_eq!((spawned, tree.spawned.peak_per_second), ((5, Some(5.0)), 5));
    let short = tree.short_lived;
    assert_eq!((short.processes, short.share, short.cpu_ms), (1, Some(0.167), Some(15.0)));
}

#[test]
fn the_busiest_second_may_begin_anywhere() {
    let mut records = vec![born(1, 0, "make", 0)];
    for (pid, at) in (2..).zip([900, 1000, 1899, 1900, 3000]) {
        records.push(born(pid, 1, "cc", at));
    }
    records.push(end(4000, 1));
    assert_eq!(tree(records).spawned.peak_per_second, 3);
}

#[test]
fn who_was_alive_when_the_watching_began_was_not_started_then() {
    let records = vec![born(1, 0, "a", 5), born(2, 1, "b", 5), born(3, 1, "c", 6), end(1000, 1)];
    let mut recording = recording(records);
    recording.header.attached = true;
    assert_eq!(process_tree(&recording, &TreeOptions::default()).spawned.processes, 1);
}

#[test]
fn whoever_has_no_known_parent_hangs_below_the_root() {
    let tree = tree(vec![born(1, 0, "a", 0), born(3, 2, "b", 5), born(4, 3, "c", 6)]);
    assert_eq!(shape(&tree), [(1, 0, None), (3, 1, Some(1)), (4, 2, Some(3))]);
    assert_eq!((tree.orphans, tree.processes[1].parent), (1, Some(key(2))));
}

#[test]
fn the_header_stands_in_for_a_root_whose_birth_is_missing() {
    let tree = tree(vec![born(3, 2, "b", 5), ended(3, 8, Some(1))]);
    assert_eq!(shape(&tree), [(1, 0, None), (3, 1, Some(1))]);
    let root = &tree.processes[0];
    assert_eq!((root.name.as_str(), root.cpu_ms, root.subtree.cpu_ms), ("npm", None, Some(1.0)));
}

#[test]
fn parents_in_a_circle_are_hung_below_the_root_once() {
    let tree =
        tree(vec![born(1, 3, "a", 0), born(2, 3, "b", 5), born(3, 2, "c", 6), born(4, 4, "d", 7)]);
    let pids: Vec<_> = shape(&tree).iter().map(|(pid, ..)| *pid).collect();
    assert_eq!((pids, tree.orphans, tree.depth_max), (vec![1, 2, 3, 4], 2, Some(2)));
}

#[test]
fn a_recording_without_processes_has_no_family() {
    let tree = tree(vec![]);
    assert_eq!((tree.processes.len(), tree.process_count, tree.depth_max), (0, 0, None));
    assert_eq!(
        (tree.cpu_ms, tree.spawned.mean_per_second, tree.short_lived.share),
        (None, None, None)
    );
    assert_eq!((tree.longest_path, tree.by_role), (None, RollUp::default()));
}

#[test]
fn an_order_is_known_by_its_name() {
    for (name, sort) in TreeSort::NAMED {
        assert_eq!(TreeSort::named(name), Some(sort));
    }
    assert_eq!(TreeSort::named("name"), None);
}

#[test]
fn a_node_is_one_flat_object_in_json() {
    let records = vec![born(1, 0, "a", 0), ended(1, 8, Some(1)), end(8, 1)];
    let value = serde_json::to_value(&tree(records).processes[0]).unwrap();
    assert_eq!((&value["pid"], &value["startTime"]), (&1.into(), &7.into()));
    assert_eq!((&value["cpuBasis"], &value["subtree"]["cpuMs"]), (&"final".into(), &1.0.into()));
    assert_eq!((&value["parent"], &value["more"]), (&().into(), &().into()));
}
