//! Floor 11. Names of traces, spans and instances that no other has.

use super::context::hexadecimal;
use super::error::OtlpError;

/// Gives names out: a sequence (`SplitMix64`) that begins at a random number of the system's, so that nothing can fail
/// in the middle of a session.
pub(super) struct Identities {
    state: u64,
}

impl Identities {
    /// Another sequence each time.
    pub(super) fn new() -> Result<Self, OtlpError> {
        let mut seed = [0; 8];
        getrandom::fill(&mut seed).map_err(|error| OtlpError::Random(error.to_string()))?;
        Ok(Self { state: u64::from_le_bytes(seed) })
    }

    /// A name for a trace, straight from the system: among all traces of the world it has to be the only one.
    pub(super) fn trace() -> Result<[u8; 16], OtlpError> {
        let mut id = [0; 16];
        getrandom::fill(&mut id).map_err(|error| OtlpError::Random(error.to_string()))?;
        // All zeros is no name.
        id[0] |= u8::from(id == [0; 16]);
        Ok(id)
    }

    /// A name for a span of the trace.
    pub(super) fn span(&mut self) -> [u8; 8] {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        // All zeros is no name.
        mixed.max(1).to_be_bytes()
    }
}

/// A UUID of random bits (RFC 9562, version 4).
pub(super) fn uuid() -> Result<String, OtlpError> {
    let mut bytes = Identities::trace()?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hexadecimal(&bytes);
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Ok(parts.join("-"))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_spans_have_one_name() {
        let mut identities = Identities::new().unwrap();
        let names: HashSet<_> = (0..10_000).map(|_| identities.span()).collect();
        assert_eq!(names.len(), 10_000);
        assert!(!names.contains(&[0; 8]));
    }

    #[test]
    fn an_instance_is_named_as_the_standard_has_it() {
        let name = uuid().unwrap();
        let lengths: Vec<_> = name.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(&name[14..15], "4");
        assert!(matches!(&name[19..20], "8" | "9" | "a" | "b"));
    }
}
