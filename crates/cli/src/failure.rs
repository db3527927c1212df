//! Floor 12. What keeps us from doing what was asked: one line, a hint where there is one, and an exit code.

use std::io;
use std::path::Path;

use procmon_core::convert::ConvertError;
use procmon_core::error::{LoadError, StartError};
use procmon_export::serve::ServeError;
use procmon_model::analysis::OptionsError;

use crate::exit::Exit;

/// What keeps us from doing what was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) message: String,
    /// What could help.
    pub(crate) hint: Option<String>,
}

impl Failure {
    /// A failure of ours, or words that make no sense.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self { exit: Exit::Failed, message: message.into(), hint: None }
    }

    /// The same with a hint.
    pub(crate) fn hinted(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::new(message).with_hint(hint)
    }

    /// Words that make no sense, where no command was to be run.
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, ..Self::new(message) }
    }

    /// The same with a hint.
    pub(crate) fn with_hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }

    /// The same where no command was to be run, whose ending ours could be taken for.
    pub(crate) fn of_no_command(self) -> Self {
        let exit = if self.exit == Exit::Failed { Exit::Refused } else { self.exit };
        Self { exit, ..self }
    }
}

impl From<OptionsError> for Failure {
    fn from(error: OptionsError) -> Self {
        Self { exit: Exit::Usage, ..Self::new(error.to_string()) }
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let exit = match error {
            StartError::NotFound { .. } => Exit::NotFound,
            StartError::NotExecutable { .. } => Exit::NotExecutable,
            _ => Exit::Failed,
        };
        Self { exit, message: error.to_string(), hint: start_hint(&error) }
    }
}

impl From<LoadError> for Failure {
    fn from(error: LoadError) -> Self {
        let hint = match error {
            LoadError::Twice => return Self::usage(error.to_string()),
            LoadError::Empty { .. } => Some("the run that wrote it recorded nothing"),
            LoadError::NotARecording { .. } => {
                Some("a recording is what `procmon run --out FILE` writes")
            }
            LoadError::Table { .. } => {
                Some("the recording that can be read is what `procmon run --out FILE.jsonl` writes")
            }
            LoadError::NoCalls { .. } => {
                Some("calls are what `timer` and `errorCatcher` of the npm package write")
            }
            LoadError::NoCallsInFolder { .. } => {
                Some("the names of its files begin with timing.log, error.log or timing_results")
            }
            LoadError::NewerFormat { .. } => Some("a newer procmon can read it"),
            _ => None,
        };
        Self { hint: hint.map(str::to_owned), ..Self::new(error.to_string()) }
    }
}

impl From<ConvertError> for Failure {
    fn from(error: ConvertError) -> Self {
        match error {
            ConvertError::Load(error) => error.into(),
            ConvertError::Exists { .. } => Self::hinted(error.to_string(), "`--force` replaces it"),
            error => Self::new(error.to_string()),
        }
    }
}

impl From<ServeError> for Failure {
    fn from(error: ServeError) -> Self {
        let told = error.to_string();
        let (message, hint) = told
            .split_once('\n')
            .map_or((&*told, None), |(message, hint)| (message, Some(hint.to_owned())));
        let is_nonsense = matches!(error, ServeError::Listen { .. } | ServeError::WebConfig(_));
        let failure = if is_nonsense { Self::usage(message) } else { Self::new(message) };
        Self { hint, ..failure }
    }
}

fn start_hint(error: &StartError) -> Option<String> {
    match error {
        StartError::NotFound { command } => not_found_hint(command),
        StartError::NotExecutable { command, source } => not_executable_hint(command, source),
        StartError::Denied { .. } => Some("run procmon as that user or as root".to_owned()),
        StartError::World(_) => {
            Some("`--accounting auto` takes the best that works here".to_owned())
        }
        _ => None,
    }
}

/// The usual reasons: a program of the project's own, a line for a shell.
fn not_found_hint(command: &str) -> Option<String> {
    if command.contains(char::is_whitespace) {
        return Some(format!("a command line is run with `procmon run sh -c '{command}'`"));
    }
    let installed = Path::new("node_modules/.bin").join(command);
    let is_name = !command.is_empty() && !command.contains('/');
    (is_name && installed.exists())
        .then(|| format!("it is installed here: `procmon run npx {command}`"))
}

fn not_executable_hint(command: &str, source: &io::Error) -> Option<String> {
    let path = Path::new(command);
    if path.is_dir() {
        return Some("it is a directory".to_owned());
    }
    (source.kind() == io::ErrorKind::PermissionDenied && path.is_file())
        .then(|| format!("`chmod +x {command}` gives the right to execute it"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_that_is_not_there_is_told_from_one_that_cannot_be_executed() {
        let missing = Failure::from(StartError::NotFound { command: "nope".to_owned() });
        assert_eq!((missing.exit, missing.hint), (Exit::NotFound, None));
        assert_eq!(missing.message, "nope: command not found");
        let source = io::Error::from(io::ErrorKind::PermissionDenied);
        let command = "/".to_owned();
        let refused = Failure::from(StartError::NotExecutable { command, source });
        assert_eq!(refused.exit, Exit::NotExecutable);
        assert_eq!(refused.hint.as_deref(), Some("it is a directory"));
    }

    #[test]
    fn a_line_for_a_shell_gets_the_hint_to_use_one() {
        let failure = Failure::from(StartError::NotFound { command: "npm test".to_owned() });
        assert_eq!(
            failure.hint.as_deref(),
            Some("a command line is run with `procmon run sh -c 'npm test'`")
        );
    }
}
