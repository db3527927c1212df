//! Floor 7. The source of events that looks for new process numbers (tier 2), for wherever the kernel tells nothing.
//!
//! The kernel says which number it gave last, so that a look costs nothing where nobody was born, however many
//! processes there are, and only the numbers in between have to be looked at otherwise. What lives and dies between
//! two looks is not seen; the numbers that were found empty bound how much that is.
//!
//! It is the wake-ups that cost, so that there is one for a tick and, as long as there is budget, one for an end.

use std::collections::HashMap;
use std::io;
use std::os::fd::AsFd;

use procmon_model::event::ProcessEvent;
use procmon_model::host::{Capabilities, Coverage, Tier};
use procmon_model::ports::{Clock, EventSource, Found, Wake};
use procmon_model::process::{Image, ProcessInfo, ProcessKey};
use procmon_model::units::{Elapsed, WallTime};

use crate::linux::clock::SessionClock;
use crate::linux::events::adopter::Adopter;
use crate::linux::events::budget::Budget;
use crate::linux::events::ends::Ends;
use crate::linux::events::family::heir;
use crate::linux::events::last_pid::LastPid;
use crate::linux::events::looks::{self, Sight};
use crate::linux::events::polled::Member;
use crate::linux::events::rhythm::Rhythm;
use crate::linux::events::unseen::Unseen;
use crate::linux::kernel::pidfd::Pidfd;
use crate::linux::kernel::process;
use crate::linux::parse::Stat;
use crate::linux::waiter::{Token, Waiter};
use crate::linux::{found, image, syscall};
use crate::world::Inside;

/// More new numbers than are looked at one by one. So many appear within a tick when somebody sets the counter, or when
/// it begins again in a large range; whoever lives is then found among all processes.
const TOO_MANY: usize = 20_000;

/// Looks for new process numbers.
pub(super) struct PidRange {
    clock: SessionClock,
    waiter: Waiter,
    adopter: Adopter,
    counter: LastPid,
    /// The number up to which everybody has been looked at.
    newest: u32,
    unseen: Unseen,
    members: HashMap<u32, Member>,
    ends: Ends,
    children: bool,
    budget: Budget,
    rhythm: Rhythm,
    /// When to look again; `None` where nobody is watched.
    next: Option<Elapsed>,
    /// How often a number was looked at.
    looks: u64,
    reasons: Vec<String>,
}

impl PidRange {
    pub(super) fn new(
        clock: SessionClock,
        waiter: Waiter,
        inside: Inside,
        reasons: Vec<String>,
    ) -> io::Result<Self> {
        let now = clock.now();
        Ok(Self {
            clock,
            ends: Ends::new(&waiter, inside)?,
            waiter,
            adopter: Adopter::of(inside),
            counter: LastPid::open()?,
            newest: 0,
            unseen: Unseen::new(),
            members: HashMap::new(),
            children: false,
            budget: Budget::half(now),
            rhythm: Rhythm::new(now),
            next: None,
            looks: 0,
            reasons,
        })
    }

    /// How often a number was looked at so far.
    #[cfg(test)]
    pub(super) fn looks(&self) -> u64 {
        self.looks
    }

    /// Looks at everything whose time has come.
    fn attend(&mut self, ready: &[Token], events: &mut Vec<ProcessEvent>) {
        if self.next.is_none() {
            return;
        }
        let (now, before) = (self.clock.now(), events.len());
        // Births first: a parent that has just ended must not hide its child.
        if self.children {
            self.look_for_births(now, events);
        }
        self.hear_of_ends(ready.contains(&Token::Ends), now, events);
        // The root last: it may have waited for those.
        for token in ready {
            if let Token::Process(pid) = token {
                self.end(*pid, now, events);
            }
        }
        self.look_at_members(now, events);
        if events.len() > before {
            self.rhythm.stir(now);
        }
        self.next = self.next_tick(now);
    }

