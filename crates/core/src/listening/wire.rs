//! Floor 8. What a process says to a session that watches it: one call a line, or how many it could not send.

use procmon_model::call::Call;
use procmon_model::process::ProcessKey;
use serde::{Deserialize, Serialize};

use crate::format::jsonl::append_line;

/// The longest line that is sent or read.
pub(crate) const LINE_MAX: usize = 1024 * 1024;

/// How many sessions can listen for the processes below one root.
pub(crate) const SESSIONS_MAX: u32 = 16;

/// How the line begins that says how many calls could not be sent.
const DROPPED: &[u8] = b"{\"dropped\":";

/// What a line says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Message {
    /// Of one call.
    Call(Box<Told<Call>>),
    /// That so many are missing.
    Dropped(u64),
}

/// A call, with its times in nanoseconds of `CLOCK_MONOTONIC`.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Told<C> {
    /// When it began.
    #[serde(rename = "startedNs")]
    pub(crate) started: u64,
    /// When it ended.
    #[serde(rename = "endedNs")]
    pub(crate) ended: u64,
    /// The call.
    #[serde(flatten)]
    pub(crate) call: C,
}

#[derive(Deserialize)]
struct Missing {
    dropped: u64,
}

/// The name under which a session of this root listens.
pub(crate) fn name(root: ProcessKey, number: u32) -> String {
    format!("procmon/calls/{}-{}-{number}", root.pid, root.start)
}

/// The name under which a session listens for the orphans of its tree, which become children of the session's process. There
/// they meet the name of no root.
pub(crate) fn orphans_name(adopter: ProcessKey) -> String {
    format!("procmon/orphans/{}-{}", adopter.pid, adopter.start)
}

/// The line of a call, in place of what is there; empty where it would be too long to be read.
pub(crate) fn encode(call: &Call, started: u64, ended: u64, line: &mut Vec<u8>) {
    line.clear();
    let encoded = append_line(&Told { started, ended, call }, line);
    if encoded.is_err() || line.len() > LINE_MAX {
        line.clear();
    }
}

/// The line that says how many calls could not be sent.
pub(crate) fn missing(dropped: u64) -> String {
    format!("{{\"dropped\":{dropped}}}\n")
}

/// What a line says, without its end; `None` where that is nothing of the kind.
pub(crate) fn decode(line: &[u8]) -> Option<Message> {
    if line.starts_with(DROPPED) {
        let Missing { dropped } = serde_json::from_slice(line).ok()?;
        return Some(Message::Dropped(dropped));
    }
    serde_json::from_slice(line).ok().map(|told| Message::Call(Box::new(told)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listening::fixture::call;

    #[test]
    fn a_call_is_read_as_it_was_sent_and_so_is_what_could_not_be() {
        let mut line = Vec::new();
        encode(&call("build"), 5, 7, &mut line);
        assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1));
        let read = decode(line.trim_ascii_end()).unwrap();
        let told = Told { started: 5, ended: 7, call: call("build") };
        assert_eq!(read, Message::Call(Box::new(told)));
        let missing = missing(12);
        assert_eq!(decode(missing.trim_end().as_bytes()), Some(Message::Dropped(12)));
    }

    #[test]
    fn what_is_too_long_to_be_read_is_not_sent() {
        let mut line = Vec::new();
        encode(&call(&"x".repeat(LINE_MAX)), 5, 7, &mut line);
        assert!(line.is_empty());
    }

    #[test]
    fn anything_else_says_nothing() {
        let others: [&[u8]; 6] =
            [b"", b"\xff\xfe", b"[]", b"{\"dropped\":-1}", b"{\"startedNs\":1}", b"{\"dropped\":1"];
        assert_eq!(others.map(decode), [const { None }; 6]);
    }
}
