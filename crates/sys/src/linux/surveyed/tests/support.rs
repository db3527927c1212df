//! Floor 7. A procfs that is made up in a folder, and what is told of it.

use std::fs;
use std::ops::{Deref, DerefMut};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use procmon_model::event::{Ending, ProcessEvent};
use procmon_model::metrics::MetricSet;
use procmon_model::ports::{Found, Pass};
use procmon_model::process::{ProcessInfo, ProcessKey, Reading, Readings};
use procmon_model::units::Elapsed;

use crate::linux::open;
use crate::linux::procfs::Procfs;
use crate::linux::support::Folder;
use crate::world::{Accounting, Inside, SignalMask, World, WorldOptions};

/// A process to make up.
#[derive(Clone)]
pub(super) struct Process {
    pub(super) pid: u32,
    pub(super) parent: u32,
    pub(super) start: u64,
    pub(super) comm: &'static str,
    pub(super) state: char,
    pub(super) flags: u64,
    pub(super) stack: u64,
    pub(super) exe: Option<&'static str>,
    pub(super) words: &'static [&'static str],
}

/// One that sleeps, as different from others as its number.
pub(super) fn process(pid: u32, parent: u32) -> Process {
    Process {
        pid,
        parent,
        start: 100 * u64::from(pid),
        comm: "node",
        state: 'S',
        flags: 0,
        stack: 7000,
        exe: Some("/usr/bin/node"),
        words: &["node", "server.js"],
    }
}

impl Process {
    pub(super) fn key(&self) -> ProcessKey {
        ProcessKey { pid: self.pid, start: self.start }
    }

    /// Its line of stat: 3 and 4 ticks of its own, 5 and 6 of its children, 2 threads, 9 ticks of waiting for storage.
    pub(super) fn stat(&self) -> String {
        let Self { pid, parent, start, comm, state, flags, stack, .. } = self;
        let threads = if *state == 'Z' { 1 } else { 2 };
        format!(
            "{pid} ({comm}) {state} {parent} {pid} {pid} 0 -1 {flags} 11 0 1 0 3 4 5 6 20 0 {threads} 0 {start} 0 0 0 \
             0 0 {stack} 0 0 0 0 0 0 0 0 0 0 0 0 0 9 0 0 0 0 0 0 0 0 0 0\n"
        )
    }
}

/// A procfs of a machine with two processors.
pub(super) struct MadeUp(Folder);

impl MadeUp {
    pub(super) fn of(test: &str, processes: &[Process]) -> Self {
        let made_up = Self(Folder::new(test));
        made_up.write("stat", "cpu  9 9\ncpu0 4 4\ncpu1 5 5\nbtime 1700000000\n");
        made_up.write("meminfo", "MemTotal:  2048 kB\n");
        for process in processes {
            made_up.put(process);
        }
        made_up
    }

    pub(super) fn path(&self) -> PathBuf {
        self.0.file("")
    }

    pub(super) fn write(&self, name: &str, text: &str) {
        let path = self.0.file(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Adds a process, or changes what is there of one of its number.
    pub(super) fn put(&self, process: &Process) {
        let pid = process.pid;
        self.write(&format!("{pid}/stat"), &process.stat());
        let words: Vec<&str> = process.words.iter().flat_map(|word| [word, "\0"]).collect();
        self.write(&format!("{pid}/cmdline"), &words.concat());
        let exe = self.0.file(&format!("{pid}/exe"));
        if fs::symlink_metadata(&exe).is_ok() {
            fs::remove_file(&exe).unwrap();
        }
        if let Some(target) = process.exe {
            symlink(target, exe).unwrap();
        }
    }

    pub(super) fn remove(&self, pid: u32) {
        fs::remove_dir_all(self.0.file(&pid.to_string())).unwrap();
    }

    pub(super) fn world(&self) -> Other {
        world(&self.path())
    }
}

/// A procfs and the world over it.
pub(super) struct Other {
    pub(super) procfs: Procfs,
    world: World,
}

impl Deref for Other {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl DerefMut for Other {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

/// The procfs in this folder.
pub(super) fn world(folder: &Path) -> Other {
    let world = open::world(options(folder)).unwrap();
    Other { procfs: Procfs::at(folder).unwrap(), world }
}

pub(super) fn options(folder: &Path) -> WorldOptions {
    WorldOptions {
        accounting: Accounting::Auto,
        inside: Inside::ForeignProcess,
        signals: SignalMask::default(),
        procfs: Some(folder.to_owned()),
    }
}

/// Begins to watch the tree of the process of this number.
pub(super) fn watch(world: &mut Other, pid: u32) -> Vec<ProcessInfo> {
    let root = world.procfs.find(pid).unwrap();
    world.events.watch(root, Found::Running, true).unwrap()
}

/// What has happened since the last look.
pub(super) fn look(world: &mut World) -> Vec<ProcessEvent> {
    let mut events = Vec::new();
    world.events.wait(Elapsed::ZERO, &mut events);
    events
}

/// One reading, of everything.
pub(super) fn read(world: &mut World, key: ProcessKey) -> Option<Reading> {
    let mut readings = Readings::default();
    world.table.begin(MetricSet::ALL);
    world.table.read(&Pass { keys: &[key], metrics: MetricSet::ALL, copies: &[] }, &mut readings);
    assert!(readings.processes.len() <= 1);
    readings.processes.pop()
}

/// An event in short: what happened to whom, of which name or with which parent.
pub(super) fn short(event: &ProcessEvent) -> String {
    match event {
        ProcessEvent::Started { process, .. } => {
            let parent = process.parent.map(|parent| parent.pid);
            format!("{} started below {parent:?}", process.key.pid)
        }
        ProcessEvent::Renamed { key, image: Some(image), .. } => {
            format!("{} runs {} {:?}", key.pid, image.name, image.command)
        }
        ProcessEvent::Ended { key, ending: Ending::Unseen, .. } => {
            format!("{} of {} ended", key.pid, key.start)
        }
        other => format!("{other:?}"),
    }
}

pub(super) fn in_short(events: &[ProcessEvent]) -> Vec<String> {
    events.iter().map(short).collect()
}
