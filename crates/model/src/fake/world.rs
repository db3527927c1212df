//! Floor 6. The world that plays a story: every port of the driver over one clock that jumps.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::rc::Rc;

use super::story::{Role, Story};
use crate::event::{Ending, ProcessEvent, Signal};
use crate::host::{Capabilities, Coverage, Tier};
use crate::ports::{
    Child, Clock, EventSource, Found, Launch, LaunchError, Launcher, OwnMeter, Pass, ProcessTable,
    Reach, Request, Suspended, Wake,
};
use crate::process::{
    Count, Counters, Gauges, LastReading, ProcessInfo, ProcessKey, ProcessState, Reading, Readings,
};
use crate::record::{OwnCost, Totals, Warning, WarningKind};
use crate::units::{Bytes, CpuTime, Elapsed, WallTime};

/// A world in which a story happens. Clones share it, so that one can be each of the driver's ports.
#[derive(Debug, Clone)]
pub struct FakeWorld {
    pub(super) inner: Rc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) story: RefCell<Story>,
    now: Cell<Elapsed>,
    told: RefCell<BTreeMap<u32, Told>>,
    lost: Cell<u64>,
    children: Cell<bool>,
    reads: Cell<u64>,
    requests: RefCell<Vec<(Elapsed, Request)>>,
    signals: RefCell<Vec<(u32, Signal)>>,
}

/// How much of a process's life the source of events has told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Told {
    Birth,
    Exec,
    End,
}

impl FakeWorld {
    /// A world at the moment before the story begins.
    pub fn new(story: Story) -> Self {
        let inner = Inner {
            story: RefCell::new(story),
            now: Cell::new(Elapsed::ZERO),
            told: RefCell::default(),
            lost: Cell::new(0),
            children: Cell::new(true),
            reads: Cell::new(0),
            requests: RefCell::default(),
            signals: RefCell::default(),
        };
        Self { inner: Rc::new(inner) }
    }

    /// Somebody asks for something at that many milliseconds.
    #[must_use]
    pub fn asked(self, at: u64, request: Request) -> Self {
        self.inner.requests.borrow_mut().push((Elapsed::from_millis(at), request));
        self
    }

    /// How many processes were read so far.
    pub fn reads(&self) -> u64 {
        self.inner.reads.get()
    }

    /// The signals that were sent, to which process.
    pub fn signals(&self) -> Vec<(u32, Signal)> {
        self.inner.signals.borrow().clone()
    }

    pub(super) fn now_(&self) -> Elapsed {
        self.inner.now.get()
    }

    /// The next moment at which the story, a loss or a request happens.
    fn next_moment(&self) -> Option<Elapsed> {
        let story = self.inner.story.borrow();
        let told = self.inner.told.borrow();
        let shown = if self.inner.children.get() { usize::MAX } else { 1 };
        let births =
            story.roles.iter().take(shown).filter_map(|role| match told.get(&role.info.key.pid) {
                None => Some(role.info.started),
                Some(Told::End) => None,
                Some(_) => role.ended.map(|(at, _)| at),
            });
        let requests = self.inner.requests.borrow();
        let asked = requests.iter().map(|(at, _)| *at);
        let losses = story.losses.iter().map(|(at, _)| *at);
        births.chain(asked).chain(losses).min()
    }

    fn tell(&self, events: &mut Vec<ProcessEvent>) {
        let now = self.now_();
        let mut story = self.inner.story.borrow_mut();
        let mut told = self.inner.told.borrow_mut();
        let alone = !self.inner.children.get();
        for role in story.roles.iter().take(if alone { 1 } else { usize::MAX }) {
            tell_of(role, now, &mut told, events);
        }
        story.losses.retain(|(at, count)| {
            if *at > now {
                return true;
            }
            self.inner.lost.set(self.inner.lost.get() + count);
            events.push(ProcessEvent::Lost { at: *at, count: *count });
            false
        });
    }

    fn read_one(&self, key: ProcessKey) -> Option<Reading> {
        let now = self.now_();
        let story = self.inner.story.borrow();
        let role = story.roles.iter().find(|role| role.info.key == key && role.lives(now))?;
        self.inner.reads.set(self.inner.reads.get() + 1);
        Some(reading(&story, role, now))
    }
}

