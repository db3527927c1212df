//! Floor 9. Timed calls on their way into the stream of records.

use std::time::Duration;

use procmon_model::ports::{CallSource, Calls, Clock};
use procmon_model::record::{CallRecord, Record, Warning, WarningKind};
use procmon_model::units::Elapsed;

/// How often it is said at most that some are missing, before the end.
const SAY_EVERY: Duration = Duration::from_secs(1);

/// Where calls come from, and what of them is missing and was not said yet.
#[derive(Default)]
pub(super) struct Incoming {
    source: Option<Box<dyn CallSource>>,
    dropped: u64,
    unreadable: u64,
    say_at: Elapsed,
}

impl Incoming {
    pub(super) fn from(source: Option<Box<dyn CallSource>>) -> Self {
        Self { source, ..Self::default() }
    }

    /// Records the calls that have come in.
    pub(super) fn take(&mut self, clock: &(impl Clock + ?Sized), records: &mut Vec<Record>) {
        let Some(calls) = self.source.as_mut().map(|source| source.take()) else { return };
        let now = clock.now();
        self.record(calls, now, records);
        if (self.dropped > 0 || self.unreadable > 0) && now >= self.say_at {
            records.extend(self.warnings(now));
        }
    }

    /// Records what was sent before now: a process that has ended had told of its calls before.
    pub(super) fn take_last(&mut self, clock: &(impl Clock + ?Sized), records: &mut Vec<Record>) {
        let Some(mut source) = self.source.take() else { return };
        let calls = source.close();
        let now = clock.now();
        self.record(calls, now, records);
        records.extend(self.warnings(now));
    }

    /// Whoever tells of a call may tell anything; no record is of a moment that is yet to come.
    fn record(&mut self, calls: Calls, now: Elapsed, into: &mut Vec<Record>) {
        let Calls { records, dropped, unreadable } = calls;
        self.dropped = self.dropped.saturating_add(dropped);
        self.unreadable = self.unreadable.saturating_add(unreadable);
        into.extend(records.into_iter().map(|CallRecord { at, started, call }| {
            let at = at.min(now);
            Record::Call(Box::new(CallRecord { at, started: started.min(at), call }))
        }));
    }

    /// What is missing, and was not said yet.
    fn warnings(&mut self, at: Elapsed) -> impl Iterator<Item = Record> + use<> {
        self.say_at = at + SAY_EVERY;
        let missing = [
            (
                std::mem::take(&mut self.dropped),
                "timed calls of functions are missing: more were made than could be taken in",
            ),
            (
                std::mem::take(&mut self.unreadable),
                "timed calls of functions are missing: what was sent in their place could not be read",
            ),
        ];
        let missing = missing.into_iter().filter(|(count, _)| *count > 0);
        missing.map(move |(count, message)| {
            let kind = WarningKind::CallsDropped;
            Record::Warning(Warning { at, kind, count, message: message.to_owned() })
        })
    }
}
