//! Floor 12. The options of an exporter as JavaScript writes them.

use std::sync::Arc;
use std::time::Duration;

use procmon_export::census::{CensusOptions, ShowProcesses};
use procmon_export::exposition::{Exposition, Format, Names};
use procmon_export::facts::SystemFacts;
use procmon_export::grouping::{
    By, Grouper, Pattern, ProcessNames, Rule, RuleText, Selected, Selection,
};
use procmon_model::units::Bytes;
use serde::Deserialize;

use crate::error::Refusal;

/// How old a sample may be where nothing is said: servers that scrape in pairs share one.
const MAX_AGE: Duration = Duration::from_secs(1);

/// What descends from the first process is the whole machine but for the kernel's own threads.
const FIRST_PROCESS: u32 = 1;

/// What an exporter is to show.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct ExporterOptions {
    #[serde(default)]
    pids: Vec<u32>,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    include: Vec<String>,
    #[serde(default)]
    exclude: Vec<String>,
    group_by: Option<String>,
    process_names: Option<Vec<RuleText>>,
    #[serde(default)]
    expect: Vec<Arc<str>>,
    processes: Option<ProcessesOption>,
    max_series: Option<usize>,
    #[serde(default)]
    labels: Vec<(String, String)>,
    compat: Option<CompatOption>,
    max_age_ms: Option<u64>,
}

/// Which processes are shown one by one.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum ProcessesOption {
    /// All or none.
    Whether(bool),
    /// Those that pass every filter.
    Filtered(FilterOption),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct FilterOption {
    top: Option<usize>,
    min_cpu_cores: Option<f64>,
    min_memory_bytes: Option<u64>,
    min_age_ms: Option<u64>,
}

/// Whose names the figures have.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum CompatOption {
    ProcessExporter,
    DarwinExporter,
    PerPid,
}

/// The same in the words of the core.
pub(crate) struct Plan {
    /// The process that is watched with everything it starts.
    pub(crate) root: u32,
    pub(crate) census: CensusOptions,
    pub(crate) exposition: Exposition,
    pub(crate) max_age: Duration,
}

impl ExporterOptions {
    /// Reads patterns, rules and labels, of which only the core knows what they mean.
    pub(crate) fn plan(self) -> Result<Plan, Refusal> {
        let names = self.compat.map_or(Names::Procmon, Names::from);
        let exposition = Exposition::new(names, self.labels, Format::Text)
            .map_err(|error| Refusal::invalid(format!("options.labels: cannot {error}")))?;
        let (root, pids) = match (self.pids.as_slice(), self.names.as_slice()) {
            ([root], []) => (*root, Vec::new()),
            _ => (FIRST_PROCESS, self.pids),
        };
        let selection = Selection {
            pids,
            names: self.names,
            include: patterns("include", &self.include)?,
            exclude: patterns("exclude", &self.exclude)?,
            expect: self.expect,
        };
        let grouper = grouper(self.group_by.as_deref(), self.process_names)?;
        let census = CensusOptions {
            facts: Box::new(SystemFacts::default()),
            processes: shown(self.processes, names),
            max_series: Some(self.max_series.unwrap_or(CensusOptions::MAX_SERIES)),
            ..CensusOptions::new(Box::new(Selected::new(selection, grouper)))
        };
        let max_age = self.max_age_ms.map_or(MAX_AGE, Duration::from_millis);
        Ok(Plan { root, census, exposition, max_age })
    }
}

impl From<CompatOption> for Names {
    fn from(option: CompatOption) -> Self {
        match option {
            CompatOption::ProcessExporter => Self::ProcessExporter,
            CompatOption::DarwinExporter => Self::DarwinExporter,
            CompatOption::PerPid => Self::PerPid,
        }
    }
}

impl From<FilterOption> for ShowProcesses {
    fn from(option: FilterOption) -> Self {
        Self {
            top: option.top,
            min_cpu_share: option.min_cpu_cores,
            min_memory: option.min_memory_bytes.map(Bytes::new),
            min_age: option.min_age_ms.map(Duration::from_millis),
        }
    }
}

/// Which processes are shown. Names that single processes carry are asked for to see those.
fn shown(option: Option<ProcessesOption>, names: Names) -> Option<ShowProcesses> {
    let is_usual = matches!(names, Names::DarwinExporter | Names::PerPid);
    match option.unwrap_or(ProcessesOption::Whether(is_usual)) {
        ProcessesOption::Whether(shows) => shows.then(ShowProcesses::default),
        ProcessesOption::Filtered(filter) => Some(filter.into()),
    }
}

fn patterns(option: &str, texts: &[String]) -> Result<Vec<Pattern>, Refusal> {
    let pattern = |(index, text): (usize, &String)| {
        let refused = |error| Refusal::invalid(format!("options.{option}[{index}]: {error}"));
        Pattern::parse(text).map_err(refused)
    };
    texts.iter().enumerate().map(pattern).collect()
}

fn grouper(by: Option<&str>, rules: Option<Vec<RuleText>>) -> Result<Box<dyn Grouper>, Refusal> {
    let Some(rules) = rules else {
        let unknown = |by| Refusal::invalid(format!("options.groupBy: there is no way {by:?}"));
        let by = by.map_or(Ok(By::default()), |by| By::named(by).ok_or_else(|| unknown(by)));
        return Ok(Box::new(by?));
    };
    let rule = |(index, text): (usize, RuleText)| {
        let refused = |error| Refusal::invalid(format!("options.processNames[{index}]: {error}"));
        Rule::try_from(text).map_err(refused)
    };
    let rules = rules.into_iter().enumerate().map(rule).collect::<Result<_, _>>()?;
    Ok(Box::new(ProcessNames { rules, children: true }))
}
