//! Floor 7. The living processes of one tree, as the proc connector's messages tell of them.
//!
//! The messages tell of every thread of the whole machine, so that two things are kept here: which processes are of
//! the tree, and which threads each has. A process ends with its last thread, which need not be its first.

use std::collections::{HashMap, HashSet};

use procmon_model::process::{Image, ProcessInfo, ProcessKey};
use procmon_model::units::Elapsed;

use crate::linux::events::codec::What;

/// The living processes of one tree.
#[derive(Debug, Default)]
pub(super) struct Family {
    members: HashMap<u32, Member>,
    /// Whether the root's descendants belong to it.
    children: bool,
}

#[derive(Debug)]
struct Member {
    info: ProcessInfo,
    threads: Threads,
    /// Where its stack was when its image was last looked at: it moves with each execve. `None` where nobody looked.
    stack: Option<u64>,
}

/// The living threads of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Threads {
    /// Whether the first is among them.
    pub(super) leader: bool,
    /// The numbers of the others. They are kept, and not counted, so that a message that is heard after we have
    /// looked by ourselves counts nobody twice.
    pub(super) others: HashSet<u32>,
}

impl Default for Threads {
    fn default() -> Self {
        Self { leader: true, others: HashSet::new() }
    }
}

/// What a message means for the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    /// A process was born.
    Born(ProcessInfo),
    /// A process runs another program.
    Exec(ProcessKey),
    /// A process ended, with the status of wait(2) where it is known.
    Gone(ProcessKey, Option<i32>),
}

impl Family {
    /// A family of living processes that were found.
    pub(super) fn of(found: Vec<(ProcessInfo, Threads)>, children: bool) -> Self {
        let mut family = Self { members: HashMap::new(), children };
        for (info, threads) in found {
            family.adopt(info, threads);
        }
        family
    }

    /// Takes in a living process that was found; an ended one of the same number makes room for it.
    pub(super) fn adopt(&mut self, info: ProcessInfo, threads: Threads) {
        self.members.insert(info.key.pid, Member { info, threads, stack: None });
    }

    /// Whether a process of this number lives.
    pub(super) fn has(&self, pid: u32) -> bool {
        self.members.contains_key(&pid)
    }

    /// Whether a thread of this number lives, the first or another.
    pub(super) fn has_thread(&self, thread: u32) -> bool {
        let of = |member: &Member| member.threads.others.contains(&thread);
        self.has(thread) || self.members.values().any(of)
    }

    /// The living process of this number.
    pub(super) fn member(&self, pid: u32) -> Option<&ProcessInfo> {
        self.members.get(&pid).map(|member| &member.info)
    }

    /// The living processes, in no order.
    pub(super) fn keys(&self) -> Vec<ProcessKey> {
        self.members.values().map(|member| member.info.key).collect()
    }

    /// Whether new processes of the tree belong to the family.
    pub(super) const fn grows(&self) -> bool {
        self.children
    }

    /// Notes what a living process runs now.
    pub(super) fn rename(&mut self, key: ProcessKey, image: &Image) {
        if let Some(member) = self.living(key) {
            member.info.image = image.clone();
        }
    }

    /// Notes where the stack of a living process is; whether it may run another program than when this was last noted.
    /// A place of 0 is not known.
    pub(super) fn has_new_stack(&mut self, key: ProcessKey, stack: u64) -> bool {
        let Some(member) = self.living(key) else { return false };
        member.stack.replace(stack) != Some(stack) || stack == 0
    }

    /// Notes which threads a living process has.
    pub(super) fn set_threads(&mut self, key: ProcessKey, threads: Threads) {
        if let Some(member) = self.living(key) {
            member.threads = threads;
        }
    }

    /// Forgets a process that has ended; false where it was not known to live.
    pub(super) fn remove(&mut self, key: ProcessKey) -> bool {
        self.living(key).is_some() && self.members.remove(&key.pid).is_some()
    }

