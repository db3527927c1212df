//! Floor 9. One process that tells of its calls, as it is heard.

use std::io::ErrorKind;

use procmon_model::call::Call;
use procmon_model::ports::Calls;
use procmon_model::record::CallRecord;
use procmon_sys::{LocalStream, Moments};

use super::lines::{Lines, TooLong};
use super::wire::{self, Message, Told};

/// Its stream, and what of it was heard.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) stream: LocalStream,
    /// Its number by the kernel's word; 0 where it has none in our namespace.
    pid: u32,
    lines: Lines,
}

/// How it goes on with one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Heard {
    /// So many bytes came.
    Bytes(usize),
    /// Nothing is there at the moment.
    Nothing,
    /// It has gone, or is not listened to any more.
    Gone,
}

impl Caller {
    pub(super) fn new(stream: LocalStream, pid: u32) -> Self {
        Self { stream, pid, lines: Lines::default() }
    }

    /// Takes what has arrived, up to the length of the buffer.
    pub(super) fn hear(&mut self, buffer: &mut [u8], moments: Moments, calls: &mut Calls) -> Heard {
        let count = match self.stream.receive(buffer) {
            Ok(0) => return self.left(calls),
            Ok(count) => count,
            Err(error) => {
                return match error.kind() {
                    ErrorKind::WouldBlock | ErrorKind::Interrupted => Heard::Nothing,
                    _ => self.left(calls),
                };
            }
        };
        let Self { lines, pid, .. } = self;
        let taken = lines.take(&buffer[..count], |line| note(line, *pid, moments, calls));
        if taken == Err(TooLong) {
            calls.unreadable += 1;
            return Heard::Gone;
        }
        Heard::Bytes(count)
    }

    /// The end of what it said last may be missing.
    fn left(&mut self, calls: &mut Calls) -> Heard {
        calls.unreadable += u64::from(self.lines.is_torn());
        Heard::Gone
    }
}

fn note(line: &[u8], pid: u32, moments: Moments, calls: &mut Calls) {
    match wire::decode(line) {
        Some(Message::Call(told)) => calls.records.extend(record(*told, pid, moments)),
        Some(Message::Dropped(count)) => calls.dropped = calls.dropped.saturating_add(count),
        None => calls.unreadable += 1,
    }
}

/// A call in the time of the session; `None` of one that was over before it began.
fn record(told: Told<Call>, pid: u32, moments: Moments) -> Option<CallRecord> {
    let Told { started, ended, mut call } = told;
    let at = moments.at(ended)?;
    // A process knows its number in its own namespace, and might say any.
    if pid != 0 {
        call.process.pid = pid;
    }
    Some(CallRecord { at, started: moments.at(started).unwrap_or_default(), call })
}
