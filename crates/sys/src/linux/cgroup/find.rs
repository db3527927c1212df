//! Floor 7. Where the control groups of a process are shown in our file system.
//!
//! `/proc/pid/cgroup` names a group by its path in the hierarchy, and `/proc/self/mountinfo` says which part of the
//! hierarchy is mounted where. In a container the two can contradict each other: then the group cannot be seen.

use std::fs;
use std::path::{Path, PathBuf};

use crate::linux::cgroup::text::{self, Membership, Mount};

/// A group that we can see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Its folder.
    pub(crate) folder: PathBuf,
    /// The folder of the highest of its ancestors that we can see.
    pub(crate) top: PathBuf,
}

impl Shown {
    /// Its folder and those of its ancestors, as far as we can see.
    pub(crate) fn upwards(&self) -> impl Iterator<Item = &Path> {
        self.folder.ancestors().take_while(|folder| folder.starts_with(&self.top))
    }
}

/// The groups of one process.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Groups {
    /// In the hierarchy of version 2.
    pub(crate) unified: Option<Shown>,
    /// In the hierarchy of version 1 that accounts for memory.
    pub(crate) memory: Option<Shown>,
    /// Whether it is version 1 that accounts for memory, shown or not.
    pub(crate) memory_is_apart: bool,
}

/// The groups of a process, by its number or `self`.
pub(crate) fn groups_of(process: &str) -> Option<Groups> {
    let cgroup = fs::read(format!("/proc/{process}/cgroup")).ok()?;
    let mountinfo = fs::read("/proc/self/mountinfo").ok()?;
    Some(groups(&cgroup, &mountinfo, |folder| folder.join("cgroup.procs").exists()))
}

/// The groups that two texts tell of. `exists`: whether a folder is one of a group, which it is not where something
/// else was mounted over it.
pub(crate) fn groups(cgroup: &[u8], mountinfo: &[u8], exists: impl Fn(&Path) -> bool) -> Groups {
    let mounts: Vec<Mount> = text::mounts(mountinfo).collect();
    let shown = |group: &Membership<'_>, of_hierarchy: fn(&Mount) -> bool| {
        let candidates = mounts.iter().filter(|mount| of_hierarchy(mount)).filter_map(|mount| {
            Some(Shown { folder: mount.shows(group.path)?, top: mount.point.clone() })
        });
        candidates.filter(|shown| exists(&shown.folder)).max_by_key(|shown| {
            // Where several mounts show it, the one that shows most of its ancestors.
            shown.upwards().count()
        })
    };
    // A process is in one group of each hierarchy.
    let unified = text::memberships(cgroup).filter(Membership::is_unified).last();
    let memory = text::memberships(cgroup).filter(Membership::is_memory).last();
    Groups {
        memory_is_apart: memory.is_some(),
        unified: unified.and_then(|group| shown(&group, |mount| mount.is_unified)),
        memory: memory.and_then(|group| shown(&group, |mount| mount.is_memory)),
    }
}
