//! Floor 11. The span that a run belongs to, as it is handed from program to program (W3C Trace Context, level 2).

/// The longest state of a trace that has to be passed on.
const LONGEST_STATE: usize = 512;

/// A span somewhere else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TraceContext {
    /// The trace.
    pub trace_id: [u8; 16],
    /// The span.
    pub span_id: [u8; 8],
    /// Its flags: bit 0 says whether the trace is recorded.
    pub flags: u8,
    /// What other systems say of it, passed on as it is; empty for nothing.
    pub state: String,
}

impl TraceContext {
    /// From `TRACEPARENT` and `TRACESTATE`; `None` of anything that the specification does not allow, which is as if
    /// it had not been there. A state that it does not allow is left out.
    pub fn parse(parent: &str, state: Option<&str>) -> Option<Self> {
        let text = parent.trim_matches([' ', '\t']);
        let (version, rest) = text.split_at_checked(2)?;
        let [version] = bytes(version)?;
        let (fields, after) = rest.split_at_checked(53)?;
        // A later version may add fields behind another dash; the first has none.
        if version == 0xff || (version == 0 && !after.is_empty()) {
            return None;
        }
        if !after.is_empty() && !after.starts_with('-') {
            return None;
        }
        let mut parts = fields.split('-');
        let (Some(""), Some(trace), Some(span), Some(flags), None) =
            (parts.next(), parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return None;
        };
        let (trace_id, span_id, [flags]) = (bytes(trace)?, bytes(span)?, bytes(flags)?);
        if trace_id == [0; 16] || span_id == [0; 8] {
            return None;
        }
        let state = state.map(str::trim).filter(|state| is_state(state)).unwrap_or_default();
        Some(Self { trace_id, span_id, flags, state: state.to_owned() })
    }

    /// Whether the trace is recorded.
    pub fn is_sampled(&self) -> bool {
        self.flags & 1 == 1
    }

    /// As `TRACEPARENT` has it.
    pub fn traceparent(&self) -> String {
        format!(
            "00-{}-{}-{:02x}",
            hexadecimal(&self.trace_id),
            hexadecimal(&self.span_id),
            self.flags
        )
    }
}

/// Bytes in small hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let pair =
        |byte: &u8| [byte >> 4, byte & 15].map(|digit| char::from(DIGITS[usize::from(digit)]));
    bytes.iter().flat_map(pair).collect()
}

/// So many bytes of small hexadecimal digits, and not one digit more.
fn bytes<const N: usize>(text: &str) -> Option<[u8; N]> {
    let is_digit = |letter: u8| letter.is_ascii_digit() || (b'a'..=b'f').contains(&letter);
    if text.len() != N * 2 || !text.bytes().all(is_digit) {
        return None;
    }
    let mut found = [0; N];
    for (index, byte) in found.iter_mut().enumerate() {
        *byte = u8::from_str_radix(text.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(found)
}

fn is_state(text: &str) -> bool {
    let is_member = |member: &str| {
        member.is_empty() || member.split_once('=').is_some_and(|(name, _)| !name.is_empty())
    };
    text.len() <= LONGEST_STATE
        && text.bytes().all(|letter| (b' '..=b'~').contains(&letter))
        && text.split(',').count() <= 32
        && text.split(',').all(|member| is_member(member.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PARENT: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    #[test]
    fn a_parent_is_read_and_written_back() {
        let context = TraceContext::parse(PARENT, Some("rojo=00f0,congo=t61")).unwrap();
        assert_eq!(context.traceparent(), PARENT);
        assert_eq!(context.trace_id[..2], [0x4b, 0xf9]);
        assert_eq!(context.span_id, [0x00, 0xf0, 0x67, 0xaa, 0x0b, 0xa9, 0x02, 0xb7]);
        assert!(context.is_sampled());
        assert_eq!(context.state, "rojo=00f0,congo=t61");
        let later = PARENT.replace("00-4b", "cc-4b") + "-what-comes";
        assert_eq!(TraceContext::parse(&later, None).unwrap().traceparent(), PARENT);
    }

    #[test]
    fn what_the_specification_forbids_is_not_read() {
        let wrong = [
            String::new(),
            PARENT.replace("00-4b", "ff-4b"),
            format!("{PARENT}-"),
            format!("{PARENT}0"),
            PARENT.replace("00-4b", "cc-4b") + "0",
            PARENT.to_uppercase(),
            PARENT.replace("4bf92f3577b34da6a3ce929d0e0e4736", &"0".repeat(32)),
            PARENT.replace("00f067aa0ba902b7", &"0".repeat(16)),
            PARENT.replace('-', "_"),
            PARENT.replace("-01", "-0g"),
            PARENT[..54].to_owned(),
            PARENT.replace("4bf9", "4b—"),
        ];
        for text in wrong {
            assert_eq!(TraceContext::parse(&text, None), None, "{text}");
        }
    }

    #[test]
    fn a_state_that_is_not_allowed_is_left_out_and_the_parent_stays() {
        for state in
            ["no-equals-sign", "a=é", &"a=b,".repeat(33), &format!("a={}", "b".repeat(600))]
        {
            assert_eq!(TraceContext::parse(PARENT, Some(state)).unwrap().state, "", "{state}");
        }
    }
}
