//! Floor 9. The loop that lets the engine and the world meet, from the first wait to the last record.
//!
//! It waits for events or the next sample, hands over what happened and what was read, and writes what the engine
//! makes of it. It holds no knowledge of processes and no rule but one: the watched command comes first.

use std::time::Duration;

use procmon_model::engine::{Closing, Engine};
use procmon_model::event::{Ending, LastKnown, ProcessEvent, Signal};
use procmon_model::ports::{
    CallSource, Child, Environs, EventSource, Loss, OwnMeter, Pass, ProcessTable, Reach, Request,
    Sink, Stopping, Wake,
};
use procmon_model::process::{LastReading, ProcessInfo, ProcessKey, Readings};
use procmon_model::record::{EndCause, Mark, Record, Totals, Warning, WarningKind};
use procmon_model::settings::Settings;
use procmon_model::units::Elapsed;

use super::calls::Incoming;
use super::kills::Kills;
use crate::sink::Fanout;

/// The signals by which a command is asked to end (signal(7)): HUP, INT, QUIT and TERM.
const ENDING_SIGNALS: [Signal; 4] = [Signal(1), Signal(2), Signal(3), TERM];
pub(super) const KILL: Signal = Signal(9);
const TERM: Signal = Signal(15);

/// What the driver works with.
pub struct Parts {
    /// Tells what happens, and the time.
    pub events: Box<dyn EventSource>,
    /// Reads what processes use.
    pub table: Box<dyn ProcessTable>,
    /// Looks at what surrounds the tree.
    pub environs: Box<dyn Environs>,
    /// Measures what we cost.
    pub meter: Box<dyn OwnMeter>,
    /// The command, if we launched it.
    pub child: Option<Box<dyn Child>>,
    /// How the command is ended, if we launched it.
    pub stopping: Stopping,
    /// Where the tree's timed calls come in; `None` where nobody listens.
    pub calls: Option<Box<dyn CallSource>>,
    /// Where the records go.
    pub sinks: Fanout,
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finished {
    /// When.
    pub at: Elapsed,
    /// How the root ended; `None` where it lives on.
    pub ending: Option<Ending>,
    /// Why the watching ended.
    pub cause: EndCause,
    /// What the sinks have lost.
    pub losses: Vec<Loss>,
}

/// Drives one session from its first wait to its last record.
pub struct Driver {
    pub(super) parts: Parts,
    pub(super) engine: Engine,
    pub(super) settings: Settings,
    duration_over: Option<Elapsed>,
    /// Whether somebody has asked for a sample since the latest.
    sample_asked: bool,
    pub(super) asked_to_end: Option<Asked>,
    pub(super) root_ended: Option<Ending>,
    /// The end of a command that we launched is recorded once we have waited for it, with its last reading.
    root_ended_at: Option<Elapsed>,
    root_last: Option<LastReading>,
    root_told: LastKnown,
    totals: Option<Totals>,
    kills: Kills,
    incoming: Incoming,
    /// Those that outlived the root and were to be ended for it.
    pub(super) reaped: Option<Vec<ProcessInfo>>,
    pub(super) records: Vec<Record>,
    keys: Vec<ProcessKey>,
    copies: Vec<ProcessKey>,
    readings: Readings,
}

/// The command was asked to end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked {
    pub(super) at: Elapsed,
    pub(super) by: Signal,
    pub(super) cause: EndCause,
    /// When patience is over; `None` where it has no end, or where it was a signal of the user's, who can send another.
    until: Option<Elapsed>,
    /// Which descendants go with it.
    pub(super) reach: Reach,
}

impl Driver {
    /// `records`: what the engine has recorded already.
    pub fn new(mut parts: Parts, engine: Engine, settings: Settings, records: Vec<Record>) -> Self {
        let incoming = Incoming::from(parts.calls.take());
        let duration_over = settings.duration.map(|duration| Elapsed::ZERO + duration);
        Self {
            parts,
            engine,
            settings,
            duration_over,
            sample_asked: false,
            asked_to_end: None,
            root_ended: None,
            root_ended_at: None,
            root_last: None,
            root_told: LastKnown::default(),
            totals: None,
            kills: Kills::default(),
            incoming,
            reaped: None,
            records,
            keys: Vec::new(),
            copies: Vec::new(),
            readings: Readings::default(),
        }
    }

    /// Drives the session to its end.
    pub fn run(mut self) -> Finished {
        self.parts.environs.begin(self.engine.root());
        self.hand_out();
        let cause = self.watch();
        self.settle_descendants();
        self.reap_survivors();
        self.take_what_is_pending();
        let now = self.parts.events.now();
        self.pass(now);
        self.incoming.take_last(&*self.parts.events, &mut self.records);
        self.finish(cause)
    }

