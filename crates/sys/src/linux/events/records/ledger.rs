//! Floor 7. Which record belongs to which process, and what the records of one process say together.
//!
//! A thread's record is sent before its end is told by the proc connector, so that the record is there when the end is
//! heard. It can be there much earlier: in between, the last thread gives back the memory of the process. Whose thread it
//! was, the end says; until then only the numbers of the living tell whether somebody will ask.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use procmon_model::event::LastKnown;
use procmon_model::units::Bytes;

use super::codec::Record;

/// Page faults that show that a fork has an address space of its own. The record of one that runs no program of its own
/// tells the memory of its launcher where it was started by vfork(2) and shares all of it. Such a child finds every page
/// in place but for its stack: it was seen to fault once at most, and the smallest shell's fork 25 times, since each page
/// that a copy uses has to be mapped for it.
const FAULTS_OF_A_COPY: u64 = 8;

/// Records that have come, by the process where that is known.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    /// Records that came with this hearing.
    fresh: Waiting,
    /// Those from hearings before that somebody may ask for.
    older: Waiting,
    /// What is known of processes that live or are about to be ended.
    accounts: HashMap<u32, Account>,
    /// Processes whose threads have not all been heard of from their birth to their end.
    incomplete: HashSet<u32>,
    /// Processes that run a program which nobody has read the name of.
    unnamed: HashSet<u32>,
}

/// Records of threads whose end has not been heard of.
#[derive(Debug, Default)]
struct Waiting {
    /// By the number of the thread.
    first: HashMap<u32, Record>,
    /// Of threads whose numbers are among those already, in the order of their arrival; hardly ever any.
    others: Vec<Record>,
}

/// What the records of a process say, so far.
#[derive(Debug)]
struct Account {
    /// The record of the first thread: the latest, since the one that calls execve(2) becomes the first.
    first: Option<Record>,
    peak: Option<Bytes>,
    read: Option<Bytes>,
    written: Option<Bytes>,
    /// Whether a thread has ended without a record.
    missing: bool,
    /// Whether the thread that ended last had a record.
    last_told: bool,
}

/// What the records say of a process that has ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Told {
    /// Its name, where nothing else has told it.
    pub(crate) name: Option<String>,
    /// What it used.
    pub(crate) last: LastKnown,
}

impl Default for Account {
    fn default() -> Self {
        let none = Some(Bytes::ZERO);
        Self {
            first: None,
            peak: None,
            read: none,
            written: none,
            missing: false,
            last_told: false,
        }
    }
}

impl Ledger {
    /// A record has come.
    pub(super) fn enter(&mut self, record: Record) {
        self.fresh.add(record);
    }

    /// A thread of a process that is watched has ended.
    pub(super) fn ended(&mut self, thread: u32, process: u32) {
        let record = self.take(thread);
        let account = self.accounts.entry(process).or_default();
        account.last_told = record.is_some();
        match record {
            Some(record) => account.add(record, process),
            None => account.missing = true,
        }
    }

    /// A thread of somebody else has ended.
    pub(super) fn passed_over(&mut self, thread: u32) {
        self.take(thread);
    }

    /// The end of a process has been seen and was never heard of: the record of its first thread is all there may be.
    pub(super) fn vanished(&mut self, process: u32) {
        if let Some(record) = self.take(process) {
            self.accounts.entry(process).or_default().add(record, process);
        }
        self.incomplete.insert(process);
    }

    /// The ends of a process's threads may have gone unheard, or its beginning was not watched.
    pub(super) fn doubt(&mut self, process: u32) {
        self.incomplete.insert(process);
    }

    /// A process runs another program, whose name is known or not.
    pub(super) fn runs(&mut self, process: u32, named: bool) {
        if named {
            self.unnamed.remove(&process);
        } else {
            self.unnamed.insert(process);
        }
    }

    /// A process has ended: what its records say.
    pub(super) fn close(&mut self, process: u32) -> Told {
        let (unnamed, incomplete) =
            (self.unnamed.remove(&process), self.incomplete.remove(&process));
        let Some(account) = self.accounts.remove(&process) else { return Told::default() };
        let name = account.first.filter(|_| unnamed).and_then(|first| first.name());
        Told { name, last: account.last_known(!incomplete) }
    }

