//! Floor 8. denet's records into ours, one after the other.

use std::collections::VecDeque;

use procmon_model::event::{Ending, ProcessEvent};
use procmon_model::host::{Coverage, Surroundings};
use procmon_model::record::{EndCause, Header, OwnCost, Record, RunEnd, Totals};
use procmon_model::sample::{ProcessUse, Sample};
use procmon_model::stats::known_sum;
use procmon_model::units::{Bytes, Elapsed};

use crate::format::jsonl::DecodeError;

use super::header::{Outset, Prelude};
use super::shapes::{Child, Line, Metrics, Tree, decode};
use super::tree::{Living, Program, bytes, cpu};

/// What a root is called of which nothing is known.
const ROOT: &str = "root";

/// A hundred years in milliseconds: no session is longer, and a time beyond some hundreds would not survive JSON.
const LONGEST_MS: u64 = 100 * 365 * 24 * 60 * 60 * 1000;

/// Takes denet's records and gives ours.
#[derive(Debug, Default)]
pub struct Translation {
    prelude: Prelude,
    /// The wall clock in milliseconds at 0 of every other time, and the root; `None` before the first numbers.
    began: Option<(u64, u32)>,
    header: Option<Header>,
    records: VecDeque<Record>,
    living: Living,
    at: Elapsed,
    /// When the last sample was.
    sampled: Elapsed,
    totals: Totals,
    most_read: Option<u64>,
    most_written: Option<u64>,
    has_ended: bool,
}

impl Translation {
    /// Takes a record of denet's.
    pub fn add(&mut self, text: &[u8]) -> Result<(), DecodeError> {
        match decode(text)? {
            Line::Env(env) => self.prelude.env = env,
            Line::Metadata { about, is_savers } => {
                self.prelude.about = Some(about);
                self.prelude.is_savers = is_savers;
            }
            Line::Child(child) => self.child(child),
            Line::Exit(exit) => self.exit(exit.ts_ms),
            Line::Numbers(numbers) => self.numbers(&numbers),
            Line::Tree(tree) => self.tree(*tree),
        }
        Ok(())
    }

    /// Nothing follows: whoever still waits for a header gets what there is.
    pub fn finish(&mut self) {
        if self.began.is_none() {
            let first_ms = self.prelude.about.as_ref().map_or(0, |about| about.t0_ms);
            self.begin(&Outset { first_ms, children: true, ..Outset::default() });
        }
    }

    /// The header, once, as soon as it is known.
    pub fn take_header(&mut self) -> Option<Header> {
        self.header.take()
    }

    /// The next record that is ready.
    pub fn next_record(&mut self) -> Option<Record> {
        self.records.pop_front()
    }

    fn begin(&mut self, outset: &Outset) {
        if self.began.is_some() {
            return;
        }
        let header = std::mem::take(&mut self.prelude).header(outset);
        let pid = header.root.pid;
        self.began = Some((header.started_at.as_millis(), pid));
        let program = Program {
            command: header.command.clone(),
            exe: header.executable.clone(),
            name: ROOT.to_owned(),
        };
        let started = self.living.started(pid, None, Elapsed::ZERO, program);
        self.records.push_back(Record::Event(started));
        self.header = Some(header);
    }

    /// A moment by the wall clock, which can go back, in the session's time, which cannot.
    fn time(&mut self, wall_ms: u64) -> Elapsed {
        let began_ms = self.began.map_or(0, |(began_ms, _)| began_ms);
        let millis = wall_ms.saturating_sub(began_ms).min(LONGEST_MS);
        self.at = self.at.max(Elapsed::from_millis(millis));
        self.at
    }

    fn root(&self) -> u32 {
        self.began.map_or(0, |(_, pid)| pid)
    }

    fn event(&mut self, event: Option<ProcessEvent>) {
        self.records.extend(event.map(Record::Event));
    }

    /// A process of the tree is told by its command line at its first sight and at each exec.
    fn child(&mut self, child: Child) {
        // One that there was before any numbers was there before denet.
        let first_ms = child.ts_ms;
        self.begin(&Outset { first_ms, attached: true, children: true, ..Outset::default() });
        let at = self.time(child.ts_ms);
        let program = Program { command: child.cmd, exe: child.exe, name: String::new() };
        let event = if self.living.has(child.pid) {
            self.living.renamed(child.pid, at, program)
        } else {
            Some(self.living.started(child.pid, child.ppid, at, program))
        };
        self.event(event);
    }

