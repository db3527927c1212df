//! Floor 11. The way through a scene by a table of names: family by family, as both formats demand it.

use std::slice;

use crate::census::Scene;

use super::family::{Family, Value};
use super::table::{Context, Section, Source, Table};

/// Whoever is told of everything that is found.
pub(super) trait Visitor {
    /// Others are looked at from now on.
    fn section(&mut self);

    /// One of them, with the labels that say which.
    fn entity(&mut self, names: &[&'static str], values: &[&str]);

    /// A family of samples about them; it may turn out to have none.
    fn family(&mut self, family: &'static Family);

    /// A sample of that family about the entity of this number, with the values of the family's own labels.
    fn sample(&mut self, entity: usize, values: &[&str], value: Value);
}

/// Goes through everything.
pub(super) fn walk(
    scene: &Scene,
    table: &'static Table,
    context: &Context<'_>,
    visitor: &mut impl Visitor,
) {
    walk_section(&table.groups, &scene.groups, context, visitor);
    walk_section(&table.processes, &scene.processes, context, visitor);
    if let Some(run) = &scene.run {
        walk_section(&table.run, slice::from_ref(run), context, visitor);
    }
    walk_section(&table.own, slice::from_ref(&scene.own), context, visitor);
}

fn walk_section<E>(
    section: &'static Section<E>,
    entities: &[E],
    context: &Context<'_>,
    visitor: &mut impl Visitor,
) {
    if section.rows.is_empty() || entities.is_empty() {
        return;
    }
    visitor.section();
    for entity in entities {
        (section.identity)(entity, context, &mut |values| visitor.entity(section.labels, values));
    }
    for row in section.rows.iter().flat_map(|rows| rows.iter()) {
        visitor.family(&row.family);
        for (number, entity) in entities.iter().enumerate() {
            match &row.source {
                Source::One(look) => {
                    if let Some(value) = look(entity) {
                        visitor.sample(number, &[], value);
                    }
                }
                Source::Split(parts) => {
                    for (label, look) in *parts {
                        if let Some(value) = look(entity) {
                            visitor.sample(number, &[label], value);
                        }
                    }
                }
                Source::Any(tell) => {
                    tell(entity, context, &mut |values, value| {
                        visitor.sample(number, values, value);
                    });
                }
            }
        }
    }
}
