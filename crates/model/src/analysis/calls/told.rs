//! Floor 6. Which calls were told already, and what of each: a call counts once however many files hold it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::tally::Part;
use crate::units::Length;

/// The calls so far. One takes some 25 bytes, whatever is known of it.
#[derive(Debug, Default)]
pub(super) struct Told {
    calls: HashMap<Id, Known>,
    /// How long calls took by those who watched them for errors from outside, and which functions they count for: good as
    /// long as nobody has told who timed them.
    lengths: HashMap<Id, (u32, Length)>,
}

/// 128 bits: those of the UUID, or a hash of what is none. Bytes, so that nothing is lost to alignment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
struct Id([u8; 16]);

/// What is known of a call.
#[derive(Debug)]
struct Known {
    /// The place of its function, and what of it has been counted there.
    function: u32,
    parts: u16,
}

impl Told {
    /// What an entry about a call adds to those before it: the place of the function that it counts for, and the parts that
    /// are new. The first one decides about the function.
    pub(super) fn news(
        &mut self,
        id: &str,
        function: u32,
        parts: Part,
        wall: Length,
    ) -> (u32, Part) {
        let id = Id::of(id);
        let (function, before) = match self.calls.entry(id) {
            Entry::Vacant(place) => {
                place.insert(Known { function, parts: parts.0 });
                (function, 0)
            }
            Entry::Occupied(mut place) => {
                let known = place.get_mut();
                let before = known.parts;
                known.parts |= parts.0;
                (known.function, before)
            }
        };
        if parts.has(Part::LENGTH) {
            self.lengths.remove(&id);
        } else if parts.has(Part::ENDED) && !Part(before).has(Part::LENGTH) {
            self.lengths.entry(id).or_insert((function, wall));
        }
        (function, Part(parts.0 & !before))
    }

    /// How long the calls took that nobody has told of who timed them, with the places of their functions.
    pub(super) fn lengths(&self) -> impl Iterator<Item = (u32, Length)> {
        self.lengths.values().copied()
    }
}

impl Id {
    fn of(text: &str) -> Self {
        Self(uuid(text).unwrap_or_else(|| hash(text.as_bytes())).to_be_bytes())
    }
}

/// The bits of a UUID as it is usually written (RFC 9562, section 4); `None` of any other text.
fn uuid(text: &str) -> Option<u128> {
    let bytes = text.as_bytes();
    let is_dash = |at: usize| matches!(at, 8 | 13 | 18 | 23);
    if bytes.len() != 36 {
        return None;
    }
    bytes.iter().enumerate().try_fold(0, |bits, (at, byte)| match byte {
        b'-' if is_dash(at) => Some(bits),
        _ if is_dash(at) => None,
        _ => Some(bits << 4 | u128::from(char::from(*byte).to_digit(16)?)),
    })
}

/// FNV-1a of 128 bits (draft-eastlake-fnv).
fn hash(bytes: &[u8]) -> u128 {
    const OFFSET: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
    bytes.iter().fold(OFFSET, |hash, byte| (hash ^ u128::from(*byte)).wrapping_mul(PRIME))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_its_bits_in_capital_letters_or_small_ones() {
        let bits = Some(0x6f1c_2a34_7d2b_4d3f_9a51_0c0e_8d7f_1b2a);
        assert_eq!(uuid("6f1c2a34-7d2b-4d3f-9a51-0c0e8d7f1b2a"), bits);
        assert_eq!(uuid("6F1C2A34-7D2B-4D3F-9A51-0C0E8D7F1B2A"), bits);
        for other in ["", "7", "6f1c2a3477d2b-4d3f-9a51-0c0e8d7f1b2a", &"-".repeat(36)] {
            assert_eq!(uuid(other), None, "{other}");
        }
    }

    #[test]
    fn the_hash_of_what_is_no_uuid_is_fnv() {
        assert_eq!(hash(b""), 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d);
        assert_eq!(hash(b"a"), 0xd228_cb69_6f1a_8caf_7891_2b70_4e4a_8964);
    }

    #[test]
    fn a_call_that_is_told_again_has_news_only_in_what_was_not_said() {
        let mut told = Told::default();
        let (cpu, gc) = (Part::CPU, Part::GC);
        let mut news = |id, function, parts| told.news(id, function, parts, Length::ZERO);
        assert_eq!(news("x", 3, Part::CALL | cpu), (3, Part::CALL | cpu));
        assert_eq!(news("x", 4, Part::CALL | cpu | gc), (3, gc));
        assert_eq!(news("x", 3, Part::CALL | gc), (3, Part(0)));
        assert_eq!(news("y", 4, Part::CALL), (4, Part::CALL));
    }

    #[test]
    fn who_timed_a_call_knows_best_how_long_it_took() {
        let seen = Part::CALL | Part::ENDED;
        let timed = seen | Part::LENGTH;
        let mut told = Told::default();
        for (id, parts, nanos) in
            [("x", seen, 9), ("x", timed, 5), ("y", timed, 5), ("y", seen, 9), ("z", seen, 7)]
        {
            told.news(id, 3, parts, Length::from_nanos(nanos));
        }
        assert_eq!(told.lengths().collect::<Vec<_>>(), [(3, Length::from_nanos(7))]);
    }
}
