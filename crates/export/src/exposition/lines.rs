//! Floor 11. Samples as lines of text.
//!
//! The labels of an entity are written once for a whole scrape and copied for each of its samples.

use super::family::{Family, Kind, Value};
use super::format::Format;
use super::walk::Visitor;
use super::{labels, number};

/// Writes what it is told of.
pub(super) struct Lines<'a> {
    out: &'a mut String,
    format: Format,
    common: &'a [(String, String)],
    /// The labels of all entities one after the other, and where each ends.
    identities: String,
    ends: Vec<usize>,
    family: Option<&'static Family>,
    /// What stands before the labels of each sample of the family; empty as long as none was written.
    name: String,
}

impl<'a> Lines<'a> {
    /// To the end of `out`.
    pub(super) fn new(out: &'a mut String, format: Format, common: &'a [(String, String)]) -> Self {
        let (identities, name) = (String::new(), String::new());
        Self { out, format, common, identities, ends: Vec::new(), family: None, name }
    }

    /// What stands at the end of everything.
    pub(super) fn finish(self) {
        if self.format == Format::OpenMetrics {
            self.out.push_str("# EOF\n");
        }
    }

    /// What a family is, before its first sample.
    fn begin(&mut self, family: &'static Family) {
        let sample = self.sample_name(family);
        let (name, kind) = self.described(family);
        for (word, text) in [("HELP", family.help), ("TYPE", kind)] {
            self.describe(word, name, text);
        }
        if let Some(unit) = family.unit.name().filter(|_| self.format == Format::OpenMetrics) {
            self.describe("UNIT", name, unit);
        }
        self.name.push_str(sample.0);
        self.name.push_str(sample.1);
    }

    fn describe(&mut self, word: &str, name: &str, text: &str) {
        for part in ["# ", word, " ", name, " ", text, "\n"] {
            self.out.push_str(part);
        }
    }

    /// The name and the kind that a family is described with: in `OpenMetrics` the name is without what its samples end with.
    fn described(&self, family: &Family) -> (&'static str, &'static str) {
        let name = family.name;
        match (self.format, family.kind) {
            (Format::Text, Kind::Counter) => (name, "counter"),
            (Format::OpenMetrics, Kind::Counter) => {
                (name.strip_suffix("_total").unwrap_or(name), "counter")
            }
            (Format::OpenMetrics, Kind::Info) => {
                (name.strip_suffix("_info").unwrap_or(name), "info")
            }
            (_, Kind::Gauge) | (Format::Text, Kind::Info) => (name, "gauge"),
        }
    }

    /// The name of the samples in two parts: `OpenMetrics` has no counter without `_total`, whatever its peer called it.
    fn sample_name(&self, family: &Family) -> (&'static str, &'static str) {
        let is_bare = family.kind == Kind::Counter && !family.name.ends_with("_total");
        (family.name, if is_bare && self.format == Format::OpenMetrics { "_total" } else { "" })
    }
}

impl Visitor for Lines<'_> {
    fn section(&mut self) {
        self.identities.clear();
        self.ends.clear();
    }

    fn entity(&mut self, names: &[&'static str], values: &[&str]) {
        let begin = self.identities.len();
        let common = self.common.iter().map(|(name, value)| (name.as_str(), value.as_str()));
        for (name, value) in names.iter().copied().zip(values.iter().copied()).chain(common) {
            let is_first = self.identities.len() == begin;
            labels::append(&mut self.identities, is_first, name, value);
        }
        self.ends.push(self.identities.len());
    }

    fn family(&mut self, family: &'static Family) {
        self.family = Some(family);
        self.name.clear();
    }

    fn sample(&mut self, entity: usize, values: &[&str], value: Value) {
        let Some(family) = self.family else { return };
        if self.name.is_empty() {
            self.begin(family);
        }
        let begin = if entity == 0 { 0 } else { self.ends[entity - 1] };
        let identity = &self.identities[begin..self.ends[entity]];
        self.out.push_str(&self.name);
        if !identity.is_empty() || !values.is_empty() {
            self.out.push('{');
            self.out.push_str(identity);
            for (place, (name, value)) in family.labels.iter().zip(values).enumerate() {
                labels::append(self.out, identity.is_empty() && place == 0, name, value);
            }
            self.out.push('}');
        }
        self.out.push(' ');
        number::append(self.out, value);
        self.out.push('\n');
    }
}