fn tell_of(
    role: &Role,
    now: Elapsed,
    told: &mut BTreeMap<u32, Told>,
    events: &mut Vec<ProcessEvent>,
) {
    let key = role.info.key;
    if role.info.started > now {
        return;
    }
    told.entry(key.pid).or_insert_with(|| {
        let process = role.info.clone();
        events.push(ProcessEvent::Started { at: role.info.started, process });
        Told::Birth
    });
    if told.get(&key.pid) == Some(&Told::Birth) {
        told.insert(key.pid, Told::Exec);
        if let Some(image) = role.own_image.clone() {
            events.push(ProcessEvent::Renamed { at: role.info.started, key, image: Some(image) });
        }
    }
    if let (Some((at, ending)), Some(Told::Exec)) = (role.ended, told.get(&key.pid))
        && at <= now
    {
        told.insert(key.pid, Told::End);
        events.push(ProcessEvent::Ended { at, key, ending, last: role.told });
    }
}

fn reading(story: &Story, role: &Role, now: Elapsed) -> Reading {
    let key = role.info.key;
    let children = || story.roles.iter().filter(move |child| child.info.parent == Some(key));
    let reaped: CpuTime = children()
        .filter(|child| child.is_reaped(now))
        .map(|child| subtree(story, child, now))
        .sum();
    let held = role.memory.iter().rev().find(|(at, ..)| *at <= now);
    let (read, written) = moved(story, role, now);
    Reading {
        key,
        counters: Counters {
            cpu: Some(role.cpu(now)),
            cpu_user: Some(role.cpu(now)),
            cpu_system: Some(CpuTime::ZERO),
            faults_minor: Some(Count::ZERO),
            faults_major: Some(Count::ZERO),
            read: Some(read),
            written: Some(written),
            read_chars: Some(read),
            written_chars: Some(written),
            ..Counters::default()
        },
        gauges: Gauges {
            rss: held.map(|(_, rss, _)| *rss),
            rss_peak: role
                .memory
                .iter()
                .filter(|(at, ..)| *at <= now)
                .map(|(_, rss, _)| *rss)
                .max(),
            shared: held.map(|(_, _, shared)| *shared),
            pss: role.pss.iter().rev().find(|(at, _)| *at <= now).map(|(_, pss)| *pss),
            threads: Some(1),
            fds: Some(3),
            state: Some(ProcessState::Running),
            ..Gauges::default()
        },
        reaped: Some(reaped),
        touched: None,
    }
}

fn subtree(story: &Story, role: &Role, now: Elapsed) -> CpuTime {
    let children = story
        .roles
        .iter()
        .filter(|child| child.info.parent == Some(role.info.key) && child.is_reaped(now));
    role.cpu(now) + children.map(|child| subtree(story, child, now)).sum()
}

/// Bytes read and written by a process and, as the kernel has it, by the children that it waited for.
fn moved(story: &Story, role: &Role, now: Elapsed) -> (Bytes, Bytes) {
    let own = role.io.iter().filter(|(at, ..)| *at <= now);
    let (mut read, mut written) = own
        .fold((Bytes::ZERO, Bytes::ZERO), |(read, written), (_, r, w)| (read + *r, written + *w));
    for child in story
        .roles
        .iter()
        .filter(|child| child.info.parent == Some(role.info.key) && child.is_reaped(now))
    {
        let (of_child, by_child) = moved(story, child, now);
        read += of_child;
        written += by_child;
    }
    (read, written)
}

impl Clock for FakeWorld {
    fn now(&self) -> Elapsed {
        self.now_()
    }

    fn started_at(&self) -> WallTime {
        WallTime::from_nanos(1_700_000_000_000_000_000)
    }
}

impl EventSource for FakeWorld {
    fn watch(
        &mut self,
        root: ProcessKey,
        _found: Found,
        children: bool,
    ) -> io::Result<Vec<ProcessInfo>> {
        self.inner.children.set(children);
        let story = self.inner.story.borrow();
        let now = self.now_();
        let shown = story.roles.iter().take(if children { usize::MAX } else { 1 });
        let living: Vec<_> =
            shown.filter(|role| role.lives(now)).map(|role| role.info.clone()).collect();
        if !living.iter().any(|info| info.key == root) {
            return Err(io::ErrorKind::NotFound.into());
        }
        self.inner.told.borrow_mut().extend(living.iter().map(|info| (info.key.pid, Told::Exec)));
        Ok(living)
    }

