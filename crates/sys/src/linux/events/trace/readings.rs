//! Floor 7. What is read of a process at its stops. All of it is exact: nothing moves meanwhile.

use std::fs::{self, File};
use std::io::Read;

use procmon_model::units::{Bytes, CpuTime};

use crate::linux::events::trace::io::Moved;
use crate::linux::parse::{self, Io, Schedstat};
use crate::linux::syscall;

/// Holds any text that is read here: a status may be long where a user has many groups.
const LONGEST: usize = 8192;

/// What is read of a process when its last thread comes to its end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct AtExit {
    /// The largest resident memory of the program that it ran last.
    pub(super) rss_peak: Option<Bytes>,
    /// What it and the children that it had waited for moved.
    pub(super) moved: Option<Moved>,
    /// Whether nobody waits for its children, so that what they moved is not added to what it did.
    pub(super) disowns_children: bool,
}

/// What a process had used at some moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Used {
    pub(super) cpu: CpuTime,
    pub(super) run_delay: CpuTime,
    /// Together with the children that it had waited for.
    pub(super) moved: Moved,
}

/// What can be read only as long as a process has its memory. Its first thread may have gone before, so that another's
/// number is as good.
pub(super) fn at_exit(thread: u32) -> AtExit {
    let status = text(thread, "status").unwrap_or_default();
    AtExit {
        rss_peak: parse::peak_resident(&status).map(Bytes::new),
        moved: moved(thread),
        disowns_children: ignores(&status, libc::SIGCHLD),
    }
}

/// What a process that lives has used so far.
pub(super) fn used(pid: u32) -> Used {
    Used {
        cpu: syscall::process_cpu(pid).unwrap_or_default(),
        run_delay: run_delay(pid).unwrap_or_default(),
        moved: moved(pid).unwrap_or_default(),
    }
}

/// How long the first thread of a process was ready to run and had no processor; told of a zombie, too.
pub(super) fn run_delay(pid: u32) -> Option<CpuTime> {
    let times = Schedstat::parse(&text(pid, "schedstat")?)?;
    Some(CpuTime::from_nanos(times.waited))
}

/// The process of a thread.
pub(super) fn process_of(thread: u32) -> Option<u32> {
    field(&text(thread, "status")?, "Tgid:")?.parse().ok()
}

/// Whether we have the right to trace anybody (`CAP_SYS_PTRACE`).
pub(super) fn may_trace_anybody() -> bool {
    const SYS_PTRACE: u32 = 19;
    let status = fs::read("/proc/self/status").unwrap_or_default();
    mask(&status, "CapEff:").is_some_and(|rights| rights >> SYS_PTRACE & 1 == 1)
}

/// The thread that traces a thread; `None` where nobody does.
pub(super) fn tracer_of(thread: u32) -> Option<u32> {
    let tracer = field(&text(thread, "status")?, "TracerPid:")?.parse().ok()?;
    (tracer != 0).then_some(tracer)
}

fn moved(thread: u32) -> Option<Moved> {
    let Io { read, written, .. } = Io::parse(&text(thread, "io")?);
    Some(Moved { read: Bytes::new(read?), written: Bytes::new(written?) })
}

fn ignores(status: &[u8], signal: i32) -> bool {
    mask(status, "SigIgn:").is_some_and(|signals| signals >> (signal - 1) & 1 == 1)
}

fn mask(status: &[u8], name: &str) -> Option<u64> {
    u64::from_str_radix(field(status, name)?, 16).ok()
}

/// The value of a line of a status. The kernel escapes newlines in names, so a line's beginning is what it seems.
fn field<'a>(status: &'a [u8], name: &str) -> Option<&'a str> {
    let mut lines = status.split(|byte| *byte == b'\n');
    let value = lines.find_map(|line| line.strip_prefix(name.as_bytes()))?;
    str::from_utf8(value).ok().map(str::trim)
}

/// A text of /proc that is given out at once, in one read.
fn text(thread: u32, name: &str) -> Option<Vec<u8>> {
    let mut file = File::open(format!("/proc/{thread}/{name}")).ok()?;
    let mut bytes = vec![0; LONGEST];
    let length = file.read(&mut bytes).ok()?;
    bytes.truncate(length);
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_of_a_status_are_found_by_their_names() {
        let status = b"Name:\tTgid: 4\\n\nTgid:\t12\nTracerPid:\t0\nSigIgn:\t0000000000011000\n";
        assert_eq!(field(status, "Tgid:"), Some("12"));
        assert_eq!(field(status, "NoSuch:"), None);
        assert!(ignores(status, libc::SIGCHLD) && ignores(status, libc::SIGPIPE));
        assert!(!ignores(status, libc::SIGTERM));
    }

    #[test]
    fn a_process_that_nobody_traces_has_used_what_its_clock_says() {
        let us = std::process::id();
        let before = syscall::own_cpu();
        let used = used(us);
        assert!(before <= used.cpu && used.cpu <= syscall::own_cpu());
        assert_eq!((process_of(us), tracer_of(us)), (Some(us), None));
        assert!(at_exit(us).rss_peak.unwrap() > Bytes::new(1 << 20));
    }
}