    fn next_tick(&self, now: Elapsed) -> Option<Elapsed> {
        if self.children {
            return (!self.members.is_empty()).then(|| self.rhythm.next(now));
        }
        self.members.values().map(Member::next_look).min()
    }

    fn look_for_births(&mut self, now: Elapsed, events: &mut Vec<ProcessEvent>) {
        // A number is given a little before its process can be seen, so that nobody there is not yet nobody at all.
        while let Some(empty) = self.unseen.due(now) {
            if self.look_at_number(empty.pid, now, events).is_none() {
                self.unseen.nobody_again(empty, now);
            }
        }
        let Some(newest) = self.counter.now().filter(|newest| *newest != self.newest) else {
            return;
        };
        self.rhythm.stir(now);
        let given = self.counter.given(self.newest, newest);
        self.newest = newest;
        if given.size_hint().0 > TOO_MANY {
            self.unseen.lose_count();
            self.look_at_everybody(now, events);
            return;
        }
        for pid in given {
            // Threads have numbers, too, but no clock of a process.
            if self.look_at_number(pid, now, events).is_none() && !is_thread(pid) {
                self.unseen.nobody_at(pid, now);
            }
        }
    }

    /// Looks for those that are not known yet among all processes, parents before their children: after numbers have
    /// begun again a child's can be the lower one.
    fn look_at_everybody(&mut self, now: Elapsed, events: &mut Vec<ProcessEvent>) {
        let all = image::scan();
        let is_another = |key: &ProcessKey| {
            let member = self.members.get(&key.pid);
            member.is_some_and(|member| member.info.key.start.abs_diff(key.start) > 1)
        };
        let others: Vec<u32> = all
            .iter()
            .map(|(key, _)| key)
            .filter(|key| is_another(key))
            .map(|key| key.pid)
            .collect();
        for pid in others {
            self.end(pid, now, events);
        }
        for (key, _) in self.adopter.below(all, |pid| self.members.contains_key(&pid)) {
            self.look_at_number(key.pid, now, events);
        }
    }

    /// `None` where no process is there, or one of which nothing can be known.
    fn look_at_number(
        &mut self,
        pid: u32,
        now: Elapsed,
        events: &mut Vec<ProcessEvent>,
    ) -> Option<()> {
        self.looks += 1;
        syscall::process_cpu(pid)?;
        let stat = image::stat(pid)?;
        self.look_at_process(pid, &stat, now, events);
        Some(())
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
        if !stat.has_own_program() {
            self.catch_up_with_parent(stat, now, events);
        }
        let (info, stack) = match self.members.get(&stat.parent) {
            Some(parent) if stat.has_own_program() => (heir(&parent.info, key, now), None),
            Some(parent) => (heir(&parent.info, key, now), parent.stack),
            None if self.adopter.has(key, stat.parent) => (orphan(key, now), None),
            None => return,
        };
        let mut member = Member::new(info, stack, self.ends.hold(pid), now);
        if stack.is_none()
            && self.budget.name(now)
            && let Some(image) = image::image(pid)
        {
            (member.info.image, member.stack) = (image, Some(stat.stack));
        }
        events.push(ProcessEvent::Started { at: now, process: member.info.clone() });
        self.members.insert(pid, member);
    }

    /// Sees whether a parent has started a program, where it does not seem to run the same as its copy.
    fn catch_up_with_parent(&mut self, copy: &Stat, now: Elapsed, events: &mut Vec<ProcessEvent>) {
        let parent = self.members.get(&copy.parent);
        if let Some(parent) = parent.filter(|parent| !parent.runs_the_same(copy)) {
            let key = parent.info.key;
            if let Some(stat) = looks::living(key) {
                self.look_for_exec(key, &stat, now, events);
            }
        }
    }

