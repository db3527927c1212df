//! Floor 7. The tracer: sees to every report of the threads that it traces, and tells what that means.
//!
//! A thread stays stopped until its report is seen to, so each is let go on as soon as what can only be read now has
//! been. Any of them can be killed at any moment: then a request fails, which says nothing but that its end is to be
//! told next.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use procmon_model::event::{Ending, LastKnown, ProcessEvent};
use procmon_model::ports::Clock;
use procmon_model::process::{ProcessInfo, ProcessKey};

use crate::linux::clock::SessionClock;
use crate::linux::events::family::heir;
use crate::linux::events::looks;
use crate::linux::events::trace::gaps::Gaps;
use crate::linux::events::trace::io::Moved;
use crate::linux::events::trace::readings::{self, AtExit, Used};
use crate::linux::events::trace::tracees::{Process, Tracees};
use crate::linux::events::trace::voice::Voice;
use crate::linux::kernel::process::{self, Which};
use crate::linux::kernel::ptrace::{self, Follow, Report, Scope, What};
use crate::linux::obituaries::{Obituaries, Obituary};
use crate::linux::own::Account;
use crate::linux::{found, image, syscall};

/// Sees to the reports of traced threads.
pub(super) struct Tracer {
    pub(super) clock: SessionClock,
    pub(super) scope: Scope,
    pub(super) follow: Follow,
    pub(super) root: ProcessKey,
    pub(super) tracees: Tracees,
    pub(super) voice: Voice,
    pub(super) obituaries: Arc<Obituaries>,
    pub(super) gaps: Arc<Gaps>,
    pub(super) account: Account,
}

/// Who waits for a process that has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Collector {
    Us,
    /// Somebody else, who may be about to end: then it does not wait any more, and its children are about to be ours.
    Other {
        dies: bool,
    },
}

impl Tracer {
    /// Sees to reports until nobody is left to make any, or until it is to stop. Threads are traced as long as the
    /// calling thread lives: at its end the kernel lets all of them go on by themselves, just as they are.
    pub(super) fn run(&mut self, stop: &AtomicBool) {
        while !stop.load(Ordering::Acquire) {
            match ptrace::next_report(self.scope) {
                Ok(Report { thread, what: What::Ended(ending) }) => self.ended(thread, ending),
                Ok(Report { thread, what }) => self.stopped(thread, what),
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(_) => return self.end_the_unseen(),
            }
            self.account.settle();
        }
    }

    fn stopped(&mut self, thread: u32, what: What) {
        if !self.tracees.has_thread(thread) && !self.welcome_early(thread) {
            return self.let_go_untraced(thread);
        }
        match what {
            What::Creation => self.creation(thread),
            What::Exec => self.exec(thread),
            What::Leaving => self.leaving(thread),
            What::GroupStop => drop(ptrace::listen(thread)),
            What::Signal(signal) => drop(ptrace::resume(thread, signal)),
            What::Ended(_) | What::Other => let_go(thread),
        }
    }

    /// Does without a thread that is none of the tree's, as far as can be told.
    fn let_go_untraced(&self, thread: u32) {
        let is_missed =
            self.follow == Follow::Descendants && syscall::process_cpu(thread).is_some();
        // One that has been killed comes once more, by its end.
        if ptrace::detach(thread).is_ok() && is_missed {
            self.gaps.untraced();
        }
    }

    fn creation(&mut self, thread: u32) {
        let new = ptrace::number_in_report(thread);
        let_go(thread);
        // Whatever becomes of the new one meanwhile, it leaves at least a zombie that is ours to wait for.
        if let Ok(new) = new
            && !self.tracees.has_come(new)
        {
            self.welcome(new, self.tracees.process_of(thread));
        }
    }

    /// Takes in a thread whose maker has not announced it yet; false where it is none of the tree's.
    fn welcome_early(&mut self, thread: u32) -> bool {
        let welcome = self.welcome(thread, None);
        if welcome {
            self.tracees.came_early(thread);
        }
        welcome
    }

    /// Takes in a new thread or process; false where it is none of the tree's. `maker`: the process that made it.
    fn welcome(&mut self, thread: u32, maker: Option<u32>) -> bool {
        // Only processes have a clock of their own.
        if syscall::process_cpu(thread).is_none() {
            let process = maker.or_else(|| readings::process_of(thread));
            return process.is_some_and(|process| self.tracees.add_thread(thread, process));
        }
        if self.tracees.process(thread).is_none() {
            let Some(info) = self.newborn(thread, maker) else { return false };
            self.tracees.add_process(info.clone(), Used::default());
            self.voice.tell(ProcessEvent::Started { at: info.started, process: info });
            self.voice.ring();
        }
        self.tracees.add_thread(thread, thread)
    }

    /// Who a new process is; `None` where it is not of the tree.
    fn newborn(&self, pid: u32, maker: Option<u32>) -> Option<ProcessInfo> {
        let stat = image::stat(pid).filter(|_| self.follow == Follow::Descendants)?;
        let (key, at) = (ProcessKey { pid, start: stat.start }, self.clock.now());
        // One that was made as a brother (CLONE_PARENT of clone(2)) is its maker's child to us.
        match self.tracees.process(maker.unwrap_or(stat.parent)) {
            Some(parent) => Some(heir(&parent.info, key, at)),
            None => found::look(key, None, at),
        }
    }

