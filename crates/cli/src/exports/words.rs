//! Floor 12. The words of the commands that do nothing but export: `procmon exporter` and `procmon export`.

use std::path::PathBuf;

use clap::Args;

use super::census_words::{CensusWords, CompatChoice};
use super::destinations::DestinationWords;
use crate::sampling::SamplingWords;

pub(crate) const EXPORTER_EXAMPLES: &str = "\
Examples:
  procmon exporter
  procmon exporter --group-by tool --include command:node --processes --top 10
  procmon exporter --process-names groups.yml --web-config web.yml --listen 0.0.0.0:9925
  procmon exporter --once | promtool check metrics

The figures count from its start. Ctrl-C ends it.

Exit code: 0 when it was ended, 1 when it could not serve, such as at a port that is in use, 2 for words and files of \
settings that make no sense.";

pub(crate) const EXPORT_EXAMPLES: &str = "\
Examples:
  procmon export --otlp http://localhost:4318 run.jsonl
  procmon export --mqtt mqtts://ci@broker.example day.jsonl.gz day.*.jsonl.gz

Exit code: 0 when all was delivered, 1 when something was not, 2 for words that make no sense.";

/// The words of `procmon exporter`.
#[derive(Debug, Args)]
pub(crate) struct ExporterWords {
    /// Where to listen: an address, or a port of this machine
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:9925")]
    pub(crate) listen: String,

    /// A file that asks for TLS and passwords, as Prometheus' exporters have them
    #[arg(long, value_name = "FILE")]
    pub(crate) web_config: Option<PathBuf>,

    /// Write one scrape to stdout and end
    #[arg(long)]
    pub(crate) once: bool,

    /// Use the names of another exporter
    #[arg(long, value_enum, value_name = "WHOSE")]
    pub(crate) compat: Option<CompatChoice>,

    /// The procfs to read, such as that of the host in a container; short-lived processes are not seen there
    #[arg(long = "path.procfs", value_name = "FOLDER")]
    pub(crate) path_procfs: Option<PathBuf>,

    /// Say nothing but errors
    #[arg(long)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) sampling: SamplingWords,

    #[command(flatten)]
    pub(crate) census: CensusWords,

    #[command(flatten)]
    pub(crate) destinations: DestinationWords,
}

/// The words of `procmon export`.
#[derive(Debug, Args)]
pub(crate) struct ExportWords {
    /// The recording is being written: what a server does not take in time is dropped and counted
    #[arg(long)]
    pub(crate) live: bool,

    /// Say nothing but errors
    #[arg(long)]
    pub(crate) quiet: bool,

    #[command(flatten)]
    pub(crate) destinations: DestinationWords,

    /// A recording, or every file of one that was split; - for stdin, also while it is written
    #[arg(required = true, value_name = "RECORDING")]
    pub(crate) recordings: Vec<PathBuf>,
}
