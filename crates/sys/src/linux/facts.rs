//! Floor 7. What is seldom asked about a process: its control group, its limit of descriptors, the kernel's name for it.
//!
//! Each answers `None` where the process has gone, or its number belongs to another by now.

use std::fs;

use procmon_model::process::ProcessKey;

use crate::linux::cgroup::text;
use crate::linux::parse;
use crate::linux::procfs::Procfs;

impl Procfs {
    /// The path of a process's control group (cgroups(7)): of version 2, or of the first hierarchy of version 1 where
    /// there is no other. `None` where it has gone or there are none.
    pub fn control_group(&self, key: ProcessKey) -> Option<String> {
        let listed = self.read(key, "cgroup")?;
        let path =
            |membership: text::Membership<'_>| membership.path.to_string_lossy().into_owned();
        let unified = text::memberships(&listed).filter(text::Membership::is_unified).last();
        // Where both are mounted, version 2 holds everything in its root.
        let told = unified.map(path).filter(|path| path != "/");
        told.or_else(|| text::memberships(&listed).map(path).find(|path| path != "/"))
            .or_else(|| text::memberships(&listed).next().map(path))
    }

    /// How many descriptors a process may have open: the soft limit of `/proc/pid/limits`, which tells it of
    /// everybody's processes while prlimit(2) does of one's own. `None` also where there is no limit.
    pub fn descriptor_limit(&self, key: ProcessKey) -> Option<u64> {
        parse::descriptor_limit(&self.read(key, "limits")?)
    }

    /// The name that the kernel has for a process, of 15 bytes at most (`comm` of `proc_pid_comm(5)`).
    pub fn kernel_name(&self, key: ProcessKey) -> Option<String> {
        let name = self.read(key, "comm")?;
        Some(String::from_utf8_lossy(name.strip_suffix(b"\n").unwrap_or(&name)).into_owned())
    }

    /// When the machine started, in seconds since 1970: the start of a process counts from there (`btime` of
    /// `proc_stat(5)`, which is rounded to a second).
    pub fn boot_seconds(&self) -> Option<u64> {
        parse::boot_seconds(&fs::read(self.path("stat")).ok()?)
    }

    fn read(&self, key: ProcessKey, name: &str) -> Option<Vec<u8>> {
        let bytes = fs::read(self.file(key.pid, name)).ok()?;
        // Looked at afterwards, so that what was read belongs to this very process.
        self.stat(key.pid).filter(|stat| stat.is_of(key)).map(|_| bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::linux::image;

    const OWN: Procfs = Procfs::own();

    fn own_key() -> ProcessKey {
        let pid = std::process::id();
        ProcessKey { pid, start: image::stat(pid).unwrap().start }
    }

    #[test]
    fn tells_our_own_limit_name_and_group() {
        let limit = crate::linux::kernel::limits::descriptor_limit();
        assert_eq!(OWN.descriptor_limit(own_key()), Some(limit));
        let name = fs::read_to_string("/proc/self/comm").unwrap();
        assert_eq!(OWN.kernel_name(own_key()).as_deref(), Some(name.trim_end()));
        let groups = fs::read_to_string("/proc/self/cgroup").unwrap();
        let group = OWN.control_group(own_key()).unwrap();
        assert!(
            groups.lines().any(|line| line.ends_with(&format!(":{group}"))),
            "{group}: {groups}"
        );
    }

    #[test]
    fn another_process_of_the_same_number_tells_nothing() {
        let other = ProcessKey { start: own_key().start + 5, ..own_key() };
        let told = (OWN.control_group(other), OWN.descriptor_limit(other), OWN.kernel_name(other));
        assert_eq!(told, (None, None, None));
    }

    #[test]
    fn the_machine_started_before_now() {
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
        let booted = OWN.boot_seconds().unwrap();
        assert!(booted > 1_000_000_000 && booted <= now.as_secs(), "{booted}");
    }
}
