//! Floor 11. A scene as text, or sample by sample for whoever sends something else than text.

use std::collections::HashMap;
use std::sync::Arc;

use crate::census::{Process, Scene};

use super::family::{Family, Value};
use super::format::Format;
use super::labels::{self, LabelError};
use super::lines::Lines;
use super::names::Names;
use super::pace::{Pace, Rates};
use super::table::{Context, Table};
use super::walk::{Visitor, walk};

/// Whoever is told of each sample: its family, its labels and its value.
pub type Visit<'a> = dyn FnMut(&Family, &[(&str, &str)], f64) + 'a;

/// How scenes are shown. Copies of one share what they remember of the scene before.
#[derive(Debug, Clone)]
pub struct Exposition {
    names: Names,
    labels: Vec<(String, String)>,
    format: Format,
    pace: Arc<Pace>,
}

impl Exposition {
    /// With these names, and with labels that every sample gets.
    pub fn new(
        names: Names,
        labels: Vec<(String, String)>,
        format: Format,
    ) -> Result<Self, LabelError> {
        labels::check(&labels, names)?;
        Ok(Self { names, labels, format, pace: Arc::default() })
    }

    /// The same in another format.
    #[must_use]
    pub fn in_format(&self, format: Format) -> Self {
        Self { format, ..self.clone() }
    }

    /// The names.
    pub fn names(&self) -> Names {
        self.names
    }

    /// The labels that every sample gets.
    pub fn labels(&self) -> &[(String, String)] {
        &self.labels
    }

    /// The format.
    pub fn format(&self) -> Format {
        self.format
    }

    /// Appends the text of a scene. What is unknown is absent, and a family without samples is not named.
    pub fn encode(&self, scene: &Scene, out: &mut String) {
        let table = self.names.table();
        let rates = self.rates(scene, table);
        let mut lines = Lines::new(out, self.format, &self.labels);
        walk(scene, table, &context(scene, table, rates.as_deref()), &mut lines);
        lines.finish();
    }

    /// Tells every sample of a scene with its labels, those of the user last.
    pub fn each(&self, scene: &Scene, visit: &mut Visit<'_>) {
        let table = self.names.table();
        let rates = self.rates(scene, table);
        let mut samples = Samples { common: &self.labels, ..Samples::new(visit) };
        walk(scene, table, &context(scene, table, rates.as_deref()), &mut samples);
    }

    fn rates(&self, scene: &Scene, table: &Table) -> Option<Arc<Rates>> {
        table.needs_rates.then(|| self.pace.rates(scene))
    }
}

/// Tells every sample of a scene with its labels. Nothing is known of the scene before, so that there is no percent.
pub fn each(scene: &Scene, names: Names, visit: &mut Visit<'_>) {
    let table = names.table();
    walk(scene, table, &context(scene, table, None), &mut Samples::new(visit));
}

/// What the table may look at beside each thing itself.
fn context<'a>(scene: &'a Scene, table: &Table, rates: Option<&'a Rates>) -> Context<'a> {
    let mut first_members: HashMap<&str, &Process> = HashMap::new();
    for process in scene.processes.iter().filter(|_| table.needs_members) {
        first_members.entry(&process.group).or_insert(process);
    }
    Context { rates, first_members }
}

/// Hands on what it is told of.
struct Samples<'a, 'v> {
    visit: &'a mut Visit<'v>,
    common: &'a [(String, String)],
    identities: Vec<Vec<(&'static str, String)>>,
    family: Option<&'static Family>,
}

impl<'a, 'v> Samples<'a, 'v> {
    fn new(visit: &'a mut Visit<'v>) -> Self {
        Self { visit, common: &[], identities: Vec::new(), family: None }
    }
}

impl Visitor for Samples<'_, '_> {
    fn section(&mut self) {
        self.identities.clear();
    }

    fn entity(&mut self, names: &[&'static str], values: &[&str]) {
        let values = values.iter().map(|value| (*value).to_owned());
        self.identities.push(names.iter().copied().zip(values).collect());
    }

    fn family(&mut self, family: &'static Family) {
        self.family = Some(family);
    }

    fn sample(&mut self, entity: usize, values: &[&str], value: Value) {
        let Some(family) = self.family else { return };
        let identity = self.identities[entity].iter().map(|(name, value)| (*name, value.as_str()));
        let own = family.labels.iter().copied().zip(values.iter().copied());
        let common = self.common.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        let labels: Vec<(&str, &str)> = identity.chain(own).chain(common).collect();
        (self.visit)(family, &labels, value.number());
    }
}
