//! Floor 12. The words that say who is counted, in which groups, and what is shown of single processes.

use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};
use procmon_export::census::CensusOptions;
use procmon_export::grouping::{By, Pattern};

use crate::{duration, size};

/// Who is counted, and how.
#[derive(Debug, Args)]
#[command(next_help_heading = "Who is counted")]
pub(crate) struct CensusWords {
    /// Count this process and what it starts, and nobody else; can be repeated
    #[arg(long, value_name = "PID", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) pid: Vec<u32>,

    /// Count the processes of this name and what they start, and nobody else; can be repeated
    #[arg(long, value_name = "NAME")]
    pub(crate) name: Vec<String>,

    /// Count those alone that this means: a part of the name, or with command: of the command line; between two slashes
    /// a regular expression; can be repeated
    #[arg(long, value_name = "PATTERN", value_parser = pattern)]
    pub(crate) include: Vec<Pattern>,

    /// Leave out those that this means; can be repeated
    #[arg(long, value_name = "PATTERN", value_parser = pattern)]
    pub(crate) exclude: Vec<Pattern>,

    /// What processes are counted together by
    #[arg(long, value_name = "WHAT", value_parser = ways(), default_value = "name", conflicts_with = "process_names")]
    pub(crate) group_by: By,

    /// A file of groups, as prometheus-process-exporter has them
    #[arg(long, value_name = "FILE")]
    pub(crate) process_names: Option<PathBuf>,

    /// Leave out who fits none of these groups, also where its parent does
    #[arg(long, requires = "process_names")]
    pub(crate) no_join: bool,

    /// Show this group with zeros as long as nobody is in it; can be repeated
    #[arg(long, value_name = "GROUP")]
    pub(crate) expect: Vec<String>,

    /// Show single processes, too: every process is a set of series of its own
    #[arg(long)]
    pub(crate) processes: bool,

    /// Of these the so many that use most processor time
    #[arg(long, value_name = "N", requires = "processes")]
    pub(crate) top: Option<usize>,

    /// Of these those that keep so many cores busy, such as 0.05
    #[arg(long, value_name = "CORES", requires = "processes", value_parser = cores)]
    pub(crate) min_cpu: Option<f64>,

    /// Of these those whose memory is so large, such as 50MB
    #[arg(long, value_name = "SIZE", requires = "processes", value_parser = size::full)]
    pub(crate) min_memory: Option<u64>,

    /// Of these those that are so old, such as 30s
    #[arg(long, value_name = "TIME", requires = "processes", value_parser = duration::duration)]
    pub(crate) min_age: Option<Duration>,

    /// How many groups and single processes there may be; the groups beyond are counted together as "other"
    #[arg(long, value_name = "N", default_value_t = CensusOptions::MAX_SERIES)]
    pub(crate) max_series: usize,
}

/// Whose names of figures are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum CompatChoice {
    /// Those of prometheus-process-exporter
    ProcessExporter,
    /// Those of darwin-exporter
    DarwinExporter,
    /// Those of an exporter that shows each process by its number
    PerPid,
}

fn pattern(text: &str) -> Result<Pattern, String> {
    Pattern::parse(text).map_err(|error| error.to_string())
}

fn cores(text: &str) -> Result<f64, String> {
    let cores: f64 = text.parse().map_err(|_| "a number of cores, such as 0.5".to_owned())?;
    if cores.is_finite() && cores >= 0.0 {
        Ok(cores)
    } else {
        Err("a number of cores, 0 or more".to_owned())
    }
}

fn ways() -> impl TypedValueParser<Value = By> {
    PossibleValuesParser::new(By::ALL.map(|(_, name)| name))
        .try_map(|name| By::named(&name).ok_or_else(|| format!("{name} is no way of grouping")))
}
