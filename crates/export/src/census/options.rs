//! Floor 11. What a census is to count, and how.

use std::time::Duration;

use procmon_model::process::ProcessInfo;

use super::shown::ShowProcesses;
use crate::delivery::Tally;
use crate::facts::{Facts, NoFacts};
use crate::grouping::Grouper;

/// Which processes count at all.
pub type Selection = Box<dyn FnMut(&ProcessInfo) -> bool + Send>;

/// What a census is to count, and how.
pub struct CensusOptions {
    /// Who is counted together with whom.
    pub grouper: Box<dyn Grouper>,
    /// Whom to ask about a process.
    pub facts: Box<dyn Facts>,
    /// Which processes count; asked at the birth, and again when another program is run.
    pub takes: Selection,
    /// Which processes are shown one by one; `None` for none.
    pub processes: Option<ShowProcesses>,
    /// How many groups and processes there may be at once; the groups for which there is no room are counted together
    /// as "other", which comes on top. `None` for any number.
    pub max_series: Option<usize>,
    /// For how long a group is shown that has no members any more; `None` for not at all, but for one that came and went
    /// since the scene before.
    pub keep_empty: Option<Duration>,
    /// Whether the tree is a run, with figures as a whole.
    pub as_run: bool,
    /// What has become of what exporters were given.
    pub deliveries: Vec<Tally>,
}

impl CensusOptions {
    /// How many groups and processes an exporter shows unless something else is said.
    pub const MAX_SERIES: usize = 10_000;

    /// Every process, by this grouping, and nothing more.
    pub fn new(grouper: Box<dyn Grouper>) -> Self {
        Self {
            grouper,
            facts: Box::new(NoFacts),
            takes: Box::new(|_| true),
            processes: None,
            max_series: None,
            keep_empty: None,
            as_run: false,
            deliveries: Vec::new(),
        }
    }
}
