//! Floor 10. A session: a command launched or a process found, watched to its end.

use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use procmon_model::analysis::Summary;
use procmon_model::engine::Engine;
use procmon_model::event::Ending;
use procmon_model::ports::{CallSource, Child, Found, Launch, LaunchError, Loss, Sink, Stopping};
use procmon_model::process::{Image, ProcessInfo, ProcessKey};
use procmon_model::record::{EndCause, FORMAT, Header, Record};
use procmon_model::redaction::redacted;
use procmon_model::settings::Settings;
use procmon_sys::{Accounting, Inside, Procfs, Remote, SignalMask, World, WorldOptions};

use crate::driver::{Driver, Parts};
use crate::error::{StartError, unfound, unopened};
use crate::listening::{Listening, Wanted};
use crate::sink::{Digest, Fanout, digest};

/// What a session is to watch, and how.
pub struct Order {
    /// A command to launch, or a process to find.
    pub target: Target,
    /// How to watch it.
    pub settings: Settings,
    /// How to see processes.
    pub accounting: Accounting,
    /// Whose process we are in.
    pub inside: Inside,
    /// The signals that a launched command begins with held back: those that were before we held back any.
    pub signals: SignalMask,
    /// Where the records go.
    pub sinks: Vec<Box<dyn Sink>>,
    /// Where another procfs is mounted whose processes are to be seen (a host's inside of a container); `None` for our
    /// own. Nothing can be launched into another.
    pub procfs: Option<PathBuf>,
    /// Whether the timed calls of its processes are taken in. Those of another procfs are not within reach.
    pub calls: bool,
}

/// What a session is to watch.
pub enum Target {
    /// A command that is to be launched.
    Launch(Launch),
    /// The process of this number, which runs already.
    Attach(u32),
}

/// What a session is made of before it has a root.
struct Watching {
    world: World,
    settings: Settings,
    sinks: Vec<Box<dyn Sink>>,
    listens: bool,
    /// Whose children the orphans of a command become; `None` where that is nobody of ours.
    adopter: Option<ProcessKey>,
}

/// A root that is watched from now on, and what a session has only then.
struct Begun {
    header: Header,
    living: Vec<ProcessInfo>,
    calls: Option<Box<dyn CallSource>>,
    /// The command, if we launched it, and how it is ended.
    child: Option<Box<dyn Child>>,
    stopping: Stopping,
}

/// A session that has begun: the root is there, and nothing of it has been missed.
pub struct Session {
    driver: Driver,
    digest: Digest,
    remote: Remote,
    header: Header,
}

/// How a session ended.
#[derive(Debug)]
pub struct Outcome {
    /// How the root ended; `None` where it lives on.
    pub ending: Option<Ending>,
    /// Why the watching ended.
    pub cause: EndCause,
    /// What it cost.
    pub summary: Summary,
    /// What could not be written.
    pub losses: Vec<Loss>,
}

impl Session {
    /// Launches the command or finds the process, and begins to watch it.
    pub fn start(order: Order) -> Result<Self, StartError> {
        let Order { target, settings, accounting, inside, signals, sinks, procfs, calls } = order;
        let listens = calls && procfs.is_none();
        let options = WorldOptions { accounting, inside, signals, procfs: procfs.clone() };
        let world = procmon_sys::world(options).map_err(unopened)?;
        let adopter = match target {
            Target::Launch(_) if listens && inside == Inside::OwnProcess => {
                procmon_sys::find(std::process::id()).ok()
            }
            _ => None,
        };
        let watching = Watching { world, settings, sinks, listens, adopter };
        match target {
            Target::Launch(launch) => Self::launch(watching, &launch),
            Target::Attach(pid) => Self::attach(watching, found(pid, procfs.as_deref())?),
        }
    }

    fn launch(mut watching: Watching, launch: &Launch) -> Result<Self, StartError> {
        let Watching { world, settings, .. } = &mut watching;
        let Some(name) = launch.command.first() else { return Err(StartError::EmptyCommand) };
        let suspended =
            world.launcher.launch(launch).map_err(|error| refusal(error, name, launch))?;
        let key = suspended.key();
        let mut living =
            world.events.watch(key, Found::Held, settings.children).map_err(StartError::World)?;
        if let Some(root) = living.first_mut() {
            root.image = asked_for(launch);
        }
        let executable = suspended.executable();
        let heard = watching.heard(key);
        watching.world.table.begin(watching.settings.metrics);
        let child = suspended.release().map_err(|error| refusal(error, name, launch))?;
        let mut header = watching.header(key, &living);
        let calls = noted(heard, &mut header);
        header.executable = executable.map(|path| path.to_string_lossy().into_owned());
        header.capabilities.exact = true;
        let (child, stopping) = (Some(child), launch.stopping);
        Self::of(watching, Begun { header, living, calls, child, stopping })
    }

    fn attach(mut watching: Watching, key: ProcessKey) -> Result<Self, StartError> {
        let Watching { world, settings, .. } = &mut watching;
        world.table.begin(settings.metrics);
        let living = world
            .events
            .watch(key, Found::Running, settings.children)
            .map_err(|error| unwatchable(error, key.pid))?;
        let heard = watching.heard(key);
        let mut header = watching.header(key, &living);
        let calls = noted(heard, &mut header);
        header.attached = true;
        let (child, stopping) = (None, Stopping::default());
        Self::of(watching, Begun { header, living, calls, child, stopping })
    }

