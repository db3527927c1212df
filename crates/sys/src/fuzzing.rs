//! Floor 7. What must hold of the parsers whatever bytes they get, a function for each target of `fuzz/`.
//!
//! Each parses and panics where its claim is broken. What a parser found is looked up again by simpler means that may
//! allocate: as words of the text, read by the standard library, or as bytes somewhere in the message.

use std::path::Component;
use std::str::FromStr;

use procmon_model::units::{Bytes, CpuTime};

use crate::linux::cgroup::find::{Groups, Shown, groups as groups_of};
use crate::linux::cgroup::text::{Mount, field, members, memberships, mounts};
use crate::linux::events::codec::{Gaps, decode};
use crate::linux::events::records::codec::{self, Record};
use crate::linux::parse::{self, Io, Schedstat, Stalls, Stat, Statm, Status};
use crate::linux::sockets::message::{Body, Connection, messages};

/// Messages of taskstats, one behind the other.
pub fn exit_records(bytes: &[u8]) {
    let mut rest = bytes;
    while let Some(message) = codec::decode(rest) {
        let whole = &rest[..length_of(rest)];
        assert_eq!(codec::decode(&whole[..whole.len() - 1]), None, "it is shorter than it says");
        if let codec::Message::Ended(record) = &message {
            check_record(whole, record);
        }
        assert_eq!(codec::decode(whole), Some(message), "what follows it is no part of it");
        rest = &rest[whole.len()..];
    }
}

/// Somewhere in the message stand the name and, as far behind it as in every version of the structure, the numbers.
fn check_record(message: &[u8], record: &Record) {
    assert_ne!(record.peak, Some(Bytes::ZERO), "no process has no memory");
    // One that is too high for bytes cannot be told in kilobytes any more.
    let kilobytes = record.peak.map(Bytes::get).filter(|peak| *peak < u64::MAX).map(|it| it / 1024);
    let has = |at: usize, number: &[u8]| message.get(at..).is_some_and(|it| it.starts_with(number));
    let is_read_from = |name: usize| {
        let mut numbers = [
            (88, record.faults),
            (120, kilobytes),
            (168, record.read.map(Bytes::get)),
            (176, record.written.map(Bytes::get)),
        ]
        .into_iter();
        has(name, &record.name)
            && has(name + 48, &record.thread.to_ne_bytes())
            && numbers.all(|(far, it)| it.is_none_or(|it| has(name + far, &it.to_ne_bytes())))
    };
    assert!((0..message.len()).any(is_read_from), "{record:?} is not there");
    for delay in [record.run_delay, record.block_delay].into_iter().flatten() {
        let delay = delay.as_nanos().to_ne_bytes();
        assert!(message.windows(delay.len()).any(|bytes| bytes == delay), "{record:?}");
    }
    let is_printable = |name: String| !name.is_empty() && !name.contains(char::is_control);
    assert!(record.name().is_none_or(is_printable), "{record:?}");
}

/// The texts about control groups: `/proc/pid/cgroup`, `/proc/self/mountinfo`, and those with a key or a number a line.
pub fn groups(text: &[u8]) {
    for key in ["oom_kill ", "usage_usec "] {
        let mut numbers = behind(text, key).filter_map(|rest| alone(&words(rest)));
        assert_eq!(field(text, key.trim_end().as_bytes()), numbers.next(), "{key}");
    }
    let pids = lines(text).filter_map(|words| alone(&words)).filter(|pid| *pid != 0);
    assert!(members(text).eq(pids));
    let each = || text.split(|byte| *byte == b'\n');
    assert!(memberships(text).eq(each().flat_map(memberships)), "a line is read for itself");
    assert!(mounts(text).eq(each().flat_map(mounts)), "a line is read for itself");
    for line in each() {
        memberships(line).for_each(|group| {
            let path = group.path.as_os_str().as_encoded_bytes();
            assert!(path.starts_with(b"/") && line.ends_with(&[b":", path].concat()));
            assert!(!group.is_unified() || !group.is_memory());
        });
        mounts(line).for_each(|mount| check_mount(line, &mount));
    }
    check_groups(text);
}

/// The fifth field of its line is where it is mounted, with each escape undone.
fn check_mount(line: &[u8], mount: &Mount) {
    let octal = |part: &[u8]| {
        let mut digits = part.get(..3)?.iter();
        let value = digits.try_fold(0, |value, digit| {
            matches!(digit, b'0'..=b'7').then(|| value * 8 + u32::from(digit - b'0'))
        });
        u8::try_from(value?).ok()
    };
    let field = line.split(|byte| *byte == b' ').nth(4).unwrap_or_default();
    let mut parts = field.split(|byte| *byte == b'\\');
    let mut point = parts.next().unwrap_or_default().to_vec();
    for part in parts {
        let escaped = octal(part);
        point.push(escaped.unwrap_or(b'\\'));
        point.extend(if escaped.is_some() { &part[3..] } else { part });
    }
    assert_eq!(mount.point.as_os_str().as_encoded_bytes(), point);
    assert!(!mount.is_unified || !mount.is_memory);
}

