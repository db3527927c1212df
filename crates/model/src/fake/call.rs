//! Floor 6. A timed call that was made up.

use crate::call::{Call, CallForm, CallOutcome};
use crate::process::ProcessKey;
use crate::units::Length;

/// A call of a synchronous function that was only timed, and took 1.5 µs.
pub fn call(process: ProcessKey, name: &str) -> Call {
    Call {
        id: "6f1c2a34-7d2b-4d3f-9a51-0c0e8d7f1b2a".to_owned(),
        parent: None,
        name: name.to_owned(),
        form: CallForm::Sync,
        arguments: None,
        process,
        thread: 0,
        outcome: CallOutcome::Returned,
        error: None,
        wall: Length::from_nanos(1_500),
        active: None,
        cpu_user: None,
        cpu_system: None,
        cpu_scope: None,
        cpu_shared: false,
        cpu_children: None,
        rss: None,
        rss_peak: None,
        heap_used: None,
        external: None,
        array_buffers: None,
        gc: None,
        gc_count: None,
        event_loop_active: None,
        event_loop_idle: None,
    }
}