    fn exec(&mut self, thread: u32) {
        ptrace::acknowledge(thread);
        let (at, image) = (self.clock.now(), image::image(thread));
        let_go(thread);
        if let Some(key) = self.tracees.exec(thread, image.as_ref()) {
            self.voice.tell(ProcessEvent::Renamed { at, key, image });
            self.voice.ring();
        }
    }

    fn leaving(&mut self, thread: u32) {
        if let Some(process) = self.tracees.leave(thread) {
            let at_exit = readings::at_exit(thread);
            process.own = at_exit
                .moved
                .zip(of_children(process, &at_exit))
                .map(|(all, children)| all.minus(process.before.moved).minus(children));
            process.at_exit = Some(at_exit);
        }
        let_go(thread);
    }

    fn ended(&mut self, thread: u32, ending: Ending) {
        if !self.tracees.has_thread(thread) && !self.welcome_early(thread) {
            return self.bury_stranger(thread);
        }
        let Some(process) = self.tracees.forget(thread) else {
            process::reap(Which::Child(thread), false);
            return;
        };
        let (at, key) = (self.clock.now(), process.info.key);
        let last = last_known(&process);
        let collector = self.collector(&process);
        let dies = collector == Collector::Other { dies: true };
        self.obituaries.bury(|| {
            let reaped = process::reap(Which::Child(thread), false);
            // Whoever hears that a child has been waited for is to find the event of its end.
            self.voice.tell(ProcessEvent::Ended { at, key, ending, last });
            // One whose parent came to its end meanwhile was ours, or it will be told to be: then its zombie is left.
            let ours = collector == Collector::Us || dies && is_gone(key);
            reaped.filter(|_| ours).map(|reaped| Obituary { key, reaped })
        });
        if key == self.root {
            self.voice.ring_for_the_root();
        }
        self.voice.ring();
    }

    /// Who waits for one that has ended, unless the kernel spares it that: whoever is its parent now, which need not be
    /// the one that it was born to. A parent that is traced adds what it moved to what its children moved.
    fn collector(&mut self, process: &Process) -> Collector {
        let key = process.info.key;
        let parent = match image::stat(key.pid).filter(|stat| stat.is_of(key)) {
            Some(stat) => Some(stat.parent),
            None => process.info.parent.filter(|parent| self.is_traced(*parent)).map(|key| key.pid),
        };
        // Nobody else waits for one whose parent cannot be told: its end, which may be the command's, must not be lost.
        let Some(parent) = parent.filter(|parent| *parent != std::process::id()) else {
            return Collector::Us;
        };
        let Some(parent) = self.tracees.process_mut(parent) else {
            return Collector::Other { dies: false };
        };
        parent.children.add(key, process.at_exit.and_then(|at_exit| at_exit.moved));
        // Where orphans are not left to us, they are never ours.
        let dies = parent.at_exit.is_some() && self.scope == Scope::TracedAndChildren;
        Collector::Other { dies }
    }

    fn is_traced(&self, key: ProcessKey) -> bool {
        self.tracees.process(key.pid).is_some_and(|process| process.info.key == key)
    }

    /// One of our children that was never traced: it is not of the tree, or its parents were killed before it came.
    fn bury_stranger(&self, thread: u32) {
        let stat = image::stat(thread).filter(|stat| stat.parent == std::process::id());
        let key = stat.map(|stat| ProcessKey { pid: thread, start: stat.start });
        self.obituaries.bury(|| {
            let reaped = process::reap(Which::Child(thread), false);
            key.zip(reaped).map(|(key, reaped)| Obituary { key, reaped })
        });
        if key.is_some() {
            self.voice.ring();
        }
    }

    /// Nobody reports any more: whoever is left has been waited for by somebody else in our process.
    fn end_the_unseen(&mut self) {
        let at = self.clock.now();
        for process in self.tracees.take_all() {
            self.gaps.break_off();
            self.voice.tell(looks::ended(process.info.key, at, Ending::Unseen));
        }
        self.voice.ring_for_the_root();
    }
}

/// Lets a stopped thread go on with what it was about to do.
fn let_go(thread: u32) {
    drop(ptrace::resume(thread, 0));
}

/// What a process used that has ended and has not been waited for.
fn last_known(process: &Process) -> LastKnown {
    let (pid, before) = (process.info.key.pid, process.before);
    let cpu = syscall::process_cpu(pid).map(|cpu| cpu.saturating_sub(before.cpu));
    let rss_peak = process.at_exit.and_then(|at_exit| at_exit.rss_peak);
    LastKnown {
        cpu,
        cpu_final: cpu.is_some(),
        rss_peak,
        rss_peak_final: rss_peak.is_some(),
        read: process.own.map(|own| own.read),
        written: process.own.map(|own| own.written),
        run_delay: readings::run_delay(pid).map(|delay| delay.saturating_sub(before.run_delay)),
        ..LastKnown::default()
    }
}

/// What is in the account of a process that is about to end and was moved by its children: by those that it has waited
/// for, which are all that have ended and left no zombie.
fn of_children(process: &Process, at_exit: &AtExit) -> Option<Moved> {
    if at_exit.disowns_children {
        return Some(Moved::default());
    }
    process.children.waited_for(is_gone)
}

/// Whether not even a zombie is left of a process.
fn is_gone(key: ProcessKey) -> bool {
    image::stat(key.pid).is_none_or(|stat| !stat.is_of(key))
}