    fn tree(&mut self, tree: Tree) {
        let root = tree.parent.unwrap_or_default();
        let attached = was_running(&root) || !tree.children.is_empty();
        let first_ms = tree.ts_ms;
        self.begin(&Outset { first_ms, attached, children: true, ..Outset::default() });
        let from = self.sampled;
        let at = self.time(tree.ts_ms);
        let interval = at.since(from);
        self.living.begin_pass();
        let pid = self.root();
        let mut processes: Vec<ProcessUse> =
            self.living.shown(pid, &root, interval).into_iter().collect();
        for child in tree.children {
            if !self.living.has(child.pid) {
                let program = Program { name: child.command, ..Program::default() };
                let event = self.living.started(child.pid, None, at, program);
                self.event(Some(event));
            }
            processes.extend(self.living.shown(child.pid, &child.metrics, interval));
        }
        let gone = self.living.end_pass(pid, at);
        self.records.extend(gone.into_iter().map(Record::Event));
        self.sample(from, &tree.aggregated, processes);
    }

    /// Numbers without a tree are the root's, or totals where they say of how many processes.
    fn numbers(&mut self, numbers: &Metrics) {
        let count = numbers.process_count;
        let first_ms = numbers.ts_ms.unwrap_or_default();
        self.begin(&Outset {
            first_ms,
            attached: was_running(numbers),
            children: count.is_some(),
            totals_alone: count.is_some(),
        });
        let from = self.sampled;
        let at = numbers.ts_ms.map_or(self.at, |wall_ms| self.time(wall_ms));
        let is_roots = count.is_none_or(|count| count == 1);
        let shown = if is_roots { *numbers } else { Metrics::default() };
        self.living.begin_pass();
        let used = self.living.shown(self.root(), &shown, at.since(from));
        self.sample(from, numbers, used.into_iter().collect());
    }

    fn sample(&mut self, from: Elapsed, tree: &Metrics, processes: Vec<ProcessUse>) {
        self.sampled = self.at;
        let cpu = cpu(tree, self.at.since(from));
        let read = growth(&mut self.most_read, tree.disk_read_bytes);
        let written = growth(&mut self.most_written, tree.disk_write_bytes);
        self.totals.cpu = known_sum(self.totals.cpu, cpu);
        self.totals.read = known_sum(self.totals.read, read);
        self.totals.written = known_sum(self.totals.written, written);
        self.records.push_back(Record::Sample(Sample {
            from,
            at: self.at,
            cpu,
            read,
            written,
            rss_sum: bytes(tree.mem_rss_kb),
            thread_count: tree.thread_count,
            processes,
            ..Sample::default()
        }));
    }

    /// The root has ended; how, denet does not write down.
    fn exit(&mut self, wall_ms: u64) {
        self.begin(&Outset { first_ms: wall_ms, children: true, ..Outset::default() });
        if std::mem::replace(&mut self.has_ended, true) {
            return;
        }
        let at = self.time(wall_ms);
        let ended = self.living.ended(self.root(), at);
        self.event(ended);
        self.records.push_back(Record::End(Box::new(RunEnd {
            at,
            ending: Some(Ending::Unseen),
            cause: EndCause::RootEnded,
            totals: self.totals,
            processes_seen: self.living.seen,
            coverage: Coverage::default(),
            survivors: Vec::new(),
            survivors_reaped: false,
            surroundings: Surroundings::default(),
            own: OwnCost::default(),
        })));
    }
}

/// Whether the root had been running for longer than denet's whole seconds leave in doubt.
fn was_running(root: &Metrics) -> bool {
    root.uptime_secs.is_some_and(|seconds| seconds >= 2)
}

/// How far a total rose above all before. It falls where a process ends, and rises again where the kernel passes what a
/// child moved on to the parent that waited for it: neither is new.
fn growth(most: &mut Option<u64>, total: Option<u64>) -> Option<Bytes> {
    let total = total?;
    let grown = total.saturating_sub(most.unwrap_or_default());
    *most = (*most).max(Some(total));
    Some(Bytes::new(grown))
}
