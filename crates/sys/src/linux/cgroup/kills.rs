//! Floor 7. How many processes the kernel has killed for want of memory around a tree.

use std::fs::File;
use std::os::unix::fs::FileExt;

use crate::linux::cgroup::find::{self, Groups};
use crate::linux::cgroup::text;

/// Holds a whole `/proc/vmstat`, the longest text that is read here.
const BUFFER_BYTES: usize = 32 * 1024;

/// A count of kills, kept open so that it costs one read each time.
#[derive(Debug)]
pub(crate) struct KillCount {
    file: File,
    buffer: Box<[u8]>,
    first: u64,
    grown: u64,
}

impl KillCount {
    /// The count that is nearest to a process: that of its control group, else the machine's. `None` where the kernel
    /// keeps none (before Linux 4.13).
    pub(crate) fn around(process: &str) -> Option<Self> {
        let of_group = find::groups_of(process).and_then(|groups| Self::of_group(&groups));
        of_group.or_else(|| Self::open(File::open("/proc/vmstat").ok()?))
    }

    /// In version 2, the group that accounts for the process's memory is the nearest with a controller for it, and it
    /// counts for all below it. In version 1, each group counts for itself alone.
    pub(super) fn of_group(groups: &Groups) -> Option<Self> {
        if groups.memory_is_apart {
            let folder = &groups.memory.as_ref()?.folder;
            return Self::open(File::open(folder.join("memory.oom_control")).ok()?);
        }
        let mut files = groups.unified.as_ref()?.upwards().map(|at| at.join("memory.events"));
        Self::open(files.find_map(|file| File::open(file).ok())?)
    }

    fn open(file: File) -> Option<Self> {
        let mut buffer = vec![0; BUFFER_BYTES].into_boxed_slice();
        let first = read(&file, &mut buffer)?;
        Some(Self { file, buffer, first, grown: 0 })
    }

    /// How many there were since it was opened. A group that is gone counts no more.
    pub(crate) fn grown(&mut self) -> u64 {
        if let Some(now) = read(&self.file, &mut self.buffer) {
            self.grown = now.saturating_sub(self.first);
        }
        self.grown
    }
}

/// All three texts have a line of this name, and longer ones come in pieces.
fn read(file: &File, buffer: &mut [u8]) -> Option<u64> {
    let mut length = 0;
    while length < buffer.len() {
        match file.read_at(&mut buffer[length..], length as u64).ok()? {
            0 => break,
            more => length += more,
        }
    }
    text::field(&buffer[..length], b"oom_kill")
}
