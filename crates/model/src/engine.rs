//! Floor 6. The engine: told what happened and what was read, it says what to read next, when, and what to record.
//!
//! It never asks the time, waits or reads. A driver loops: wait until [`Engine::due`], hand over the events, read
//! [`Engine::keys`], hand over the readings; and writes the records that come out.

use std::collections::{BTreeMap, BTreeSet};

use crate::cadence::Cadence;
use crate::event::{Ending, ProcessEvent};
use crate::host::{Coverage, Surroundings};
use crate::process::{Image, LastReading, ProcessInfo, ProcessKey, Reading, Readings};
use crate::record::{EndCause, OwnCost, Record, RunEnd, Totals, Warning, WarningKind};
use crate::role::{Portrait, role};
use crate::settings::Settings;
use crate::tree::Tree;
use crate::units::{CpuTime, Elapsed};

/// One session's state.
#[derive(Debug)]
pub struct Engine {
    tree: Tree,
    /// Whether descendants are watched; without them, what they used does not count.
    children: bool,
    cadence: Cadence,
    due: Elapsed,
    sampled: Elapsed,
    /// Running numbers of the roles whose processes carry none of their own.
    numbers: BTreeMap<String, u32>,
}

/// What the driver knows at the end of a session that the engine does not.
#[derive(Debug, Clone)]
pub struct Closing {
    /// When the watching ended.
    pub at: Elapsed,
    /// Why.
    pub cause: EndCause,
    /// How the root ended; `None` where it lives on.
    pub ending: Option<Ending>,
    /// The kernel's totals of everything that was waited for; `None` where we launched nothing or it lives on.
    pub totals: Option<Totals>,
    /// What the source of events says of its own completeness.
    pub coverage: Coverage,
    /// The processes that outlived the root and were to be ended for it; `None` where that was not asked for.
    pub reaped: Option<Vec<ProcessInfo>>,
    /// What happened around the tree.
    pub surroundings: Surroundings,
    /// What the watching cost.
    pub own: OwnCost,
}

impl Engine {
    /// A session that begins with these living processes, the root first; records their births.
    ///
    /// `found_alive`: they were running before. Their first reading is then taken at once, to count from.
    pub fn new(
        settings: &Settings,
        living: Vec<ProcessInfo>,
        found_alive: bool,
        records: &mut Vec<Record>,
    ) -> Option<Self> {
        let root = living.first()?.key;
        let cadence = settings.cadence();
        let due = if found_alive {
            Elapsed::ZERO
        } else {
            Elapsed::ZERO + cadence.interval(Elapsed::ZERO)
        };
        let tree = Tree::new(root, living.clone(), found_alive);
        let mut engine = Self {
            tree,
            children: settings.children,
            cadence,
            due,
            sampled: Elapsed::ZERO,
            numbers: BTreeMap::new(),
        };
        for process in living {
            let (key, at) = (process.key, process.started);
            engine.label(key);
            engine.record_birth(key, at, records);
        }
        Some(engine)
    }

    /// When the next pass is due.
    pub fn due(&self) -> Elapsed {
        self.due
    }

    /// The processes to read in a pass.
    pub fn keys(&self) -> impl Iterator<Item = ProcessKey> {
        self.tree.keys()
    }

    /// Those of them that may share memory which no file backs.
    pub fn copies(&self) -> impl Iterator<Item = ProcessKey> {
        self.tree.copies().into_iter()
    }

    /// The root of the tree.
    pub fn root(&self) -> ProcessKey {
        self.tree.root()
    }

    /// What is known of a living process.
    pub fn info(&self, key: ProcessKey) -> Option<&ProcessInfo> {
        self.tree.info(key)
    }

    /// Something happened. `last`: for a death, what could still be read.
    pub fn on_event(
        &mut self,
        event: ProcessEvent,
        last: Option<LastReading>,
        records: &mut Vec<Record>,
    ) {
        match event {
            ProcessEvent::Started { at, process } => self.on_birth(at, process, records),
            ProcessEvent::Renamed { at, key, image } => self.on_exec(at, key, image, records),
            ProcessEvent::Ended { at, key, ending, last: told } => {
                let last =
                    last.map(|last| LastReading { reading: self.counted(&last.reading), ..last });
                if let Some(last) = self.tree.ended(key, last, told) {
                    records.push(Record::Event(ProcessEvent::Ended { at, key, ending, last }));
                }
            }
            ProcessEvent::Lost { at, count } => {
                let message =
                    "the kernel dropped events: processes may have come and gone unseen".to_owned();
                let kind = WarningKind::EventsLost;
                records.push(Record::Warning(Warning { at, kind, count, message }));
                records.push(Record::Event(ProcessEvent::Lost { at, count }));
            }
        }
    }

