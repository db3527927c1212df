//! Floor 7. What the proc connector does where no message tells what happened: it looks.

use std::time::Duration;

use procmon_model::event::ProcessEvent;
use procmon_model::ports::Clock;
use procmon_model::process::ProcessKey;
use procmon_model::units::Elapsed;

use super::source::{ProcConnector, Vanished};
use crate::linux::events::looks::{self, Sight};
use crate::linux::{found, image};

/// How much later than the process's end its message may come; the kernel needs microseconds.
const LATENESS: Duration = Duration::from_millis(3);

/// The time between two looks at everybody, however often messages are dropped: each look reads several files of every
/// process, which takes the more time the more there are to drop messages.
const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

impl ProcConnector {
    /// Notes that a process was seen to have ended, for certain where its descriptor tells so. Its message says more, if
    /// it comes.
    pub(super) fn vanish(&mut self, key: ProcessKey, certain: bool) {
        let root = self.root.as_ref().filter(|root| root.key == key);
        let ending = looks::verdict(key, root.and_then(|root| root.pidfd.as_ref()));
        let due = self.clock.now() + LATENESS;
        self.vanished.push(Vanished { key, ending, certain, due });
    }

    /// Ends those whose message has not come and will not come any more.
    pub(super) fn end_the_vanished(&mut self, events: &mut Vec<ProcessEvent>) {
        if self.vanished.is_empty() {
            return;
        }
        let at = self.clock.now();
        let is_over = |vanished: &mut Vanished| vanished.due <= at;
        if self.vanished.iter_mut().any(is_over) {
            // What they did before comes first, however long we were kept from hearing it.
            self.hear(events);
        }
        let over: Vec<Vanished> = self.vanished.extract_if(.., is_over).collect();
        for Vanished { key, ending, certain, .. } in over {
            if !certain && looks::look(key) != Sight::Ended {
                self.doubt(at);
            } else if self.family.remove(key) {
                if let Some(records) = &mut self.ends.records {
                    records.vanished(key.pid);
                }
                self.end(key, at, ending, events);
            }
        }
    }

    /// Counts messages that were dropped, and finds out by looking what they would have told: at once, or soon, where
    /// that was done a moment ago.
    pub(super) fn make_good(&mut self, missing: u64, events: &mut Vec<ProcessEvent>) {
        let at = self.clock.now();
        self.lost += missing;
        self.uncounted = missing == 0;
        if missing > 0 {
            events.push(ProcessEvent::Lost { at, count: missing });
        }
        self.doubt_records();
        self.doubt(at);
        if self.doubtful.is_some_and(|due| due <= at) {
            self.look_at_everybody(events);
        }
    }

    /// Looks at all processes of the tree, and for new ones.
    pub(super) fn look_at_everybody(&mut self, events: &mut Vec<ProcessEvent>) {
        let at = self.clock.now();
        (self.doubtful, self.looked) = (None, Some(at));
        for key in self.family.keys() {
            match looks::look(key) {
                Sight::Living(stat) => {
                    self.family.set_threads(key, looks::threads(key.pid));
                    if self.family.has_new_stack(key, stat.stack) {
                        self.look_for_exec(key, at, events);
                    }
                }
                Sight::Ended => self.vanish(key, false),
                // Its end may be one of those that nobody told.
                Sight::Hidden => self.doubt(at),
            }
        }
        if self.family.grows() {
            self.look_for_births(at, events);
        }
        self.doubt_records();
    }

    /// Everybody is to be looked at as soon as the last look is long enough ago.
    fn doubt(&mut self, at: Elapsed) {
        let due = self.looked.map_or(at, |looked| at.max(looked + BETWEEN_LOOKS));
        self.doubtful.get_or_insert(due);
    }

    fn doubt_records(&mut self) {
        if let Some(records) = &mut self.ends.records {
            records.doubt(self.family.keys().into_iter().map(|key| key.pid));
        }
    }

    fn look_for_exec(&mut self, key: ProcessKey, at: Elapsed, events: &mut Vec<ProcessEvent>) {
        let Some(known) = self.family.member(key.pid) else { return };
        if let Some(image) = image::image(key.pid)
            && looks::runs_another(&known.image, &image)
        {
            self.named(key, &image);
            events.push(ProcessEvent::Renamed { at, key, image: Some(image) });
        }
    }

    fn look_for_births(&mut self, at: Elapsed, events: &mut Vec<ProcessEvent>) {
        let found = self.adopter.below(image::scan(), |pid| self.family.has(pid));
        for (key, parent) in found {
            let parent = self.family.member(parent).map(|info| info.key);
            if let Some(process) = found::look(key, parent, at) {
                self.family.adopt(process.clone(), looks::threads(key.pid));
                events.push(ProcessEvent::Started { at, process });
            }
        }
    }
}
