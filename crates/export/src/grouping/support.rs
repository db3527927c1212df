//! Floor 11. Made-up processes, and what is known of them.

use std::sync::Arc;

use procmon_model::process::{Image, ProcessInfo, ProcessKey};
use procmon_model::units::Elapsed;

use crate::facts::Facts;

/// Knows a user, a control group and the names that the kernel has.
pub(super) struct Known;

impl Facts for Known {
    fn cgroup(&self, _key: ProcessKey) -> Option<Arc<str>> {
        Some(Arc::from("/ci/job"))
    }

    fn descriptor_limit(&self, _key: ProcessKey) -> Option<u64> {
        Some(1024)
    }

    fn user(&self, _uid: u32) -> Option<Arc<str>> {
        Some(Arc::from("alice"))
    }

    fn kernel_name(&self, key: ProcessKey) -> Option<Arc<str>> {
        Some(Arc::from(format!("comm{}", key.pid)))
    }

    fn boot_seconds(&self) -> Option<f64> {
        Some(1_700_000_000.0)
    }
}

pub(super) fn key(pid: u32) -> ProcessKey {
    ProcessKey { pid, start: u64::from(pid) * 100 }
}

/// A child of the process before it.
pub(super) fn process(pid: u32, words: &[&str]) -> ProcessInfo {
    let exe = words.first().map(|word| (*word).to_owned());
    let name = exe.as_deref().and_then(|exe| exe.rsplit('/').next()).unwrap_or_default();
    let command = words.iter().map(|word| (*word).to_owned()).collect();
    let image = Image { name: name.to_owned(), command, exe, ..Image::default() };
    let parent = Some(key(pid - 1));
    ProcessInfo { key: key(pid), parent, started: Elapsed::ZERO, uid: Some(1000), image }
}
