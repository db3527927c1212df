//! Floor 6. Who stands below whom, in what order, and what each subtree comes to. Every step takes as long as there are
//! processes and none calls itself, so that neither their number nor the depth of a chain is a danger.

use std::cmp::Reverse;
use std::collections::HashMap;

use crate::process::ProcessKey;
use crate::stats::known_sum;
use crate::units::{Bytes, CpuTime};

use super::gather::Member;
use super::shape::TreeSort;

/// Who stands below whom. Processes are named by their places.
#[derive(Debug)]
pub(super) struct Kin {
    /// The one above each; `None` of the root alone.
    pub(super) above: Vec<Option<usize>>,
    /// All of them, each behind the one above, and siblings as they were born.
    pub(super) order: Vec<usize>,
    /// How many stand above each.
    pub(super) depth: Vec<usize>,
    /// How many hang below the root for want of a parent that is known.
    pub(super) orphans: u64,
    births: Vec<usize>,
}

/// What one process or a whole subtree used.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Use {
    pub(super) processes: u64,
    pub(super) cpu: Option<CpuTime>,
    /// The largest resident memory of one process.
    pub(super) rss: Option<Bytes>,
    pub(super) read: Option<Bytes>,
    pub(super) written: Option<Bytes>,
}

impl Use {
    pub(super) fn add(&mut self, other: &Self) {
        self.processes += other.processes;
        self.cpu = known_sum(self.cpu, other.cpu);
        self.rss = self.rss.max(other.rss);
        self.read = known_sum(self.read, other.read);
        self.written = known_sum(self.written, other.written);
    }
}

impl Kin {
    /// The family of a root. Whoever has no parent among the others hangs below it.
    pub(super) fn of(
        members: &[Member],
        places: &HashMap<ProcessKey, usize>,
        root: ProcessKey,
    ) -> Self {
        let root = places.get(&root).copied();
        let parent = |member: &Member| places.get(&member.life.info.parent?).copied();
        let mut above: Vec<Option<usize>> = members.iter().map(parent).collect();
        if let Some(root) = root {
            above[root] = None;
        }
        open_circles(&mut above);
        let mut orphans = 0;
        for (place, above) in above.iter_mut().enumerate() {
            if above.is_none() && Some(place) != root {
                *above = root;
                orphans += 1;
            }
        }
        let mut births: Vec<usize> = (0..members.len()).collect();
        births.sort_by_key(|place| members[*place].life.info.started);
        let order = ordered(&above, &births);
        let mut depth = vec![0; members.len()];
        for place in &order {
            depth[*place] = above[*place].map_or(0, |above| depth[above] + 1);
        }
        Self { above, order, depth, orphans, births }
    }

    /// What each subtree comes to, from what each process used.
    pub(super) fn totals(&self, own: &[Use]) -> Vec<Use> {
        let mut totals = own.to_vec();
        for place in self.order.iter().rev() {
            if let Some(above) = self.above[*place] {
                let below = totals[*place];
                totals[above].add(&below);
            }
        }
        totals
    }

    /// All of them, each behind the one above, and siblings as they are asked for.
    pub(super) fn sorted(&self, sort: TreeSort, totals: &[Use]) -> Vec<usize> {
        let mut siblings = self.births.clone();
        match sort {
            TreeSort::Birth => return self.order.clone(),
            TreeSort::Cpu => siblings.sort_by_key(|place| Reverse(totals[*place].cpu)),
            TreeSort::Memory => siblings.sort_by_key(|place| Reverse(totals[*place].rss)),
        }
        ordered(&self.above, &siblings)
    }
}

/// Cuts every circle of parents, which only a damaged recording has: no walk from child to parent meets itself.
fn open_circles(above: &mut [Option<usize>]) {
    let mut seen_by = vec![usize::MAX; above.len()];
    for begin in 0..above.len() {
        let mut at = begin;
        while seen_by[at] == usize::MAX {
            seen_by[at] = begin;
            match above[at] {
                Some(next) => at = next,
                None => break,
            }
        }
        if seen_by[at] == begin {
            above[at] = None;
        }
    }
}

/// All places, each behind the one above it, and the places below one in the order of `siblings`.
fn ordered(above: &[Option<usize>], siblings: &[usize]) -> Vec<usize> {
    let mut first_below = vec![None; above.len()];
    let mut next_beside = vec![None; above.len()];
    let mut top = None;
    for place in siblings.iter().rev() {
        let first = above[*place].map_or(&mut top, |above| &mut first_below[above]);
        next_beside[*place] = first.replace(*place);
    }
    let mut order = Vec::with_capacity(above.len());
    let mut at = top;
    while let Some(place) = at {
        order.push(place);
        at = first_below[place].or_else(|| beside(place, above, &next_beside));
    }
    order
}

/// The next sibling of a place, or of the nearest place above it that has one. Over a whole walk each place is left
/// upwards once.
fn beside(place: usize, above: &[Option<usize>], next_beside: &[Option<usize>]) -> Option<usize> {
    let mut at = Some(place);
    while let Some(place) = at {
        if next_beside[place].is_some() {
            return next_beside[place];
        }
        at = above[place];
    }
    None
}
