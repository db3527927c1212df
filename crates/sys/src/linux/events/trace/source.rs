//! Floor 7. The source of events that stops every process at each fork, exec and end, and reads what it used (tier T).
//!
//! Requests to traced threads must come from one thread, which has to wait for their reports and for nothing else; so
//! that is a thread of its own. What it tells is left to gather for a while before it wakes us again: nobody waits for
//! it, except for the root's end, which has a bell to itself.

use std::io;
use std::mem;
use std::os::fd::AsFd;
use std::sync::Arc;
use std::time::Duration;

use procmon_model::event::ProcessEvent;
use procmon_model::host::{Capabilities, Coverage, Tier};
use procmon_model::ports::{Clock, EventSource, Found, Wake};
use procmon_model::process::{ProcessInfo, ProcessKey};
use procmon_model::record::{Warning, WarningKind};
use procmon_model::units::{Elapsed, WallTime};

use crate::linux::clock::SessionClock;
use crate::linux::events::trace::begin::Order;
use crate::linux::events::trace::gaps::{Gaps, Missed};
use crate::linux::events::trace::readings;
use crate::linux::events::trace::running::{Equipment, Running};
use crate::linux::events::trace::voice::Bells;
use crate::linux::kernel::bell::Bell;
use crate::linux::kernel::ptrace::Follow;
use crate::linux::obituaries::Obituaries;
use crate::linux::own::Aside;
use crate::linux::waiter::{Token, Waiter};
use crate::world::Inside;

/// How long events gather after some have been heard.
const GATHERING: Duration = Duration::from_millis(10);

/// What is said where new processes go on untraced.
const UNTRACED: &str = "new processes could not be read, for want of a right or a file descriptor: they and their \
                        descendants are not traced";

/// What is said where the tracing ended before the processes did.
const BROKE_OFF: &str =
    "the tracing has ended too early: of processes that were left, nothing more is known";

/// Hears from a tracer.
pub(in crate::linux::events) struct Tracing {
    clock: SessionClock,
    waiter: Waiter,
    inside: Inside,
    obituaries: Arc<Obituaries>,
    aside: Arc<Aside>,
    bells: Bells,
    running: Option<Running>,
    /// What the tracer misses, and what was told of that.
    gaps: Arc<Gaps>,
    told: Missed,
    /// Until when events gather; `None` where the first one wakes us.
    gathering: Option<Elapsed>,
}

impl Tracing {
    pub(in crate::linux::events) fn new(
        clock: SessionClock,
        waiter: Waiter,
        inside: Inside,
        obituaries: Arc<Obituaries>,
        aside: Arc<Aside>,
    ) -> io::Result<Self> {
        let bells = Bells { news: Arc::new(Bell::new()?), end: Arc::new(Bell::new()?) };
        waiter.add(bells.news.as_fd(), Token::Socket)?;
        Ok(Self {
            clock,
            waiter,
            inside,
            obituaries,
            aside,
            bells,
            running: None,
            gaps: Arc::default(),
            told: Missed::default(),
            gathering: None,
        })
    }

    /// Takes what the tracer has told.
    fn hear(&mut self, events: &mut Vec<ProcessEvent>) {
        let before = events.len();
        // Silenced first: what is told while we listen rings again.
        self.bells.news.silence();
        if let Some(running) = &self.running {
            events.extend(running.events.try_iter());
        }
        self.gather(events.len() > before);
    }

    fn gather(&mut self, heard: bool) {
        let news = self.bells.news.as_fd();
        match (heard, self.gathering) {
            (true, Some(_)) => self.gathering = Some(self.clock.now() + GATHERING),
            (true, None) => {
                let muted = self.waiter.mute(news, Token::Socket);
                self.gathering = muted.is_ok().then(|| self.clock.now() + GATHERING);
            }
            (false, Some(_)) => {
                self.gathering = None;
                // It was in the set all the time, so that nothing but its absence could fail this.
                drop(self.waiter.listen(news, Token::Socket));
            }
            (false, None) => {}
        }
    }
}

impl Clock for Tracing {
    fn now(&self) -> Elapsed {
        self.clock.now()
    }

    fn started_at(&self) -> WallTime {
        self.clock.started_at()
    }
}

impl EventSource for Tracing {
    fn watch(
        &mut self,
        root: ProcessKey,
        found: Found,
        children: bool,
    ) -> io::Result<Vec<ProcessInfo>> {
        self.running = None;
        let follow = if children { Follow::Descendants } else { Follow::Process };
        let order = Order { root, found, follow, inside: self.inside };
        (self.gaps, self.told) = (Arc::default(), Missed::default());
        let equipment = Equipment {
            clock: self.clock,
            bells: self.bells.clone(),
            obituaries: Arc::clone(&self.obituaries),
            gaps: Arc::clone(&self.gaps),
            aside: Arc::clone(&self.aside),
        };
        let (running, living) = Running::start(order, equipment)?;
        self.waiter.remove(self.bells.end.as_fd());
        self.waiter.add(self.bells.end.as_fd(), Token::Process(root.pid))?;
        self.running = Some(running);
        Ok(living)
    }

    fn wait(&mut self, deadline: Elapsed, events: &mut Vec<ProcessEvent>) -> Wake {
        let before = events.len();
        let mut ready = Vec::new();
        loop {
            ready.clear();
            let until = self.gathering.map_or(deadline, |until| until.min(deadline));
            self.waiter.wait(self.clock, until, &mut ready);
            let now = self.clock.now();
            let root_ended = ready.iter().any(|token| matches!(token, Token::Process(_)));
            if root_ended {
                self.bells.end.silence();
            }
            let gathered = self.gathering.is_some_and(|until| now >= until);
            if root_ended || gathered || now >= deadline || ready.contains(&Token::Socket) {
                self.hear(events);
            }
            let heard = root_ended || events.len() > before;
            if let Some(wake) = self.waiter.outcome(&ready, heard, now >= deadline) {
                return wake;
            }
        }
    }

    fn coverage(&self) -> Coverage {
        let is_whole = self.gaps.so_far() == Missed::default();
        Coverage { lost: 0, missed_at_most: is_whole.then_some(0) }
    }

    fn capabilities(&self) -> Capabilities {
        let mut reasons = vec![
            "each fork, exec, signal and end is traced, which makes processes that start many others slower".to_owned(),
            "debuggers and other tracers cannot be used on traced processes".to_owned(),
        ];
        if !readings::may_trace_anybody() {
            reasons.push(
                "tracing keeps set-user-ID programs such as sudo from getting their rights"
                    .to_owned(),
            );
        }
        if self.inside == Inside::ForeignProcess {
            reasons.push(
                "each stop of a traced process wakes the process that runs us with SIGCHLD where it has a handler for that"
                    .to_owned(),
            );
        }
        Capabilities::of(Tier::Trace, reasons)
    }

    fn troubles(&mut self) -> Vec<Warning> {
        let missed = self.gaps.so_far();
        let told = mem::replace(&mut self.told, missed);
        let (at, kind) = (self.clock.now(), WarningKind::AccountingChanged);
        let news = [
            (missed.untraced - told.untraced, UNTRACED),
            (u64::from(missed.broke_off && !told.broke_off), BROKE_OFF),
        ];
        let news = news.into_iter().filter(|(count, _)| *count > 0);
        news.map(|(count, message)| Warning { at, kind, count, message: message.to_owned() })
            .collect()
    }
}
