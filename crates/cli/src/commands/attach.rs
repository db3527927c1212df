//! Floor 12. `procmon attach`: a process that runs already, for as long as it lives or somebody wants to know.

use crate::args::AttachWords;
use crate::commands::watch::watch;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan;
use crate::printer::Printer;
use crate::signals::Role;

/// Watches a process and says what it cost since. How it ended is not our ending: we did not stand for it.
pub(crate) fn attach(words: AttachWords, printer: &mut Printer<'_>) -> Result<Exit, Failure> {
    watch(plan::attach(words)?, Role::Onlooker, printer)?;
    Ok(Exit::Success)
}