    fn on_birth(&mut self, at: Elapsed, mut process: ProcessInfo, records: &mut Vec<Record>) {
        let key = process.key;
        if self.tree.info(key).is_some() {
            return;
        }
        let copy = process.image.inherited;
        if copy {
            process.image = parents(process.image);
        }
        self.tree.born(process);
        if copy {
            self.label_as_copy(key, "fork");
        } else {
            self.label(key);
        }
        self.record_birth(key, at, records);
    }

    fn on_exec(
        &mut self,
        at: Elapsed,
        key: ProcessKey,
        image: Option<Image>,
        records: &mut Vec<Record>,
    ) {
        match image {
            Some(mut image) => {
                image.role = self.tree.info(key).and_then(|info| info.image.role.clone());
                self.tree.renamed(key, image);
                self.label(key);
            }
            // The root's command is known without being read: it is the one that was asked for.
            None if key == self.tree.root() => return,
            None => {
                if let Some(info) = self.tree.info_mut(key) {
                    info.image = parents(std::mem::take(&mut info.image));
                }
                self.label_as_copy(key, "short-lived");
            }
        }
        if let Some(info) = self.tree.info(key) {
            let image = Some(info.image.clone());
            records.push(Record::Event(ProcessEvent::Renamed { at, key, image }));
        }
    }

    fn record_birth(&self, key: ProcessKey, at: Elapsed, records: &mut Vec<Record>) {
        if let Some(process) = self.tree.info(key).cloned() {
            records.push(Record::Event(ProcessEvent::Started { at, process }));
        }
    }

    /// Works out a process's role from its own program and the roles of its ancestors.
    fn label(&mut self, key: ProcessKey) {
        let Some(info) = self.tree.info(key) else { return };
        let ancestors: Vec<&str> =
            self.tree.ancestors(key).filter_map(|info| info.image.role.as_deref()).collect();
        // Of a program that was gone before it could be read, the name is known at most.
        let name = std::slice::from_ref(&info.image.name);
        let unread = info.image.command.is_empty() && info.image.exe.is_none();
        let role = role(&Portrait {
            command: if unread { name } else { &info.image.command },
            exe: info.image.exe.as_deref(),
            environment: &info.image.environment,
            ancestors: &ancestors,
        });
        let before = info.image.role.clone();
        let label = match before.filter(|before| role.numbered && is_numbered(before, &role.label))
        {
            Some(kept) => kept,
            None if role.numbered => self.numbered(&role.label),
            None => role.label,
        };
        self.set_label(key, label);
    }

    /// The role of a process whose own program was never seen: its parent's, and what is known instead.
    fn label_as_copy(&mut self, key: ProcessKey, instead: &str) {
        let parent =
            self.tree.ancestors(key).next().and_then(|parent| parent.image.role.as_deref());
        let of = parent.unwrap_or("process");
        let of = of.split([':', '(']).next().unwrap_or(of).trim_end();
        let label = format!("{of} ({instead})");
        self.set_label(key, label);
    }

    fn set_label(&mut self, key: ProcessKey, label: String) {
        if let Some(info) = self.tree.info_mut(key) {
            info.image.role = Some(label);
        }
    }

    fn numbered(&mut self, label: &str) -> String {
        let number = self.numbers.entry(label.to_owned()).or_default();
        *number += 1;
        format!("{label} {number}")
    }

    /// A pass was made: `readings` at `now`, which cost us `took`.
    pub fn on_pass(
        &mut self,
        now: Elapsed,
        took: CpuTime,
        readings: &Readings,
        records: &mut Vec<Record>,
    ) {
        let sample = if self.children {
            self.tree.sample(self.sampled, now, took, readings)
        } else {
            let processes = readings.processes.iter().map(|it| self.counted(it)).collect();
            let counted = Readings { processes, ..readings.clone() };
            self.tree.sample(self.sampled, now, took, &counted)
        };
        self.sampled = now;
        self.due = self.cadence.next(self.due, now);
        records.push(Record::Sample(sample));
    }

