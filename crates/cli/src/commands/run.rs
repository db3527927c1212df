//! Floor 12. `procmon run`: a command from its first instruction to its end.

use procmon_core::session::become_command;
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

/// Becomes the command, which is then as it would be without us. Whoever started us has it for a child.
pub(crate) fn run_untouched(words: RunWords) -> Failure {
    become_command(&plan::untouched(words)).into()
}
