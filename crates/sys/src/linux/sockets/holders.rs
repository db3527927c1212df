//! Floor 7. Which processes of the tree hold which sockets, by their descriptors in /proc.
//!
//! The folder of a process is read again only after the process has run: it cannot have got a descriptor otherwise.

use std::collections::{HashMap, HashSet};
use std::fs;
use std::io;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::MetadataExt;

use procmon_model::process::ProcessKey;
use procmon_model::units::CpuTime;

use crate::linux::{parse, syscall};

/// What is known of the processes of the tree.
#[derive(Debug)]
pub(super) struct Holders {
    /// The network namespace that we see; `None` where the kernel has none.
    ours: Option<Namespace>,
    processes: HashMap<ProcessKey, Process>,
}

type Namespace = (u64, u64);

#[derive(Debug)]
enum Process {
    /// Its descriptors may not be read, or its connections are those of another network.
    Hidden,
    Open {
        /// Its processor time just before its descriptors were read; `None` where they are to be read anew.
        read_at: Option<CpuTime>,
        inodes: Vec<u32>,
    },
}

impl Holders {
    pub(super) fn new() -> Self {
        Self { ours: namespace("self").ok(), processes: HashMap::new() }
    }

    /// Forgets all processes but these, and gets to know those that are new; answers who these are.
    pub(super) fn keep(&mut self, present: &[ProcessKey]) -> Vec<ProcessKey> {
        let all: HashSet<&ProcessKey> = present.iter().collect();
        self.processes.retain(|key, _| all.contains(key));
        let come = present.iter().filter(|key| !self.processes.contains_key(key));
        let come: Vec<ProcessKey> = come.copied().collect();
        for key in &come {
            let process = if self.may_be_seen(*key) {
                Process::Open { read_at: None, inodes: Vec::new() }
            } else {
                Process::Hidden
            };
            self.processes.insert(*key, process);
        }
        come
    }

    /// The processes whose connections can be seen.
    pub(super) fn visible(&self) -> HashSet<ProcessKey> {
        let open = |process: &Process| matches!(process, Process::Open { .. });
        self.processes.iter().filter(|(_, process)| open(process)).map(|(key, _)| *key).collect()
    }

    /// Reads which sockets a process holds, unless it has not run since the last time. One that may not be read is
    /// hidden for good: of its traffic a part would be missing.
    pub(super) fn look(&mut self, key: ProcessKey) {
        let now = syscall::process_cpu(key.pid);
        match self.processes.get(&key) {
            Some(Process::Open { read_at, .. }) if read_at.is_none() || *read_at != now => {}
            _ => return,
        }
        // Of a process that has ended, and where we are short of descriptors, what it held last is all there is to know.
        let Ok(seen) = self.sockets(key) else { return };
        let open = |inodes| Process::Open { read_at: now, inodes };
        self.processes.insert(key, seen.map_or(Process::Hidden, open));
    }

    /// The sockets that a process holds; `None` where that cannot be seen.
    fn sockets(&self, key: ProcessKey) -> io::Result<Option<Vec<u32>>> {
        if !self.may_be_seen(key) {
            return Ok(None);
        }
        match sockets(key.pid) {
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(None),
            inodes => inodes.map(Some),
        }
    }

    /// The holders of each socket, in the order of these processes.
    pub(super) fn by_inode(&self, order: &[ProcessKey]) -> HashMap<u32, Vec<ProcessKey>> {
        let mut holders: HashMap<u32, Vec<ProcessKey>> = HashMap::new();
        for key in order {
            let Some(Process::Open { inodes, .. }) = self.processes.get(key) else { continue };
            for inode in inodes {
                holders.entry(*inode).or_default().push(*key);
            }
        }
        holders
    }

    /// Whether its descriptors may be read and lead to our network. Both ask for the same right.
    fn may_be_seen(&self, key: ProcessKey) -> bool {
        match (namespace(&key.pid.to_string()), self.ours) {
            (Ok(theirs), Some(ours)) => theirs == ours,
            (Err(error), _) => error.kind() != io::ErrorKind::PermissionDenied,
            (Ok(_), None) => true,
        }
    }
}

/// The network namespace of a process (namespaces(7)).
fn namespace(pid: &str) -> io::Result<Namespace> {
    let file = fs::metadata(format!("/proc/{pid}/ns/net"))?;
    Ok((file.dev(), file.ino()))
}

/// The inodes of the sockets that a process holds.
fn sockets(pid: u32) -> io::Result<Vec<u32>> {
    let mut inodes = Vec::new();
    for entry in fs::read_dir(format!("/proc/{pid}/fd"))? {
        match fs::read_link(entry?.path()) {
            Ok(target) => inodes.extend(inode(target.as_os_str().as_bytes())),
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => return Err(error),
            // It was closed meanwhile.
            Err(_) => {}
        }
    }
    Ok(inodes)
}

/// The number in `socket:[123]`.
fn inode(link: &[u8]) -> Option<u32> {
    let digits = link.strip_prefix(b"socket:[")?.strip_suffix(b"]")?;
    u32::try_from(parse::number(digits)?).ok()
}
