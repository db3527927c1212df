//! Floor 11. What a way of grouping is, and the plainest one: by the program's name.

use std::sync::Arc;

use procmon_model::process::{ProcessInfo, ProcessKey};

use crate::facts::Facts;

/// A process whose group is to be told: at its birth, and again when it runs another program.
#[derive(Clone, Copy)]
pub struct Member<'a> {
    /// Who it is and what it runs.
    pub process: &'a ProcessInfo,
    /// The group of its parent; `None` where that is in none or not known.
    pub parent_group: Option<&'a Arc<str>>,
    /// Whom to ask for more.
    pub facts: &'a dyn Facts,
}

/// A way of grouping.
pub trait Grouper: Send {
    /// The name of the group; `None` for a process that is not counted at all.
    fn group(&mut self, member: Member<'_>) -> Option<Arc<str>>;

    /// A process has ended: whatever is kept of it can go.
    fn forget(&mut self, _key: ProcessKey) {}

    /// Groups that are shown with zeros as long as nobody is in them.
    fn expected(&self) -> Vec<Arc<str>> {
        Vec::new()
    }
}

impl<G: Grouper + ?Sized> Grouper for Box<G> {
    fn group(&mut self, member: Member<'_>) -> Option<Arc<str>> {
        (**self).group(member)
    }

    fn forget(&mut self, key: ProcessKey) {
        (**self).forget(key);
    }

    fn expected(&self) -> Vec<Arc<str>> {
        (**self).expected()
    }
}