    /// Applies one message of this moment; `start` tells the start time of a process that has just been born.
    pub(super) fn apply(
        &mut self,
        what: What,
        at: Elapsed,
        start: impl FnOnce() -> u64,
        changes: &mut Vec<Change>,
    ) {
        match what {
            What::Fork { parent, thread, process } if thread == process => {
                self.fork(parent, process, at, start, changes);
            }
            What::Fork { thread, process, .. } => {
                if let Some(member) = self.members.get_mut(&process) {
                    member.threads.others.insert(thread);
                }
            }
            What::Exec { process } => {
                if let Some(member) = self.members.get_mut(&process) {
                    // Whichever thread called it, it is the only one left and has the first one's number.
                    member.threads = Threads::default();
                    changes.push(Change::Exec(member.info.key));
                }
            }
            What::Exit { thread, process, status } => self.exit(thread, process, status, changes),
            What::Acknowledged { .. } | What::Other => {}
        }
    }

    fn fork(
        &mut self,
        parent: u32,
        process: u32,
        at: Elapsed,
        start: impl FnOnce() -> u64,
        changes: &mut Vec<Change>,
    ) {
        if !self.children {
            return;
        }
        let Some(parent) = self.members.get(&parent) else { return };
        let info = heir(&parent.info, ProcessKey { pid: process, start: start() }, at);
        if let Some(member) = self.members.get(&process) {
            // One that was found by looking before its birth was heard of. The two ways to its start time may
            // differ by a tick, and the number cannot have been used again as fast as that.
            if member.info.key.start + 1 >= info.key.start {
                return;
            }
            changes.push(Change::Gone(member.info.key, None));
        }
        changes.push(Change::Born(info.clone()));
        self.adopt(info, Threads::default());
    }

    fn exit(&mut self, thread: u32, process: u32, status: i32, changes: &mut Vec<Change>) {
        let Some(member) = self.members.get_mut(&process) else { return };
        if thread == process {
            member.threads.leader = false;
        } else {
            member.threads.others.remove(&thread);
        }
        if !member.threads.leader && member.threads.others.is_empty() {
            // The last thread's status is the process's (since Linux 5.17; where all end at once, in any version).
            changes.push(Change::Gone(member.info.key, Some(status)));
            self.members.remove(&process);
        }
    }

    fn living(&mut self, key: ProcessKey) -> Option<&mut Member> {
        self.members.get_mut(&key.pid).filter(|member| member.info.key == key)
    }
}

