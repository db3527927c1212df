//! Floor 7. A process that does what a test tells it, in Python, and sleeps in between.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Instant;
use std::{fs, thread};

use procmon_model::metrics::MetricSet;
use procmon_model::ports::Pass;
use procmon_model::process::{ProcessKey, Readings};

use super::support::{key_of, wait_until_ended};
use crate::linux::parse::Stat;
use crate::linux::support::within;
use crate::linux::syscall;
use crate::linux::table::Table;

pub(super) struct Puppet {
    child: Child,
    answers: BufReader<ChildStdout>,
    pub(super) key: ProcessKey,
}

impl Puppet {
    /// Starts one that has run these lines.
    pub(super) fn start(lines: &[&str]) -> Self {
        let listen = "import os, sys\nfor line in sys.stdin: exec(line); print(flush=True)";
        let mut command = Command::new("/usr/bin/python3");
        command.args(["-c", listen]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        let mut puppet = Self { key: key_of(child.id()), child, answers };
        for line in lines {
            puppet.tell(line);
        }
        puppet
    }

    /// Tells it to run a line, without waiting for it.
    pub(super) fn order(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Lets it run a line, and returns what that printed once the process sleeps again.
    pub(super) fn tell(&mut self, line: &str) -> String {
        self.order(line);
        let mut answer = String::new();
        while !answer.ends_with("\n\n") && answer != "\n" {
            assert!(self.answers.read_line(&mut answer).unwrap() > 0, "{line}: {answer}");
        }
        wait_until_asleep(self.key.pid);
        answer.trim_end().to_owned()
    }

    /// Ends it at once; nobody has waited for it then.
    pub(super) fn kill(&mut self) {
        self.child.kill().unwrap();
        wait_until_ended(self.key.pid);
    }

    /// A figure of a file in its folder in /proc, by the beginning of its line.
    pub(super) fn figure(&self, file: &str, line: &str) -> u64 {
        figure(self.key.pid, file, line)
    }
}

impl Drop for Puppet {
    fn drop(&mut self) {
        let killed = self.child.kill();
        let waited = self.child.wait();
        assert!(thread::panicking() || (killed.is_ok() && waited.is_ok()));
    }
}

/// Waits until all threads of a process sleep, and none has run while they were looked at.
pub(super) fn wait_until_asleep(pid: u32) {
    within("the process to sleep", || {
        let before = syscall::process_cpu(pid)?;
        let threads = fs::read_dir(format!("/proc/{pid}/task")).unwrap().flatten();
        let mut stats = threads.map(|entry| fs::read(entry.path().join("stat")));
        let asleep = stats.all(|stat| {
            stat.is_ok_and(|stat| Stat::parse(&stat).is_some_and(|stat| stat.state == b'S'))
        });
        (asleep && syscall::process_cpu(pid) == Some(before)).then_some(())
    });
}

/// A figure of a file in a process's folder in /proc, by the beginning of its line.
pub(super) fn figure(pid: u32, file: &str, line: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/{file}")).unwrap();
    let value = text.lines().find_map(|it| it.strip_prefix(line)).unwrap();
    value.split_whitespace().next().unwrap().parse().unwrap()
}

/// One pass at a moment over these processes, of which some share memory.
pub(super) fn pass_at(
    table: &mut Table,
    keys: &[ProcessKey],
    copies: &[ProcessKey],
    metrics: MetricSet,
    now: Instant,
) -> Readings {
    let mut readings = Readings::default();
    table.read_at(&Pass { keys, metrics, copies }, now, &mut readings);
    readings
}
