//! Floor 7. A real process, its descendants, and everything that a source of events told of them.

use std::collections::{HashMap, HashSet};
use std::ffi::OsString;
use std::fs;
use std::io::{self, PipeWriter};
use std::os::fd::AsRawFd;
use std::time::{Duration, Instant};

use procmon_model::event::{Ending, LastKnown, ProcessEvent};
use procmon_model::ports::{Child, Found, Launch, Stdio};
use procmon_model::process::{Image, ProcessInfo, ProcessKey};

use crate::linux::open;
use crate::linux::support::PATIENCE;
use crate::world::{Accounting, Inside, SignalMask, World, WorldOptions};

/// Everything that a source of events told of one tree.
pub(super) struct Story {
    pub(super) world: World,
    pub(super) child: Option<Box<dyn Child>>,
    pub(super) root: ProcessKey,
    /// The living processes that were found at the beginning.
    pub(super) found: Vec<ProcessInfo>,
    pub(super) events: Vec<ProcessEvent>,
    /// What the command reads; it goes on when a line is written.
    pub(super) input: PipeWriter,
}

pub(super) fn world(accounting: Accounting, inside: Inside) -> World {
    let signals = SignalMask::default();
    open::world(WorldOptions { accounting, inside, signals, procfs: None }).unwrap()
}

/// Whether the kernel tells events to processes such as us: in the initial namespaces, and from 6.6 on to everybody.
pub(super) fn events_are_told() -> bool {
    let is = |kind: &str, inode: &str| {
        fs::read_link(format!("/proc/self/ns/{kind}")).unwrap().to_str().unwrap().contains(inode)
    };
    is("pid", "[4026531836]") && is("user", "[4026531837]") && kernel_is_at_least(6, 6)
}

/// Whether the kernel remembers how a process ended that its parent has waited for.
pub(super) fn ends_are_remembered() -> bool {
    kernel_is_at_least(6, 15)
}

/// Whether the kernel's records of ends are for us: where events are, with the right of `CAP_NET_ADMIN`.
pub(super) fn records_are_kept() -> bool {
    const NET_ADMIN: u32 = 12;
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let rights = status.lines().find_map(|line| line.strip_prefix("CapEff:")).unwrap().trim();
    let rights = u64::from_str_radix(rights, 16).unwrap();
    events_are_told() && rights >> NET_ADMIN & 1 == 1
}

/// The sources that can be had here.
pub(super) fn sources() -> Vec<Accounting> {
    tellers().into_iter().chain([Accounting::Poll]).collect()
}

/// Those of them to which the proc connector tells events.
pub(super) fn told_by_events() -> Vec<Accounting> {
    tellers().into_iter().filter(|accounting| *accounting != Accounting::Trace).collect()
}

/// Those of them that are told of everything, however short it lives.
pub(super) fn tellers() -> Vec<Accounting> {
    let all = [
        (Accounting::Exact, records_are_kept()),
        (Accounting::Events, events_are_told()),
        (Accounting::Trace, true),
    ];
    all.into_iter().filter(|(_, had)| *had).map(|(accounting, _)| accounting).collect()
}

fn kernel_is_at_least(major: u32, minor: u32) -> bool {
    let release = fs::read_to_string("/proc/sys/kernel/osrelease").unwrap();
    let mut numbers =
        release.split(|c: char| !c.is_ascii_digit()).map(|word| word.parse().unwrap());
    (numbers.next().unwrap(), numbers.next().unwrap()) >= (major, minor)
}

impl Story {
    /// Hears whatever happens in that time.
    pub(super) fn listen_for(&mut self, time: Duration) {
        let until = self.world.events.now() + time;
        while self.world.events.now() < until {
            let mut events = Vec::new();
            self.world.events.wait(until, &mut events);
            self.events.extend(events);
        }
    }

    /// The story of a script of the shell from its first instruction.
    pub(super) fn of(accounting: Accounting, script: &str) -> Self {
        Self::of_command(accounting, &["bash", "-c", script])
    }

    pub(super) fn of_command(accounting: Accounting, words: &[&str]) -> Self {
        Self::launched(world(accounting, Inside::ForeignProcess), words, true)
    }

    pub(super) fn launched(mut world: World, words: &[&str], children: bool) -> Self {
        let (reader, input) = io::pipe().unwrap();
        let launch = Launch {
            command: words.iter().map(OsString::from).collect(),
            stdio: [Stdio::Descriptor(reader.as_raw_fd()), Stdio::Null, Stdio::Null],
            ..Launch::default()
        };
        let suspended = world.launcher.launch(&launch).unwrap();
        let root = suspended.key();
        let found = world.events.watch(root, Found::Held, children).unwrap();
        let child = Some(suspended.release().unwrap());
        Self { world, child, root, found, events: Vec::new(), input }
    }

