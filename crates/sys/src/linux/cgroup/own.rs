//! Floor 7. A control group of a command's own, in which the kernel counts for its whole tree and for nobody else.
//!
//! It is a child of the group that we are in, in the hierarchy of version 2 and, where version 1 accounts for memory, in
//! that one too. So every limit above holds as before; those that programs read from their own group to fit themselves to
//! (Node's heap, the JVM's, jest's workers) are repeated in it. Where that cannot be done, no group is made.

use std::cell::RefCell;
use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::thread;
use std::time::Duration;

use procmon_model::host::CgroupUse;
use procmon_model::units::{Bytes, CpuTime};

use crate::linux::cgroup::find::{self, Groups};
use crate::linux::cgroup::text;

/// The limits that a program may look for in its own group, each in an order in which they can be set.
const LIMITS: [&str; 4] = ["memory.high", "memory.max", "memory.swap.max", "cpu.max"];
const LIMITS_OF_VERSION_1: [&str; 3] =
    ["memory.limit_in_bytes", "memory.memsw.limit_in_bytes", "memory.soft_limit_in_bytes"];

/// How many groups of ours there may be in one at the same time.
const NAMES: u32 = 1000;

/// How often and after what pauses a group is tried to be removed that the kernel has not let go of yet.
const ATTEMPTS: u32 = 100;
const PAUSE: Duration = Duration::from_millis(2);

/// What a command is put into if that was asked for. Clones share it: one launches, another looks. The groups go with the
/// last of them, and whoever is still in them is put back where we are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Enclosure(Rc<RefCell<Made>>);

#[derive(Debug, Default)]
struct Made {
    is_asked_for: bool,
    was_tried: bool,
    unified: Option<Group>,
    /// In the hierarchy of version 1 that accounts for memory.
    memory: Option<Group>,
    reasons: Vec<String>,
}

impl Enclosure {
    /// One that a launched command is put into.
    pub(crate) fn asked_for() -> Self {
        Self(Rc::new(RefCell::new(Made { is_asked_for: true, ..Made::default() })))
    }

    /// None, though it was asked for: a program that we are a guest of does not expect its children to be moved.
    pub(crate) fn refused() -> Self {
        let why = "a command that another program launches gets no cgroup of its own";
        Self(Rc::new(RefCell::new(Made {
            reasons: vec![format!("{why}, {PEAK}")],
            ..Made::default()
        })))
    }

    /// Makes the groups and puts a process into them.
    pub(crate) fn take(&self, pid: u32) {
        let mut made = self.0.borrow_mut();
        if made.is_asked_for {
            made.make(&find::groups_of("self").unwrap_or_default(), pid);
        }
    }

    /// What was used in it so far; `None` where there is none.
    pub(crate) fn used(&self) -> Option<CgroupUse> {
        let made = self.0.borrow();
        let unified = made.unified.as_ref();
        let micros = unified.and_then(|group| text::field(&group.read("cpu.stat")?, b"usage_usec"));
        (unified.is_some() || made.memory.is_some()).then(|| CgroupUse {
            cpu: micros.map(|micros| CpuTime::from_nanos(micros.saturating_mul(1000))),
            memory_peak: made.memory_peak(),
        })
    }

    /// Kills everything in it at once (`cgroup.kill`, Linux 5.14). Answers whether that could be done.
    pub(crate) fn kill(&self) -> bool {
        self.0
            .borrow()
            .unified
            .as_ref()
            .is_some_and(|group| group.write("cgroup.kill", b"1").is_ok())
    }

    /// A sentence for each thing that it was asked for and cannot tell.
    pub(crate) fn reasons(&self) -> Vec<String> {
        let made = self.0.borrow();
        if made.is_asked_for && !made.was_tried {
            return vec![format!("a process that runs already gets no cgroup of its own, {PEAK}")];
        }
        made.reasons.clone()
    }
}

impl Made {
    fn make(&mut self, groups: &Groups, pid: u32) {
        self.was_tried = true;
        let make = |shown: &Option<find::Shown>, limits: &[&str]| {
            let shown =
                shown.as_ref().ok_or("the file system shows no group that it could be in")?;
            Group::make(&shown.folder, limits, pid)
        };
        let unified = make(&groups.unified, &LIMITS);
        let memory = groups.memory_is_apart.then(|| make(&groups.memory, &LIMITS_OF_VERSION_1));
        self.reasons.extend(refusal(unified.as_ref().err(), memory.as_ref()));
        (self.unified, self.memory) = (unified.ok(), memory.and_then(Result::ok));
        if self.reasons.is_empty() && self.memory_peak().is_none() {
            let needed = "that needs the memory controller and Linux 5.19";
            self.reasons
                .push(format!("the cgroup of its own tells no peak of memory ({needed}), {PEAK}"));
        }
    }

