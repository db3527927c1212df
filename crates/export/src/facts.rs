//! Floor 11. What is asked of the system about a process beside what a session reads: seldom, and only where it is shown.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::Arc;

use procmon_model::process::ProcessKey;
use procmon_sys::Procfs;

/// Answers about living processes. `None` is unknown: the process has gone, the system hides it, or has no such thing.
pub trait Facts: Send {
    /// The path of the process's control group (cgroups(7)); of version 1 that of the first controller.
    fn cgroup(&self, key: ProcessKey) -> Option<Arc<str>>;

    /// How many descriptors it may have open (`RLIMIT_NOFILE`, the soft limit).
    fn descriptor_limit(&self, key: ProcessKey) -> Option<u64>;

    /// The name of a user.
    fn user(&self, uid: u32) -> Option<Arc<str>>;

    /// The kernel's own name for it (`comm`), which a program may set.
    fn kernel_name(&self, _key: ProcessKey) -> Option<Arc<str>> {
        None
    }

    /// When the machine started, in seconds since 1970: the start of a process counts from there.
    fn boot_seconds(&self) -> Option<f64> {
        None
    }
}

/// Asks this machine, or the one whose procfs it is.
#[derive(Debug, Default)]
pub struct SystemFacts {
    procfs: Procfs,
    /// Names of users are looked up once: that can take a server in the network.
    users: RefCell<HashMap<u32, Option<Arc<str>>>>,
}

impl SystemFacts {
    /// By this procfs.
    pub fn of(procfs: Procfs) -> Self {
        Self { procfs, users: RefCell::default() }
    }
}

impl Facts for SystemFacts {
    fn cgroup(&self, key: ProcessKey) -> Option<Arc<str>> {
        self.procfs.control_group(key).map(Arc::from)
    }

    fn descriptor_limit(&self, key: ProcessKey) -> Option<u64> {
        self.procfs.descriptor_limit(key)
    }

    fn user(&self, uid: u32) -> Option<Arc<str>> {
        let look_up = || procmon_sys::user_name(uid).map(Arc::from);
        self.users.borrow_mut().entry(uid).or_insert_with(look_up).clone()
    }

    fn kernel_name(&self, key: ProcessKey) -> Option<Arc<str>> {
        self.procfs.kernel_name(key).map(Arc::from)
    }

    fn boot_seconds(&self) -> Option<f64> {
        self.procfs.boot_seconds().map(|seconds| seconds as f64)
    }
}

/// Knows nothing: recordings of other machines are all there is.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoFacts;

impl Facts for NoFacts {
    fn cgroup(&self, _key: ProcessKey) -> Option<Arc<str>> {
        None
    }

    fn descriptor_limit(&self, _key: ProcessKey) -> Option<u64> {
        None
    }

    fn user(&self, _uid: u32) -> Option<Arc<str>> {
        None
    }
}
