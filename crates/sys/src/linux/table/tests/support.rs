//! Floor 7. Real processes to read, and other sources that say what they used.

use std::io::{Read, Write};
use std::process::{Child, Command, Stdio};
use std::{fs, thread};

use procmon_model::metrics::MetricSet;
use procmon_model::ports::{Pass, ProcessTable};
use procmon_model::process::{ProcessKey, Reading, Readings};
use procmon_model::units::CpuTime;

use crate::linux::support::within;
use crate::linux::table::Table;
use crate::linux::{image, syscall};

pub(super) fn key_of(pid: u32) -> ProcessKey {
    ProcessKey { pid, start: image::stat(pid).unwrap().start }
}

/// Reads everything of a process but what depends on how much time has passed.
pub(super) fn read(table: &mut Table, key: ProcessKey) -> Option<Reading> {
    let mut readings = Readings::default();
    let metrics = MetricSet::ALL.without(MetricSet::PSS);
    let pass = Pass { keys: &[key], metrics, copies: &[] };
    table.read(&pass, &mut readings);
    assert!(readings.processes.len() <= 1);
    readings.processes.pop()
}

/// A `cat` that answers what it is told, and sleeps in between.
pub(super) struct Echo {
    pub(super) child: Child,
    pub(super) key: ProcessKey,
}

impl Echo {
    pub(super) fn start() -> Self {
        let mut command = Command::new("cat");
        let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let mut echo = Self { key: key_of(child.id()), child };
        echo.say("?");
        echo
    }

    /// Says something, hears it back, and returns once the process is off the processor.
    pub(super) fn say(&mut self, words: &str) {
        self.child.stdin.as_mut().unwrap().write_all(words.as_bytes()).unwrap();
        let mut answer = vec![0; words.len()];
        self.child.stdout.as_mut().unwrap().read_exact(&mut answer).unwrap();
        assert_eq!(answer, words.as_bytes());
        within("cat to sleep", || {
            let before = syscall::process_cpu(self.key.pid)?;
            let stat = image::stat(self.key.pid)?;
            (stat.state == b'S' && syscall::process_cpu(self.key.pid) == Some(before)).then_some(())
        });
    }

    /// Ends it; nobody has waited for it then.
    pub(super) fn end(&mut self) {
        drop(self.child.stdin.take());
        wait_until_ended(self.key.pid);
    }

    pub(super) fn numbers_from_ps(&self, columns: &str) -> Vec<u64> {
        let arguments = ["-o", columns, "-p", &self.key.pid.to_string()];
        let output = Command::new("ps").args(arguments).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.split_whitespace().map(|word| word.parse().unwrap()).collect()
    }
}

impl Drop for Echo {
    fn drop(&mut self) {
        let killed = self.child.kill();
        let waited = self.child.wait();
        assert!(thread::panicking() || (killed.is_ok() && waited.is_ok()));
    }
}

pub(super) fn wait_until_ended(pid: u32) {
    within("the child's end", || image::stat(pid)?.has_ended().then_some(()));
}

/// Waits for a child as the kernel lets its parent do, and returns what it says the child used.
#[expect(clippy::needless_pass_by_value, reason = "who has waited for a child has none any more")]
pub(super) fn cpu_from_wait4(child: Child) -> CpuTime {
    let pid = libc::pid_t::try_from(child.id()).unwrap();
    // SAFETY: an rusage is plain numbers, for which zero is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the status is not asked for, and `usage` is valid for writing.
    let waited = unsafe { libc::wait4(pid, std::ptr::null_mut(), 0, &raw mut usage) };
    assert_eq!(waited, pid);
    let micros = |time: libc::timeval| time.tv_sec * 1_000_000 + time.tv_usec;
    let total = micros(usage.ru_utime) + micros(usage.ru_stime);
    CpuTime::from_nanos(u64::try_from(total).unwrap() * 1000)
}

pub(super) fn within_a_millisecond(one: CpuTime, two: CpuTime) -> bool {
    one.as_nanos().abs_diff(two.as_nanos()) < 1_000_000
}

/// How many descriptors of ours lead into the process's folder in /proc.
pub(super) fn kept_for(pid: u32) -> usize {
    let folder = format!("/proc/{pid}/");
    let links = fs::read_dir("/proc/self/fd").unwrap().flatten();
    links
        .filter(|entry| {
            fs::read_link(entry.path())
                .is_ok_and(|path| path.to_string_lossy().starts_with(&folder))
        })
        .count()
}

/// A shell that works for a while and ends.
pub(super) fn worker() -> Child {
    let work = "i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done";
    Command::new("sh").args(["-c", work]).spawn().unwrap()
}
