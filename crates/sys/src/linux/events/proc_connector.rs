//! Floor 7. The source of events that hears of every fork, exec and exit from the kernel (tier 1).
//!
//! Messages come from the whole machine, so when to listen is a matter of cost: as long as there is budget each one
//! wakes us and new programs are named before they are gone; after that messages are left to gather for a while.

use std::collections::VecDeque;
use std::io;
use std::mem;
use std::os::fd::AsFd;
use std::time::Duration;

use procmon_model::event::{Ending, ProcessEvent};
use procmon_model::host::{Capabilities, Coverage, Tier};
use procmon_model::metrics::MetricSet;
use procmon_model::ports::{Clock, EventSource, Found, Wake};
use procmon_model::process::{ProcessInfo, ProcessKey};
use procmon_model::units::{Elapsed, WallTime};

use crate::ending::ending;
use crate::linux::clock::{SessionClock, Ticks};
use crate::linux::events::budget::Budget;
use crate::linux::events::codec::{Gaps, Message, What};
use crate::linux::events::family::{Change, Family, Threads};
use crate::linux::events::looks;
use crate::linux::events::socket::{Batch, Subscription};
use crate::linux::kernel::pidfd::Pidfd;
use crate::linux::waiter::{Token, Waiter};
use crate::linux::{found, image};

/// How long messages gather when there is no budget to hear each at once: six thousand forks a second, each with its
/// exec and its exit, fill an eighth of a room of this size meanwhile.
const GATHERING: (usize, Duration) = (2 * 1024 * 1024, Duration::from_millis(10));

/// The same in a smaller room, such as an older kernel's limit grants.
const GATHERING_BRIEFLY: Duration = Duration::from_millis(3);

/// How much later than the process's end its message may come; the kernel needs microseconds.
const LATENESS: Duration = Duration::from_millis(3);

/// Hears of every fork, exec and exit from the kernel.
pub(super) struct ProcConnector {
    clock: SessionClock,
    waiter: Waiter,
    subscription: Subscription,
    /// The process, if any, that orphans of the tree become children of.
    adopter: Option<u32>,
    family: Family,
    root: Option<Root>,
    vanished: Vec<Vanished>,
    gaps: Gaps,
    lost: u64,
    /// Whether messages were dropped that no gap has told the number of yet.
    uncounted: bool,
    budget: Budget,
    /// Those that run a program whose image has not been read for want of budget.
    unnamed: VecDeque<ProcessKey>,
    /// How long messages gather.
    pause: Duration,
    /// Until when messages gather; `None` where each is heard at once.
    gathering: Option<Elapsed>,
    batch: Batch,
}

struct Root {
    key: ProcessKey,
    pidfd: Option<Pidfd>,
}

/// A process whose end was seen and not heard of yet.
struct Vanished {
    key: ProcessKey,
    ending: Ending,
    /// When to stop waiting for its message.
    due: Elapsed,
}

impl ProcConnector {
    pub(super) fn new(
        subscription: Subscription,
        clock: SessionClock,
        waiter: Waiter,
        adopter: Option<u32>,
    ) -> io::Result<Self> {
        waiter.add(subscription.as_fd(), Token::Socket)?;
        let roomy = subscription.room() >= GATHERING.0;
        Ok(Self {
            pause: if roomy { GATHERING.1 } else { GATHERING_BRIEFLY },
            clock,
            waiter,
            subscription,
            adopter,
            family: Family::default(),
            root: None,
            vanished: Vec::new(),
            gaps: Gaps::default(),
            lost: 0,
            uncounted: false,
            budget: Budget::full(clock.now()),
            unnamed: VecDeque::new(),
            gathering: None,
            batch: Batch::default(),
        })
    }

    /// Acts on what is ready.
    fn attend(&mut self, ready: &[Token], deadline: Elapsed, events: &mut Vec<ProcessEvent>) {
        let now = self.clock.now();
        let root_ended = ready.iter().any(|token| matches!(token, Token::Process(_)));
        if root_ended && let Some(root) = &self.root {
            if let Some(pidfd) = &root.pidfd {
                self.waiter.remove(pidfd.as_fd());
            }
            self.vanish(root.key);
        }
        let told = ready.contains(&Token::Socket);
        match self.gathering {
            None if told && !root_ended && now < deadline && !self.budget.wake(now) => {
                self.gather(now);
            }
            None if told || root_ended => self.hear(events),
            Some(until) if told || root_ended || now >= until.min(deadline) => self.hear(events),
            _ => {}
        }
        self.end_the_vanished(events);
    }

    /// Notes that a process was seen to have ended. Its message says more, if it comes.
    fn vanish(&mut self, key: ProcessKey) {
        let root = self.root.as_ref().filter(|root| root.key == key);
        let ending = looks::verdict(key, root.and_then(|root| root.pidfd.as_ref()));
        self.vanished.push(Vanished { key, ending, due: self.clock.now() + LATENESS });
    }

    /// Ends those whose message has not come and will not come any more.
    fn end_the_vanished(&mut self, events: &mut Vec<ProcessEvent>) {
        if self.vanished.is_empty() {
            return;
        }
        let at = self.clock.now();
        let is_over = |vanished: &mut Vanished| vanished.due <= at;
        if self.vanished.iter_mut().any(is_over) {
            // What they did before comes first, however long we were kept from hearing it.
            self.hear(events);
        }
        for Vanished { key, ending, .. } in self.vanished.extract_if(.., is_over) {
            if self.family.remove(key) {
                events.push(looks::ended(key, at, ending));
            }
        }
    }