    fn wait(&mut self, deadline: Elapsed, events: &mut Vec<ProcessEvent>) -> Wake {
        let moment = self.next_moment().filter(|moment| *moment <= deadline);
        self.inner.now.set(self.now_().max(moment.unwrap_or(deadline)));
        let now = self.now_();
        let mut requests = self.inner.requests.borrow_mut();
        let (asked, later) = requests.drain(..).partition::<Vec<_>, _>(|(at, _)| *at <= now);
        *requests = later;
        self.tell(events);
        if !asked.is_empty() {
            return Wake::Asked(asked.into_iter().map(|(_, request)| request).collect());
        }
        if moment.is_some() { Wake::Events } else { Wake::Deadline }
    }

    fn coverage(&self) -> Coverage {
        Coverage { lost: self.inner.lost.get(), missed_at_most: Some(self.inner.lost.get()) }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::of(Tier::Events, vec![])
    }

    fn troubles(&mut self) -> Vec<Warning> {
        let now = self.now_();
        let failures = &mut self.inner.story.borrow_mut().failures;
        let (kind, message) = (WarningKind::AccountingChanged, "it was foretold");
        let warning = |at| Warning { at, kind, count: 1, message: message.to_owned() };
        failures.extract_if(.., |at| *at <= now).map(warning).collect()
    }
}

impl ProcessTable for FakeWorld {
    fn read(&mut self, pass: &Pass<'_>, readings: &mut Readings) {
        readings.processes.extend(pass.keys.iter().filter_map(|key| self.read_one(*key)));
    }

    /// Parents wait for their children at once, so that only the root is still there after its end.
    fn close(&mut self, key: ProcessKey) -> Option<LastReading> {
        let story = self.inner.story.borrow();
        let role = story.roles.first().filter(|role| role.info.key == key)?;
        let reading = reading(&story, role, self.now_());
        Some(LastReading { cpu_final: true, ..LastReading::unfinished(reading) })
    }

    fn denied(&self) -> u64 {
        0
    }
}

impl Launcher for FakeWorld {
    fn launch(&mut self, _launch: &Launch) -> Result<Box<dyn Suspended>, LaunchError> {
        Ok(Box::new(self.clone()))
    }
}

impl Suspended for FakeWorld {
    fn key(&self) -> ProcessKey {
        Story::key(1)
    }

    fn executable(&self) -> Option<PathBuf> {
        None
    }

    fn release(self: Box<Self>) -> Result<Box<dyn Child>, LaunchError> {
        Ok(self)
    }
}

impl Child for FakeWorld {
    fn is_over(&self) -> bool {
        self.inner.story.borrow().roles[0].is_reaped(self.now_())
    }

    fn ended(&mut self) -> Option<(Ending, Totals)> {
        let story = self.inner.story.borrow();
        let now = self.now_();
        let root = &story.roles[0];
        let (_, ending) = root.ended.filter(|(at, _)| *at <= now)?;
        let (read, written) = moved(&story, root, now);
        let cpu = Some(subtree(&story, root, now));
        let totals = Totals {
            exact: true,
            cpu,
            cpu_user: cpu,
            cpu_system: Some(CpuTime::ZERO),
            read: Some(read),
            written: Some(written),
            ..Totals::default()
        };
        Some((ending, totals))
    }

    fn signal(&self, signal: Signal) {
        self.inner.signals.borrow_mut().push((1, signal));
        let now = self.now_();
        let mut story = self.inner.story.borrow_mut();
        let root = &mut story.roles[0];
        if !root.defiant || signal == Signal(9) {
            root.ended =
                root.ended.filter(|(at, _)| *at <= now).or(Some((now, Ending::Signal(signal))));
        }
    }

    fn signal_descendant(&self, key: ProcessKey, signal: Signal, reach: Reach) -> bool {
        let now = self.now_();
        let mut story = self.inner.story.borrow_mut();
        let role = story.roles.iter_mut().find(|role| role.info.key == key && role.lives(now));
        let reached = |role: &&mut Role| !role.forbidden && (reach == Reach::All || !role.detached);
        let Some(role) = role.filter(reached) else { return false };
        if !role.defiant || signal == Signal(9) {
            role.ended =
                role.ended.filter(|(at, _)| *at <= now).or(Some((now, Ending::Signal(signal))));
        }
        self.inner.signals.borrow_mut().push((key.pid, signal));
        true
    }
}

impl OwnMeter for FakeWorld {
    fn cost(&self) -> OwnCost {
        OwnCost { cpu: Some(self.cpu()), rss_peak: Some(Bytes::new(4096)), wake_ups: Some(1) }
    }

    fn cpu(&self) -> CpuTime {
        CpuTime::from_nanos(self.inner.reads.get() * 1000)
    }
}
