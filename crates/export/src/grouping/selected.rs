//! Floor 11. Who is counted at all: some processes with what they start, and those that patterns let through.

use std::collections::HashSet;
use std::sync::Arc;

use procmon_model::process::{ProcessInfo, ProcessKey};

use super::grouper::{Grouper, Member};
use super::pattern::Pattern;

/// Which processes are counted. The default takes all of them.
#[derive(Debug, Clone, Default)]
pub struct Selection {
    /// These and what they start.
    pub pids: Vec<u32>,
    /// Those of these names, and what they start.
    pub names: Vec<String>,
    /// Those that one of these means; all where there are none.
    pub include: Vec<Pattern>,
    /// Not those that one of these means.
    pub exclude: Vec<Pattern>,
    /// Groups that are shown with zeros as long as nobody is in them.
    pub expect: Vec<Arc<str>>,
}

/// A way of grouping, for those alone that are selected.
pub struct Selected<G> {
    selection: Selection,
    grouper: G,
    /// The living that were named or descend from one that was, whether patterns let them through or not.
    inside: HashSet<ProcessKey>,
}

impl<G: Grouper> Selected<G> {
    /// With this selection.
    pub fn new(selection: Selection, grouper: G) -> Self {
        Self { selection, grouper, inside: HashSet::new() }
    }

    fn is_inside(&mut self, process: &ProcessInfo) -> bool {
        let Selection { pids, names, .. } = &self.selection;
        if pids.is_empty() && names.is_empty() {
            return true;
        }
        // Once inside it stays there, whatever it runs next.
        let is_inside = pids.contains(&process.key.pid)
            || names.contains(&process.image.name)
            || process.parent.is_some_and(|parent| self.inside.contains(&parent))
            || self.inside.contains(&process.key);
        if is_inside {
            self.inside.insert(process.key);
        }
        is_inside
    }
}

impl<G: Grouper> Grouper for Selected<G> {
    fn group(&mut self, member: Member<'_>) -> Option<Arc<str>> {
        if !self.is_inside(member.process) {
            return None;
        }
        let image = &member.process.image;
        let Selection { include, exclude, .. } = &self.selection;
        let means = |patterns: &[Pattern]| patterns.iter().any(|pattern| pattern.matches(image));
        if (!include.is_empty() && !means(include)) || means(exclude) {
            return None;
        }
        self.grouper.group(member)
    }

    fn forget(&mut self, key: ProcessKey) {
        self.inside.remove(&key);
        self.grouper.forget(key);
    }

    fn expected(&self) -> Vec<Arc<str>> {
        let own = self.selection.expect.iter().cloned();
        own.chain(self.grouper.expected()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::key::By;
    use super::super::support::{Known, key, process};
    use super::*;

    fn patterns(texts: &[&str]) -> Vec<Pattern> {
        texts.iter().map(|text| Pattern::parse(text).unwrap()).collect()
    }

    fn counted(selected: &mut Selected<By>, pid: u32, name: &str) -> bool {
        let process = process(pid, &[name]);
        selected.group(Member { process: &process, parent_group: None, facts: &Known }).is_some()
    }

    #[test]
    fn a_process_that_was_named_is_counted_with_what_it_starts_also_through_excluded_ones() {
        let selection = Selection {
            names: vec!["npm".to_owned()],
            exclude: patterns(&["sh"]),
            ..Selection::default()
        };
        let mut selected = Selected::new(selection, By::Name);
        let told = [(2, "init"), (3, "npm"), (4, "sh"), (5, "node"), (9, "node")]
            .map(|(pid, name)| counted(&mut selected, pid, name));
        assert_eq!(told, [false, true, false, true, false]);
    }

    #[test]
    fn a_number_that_is_given_to_another_process_later_says_nothing_of_it() {
        let names = vec!["npm".to_owned()];
        let mut selected = Selected::new(Selection { names, ..Selection::default() }, By::Name);
        assert!(counted(&mut selected, 3, "npm"));
        assert!(counted(&mut selected, 3, "node"), "it runs another program now");
        selected.forget(key(3));
        assert!(!counted(&mut selected, 4, "node"));
    }

    #[test]
    fn patterns_let_through_who_is_included_and_not_excluded() {
        let selection = Selection {
            include: patterns(&["node", "/^ts/"]),
            exclude: patterns(&["nodemon"]),
            ..Selection::default()
        };
        let mut selected = Selected::new(selection, By::Name);
        let told = ["node", "tsc", "nodemon", "bash"].map(|name| counted(&mut selected, 7, name));
        assert_eq!(told, [true, true, false, false]);
    }
}
