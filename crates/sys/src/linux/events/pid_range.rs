//! Floor 7. The source of events that looks for new process numbers (tier 2), for wherever the kernel tells nothing.
//!
//! The kernel says which number it gave last, so that a look costs nothing where nobody was born, however many
//! processes there are, and only the numbers in between have to be looked at otherwise. What lives and dies between
//! two looks is not seen; the numbers that were found empty bound how much that is.

use std::collections::HashMap;
use std::io;
use std::mem;
use std::os::fd::AsFd;
use std::time::Duration;

use procmon_model::event::ProcessEvent;
use procmon_model::host::{Capabilities, Coverage, Tier};
use procmon_model::metrics::MetricSet;
use procmon_model::ports::{Clock, EventSource, Found, Wake};
use procmon_model::process::{ProcessInfo, ProcessKey};
use procmon_model::units::{Elapsed, WallTime};

use crate::linux::clock::SessionClock;
use crate::linux::events::budget::Budget;
use crate::linux::events::family::heir;
use crate::linux::events::last_pid::LastPid;
use crate::linux::events::looks;
use crate::linux::kernel::pidfd::Pidfd;
use crate::linux::kernel::process;
use crate::linux::parse::Stat;
use crate::linux::waiter::{Token, Waiter};
use crate::linux::{found, image, syscall};

/// The time between two looks at the counter.
const TICK: Duration = Duration::from_millis(5);

/// For how long a process is looked at with each tick, since most programs are started right after a birth.
const YOUTH: Duration = Duration::from_millis(100);

/// The time between two looks at what an older process runs.
const SLOWLY: Duration = Duration::from_millis(100);

/// How often a number is looked at before nobody is there. A kernel that is interrupted between giving the number and
/// showing the process needs that.
const LOOKS: u32 = 3;

/// More new numbers than are looked at one by one. So many appear within a tick when somebody sets the counter, or when
/// it begins again in a large range; whoever lives is then found among all processes.
const TOO_MANY: usize = 20_000;

/// Looks for new process numbers.
pub(super) struct PidRange {
    clock: SessionClock,
    waiter: Waiter,
    /// The process, if any, that orphans of the tree become children of.
    adopter: Option<u32>,
    counter: LastPid,
    /// The number up to which everybody has been looked at.
    newest: u32,
    members: HashMap<u32, Member>,
    children: bool,
    /// Numbers at which nobody was seen so far, and how often they are still to be looked at.
    unclear: Vec<(u32, u32)>,
    /// Numbers that were found empty; `None` once there were too many to be looked at.
    missed: Option<u64>,
    budget: Budget,
    /// When to look again; `None` where nobody is watched.
    next: Option<Elapsed>,
    reasons: Vec<String>,
}

struct Member {
    info: ProcessInfo,
    /// Where the stack of the program is whose image we have: it moves with each execve.
    stack: u64,
    /// Tells of its end; without one, the end is looked for.
    pidfd: Option<Pidfd>,
    seen: Elapsed,
    next_look: Elapsed,
}

impl PidRange {
    pub(super) fn new(
        clock: SessionClock,
        waiter: Waiter,
        adopter: Option<u32>,
        reasons: Vec<String>,
    ) -> io::Result<Self> {
        Ok(Self {
            clock,
            waiter,
            adopter,
            counter: LastPid::open()?,
            newest: 0,
            members: HashMap::new(),
            children: false,
            unclear: Vec::new(),
            missed: Some(0),
            budget: Budget::full(clock.now()),
            next: None,
            reasons,
        })
    }

    /// Looks at everything whose time has come.
    fn attend(&mut self, ready: &[Token], events: &mut Vec<ProcessEvent>) {
        let now = self.clock.now();
        // Births first: a parent that has just ended must not hide its child.
        if self.children && self.next.is_some() {
            self.look_for_births(now, events);
        }
        for token in ready {
            if let Token::Process(pid) = token {
                self.end(*pid, now, events);
            }
        }
        if self.next.is_some_and(|next| now >= next) {
            self.look_at_members(now, events);
            self.next = self.next_tick(now);
        }
    }

