//! Floor 7. What the proc connector does where no message tells what happened: it looks.

use std::time::Duration;

use procmon_model::event::ProcessEvent;
use procmon_model::ports::Clock;
use procmon_model::process::ProcessKey;
use procmon_model::units::Elapsed;

use super::source::{ProcConnector, Vanished};
use crate::linux::events::looks;
use crate::linux::{found, image};

/// How much later than the process's end its message may come; the kernel needs microseconds.
const LATENESS: Duration = Duration::from_millis(3);

impl ProcConnector {
    /// Notes that a process was seen to have ended. Its message says more, if it comes.
    pub(super) fn vanish(&mut self, key: ProcessKey) {
        let root = self.root.as_ref().filter(|root| root.key == key);
        let ending = looks::verdict(key, root.and_then(|root| root.pidfd.as_ref()));
        self.vanished.push(Vanished { key, ending, due: self.clock.now() + LATENESS });
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
        for Vanished { key, ending, .. } in over {
            if self.family.remove(key) {
                if let Some(records) = &mut self.ends.records {
                    records.vanished(key.pid);
                }
                self.end(key, at, ending, events);
            }
        }
    }

    /// Counts messages that were dropped, and finds out by looking what they would have told.
    pub(super) fn make_good(&mut self, missing: u64, events: &mut Vec<ProcessEvent>) {
        let at = self.clock.now();
        self.lost += missing;
        self.uncounted = missing == 0;
        if missing > 0 {
            events.push(ProcessEvent::Lost { at, count: missing });
        }
        for key in self.family.keys() {
            if looks::living(key).is_some() {
                self.family.set_threads(key, looks::threads(key.pid));
                self.look_for_exec(key, at, events);
            } else {
                self.vanish(key);
            }
        }
        if self.family.grows() {
            self.look_for_births(at, events);
        }
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
        let known = |pid: u32| self.family.has(pid) || self.adopter == Some(pid);
        for (key, parent) in found::below(&image::scan(), known) {
            let parent = self.family.member(parent).map(|info| info.key);
            if let Some(process) = found::look(key, parent, at) {
                self.family.adopt(process.clone(), looks::threads(key.pid));
                events.push(ProcessEvent::Started { at, process });
            }
        }
    }
}
