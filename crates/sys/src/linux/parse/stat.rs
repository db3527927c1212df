//! Floor 7. `/proc/pid/stat`: who a process is, and what the scheduler counts for it.

use std::ops::Range;

use procmon_model::process::ProcessKey;

use super::text::{number, signed, small, words_of_line};

/// A line of `/proc/pid/stat`; times are in clock ticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Stat {
    /// Where in the line the name stands that the kernel has for the process, without its brackets.
    pub(crate) comm: Range<usize>,
    /// One letter: R, S, D, T, t, Z, X or I.
    pub(crate) state: u8,
    /// The parent's number; 0 where it lives in another pid namespace.
    pub(crate) parent: u32,
    /// The process group; -1 in the moment between a process's end and its going.
    pub(crate) group: i32,
    /// The session; -1 likewise.
    pub(crate) session: i32,
    /// What the kernel has noted of it.
    flags: u64,
    pub(crate) minor_faults: u64,
    pub(crate) major_faults: u64,
    pub(crate) user_ticks: u64,
    pub(crate) system_ticks: u64,
    /// Of the children that it has waited for, and of those that they had waited for.
    pub(crate) reaped_user_ticks: u64,
    pub(crate) reaped_system_ticks: u64,
    /// Threads alive; 0 in the moment between a process's end and its going.
    pub(crate) threads: u32,
    /// When it started, in ticks since boot.
    pub(crate) start: u64,
    /// Where its stack begins, another place after each execve(2); 0 where we have no right to know.
    pub(crate) stack: u64,
    /// How long its first thread waited for storage; 0 also where the kernel does not count that.
    pub(crate) block_ticks: Option<u64>,
    /// The status that wait(2) would give; 0 where it lives or we have no right to know, `None` before Linux 3.5.
    pub(crate) exit_code: Option<i32>,
}

impl Stat {
    /// Whether it is of this very process.
    ///
    /// The one tolerance for all comparisons: a start time that was worked out from the kernel's event of a fork comes
    /// from another clock, which can put it a tick off and no more. A greater one would take the next owner of a number for the one before where numbers are few.
    pub(crate) const fn is_of(&self, key: ProcessKey) -> bool {
        self.start.abs_diff(key.start) <= 1
    }

    /// Whether all of its threads have ended, so that only its parent has to hear of it; the state tells of the first.
    pub(crate) const fn has_ended(&self) -> bool {
        matches!(self.state, b'Z' | b'X' | b'x') && self.threads <= 1
    }

    /// Whether it has called execve(2) since its birth, and so does not run what its parent ran then.
    pub(crate) const fn has_own_program(&self) -> bool {
        /// "Forked but didn't exec", of the kernel's sched.h.
        const FORKED_ONLY: u64 = 0x40;
        self.flags & FORKED_ONLY == 0
    }

    /// Whether it is a thread of the kernel's own.
    pub(crate) const fn is_kernels(&self) -> bool {
        /// "I am a kernel thread", of the kernel's sched.h.
        const KERNEL_THREAD: u64 = 0x0020_0000;
        self.flags & KERNEL_THREAD != 0
    }

    /// Reads one line. The name may hold anything, so it ends at the last closing bracket.
    pub(crate) fn parse(line: &[u8]) -> Option<Self> {
        let open = line.iter().position(|byte| *byte == b'(')?;
        let close = line.iter().rposition(|byte| *byte == b')')?;
        let comm = open + 1..close;
        line.get(comm.clone())?;
        // Numbered as the manual does: after the name comes field 3, and nth passes over fields in between.
        let mut fields = words_of_line(line.get(close + 1..)?);
        Some(Self {
            comm,
            state: *fields.next()?.first()?,
            parent: small(fields.next()?)?,
            group: signed(fields.next()?)?,
            session: signed(fields.next()?)?,
            flags: number(fields.nth(2)?)?,
            minor_faults: number(fields.next()?)?,
            major_faults: number(fields.nth(1)?)?,
            user_ticks: number(fields.nth(1)?)?,
            system_ticks: number(fields.next()?)?,
            reaped_user_ticks: number(fields.next()?)?,
            reaped_system_ticks: number(fields.next()?)?,
            threads: small(fields.nth(2)?)?,
            start: number(fields.nth(1)?)?,
            stack: number(fields.nth(5)?)?,
            block_ticks: fields.nth(13).and_then(number),
            exit_code: fields.nth(9).and_then(signed),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_every_field_of_a_stat_line_from_its_place() {
        let numbers: Vec<String> = (4..=52).map(|field| field.to_string()).collect();
        let line = format!("3 (a b) S {}\n", numbers.join(" "));
        let stat = Stat::parse(line.as_bytes()).unwrap();
        assert_eq!(&line[stat.comm.clone()], "a b");
        let expected = Stat {
            comm: 3..6,
            state: b'S',
            parent: 4,
            group: 5,
            session: 6,
            flags: 9,
            minor_faults: 10,
            major_faults: 12,
            user_ticks: 14,
            system_ticks: 15,
            reaped_user_ticks: 16,
            reaped_system_ticks: 17,
            threads: 20,
            start: 22,
            stack: 28,
            block_ticks: Some(42),
            exit_code: Some(52),
        };
        assert_eq!(stat, expected);
    }

    #[test]
    fn a_process_on_its_way_out_has_negative_groups() {
        let line = b"7 (x) X 1 -1 -1 0 -1 4 0 0 0 0 0 0 0 0 20 0 0 0 99 0 0 0 0 0 0 0 0 0";
        let stat = Stat::parse(line).unwrap();
        assert_eq!((stat.group, stat.session, stat.threads, stat.start), (-1, -1, 0, 99));
        assert_eq!((stat.block_ticks, stat.exit_code), (None, None));
    }
}
