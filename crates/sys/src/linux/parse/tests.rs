//! Floor 7. Every parser against bytes that no kernel writes.

use proptest::prelude::*;

use super::*;

/// Parses bytes in every way there is.
fn parse_all(bytes: &[u8]) {
    if let Some(stat) = Stat::parse(bytes) {
        assert!(bytes.get(stat.comm).is_some());
    }
    Statm::parse(bytes);
    Schedstat::parse(bytes);
    Status::parse(bytes);
    proportional_set_size(bytes);
    Io::parse(bytes);
    peak_resident(bytes);
    total_memory(bytes);
    last_pid(bytes);
    stalls(bytes);
    assert!(words(bytes).map(<[u8]>::len).sum::<usize>() <= bytes.len());
    assert!(variables(bytes, &["PATH", ""]).count() <= bytes.len());
}

/// The files of this very process, and two of the machine.
fn real_file(index: usize) -> Vec<u8> {
    const NAMES: [&str; 10] = [
        "self/stat",
        "self/statm",
        "self/io",
        "self/status",
        "self/schedstat",
        "self/smaps_rollup",
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
        prop_assert_eq!(stat.block_ticks, Some(u64::from(numbers[38])));
        prop_assert_eq!(stat.exit_code, i32::try_from(numbers[48]).ok());
    }
}
