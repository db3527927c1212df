//! A program that a test runs, in a process group of its own and under a deadline.

use std::env;
use std::ffi::OsStr;
use std::fs::{self, Permissions};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread::{self, JoinHandle};

use super::watchdog::{Watchdog, kill_group};

/// Variables that change what procmon does and that whoever runs the tests may have.
const DISTURBING: [&str; 12] = [
    "CI",
    "CLICOLOR_FORCE",
    "FORCE_COLOR",
    "NO_COLOR",
    "PROCMON_CONFIG",
    "PROCMON_ENABLE_MONITORING",
    "PROCMON_METRICS_INTERVAL",
    "PROCMON_SHIM_PID",
    "TERM",
    "npm_command",
    "npm_config_user_agent",
    "npm_execpath",
];

/// A program to run.
pub(crate) struct Program {
    command: Command,
    input: Vec<u8>,
}

/// A program that runs, with pipes to its standard streams.
pub(crate) struct Running {
    child: Child,
    input: Option<ChildStdin>,
    output: Option<BufReader<ChildStdout>>,
    errors: Option<JoinHandle<Vec<u8>>>,
    watchdog: Option<Watchdog>,
}

/// What came of a program.
#[derive(Debug)]
pub(crate) struct Finished {
    /// Its exit code; `None` where a signal ended it.
    pub(crate) code: Option<i32>,
    /// The signal that ended it.
    pub(crate) signal: Option<i32>,
    /// Whether it left a core behind.
    pub(crate) dumped_core: bool,
    pub(crate) stdout: Vec<u8>,
    pub(crate) stderr: Vec<u8>,
}

/// The program that this project is.
pub(crate) fn procmon<W: AsRef<OsStr>>(words: impl IntoIterator<Item = W>) -> Program {
    program(env!("CARGO_BIN_EXE_procmon"), words)
}

/// Any program.
pub(crate) fn program<W: AsRef<OsStr>>(
    name: impl AsRef<OsStr>,
    words: impl IntoIterator<Item = W>,
) -> Program {
    let mut command = Command::new(name);
    command.args(words);
    for name in DISTURBING {
        command.env_remove(name);
    }
    Program { command, input: Vec::new() }
}

/// The words that run a line of shell.
pub(crate) fn shell(line: &str) -> [&str; 3] {
    ["sh", "-c", line]
}

/// The words that run a text of Python.
pub(crate) fn python(text: &str) -> [&str; 3] {
    [interpreter(), "-c", text]
}

/// Python itself: what lies in the path may be a script that looks for it.
pub(crate) fn interpreter() -> &'static str {
    static PATH: OnceLock<String> = OnceLock::new();
    PATH.get_or_init(|| {
        let words = ["-c", "import sys; print(sys.executable, end='')"];
        String::from_utf8(Command::new("python3").args(words).output().unwrap().stdout).unwrap()
    })
}

/// The program that this project is, run as a user without any right; `folder` is where that user can reach it.
pub(crate) fn as_nobody(folder: &Path, words: &[&str]) -> Program {
    let reachable = folder.join("procmon");
    fs::set_permissions(folder, Permissions::from_mode(0o755)).unwrap();
    // Copied by another process: a file that we had open for writing, and with us whatever we start at the same time,
    // could not be executed.
    let copy = [OsStr::new(env!("CARGO_BIN_EXE_procmon")), reachable.as_os_str()];
    assert_eq!(program("cp", copy).run().code, Some(0));
    if fs::metadata("/proc/self").unwrap().uid() != 0 {
        return program(reachable, words);
    }
    let become_nobody = ["--reuid=65534", "--regid=65534", "--clear-groups"].map(OsStr::new);
    let words = words.iter().map(OsStr::new);
    program("setpriv", become_nobody.into_iter().chain([reachable.as_os_str()]).chain(words))
}

