//! Floor 7. The number that was given to a new process or thread last, and those that were given since.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::sync::mpsc;
use std::thread;

use crate::linux::kernel::process;
use crate::linux::parse;

/// The lowest number after the highest was given (`RESERVED_PIDS` of the kernel).
const LOWEST: u32 = 300;

/// How far the counter may have gone on between the birth of our witness and its look.
const NEAR: usize = 2048;

/// The counter of process numbers of our pid namespace.
#[derive(Debug)]
pub(super) struct LastPid {
    file: File,
    parse: fn(&[u8]) -> Option<u32>,
    /// One more than the highest number.
    end: u32,
}

impl LastPid {
    /// A counter that tells of our own threads.
    pub(super) fn open() -> io::Result<Self> {
        let end = fs::read("/proc/sys/kernel/pid_max").ok().and_then(|text| number(&text));
        let end = end.unwrap_or(4 * 1024 * 1024);
        // Containers may lay a file of their own over the first (LXCFS does), and kernels be built without the second.
        let first = Self::of("/proc/loadavg", parse::last_pid, end);
        first.or_else(|_| Self::of("/proc/sys/kernel/ns_last_pid", number, end))
    }

    /// The number that was given last; `None` where it cannot be read.
    pub(super) fn now(&self) -> Option<u32> {
        let mut buffer = [0; 128];
        let length = self.file.read_at(&mut buffer, 0).ok()?;
        (self.parse)(buffer.get(..length)?)
    }

    /// The numbers that may have been given since `before` was the last, in their order.
    pub(super) fn given(&self, before: u32, now: u32) -> impl Iterator<Item = u32> + use<> {
        given(before, now, self.end)
    }

    fn of(path: &str, parse: fn(&[u8]) -> Option<u32>, end: u32) -> io::Result<Self> {
        let counter = Self { file: File::open(path)?, parse, end };
        let (tell, told) = mpsc::channel();
        thread::Builder::new().name("procmon-witness".to_owned()).spawn(move || {
            // Nobody listens any more where the other side has given up.
            tell.send(process::own_thread()).unwrap_or_default();
        })?;
        let thread = told.recv().map_err(io::Error::other)?;
        if counter.now().is_some_and(|now| is_near(thread, now, end)) {
            return Ok(counter);
        }
        Err(io::Error::other("the system hides the number that was given to a process last"))
    }
}

/// Whether a counter may stand there soon after a number was given.
fn is_near(given_before: u32, now: u32, end: u32) -> bool {
    given(given_before, now, end).take(NEAR).count() < NEAR
}

fn given(before: u32, now: u32, end: u32) -> impl Iterator<Item = u32> {
    let wrapped = now < before;
    let up = before.saturating_add(1)..if wrapped { end } else { now.saturating_add(1) };
    let again = LOWEST..if wrapped { now.saturating_add(1) } else { LOWEST };
    up.chain(again)
}

fn number(text: &[u8]) -> Option<u32> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(before: u32, now: u32) -> Vec<u32> {
        given(before, now, 1000).collect()
    }

    #[test]
    fn numbers_go_up_and_begin_again_after_the_highest() {
        assert_eq!(numbers(7, 10), [8, 9, 10]);
        assert_eq!(numbers(997, 302), [998, 999, 300, 301, 302]);
        assert_eq!(numbers(999, 300), [300]);
    }

    #[test]
    fn nobody_was_born_where_the_counter_stands_still() {
        assert_eq!(numbers(10, 10), [0; 0]);
    }

    #[test]
    fn both_counters_tell_of_a_thread_of_ours() {
        for (path, parse) in [
            ("/proc/loadavg", parse::last_pid as fn(&[u8]) -> Option<u32>),
            ("/proc/sys/kernel/ns_last_pid", number),
        ] {
            assert!(LastPid::of(path, parse, 4_194_304).unwrap().now().is_some(), "{path}");
        }
    }

    #[test]
    fn a_counter_of_other_processes_is_far_from_our_numbers() {
        assert!(is_near(20_000, 20_000, 32_768) && is_near(32_700, 400, 32_768));
        assert!(!is_near(20_000, 19_999, 32_768) && !is_near(20_000, 30_000, 32_768));
    }
}
