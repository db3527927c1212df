//! Floor 7. One look at a procfs: who lives there.

use std::collections::{BTreeSet, HashMap};
use std::io;

use procmon_model::process::ProcessKey;

use crate::linux::image;
use crate::linux::procfs::Procfs;
use crate::linux::surveyed::member::Face;
use crate::linux::table::is_gone;

/// What a look at one process shows.
#[derive(Debug)]
enum Sight {
    /// It lives.
    Living(Seen),
    /// It may live; that cannot be read, for want of a right or a descriptor.
    Hidden,
}

/// A living process.
#[derive(Debug)]
pub(super) struct Seen {
    pub(super) key: ProcessKey,
    /// Its parent's number.
    pub(super) parent: u32,
    pub(super) face: Face,
    /// Whether it has not called execve(2) since its birth.
    pub(super) is_copy: bool,
}

/// Everybody who was seen, by number.
pub(super) struct Sights(HashMap<u32, Sight>);

impl Sights {
    /// Looks at processes that are known and, with `all`, at everybody who is listed.
    pub(super) fn of(
        procfs: &Procfs,
        known: impl Iterator<Item = u32>,
        all: bool,
    ) -> io::Result<Self> {
        let mut pids: BTreeSet<u32> = known.collect();
        if all {
            pids.extend(procfs.pids()?);
        }
        let sights = pids.into_iter().filter_map(|pid| Some((pid, sight(procfs, pid)?)));
        Ok(Self(sights.collect()))
    }

    /// Who has this number.
    pub(super) fn living(&self, pid: u32) -> Option<&Seen> {
        match self.0.get(&pid)? {
            Sight::Living(seen) => Some(seen),
            Sight::Hidden => None,
        }
    }

    /// Whether a process has ended.
    pub(super) fn has_ended(&self, key: ProcessKey) -> bool {
        match self.0.get(&key.pid) {
            Some(Sight::Living(seen)) => seen.key != key,
            Some(Sight::Hidden) => false,
            None => true,
        }
    }

    /// Every living process, with its parent's number.
    pub(super) fn parents(&self) -> Vec<(ProcessKey, u32)> {
        let living = self.0.keys().filter_map(|pid| self.living(*pid));
        living.map(|seen| (seen.key, seen.parent)).collect()
    }
}

/// A look at one process; `None` where there is none, or it has ended and waits for its parent.
fn sight(procfs: &Procfs, pid: u32) -> Option<Sight> {
    match procfs.line(pid) {
        Ok(Some((stat, line))) if !stat.has_ended() => Some(Sight::Living(Seen {
            key: ProcessKey { pid, start: stat.start },
            parent: image::parent(pid, &stat),
            face: Face::of(&stat, &line),
            is_copy: !stat.has_own_program() && !stat.is_kernels(),
        })),
        Err(error) if !is_gone(&error) => Some(Sight::Hidden),
        _ => None,
    }
}