    fn memory_peak(&self) -> Option<Bytes> {
        let peak = match (&self.memory, &self.unified) {
            (Some(memory), _) => memory.read("memory.max_usage_in_bytes"),
            (None, Some(unified)) => unified.read("memory.peak"),
            (None, None) => None,
        };
        text::number(&peak?).map(Bytes::new)
    }
}

/// What follows where no group knows the peak of memory.
const PEAK: &str = "so the tree's exact peak of memory is not known";

/// What could not be made and what follows. `memory`: the attempt where memory is accounted for apart.
fn refusal(unified: Option<&String>, memory: Option<&Result<Group, String>>) -> Option<String> {
    match (unified, memory) {
        (Some(why), Some(Ok(_))) => Some(format!(
            "no cgroup of version 2 of its own could be made: {why}, so processor time that no parent waited for may be \
             missing"
        )),
        (None, Some(Err(why))) => {
            Some(format!("no cgroup of its own could be made for its memory: {why}, {PEAK}"))
        }
        (Some(why), _) => Some(format!(
            "no cgroup of its own could be made: {why}, {PEAK}, nor processor time that no parent waited for"
        )),
        (None, _) => None,
    }
}

/// A group that we have made. It goes when this does.
#[derive(Debug)]
pub(super) struct Group {
    folder: PathBuf,
    parent: PathBuf,
}

impl Group {
    /// Makes a group in another and puts a process into it; why not, where that fails.
    pub(super) fn make(parent: &Path, limits: &[&str], pid: u32) -> Result<Self, String> {
        let folder = new_folder(parent).map_err(|error| error.to_string())?;
        let group = Self { folder, parent: parent.to_owned() };
        // Only then do the limits of version 1 hold for groups below (the only way since Linux 5.11).
        if fs::read(parent.join("memory.use_hierarchy")).is_ok_and(|text| text.starts_with(b"0")) {
            return Err("limits above would not hold in it (memory.use_hierarchy is 0)".to_owned());
        }
        for limit in limits {
            group.repeat(limit)?;
        }
        group
            .write("cgroup.procs", pid.to_string().as_bytes())
            .map_err(|error| error.to_string())?;
        Ok(group)
    }

    /// Gives it a limit of its parent's, which counts anyway, so that programs find it where they look.
    fn repeat(&self, limit: &str) -> Result<(), String> {
        let Ok(of_parent) = fs::read(self.parent.join(limit)) else { return Ok(()) };
        if self.read(limit).is_some_and(|ours| ours == of_parent) {
            return Ok(());
        }
        let repeated = self.write(limit, &of_parent);
        if repeated.is_err() && !of_parent.starts_with(b"max") {
            return Err(format!("programs would not find the limit {limit} in it"));
        }
        Ok(())
    }

    fn read(&self, file: &str) -> Option<Vec<u8>> {
        fs::read(self.folder.join(file)).ok()
    }

    fn write(&self, file: &str, text: &[u8]) -> io::Result<()> {
        write(&self.folder.join(file), text)
    }

    /// Puts whoever is still in it back to where it came from.
    fn empty(&self) {
        let members = self.read("cgroup.procs").unwrap_or_default();
        for pid in text::members(&members) {
            // One that cannot be moved has ended meanwhile, or the removal will fail and be tried again.
            drop(write(&self.parent.join("cgroup.procs"), pid.to_string().as_bytes()));
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        for _ in 0..ATTEMPTS {
            self.empty();
            remove_unused_below(&self.folder);
            match fs::remove_dir(&self.folder) {
                Err(error) if error.kind() != ErrorKind::NotFound => thread::sleep(PAUSE),
                _ => return,
            }
        }
    }
}

/// A folder of a name that nobody has yet.
fn new_folder(parent: &Path) -> io::Result<PathBuf> {
    let us = std::process::id();
    let mut names = (0..NAMES).map(|number| parent.join(format!("procmon-{us}-{number}")));
    let made = names.find_map(|folder| match fs::create_dir(&folder) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => None,
        made => Some(made.map(|()| folder)),
    });
    made.unwrap_or_else(|| Err(ErrorKind::AlreadyExists.into()))
}

/// Removes the groups that the command has made in its own and left behind. One that is in use cannot be removed, and
/// stays with whoever is in it.
fn remove_unused_below(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            remove_unused_below(&entry.path());
            drop(fs::remove_dir(entry.path()));
        }
    }
}

/// Writes to a file that is there: the kernel makes those of its groups itself.
fn write(file: &Path, text: &[u8]) -> io::Result<()> {
    OpenOptions::new().write(true).open(file)?.write_all(text)
}
