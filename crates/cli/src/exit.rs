//! Floor 12. How procmon ends: as the watched command did, or with a number of its own.
//!
//! Where a command is run, the numbers of our own are those of timeout(1) and env(1), so that scripts know them. A
//! command may end with the same ones; what we say on stderr tells them apart. Where questions about recordings are
//! answered, there is no command to be mistaken for, and the numbers are the usual ones.

use std::process::ExitCode;

use procmon_model::event::{Ending, Signal};
use procmon_sys::signals;

/// What the system adds to a signal's number where it has to stand for an exit code.
const SIGNAL_BASE: i32 = 128;

/// How procmon ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// All went well and no command was run.
    Success,
    /// What was asked about a recording could not be answered.
    Refused,
    /// What was asked about a recording makes no sense.
    Usage,
    /// With the command's exit code.
    Code(i32),
    /// By the signal that ended the command.
    Signal(Signal),
    /// The time that was given had passed, and the command was ended.
    DurationPassed,
    /// A command was to be run or watched, and we failed or were asked for something that makes no sense.
    Failed,
    /// The command is there and cannot be executed.
    NotExecutable,
    /// There is no such command.
    NotFound,
}

impl Exit {
    /// As the command ended; a failure of ours where nobody could say how.
    pub fn of(ending: Option<Ending>) -> Self {
        match ending {
            Some(Ending::Code(code)) => Self::Code(code),
            Some(Ending::Signal(signal)) => Self::Signal(signal),
            Some(Ending::Unseen) | None => Self::Failed,
        }
    }

    /// The exit code.
    pub fn code(self) -> u8 {
        let code = match self {
            Self::Success => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Code(code) => code,
            Self::Signal(signal) => SIGNAL_BASE + signal.0,
            Self::DurationPassed => 124,
            Self::Failed => 125,
            Self::NotExecutable => 126,
            Self::NotFound => 127,
        };
        code.to_le_bytes()[0]
    }

    /// Dies of the signal that ended the command, or returns the exit code.
    pub fn leave(self) -> ExitCode {
        if let Self::Signal(signal) = self {
            signals::die_of(signal);
        }
        ExitCode::from(self.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_commands_ending_is_ours() {
        assert_eq!(Exit::of(Some(Ending::Code(7))).code(), 7);
        assert_eq!(Exit::of(Some(Ending::Code(255))).code(), 255);
        assert_eq!(Exit::of(Some(Ending::Signal(Signal(9)))), Exit::Signal(Signal(9)));
        assert_eq!(Exit::of(Some(Ending::Signal(Signal(15)))).code(), 143);
        assert_eq!(Exit::of(Some(Ending::Unseen)), Exit::Failed);
    }

    #[test]
    fn our_own_endings_have_the_numbers_of_timeout_and_env() {
        let ours = [Exit::DurationPassed, Exit::Failed, Exit::NotExecutable, Exit::NotFound];
        assert_eq!(ours.map(Exit::code), [124, 125, 126, 127]);
        assert_eq!([Exit::Success, Exit::Refused, Exit::Usage].map(Exit::code), [0, 1, 2]);
    }
}
