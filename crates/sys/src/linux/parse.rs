//! Floor 7. The texts of /proc as values: parsers that allocate nothing and take any bytes without a panic.
//!
//! Each returns `None` for what is not the text it knows. The formats: proc(5) and the pages it names.

use std::ops::Range;

use procmon_model::process::ProcessKey;

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
    /// The status that wait(2) would give; 0 where it lives or we have no right to know, `None` before Linux 3.5.
    pub(crate) exit_code: Option<i32>,
}

impl Stat {
    /// Whether it is of this very process. A start time that was worked out from the kernel's event can be a tick off.
    pub(crate) const fn is_of(&self, key: ProcessKey) -> bool {
        self.start.abs_diff(key.start) <= 1
    }

    /// Whether all of its threads have ended, so that only its parent has to hear of it; the state tells of the first.
    pub(crate) const fn has_ended(&self) -> bool {
        matches!(self.state, b'Z' | b'X' | b'x') && self.threads <= 1
    }

    /// Whether it has called execve(2) since its birth: the kernel's `PF_FORKNOEXEC` is not set.
    pub(crate) const fn has_own_program(&self) -> bool {
        self.flags & 0x40 == 0
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
            exit_code: fields.nth(23).and_then(signed),
        })
    }
}

/// The sizes of `/proc/pid/statm`, in pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Statm {
    /// Address space; 0 where the process has none (any more).
    pub(crate) size: u64,
    pub(crate) resident: u64,
    /// The resident pages that a file or shared memory backs.
    pub(crate) shared: u64,
}

impl Statm {
    pub(crate) fn parse(line: &[u8]) -> Option<Self> {
        let mut fields = words_of_line(line);
        Some(Self {
            size: number(fields.next()?)?,
            resident: number(fields.next()?)?,
            shared: number(fields.next()?)?,
        })
    }
}

/// The bytes of `/proc/pid/io`; a kernel may be built without some of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Io {
    pub(crate) read_chars: Option<u64>,
    pub(crate) written_chars: Option<u64>,
    pub(crate) read: Option<u64>,
    pub(crate) written: Option<u64>,
}

impl Io {
    pub(crate) fn parse(text: &[u8]) -> Self {
        let mut io = Self::default();
        for line in text.split(|byte| *byte == b'\n') {
            let mut words = words_of_line(line);
            let (Some(name), value) = (words.next(), words.next().and_then(number)) else {
                continue;
            };
            match name {
                b"rchar:" => io.read_chars = value,
                b"wchar:" => io.written_chars = value,
                b"read_bytes:" => io.read = value,
                b"write_bytes:" => io.written = value,
                _ => {}
            }
        }
        io
    }
}

/// The largest resident memory, in bytes, as `/proc/pid/status` has it; a process without memory has none.
pub(crate) fn peak_resident(status: &[u8]) -> Option<u64> {
    kilobytes(status, b"VmHWM:")
}

/// All of the memory, in bytes, as `/proc/meminfo` has it.
pub(crate) fn total_memory(meminfo: &[u8]) -> Option<u64> {
    kilobytes(meminfo, b"MemTotal:")
}

/// A line `name   12 kB`, in bytes. The kernel escapes newlines in names, so a line's beginning is what it seems.
fn kilobytes(text: &[u8], name: &[u8]) -> Option<u64> {
    let line = text.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(name))?;
    number(words_of_line(line).next()?)?.checked_mul(1024)
}

/// The number that was given to a new process or thread last, as `/proc/loadavg` has it.
pub(crate) fn last_pid(loadavg: &[u8]) -> Option<u32> {
    small(words_of_line(loadavg).nth(4)?)
}

/// The words of a `/proc/pid/cmdline`.
///
/// A program that has written a title over its command line leaves one word, padded with NULs or spaces; the
/// padding is left out. An empty last word is kept where other words stand before it.
pub(crate) fn words(cmdline: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = cmdline.strip_suffix(b"\0").unwrap_or(cmdline);
    let first = text.split(|byte| *byte == 0).next().unwrap_or_default();
    let alone = text[first.len()..].iter().all(|byte| *byte == 0);
    let text = if alone { first.trim_ascii_end() } else { text };
    let known = !text.is_empty();
    text.split(|byte| *byte == 0).filter(move |_| known)
}

