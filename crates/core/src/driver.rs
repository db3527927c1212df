//! Floor 9. The driver: the one loop that lets the engine and the world meet.
//!
//! It waits for events or the next sample, hands over what happened and what was read, and writes what the engine
//! makes of it. It holds no knowledge of processes and no rule but one: the watched command comes first.

use std::time::Duration;

use procmon_model::engine::{Closing, Engine};
use procmon_model::event::{Ending, LastKnown, ProcessEvent, Signal};
use procmon_model::ports::{
    Child, EventSource, GRACE, Loss, OwnMeter, ProcessTable, Request, Sink, Wake,
};
use procmon_model::process::{ProcessKey, Reading};
use procmon_model::record::{EndCause, Mark, Record, Totals, Warning, WarningKind};
use procmon_model::settings::Settings;
use procmon_model::units::Elapsed;

use crate::sink::Fanout;

/// The signals by which a command is asked to end (signal(7)): HUP, INT, QUIT and TERM.
const ENDING_SIGNALS: [Signal; 4] = [Signal(1), Signal(2), Signal(3), TERM];
/// What descendants have at least to end in when their command has taken all the patience there was.
const LAST_GRACE: Duration = Duration::from_millis(500);
const KILL: Signal = Signal(9);
const TERM: Signal = Signal(15);

/// What the driver works with.
pub struct Parts {
    /// Tells what happens, and the time.
    pub events: Box<dyn EventSource>,
    /// Reads what processes use.
    pub table: Box<dyn ProcessTable>,
    /// Measures what we cost.
    pub meter: Box<dyn OwnMeter>,
    /// The command, if we launched it.
    pub child: Option<Box<dyn Child>>,
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
    parts: Parts,
    engine: Engine,
    settings: Settings,
    duration_over: Option<Elapsed>,
    asked_to_end: Option<Asked>,
    root_ended: Option<Ending>,
    /// The end of a command that we launched is recorded once we have waited for it, with its last reading.
    root_ended_at: Option<Elapsed>,
    root_last: Option<(Reading, bool)>,
    totals: Option<Totals>,
    records: Vec<Record>,
    keys: Vec<ProcessKey>,
    readings: Vec<Reading>,
}

/// The command was asked to end.
#[derive(Debug, Clone, Copy)]
struct Asked {
    at: Elapsed,
    by: Signal,
    cause: EndCause,
    /// When patience is over; `None` where it was a signal of the user's, who can send another.
    until: Option<Elapsed>,
}

impl Driver {
    /// `records`: what the engine has recorded already.
    pub fn new(parts: Parts, engine: Engine, settings: Settings, records: Vec<Record>) -> Self {
        let duration_over = settings.duration.map(|duration| Elapsed::ZERO + duration);
        Self {
            parts,
            engine,
            settings,
            duration_over,
            asked_to_end: None,
            root_ended: None,
            root_ended_at: None,
            root_last: None,
            totals: None,
            records,
            keys: Vec::new(),
            readings: Vec::new(),
        }
    }

    /// Drives the session to its end.
    pub fn run(mut self) -> Finished {
        self.hand_out();
        let cause = self.watch();
        self.settle_descendants();
        self.take_what_is_pending();
        let now = self.parts.events.now();
        self.pass(now);
        self.finish(cause)
    }