    /// The part of a reading that counts.
    fn counted(&self, reading: &Reading) -> Reading {
        let reaped = reading.reaped.filter(|_| self.children);
        Reading { reaped, ..*reading }
    }

    /// The living but for a root that has ended.
    pub fn survivors(&self, root_ended: bool) -> Vec<ProcessInfo> {
        let root = self.tree.root();
        let survivors = self.tree.keys().filter(|key| *key != root || !root_ended);
        survivors.filter_map(|key| self.tree.info(key).cloned()).collect()
    }

    /// The session is over.
    pub fn end(&self, closing: &Closing, records: &mut Vec<Record>) {
        let left = self.survivors(closing.ending.is_some());
        let survivors_reaped = closing.reaped.is_some() && left.is_empty();
        let mut survivors = closing.reaped.clone().unwrap_or_default();
        let listed: BTreeSet<ProcessKey> = survivors.iter().map(|info| info.key).collect();
        survivors.extend(left.into_iter().filter(|info| !listed.contains(&info.key)));
        records.push(Record::End(Box::new(RunEnd {
            at: closing.at,
            ending: closing.ending,
            cause: closing.cause,
            totals: self.totals(closing),
            processes_seen: self.tree.seen(),
            coverage: closing.coverage,
            survivors,
            survivors_reaped,
            surroundings: closing.surroundings,
            own: closing.own,
        })));
    }

    /// The best that is known of the whole. A cgroup that was made for the command counts those as well that nobody
    /// waited for, but not what left it for another.
    fn totals(&self, closing: &Closing) -> Totals {
        let totals = self.waited_for(closing);
        let of_group = closing.surroundings.cgroup.and_then(|group| group.cpu);
        let Some(of_group) = of_group.filter(|_| self.children) else { return totals };
        let otherwise = totals.cpu.unwrap_or_default();
        if totals.exact && of_group <= otherwise + ROUNDING {
            return totals;
        }
        Totals {
            exact: self.tree.used().cpu.max(otherwise) <= of_group + ROUNDING,
            cpu: Some(of_group.max(otherwise)),
            read: totals.read,
            written: totals.written,
            largest_process: totals.largest_process,
            ..Totals::default()
        }
    }

    /// The kernel's totals hold what was waited for; what survivors used comes on top, without a split into user and
    /// system time. Where there are none of the kernel's, or only one process of many is watched, the readings' sum
    /// stands.
    fn waited_for(&self, closing: &Closing) -> Totals {
        let used = self.tree.used();
        let Some(totals) = closing.totals.filter(|_| self.children) else {
            return Totals {
                cpu: Some(used.cpu),
                read: Some(used.read),
                written: Some(used.written),
                ..Totals::default()
            };
        };
        let (orphaned, count) = self.tree.orphaned();
        let alive = self.tree.used_by_the_living();
        let outside = if totals.exact { alive } else { alive.plus(orphaned) };
        let waited_for = totals.cpu.map(|cpu| cpu + outside.cpu);
        // Children of a parent that ignores SIGCHLD are waited for by nobody, and missing in the kernel's totals.
        let missing = waited_for.is_some_and(|cpu| cpu + ROUNDING < used.cpu);
        let Coverage { lost, missed_at_most } = closing.coverage;
        let all_seen = count == 0 && lost == 0 && missed_at_most == Some(0);
        let split = (outside.cpu == CpuTime::ZERO && !missing).then_some(totals);
        Totals {
            exact: !missing && (totals.exact || all_seen),
            cpu: if missing { Some(used.cpu) } else { waited_for },
            cpu_user: split.and_then(|totals| totals.cpu_user),
            cpu_system: split.and_then(|totals| totals.cpu_system),
            read: totals.read.map(|read| read + outside.read),
            written: totals.written.map(|written| written + outside.written),
            largest_process: totals.largest_process,
            ..split.unwrap_or_default()
        }
    }
}

/// The clocks of processes and the kernel's totals differ by their rounding, and by no more.
const ROUNDING: CpuTime = CpuTime::from_millis(5);

/// What stands in the records of a program that is known to be the parent's or not known at all: its name. The parent's
/// own record has the rest, and thousands of forks would each repeat it.
fn parents(image: Image) -> Image {
    Image { name: image.name, inherited: true, ..Image::default() }
}

/// Whether a label is this one with a number.
fn is_numbered(numbered: &str, label: &str) -> bool {
    let number = numbered.strip_prefix(label).and_then(|rest| rest.strip_prefix(' '));
    number.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()))
}
