//! Floor 7. What can be found out of a process by looking, where no message tells it.

use std::collections::HashSet;
use std::fs;

use procmon_model::event::{Ending, LastKnown, ProcessEvent};
use procmon_model::process::{Image, ProcessKey};
use procmon_model::units::Elapsed;

use crate::ending::ending;
use crate::linux::events::family::Threads;
use crate::linux::kernel::pidfd::Pidfd;
use crate::linux::kernel::process;
use crate::linux::parse::Stat;
use crate::linux::{image, syscall};

/// What a look at a process finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Sight {
    /// It lives.
    Living(Stat),
    /// It has ended.
    Ended,
    /// It is there, and that is all that can be said: /proc hides it, or we have no descriptor left to look.
    Hidden,
}

/// How a process ended, asked afterwards: of the kernel's memory behind a descriptor, or of the zombie.
pub(super) fn verdict(key: ProcessKey, pidfd: Option<&Pidfd>) -> Ending {
    let remembered = || pidfd.and_then(Pidfd::reaped_status);
    // The dearer question comes second, and its parent may wait for it meanwhile.
    let status = remembered().or_else(|| match zombie(key) {
        Some(stat) => stat.exit_code.filter(|status| *status != 0 || may_know(key.pid)),
        None => remembered(),
    });
    status.map_or(Ending::Unseen, ending)
}

/// A look at a process.
pub(super) fn look(key: ProcessKey) -> Sight {
    match image::stat(key.pid) {
        Some(stat) if stat.is_of(key) && !stat.has_ended() => Sight::Living(stat),
        None if syscall::process_cpu(key.pid).is_some() => Sight::Hidden,
        _ => Sight::Ended,
    }
}

/// The event of an end that was seen at this moment.
pub(super) fn ended(key: ProcessKey, at: Elapsed, ending: Ending) -> ProcessEvent {
    ProcessEvent::Ended { at, key, ending, last: LastKnown::default() }
}

/// What the scheduler knows of a process that lives; `None` where it has ended.
pub(super) fn living(key: ProcessKey) -> Option<Stat> {
    match look(key) {
        Sight::Living(stat) => Some(stat),
        Sight::Ended | Sight::Hidden => None,
    }
}

/// The living threads of a living process.
pub(super) fn threads(pid: u32) -> Threads {
    let leader = image::stat(pid).is_none_or(|stat| stat.state != b'Z');
    let entries = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    let numbers = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    Threads { leader, others: numbers.filter(|thread| *thread != pid).collect::<HashSet<u32>>() }
}

/// Whether a process that ran the one program runs the other by now: programs may rewrite their command lines, so
/// that only the executable counts, unless nothing but the parent's image is known.
pub(super) fn runs_another(known: &Image, now: &Image) -> bool {
    // One that is about to end has neither an executable nor a command line any more.
    let is_ending = now.exe.is_none() && now.command.is_empty();
    !is_ending && (known.exe != now.exe || (known.inherited && known.command != now.command))
}

fn zombie(key: ProcessKey) -> Option<Stat> {
    image::stat(key.pid).filter(|stat| stat.is_of(key) && stat.has_ended())
}

/// Whether a status of 0 is one, and not what those are told who have no right to know.
fn may_know(pid: u32) -> bool {
    let us = process::own_user();
    us == 0 || image::uid(pid) == Some(us)
}
