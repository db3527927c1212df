//! Floor 12. `procmon run`: a command from its first instruction to its end.

use procmon_model::record::EndCause;

use crate::args::RunWords;
use crate::commands::watch::watch;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan;
use crate::printer::Printer;
use crate::signals::Role;

/// Runs a command and says what it cost.
pub(crate) fn run(words: RunWords, printer: &mut Printer<'_>) -> Result<Exit, Failure> {
    let outcome = watch(plan::run(words)?, Role::Wrapper, printer)?;
    Ok(match outcome.cause {
        EndCause::DurationPassed => Exit::DurationPassed,
        EndCause::RootEnded | EndCause::Stopped => Exit::of(outcome.ending),
    })
}