    /// A hearing is over. A record that nobody has asked for is kept as long as a thread of this number lives in the
    /// tree, and for one hearing more: that of its birth may still be to come.
    pub(super) fn turn(&mut self, lives: impl Fn(u32) -> bool) {
        self.older.first.retain(|thread, _| lives(*thread));
        self.older.others.retain(|record| lives(record.thread));
        for (_, record) in self.fresh.first.drain() {
            self.older.add(record);
        }
        for record in self.fresh.others.drain(..) {
            self.older.add(record);
        }
    }

    /// Another tree is watched.
    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    /// The earliest record of a thread of this number.
    fn take(&mut self, thread: u32) -> Option<Record> {
        self.older.take(thread).or_else(|| self.fresh.take(thread))
    }
}

impl Waiting {
    fn add(&mut self, record: Record) {
        match self.first.entry(record.thread) {
            Entry::Vacant(place) => {
                place.insert(record);
            }
            Entry::Occupied(_) => self.others.push(record),
        }
    }

    /// The earliest record of a thread of this number.
    fn take(&mut self, thread: u32) -> Option<Record> {
        let record = self.first.remove(&thread)?;
        if let Some(next) = self.others.iter().position(|other| other.thread == thread) {
            self.first.insert(thread, self.others.remove(next));
        }
        Some(record)
    }

    #[cfg(test)]
    fn is_empty(&self) -> bool {
        self.first.is_empty() && self.others.is_empty()
    }
}

impl Account {
    fn add(&mut self, record: Record, process: u32) {
        let sum = |known: Option<Bytes>, more: Option<Bytes>| Some(known? + more?);
        self.peak = self.peak.max(record.peak);
        self.read = sum(self.read, record.read);
        self.written = sum(self.written, record.written);
        if record.thread == process {
            self.first = Some(record);
        }
    }

