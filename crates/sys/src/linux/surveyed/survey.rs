//! Floor 7. The source of events of another procfs: what two looks at its folder differ in.
//!
//! Nothing there can be waited for, so that a look is made right before somebody reads the processes: when a deadline
//! has come, and when something was asked for.

use std::collections::{BTreeMap, BTreeSet};
use std::{io, iter, mem};

use procmon_model::event::{Ending, LastKnown, ProcessEvent};
use procmon_model::host::{Capabilities, Coverage, Tier};
use procmon_model::metrics::MetricSet;
use procmon_model::ports::{Clock, EventSource, Found, Wake};
use procmon_model::process::{Image, ProcessInfo, ProcessKey};
use procmon_model::record::{Warning, WarningKind};
use procmon_model::units::{Elapsed, WallTime};

use crate::linux::clock::SessionClock;
use crate::linux::found;
use crate::linux::procfs::Procfs;
use crate::linux::surveyed::member::Member;
use crate::linux::surveyed::sights::{Seen, Sights};
use crate::linux::waiter::{Token, Waiter};

/// Looks for the processes of a tree in a procfs.
pub(super) struct Survey {
    procfs: Procfs,
    clock: SessionClock,
    waiter: Waiter,
    root: Option<ProcessKey>,
    children: bool,
    members: BTreeMap<u32, Member>,
    /// Whether the last look failed, which is told once.
    is_failing: bool,
    troubles: Vec<Warning>,
}

impl Survey {
    pub(super) fn new(procfs: Procfs, clock: SessionClock, waiter: Waiter) -> Self {
        Self {
            procfs,
            clock,
            waiter,
            root: None,
            children: false,
            members: BTreeMap::new(),
            is_failing: false,
            troubles: Vec::new(),
        }
    }

    /// Looks who lives, and appends what has happened since the last look.
    fn look(&mut self, events: &mut Vec<ProcessEvent>) {
        if self.members.is_empty() {
            return;
        }
        let at = self.clock.now();
        let seen = self.sights();
        self.note(seen.as_ref().err(), at);
        let Ok((sights, ended)) = seen else { return };
        self.members.retain(|_, member| !ended.contains(&member.key));
        let (of_root, others): (Vec<_>, Vec<_>) =
            ended.into_iter().partition(|key| Some(*key) == self.root);
        events.extend(others.into_iter().map(|key| end(key, at)));
        self.tell_changes(&sights, at, events);
        let born = self.born(&sights, at);
        events.extend(born.into_iter().map(|process| ProcessEvent::Started { at, process }));
        // Last, since the watching ends with it.
        events.extend(of_root.into_iter().map(|key| end(key, at)));
    }

    /// Who is there, and those of the members who have ended.
    fn sights(&self) -> io::Result<(Sights, BTreeSet<ProcessKey>)> {
        let sights = Sights::of(&self.procfs, self.members.keys().copied(), self.children)?;
        let keys = self.members.values().map(|member| member.key);
        let ended: BTreeSet<ProcessKey> = keys.filter(|key| sights.has_ended(*key)).collect();
        if !ended.is_empty() {
            // In a folder that is mounted no more nobody is there, and yet nobody has ended.
            self.procfs.check()?;
        }
        Ok((sights, ended))
    }

    /// Tells who runs another program, or has another name or command line.
    fn tell_changes(&mut self, sights: &Sights, at: Elapsed, events: &mut Vec<ProcessEvent>) {
        for (pid, member) in &mut self.members {
            let Some(seen) = sights.living(*pid) else { continue };
            if !member.has_another_face(&seen.face) {
                continue;
            }
            let Some(image) = image(&self.procfs, seen) else { continue };
            if let Some(image) = member.take(image, &seen.face, seen.is_copy) {
                let (key, image) = (seen.key, Some(image.clone()));
                events.push(ProcessEvent::Renamed { at, key, image });
            }
        }
    }

    /// Takes in those that descend from members and are none yet, parents before their children.
    fn born(&mut self, sights: &Sights, at: Elapsed) -> Vec<ProcessInfo> {
        if !self.children {
            return Vec::new();
        }
        let below = found::below(&sights.parents(), |pid| self.members.contains_key(&pid));
        let born = below.into_iter().filter_map(|(key, parent)| {
            let parent = self.members.get(&parent)?.key;
            let seen = sights.living(key.pid)?;
            self.take_in(seen, Some(parent), seen.is_copy, at)
        });
        born.collect()
    }