    fn of(watching: Watching, begun: Begun) -> Result<Self, StartError> {
        let Begun { header, living, calls, child, stopping } = begun;
        let Watching { world, settings, sinks, .. } = watching;
        let mut records = vec![Record::Header(Box::new(header.clone()))];
        let engine = Engine::new(&settings, living, header.attached, &mut records);
        let engine = engine.ok_or(StartError::NoSuchProcess { pid: header.root.pid })?;
        let (sinks, digest) = with_digest(sinks);
        let World { events, table, environs, meter, remote, .. } = world;
        let parts = Parts { events, table, environs, meter, child, stopping, calls, sinks };
        let driver = Driver::new(parts, engine, settings, records);
        Ok(Self { driver, digest, remote, header })
    }

    /// What is watched.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// Reaches the session from another thread.
    pub fn remote(&self) -> Remote {
        self.remote.clone()
    }

    /// The summary so far, from any thread.
    pub fn digest(&self) -> Digest {
        self.digest.clone()
    }

    /// Watches to the end.
    pub fn run(self) -> Result<Outcome, StartError> {
        let finished = self.driver.run();
        for loss in &finished.losses {
            self.digest.add_loss(finished.at, loss);
        }
        let pid = self.header.root.pid;
        let summary = self.digest.summary().ok_or(StartError::NoSuchProcess { pid })?;
        let losses = finished.losses;
        Ok(Outcome { ending: finished.ending, cause: finished.cause, summary, losses })
    }
}

impl Watching {
    /// Listens for the timed calls of a root and those below it, and of orphans of these where somebody takes them in;
    /// `None` where that is not wanted.
    fn heard(&self, root: ProcessKey) -> io::Result<Option<Box<dyn CallSource>>> {
        if !self.listens {
            return Ok(None);
        }
        let (remote, account) = (self.world.remote.clone(), self.world.meter.account());
        let (children, moments) = (self.settings.children, self.world.moments);
        let adopter = self.adopter;
        let wanted = Wanted { root, children, adopter, moments, remote, account };
        Ok(Some(Box::new(Listening::start(wanted)?)))
    }

    fn header(&self, root: ProcessKey, living: &[ProcessInfo]) -> Header {
        let image = living.first().map(|info| &info.image);
        let mut capabilities = self.world.events.capabilities();
        capabilities.refused = self.world.environs.reasons();
        Header {
            format: FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            root,
            command: image.map(|image| image.command.clone()).unwrap_or_default(),
            executable: image.and_then(|image| image.exe.clone()),
            cwd: image.and_then(|image| image.cwd.clone()),
            started_at: self.world.events.started_at(),
            attached: false,
            host: self.world.host.clone(),
            capabilities,
            settings: self.settings.clone(),
        }
    }
}

/// Where nobody can listen, the recording says so and lacks calls.
fn noted(
    heard: io::Result<Option<Box<dyn CallSource>>>,
    header: &mut Header,
) -> Option<Box<dyn CallSource>> {
    heard.unwrap_or_else(|error| {
        let reason = format!("timed calls of functions are not recorded: {error}");
        header.capabilities.reasons.push(reason);
        None
    })
}

/// Has this process itself become the command, unwatched; returns where it cannot.
pub fn become_command(launch: &Launch) -> StartError {
    let Some(command) = launch.command.first() else { return StartError::EmptyCommand };
    refusal(procmon_sys::become_command(launch), command, launch)
}

/// The process of a number, in another procfs or in our own.
fn found(pid: u32, procfs: Option<&Path>) -> Result<ProcessKey, StartError> {
    let procfs = procfs.map_or(Ok(Procfs::own()), Procfs::at).map_err(unopened)?;
    procfs.find(pid).map_err(|error| unfound(error, pid))
}

/// Why a process that was there a moment ago cannot be watched.
fn unwatchable(error: io::Error, pid: u32) -> StartError {
    match error.kind() {
        io::ErrorKind::NotFound => StartError::NoSuchProcess { pid },
        _ => StartError::World(error),
    }
}

fn with_digest(sinks: Vec<Box<dyn Sink>>) -> (Fanout, Digest) {
    let digest = digest();
    let mut all: Vec<Box<dyn Sink>> = vec![Box::new(digest.clone())];
    all.extend(sinks);
    (Fanout::new(all), digest)
}

/// The program of a command that has not run its first instruction, by what was asked for.
fn asked_for(launch: &Launch) -> Image {
    let words: Vec<String> =
        launch.command.iter().map(|word| word.to_string_lossy().into_owned()).collect();
    let name =
        words.first().and_then(|word| word.rsplit('/').next()).unwrap_or_default().to_owned();
    let cwd = launch.cwd.clone().or_else(|| std::env::current_dir().ok());
    Image {
        name,
        command: redacted(&words),
        cwd: cwd.map(|path| path.to_string_lossy().into_owned()),
        ..Image::default()
    }
}

fn refusal(error: LaunchError, command: &OsStr, launch: &Launch) -> StartError {
    let command = command.to_string_lossy().into_owned();
    match error {
        LaunchError::NotFound => StartError::NotFound { command },
        LaunchError::NotExecutable(source) => StartError::NotExecutable { command, source },
        LaunchError::Directory(source) => {
            StartError::Directory { path: launch.cwd.clone().unwrap_or_default(), source }
        }
        LaunchError::Failed(source) => StartError::Launch { command, source },
        other => StartError::World(io::Error::other(format!("{other:?}"))),
    }
}
