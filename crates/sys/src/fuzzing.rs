//! Floor 7. What must hold of the parsers whatever bytes they get, a function for each target of `fuzz/`.
//!
//! Each parses and panics where its claim is broken. What a parser found is looked up again by simpler means that may
//! allocate: as words of the text, read by the standard library.

use std::str::FromStr;

use crate::linux::events::codec::{Gaps, decode};
use crate::linux::parse::{self, Io, Stat, Statm};

/// Messages of the proc connector, one behind the other.
pub fn proc_connector(bytes: &[u8]) {
    let mut gaps = Gaps::default();
    let mut rest = bytes;
    while let Some(message) = decode(rest) {
        let length = u32::from_ne_bytes([rest[0], rest[1], rest[2], rest[3]]) as usize;
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

/// The short texts: `/proc/loadavg`, `/proc/meminfo`, `/proc/pid/cmdline` and `/proc/pid/environ`.
pub fn proc_small(text: &[u8]) {
    if let Some(pid) = parse::last_pid(text) {
        assert_eq!(nth(&words(text), 4), Some(pid));
    }
    check_kilobytes(text, "MemTotal:", parse::total_memory(text));
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
    check_kilobytes(text, "VmHWM:", parse::peak_resident(text));
}

/// Where a size was read, a line begins with its name, and the number behind that is the size in kilobytes.
fn check_kilobytes(text: &[u8], name: &str, bytes: Option<u64>) {
    let Some(bytes) = bytes else { return };
    let mut named =
        text.split(|byte| *byte == b'\n').filter_map(|line| line.strip_prefix(name.as_bytes()));
    let kilobytes: Option<u64> = named.next().and_then(|rest| nth(&words(rest), 0));
    assert_eq!(kilobytes.map(|kilobytes| u128::from(kilobytes) * 1024), Some(u128::from(bytes)));
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