    /// `complete`: all its threads have been heard of.
    fn last_known(&self, complete: bool) -> LastKnown {
        let Some(first) = self.first else { return LastKnown::default() };
        let is_copy = first.faults.is_some_and(|faults| faults >= FAULTS_OF_A_COPY);
        let rss_peak = self.peak.filter(|_| !first.forked || is_copy);
        let whole = complete && !self.missing;
        LastKnown {
            rss_peak,
            rss_peak_final: rss_peak.is_some() && self.last_told,
            read: self.read.filter(|_| whole),
            written: self.written.filter(|_| whole),
            run_delay: first.run_delay.filter(|_| complete),
            block_delay: first.block_delay.filter(|_| complete),
            ..LastKnown::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use procmon_model::units::CpuTime;

    use super::*;

    const MEGABYTE: u64 = 1 << 20;

    /// The record of a thread that moved that many megabytes, as the last to hold as many.
    fn record(thread: u32, megabytes: u64) -> Record {
        let bytes = Some(Bytes::new(megabytes * MEGABYTE));
        Record {
            thread,
            name: *b"program\0\0\0\0\0\0\0\0\0",
            forked: false,
            faults: Some(100),
            peak: bytes,
            read: bytes,
            written: bytes,
            run_delay: Some(CpuTime::from_nanos(megabytes)),
            block_delay: None,
        }
    }

    fn megabytes(count: u64) -> Bytes {
        Bytes::new(count * MEGABYTE)
    }

    fn nobody(_: u32) -> bool {
        false
    }

    /// What the records of process 10 say, whose threads end in this order.
    fn told(records: &[Record], ends: &[u32]) -> LastKnown {
        let mut ledger = Ledger::default();
        for record in records {
            ledger.enter(*record);
        }
        for thread in ends {
            ledger.ended(*thread, 10);
        }
        ledger.close(10).last
    }

    #[test]
    fn bytes_of_threads_add_up_and_their_memory_is_one() {
        let last = told(&[record(11, 5), record(10, 3)], &[11, 10]);
        let expected = LastKnown {
            rss_peak: Some(megabytes(5)),
            rss_peak_final: true,
            read: Some(megabytes(8)),
            written: Some(megabytes(8)),
            run_delay: Some(CpuTime::from_nanos(3)),
            ..LastKnown::default()
        };
        assert_eq!(last, expected);
    }

    #[test]
    fn without_the_record_of_a_thread_the_bytes_are_unknown() {
        let last = told(&[record(10, 3)], &[11, 10]);
        assert_eq!(
            (last.written, last.rss_peak, last.rss_peak_final),
            (None, Some(megabytes(3)), true)
        );
        let last = told(&[record(10, 3)], &[10, 11]);
        assert_eq!(
            (last.written, last.rss_peak, last.rss_peak_final),
            (None, Some(megabytes(3)), false)
        );
        assert_eq!(told(&[record(11, 3)], &[10, 11]), LastKnown::default());
        assert_eq!(told(&[], &[10]), LastKnown::default());
    }

    #[test]
    fn what_was_not_heard_from_the_beginning_has_no_sums() {
        let mut ledger = Ledger::default();
        ledger.doubt(10);
        ledger.enter(record(10, 3));
        ledger.ended(10, 10);
        let expected = LastKnown {
            rss_peak: Some(megabytes(3)),
            rss_peak_final: true,
            ..LastKnown::default()
        };
        assert_eq!(ledger.close(10).last, expected);
        assert_eq!(ledger.close(10), Told::default());
    }

    #[test]
    fn a_fork_that_shares_its_launchers_memory_has_none_of_its_own() {
        let fork = |faults| Record { forked: true, faults: Some(faults), ..record(10, 3) };
        let peak = |faults| told(&[fork(faults)], &[10]);
        assert_eq!((peak(1).rss_peak, peak(1).rss_peak_final), (None, false));
        assert_eq!((peak(25).rss_peak, peak(25).rss_peak_final), (Some(megabytes(3)), true));
        assert_eq!(peak(1).written, Some(megabytes(3)));
    }

    #[test]
    fn a_number_that_two_threads_had_stands_for_both_in_turn() {
        // The first thread ends for another one's execve(2), which goes on under its number.
        let last = told(&[record(10, 3), record(11, 1), record(10, 4)], &[10, 11, 10]);
        assert_eq!((last.written, last.rss_peak_final), (Some(megabytes(8)), true));
        assert_eq!(last.run_delay, Some(CpuTime::from_nanos(4)));
    }

    #[test]
    fn a_record_waits_for_its_end_as_long_as_the_thread_lives_and_one_hearing_more() {
        for (hearings, lives, written) in [(1, false, true), (2, false, false), (9, true, true)] {
            let mut ledger = Ledger::default();
            ledger.enter(record(10, 3));
            ledger.enter(record(77, 3));
            for _ in 0..hearings {
                ledger.turn(|thread| thread == 10 && lives);
            }
            ledger.ended(10, 10);
            assert_eq!(ledger.close(10).last.written.is_some(), written, "{hearings} {lives}");
            ledger.turn(nobody);
            ledger.turn(nobody);
            assert!(
                ledger.older.is_empty() && ledger.fresh.is_empty() && ledger.accounts.is_empty()
            );
        }
    }

    #[test]
    fn records_of_strangers_go_with_their_ends() {
        let mut ledger = Ledger::default();
        ledger.enter(record(77, 3));
        ledger.passed_over(77);
        ledger.passed_over(78);
        assert!(ledger.fresh.is_empty() && ledger.accounts.is_empty());
    }

    #[test]
    fn one_that_vanished_keeps_the_record_that_had_come() {
        let mut ledger = Ledger::default();
        ledger.enter(record(10, 3));
        ledger.vanished(10);
        let expected = LastKnown { rss_peak: Some(megabytes(3)), ..LastKnown::default() };
        assert_eq!(ledger.close(10).last, expected);
    }

    #[test]
    fn only_a_program_that_nobody_has_read_is_named_by_its_record() {
        for (named, name) in
            [(vec![false], Some("program")), (vec![false, true], None), (vec![], None)]
        {
            let mut ledger = Ledger::default();
            for named in named {
                ledger.runs(10, named);
            }
            ledger.enter(record(10, 3));
            ledger.ended(10, 10);
            assert_eq!(ledger.close(10).name.as_deref(), name);
        }
    }
}
