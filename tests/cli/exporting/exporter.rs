//! An exporter that runs, and a family of processes that does what a test says.

use std::ffi::OsString;
use std::path::Path;

use tempfile::TempDir;

use super::page::Page;
use super::servers::{asked, fetched, free_port, until};
use crate::support::{Finished, Running, procmon, program};

/// `procmon exporter` at a port of its own.
pub(super) struct Exporter {
    pub(super) port: u16,
    running: Running,
}

/// A shell that runs line after line, and programs by names that nobody else has.
pub(super) struct Family {
    shell: Running,
    folder: TempDir,
}

impl Exporter {
    /// Starts it with these words and waits until it listens.
    pub(super) fn start(words: &[&str]) -> Self {
        let port = free_port();
        let ours = ["exporter".to_owned(), "--listen".to_owned(), port.to_string()];
        let words = words.iter().map(|word| (*word).to_owned());
        let running = procmon(ours.into_iter().chain(words)).start();
        until("the exporter to answer", || asked(port, "/healthz", ""));
        Self { port, running }
    }

    /// One that counts a family alone.
    pub(super) fn of(family: &Family, words: &[&str]) -> Self {
        let pid = family.pid();
        Self::start(&[&["--quiet", "--pid", &pid], words].concat())
    }

    /// What a scrape shows.
    pub(super) fn scrape(&self) -> Page {
        Page::of(fetched(self.port, "/metrics"))
    }

    /// Scrapes until something is so.
    #[track_caller]
    pub(super) fn when(&self, what: &str, is_so: impl Fn(&Page) -> bool) -> Page {
        until(what, || Some(self.scrape()).filter(&is_so))
    }

    /// Waits until it ends by itself.
    pub(super) fn finish(self) -> Finished {
        self.running.finish()
    }

    /// Ends it with a signal.
    pub(super) fn end(self, signal: &str) -> Finished {
        self.running.signal(signal);
        self.running.finish()
    }
}

impl Family {
    /// A shell that has started nobody yet.
    pub(super) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let shell = program("sh", [""; 0]).current_dir(folder.path()).start();
        Self { shell, folder }
    }

    /// Has a program of its own by this name: one that exists already, copied.
    pub(super) fn name(&mut self, name: &str, program: &str) {
        self.does(&format!("cp {program} {name}"));
    }

    /// The shell starts a program of this name that uses some processor time, leaves a file called burnt, and waits.
    pub(super) fn burns(&mut self, name: &str) -> u32 {
        self.name(name, "/bin/sh");
        self.does("mkfifo never");
        let count = "i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done";
        self.starts(&format!("./{name} -c '{count}; : > burnt; read go < never'"), name)
    }

    /// The shell runs this line to its end.
    #[track_caller]
    pub(super) fn does(&mut self, line: &str) {
        self.shell.say(&format!("{line}\necho done"));
        assert_eq!(self.shell.line(), "done");
    }

    /// The shell starts this and goes on; answers its number once it runs the program of its name.
    #[track_caller]
    pub(super) fn starts(&mut self, line: &str, name: &str) -> u32 {
        self.shell.say(&format!("{line} >&2 &\necho $!"));
        let pid = self.shell.line().parse().unwrap();
        runs(pid, name);
        pid
    }

    /// The shell ends these and has seen them end.
    #[track_caller]
    pub(super) fn ends(&mut self, pids: &[u32]) {
        let pids: Vec<_> = pids.iter().map(u32::to_string).collect();
        let pids = pids.join(" ");
        self.does(&format!("kill {pids}; wait {pids}"));
    }

    /// The number of the shell, as a word.
    pub(super) fn pid(&self) -> String {
        self.shell.pid().to_string()
    }

    /// Where it works.
    pub(super) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The path of a file where it works, as a word.
    pub(super) fn file(&self, name: &str, text: &str) -> String {
        let path = self.folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        OsString::from(path).into_string().unwrap()
    }
}

/// Waits until a process runs the program of this name.
#[track_caller]
pub(super) fn runs(pid: u32, name: &str) {
    let named = || std::fs::read_to_string(format!("/proc/{pid}/comm")).ok();
    until(name, || named().filter(|found| found.trim_end() == name));
}