/// A process that was just born: it runs what its parent runs, as the same user. The parent's record tells the rest of
/// the image, so that a storm of forks copies no command lines.
pub(super) fn heir(parent: &ProcessInfo, key: ProcessKey, started: Elapsed) -> ProcessInfo {
    let image = Image { name: parent.image.name.clone(), inherited: true, ..Image::default() };
    ProcessInfo { key, parent: Some(parent.key), started, uid: parent.uid, image }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOT: ProcessKey = ProcessKey { pid: 10, start: 100 };

    fn info(key: ProcessKey) -> ProcessInfo {
        let image = Image { name: "root".to_owned(), ..Image::default() };
        ProcessInfo { key, parent: None, started: Elapsed::ZERO, uid: Some(7), image }
    }

    fn family(children: bool, threads: Threads) -> Family {
        Family::of(vec![(info(ROOT), threads)], children)
    }

    /// What a story of messages means for a family; the process of number n starts at tick n.
    fn told(family: &mut Family, story: &[What]) -> Vec<Change> {
        let mut changes = Vec::new();
        for what in story {
            let start = || match what {
                What::Fork { process, .. } => u64::from(*process) * 10,
                _ => unreachable!("only births have a start"),
            };
            family.apply(*what, Elapsed::from_millis(1), start, &mut changes);
        }
        changes
    }

    fn fork(parent: u32, child: u32) -> What {
        What::Fork { parent, thread: child, process: child }
    }

    fn thread(process: u32, thread: u32) -> What {
        What::Fork { parent: 1, thread, process }
    }

    fn exit(thread: u32, process: u32, status: i32) -> What {
        What::Exit { thread, process, status }
    }

    fn gone(pid: u32, status: i32) -> Change {
        Change::Gone(ProcessKey { pid, start: u64::from(pid) * 10 }, Some(status))
    }

    #[test]
    fn a_child_has_its_parents_image_and_user_until_it_calls_exec() {
        let mut family = family(true, Threads::default());
        let changes = told(&mut family, &[fork(10, 11), What::Exec { process: 11 }]);
        let child = ProcessKey { pid: 11, start: 110 };
        let Change::Born(born) = &changes[0] else { panic!("{changes:?}") };
        assert_eq!((born.key, born.parent, born.uid), (child, Some(ROOT), Some(7)));
        assert_eq!((born.image.name.as_str(), born.image.inherited), ("root", true));
        assert_eq!(changes[1..], [Change::Exec(child)]);
    }

    #[test]
    fn strangers_and_their_children_are_passed_over() {
        let mut family = family(true, Threads::default());
        let story = [fork(1, 2), fork(2, 3), What::Exec { process: 2 }, exit(2, 2, 0)];
        assert_eq!(told(&mut family, &story), []);
    }

    #[test]
    fn without_children_only_the_root_is_told_of() {
        let mut family = family(false, Threads::default());
        let story = [fork(10, 11), exit(11, 11, 0), What::Exec { process: 10 }, exit(10, 10, 0)];
        assert_eq!(told(&mut family, &story), [Change::Exec(ROOT), gone(10, 0)]);
    }

    #[test]
    fn a_process_ends_with_its_last_thread_though_its_first_ended_before() {
        let mut family = family(true, Threads::default());
        let story = [thread(10, 20), exit(10, 10, 0), thread(10, 21), exit(20, 10, 0)];
        assert_eq!(told(&mut family, &story), []);
        assert_eq!(told(&mut family, &[exit(21, 10, 0x300)]), [gone(10, 0x300)]);
    }

    #[test]
    fn exec_by_another_thread_ends_the_rest_and_not_the_process() {
        let mut family = family(true, Threads::default());
        // Thread 20 calls it; the end of thread 21 is told only afterwards.
        let story = [
            thread(10, 20),
            thread(10, 21),
            exit(10, 10, 0),
            What::Exec { process: 10 },
            exit(21, 10, 0),
        ];
        assert_eq!(told(&mut family, &story), [Change::Exec(ROOT)]);
        assert_eq!(told(&mut family, &[exit(10, 10, 9)]), [gone(10, 9)]);
    }

    #[test]
    fn messages_from_before_a_look_count_no_thread_twice() {
        let seen = Threads { leader: true, others: HashSet::from([20, 21]) };
        let mut family = family(true, seen);
        let story = [thread(10, 20), exit(19, 10, 0), exit(20, 10, 0), exit(21, 10, 0)];
        assert_eq!(told(&mut family, &story), []);
        assert_eq!(told(&mut family, &[exit(10, 10, 0)]), [gone(10, 0)]);
    }

    #[test]
    fn a_process_that_was_found_before_its_birth_was_heard_of_is_born_once() {
        let mut family = family(true, Threads::default());
        let found = ProcessKey { pid: 11, start: 109 };
        family.adopt(info(found), Threads::default());
        assert_eq!(told(&mut family, &[fork(10, 11)]), []);
        assert_eq!(family.member(11).unwrap().key, found);
    }

    #[test]
    fn a_reused_number_ends_its_former_owner_whose_end_was_not_heard() {
        let mut family = family(true, Threads::default());
        let old = ProcessKey { pid: 11, start: 5 };
        family.adopt(info(old), Threads::default());
        let changes = told(&mut family, &[fork(10, 11)]);
        assert_eq!(changes[0], Change::Gone(old, None));
        assert_eq!(family.member(11).unwrap().key.start, 110);
    }

    #[test]
    fn a_grandchild_outlives_its_parent_in_the_family() {
        let mut family = family(true, Threads::default());
        let story = [fork(10, 11), fork(11, 12), exit(11, 11, 0), fork(12, 13), exit(12, 12, 0)];
        let changes = told(&mut family, &story);
        let born = changes.iter().filter(|change| matches!(change, Change::Born(_))).count();
        assert_eq!((born, changes.len()), (3, 5));
        assert!(family.has(13) && !family.has(12));
    }
}