    fn next_tick(&self, now: Elapsed) -> Option<Elapsed> {
        if self.children {
            return (!self.members.is_empty()).then(|| now + TICK);
        }
        self.members.values().map(|member| member.next_look).min()
    }

    fn look_for_births(&mut self, now: Elapsed, events: &mut Vec<ProcessEvent>) {
        let Some(newest) = self.counter.now() else { return };
        let given = self.counter.given(self.newest, newest);
        self.newest = newest;
        if given.size_hint().0 > TOO_MANY {
            self.missed = None;
            for (key, _) in image::scan() {
                self.look_at_number(key.pid, now, events);
            }
            return;
        }
        // A number is given a little before its process can be seen, so that nobody there is not yet nobody at all.
        let again = mem::take(&mut self.unclear);
        for (pid, looks) in again.into_iter().chain(given.map(|pid| (pid, LOOKS))) {
            if self.look_at_number(pid, now, events) {
                continue;
            }
            match looks {
                0..=1 => self.missed = self.missed.map(|missed| missed + 1),
                looks => self.unclear.push((pid, looks - 1)),
            }
        }
    }

    /// False where nobody is there, or somebody of whom nothing can be known any more.
    fn look_at_number(&mut self, pid: u32, now: Elapsed, events: &mut Vec<ProcessEvent>) -> bool {
        // Threads have numbers, too, but no clock of a process.
        if syscall::process_cpu(pid).is_none() {
            return process::in_use(pid);
        }
        image::stat(pid).map(|stat| self.look_at_process(pid, &stat, now, events)).is_some()
    }

    fn look_at_process(
        &mut self,
        pid: u32,
        stat: &Stat,
        now: Elapsed,
        events: &mut Vec<ProcessEvent>,
    ) {
        match self.members.get(&pid) {
            Some(member) if stat.is_of(member.info.key) => return,
            Some(_) => self.end(pid, now, events),
            None => {}
        }
        let key = ProcessKey { pid, start: stat.start };
        self.catch_up_with_parent(stat, now, events);
        let (info, stack) = match self.members.get(&stat.parent) {
            Some(parent) => (heir(&parent.info, key, now), parent.stack),
            None if self.adopter == Some(stat.parent) => (orphan(key, now), 0),
            None => return,
        };
        let member = self.named(info, stack, stat, now);
        events.push(ProcessEvent::Started { at: now, process: member.info.clone() });
        self.members.insert(pid, member);
    }

    /// Sees whether a parent has started a program, where it does not seem to run the same as a child just seen.
    fn catch_up_with_parent(&mut self, child: &Stat, now: Elapsed, events: &mut Vec<ProcessEvent>) {
        let parent = self.members.get(&child.parent);
        if let Some(parent) = parent.filter(|parent| parent.stack != child.stack) {
            let key = parent.info.key;
            if let Some(stat) = looks::living(key) {
                self.look_for_exec(key, &stat, now, events);
            }
        }
    }

    /// A process that was just seen, with its own image where it runs another program than its parent already.
    fn named(&mut self, info: ProcessInfo, stack: u64, stat: &Stat, now: Elapsed) -> Member {
        let mut member = self.member(info, stack, now);
        // No right to know where the stack is, 0, is no proof that it is the parent's.
        if (stat.stack != stack || stack == 0)
            && self.budget.name(now)
            && let Some(image) = image::image(member.info.key.pid)
        {
            member.info.image = image;
            member.stack = stat.stack;
        }
        member
    }

    fn member(&self, info: ProcessInfo, stack: u64, now: Elapsed) -> Member {
        let pidfd = Pidfd::open(info.key.pid)
            .ok()
            .filter(|pidfd| self.waiter.add(pidfd.as_fd(), Token::Process(info.key.pid)).is_ok());
        Member { info, stack, pidfd, seen: now, next_look: now + TICK }
    }

