//! Floor 7. What the proc connector does with the messages that it hears: births, programs, names and ends.

use std::mem;
use std::os::fd::AsFd;
use std::time::Duration;

use procmon_model::event::{Ending, ProcessEvent};
use procmon_model::ports::Clock;
use procmon_model::process::{Image, ProcessKey};
use procmon_model::units::Elapsed;

use super::source::{GATHERING_FOR_OTHERS, ProcConnector};
use crate::ending::ending;
use crate::linux::clock::Ticks;
use crate::linux::events::codec::{Gaps, Message, What};
use crate::linux::events::family::Change;
use crate::linux::events::records::Told;
use crate::linux::events::socket::Batch;
use crate::linux::image;
use crate::linux::waiter::Token;

impl ProcConnector {
    pub(super) fn gather(&mut self, now: Elapsed) {
        let muted = self.waiter.mute(self.subscription.as_fd(), Token::Socket);
        self.gathering = muted.is_ok().then(|| now + self.pause());
    }

    /// How long messages gather: longer when the last ones were of other people's processes alone.
    fn pause(&self) -> Duration {
        if self.roomy && self.in_vain { GATHERING_FOR_OTHERS } else { self.pause }
    }

    /// Hears whatever has been told.
    pub(super) fn hear(&mut self, events: &mut Vec<ProcessEvent>) {
        let (ticks, before) = (self.clock.ticks(), events.len());
        let (mut missing, mut overrun, mut quiet) = (0, false, true);
        loop {
            let mut batch = mem::take(&mut self.batch);
            let all = self.subscription.drain(&mut batch);
            quiet &= batch.messages.is_empty();
            // Counted in the order of arrival, which is that of the numbers.
            missing += batch.messages.iter().map(|message| self.gaps.before(message)).sum::<u64>();
            overrun |= mem::take(&mut batch.overrun);
            if let Some(records) = &mut self.ends.records {
                records.hear();
            }
            batch.messages.sort_by_key(|message| message.at);
            for message in batch.messages.drain(..) {
                self.apply(&message, ticks, events);
            }
            self.batch = batch;
            if all {
                break;
            }
        }
        if missing > 0 || overrun {
            self.make_good(missing, events);
        }
        if let Some(records) = &mut self.ends.records {
            records.heard(|thread| self.family.has_thread(thread));
        }
        self.in_vain = events.len() == before;
        if self.in_vain && self.gathering.is_none() {
            self.budget.was_in_vain();
        }
        self.listen_again(quiet);
    }

    /// In a storm of messages the socket stays out of the set from one hearing to the next, so that each costs one
    /// wake-up. It is listened to again when nothing came in between, or there is budget for names.
    fn listen_again(&mut self, quiet: bool) {
        if self.gathering.is_none() {
            return;
        }
        let now = self.clock.now();
        if !quiet && !self.budget.wake(now) {
            self.gathering = Some(now + self.pause());
            return;
        }
        self.gathering = None;
        // It was in the set all the time, so that nothing but its absence could fail this.
        drop(self.waiter.listen(self.subscription.as_fd(), Token::Socket));
    }

    fn apply(&mut self, message: &Message, ticks: Ticks, events: &mut Vec<ProcessEvent>) {
        let at = self.clock.at(message.at);
        let start = || match message.what {
            What::Fork { process, .. } => start_time(process, message.at, ticks),
            _ => 0,
        };
        if let (What::Exit { thread, process, .. }, Some(records)) =
            (message.what, &mut self.ends.records)
        {
            records.ended(thread, self.family.has(process).then_some(process));
        }
        let mut changes = Vec::new();
        self.family.apply(message.what, at, start, &mut changes);
        for change in changes {
            match change {
                Change::Born(process) => events.push(ProcessEvent::Started { at, process }),
                Change::Exec(key) => self.exec(key, at, events),
                Change::Gone(key, status) => {
                    self.end(key, at, status.map_or(Ending::Unseen, ending), events);
                }
            }
        }
    }

    fn exec(&mut self, key: ProcessKey, at: Elapsed, events: &mut Vec<ProcessEvent>) {
        // The command itself is worth its price at any time.
        let is_root = self.root.as_ref().is_some_and(|root| root.key == key);
        let image = if is_root || self.budget.name(self.clock.now()) {
            image::image(key.pid)
        } else {
            self.unnamed.push_back(key);
            None
        };
        match (&image, &mut self.ends.records) {
            (Some(image), _) => self.named(key, image),
            (None, Some(records)) if !is_root => records.runs(key.pid, false),
            _ => {}
        }
        events.push(ProcessEvent::Renamed { at, key, image });
    }

    /// The image of a process has been read.
    pub(super) fn named(&mut self, key: ProcessKey, image: &Image) {
        self.family.rename(key, image);
        if let Some(records) = &mut self.ends.records {
            records.runs(key.pid, true);
        }
    }

    /// A process has ended. Its records tell what it used, and its name where nobody has read that.
    pub(super) fn end(
        &mut self,
        key: ProcessKey,
        at: Elapsed,
        ending: Ending,
        events: &mut Vec<ProcessEvent>,
    ) {
        let records = self.ends.records.as_mut();
        let Told { name, last } = records.map(|records| records.close(key.pid)).unwrap_or_default();
        if let Some(name) = name {
            let image = Some(Image { name, ..Image::default() });
            events.push(ProcessEvent::Renamed { at, key, image });
        }
        events.push(ProcessEvent::Ended { at, key, ending, last });
    }

    /// Names those that had to wait for it and still live.
    pub(super) fn name_late(&mut self, events: &mut Vec<ProcessEvent>) {
        let at = self.clock.now();
        while let Some(key) = self.unnamed.front().copied() {
            let lives = self.family.member(key.pid).is_some_and(|info| info.key == key);
            if lives && !self.budget.name(at) {
                return;
            }
            self.unnamed.pop_front();
            // By now the number can be another's, of whose birth we have not heard yet.
            let is_still = || image::stat(key.pid).is_some_and(|stat| stat.is_of(key));
            let image = lives.then(|| image::image(key.pid)).flatten();
            if let Some(image) = image.filter(|_| is_still()) {
                self.named(key, &image);
                events.push(ProcessEvent::Renamed { at, key, image: Some(image) });
            }
        }
    }

    /// Throws away what was told up to now, which a look will see; what is told from now on is applied to what it sees.
    pub(super) fn forget_the_past(&mut self) {
        let mut overrun = false;
        if let Some(records) = &mut self.ends.records {
            // Before the messages, so that whatever end is heard of later has its record.
            records.forget();
        }
        loop {
            let mut batch = Batch::default();
            let all = self.subscription.drain(&mut batch);
            // Their numbers are where counting begins.
            for message in &batch.messages {
                self.gaps.before(message);
            }
            overrun |= batch.overrun;
            if all {
                break;
            }
        }
        if overrun {
            // What was dropped before anybody was watched is no loss, and its number is not known yet.
            self.gaps = Gaps::default();
        }
    }
}

/// The start time of a process whose birth was told at some moment.
fn start_time(pid: u32, told: u64, ticks: Ticks) -> u64 {
    let start = ticks.start_time(told);
    let near = |seen: &u64| seen.abs_diff(start.ticks) <= 1;
    let seen = start.doubtful.then(|| image::stat(pid)).flatten().map(|stat| stat.start);
    seen.filter(near).unwrap_or(start.ticks)
}