    /// The loop; answers why it ended.
    fn watch(&mut self) -> EndCause {
        let mut events = Vec::new();
        loop {
            let wake = self.parts.events.wait(self.deadline(), &mut events);
            let is_end = |event: &ProcessEvent| matches!(event, ProcessEvent::Ended { .. });
            let may_be_over = wake != Wake::Events || events.iter().any(is_end);
            self.take(&mut events);
            if let Wake::Asked(requests) = wake
                && let Some(cause) = requests.into_iter().find_map(|request| self.asked(request))
            {
                return cause;
            }
            if may_be_over {
                self.look_after_the_child();
            }
            if self.root_ended.is_some() {
                return self.asked_to_end.map_or(EndCause::RootEnded, |asked| asked.cause);
            }
            let now = self.parts.events.now();
            if self.sample_asked || now >= self.engine.due() {
                self.pass(now);
            }
            if self.duration_over.is_some_and(|over| now >= over) {
                self.duration_over = None;
                if self.parts.child.is_none() {
                    return EndCause::DurationPassed;
                }
                self.stop(EndCause::DurationPassed);
            }
            self.lose_patience(now);
        }
    }

    fn deadline(&self) -> Elapsed {
        let patience = self.asked_to_end.and_then(|asked| asked.until);
        let soonest = [self.duration_over, patience].into_iter().flatten().min();
        soonest.map_or(self.engine.due(), |soonest| soonest.min(self.engine.due()))
    }

    /// Somebody asked for something; answers a cause where that ends the watching at once.
    pub(super) fn asked(&mut self, request: Request) -> Option<EndCause> {
        match request {
            Request::Mark(text) => {
                let at = self.parts.events.now();
                self.records.push(Record::Mark(Mark { at, text }));
                self.hand_out();
            }
            Request::Stop if self.parts.child.is_none() => return Some(EndCause::Stopped),
            Request::Stop => self.stop(EndCause::Stopped),
            Request::Signal(signal) if ENDING_SIGNALS.contains(&signal) => {
                self.ask_to_end(signal, EndCause::RootEnded, None, Reach::Session);
            }
            Request::Signal(signal) => {
                if let Some(child) = &self.parts.child {
                    child.signal(signal);
                }
            }
            Request::SignalTree(signal) => self.signal_tree(signal),
            Request::Sample => self.sample_asked = true,
            Request::Calls => self.take_calls(),
        }
        None
    }

    /// Sends the command and all of its descendants a signal. Whoever is born meanwhile is looked after when the command
    /// has ended of it.
    fn signal_tree(&mut self, signal: Signal) {
        let ends = signal == KILL || ENDING_SIGNALS.contains(&signal);
        if ends {
            self.ask_to_end(signal, EndCause::RootEnded, None, Reach::All);
        } else if let Some(child) = &self.parts.child {
            child.signal(signal);
        }
        self.signal_descendants(signal, Reach::All);
    }

    /// Has the command end, as it was said that it should be ended.
    fn stop(&mut self, cause: EndCause) {
        let Stopping { signal, grace, .. } = self.parts.stopping;
        self.ask_to_end(signal, cause, grace, Reach::Session);
    }

    /// Asks the command to end. A later request neither puts off the end of our patience nor hides why it began.
    fn ask_to_end(
        &mut self,
        by: Signal,
        cause: EndCause,
        patience: Option<Duration>,
        reach: Reach,
    ) {
        let at = self.parts.events.now();
        let until = patience.map(|patience| at + patience);
        let asked = match self.asked_to_end {
            Some(earlier) if earlier.cause != EndCause::RootEnded => Asked { by, reach, ..earlier },
            _ => Asked { at, by, cause, until, reach },
        };
        self.asked_to_end = Some(asked);
        if let Some(child) = &self.parts.child {
            child.signal(by);
        }
    }

    fn lose_patience(&mut self, now: Elapsed) {
        let Some(asked) = self.asked_to_end.as_mut() else { return };
        if asked.until.is_some_and(|until| now >= until) {
            asked.until = None;
            if let Some(child) = &self.parts.child {
                child.signal(KILL);
            }
        }
    }

    pub(super) fn take(&mut self, events: &mut Vec<ProcessEvent>) {
        for mut event in events.drain(..) {
            let mut reading = None;
            if let ProcessEvent::Ended { at, key, ending, last } = &mut event {
                if *key == self.engine.root() && self.parts.child.is_some() {
                    (self.root_ended_at, self.root_told) = (Some(*at), *last);
                    continue;
                }
                reading = self.parts.table.close(*key);
                if *key == self.engine.root() {
                    self.root_ended = Some(*ending);
                }
                last.oom_killed |= self.was_killed_for_memory(*ending);
            }
            self.engine.on_event(event, reading, &mut self.records);
        }
        self.records.extend(self.parts.events.troubles().into_iter().map(Record::Warning));
        self.hand_out();
    }