    /// Looks for programs started, and for the ends of those that have no descriptor.
    fn look_at_members(&mut self, now: Elapsed, events: &mut Vec<ProcessEvent>) {
        let due = self.members.values_mut().filter(|member| member.next_look <= now);
        let due = due.map(|member| {
            let young = now - member.seen < YOUTH;
            member.next_look = now + if young { TICK } else { SLOWLY };
            if member.pidfd.is_none() {
                member.next_look = now + TICK;
            }
            member.info.key
        });
        for key in due.collect::<Vec<ProcessKey>>() {
            match looks::living(key) {
                Some(stat) => self.look_for_exec(key, &stat, now, events),
                None => self.end(key.pid, now, events),
            }
        }
    }

    fn look_for_exec(
        &mut self,
        key: ProcessKey,
        stat: &Stat,
        now: Elapsed,
        events: &mut Vec<ProcessEvent>,
    ) {
        let Some(member) = self.members.get_mut(&key.pid) else { return };
        // A zombie's stack is gone, and with it nothing else has begun.
        if stat.stack == member.stack || stat.state == b'Z' || !self.budget.name(now) {
            return;
        }
        // One that is about to end has neither a stack nor a command line any more, and no other program.
        let image = image::image(key.pid);
        if let Some(image) = image.filter(|image| stat.stack != 0 || !image.command.is_empty()) {
            member.stack = stat.stack;
            member.info.image = image.clone();
            events.push(ProcessEvent::Renamed { at: now, key, image: Some(image) });
        }
    }

    fn end(&mut self, pid: u32, now: Elapsed, events: &mut Vec<ProcessEvent>) {
        if let Some(member) = self.members.remove(&pid) {
            let key = member.info.key;
            events.push(looks::ended(key, now, looks::verdict(key, member.pidfd.as_ref())));
        }
    }
}

impl Clock for PidRange {
    fn now(&self) -> Elapsed {
        self.clock.now()
    }

    fn started_at(&self) -> WallTime {
        self.clock.started_at()
    }
}

impl EventSource for PidRange {
    fn watch(
        &mut self,
        root: ProcessKey,
        found: Found,
        children: bool,
    ) -> io::Result<Vec<ProcessInfo>> {
        // Whoever is born while we look is looked at again afterwards.
        self.newest = self.counter.now().unwrap_or(0);
        (self.unclear, self.missed) = (Vec::new(), Some(0));
        let now = self.clock.now();
        let living = found::tree(root, found, children, now);
        if living.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the process has ended"));
        }
        self.children = children;
        let members = living.iter().map(|info| {
            let stack = image::stat(info.key.pid).map_or(0, |stat| stat.stack);
            (info.key.pid, self.member(info.clone(), stack, now))
        });
        self.members = members.collect();
        self.next = Some(now + TICK);
        Ok(living)
    }

    fn wait(&mut self, deadline: Elapsed, events: &mut Vec<ProcessEvent>) -> Wake {
        let before = events.len();
        let mut ready = Vec::new();
        loop {
            ready.clear();
            let until = self.next.map_or(deadline, |next| next.min(deadline));
            self.waiter.wait(self.clock, until, &mut ready);
            self.attend(&ready, events);
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
        let unclear = self.unclear.len() as u64;
        Coverage { lost: 0, missed_at_most: self.missed.map(|missed| missed + unclear) }
    }

    fn capabilities(&self) -> Capabilities {
        let reasons = self.reasons.clone();
        Capabilities { tier: Tier::Poll, metrics: MetricSet::ALL, exact: false, reasons }
    }
}

/// A process of the tree whose parent had gone before it was seen.
fn orphan(key: ProcessKey, started: Elapsed) -> ProcessInfo {
    let image = image::image(key.pid).unwrap_or_default();
    ProcessInfo { key, parent: None, started, uid: image::uid(key.pid), image }
}