    /// The loop; answers why it ended.
    fn watch(&mut self) -> EndCause {
        let mut events = Vec::new();
        loop {
            let wake = self.parts.events.wait(self.deadline(), &mut events);
            self.take(&mut events);
            if let Wake::Asked(requests) = wake
                && let Some(cause) = requests.into_iter().find_map(|request| self.asked(request))
            {
                return cause;
            }
            self.look_after_the_child();
            if self.root_ended.is_some() {
                return self.asked_to_end.map_or(EndCause::RootEnded, |asked| asked.cause);
            }
            let now = self.parts.events.now();
            if now >= self.engine.due() {
                self.pass(now);
            }
            if self.duration_over.is_some_and(|over| now >= over) {
                self.duration_over = None;
                if self.parts.child.is_none() {
                    return EndCause::DurationPassed;
                }
                self.ask_to_end(TERM, EndCause::DurationPassed, true);
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
    fn asked(&mut self, request: Request) -> Option<EndCause> {
        match request {
            Request::Mark(text) => {
                let at = self.parts.events.now();
                self.records.push(Record::Mark(Mark { at, text }));
                self.hand_out();
            }
            Request::Stop if self.parts.child.is_none() => return Some(EndCause::Stopped),
            Request::Stop => self.ask_to_end(TERM, EndCause::Stopped, true),
            Request::Signal(signal) if ENDING_SIGNALS.contains(&signal) => {
                self.ask_to_end(signal, EndCause::RootEnded, false);
            }
            Request::Signal(signal) => {
                if let Some(child) = &self.parts.child {
                    child.signal(signal);
                }
            }
        }
        None
    }

    /// Asks the command to end. A later request neither puts off the end of our patience nor hides why it began.
    fn ask_to_end(&mut self, by: Signal, cause: EndCause, with_patience: bool) {
        let at = self.parts.events.now();
        let until = with_patience.then(|| at + GRACE);
        let asked = match self.asked_to_end {
            Some(earlier) if earlier.cause != EndCause::RootEnded => Asked { by, ..earlier },
            _ => Asked { at, by, cause, until },
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

    fn take(&mut self, events: &mut Vec<ProcessEvent>) {
        for event in events.drain(..) {
            let mut last = None;
            if let ProcessEvent::Ended { at, key, ending, .. } = &event {
                if *key == self.engine.root() && self.parts.child.is_some() {
                    self.root_ended_at = Some(*at);
                    continue;
                }
                last = self.parts.table.close(*key);
                if *key == self.engine.root() {
                    self.root_ended = Some(*ending);
                }
            }
            self.engine.on_event(event, last, &mut self.records);
        }
        self.hand_out();
    }

    /// Waits for the command if it is over, and before that reads what it leaves.
    fn look_after_the_child(&mut self) {
        let Some(child) = self.parts.child.as_mut() else { return };
        if self.root_last.is_none() && child.is_over() {
            self.root_last = self.parts.table.close(self.engine.root());
        }
        if let Some((ending, totals)) = child.ended() {
            self.root_ended = Some(ending);
            self.totals = Some(totals);
        }
    }

    /// A command that ends because it was asked to takes those of its descendants along that belong to our session. One
    /// that has called setsid(2) has chosen to outlive it. A signal that the command took for something else, such as a
    /// HUP to read its settings again, does not count against them when it ends by itself later.
    fn settle_descendants(&mut self) {
        let Some(asked) = self.asked_to_end else { return };
        let now = self.parts.events.now();
        let obeyed = self.root_ended == Some(Ending::Signal(asked.by)) || now <= asked.at + GRACE;
        if !obeyed && asked.cause == EndCause::RootEnded {
            return;
        }
        // Time that the command took is not given twice.
        let until = (asked.at + GRACE).max(now + LAST_GRACE);
        for (signal, until) in [(asked.by, until), (KILL, until + LAST_GRACE)] {
            let signalled = self.signal_descendants(signal);
            if signalled.is_empty() {
                return;
            }
            self.await_the_end_of(&signalled, until);
        }
    }

    fn signal_descendants(&self, signal: Signal) -> Vec<ProcessKey> {
        let Some(child) = &self.parts.child else { return Vec::new() };
        let root = self.engine.root();
        let others = self.engine.keys().filter(|key| *key != root);
        others.filter(|key| child.signal_descendant(*key, signal)).collect()
    }

    fn await_the_end_of(&mut self, keys: &[ProcessKey], until: Elapsed) {
        let mut events = Vec::new();
        while self.parts.events.now() < until
            && keys.iter().any(|key| self.engine.info(*key).is_some())
        {
            let wake = self.parts.events.wait(until, &mut events);
            self.take(&mut events);
            self.look_after_the_child();
            if let Wake::Asked(requests) = wake {
                self.asked_late(requests, keys);
            }
        }
    }

    /// The root has ended: a word is still recorded, and a signal goes to those that are waited for.
    fn asked_late(&mut self, requests: Vec<Request>, keys: &[ProcessKey]) {
        for request in requests {
            match (request, &self.parts.child) {
                (request @ Request::Mark(_), _) => drop(self.asked(request)),
                (Request::Signal(signal), Some(child)) => {
                    for key in keys {
                        child.signal_descendant(*key, signal);
                    }
                }
                _ => {}
            }
        }
    }

    /// Events that happened before the end and were not handed over yet; last of all the end of the root.
    fn take_what_is_pending(&mut self) {
        let mut events = Vec::new();
        self.parts.events.wait(Elapsed::ZERO, &mut events);
        self.take(&mut events);
        self.look_after_the_child();
        let Some(ending) = self.root_ended else { return };
        let at = self.root_ended_at.unwrap_or_else(|| self.parts.events.now());
        let (key, last) = (self.engine.root(), LastKnown::default());
        let ended = ProcessEvent::Ended { at, key, ending, last };
        self.engine.on_event(ended, self.root_last, &mut self.records);
        self.hand_out();
    }

    fn pass(&mut self, now: Elapsed) {
        let before = self.parts.meter.cpu();
        self.keys.clear();
        self.keys.extend(self.engine.keys());
        self.readings.clear();
        self.parts.table.read(&self.keys, self.settings.metrics, &mut self.readings);
        let took = self.parts.meter.cpu().saturating_sub(before);
        self.engine.on_pass(now, took, &self.readings, &mut self.records);
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
        let closing = Closing {
            at,
            cause,
            ending: self.root_ended,
            totals: self.totals,
            coverage: self.parts.events.coverage(),
            own: self.parts.meter.cost(),
        };
        self.engine.end(&closing, &mut self.records);
        self.hand_out();
        self.parts.sinks.finish();
        Finished { at, ending: self.root_ended, cause, losses: self.parts.sinks.losses() }
    }

    /// What went wrong with the watching, as warnings: readings that were refused, records that were lost so far.
    fn record_troubles(&mut self, at: Elapsed) {
        let denied = self.parts.table.denied();
        if denied > 0 {
            let message = format!(
                "{denied} readings were refused: the figures of those processes are incomplete"
            );
            let kind = WarningKind::ReadsDenied;
            self.records.push(Record::Warning(Warning { at, kind, count: denied, message }));
        }
        for Loss { records: count, message } in self.parts.sinks.losses() {
            let kind = WarningKind::OutputFailed;
            self.records.push(Record::Warning(Warning { at, kind, count, message }));
        }
    }
}