    /// Whether an ending is one of those that the kernel brought about for want of memory.
    fn was_killed_for_memory(&mut self, ending: Ending) -> bool {
        ending == Ending::Signal(KILL)
            && self.parts.environs.oom_kills().is_some_and(|count| self.kills.claim(count))
    }

    fn look_for_kills(&mut self, now: Elapsed) {
        if self.kills.is_due(now)
            && let Some(count) = self.parts.environs.oom_kills()
        {
            self.kills.counted(count, now);
        }
    }

    /// Waits for the command if it is over, and before that reads what it leaves.
    pub(super) fn look_after_the_child(&mut self) {
        let Some(child) = self.parts.child.as_mut() else { return };
        if self.root_last.is_none() && child.is_over() {
            self.root_last = self.parts.table.close(self.engine.root());
        }
        if let Some((ending, totals)) = child.ended() {
            self.root_ended = Some(ending);
            self.root_ended_at.get_or_insert(self.parts.events.now());
            self.totals = Some(totals);
        }
    }

    /// Takes what happened up to now and was not handed over yet.
    pub(super) fn catch_up(&mut self) {
        let mut events = Vec::new();
        self.parts.events.wait(Elapsed::ZERO, &mut events);
        self.take(&mut events);
        // Who had said that they are there may not be heard again.
        self.take_calls();
    }

    /// The last events; last of all the end of the root.
    fn take_what_is_pending(&mut self) {
        self.catch_up();
        self.look_after_the_child();
        let Some(ending) = self.root_ended else { return };
        let at = self.root_ended_at.unwrap_or_else(|| self.parts.events.now());
        let oom_killed = self.was_killed_for_memory(ending);
        let (key, last) = (self.engine.root(), LastKnown { oom_killed, ..self.root_told });
        let ended = ProcessEvent::Ended { at, key, ending, last };
        self.engine.on_event(ended, self.root_last, &mut self.records);
        self.hand_out();
    }

    fn pass(&mut self, now: Elapsed) {
        self.sample_asked = false;
        let before = self.parts.meter.cpu();
        self.keys.clear();
        self.keys.extend(self.engine.keys());
        self.copies.clear();
        self.copies.extend(self.engine.copies());
        self.readings.clear();
        let (keys, metrics, copies) = (&self.keys, self.settings.metrics, &self.copies);
        self.parts.table.read(&Pass { keys, metrics, copies }, &mut self.readings);
        self.look_for_kills(now);
        let took = self.parts.meter.cpu().saturating_sub(before);
        self.engine.on_pass(now, took, &self.readings, &mut self.records);
        self.hand_out();
    }

    fn take_calls(&mut self) {
        self.incoming.take(&*self.parts.events, &mut self.records);
        self.hand_out();
    }

    fn hand_out(&mut self) {
        for record in self.records.drain(..) {
            self.parts.sinks.write(&record);
        }
    }

    fn finish(mut self, cause: EndCause) -> Finished {
        let at = self.parts.events.now();
        self.record_troubles(at);
        self.record_those_left(at);
        let closing = Closing {
            at,
            cause,
            ending: self.root_ended,
            totals: self.totals,
            coverage: self.parts.events.coverage(),
            reaped: self.reaped.take(),
            surroundings: self.parts.environs.look(),
            own: self.parts.meter.cost(),
        };
        self.engine.end(&closing, &mut self.records);
        self.hand_out();
        self.parts.sinks.finish();
        Finished { at, ending: self.root_ended, cause, losses: self.parts.sinks.losses() }
    }

    /// What went wrong with the watching, as warnings: readings that were refused or are incomplete, records that were
    /// lost so far.
    fn record_troubles(&mut self, at: Elapsed) {
        let denied = self.parts.table.denied();
        if denied > 0 {
            let message = format!(
                "{denied} readings were refused: the figures of those processes are incomplete"
            );
            let kind = WarningKind::ReadsDenied;
            self.records.push(Record::Warning(Warning { at, kind, count: denied, message }));
        }
        for message in self.parts.table.troubles() {
            let kind = WarningKind::AccountingChanged;
            self.records.push(Record::Warning(Warning { at, kind, count: 1, message }));
        }
        let losses = self.parts.sinks.losses().into_iter();
        self.records.extend(losses.map(|loss| Record::Warning(loss.warning(at))));
    }
}
