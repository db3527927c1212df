//! Floor 7. Where a process's groups are shown, by the texts of hosts of every kind.

use std::path::{Path, PathBuf};

use crate::linux::cgroup::find::{Groups, groups};

/// A host with version 1 alone, such as Amazon Linux 2; two controllers share a hierarchy there.
const VERSION_1: [&str; 2] = [
    "11:memory:/user.slice\n10:cpuacct,cpu:/user.slice\n3:pids:/user.slice\n\
     1:name=systemd:/user.slice/user-0.slice/session-5.scope\n",
    "22 17 0:20 / /sys/fs/cgroup ro,nosuid,nodev,noexec shared:8 - tmpfs tmpfs ro,mode=755\n\
     23 22 0:21 / /sys/fs/cgroup/systemd rw shared:9 - cgroup cgroup rw,xattr,name=systemd\n\
     26 22 0:24 / /sys/fs/cgroup/cpu,cpuacct rw shared:11 - cgroup cgroup rw,cpuacct,cpu\n\
     28 22 0:26 / /sys/fs/cgroup/memory rw,nosuid shared:13 - cgroup cgroup rw,memory\n",
];

/// A host with version 2 alone: a runner of GitHub's.
const VERSION_2: [&str; 2] = [
    "0::/system.slice/hosted-compute-agent.service\n",
    "34 24 0:29 / /sys/fs/cgroup rw,nosuid,nodev,noexec,relatime shared:9 - cgroup2 cgroup2 \
     rw,nsdelegate,memory_recursiveprot\n",
];

/// Both: memory is accounted for by version 1.
const HYBRID: [&str; 2] = [
    "8:pids:/\n4:memory:/api/bd3b\n1:cpu:/\n0::/scope\n",
    "31 23 0:28 / /sys/fs/cgroup rw,relatime - tmpfs tmpfs rw,mode=755\n\
     32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu\n\
     35 31 0:32 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n\
     41 31 0:38 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n",
];

/// A container of Docker's on a host with version 1, whose group is mounted at the place of the topmost.
const DOCKER_1: [&str; 2] = [
    "9:memory:/docker/3f5a\n1:name=systemd:/docker/3f5a\n0::/system.slice/containerd.service\n",
    "754 753 0:36 /docker/3f5a /sys/fs/cgroup/memory ro,nosuid master:17 - cgroup cgroup rw,memory\n",
];

/// A container of Docker's on a host with version 2, in a namespace of its own.
const DOCKER_2: [&str; 2] = [
    "0::/\n",
    "1196 1195 0:29 / /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup rw,nsdelegate\n",
];

/// A container of Podman's without root, in the host's namespace.
const PODMAN: [&str; 2] = [
    "0::/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ab12.scope/container\n",
    "688 687 0:27 /user.slice/user-1000.slice/user@1000.service/user.slice/libpod-ab12.scope/container \
     /sys/fs/cgroup ro,nosuid,nodev,noexec,relatime - cgroup2 cgroup2 rw,nsdelegate\n",
];

fn of([cgroup, mountinfo]: [&str; 2]) -> Groups {
    groups(cgroup.as_bytes(), mountinfo.as_bytes(), |_| true)
}

/// Says where a host shows the groups: of the unified hierarchy, and of the memory's own.
#[track_caller]
fn check(host: [&str; 2], unified: Option<&str>, memory: Option<&str>) {
    let groups = of(host);
    let folders = [groups.unified, groups.memory].map(|shown| shown.map(|shown| shown.folder));
    assert_eq!(folders, [unified, memory].map(|folder| folder.map(PathBuf::from)));
}

#[test]
fn on_a_host_of_version_1_memory_has_a_hierarchy_of_its_own() {
    check(VERSION_1, None, Some("/sys/fs/cgroup/memory/user.slice"));
    assert!(of(VERSION_1).memory_is_apart);
}

#[test]
fn on_a_host_of_version_2_there_is_one_hierarchy() {
    let agent = "/sys/fs/cgroup/system.slice/hosted-compute-agent.service";
    check(VERSION_2, Some(agent), None);
    let groups = of(VERSION_2);
    assert!(!groups.memory_is_apart);
    let shown = groups.unified.unwrap();
    let upwards: Vec<&Path> = shown.upwards().collect();
    let above = ["/sys/fs/cgroup/system.slice", "/sys/fs/cgroup"].map(Path::new);
    assert_eq!(upwards, [Path::new(agent), above[0], above[1]]);
}

#[test]
fn on_a_hybrid_host_there_are_both() {
    let [scope, api] = ["/sys/fs/cgroup/unified/scope", "/sys/fs/cgroup/memory/api/bd3b"];
    check(HYBRID, Some(scope), Some(api));
}

#[test]
fn a_container_sees_its_own_group_at_the_top() {
    check(DOCKER_1, None, Some("/sys/fs/cgroup/memory/"));
    check(DOCKER_2, Some("/sys/fs/cgroup/"), None);
    check(PODMAN, Some("/sys/fs/cgroup/"), None);
    assert_eq!(of(PODMAN).unified.unwrap().upwards().count(), 1);
}

#[test]
fn a_group_outside_of_what_is_mounted_cannot_be_seen() {
    // The hierarchy as the host sees it, mounted into a namespace: the path from there to us has no name.
    let host_mount = "34 24 0:29 /../.. /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n";
    check(["0::/\n", host_mount], None, None);
    // A process of another namespace, beside ours.
    check(["0::/../sibling\n", DOCKER_2[1]], None, None);
    // Entered from outside, into a group that the container's mount does not show.
    check(["4:memory:/elsewhere\n", DOCKER_1[1]], None, None);
    assert!(of(["4:memory:/elsewhere\n", DOCKER_1[1]]).memory_is_apart);
}

#[test]
fn of_several_mounts_the_one_counts_that_shows_the_group_and_most_above_it() {
    let narrow = "50 24 0:29 /system.slice/hosted-compute-agent.service /here rw - cgroup2 x rw\n";
    let both = [narrow, VERSION_2[1]].concat();
    assert_eq!(of([VERSION_2[0], &both]), of(VERSION_2));
    let hidden = |folder: &Path| !folder.starts_with("/sys/fs/cgroup");
    let shown = groups(VERSION_2[0].as_bytes(), both.as_bytes(), hidden).unified.unwrap();
    assert_eq!(shown.folder, Path::new("/here"));
}

#[test]
fn a_group_that_was_removed_is_shown_nowhere() {
    let removed = groups(b"0::/scope (deleted)\n", VERSION_2[1].as_bytes(), |folder| {
        !folder.ends_with("scope (deleted)")
    });
    assert_eq!(removed, Groups::default());
}
