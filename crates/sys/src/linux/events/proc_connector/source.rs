//! Floor 7. The source of events that hears of every fork, exec and exit from the kernel (tier 1), and
//! of what each had used where the kernel keeps records of that (tier R).
//!
//! Messages come from the whole machine, so when to listen is a matter of cost: as long as there is budget each one
//! wakes us and new programs are named before they are gone; after that messages are left to gather for a while.

use std::collections::VecDeque;
use std::io;
use std::iter;
use std::os::fd::AsFd;
use std::time::Duration;

use procmon_model::event::{Ending, ProcessEvent};
use procmon_model::host::{Capabilities, Coverage, Tier};
use procmon_model::ports::{Clock, EventSource, Found, Wake};
use procmon_model::process::{ProcessInfo, ProcessKey};
use procmon_model::record::Warning;
use procmon_model::units::{Elapsed, WallTime};

use crate::linux::clock::SessionClock;
use crate::linux::events::adopter::Adopter;
use crate::linux::events::budget::Budget;
use crate::linux::events::codec::Gaps;
use crate::linux::events::family::{Family, Threads};
use crate::linux::events::looks;
use crate::linux::events::records::Records;
use crate::linux::events::socket::{Batch, Subscription};
use crate::linux::found;
use crate::linux::kernel::pidfd::Pidfd;
use crate::linux::waiter::{Token, Waiter};
use crate::world::Inside;

/// How long messages gather when there is no budget to hear each at once: six thousand forks a second, each with its
/// exec and its exit, fill an eighth of a room of this size meanwhile.
const GATHERING: (usize, Duration) = (2 * 1024 * 1024, Duration::from_millis(10));

/// The same while nothing of the tree is told, however busy the rest of the machine is.
pub(super) const GATHERING_FOR_OTHERS: Duration = Duration::from_millis(30);

/// The same in a smaller room, such as an older kernel's limit grants.
const GATHERING_BRIEFLY: Duration = Duration::from_millis(3);

/// What is missing where nobody tells what a process had used when it ended.
pub(in crate::linux::events) const NO_FIGURES: &str = "the kernel tells no memory, I/O or CPU time of processes that end between two samples; \
                       their CPU time is estimated from what their parents waited for";

/// What is missing even where the kernel keeps records of ends: their times are counted in ticks.
const ONLY_TIME: &str = "the kernel tells no CPU time of processes that end between two samples; \
                         it is estimated from what their parents waited for";

/// Hears of every fork, exec and exit from the kernel.
pub(crate) struct ProcConnector {
    pub(super) clock: SessionClock,
    pub(super) waiter: Waiter,
    pub(super) subscription: Subscription,
    pub(super) ends: Ends,
    pub(super) adopter: Adopter,
    pub(super) family: Family,
    pub(super) root: Option<Root>,
    pub(super) vanished: Vec<Vanished>,
    pub(super) gaps: Gaps,
    pub(super) lost: u64,
    /// Whether messages were dropped that no gap has told the number of yet.
    pub(super) uncounted: bool,
    /// When to find out by looking what dropped messages would have told; `None` where that is known.
    pub(super) doubtful: Option<Elapsed>,
    /// When everybody was looked at last.
    pub(super) looked: Option<Elapsed>,
    pub(super) budget: Budget,
    /// Those that run a program whose image has not been read for want of budget.
    pub(super) unnamed: VecDeque<ProcessKey>,
    /// Whether there is room for messages to gather for long.
    pub(super) roomy: bool,
    /// How long messages gather.
    pub(super) pause: Duration,
    /// Whether those that were heard last were of other people's processes alone.
    pub(super) in_vain: bool,
    /// Until when messages gather; `None` where each is heard at once.
    pub(super) gathering: Option<Elapsed>,
    pub(super) batch: Batch,
}

/// What is known of the ends of processes beyond that they came.
#[derive(Debug, Default)]
pub(crate) struct Ends {
    /// What each thread had used; `None` where only events are told.
    pub(crate) records: Option<Records>,
    /// Why there are no records, in one sentence; `None` where nobody asked for them.
    pub(crate) why_none: Option<String>,
}

pub(super) struct Root {
    pub(super) key: ProcessKey,
    pub(super) pidfd: Option<Pidfd>,
}

/// A process whose end was seen and not heard of yet.
pub(super) struct Vanished {
    pub(super) key: ProcessKey,
    pub(super) ending: Ending,
    /// Whether a descriptor has told it, so that no other look is needed.
    pub(super) certain: bool,
    /// When to stop waiting for its message.
    pub(super) due: Elapsed,
}

impl Ends {
    /// A sentence for each thing that is not known.
    fn missing(&self) -> Vec<String> {
        let Some(records) = &self.records else {
            return iter::once(NO_FIGURES.to_owned()).chain(self.why_none.clone()).collect();
        };
        iter::once(ONLY_TIME.to_owned()).chain(records.reasons()).collect()
    }
}

impl ProcConnector {
    pub(crate) fn new(
        subscription: Subscription,
        ends: Ends,
        clock: SessionClock,
        waiter: Waiter,
        inside: Inside,
    ) -> io::Result<Self> {
        waiter.add(subscription.as_fd(), Token::Socket)?;
        let roomy = subscription.room() >= GATHERING.0;
        // Where the records of ends bring the names of all, half as much is spent on reading command lines in time.
        let now = clock.now();
        let budget = if ends.records.is_some() { Budget::half(now) } else { Budget::full(now) };
        Ok(Self {
            roomy,
            pause: if roomy { GATHERING.1 } else { GATHERING_BRIEFLY },
            in_vain: false,
            clock,
            waiter,
            subscription,
            ends,
            adopter: Adopter::of(inside),
            family: Family::default(),
            root: None,
            vanished: Vec::new(),
            gaps: Gaps::default(),
            lost: 0,
            uncounted: false,
            doubtful: None,
            looked: None,
            budget,
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
            self.vanish(root.key, true);
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
        // A deadline that has passed is how the last question is asked.
        if self.doubtful.is_some_and(|due| due.min(deadline) <= now) {
            self.look_at_everybody(events);
        }
        self.end_the_vanished(events);
    }

    /// When to wake up though nothing is ready.
    fn wake_at(&self, deadline: Elapsed) -> Elapsed {
        let due = self.vanished.iter().map(|vanished| vanished.due);
        due.chain(self.gathering).chain(self.doubtful).fold(deadline, Elapsed::min)
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
        self.doubtful = None;
        self.adopter.watch(root);
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
        if let Some(records) = &mut self.ends.records {
            let running = living.iter().filter(|_| found == Found::Running);
            records.doubt(running.map(|info| info.key.pid));
        }
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
            let over = self.clock.now() >= deadline;
            if let Some(wake) = self.waiter.outcome(&ready, events.len() > before, over) {
                return wake;
            }
        }
    }

    fn coverage(&self) -> Coverage {
        let lost = self.lost + u64::from(self.uncounted);
        // Each of them may have been a birth, and every other birth was told of.
        Coverage { lost, missed_at_most: Some(lost) }
    }

    fn capabilities(&self) -> Capabilities {
        let tier = if self.ends.records.is_some() { Tier::R } else { Tier::Events };
        Capabilities::of(tier, self.ends.missing())
    }

    fn troubles(&mut self) -> Vec<Warning> {
        let now = self.clock.now();
        let records = self.ends.records.as_mut();
        records.and_then(|records| records.troubles(now)).into_iter().collect()
    }
}
