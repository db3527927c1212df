//! Floor 7. What another procfs than our own does not have: somewhere to launch commands, and surroundings to count in.

use std::io;

use procmon_model::host::Surroundings;
use procmon_model::ports::{Environs, Launch, LaunchError, Launcher, Suspended};
use procmon_model::process::ProcessKey;

const NOT_THERE: &str = "nothing can be launched into another procfs than our own";

/// Refuses whatever is to be launched.
pub(super) struct NoLauncher;

impl Launcher for NoLauncher {
    fn launch(&mut self, _: &Launch) -> Result<Box<dyn Suspended>, LaunchError> {
        Err(LaunchError::Failed(io::Error::new(io::ErrorKind::Unsupported, NOT_THERE)))
    }
}

/// Knows nothing of what surrounds the tree: our machine's pressure and control groups are not those of others.
pub(super) struct NoNeighbourhood;

impl Environs for NoNeighbourhood {
    fn begin(&mut self, _: ProcessKey) {}

    fn look(&mut self) -> Surroundings {
        Surroundings::default()
    }
}
