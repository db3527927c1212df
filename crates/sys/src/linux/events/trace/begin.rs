//! Floor 7. The beginning of a trace: every thread of every process that is there.

use std::fs;
use std::io;

use procmon_model::ports::{Clock, Found};
use procmon_model::process::{ProcessInfo, ProcessKey};

use crate::linux::clock::SessionClock;
use crate::linux::events::looks;
use crate::linux::events::trace::readings::{self, Used};
use crate::linux::events::trace::tracees::Tracees;
use crate::linux::kernel::process;
use crate::linux::kernel::ptrace::{self, Follow};
use crate::linux::{found, image};
use crate::world::Inside;

/// What the Yama security module lets whom trace (`Documentation/admin-guide/LSM/Yama.rst` of the kernel).
const YAMA: &str = "/proc/sys/kernel/yama/ptrace_scope";

/// What is to be traced.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    pub(super) root: ProcessKey,
    pub(super) found: Found,
    pub(super) follow: Follow,
    pub(super) inside: Inside,
}

/// A tree that is traced from now on.
#[derive(Debug, Default)]
pub(super) struct Beginning {
    /// Who is in it, the root first.
    pub(super) living: Vec<ProcessInfo>,
    pub(super) tracees: Tracees,
}

impl Beginning {
    /// Traces a tree, by the calling thread.
    pub(super) fn of(order: Order, clock: SessionClock) -> io::Result<Self> {
        let children = order.follow == Follow::Descendants;
        let mut beginning = Self::default();
        // Whoever is born to one that is traced is traced as well; whoever was born to one that was not yet is found by
        // the next look. The look that finds nobody new has found everybody; who is held is alone.
        loop {
            let tree = found::tree(order.root, order.found, children, clock.now());
            if order.found == Found::Running && order.inside == Inside::ForeignProcess {
                refuse_our_own(&tree)?;
            }
            let mut anybody = false;
            for info in tree {
                anybody |= beginning.take_in(info, order)?;
            }
            if !anybody || order.found == Found::Held {
                break;
            }
        }
        match beginning.living.first() {
            Some(first) if first.key == order.root => Ok(beginning),
            _ => Err(io::Error::new(io::ErrorKind::NotFound, "the process has ended")),
        }
    }

    /// Traces those threads of a process that are not traced yet; whether there were any.
    fn take_in(&mut self, info: ProcessInfo, order: Order) -> io::Result<bool> {
        let pid = info.key.pid;
        // No process can trace itself.
        if pid == std::process::id() {
            if self.living.iter().all(|known| known.key != info.key) {
                self.living.push(info);
            }
            return Ok(false);
        }
        let known = self.tracees.process(pid).is_some();
        if !known {
            let held = order.found == Found::Held;
            let before = if held { Used::default() } else { readings::used(pid) };
            self.tracees.add_process(info.clone(), before);
        }
        let mut anybody = false;
        for thread in looks::threads(pid).others.into_iter().chain([pid]) {
            if self.tracees.has_thread(thread) {
                continue;
            }
            let seized = seize(thread, pid, order.follow)?;
            if seized != Seized::Ended {
                self.tracees.add_thread(thread, pid);
                anybody = true;
            }
            if seized == Seized::Already {
                self.tracees.came_early(thread);
            }
        }
        if !known && anybody {
            self.living.push(info);
        } else if !known {
            self.tracees.remove_process(pid);
        }
        Ok(anybody)
    }
}

/// What became of the wish to trace a thread.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Seized {
    /// It is traced from now on.
    Now,
    /// It is traced since its birth: whoever made it was traced by then, and will announce it.
    Already,
    /// It has ended.
    Ended,
}

/// Traces one thread.
fn seize(thread: u32, process: u32, follow: Follow) -> io::Result<Seized> {
    let Err(error) = ptrace::seize(thread, follow) else { return Ok(Seized::Now) };
    let stat = image::stat(thread);
    if stat.is_none_or(|stat| matches!(stat.state, b'Z' | b'X')) {
        return Ok(Seized::Ended);
    }
    match readings::tracer_of(thread) {
        Some(tracer) if tracer == process::own_thread() => Ok(Seized::Already),
        Some(tracer) => Err(refused(format!(
            "process {process} cannot be traced: {tracer} traces it already, and there can be one tracer only"
        ))),
        None => Err(refused(format!("process {process} cannot be traced: {}", why(&error)))),
    }
}

fn why(error: &io::Error) -> String {
    if error.raw_os_error() != Some(libc::EPERM) {
        return error.to_string();
    }
    let scope = fs::read_to_string(YAMA).unwrap_or_default();
    why_forbidden(scope.trim())
}

/// Why ptrace(2) is not permitted where Yama has this scope; the empty one is none.
fn why_forbidden(scope: &str) -> String {
    match scope {
        "1" => "it is not our descendant, and kernel.yama.ptrace_scope is 1".to_owned(),
        "2" => "kernel.yama.ptrace_scope is 2, which takes CAP_SYS_PTRACE".to_owned(),
        "3" => "kernel.yama.ptrace_scope is 3, which forbids it to everybody".to_owned(),
        _ => {
            "ptrace(2) is not permitted: it is somebody else's, has more rights than we have, or a \
              sandbox forbids it"
                .to_owned()
        }
    }
}

/// In somebody else's process we leave alone whoever that waits for: the stops of a child that we trace would be told to
/// whichever thread waits for it, as if it had ended.
fn refuse_our_own(tree: &[ProcessInfo]) -> io::Result<()> {
    let us = std::process::id();
    let is_ours = |pid: u32| pid == us || image::stat(pid).is_some_and(|stat| stat.parent == us);
    match tree.iter().find(|info| is_ours(info.key.pid)) {
        Some(info) => Err(refused(format!(
            "process {} cannot be traced from within the process that started it",
            info.key.pid
        ))),
        None => Ok(()),
    }
}

fn refused(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_yama_forbids_is_said() {
        assert!(why_forbidden("1").ends_with("ptrace_scope is 1"));
        assert!(why_forbidden("2").contains("CAP_SYS_PTRACE"));
        assert!(why_forbidden("3").contains("to everybody"));
        assert!(why_forbidden("0").starts_with("ptrace(2) is not permitted"));
        assert_eq!(why_forbidden(""), why_forbidden("0"));
    }
}