    fn gather(&mut self, now: Elapsed) {
        let muted = self.waiter.mute(self.subscription.as_fd(), Token::Socket);
        self.gathering = muted.is_ok().then(|| now + self.pause);
    }

    /// Hears whatever has been told.
    fn hear(&mut self, events: &mut Vec<ProcessEvent>) {
        let ticks = self.clock.ticks();
        let (mut missing, mut overrun, mut quiet) = (0, false, true);
        loop {
            let mut batch = mem::take(&mut self.batch);
            let all = self.subscription.drain(&mut batch);
            quiet &= batch.messages.is_empty();
            // Counted in the order of arrival, which is that of the numbers.
            missing += batch.messages.iter().map(|message| self.gaps.before(message)).sum::<u64>();
            overrun |= mem::take(&mut batch.overrun);
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
            self.gathering = Some(now + self.pause);
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
        let mut changes = Vec::new();
        self.family.apply(message.what, at, start, &mut changes);
        for change in changes {
            match change {
                Change::Born(process) => events.push(ProcessEvent::Started { at, process }),
                Change::Exec(key) => self.exec(key, at, events),
                Change::Gone(key, status) => {
                    events.push(looks::ended(key, at, status.map_or(Ending::Unseen, ending)));
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
        if let Some(image) = &image {
            self.family.rename(key, image);
        }
        events.push(ProcessEvent::Renamed { at, key, image });
    }

    /// Names those that had to wait for it and still live.
    fn name_late(&mut self, events: &mut Vec<ProcessEvent>) {
        let at = self.clock.now();
        while let Some(key) = self.unnamed.front().copied() {
            let lives = self.family.member(key.pid).is_some_and(|info| info.key == key);
            if lives && !self.budget.name(at) {
                return;
            }
            self.unnamed.pop_front();
            if let Some(image) = lives.then(|| image::image(key.pid)).flatten() {
                self.family.rename(key, &image);
                events.push(ProcessEvent::Renamed { at, key, image: Some(image) });
            }
        }
    }

    /// Counts messages that were dropped, and finds out by looking what they would have told.
    fn make_good(&mut self, missing: u64, events: &mut Vec<ProcessEvent>) {
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
    }

    fn look_for_exec(&mut self, key: ProcessKey, at: Elapsed, events: &mut Vec<ProcessEvent>) {
        let Some(known) = self.family.member(key.pid) else { return };
        if let Some(image) = image::image(key.pid)
            && looks::runs_another(&known.image, &image)
        {
            self.family.rename(key, &image);
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

    /// Throws away what was told up to now, which a look will see; what is told from now on is applied to what it sees.
    fn forget_the_past(&mut self) {
        let mut overrun = false;
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

    /// When to wake up though nothing is ready.
    fn wake_at(&self, deadline: Elapsed) -> Elapsed {
        let due = self.vanished.iter().map(|vanished| vanished.due);
        due.chain(self.gathering).fold(deadline, Elapsed::min)
    }
}

impl Clock for ProcConnector {
    fn now(&self) -> Elapsed {
        self.clock.now()
    }

    fn started_at(&self) -> WallTime {
        self.clock.started_at()
    }
}

impl EventSource for ProcConnector {
    fn watch(
        &mut self,
        root: ProcessKey,
        found: Found,
        children: bool,
    ) -> io::Result<Vec<ProcessInfo>> {
        self.forget_the_past();
        self.vanished.clear();
        let pidfd = Pidfd::open(root.pid).ok();
        let living = found::tree(root, found, children, self.clock.now());
        if living.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the process has ended"));
        }
        if let Some(pidfd) = &pidfd {
            self.waiter.add(pidfd.as_fd(), Token::Process(root.pid))?;
        }
        self.root = Some(Root { key: root, pidfd });
        let members = living.iter().map(|info| (info.clone(), looks::threads(info.key.pid)));
        self.family = Family::of(members.collect::<Vec<(ProcessInfo, Threads)>>(), children);
        Ok(living)
    }

    fn wait(&mut self, deadline: Elapsed, events: &mut Vec<ProcessEvent>) -> Wake {
        let before = events.len();
        let mut ready = Vec::new();
        loop {
            self.name_late(events);
            if events.len() > before {
                return Wake::Events;
            }
            ready.clear();
            self.waiter.wait(self.clock, self.wake_at(deadline), &mut ready);
            self.attend(&ready, deadline, events);
            if ready.contains(&Token::Asked) {
                return Wake::Asked(self.waiter.requests());
            }
            if events.len() > before {
                return Wake::Events;
            }
            if self.clock.now() >= deadline {
                return Wake::Deadline;
            }
        }
    }

    fn coverage(&self) -> Coverage {
        let lost = self.lost + u64::from(self.uncounted);
        // Each of them may have been a birth, and every other birth was told of.
        Coverage { lost, missed_at_most: Some(lost) }
    }

    fn capabilities(&self) -> Capabilities {
        let reason = "the kernel tells no memory, I/O or CPU time of processes that end between two samples; \
                      their CPU time is estimated from what their parents waited for";
        Capabilities {
            tier: Tier::Events,
            metrics: MetricSet::ALL,
            exact: false,
            reasons: vec![reason.to_owned()],
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