    /// Ends those who are told to have ended. As long as there is budget, each end wakes us; after that they gather
    /// until the next tick.
    fn hear_of_ends(&mut self, told: bool, now: Elapsed, events: &mut Vec<ProcessEvent>) {
        if !told && !self.ends.are_muted() {
            return;
        }
        for pid in self.ends.ended() {
            self.end(pid, now, events);
        }
        match (self.ends.are_muted(), self.budget.wake(now)) {
            (true, true) => self.ends.listen(&self.waiter),
            (false, false) => self.ends.mute(&self.waiter),
            _ => {}
        }
    }

    /// Looks for programs started, and for the ends of those that have no descriptor.
    fn look_at_members(&mut self, now: Elapsed, events: &mut Vec<ProcessEvent>) {
        let due = self.members.values_mut().filter_map(|member| {
            let is_due = member.takes_its_turn(now);
            is_due.then_some(member.info.key)
        });
        for key in due.collect::<Vec<ProcessKey>>() {
            self.look_at_member(key, now, events);
        }
    }

    fn look_at_member(&mut self, key: ProcessKey, now: Elapsed, events: &mut Vec<ProcessEvent>) {
        let Some(cpu) = syscall::process_cpu(key.pid) else {
            self.end(key.pid, now, events);
            return;
        };
        if self.members.get(&key.pid).is_some_and(|member| member.has_slept(cpu)) {
            return;
        }
        match looks::look(key) {
            Sight::Living(stat) => {
                self.look_for_exec(key, &stat, now, events);
                if let Some(member) = self.members.get_mut(&key.pid) {
                    member.looked_at(&stat, cpu);
                }
            }
            Sight::Ended => self.end(key.pid, now, events),
            Sight::Hidden => {}
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
        if member.runs_the_same(stat) || stat.state == b'Z' || !self.budget.name(now) {
            return;
        }
        // One that is about to end has neither a stack nor a command line any more, and no other program.
        let image = image::image(key.pid);
        if let Some(image) = image.filter(|image| stat.stack != 0 || !image.command.is_empty()) {
            member.stack = Some(stat.stack);
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

    /// A descriptor of the root, which is worth one at any time: whoever waits is to hear of its end at once.
    fn hold_root(&self, pid: u32) -> Option<Pidfd> {
        let pidfd = Pidfd::open(pid).ok()?;
        self.waiter.add(pidfd.as_fd(), Token::Process(pid)).is_ok().then_some(pidfd)
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
        self.unseen = Unseen::new();
        let now = self.clock.now();
        let living = found::tree(root, found, children, now);
        if living.is_empty() {
            return Err(io::Error::new(io::ErrorKind::NotFound, "the process has ended"));
        }
        self.children = children;
        self.adopter.watch(root);
        let members = living.iter().map(|info| {
            let pid = info.key.pid;
            let stack = image::stat(pid).map_or(0, |stat| stat.stack);
            let pidfd = if pid == root.pid { self.hold_root(pid) } else { self.ends.hold(pid) };
            (pid, Member::new(info.clone(), Some(stack), pidfd, now))
        });
        self.members = members.collect();
        self.rhythm = Rhythm::new(now);
        self.next = Some(self.rhythm.next(now));
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
            let over = self.clock.now() >= deadline;
            if let Some(wake) = self.waiter.outcome(&ready, events.len() > before, over) {
                return wake;
            }
        }
    }

    fn coverage(&self) -> Coverage {
        Coverage { lost: 0, missed_at_most: self.unseen.at_most() }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::of(Tier::Poll, self.reasons.clone())
    }
}

/// A process of the tree whose parent had gone before it was seen.
fn orphan(key: ProcessKey, started: Elapsed) -> ProcessInfo {
    ProcessInfo { key, parent: None, started, uid: image::uid(key.pid), image: Image::default() }
}

/// Whether a number at which there is no process is that of a thread.
fn is_thread(pid: u32) -> bool {
    process::in_use(pid) && syscall::process_cpu(pid).is_none()
}