/// Those variables of a `/proc/pid/environ` that have one of these names, each with its value.
pub(crate) fn variables<'a>(
    environ: &'a [u8],
    names: &'a [&'a str],
) -> impl Iterator<Item = (&'a str, &'a [u8])> {
    environ.split(|byte| *byte == 0).filter_map(|variable| {
        let equals = variable.iter().position(|byte| *byte == b'=')?;
        let name = names.iter().find(|name| name.as_bytes() == &variable[..equals])?;
        Some((*name, &variable[equals + 1..]))
    })
}

pub(crate) fn words_of_line(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty())
}

pub(crate) fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |value, byte| {
        let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
        value.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

fn small(digits: &[u8]) -> Option<u32> {
    number(digits).and_then(|value| u32::try_from(value).ok())
}

fn signed(digits: &[u8]) -> Option<i32> {
    let magnitude = digits.strip_prefix(b"-");
    let value = i64::try_from(number(magnitude.unwrap_or(digits))?).ok()?;
    i32::try_from(if magnitude.is_some() { -value } else { value }).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words_of(cmdline: &[u8]) -> Vec<&[u8]> {
        words(cmdline).collect()
    }

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
            exit_code: Some(52),
        };
        assert_eq!(stat, expected);
    }

    #[test]
    fn a_process_on_its_way_out_has_negative_groups() {
        let line = b"7 (x) X 1 -1 -1 0 -1 4 0 0 0 0 0 0 0 0 20 0 0 0 99 0 0 0 0 0 0 0 0 0";
        let stat = Stat::parse(line).unwrap();
        assert_eq!((stat.group, stat.session, stat.threads, stat.start), (-1, -1, 0, 99));
        assert_eq!(stat.exit_code, None);
    }

    #[test]
    fn a_process_has_ended_with_its_last_thread() {
        let stat = |state: char, threads: u32| {
            let rest = format!("1 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 {threads} 0 9 0 0 0 0 0 0");
            Stat::parse(format!("5 (x) {state} {rest}").as_bytes()).unwrap()
        };
        for state in ['Z', 'X', 'x'] {
            let ended = [0, 1, 2].map(|threads| stat(state, threads).has_ended());
            assert_eq!(ended, [true, true, false], "{state}");
        }
        assert!(!stat('S', 1).has_ended());
    }

    #[test]
    fn a_number_that_is_too_large_is_no_number() {
        assert_eq!(number(b"18446744073709551615"), Some(u64::MAX));
        assert_eq!(number(b"18446744073709551616"), None);
        assert_eq!(signed(b"-2147483648"), Some(i32::MIN));
        assert_eq!(signed(b"2147483648"), None);
        assert_eq!((number(b""), number(b"-1"), number(b"1x")), (None, None, None));
    }

    #[test]
    fn reads_the_bytes_of_io_by_name_and_passes_over_others() {
        let text = b"rchar: 1\nwchar: 2\nsyscr: 3\nread_bytes: 5\nwrite_bytes: x\n";
        let io = Io { read_chars: Some(1), written_chars: Some(2), read: Some(5), written: None };
        assert_eq!(Io::parse(text), io);
    }

    #[test]
    fn reads_memory_in_bytes() {
        let status = b"Name:\tVmHWM: 3 kB\nVmPeak:\t    99 kB\nVmHWM:\t     12 kB\n";
        assert_eq!(peak_resident(status), Some(12 * 1024));
        assert_eq!(peak_resident(b"Name:\tx\nState:\tZ (zombie)\n"), None);
        assert_eq!(total_memory(b"MemTotal:  4039292 kB\n"), Some(4_039_292 * 1024));
        let statm = Statm { size: 10, resident: 4, shared: 3 };
        assert_eq!(Statm::parse(b"10 4 3 1 0 2 0\n"), Some(statm));
        assert_eq!(Statm::parse(b"10 4"), None);
    }

    #[test]
    fn reads_the_last_pid() {
        assert_eq!(last_pid(b"0.20 0.18 0.12 1/80 11206\n"), Some(11206));
        assert_eq!(last_pid(b"0.20 0.18 0.12 1/80\n"), None);
    }

    #[test]
    fn splits_a_command_line_and_keeps_empty_words() {
        assert_eq!(words_of(b"node\0-e\0\0"), [&b"node"[..], b"-e", b""]);
        assert_eq!(words_of(b"sh\0\0x\0"), [&b"sh"[..], b"", b"x"]);
        assert_eq!(words_of(b"two words\0\xff\0"), [&b"two words"[..], b"\xff"]);
        assert!(words_of(b"").is_empty());
        assert!(words_of(b"\0\0\0").is_empty());
    }

    #[test]
    fn a_title_is_one_word_without_its_padding() {
        assert_eq!(words_of(b"npm run test\0\0\0\0"), [b"npm run test"]);
        assert_eq!(words_of(b"postgres: writer      "), [b"postgres: writer"]);
        assert_eq!(words_of(b"title \0\0"), [b"title"]);
    }

    #[test]
    fn picks_variables_by_their_whole_name() {
        let environ = b"A=1\0JEST_WORKER_ID=2\0XJEST_WORKER_ID=3\0B\0JEST_WORKER_ID_=4\0C==x\0";
        let found: Vec<_> = variables(environ, &["JEST_WORKER_ID", "B", "C"]).collect();
        assert_eq!(found, [("JEST_WORKER_ID", &b"2"[..]), ("C", b"=x")]);
    }

    /// Parses bytes in every way there is.
    fn parse_all(bytes: &[u8]) {
        if let Some(stat) = Stat::parse(bytes) {
            assert!(bytes.get(stat.comm).is_some());
        }
        Statm::parse(bytes);
        Io::parse(bytes);
        peak_resident(bytes);
        total_memory(bytes);
        last_pid(bytes);
        assert!(words(bytes).map(<[u8]>::len).sum::<usize>() <= bytes.len());
        assert!(variables(bytes, &["PATH", ""]).count() <= bytes.len());
    }

    /// The files of this very process, and two of the machine.
    fn real_file(index: usize) -> Vec<u8> {
        const NAMES: [&str; 8] = [
            "self/stat",
            "self/statm",
            "self/io",
            "self/status",
            "self/cmdline",
            "self/environ",
            "loadavg",
            "meminfo",
        ];
        std::fs::read(format!("/proc/{}", NAMES[index % NAMES.len()])).unwrap()
    }

    proptest! {
        #[test]
        fn no_bytes_make_a_parser_panic(bytes in any::<Vec<u8>>()) {
            parse_all(&bytes);
        }

        #[test]
        fn no_damage_to_a_real_file_makes_a_parser_panic(
            file in any::<usize>(),
            edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..8),
        ) {
            let mut bytes = real_file(file);
            for (place, byte, kind) in edits {
                let at = place.index(bytes.len() + 1);
                match kind {
                    0 => bytes.truncate(at),
                    1 => bytes.insert(at, byte),
                    2 => drop(bytes.splice(at.., bytes[..at].to_vec())),
                    _ => drop(bytes.get_mut(at).map(|old| *old = byte)),
                }
                parse_all(&bytes);
            }
        }

        #[test]
        fn any_name_survives_in_a_stat_line(
            comm in any::<Vec<u8>>(),
            numbers in prop::collection::vec(0..=i32::MAX.unsigned_abs(), 49),
        ) {
            let mut line = b"42 (".to_vec();
            line.extend_from_slice(&comm);
            line.extend_from_slice(b") R");
            for number in &numbers {
                line.extend(format!(" {number}").bytes());
            }
            let stat = Stat::parse(&line).unwrap();
            prop_assert_eq!(&line[stat.comm.clone()], &comm[..]);
            prop_assert_eq!(stat.parent, numbers[0]);
            prop_assert_eq!(stat.user_ticks, u64::from(numbers[10]));
            prop_assert_eq!(stat.start, u64::from(numbers[18]));
            prop_assert_eq!(stat.exit_code, i32::try_from(numbers[48]).ok());
        }

        #[test]
        fn a_command_line_of_two_words_or_more_comes_back(
            command in prop::collection::vec("[^\0]{1,9}", 2..6),
        ) {
            let cmdline: Vec<u8> = command.iter().flat_map(|word| [word.as_bytes(), b"\0"].concat()).collect();
            prop_assert_eq!(words_of(&cmdline), command.iter().map(String::as_bytes).collect::<Vec<_>>());
        }
    }
}
