//! Floor 7. A command in the words of the kernel: everything that its process needs, made ready before it is born.

use std::env;
use std::ffi::{CString, OsStr, OsString};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use procmon_model::ports::{Launch, LaunchError, Stdio};

/// Where a command is looked for if its environment has no `PATH`, as the C library does.
const DEFAULT_PATH: &[u8] = b"/bin:/usr/bin";

/// A command in the words of the kernel.
#[derive(Debug)]
pub(super) struct Recipe {
    /// The files to try, in this order.
    pub(super) candidates: Vec<CString>,
    /// Whether they were found by searching the path.
    pub(super) searched: bool,
    pub(super) arguments: Vec<CString>,
    pub(super) environment: Vec<CString>,
    pub(super) cwd: Option<CString>,
    stdio: [Stdio; 3],
    /// `/dev/null`, where a stream leads there.
    nowhere: Option<OwnedFd>,
}

impl Recipe {
    pub(super) fn new(launch: &Launch) -> Result<Self, LaunchError> {
        let program = launch.command.first().ok_or(LaunchError::NotFound)?;
        let environment = launch.environment.clone().unwrap_or_else(|| env::vars_os().collect());
        let path = environment.iter().find(|(name, _)| name == "PATH").map(|(_, path)| path);
        let path = path.map_or(DEFAULT_PATH, |path| path.as_bytes());
        let candidates = candidates(program, path);
        let to_nowhere = launch.stdio.contains(&Stdio::Null);
        let nowhere = to_nowhere.then(nowhere).transpose().map_err(LaunchError::Failed)?;
        Ok(Self {
            candidates: strings(candidates)?,
            searched: !program.as_bytes().contains(&b'/'),
            arguments: strings(launch.command.iter().cloned())?,
            environment: strings(environment.into_iter().map(variable))?,
            cwd: launch.cwd.as_ref().map(|cwd| string(cwd.clone().into_os_string())).transpose()?,
            stdio: launch.stdio,
            nowhere,
        })
    }

    /// For each standard stream, the descriptor of ours that it takes over.
    pub(super) fn streams(&self) -> [RawFd; 3] {
        let mut streams = [0, 1, 2];
        for (stream, stdio) in streams.iter_mut().zip(self.stdio) {
            match (stdio, &self.nowhere) {
                (Stdio::Descriptor(fd), _) => *stream = fd,
                (Stdio::Null, Some(nowhere)) => *stream = nowhere.as_raw_fd(),
                _ => {}
            }
        }
        streams
    }

    /// The first candidate that may be executed; `None` where there is none.
    pub(super) fn executable(&self) -> Option<PathBuf> {
        let may_be_executed = |path: &PathBuf| {
            path.metadata()
                .is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
        };
        self.paths().find(may_be_executed)
    }

    /// Whether there is a file that was meant, executable or not.
    pub(super) fn exists(&self) -> bool {
        self.paths().any(|path| path.is_file())
    }

    /// The candidates as we would have to call them, whose working directory may be another.
    fn paths(&self) -> impl Iterator<Item = PathBuf> {
        let ours = env::current_dir().unwrap_or_default();
        let cwd = match &self.cwd {
            Some(cwd) => ours.join(OsStr::from_bytes(cwd.as_bytes())),
            None => ours,
        };
        self.candidates.iter().map(move |file| cwd.join(OsStr::from_bytes(file.as_bytes())))
    }
}

/// The files that a command's first word may mean (execvp(3)): itself if it has a slash, else those of its name in
/// the folders of the path, of which an empty one is the working directory.
fn candidates(program: &OsStr, path: &[u8]) -> Vec<OsString> {
    if program.is_empty() {
        return Vec::new();
    }
    if program.as_bytes().contains(&b'/') {
        return vec![program.to_owned()];
    }
    let folders = path.split(|byte| *byte == b':');
    folders.map(|folder| Path::new(OsStr::from_bytes(folder)).join(program).into()).collect()
}

fn variable((name, value): (OsString, OsString)) -> OsString {
    let mut variable = name;
    variable.push("=");
    variable.push(value);
    variable
}

fn nowhere() -> io::Result<OwnedFd> {
    File::options().read(true).write(true).open("/dev/null").map(OwnedFd::from)
}

fn strings(words: impl IntoIterator<Item = OsString>) -> Result<Vec<CString>, LaunchError> {
    words.into_iter().map(string).collect()
}

fn string(word: OsString) -> Result<CString, LaunchError> {
    CString::new(word.into_vec()).map_err(|error| LaunchError::Failed(error.into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(program: &str, path: &str) -> Vec<String> {
        let candidates = candidates(OsStr::new(program), path.as_bytes());
        candidates.into_iter().map(|file| file.into_string().unwrap()).collect()
    }

    fn of_environment(environment: &[(&str, &str)]) -> Recipe {
        let environment = environment.iter().map(|(name, value)| (name.into(), value.into()));
        let environment = Some(environment.collect());
        let command = vec!["tool".into(), "-v".into()];
        Recipe::new(&Launch { command, environment, ..Launch::default() }).unwrap()
    }

    fn text(words: &[CString]) -> Vec<&str> {
        words.iter().map(|word| word.to_str().unwrap()).collect()
    }

    #[test]
    fn a_name_is_looked_for_in_every_folder_of_the_path() {
        assert_eq!(files("tool", "/a:/b/c"), ["/a/tool", "/b/c/tool"]);
    }

    #[test]
    fn an_empty_folder_of_the_path_is_the_working_directory() {
        assert_eq!(files("tool", ":/a:"), ["tool", "/a/tool", "tool"]);
        assert_eq!(files("tool", ""), ["tool"]);
    }

    #[test]
    fn a_name_with_a_slash_is_itself_and_no_name_is_nothing() {
        assert_eq!(files("./tool", "/a"), ["./tool"]);
        assert_eq!(files("", "/a"), [""; 0]);
    }

    #[test]
    fn the_path_is_that_of_the_commands_own_environment() {
        let recipe = of_environment(&[("A", "1"), ("PATH", "/own")]);
        assert_eq!(text(&recipe.candidates), ["/own/tool"]);
        assert_eq!(text(&recipe.environment), ["A=1", "PATH=/own"]);
        assert_eq!(text(&recipe.arguments), ["tool", "-v"]);
        assert_eq!(text(&of_environment(&[]).candidates), ["/bin/tool", "/usr/bin/tool"]);
    }

    #[test]
    fn a_word_with_a_nul_is_refused() {
        let launch = Launch { command: vec!["a\0b".into()], ..Launch::default() };
        let refused = Recipe::new(&launch).unwrap_err();
        assert!(matches!(refused, LaunchError::Failed(error)
            if error.kind() == io::ErrorKind::InvalidInput));
    }
}
