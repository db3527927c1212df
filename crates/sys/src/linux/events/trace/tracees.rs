//! Floor 7. Who is traced: the processes of the tree and the threads of each.

use std::collections::HashMap;

use procmon_model::process::{Image, ProcessInfo, ProcessKey};

use crate::linux::events::trace::io::{Children, Moved};
use crate::linux::events::trace::readings::{AtExit, Used};

/// The traced processes and their threads.
#[derive(Debug, Default)]
pub(super) struct Tracees {
    processes: HashMap<u32, Process>,
    /// The process of each traced thread.
    threads: HashMap<u32, u32>,
    /// Those that reported something before the report of whoever made them was seen, which is still to come; and the
    /// process that it is to come from.
    early: HashMap<u32, u32>,
}

/// A traced process.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) info: ProcessInfo,
    /// What it had used before it was traced.
    pub(super) before: Used,
    /// What was read when the last of its threads came to its end.
    pub(super) at_exit: Option<AtExit>,
    /// What it had moved by then since it was traced, without its children.
    pub(super) own: Option<Moved>,
    /// Those of its children that have ended.
    pub(super) children: Children,
    /// Its traced threads, and whether each is about to end.
    threads: HashMap<u32, bool>,
}

impl Tracees {
    pub(super) fn add_process(&mut self, info: ProcessInfo, before: Used) {
        let (children, threads) = (Children::default(), HashMap::new());
        let process = Process { info, before, at_exit: None, own: None, children, threads };
        self.processes.insert(process.info.key.pid, process);
    }

    /// A process, just added, that has no thread to trace.
    pub(super) fn remove_process(&mut self, pid: u32) {
        self.processes.remove(&pid);
    }

    /// False where there is no such process.
    pub(super) fn add_thread(&mut self, thread: u32, process: u32) -> bool {
        let Some(of) = self.processes.get_mut(&process) else { return false };
        of.threads.insert(thread, false);
        self.threads.insert(thread, process);
        true
    }

    /// Notes that a thread, just added, was heard of before it was announced.
    pub(super) fn came_early(&mut self, thread: u32) {
        let Some(process) = self.process_of(thread) else { return };
        let parent = self.process(process).and_then(|process| process.info.parent);
        let maker = if thread == process { parent.map(|parent| parent.pid) } else { Some(process) };
        // Without a maker that is known, nobody is there who could announce it.
        if let Some(maker) = maker {
            self.early.insert(thread, maker);
        }
    }

    /// A thread is announced by whoever made it; whether it has come already.
    pub(super) fn has_come(&mut self, thread: u32) -> bool {
        self.early.remove(&thread).is_some() || self.threads.contains_key(&thread)
    }

    pub(super) fn has_thread(&self, thread: u32) -> bool {
        self.threads.contains_key(&thread)
    }

    pub(super) fn process_of(&self, thread: u32) -> Option<u32> {
        self.threads.get(&thread).copied()
    }

    pub(super) fn process(&self, pid: u32) -> Option<&Process> {
        self.processes.get(&pid)
    }

    pub(super) fn process_mut(&mut self, pid: u32) -> Option<&mut Process> {
        self.processes.get_mut(&pid)
    }

    /// A process runs another program. Whichever thread called it is the only one left and has the first one's number.
    pub(super) fn exec(&mut self, pid: u32, image: Option<&Image>) -> Option<ProcessKey> {
        let process = self.processes.get_mut(&pid)?;
        for thread in process.threads.drain() {
            self.threads.remove(&thread.0);
        }
        process.threads.insert(pid, false);
        self.threads.insert(pid, pid);
        if let Some(image) = image {
            process.info.image = image.clone();
        }
        Some(process.info.key)
    }

    /// A thread is about to end; its process where it is the last.
    pub(super) fn leave(&mut self, thread: u32) -> Option<&mut Process> {
        let process = self.processes.get_mut(self.threads.get(&thread)?)?;
        process.threads.insert(thread, true);
        process.threads.values().all(|leaving| *leaving).then_some(process)
    }

