//! A page of figures, taken apart.

use std::collections::BTreeMap;

use crate::support::program;

use super::servers::installed;

/// The series of a page with their values, as they are written.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) text: String,
}

impl Page {
    /// Of this text.
    pub(super) fn of(text: impl Into<String>) -> Self {
        Self { text: text.into() }
    }

    /// The value of a series with all its labels.
    pub(super) fn value(&self, series: &str) -> Option<f64> {
        let mut values = self.series().filter(|(known, _)| *known == series);
        let value = values.next().map(|(_, value)| value);
        assert_eq!(values.next(), None, "{series} is there twice");
        value
    }

    /// The values of a family by what stands between the braces.
    pub(super) fn family(&self, name: &str) -> BTreeMap<&str, f64> {
        let labels = |series| str::strip_prefix(series, name).and_then(braced);
        self.series().filter_map(|(series, value)| Some((labels(series)?, value))).collect()
    }

    /// The names of all groups.
    pub(super) fn groups(&self) -> Vec<&str> {
        let groups = self.family("procmon_group_processes").into_keys();
        groups.map(|labels| labels.split('"').nth(1).unwrap()).collect()
    }

    /// Has promtool read it, which has to find nothing to say.
    #[track_caller]
    pub(super) fn check_with_promtool(&self) {
        let Some(promtool) = installed("promtool") else { return };
        let found = program(promtool, ["check", "metrics"]).input(self.text.as_bytes()).run();
        assert_eq!((found.code, found.out(), found.err()), (Some(0), "", ""), "{}", self.text);
    }

    fn series(&self) -> impl Iterator<Item = (&str, f64)> {
        let lines = self.text.lines().filter(|line| !line.starts_with('#'));
        lines.map(|line| {
            let (series, value) = line.rsplit_once(' ').unwrap();
            (series, value.parse().unwrap())
        })
    }
}

fn braced(labels: &str) -> Option<&str> {
    labels.strip_prefix('{')?.strip_suffix('}')
}
