//! Floor 10. The lines of `timing.log` and of the file of errors: a call with its times, as JSON.

use std::borrow::Cow;
use std::io;

use procmon_model::calendar::{Fraction, rfc3339};
use procmon_model::call::{Call, CallError};
use procmon_model::units::WallTime;
use serde::Serialize;

use super::order::{Level, TimedCall};
use crate::format::jsonl::append_line;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    level: &'static str,
    started_at: String,
    started_monotonic_ns: u64,
    ended_monotonic_ns: u64,
    #[serde(flatten)]
    call: &'a Call,
}

/// That calls are missing, and whose.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Missing {
    pub(super) calls: u64,
    pub(super) pid: u32,
    pub(super) thread: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct MissingLine {
    level: &'static str,
    at: String,
    dropped: u64,
    pid: u32,
    thread_id: u32,
}

/// A line of `timing.log`: of what was thrown it has no more than what it is.
pub(super) fn timing(timed: &TimedCall, text: &mut Vec<u8>) -> io::Result<()> {
    line(timed, &in_short(&timed.call), text)
}

/// A line of the file of errors.
pub(super) fn error(timed: &TimedCall, text: &mut Vec<u8>) -> io::Result<()> {
    line(timed, &timed.call, text)
}

/// The line in the place of calls that are missing.
pub(super) fn missing(missing: Missing, at: WallTime, text: &mut Vec<u8>) -> io::Result<()> {
    let Missing { calls, pid, thread } = missing;
    let at = rfc3339(at, Fraction::Micros);
    let level = Level::Warn.word();
    let line = MissingLine { level, at, dropped: calls, pid, thread_id: thread };
    Ok(append_line(&line, text)?)
}

fn line(timed: &TimedCall, call: &Call, text: &mut Vec<u8>) -> io::Result<()> {
    let line = Line {
        level: timed.level.word(),
        started_at: rfc3339(timed.started_at, Fraction::Micros),
        started_monotonic_ns: timed.started,
        ended_monotonic_ns: timed.ended,
        call,
    };
    Ok(append_line(&line, text)?)
}

fn in_short(call: &Call) -> Cow<'_, Call> {
    let Some(error) = &call.error else { return Cow::Borrowed(call) };
    let short = CallError {
        class: error.class.clone(),
        message: error.message.clone(),
        code: error.code.clone(),
        ..CallError::default()
    };
    if short == *error {
        return Cow::Borrowed(call);
    }
    Cow::Owned(Call { error: Some(short), ..call.clone() })
}
