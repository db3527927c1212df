//! Floor 7. The texts about groups, whole and damaged.

use std::path::Path;

use proptest::prelude::*;

use crate::linux::cgroup::find::groups;
use crate::linux::cgroup::text::{field, members, memberships, mounts, number};

#[test]
fn a_key_is_found_by_its_whole_name() {
    let events = b"low 0\nhigh 3\nmax 7\noom 2\noom_kill 1\noom_group_kill 0\n";
    assert_eq!((field(events, b"oom_kill"), field(events, b"oom")), (Some(1), Some(2)));
    assert_eq!((field(events, b"kill"), field(events, b"")), (None, None));
    let control = b"oom_kill_disable 0\nunder_oom 0\noom_kill 12\n";
    assert_eq!(field(control, b"oom_kill"), Some(12));
    let of_linux_4_12 = b"oom_kill_disable 0\nunder_oom 0\n";
    assert_eq!(field(of_linux_4_12, b"oom_kill"), None);
    let stat = b"usage_usec 11462036982\nuser_usec 9123412546\nsystem_usec 2338624435\n";
    assert_eq!(field(stat, b"usage_usec"), Some(11_462_036_982));
}

#[test]
fn a_number_stands_alone_or_is_none() {
    assert_eq!((number(b"4096\n"), number(b"max\n"), number(b"")), (Some(4096), None, None));
    assert_eq!((number(b"+5\n"), field(b"oom_kill +5\n", b"oom_kill")), (None, None));
}

#[test]
fn processes_of_other_namespaces_are_no_members() {
    assert_eq!(members(b"0\n17\n0\n4\n").collect::<Vec<_>>(), [17, 4]);
    assert_eq!(members(b"").count(), 0);
}

#[test]
fn a_path_of_a_group_may_have_colons_and_has_to_be_absolute() {
    let paths = |text: &'static [u8]| -> Vec<_> { memberships(text).map(|it| it.path).collect() };
    assert_eq!(paths(b"0::/machine/qemu:1:x\n"), [Path::new("/machine/qemu:1:x")]);
    assert_eq!(paths(b"0::\n0:\n\n3:memory\n4:memory:relative\n"), [] as [&Path; 0]);
}

#[test]
fn spaces_and_backslashes_of_a_mount_are_what_they_were() {
    let line = b"30 20 0:26 /a\\134b /mnt/my\\040groups\\8 rw - cgroup2 none rw\n";
    let mount = mounts(line).next().unwrap();
    assert_eq!(mount.point, Path::new("/mnt/my groups\\8"));
    let shown = mount.shows(Path::new("/a\\b/c"));
    assert_eq!(shown.as_deref(), Some(Path::new("/mnt/my groups\\8/c")));
}

#[test]
fn an_escape_is_three_digits_and_no_sign() {
    let line = b"30 20 0:26 / /mnt\\+12\\777\\\\101\\ rw - cgroup2 none rw\n";
    assert_eq!(mounts(line).next().unwrap().point, Path::new("/mnt\\+12\\777\\A\\"));
}

#[test]
fn a_mount_that_shows_no_absolute_path_shows_no_group() {
    for root in ["", "a"] {
        let line = format!("30 20 0:26 {root} /mnt rw - cgroup2 none rw\n");
        assert_eq!(groups(b"0::/a\n", line.as_bytes(), |_| true).unified, None, "{root:?}");
    }
}

#[test]
fn other_mounts_are_passed_over() {
    let others = b"22 27 0:21 / /proc rw,relatime - proc proc rw\n\
        28 20 0:23 / /sys/fs/cgroup ro shared:9 - tmpfs memory rw,memory\n\
        29 20 0:23 / /cgroup rw - cgroup\n\
        - cgroup2 none rw\n";
    assert_eq!(mounts(others).count(), 0);
}

proptest! {
    #[test]
    fn no_bytes_make_a_parser_panic(cgroup in any::<Vec<u8>>(), mountinfo in any::<Vec<u8>>()) {
        prop_assert!(memberships(&cgroup).count() <= cgroup.len());
        prop_assert!(mounts(&mountinfo).count() <= mountinfo.len());
        prop_assert!(members(&cgroup).count() <= cgroup.len());
        field(&cgroup, &mountinfo);
        number(&cgroup);
    }

    #[test]
    fn no_damage_to_a_real_text_makes_a_parser_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        which in any::<bool>(),
    ) {
        let cgroup = std::fs::read("/proc/self/cgroup").unwrap();
        let mountinfo = std::fs::read("/proc/self/mountinfo").unwrap();
        let (mut damaged, whole) = if which { (cgroup, mountinfo) } else { (mountinfo, cgroup) };
        for (place, byte) in edits {
            let place = place.index(damaged.len());
            damaged[place] = byte;
        }
        let (cgroup, mountinfo) = if which { (damaged, whole) } else { (whole, damaged) };
        let found = groups(&cgroup, &mountinfo, |_| true);
        for shown in [found.unified, found.memory].into_iter().flatten() {
            prop_assert!(shown.folder.starts_with(&shown.top));
        }
    }

    #[test]
    fn every_path_survives_a_mount_that_shows_everything(path in "(/[^/\n]{1,9}){1,4}") {
        prop_assume!(!Path::new(&path).components().any(|part| part.as_os_str() == ".."));
        let cgroup = format!("0::{path}\n");
        let mountinfo = b"34 24 0:29 / /sys/fs/cgroup rw shared:9 - cgroup2 cgroup2 rw\n";
        let found = groups(cgroup.as_bytes(), mountinfo, |_| true).unified.unwrap();
        prop_assert_eq!(found.folder, Path::new("/sys/fs/cgroup").join(&path[1..]));
    }

    #[test]
    fn any_number_comes_back_from_behind_its_key(value in any::<u64>(), key in "[a-z_]{1,12}") {
        let text = format!("x{key} 1\n{key} {value}\n{key}x 2\n");
        prop_assert_eq!(field(text.as_bytes(), key.as_bytes()), Some(value));
    }
}