/// A group is found below the mount that shows it, and whether it exists decides nothing else.
fn check_groups(text: &[u8]) {
    let found = groups_of(text, text, |_| true);
    assert_eq!(found.memory_is_apart, memberships(text).any(|group| group.is_memory()));
    for Shown { folder, top } in [&found.unified, &found.memory].into_iter().flatten() {
        let mut below = folder.components().skip(top.components().count());
        assert!(folder.starts_with(top) && !below.any(|part| part == Component::ParentDir));
    }
    let hidden = Groups { memory_is_apart: found.memory_is_apart, ..Groups::default() };
    assert_eq!(groups_of(text, text, |_| false), hidden);
}

/// Messages of the proc connector, one behind the other.
pub fn proc_connector(bytes: &[u8]) {
    let mut gaps = Gaps::default();
    let mut rest = bytes;
    while let Some(message) = decode(rest) {
        let length = length_of(rest);
        assert_eq!(decode(&rest[..length]), Some(message), "what follows it is no part of it");
        assert_eq!(decode(&rest[..length - 1]), None, "it is shorter than it says");
        assert!(u32::try_from(gaps.before(&message)).is_ok(), "a gap is less than all numbers");
        rest = &rest[length..];
    }
}

/// `/proc/pid/io`.
pub fn proc_io(text: &[u8]) {
    let io = Io::parse(text);
    for (name, value) in [
        ("rchar:", io.read_chars),
        ("wchar:", io.written_chars),
        ("read_bytes:", io.read),
        ("write_bytes:", io.written),
    ] {
        let mut named = lines(text).filter(|words| words.first().is_some_and(|word| word == name));
        assert!(value.is_none() || named.any(|words| nth(&words, 1) == value), "{name} {value:?}");
    }
}

/// The short texts: `/proc/loadavg`, `/proc/meminfo`, the files of `/proc/pressure`, and `cmdline`, `environ`,
/// `schedstat` and `smaps_rollup` of `/proc/pid`.
pub fn proc_small(text: &[u8]) {
    if let Some(pid) = parse::last_pid(text) {
        assert_eq!(nth(&words(text), 4), Some(pid));
    }
    if let Some(Schedstat { ran, waited, turns }) = Schedstat::parse(text) {
        let words = words(text);
        assert_eq!([0, 1, 2].map(|place| nth(&words, place)), [ran, waited, turns].map(Some));
    }
    assert_eq!(parse::total_memory(text), kilobytes(text, "MemTotal:").first().copied().flatten());
    assert_eq!(
        parse::proportional_set_size(text),
        kilobytes(text, "Pss:").first().copied().flatten()
    );
    check_stalls(text);
    let joined = parse::words(text).collect::<Vec<_>>().join(&0);
    assert!(text.starts_with(&joined), "words that are not in the command line");
    for (name, value) in parse::variables(text, &["NODE_ENV", "JEST_WORKER_ID", ""]) {
        let variable = [name.as_bytes(), b"=", value].concat();
        assert!(text.split(|byte| *byte == 0).any(|part| part == variable), "{name} is not there");
    }
}

/// `/proc/pid/stat`.
pub fn proc_stat(line: &[u8]) {
    let Some(stat) = Stat::parse(line) else { return };
    let (before, after) = (&line[..stat.comm.start], &line[stat.comm.end..]);
    assert!(stat.comm.start <= stat.comm.end && before.ends_with(b"(") && after.starts_with(b")"));
    assert!(!before[..before.len() - 1].contains(&b'(') && !after[1..].contains(&b')'));
    // The manual counts from 1, and the state is field 3.
    let words = words(&after[1..]);
    let field = |number: usize| nth(&words, number - 3);
    assert_eq!(after[1..].trim_ascii_start().first(), Some(&stat.state));
    assert_eq!(nth(&words, 1), Some(stat.parent));
    assert_eq!((nth(&words, 2), nth(&words, 3)), (Some(stat.group), Some(stat.session)));
    for (number, value) in [
        (10, stat.minor_faults),
        (12, stat.major_faults),
        (14, stat.user_ticks),
        (15, stat.system_ticks),
        (16, stat.reaped_user_ticks),
        (17, stat.reaped_system_ticks),
        (20, u64::from(stat.threads)),
        (22, stat.start),
        (28, stat.stack),
    ] {
        assert_eq!(field(number), Some(value), "field {number}");
    }
    assert!(stat.exit_code.is_none() || nth(&words, 52 - 3) == stat.exit_code);
}

/// `/proc/pid/statm`.
pub fn proc_statm(line: &[u8]) {
    let Some(Statm { size, resident, shared }) = Statm::parse(line) else { return };
    let words = words(line);
    assert_eq!([0, 1, 2].map(|place| nth(&words, place)), [size, resident, shared].map(Some));
}

