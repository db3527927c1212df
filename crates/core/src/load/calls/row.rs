//! Floor 9. One entry about a call, as the logs and tables of results write it: the logs with objects in it, the tables
//! flat.

use procmon_model::calendar::parse_rfc3339;
use procmon_model::call::{Call, CallError, CallForm, CallOutcome, Change, CpuScope};
use procmon_model::process::ProcessKey;
use procmon_model::units::{Bytes, CpuTime, Length, WallTime};
use serde::Deserialize;

/// The fields of either form; what a form does not have is `None`.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Row {
    started_at: Option<String>,
    /// When it began, where that is no text.
    #[serde(skip)]
    pub(super) moment: Option<WallTime>,
    id: Option<String>,
    parent_id: Option<String>,
    name: Option<String>,
    form: Option<CallForm>,
    outcome: Option<CallOutcome>,
    wall_ns: Option<Length>,
    active_ns: Option<Length>,
    cpu_user_ns: Option<CpuTime>,
    cpu_system_ns: Option<CpuTime>,
    cpu_scope: Option<CpuScope>,
    cpu_shared: Option<bool>,
    children_cpu_ns: Option<CpuTime>,
    rss_bytes: Option<Change>,
    rss_before_bytes: Option<Bytes>,
    rss_after_bytes: Option<Bytes>,
    rss_peak_bytes: Option<Bytes>,
    heap_used_bytes: Option<Change>,
    heap_used_before_bytes: Option<Bytes>,
    heap_used_after_bytes: Option<Bytes>,
    external_bytes: Option<Change>,
    external_before_bytes: Option<Bytes>,
    external_after_bytes: Option<Bytes>,
    array_buffers_bytes: Option<Change>,
    array_buffers_before_bytes: Option<Bytes>,
    array_buffers_after_bytes: Option<Bytes>,
    gc_ns: Option<Length>,
    gc_count: Option<u32>,
    event_loop_active_ns: Option<Length>,
    event_loop_idle_ns: Option<Length>,
    pid: Option<u32>,
    start_time: Option<u64>,
    thread_id: Option<u32>,
    error: Option<CallError>,
    error_class: Option<String>,
    error_message: Option<String>,
    error_code: Option<String>,
    args: Option<String>,
    dropped: Option<u64>,
}

/// What an entry tells.
#[derive(Debug, PartialEq)]
pub(super) enum Entry {
    /// A call, and when it began.
    Call(Box<Call>, Option<WallTime>),
    /// So many calls that nothing more is known of.
    Dropped(u64),
}

impl Row {
    /// What it tells; `None` where it has not the fields that every entry has.
    pub(super) fn entry(self) -> Option<Entry> {
        let text = self.started_at.as_deref();
        let started_at = self.moment.or_else(|| text.and_then(parse_rfc3339));
        if let (Some(count), None) = (self.dropped, &self.id) {
            return Some(Entry::Dropped(count));
        }
        self.call().map(|call| Entry::Call(Box::new(call), started_at))
    }

    fn call(self) -> Option<Call> {
        let rss = changed(self.rss_before_bytes, self.rss_after_bytes);
        let heap = changed(self.heap_used_before_bytes, self.heap_used_after_bytes);
        let external = changed(self.external_before_bytes, self.external_after_bytes);
        let buffers = changed(self.array_buffers_before_bytes, self.array_buffers_after_bytes);
        let flat = self.error_class.map(|class| CallError {
            class,
            message: self.error_message.unwrap_or_default(),
            code: self.error_code,
            ..CallError::default()
        });
        Some(Call {
            id: self.id?,
            parent: self.parent_id,
            // An empty cell of a table is an empty name.
            name: self.name.unwrap_or_default(),
            form: self.form.unwrap_or(CallForm::Unknown),
            arguments: self.args,
            process: ProcessKey { pid: self.pid?, start: self.start_time.unwrap_or(0) },
            thread: self.thread_id.unwrap_or(0),
            outcome: self.outcome?,
            error: self.error.or(flat),
            wall: self.wall_ns?,
            active: self.active_ns,
            cpu_user: self.cpu_user_ns,
            cpu_system: self.cpu_system_ns,
            cpu_scope: self.cpu_scope,
            cpu_shared: self.cpu_shared.unwrap_or(false),
            cpu_children: self.children_cpu_ns,
            rss: self.rss_bytes.or(rss),
            rss_peak: self.rss_peak_bytes,
            heap_used: self.heap_used_bytes.or(heap),
            external: self.external_bytes.or(external),
            array_buffers: self.array_buffers_bytes.or(buffers),
            gc: self.gc_ns,
            gc_count: self.gc_count,
            event_loop_active: self.event_loop_active_ns,
            event_loop_idle: self.event_loop_idle_ns,
        })
    }
}

fn changed(before: Option<Bytes>, after: Option<Bytes>) -> Option<Change> {
    Some(Change { before: before?, after: after? })
}
