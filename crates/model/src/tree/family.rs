//! Floor 3. The living processes of one tree, and what the tree has used.
//!
//! A process that dies between two readings leaves its last stretch of work unread, but the kernel does not lose it:
//! it adds the work of a child to its parent when the parent waits for it (`cutime` and `cstime` of `proc_pid_stat(5)`, and
//! the parent's own /proc/pid/io). So the work of the whole tree is the sum, over the *living*, of what each used
//! itself and of what it has collected from its children. That sum dips while a dead child is not yet waited for;
//! the tree therefore counts with the highest value seen so far, which never goes down. One that could not be read any more has
//! died, though its end may not have been told yet: its parent may have its work already, so that it is left out.

use std::collections::{BTreeMap, BTreeSet};

use super::beside::Beside;
use super::member::Member;
use super::memory::{Held, TreeMemory, together};
use super::usage::Usage;
use crate::event::LastKnown;
use crate::process::{Image, LastReading, ProcessInfo, ProcessKey, Readings};
use crate::sample::{ProcessUse, Sample};
use crate::units::{CpuTime, Elapsed};

/// The living processes of one tree.
#[derive(Debug, Clone)]
pub struct Tree {
    root: ProcessKey,
    members: BTreeMap<ProcessKey, Member>,
    seen: u64,
    /// The highest sum over the living so far, orphans included: what the tree has used.
    used: Usage,
    /// What members used that died when no parent of theirs lived to collect it.
    orphans: Usage,
    orphans_ended: u64,
    /// What the root used, once it has ended.
    gone_root: Usage,
    beside: Beside,
    /// How many passes there have been.
    passes: u64,
    /// Whether what is seen for the first time began at nothing: not in the first pass over processes found alive.
    counts: bool,
}

impl Tree {
    /// A tree of the processes that live when the watching begins, the root first.
    ///
    /// `found_alive`: they were running already, and what they used before does not count.
    pub fn new(root: ProcessKey, living: Vec<ProcessInfo>, found_alive: bool) -> Self {
        let mut tree = Self {
            root,
            members: BTreeMap::new(),
            seen: 0,
            used: Usage::default(),
            orphans: Usage::default(),
            orphans_ended: 0,
            gone_root: Usage::default(),
            beside: Beside::default(),
            passes: 0,
            counts: !found_alive,
        };
        for info in living {
            tree.insert(info, !found_alive);
        }
        tree
    }

    /// A process was born. One that is known already stays as it is.
    pub fn born(&mut self, info: ProcessInfo) {
        if !self.members.contains_key(&info.key) {
            self.insert(info, true);
        }
    }

    fn insert(&mut self, info: ProcessInfo, newborn: bool) {
        self.seen += 1;
        self.members.insert(info.key, Member::new(info, newborn));
    }

    /// A process runs another program.
    pub fn renamed(&mut self, key: ProcessKey, image: Image) {
        if let Some(member) = self.members.get_mut(&key) {
            member.renamed(image);
        }
    }

    /// A process ended; `last` is what could still be read of it, `told` what the kernel's record of the end says.
    ///
    /// Answers what it used, or `None` of a process that is not in the tree.
    pub fn ended(
        &mut self,
        key: ProcessKey,
        last: Option<LastReading>,
        told: LastKnown,
    ) -> Option<LastKnown> {
        let mut member = self.members.remove(&key)?;
        if let Some(last) = &last {
            member.take(&last.reading);
        }
        let parent = member.info.parent.and_then(|parent| self.members.get_mut(&parent));
        if let Some(parent) = parent {
            parent.inherit(&member, told);
        } else if key == self.root {
            self.gone_root = member.collected();
        } else {
            self.orphans = self.orphans.plus(member.collected());
            self.orphans_ended += 1;
        }
        Some(member.last_known(last.as_ref()).completed(told))
    }