    /// A thread has ended; its process where that has ended with it.
    pub(super) fn forget(&mut self, thread: u32) -> Option<Process> {
        let pid = self.threads.remove(&thread)?;
        let process = self.processes.get_mut(&pid)?;
        process.threads.remove(&thread);
        // The first thread's end is told last, unless it had ended before we came: then it is told by nobody.
        if thread != pid && !process.threads.is_empty() {
            return None;
        }
        let process = self.processes.remove(&pid)?;
        self.early.retain(|_, maker| *maker != pid);
        for thread in process.threads.keys() {
            self.threads.remove(thread);
        }
        Some(process)
    }

    /// Everybody who is left; nobody is afterwards.
    pub(super) fn take_all(&mut self) -> impl Iterator<Item = Process> {
        self.threads.clear();
        self.early.clear();
        self.processes.drain().map(|(_, process)| process)
    }
}

#[cfg(test)]
mod tests {
    use procmon_model::units::Elapsed;

    use super::*;

    const PID: u32 = 10;

    /// One process with these threads.
    fn tracees(threads: &[u32]) -> Tracees {
        let mut tracees = Tracees::default();
        let key = ProcessKey { pid: PID, start: 1 };
        let (started, image) = (Elapsed::ZERO, Image::default());
        let info = ProcessInfo { key, parent: None, started, uid: None, image };
        tracees.add_process(info, Used::default());
        for thread in threads {
            assert!(tracees.add_thread(*thread, PID));
        }
        tracees
    }

    #[test]
    fn the_last_thread_to_come_to_its_end_is_known_whatever_the_order() {
        let mut tracees = tracees(&[PID, 11, 12]);
        assert!(tracees.leave(PID).is_none());
        assert!(tracees.leave(12).is_none());
        assert_eq!(tracees.leave(11).unwrap().info.key.pid, PID);
    }

    #[test]
    fn a_thread_that_has_ended_is_waited_for_no_more() {
        let mut tracees = tracees(&[PID, 11]);
        assert!(tracees.forget(11).is_none());
        assert!(!tracees.has_thread(11));
        assert!(tracees.leave(PID).is_some());
        assert_eq!(tracees.forget(PID).unwrap().info.key.pid, PID);
        assert!(tracees.process(PID).is_none());
    }

    #[test]
    fn after_an_exec_by_another_thread_only_the_first_number_is_left() {
        let mut tracees = tracees(&[PID, 11, 12]);
        tracees.leave(PID);
        tracees.leave(12);
        tracees.forget(12);
        assert_eq!(tracees.exec(PID, None), Some(ProcessKey { pid: PID, start: 1 }));
        assert!(tracees.has_thread(PID) && !tracees.has_thread(11));
        assert!(tracees.leave(PID).is_some());
    }

    #[test]
    fn who_comes_before_being_announced_comes_once() {
        let mut tracees = tracees(&[PID]);
        tracees.add_thread(11, PID);
        tracees.came_early(11);
        tracees.forget(11);
        assert!(tracees.has_come(11));
        // Another thread may have the number later.
        assert!(!tracees.has_come(11));
        assert!(tracees.has_come(PID));
    }

    #[test]
    fn whom_nobody_is_left_to_announce_is_not_remembered() {
        let mut tracees = tracees(&[PID]);
        let (key, parent) = (ProcessKey { pid: 20, start: 2 }, ProcessKey { pid: PID, start: 1 });
        let (started, image) = (Elapsed::ZERO, Image::default());
        let info = ProcessInfo { key, parent: Some(parent), started, uid: None, image };
        tracees.add_process(info, Used::default());
        for (thread, process) in [(11, PID), (20, 20), (21, 20)] {
            tracees.add_thread(thread, process);
            tracees.came_early(thread);
        }
        assert!(tracees.forget(PID).is_some());
        assert_eq!(tracees.early, HashMap::from([(21, 20)]));
        assert!(tracees.forget(20).is_some());
        assert!(tracees.early.is_empty());
    }

    #[test]
    fn a_thread_of_no_process_is_refused() {
        assert!(!tracees(&[PID]).add_thread(21, 20));
    }
}
