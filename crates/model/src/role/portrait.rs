//! Floor 2. What is known of a process when its role is asked for, and the answer.

use std::collections::BTreeMap;

/// The environment names that procmon reads of a process, and no others.
///
/// All of them are inherited by whatever a process starts, so none counts without a command line that fits it.
pub const ENVIRONMENT_NAMES: &[&str] = &[
    "JEST_WORKER_ID",
    "MOCHA_WORKER_ID",
    "NX_TASK_TARGET_PROJECT",
    "NX_TASK_TARGET_TARGET",
    "TINYPOOL_WORKER_ID",
    "VITEST",
    "npm_lifecycle_event",
    "npm_package_name",
];

/// One process, as far as its role can be told from it.
#[derive(Debug, Clone, Copy)]
pub struct Portrait<'a> {
    /// Its argv; empty for a zombie and for a thread of the kernel.
    pub command: &'a [String],
    /// The file that it runs, `None` when it may not be read.
    pub exe: Option<&'a str>,
    /// Those of [`ENVIRONMENT_NAMES`] that it has.
    pub environment: &'a BTreeMap<String, String>,
    /// The labels of its living ancestors, nearest first.
    pub ancestors: &'a [&'a str],
}

/// What a process is there for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// One line for a person: at most 40 letters, no control characters, no secrets.
    pub label: String,
    /// The process is one of several alike and carries no number of its own: the label gets a running one, first 1.
    pub numbered: bool,
}

impl Role {
    /// A role that stands for itself.
    pub(super) fn named(label: impl Into<String>) -> Self {
        Self { label: label.into(), numbered: false }
    }

    /// One of several processes alike.
    pub(super) fn one_of(label: impl Into<String>) -> Self {
        Self { label: label.into(), numbered: true }
    }
}