    /// Takes the readings of a pass and makes the sample of the interval from them.
    pub fn sample(
        &mut self,
        from: Elapsed,
        at: Elapsed,
        took: CpuTime,
        readings: &Readings,
    ) -> Sample {
        self.passes += 1;
        let mut processes = Vec::with_capacity(readings.processes.len());
        for reading in &readings.processes {
            let Some(member) = self.members.get_mut(&reading.key) else { continue };
            let growth = member.take(reading);
            member.read_in = self.passes;
            processes.push(ProcessUse { key: reading.key, growth, gauges: reading.gauges });
        }
        let grown = self.grow();
        let TreeMemory { rss_sum, estimate: memory, pss } = self.memory(&processes);
        let living: CpuTime = processes.iter().filter_map(|process| process.growth.0.cpu).sum();
        let io_known = readings.processes.iter().any(|reading| reading.counters.read.is_some());
        let named_threads = self.beside.threads(&readings.threads, self.counts);
        let stray = self.beside.stray(readings.stray);
        let departed_net = self.beside.departed(readings.departed_net);
        self.counts = true;
        Sample {
            from,
            at,
            cpu: Some(grown.cpu),
            departed_cpu: Some(grown.cpu.saturating_sub(living)),
            read: io_known.then_some(grown.read),
            written: io_known.then_some(grown.written),
            rss_sum,
            memory,
            pss,
            thread_count: thread_count(&processes),
            took,
            processes,
            named_threads,
            departed_net,
            stray,
        }
    }

    /// The memory of those that were read.
    fn memory(&self, processes: &[ProcessUse]) -> TreeMemory {
        let copies = self.copies();
        let held = processes.iter().filter_map(|process| {
            let member = self.members.get(&process.key)?;
            Some(member.held(copies.contains(&process.key)))
        });
        together(&held.collect::<Vec<Held>>())
    }

    /// Those that may share memory which no file backs: forks that run their parent's program, and their parents.
    pub fn copies(&self) -> BTreeSet<ProcessKey> {
        let copies = self.members.values().filter(|member| member.info.image.inherited);
        let both = copies.flat_map(|copy| {
            let parent = copy.info.parent.filter(|parent| self.members.contains_key(parent));
            [Some(copy.info.key), parent].into_iter().flatten()
        });
        both.collect()
    }

    /// What the tree used since this was last asked.
    fn grow(&mut self) -> Usage {
        let gone = self.orphans.plus(self.gone_root);
        let living = self.read_last().map(Member::collected).fold(gone, Usage::plus);
        let before = self.used;
        self.used = before.highest(living);
        self.used.minus(before)
    }

    /// What the tree has used so far, by the readings.
    pub fn used(&self) -> Usage {
        self.used
    }

    /// What the living have used so far, with what they collected from their children.
    pub fn used_by_the_living(&self) -> Usage {
        self.read_last().map(Member::collected).fold(Usage::default(), Usage::plus)
    }

    /// Those that were there to be read in the latest pass.
    fn read_last(&self) -> impl Iterator<Item = &Member> {
        self.members.values().filter(|member| member.read_in == self.passes)
    }

    /// What processes but the root used that no parent of the tree collected, and how many of them there were.
    pub fn orphaned(&self) -> (Usage, u64) {
        (self.orphans, self.orphans_ended)
    }

    /// The root's identity.
    pub fn root(&self) -> ProcessKey {
        self.root
    }

    /// Processes seen so far, the root included.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// The living, in order of their numbers.
    pub fn keys(&self) -> impl Iterator<Item = ProcessKey> {
        self.members.keys().copied()
    }

    /// What is known of a living process.
    pub fn info(&self, key: ProcessKey) -> Option<&ProcessInfo> {
        self.members.get(&key).map(|member| &member.info)
    }

    /// The same, to be completed in place.
    pub fn info_mut(&mut self, key: ProcessKey) -> Option<&mut ProcessInfo> {
        self.members.get_mut(&key).map(|member| &mut member.info)
    }

    /// The living ancestors of a process, nearest first.
    pub fn ancestors(&self, key: ProcessKey) -> impl Iterator<Item = &ProcessInfo> {
        let parent_of = |info: &ProcessInfo| info.parent.and_then(|parent| self.info(parent));
        std::iter::successors(self.info(key).and_then(parent_of), move |info| parent_of(info))
    }
}

fn thread_count(processes: &[ProcessUse]) -> Option<u64> {
    let known = processes.iter().filter_map(|process| process.gauges.threads).map(u64::from);
    known.fold(None, |sum, threads| Some(sum.unwrap_or(0) + threads))
}