    /// Makes a process that was seen a member; `None` where it has gone since.
    fn take_in(
        &mut self,
        seen: &Seen,
        parent: Option<ProcessKey>,
        inherited: bool,
        started: Elapsed,
    ) -> Option<ProcessInfo> {
        let key = seen.key;
        let uid = self.procfs.uid(key.pid);
        let image = Image { inherited, ..image(&self.procfs, seen)? };
        self.members.insert(key.pid, Member::new(key, image.clone(), seen.face.clone()));
        Some(ProcessInfo { key, parent, started, uid, image })
    }

    /// Notes how a look went; the first of several that fail one after the other is told.
    fn note(&mut self, error: Option<&io::Error>, at: Elapsed) {
        let was_failing = mem::replace(&mut self.is_failing, error.is_some());
        if let Some(error) = error.filter(|_| !was_failing) {
            let folder = self.procfs.folder().display();
            let message = format!("the processes in {folder} could not be looked at: {error}");
            self.troubles.push(Warning {
                at,
                kind: WarningKind::AccountingChanged,
                count: 1,
                message,
            });
        }
    }
}

impl Clock for Survey {
    fn now(&self) -> Elapsed {
        self.clock.now()
    }

    fn started_at(&self) -> WallTime {
        self.clock.started_at()
    }
}

impl EventSource for Survey {
    /// However a root is found, it is looked for: nobody is launched there.
    fn watch(
        &mut self,
        root: ProcessKey,
        _: Found,
        children: bool,
    ) -> io::Result<Vec<ProcessInfo>> {
        (self.root, self.children) = (Some(root), children);
        let at = self.clock.now();
        let sights = Sights::of(&self.procfs, iter::once(root.pid), children)?;
        let seen = sights.living(root.pid).filter(|seen| seen.key == root);
        let Some(found) = seen.and_then(|seen| self.take_in(seen, None, false, at)) else {
            return Ok(Vec::new());
        };
        let mut living = vec![found];
        living.extend(self.born(&sights, at));
        Ok(living)
    }

    fn wait(&mut self, deadline: Elapsed, events: &mut Vec<ProcessEvent>) -> Wake {
        let (before, mut ready) = (events.len(), Vec::new());
        loop {
            self.waiter.wait(self.clock, deadline, &mut ready);
            let over = self.clock.now() >= deadline;
            if over || ready.contains(&Token::Asked) {
                self.look(events);
            }
            if let Some(wake) = self.waiter.outcome(&ready, events.len() > before, over) {
                return wake;
            }
        }
    }

    fn coverage(&self) -> Coverage {
        Coverage { lost: 0, missed_at_most: None }
    }

    fn capabilities(&self) -> Capabilities {
        let folder = self.procfs.folder().display();
        let reasons = vec![
            format!(
                "the processes in {folder} are looked for at each sample, since nothing tells of them: those that come \
                 and go between two looks are missed"
            ),
            "how a process ended is not known, and its processor time counts in ticks of the kernel's clock".to_owned(),
            "bytes of TCP connections cannot be told by process there".to_owned(),
        ];
        let metrics = MetricSet::ALL.without(MetricSet::NET);
        Capabilities { metrics, ..Capabilities::of(Tier::Portable, reasons) }
    }

    fn troubles(&mut self) -> Vec<Warning> {
        mem::take(&mut self.troubles)
    }
}

fn end(key: ProcessKey, at: Elapsed) -> ProcessEvent {
    ProcessEvent::Ended { at, key, ending: Ending::Unseen, last: LastKnown::default() }
}

/// What a process runs that was seen; `None` where it has gone since, or another has its number.
fn image(procfs: &Procfs, seen: &Seen) -> Option<Image> {
    let image = procfs.image(seen.key.pid)?;
    // Looked at afterwards, so that what was read belongs to this very process.
    procfs.stat(seen.key.pid).filter(|stat| stat.start == seen.key.start).map(|_| image)
}
