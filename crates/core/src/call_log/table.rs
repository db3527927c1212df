//! Floor 10. The table with a row a call, as CSV (RFC 4180) and as JSON Lines with the same names.

use std::borrow::Cow;
use std::io;

use csv::{Writer, WriterBuilder};
use procmon_model::calendar::{Fraction, rfc3339};
use procmon_model::call::{Call, CallError, Change};
use procmon_model::units::{Bytes, CpuTime, Length};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use super::order::TimedCall;
use crate::format::jsonl::append_line;

/// Room for a row of the usual size.
const CAPACITY: usize = 1024;

/// What the cells of a column hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Content {
    /// A moment, as RFC 3339 has it.
    Moment,
    /// A whole number.
    Whole,
    /// A text.
    Words,
    /// True or false.
    Truth,
}

/// A column: its name, what it holds, and its cell in the row of a call.
type Column = (&'static str, Content, for<'a> fn(&'a TimedCall) -> Cell<'a>);

/// The columns in their order.
const COLUMNS: &[Column] = &[
    ("startedAt", Content::Moment, |timed| {
        Cell::Text(rfc3339(timed.started_at, Fraction::Micros).into())
    }),
    ("id", Content::Words, |timed| text(&timed.call.id)),
    ("parentId", Content::Words, |timed| maybe(timed.call.parent.as_ref())),
    ("name", Content::Words, |timed| text(&timed.call.name)),
    ("form", Content::Words, |timed| text(timed.call.form.word())),
    ("outcome", Content::Words, |timed| text(timed.call.outcome.word())),
    ("wallNs", Content::Whole, |timed| length(Some(timed.call.wall))),
    ("activeNs", Content::Whole, |timed| length(timed.call.active)),
    ("cpuUserNs", Content::Whole, |timed| cpu(timed.call.cpu_user)),
    ("cpuSystemNs", Content::Whole, |timed| cpu(timed.call.cpu_system)),
    ("cpuScope", Content::Words, |timed| {
        timed.call.cpu_scope.map_or(Cell::Unknown, |scope| text(scope.word()))
    }),
    ("cpuShared", Content::Truth, |timed| Cell::Truth(timed.call.cpu_shared)),
    ("childrenCpuNs", Content::Whole, |timed| cpu(timed.call.cpu_children)),
    ("rssBeforeBytes", Content::Whole, |timed| before(timed.call.rss)),
    ("rssAfterBytes", Content::Whole, |timed| after(timed.call.rss)),
    ("rssChangeBytes", Content::Whole, |timed| change(timed.call.rss)),
    ("rssPeakBytes", Content::Whole, |timed| bytes(timed.call.rss_peak)),
    ("heapUsedBeforeBytes", Content::Whole, |timed| before(timed.call.heap_used)),
    ("heapUsedAfterBytes", Content::Whole, |timed| after(timed.call.heap_used)),
    ("heapUsedChangeBytes", Content::Whole, |timed| change(timed.call.heap_used)),
    ("externalBeforeBytes", Content::Whole, |timed| before(timed.call.external)),
    ("externalAfterBytes", Content::Whole, |timed| after(timed.call.external)),
    ("externalChangeBytes", Content::Whole, |timed| change(timed.call.external)),
    ("arrayBuffersBeforeBytes", Content::Whole, |timed| before(timed.call.array_buffers)),
    ("arrayBuffersAfterBytes", Content::Whole, |timed| after(timed.call.array_buffers)),
    ("arrayBuffersChangeBytes", Content::Whole, |timed| change(timed.call.array_buffers)),
    ("gcNs", Content::Whole, |timed| length(timed.call.gc)),
    ("gcCount", Content::Whole, |timed| whole(timed.call.gc_count.map(u64::from))),
    ("eventLoopActiveNs", Content::Whole, |timed| length(timed.call.event_loop_active)),
    ("eventLoopIdleNs", Content::Whole, |timed| length(timed.call.event_loop_idle)),
    ("pid", Content::Whole, |timed| whole(Some(timed.call.process.pid.into()))),
    ("startTime", Content::Whole, |timed| whole(Some(timed.call.process.start))),
    ("threadId", Content::Whole, |timed| whole(Some(timed.call.thread.into()))),
    ("errorClass", Content::Words, |timed| maybe(error(&timed.call).map(|error| &error.class))),
    ("errorMessage", Content::Words, |timed| maybe(error(&timed.call).map(|error| &error.message))),
    ("errorCode", Content::Words, |timed| {
        maybe(error(&timed.call).and_then(|error| error.code.as_ref()))
    }),
    ("args", Content::Words, |timed| maybe(timed.call.arguments.as_ref())),
];

/// A cell.
enum Cell<'a> {
    Unknown,
    Text(Cow<'a, str>),
    Whole(u64),
    Signed(i64),
    Truth(bool),
}

/// The columns' names and what they hold, for who writes the table in another form.
#[cfg(feature = "parquet")]
pub(crate) fn columns() -> impl Iterator<Item = (&'static str, Content)> {
    COLUMNS.iter().map(|(name, content, _)| (*name, *content))
}

/// The row of names that a table of text begins with.
pub(super) fn names() -> Vec<u8> {
    let names: Vec<&str> = COLUMNS.iter().map(|(name, ..)| *name).collect();
    format!("{}\n", names.join(",")).into_bytes()
}

/// The row of a call.
pub(super) fn csv(timed: &TimedCall, text: &mut Vec<u8>) -> io::Result<()> {
    let mut writer = writer(text);
    for (.., cell) in COLUMNS {
        match cell(timed) {
            Cell::Unknown => writer.write_field([])?,
            Cell::Text(text) => writer.write_field(text.as_bytes())?,
            Cell::Whole(value) => writer.write_field(value.to_string())?,
            Cell::Signed(value) => writer.write_field(value.to_string())?,
            Cell::Truth(value) => writer.write_field(value.to_string())?,
        }
    }
    writer.write_record(None::<&[u8]>)?;
    writer.flush()
}

/// The row of a call as an object.
pub(super) fn json(timed: &TimedCall, text: &mut Vec<u8>) -> io::Result<()> {
    Ok(append_line(&Row(timed), text)?)
}

fn writer(text: &mut Vec<u8>) -> Writer<&mut Vec<u8>> {
    WriterBuilder::new().buffer_capacity(CAPACITY).from_writer(text)
}

struct Row<'a>(&'a TimedCall);

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(COLUMNS.len()))?;
        for (name, _, cell) in COLUMNS {
            match cell(self.0) {
                Cell::Unknown => map.serialize_entry(name, &())?,
                Cell::Text(text) => map.serialize_entry(name, &*text)?,
                Cell::Whole(value) => map.serialize_entry(name, &value)?,
                Cell::Signed(value) => map.serialize_entry(name, &value)?,
                Cell::Truth(value) => map.serialize_entry(name, &value)?,
            }
        }
        map.end()
    }
}

fn text(text: &str) -> Cell<'_> {
    Cell::Text(text.into())
}

fn maybe(words: Option<&String>) -> Cell<'_> {
    words.map_or(Cell::Unknown, |words| text(words))
}

fn whole(value: Option<u64>) -> Cell<'static> {
    value.map_or(Cell::Unknown, Cell::Whole)
}

fn length(length: Option<Length>) -> Cell<'static> {
    whole(length.map(Length::as_nanos))
}

fn cpu(time: Option<CpuTime>) -> Cell<'static> {
    whole(time.map(CpuTime::as_nanos))
}

fn bytes(bytes: Option<Bytes>) -> Cell<'static> {
    whole(bytes.map(Bytes::get))
}

fn before(change: Option<Change>) -> Cell<'static> {
    bytes(change.map(|change| change.before))
}

fn after(change: Option<Change>) -> Cell<'static> {
    bytes(change.map(|change| change.after))
}

fn change(change: Option<Change>) -> Cell<'static> {
    change.map_or(Cell::Unknown, |change| Cell::Signed(change.bytes()))
}

fn error(call: &Call) -> Option<&CallError> {
    call.error.as_ref()
}
