//! Floor 9. After the root's end: what becomes of the descendants that are still there.

use std::time::Duration;

use procmon_model::event::{Ending, Signal};
use procmon_model::ports::{GRACE, Reach, Request, Stopping, Wake};
use procmon_model::process::ProcessKey;
use procmon_model::record::{EndCause, Record, Warning, WarningKind};
use procmon_model::units::Elapsed;

use super::watch::{Driver, KILL};

/// What descendants have at least to end in when their command has taken all the patience there was.
const LAST_GRACE: Duration = Duration::from_millis(500);

impl Driver {
    /// A command that ends because it was asked to takes those of its descendants along that belong to our session. One
    /// that has called setsid(2) has chosen to outlive it, unless the whole tree was meant. A signal that the command took
    /// for something else, such as a HUP to read its settings again, does not count against them when it ends by itself
    /// later.
    pub(super) fn settle_descendants(&mut self) {
        let Some(asked) = self.asked_to_end else { return };
        if !self.parts.stopping.descendants {
            return;
        }
        let now = self.parts.events.now();
        let obeyed = self.root_ended == Some(Ending::Signal(asked.by)) || now <= asked.at + GRACE;
        if !obeyed && asked.cause == EndCause::RootEnded {
            return;
        }
        // Time that the command took is not given twice.
        let patience = self.parts.stopping.grace.unwrap_or(GRACE);
        let until = (asked.at + patience).max(now + LAST_GRACE);
        self.end_descendants(asked.by, until, asked.reach);
    }

    /// Asks descendants to end, and makes them where that is not what was ruled out.
    fn end_descendants(&mut self, by: Signal, until: Elapsed, reach: Reach) {
        let last = self.parts.stopping.grace.map(|_| (KILL, until + LAST_GRACE));
        for (signal, until) in [Some((by, until)), last].into_iter().flatten() {
            let signalled = self.signal_descendants(signal, reach);
            if signalled.is_empty() {
                return;
            }
            self.await_the_end_of(&signalled, until, reach);
        }
    }

    /// Ends whatever outlives a command that we launched, wherever it has gone, where that was asked for.
    pub(super) fn reap_survivors(&mut self) {
        if !self.settings.reap || self.parts.child.is_none() || self.root_ended.is_none() {
            return;
        }
        self.catch_up();
        self.reaped = Some(self.engine.survivors(true));
        let Stopping { signal, grace, .. } = self.parts.stopping;
        let until = self.parts.events.now() + grace.unwrap_or(GRACE);
        self.end_descendants(signal, until, Reach::All);
        // Those that we have no right to send a signal to, and those that were never seen.
        if grace.is_some() && self.parts.environs.kill_all() {
            let left: Vec<ProcessKey> = self.descendants().collect();
            let until = self.parts.events.now() + LAST_GRACE;
            self.await_the_end_of(&left, until, Reach::All);
        }
    }

    /// Warns of those that were to be ended and are still there.
    pub(super) fn record_those_left(&mut self, at: Elapsed) {
        let left = self.reaped.as_ref().map_or(0, |_| self.engine.survivors(true).len());
        if left == 0 {
            return;
        }
        let message =
            format!("of the processes that outlived the command, {left} could not be ended");
        let (kind, count) = (WarningKind::SurvivorsLeft, left as u64);
        self.records.push(Record::Warning(Warning { at, kind, count, message }));
    }

    pub(super) fn signal_descendants(&self, signal: Signal, reach: Reach) -> Vec<ProcessKey> {
        let Some(child) = &self.parts.child else { return Vec::new() };
        self.descendants().filter(|key| child.signal_descendant(*key, signal, reach)).collect()
    }

    fn descendants(&self) -> impl Iterator<Item = ProcessKey> {
        let root = self.engine.root();
        self.engine.keys().filter(move |key| *key != root)
    }

    fn await_the_end_of(&mut self, keys: &[ProcessKey], until: Elapsed, reach: Reach) {
        let mut events = Vec::new();
        while self.parts.events.now() < until
            && keys.iter().any(|key| self.engine.info(*key).is_some())
        {
            let wake = self.parts.events.wait(until, &mut events);
            self.take(&mut events);
            self.look_after_the_child();
            if let Wake::Asked(requests) = wake {
                self.asked_late(requests, keys, reach);
            }
        }
    }

    /// The root has ended: a word and a call are still recorded, and a signal goes to those that are waited for.
    fn asked_late(&mut self, requests: Vec<Request>, keys: &[ProcessKey], reach: Reach) {
        for request in requests {
            match (request, &self.parts.child) {
                (request @ (Request::Mark(_) | Request::Calls), _) => drop(self.asked(request)),
                (Request::Signal(signal) | Request::SignalTree(signal), Some(child)) => {
                    for key in keys {
                        child.signal_descendant(*key, signal, reach);
                    }
                }
                _ => {}
            }
        }
    }
}
