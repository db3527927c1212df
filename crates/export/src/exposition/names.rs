//! Floor 11. Whose names samples carry.

use super::table::Table;
use super::{darwin_exporter, per_pid, process_exporter, procmon};

/// A table of names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Names {
    /// Our own.
    #[default]
    Procmon,
    /// Groups as ncabatoff/process-exporter names them.
    ProcessExporter,
    /// Groups and processes as umegbewe/darwin-exporter names them.
    DarwinExporter,
    /// Processes one by one as adsanz/process-exporter names them.
    PerPid,
}

impl Names {
    pub(super) fn table(self) -> &'static Table {
        match self {
            Self::Procmon => &procmon::TABLE,
            Self::ProcessExporter => &process_exporter::TABLE,
            Self::DarwinExporter => &darwin_exporter::TABLE,
            Self::PerPid => &per_pid::TABLE,
        }
    }
}