    /// The story of a process that runs already.
    pub(super) fn attached(accounting: Accounting, pid: u32) -> Self {
        let mut world = world(accounting, Inside::ForeignProcess);
        let root = open::find(pid).unwrap();
        let found = world.events.watch(root, Found::Running, true).unwrap();
        let (_, input) = io::pipe().unwrap();
        Self { world, child: None, root, found, events: Vec::new(), input }
    }

    /// Listens until something is so.
    pub(super) fn until(&mut self, what: &str, mut so: impl FnMut(&mut Self) -> bool) {
        let end = Instant::now() + PATIENCE;
        while !so(self) {
            assert!(Instant::now() < end, "waited in vain until {what}: {:#?}", self.events);
            let deadline = self.world.events.now() + Duration::from_millis(20);
            let mut events = Vec::new();
            self.world.events.wait(deadline, &mut events);
            self.events.extend(events);
        }
    }

    /// Listens until nobody lives any more, and makes sure that everybody was born and ended once.
    pub(super) fn listen_to_the_end(&mut self) {
        self.until("everybody has ended", |story| {
            if let Some(child) = &mut story.child {
                child.ended();
            }
            story.living().is_empty()
        });
        let mut ended = HashSet::new();
        for (key, _) in self.ends() {
            assert!(ended.insert(key), "{key:?} ended twice");
        }
    }

    /// Those who were found or born and have not ended; each birth comes before the end, and only once.
    pub(super) fn living(&self) -> HashSet<ProcessKey> {
        let mut living: HashSet<ProcessKey> = self.found.iter().map(|info| info.key).collect();
        for event in &self.events {
            match event {
                ProcessEvent::Started { process, .. } => {
                    assert!(living.insert(process.key), "{process:?} was born twice");
                }
                ProcessEvent::Ended { key, .. } => {
                    assert!(living.remove(key), "{key:?} ended and did not live");
                }
                ProcessEvent::Renamed { key, .. } => {
                    assert!(living.contains(key), "{key:?} was renamed and did not live");
                }
                ProcessEvent::Lost { .. } => {}
            }
        }
        living
    }

    pub(super) fn born(&self) -> Vec<&ProcessInfo> {
        let births = self.events.iter().filter_map(|event| match event {
            ProcessEvent::Started { process, .. } => Some(process),
            _ => None,
        });
        births.collect()
    }

    pub(super) fn ends(&self) -> Vec<(ProcessKey, Ending)> {
        let ends = self.events.iter().filter_map(|event| match event {
            ProcessEvent::Ended { key, ending, .. } => Some((*key, *ending)),
            _ => None,
        });
        ends.collect()
    }

    /// How a process ended.
    pub(super) fn ending(&self, key: ProcessKey) -> Option<Ending> {
        self.ends().into_iter().find(|(ended, _)| *ended == key).map(|(_, ending)| ending)
    }

    /// What the records of a process's end tell.
    pub(super) fn last(&self, key: ProcessKey) -> LastKnown {
        let last = self.events.iter().find_map(|event| match event {
            ProcessEvent::Ended { key: ended, last, .. } if *ended == key => Some(*last),
            _ => None,
        });
        last.unwrap()
    }

    /// What a process was last known to be called; `None` where it ran something that was not read.
    pub(super) fn name(&self, key: ProcessKey) -> Option<&str> {
        self.images()[&key].map(|image| image.name.as_str())
    }

    /// What each process was last known to run; `None` where it ran something that was not read.
    fn images(&self) -> HashMap<ProcessKey, Option<&Image>> {
        let known = self.found.iter().chain(self.born());
        let mut images: HashMap<_, _> = known.map(|info| (info.key, Some(&info.image))).collect();
        for event in &self.events {
            if let ProcessEvent::Renamed { key, image, .. } = event {
                images.insert(*key, image.as_ref());
            }
        }
        images
    }

    /// Whether a living process runs an image like this.
    fn has_image(&self, like: impl Fn(&Image) -> bool) -> bool {
        let images = self.images();
        self.living().iter().any(|key| images[key].is_some_and(&like))
    }

    /// How many living processes have an executable of this name.
    pub(super) fn count(&self, name: &str) -> usize {
        let images = self.images();
        let living = self.living();
        living.iter().filter(|key| images[*key].is_some_and(|image| image.name == name)).count()
    }

    /// Whether a process whose executable has this name lives.
    pub(super) fn has(&self, name: &str) -> bool {
        self.has_image(|image| image.name == name)
    }

    /// Whether a process with this first word lives.
    pub(super) fn runs(&self, word: &str) -> bool {
        self.has_image(|image| image.command.first().is_some_and(|first| first == word))
    }

    /// How many programs a process has started.
    pub(super) fn programs(&self, key: ProcessKey) -> usize {
        let renames = self.events.iter().filter(
            |event| matches!(event, ProcessEvent::Renamed { key: renamed, .. } if *renamed == key),
        );
        renames.count()
    }
}
