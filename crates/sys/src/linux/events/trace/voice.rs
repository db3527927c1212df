//! Floor 7. How a tracer is heard by the thread of the session.

use std::sync::Arc;
use std::sync::mpsc::Sender;

use procmon_model::event::ProcessEvent;

use crate::linux::kernel::bell::Bell;

/// What the session's thread waits for.
#[derive(Debug, Clone)]
pub(super) struct Bells {
    /// There are events.
    pub(super) news: Arc<Bell>,
    /// The root has ended.
    pub(super) end: Arc<Bell>,
}

/// A tracer's way to tell what happens.
pub(super) struct Voice {
    events: Sender<ProcessEvent>,
    bells: Bells,
}

impl Voice {
    pub(super) const fn new(events: Sender<ProcessEvent>, bells: Bells) -> Self {
        Self { events, bells }
    }

    pub(super) fn tell(&self, event: ProcessEvent) {
        // Nobody hears the last words of a tracer that is being stopped.
        drop(self.events.send(event));
    }

    /// Says that there is something to hear.
    pub(super) fn ring(&self) {
        self.bells.news.ring();
    }

    /// Says that the root has ended, which somebody waits for.
    pub(super) fn ring_for_the_root(&self) {
        self.bells.end.ring();
    }
}
