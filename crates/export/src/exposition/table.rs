//! Floor 11. The shape of a table of names: which families there are of a group, a process, a run and of ourselves.

use std::collections::HashMap;

use crate::census::{Group, Process, Run, SelfFigures};

use super::family::{Family, Kind, Unit, Value};
use super::pace::Rates;

/// Which families there are, by what they are about.
pub(super) struct Table {
    pub(super) groups: Section<Group>,
    pub(super) processes: Section<Process>,
    pub(super) run: Section<Run>,
    pub(super) own: Section<SelfFigures>,
    /// Whether it tells how busy something has been since the scene before.
    pub(super) needs_rates: bool,
    /// Whether it tells of one member of each group.
    pub(super) needs_members: bool,
}

/// The families about one kind of thing.
pub(super) struct Section<E: 'static> {
    /// The names of the labels that say which one a sample is about.
    pub(super) labels: &'static [&'static str],
    /// Hands over their values, in that order.
    pub(super) identity: fn(&E, &Context<'_>, &mut Identify<'_>),
    /// The families, in parts that tables share.
    pub(super) rows: &'static [&'static [Row<E>]],
}

/// One family, and where its values come from.
pub(super) struct Row<E: 'static> {
    pub(super) family: Family,
    pub(super) source: Source<E>,
}

/// Takes the values of the labels that say which one a sample is about.
pub(super) type Identify<'a> = dyn FnMut(&[&str]) + 'a;

/// Looks a value up; `None` is unknown and shown nowhere.
pub(super) type Look<E> = fn(&E) -> Option<Value>;

/// Takes a sample: the values of the family's own labels, and its value.
pub(super) type Take<'a> = dyn FnMut(&[&str], Value) + 'a;

/// Where the samples of a family come from.
pub(super) enum Source<E: 'static> {
    /// There is one at most.
    One(Look<E>),
    /// There is one at most for each of these values of the family's only label.
    Split(&'static [(&'static str, Look<E>)]),
    /// There are as many as it says.
    Any(fn(&E, &Context<'_>, &mut Take<'_>)),
}

/// What a table may look at beside the thing itself.
pub(super) struct Context<'a> {
    /// How busy everybody has been since the scene before; `None` where nobody has kept it.
    pub(super) rates: Option<&'a Rates>,
    /// The first process that is shown of each group, where the table asks for it.
    pub(super) first_members: HashMap<&'a str, &'a Process>,
}

/// A family that only grows.
pub(super) const fn counter<E>(
    name: &'static str,
    help: &'static str,
    unit: Unit,
    labels: &'static [&'static str],
    source: Source<E>,
) -> Row<E> {
    Row { family: Family { name, help, kind: Kind::Counter, unit, labels }, source }
}

/// A family that goes up and down.
pub(super) const fn gauge<E>(
    name: &'static str,
    help: &'static str,
    unit: Unit,
    labels: &'static [&'static str],
    source: Source<E>,
) -> Row<E> {
    Row { family: Family { name, help, kind: Kind::Gauge, unit, labels }, source }
}

/// A family whose labels tell everything.
pub(super) const fn info<E>(
    name: &'static str,
    help: &'static str,
    labels: &'static [&'static str],
    source: Source<E>,
) -> Row<E> {
    let family = Family { name, help, kind: Kind::Info, unit: Unit::None, labels };
    Row { family, source }
}

impl Table {
    /// Whether a family has a label of this name of its own.
    pub(super) fn uses(&self, label: &str) -> bool {
        self.groups.uses(label)
            || self.processes.uses(label)
            || self.run.uses(label)
            || self.own.uses(label)
    }
}

impl<E> Section<E> {
    fn uses(&self, label: &str) -> bool {
        let mut families = self.rows.iter().flat_map(|rows| rows.iter()).map(|row| row.family);
        self.labels.contains(&label) || families.any(|family| family.labels.contains(&label))
    }
}
