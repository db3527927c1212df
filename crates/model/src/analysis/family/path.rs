//! Floor 6. The longest path: which processes the root's end waited for, each moment of its life with exactly one.

use std::cmp::Reverse;
use std::time::Duration;

use crate::analysis::summary::millis;
use crate::units::Elapsed;

use super::gather::Gathered;
use super::kin::Kin;
use super::shape::{Link, LongestPath, MoreLinks};

/// One process on the path.
#[derive(Debug, Clone, Copy)]
struct Step {
    place: usize,
    from: Elapsed,
    to: Elapsed,
    own: Duration,
}

/// The longest path of a family, at most so many of its links; `None` of no family.
pub(super) fn longest_path(gathered: &Gathered, kin: &Kin, listed: usize) -> Option<LongestPath> {
    let root = *kin.order.first()?;
    let mut steps = walk(gathered, kin, root);
    let wall: Duration = steps.iter().map(|step| step.own).sum();
    steps.sort_by_key(|step| Reverse(step.own));
    let rest = steps.split_off(listed.min(steps.len()));
    steps.sort_by_key(|step| (step.from, kin.depth[step.place]));
    let link = |step: &Step| {
        let info = &gathered.members[step.place].life.info;
        Link {
            key: info.key,
            name: info.image.name.clone(),
            role: info.image.role.clone(),
            depth: kin.depth[step.place],
            from_ms: millis(step.from),
            to_ms: millis(step.to),
            own_ms: length(step.own),
        }
    };
    let own: Duration = rest.iter().map(|step| step.own).sum();
    let more = MoreLinks { links: rest.len() as u64, own_ms: length(own) };
    Some(LongestPath {
        wall_ms: length(wall),
        links: steps.iter().map(link).collect(),
        more: (!rest.is_empty()).then_some(more),
    })
}

/// Walks back from the root's end to its birth.
fn walk(gathered: &Gathered, kin: &Kin, root: usize) -> Vec<Step> {
    let mut below = children_by_end(gathered, kin);
    let born = |place: usize| gathered.members[place].life.info.started;
    let ended = |place: usize| gathered.members[place].ended();
    let mut at = ended(root).unwrap_or(gathered.until).max(born(root));
    let mut open = vec![Step { place: root, from: born(root), to: at, own: Duration::ZERO }];
    let mut closed = Vec::new();
    while let Some(step) = open.last_mut() {
        let waited_for = std::iter::from_fn(|| below[step.place].pop())
            .find(|child| ended(*child).is_some_and(|end| end <= at));
        let child = waited_for.and_then(|child| Some((child, ended(child)?)));
        if let Some((child, end)) = child.filter(|(_, end)| *end > step.from) {
            step.own += at.since(end);
            at = end;
            let from = born(child).max(step.from).min(end);
            open.push(Step { place: child, from, to: end, own: Duration::ZERO });
        } else {
            step.own += at.since(step.from);
            at = step.from;
            closed.extend(open.pop());
        }
    }
    closed
}

/// The children of each process that ended, the last to end at the end; of those that ended together the one that was
/// born first.
fn children_by_end(gathered: &Gathered, kin: &Kin) -> Vec<Vec<usize>> {
    let mut below = vec![Vec::new(); gathered.members.len()];
    let end_and_birth = |place: usize| {
        let member = &gathered.members[place];
        (member.ended(), Reverse(member.life.info.started))
    };
    let mut ended: Vec<usize> = kin.order.clone();
    ended.retain(|place| gathered.members[*place].ended().is_some());
    ended.sort_by_key(|place| end_and_birth(*place));
    for place in ended {
        if let Some(above) = kin.above[place] {
            below[above].push(place);
        }
    }
    below
}

fn length(duration: Duration) -> f64 {
    millis(Elapsed::ZERO + duration)
}