/// Whether there is strace(1) to test with. Where there is none, that is said; CI has to have it.
pub(crate) fn has_strace() -> bool {
    let is_there = Command::new("strace").arg("-V").output().is_ok();
    if !is_there {
        assert!(env::var_os("CI").is_none(), "there is no strace");
        writeln!(io::stderr(), "skipped: there is no strace").unwrap();
    }
    is_there
}

impl Program {
    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    pub(crate) fn current_dir(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// What it reads; nothing otherwise.
    pub(crate) fn input(mut self, input: impl Into<Vec<u8>>) -> Self {
        self.input = input.into();
        self
    }

    /// Runs it to its end.
    pub(crate) fn run(mut self) -> Finished {
        let input = std::mem::take(&mut self.input);
        let mut running = self.start();
        if let Some(mut pipe) = running.input.take() {
            // A program need not read what it is given.
            thread::spawn(move || drop(pipe.write_all(&input)));
        }
        running.finish()
    }

    /// Starts it.
    pub(crate) fn start(mut self) -> Running {
        self.command.process_group(0);
        let streams =
            self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = streams.spawn().unwrap();
        let output = child.stdout.take().map(BufReader::new);
        let mut stderr = child.stderr.take().unwrap();
        let errors = thread::spawn(move || {
            let mut text = Vec::new();
            stderr.read_to_end(&mut text).unwrap();
            text
        });
        let watchdog = Some(Watchdog::over(child.id()));
        Running { input: child.stdin.take(), child, output, errors: Some(errors), watchdog }
    }
}

impl Running {
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line that it writes, without its end.
    #[track_caller]
    pub(crate) fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.as_mut().unwrap().read_line(&mut line).unwrap();
        assert!(line.ends_with('\n'), "there is no other line: {line:?}");
        line.trim_end_matches('\n').to_owned()
    }

    /// Gives it a line to read.
    pub(crate) fn say(&mut self, line: &str) {
        writeln!(self.input.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Gives it nothing to read any more.
    pub(crate) fn hang_up(&mut self) {
        self.input = None;
    }

    /// Does not read what it writes to stdout any more.
    pub(crate) fn turn_away(&mut self) {
        self.output = None;
    }

    /// Sends it a signal by name.
    pub(crate) fn signal(&self, signal: &str) {
        let kill = format!("kill -s {signal} {}", self.pid());
        assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success(), "{kill}");
    }

    /// Closes its input and waits until it has ended, and everybody else who could write into its pipes.
    pub(crate) fn finish(mut self) -> Finished {
        self.hang_up();
        let mut stdout = Vec::new();
        if let Some(mut output) = self.output.take() {
            output.read_to_end(&mut stdout).unwrap();
        }
        let stderr = self.errors.take().unwrap().join().unwrap();
        let status = self.wait();
        let late = self.watchdog.take().is_some_and(Watchdog::has_bitten);
        assert!(!late, "the program took too long and was killed");
        let (code, signal) = (status.code(), status.signal());
        Finished { code, signal, dumped_core: status.core_dumped(), stdout, stderr }
    }

    /// Waits until it has ended, whoever else lives on.
    pub(crate) fn wait(&mut self) -> ExitStatus {
        self.child.wait().unwrap()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Only where a test has failed half-way, or did not care, is anybody of it left.
        if self.watchdog.take().is_some_and(|watchdog| !watchdog.has_bitten()) {
            kill_group(self.child.id());
            drop(self.child.wait());
        }
    }
}

impl Finished {
    /// What it wrote to stdout, as text.
    pub(crate) fn out(&self) -> &str {
        std::str::from_utf8(&self.stdout).unwrap()
    }

    /// What it wrote to stderr, as text.
    pub(crate) fn err(&self) -> &str {
        std::str::from_utf8(&self.stderr).unwrap()
    }

    /// Says that it ended with this code and wrote this to stderr.
    #[track_caller]
    pub(crate) fn check_failure(&self, code: i32, stderr: &str) {
        assert_eq!((self.code, self.err()), (Some(code), stderr));
    }
}