/// `/proc/pid/status`.
pub fn proc_status(text: &[u8]) {
    let whole_lines = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let (text, status) = (&text[..whole_lines], Status::parse(text));
    assert_eq!(Status::parse(text), status, "a line that was cut off counts for nothing");
    assert_eq!(parse::peak_resident(text), status.peak);
    let before_threads =
        text.split(|byte| *byte == b'\n').take_while(|it| !it.starts_with(b"Threads:"));
    let memory = before_threads.collect::<Vec<_>>().join(&b'\n');
    assert_eq!(status.swap, kilobytes(&memory, "VmSwap:").first().copied().flatten());
    assert!(status.peak.is_none() || kilobytes(&memory, "VmHWM:").contains(&status.peak));
    let voluntary = numbers(text, "voluntary_ctxt_switches:");
    assert_eq!(status.switches_voluntary, voluntary.last().copied().flatten());
    let forced = numbers(text, "nonvoluntary_ctxt_switches:");
    assert!(status.switches_forced.is_none() || forced.contains(&status.switches_forced));
}

/// Messages of `sock_diag(7)`, one behind the other.
pub fn tcp_connections(bytes: &[u8]) {
    let mut rest = bytes;
    for message in messages(bytes) {
        let whole = &rest[..length_of(rest)];
        assert!(messages(whole).eq([message]), "what follows it is no part of it");
        assert_eq!(messages(&whole[..whole.len() - 1]).next(), None, "it is shorter than it says");
        if let Body::Connection(connection) = message.body {
            check_connection(whole, connection);
        }
        rest = rest.get(whole.len().next_multiple_of(4)..).unwrap_or_default();
    }
    assert_eq!(messages(rest).next(), None, "messages end where one cannot be read");
}

/// The numbers stand in the message, and of the traffic one right behind the other.
fn check_connection(message: &[u8], connection: Connection) {
    let Connection { cookie, inode, state, traffic } = connection;
    let word = |at: usize| first_word(&message[16 + at..]);
    assert_eq!(cookie, u64::from(word(48)) << 32 | u64::from(word(44)));
    assert_eq!((inode, state), (word(68), message[16 + 1]));
    let Some(traffic) = traffic else { return };
    let both = [traffic.sent, traffic.received].map(u64::to_ne_bytes).concat();
    // Before it, their attribute has its own header and 120 bytes of other figures.
    assert!(message[16 + 72 + 4 + 120..].windows(both.len()).any(|bytes| bytes == both));
}

/// How many bytes the message says that it has.
fn length_of(message: &[u8]) -> usize {
    first_word(message) as usize
}

fn first_word(bytes: &[u8]) -> u32 {
    u32::from_ne_bytes([bytes[0], bytes[1], bytes[2], bytes[3]])
}

/// The first line of each kind has the total, and the second may be missing.
fn check_stalls(text: &[u8]) {
    let total = |kind: &str| {
        let line = behind(text, kind).next().map(words)?;
        let micros = line.iter().find_map(|word| word.strip_prefix("total="))?;
        Some(CpuTime::from_nanos(digits(micros)?.saturating_mul(1000)))
    };
    let full = total("full ").unwrap_or_default();
    assert_eq!(parse::stalls(text), total("some ").map(|some| Stalls { some, full }));
}

/// The sizes behind a name at the beginning of a line, in bytes; each `None` where it is none.
fn kilobytes(text: &[u8], name: &str) -> Vec<Option<u64>> {
    numbers(text, name).into_iter().map(|kilobytes| kilobytes?.checked_mul(1024)).collect()
}

/// The numbers behind a name at the beginning of a line; each `None` where it is none.
fn numbers(text: &[u8], name: &str) -> Vec<Option<u64>> {
    behind(text, name).map(|rest| digits(words(rest).first()?)).collect()
}

/// What stands behind a name at the beginning of a line.
fn behind<'a>(text: &'a [u8], name: &str) -> impl Iterator<Item = &'a [u8]> {
    text.split(|byte| *byte == b'\n').filter_map(|line| line.strip_prefix(name.as_bytes()))
}

/// The lines of a text, each as its words.
fn lines(text: &[u8]) -> impl Iterator<Item = Vec<String>> {
    text.split(|byte| *byte == b'\n').map(words)
}

fn words(line: &[u8]) -> Vec<String> {
    String::from_utf8_lossy(line).split_ascii_whitespace().map(str::to_owned).collect()
}

fn nth<T: FromStr>(words: &[String], place: usize) -> Option<T> {
    words.get(place)?.parse().ok()
}

/// The number that is the only word.
fn alone(words: &[String]) -> Option<u64> {
    words.first().filter(|_| words.len() == 1).and_then(|word| digits(word))
}

/// A number without a sign.
fn digits(word: &str) -> Option<u64> {
    word.bytes().all(|byte| byte.is_ascii_digit()).then(|| word.parse().ok())?
}
