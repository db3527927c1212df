//! Floor 7. The launcher: a command becomes a process that is held, and then runs.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use procmon_model::ports::{Child, Launch, LaunchError, Launcher, Suspended};
use procmon_model::process::ProcessKey;

use crate::linux::cgroup::Enclosure;
use crate::linux::image;
use crate::linux::kernel::limits::DescriptorLimit;
use crate::linux::kernel::pidfd::Pidfd;
use crate::linux::kernel::process::{self, Which};
use crate::linux::kernel::signals;
use crate::linux::launch::birth::{self, Birth};
use crate::linux::launch::child::{Launched, Sum};
use crate::linux::launch::gate::{Arrival, Gate, Step};
use crate::linux::launch::recipe::Recipe;
use crate::linux::launch::strangers::Strangers;
use crate::linux::obituaries::Obituaries;
use crate::world::{Inside, SignalMask};

/// Starts commands.
pub(crate) struct Starter {
    inside: Inside,
    signals: SignalMask,
    descriptors: Option<DescriptorLimit>,
    enclosure: Enclosure,
    obituaries: Arc<Obituaries>,
}

impl Starter {
    /// Commands begin with these signals held back, and with this limit of descriptors in place of ours; of those that
    /// are traced, the ends are told of here.
    pub(crate) fn new(
        inside: Inside,
        signals: SignalMask,
        descriptors: Option<DescriptorLimit>,
        obituaries: Arc<Obituaries>,
    ) -> Self {
        Self { inside, signals, descriptors, enclosure: Enclosure::default(), obituaries }
    }

    /// Commands begin in this enclosure.
    pub(crate) fn within(self, enclosure: Enclosure) -> Self {
        Self { enclosure, ..self }
    }
}

impl Launcher for Starter {
    fn launch(&mut self, launch: &Launch) -> Result<Box<dyn Suspended>, LaunchError> {
        let recipe = Arc::new(Recipe::new(launch)?);
        let strangers = match self.inside {
            Inside::OwnProcess => Strangers::now(),
            Inside::ForeignProcess => Strangers::default(),
        };
        let gate = Arc::new(Gate::default());
        let birth = Birth {
            recipe: Arc::clone(&recipe),
            gate: Arc::clone(&gate),
            signals: signals::set_of(self.signals),
            descriptors: self.descriptors,
            waits: self.inside == Inside::ForeignProcess,
        };
        let thread = thread::Builder::new().name("procmon-launch".to_owned());
        let thread = thread.spawn(move || birth::bear(&birth)).map_err(LaunchError::Failed)?;
        let mut newborn = Newborn { recipe, gate, thread: Some(thread) };
        let Arrival::Held(pid) = newborn.gate.await_arrival() else {
            return Err(newborn.settle().unwrap_or_else(|| {
                newborn.bury();
                killed()
            }));
        };
        let Some(stat) = image::stat(pid) else { return Err(invisible()) };
        let key = ProcessKey { pid, start: stat.start };
        self.enclosure.take(pid);
        let obituaries = Arc::clone(&self.obituaries);
        Ok(Box::new(Held { newborn, key, inside: self.inside, strangers, obituaries }))
    }
}

/// Has this process itself become the command, with nothing of ours left in it; returns where it cannot.
pub(crate) fn become_command(launch: &Launch) -> LaunchError {
    let recipe = match Recipe::new(launch) {
        Ok(recipe) => Arc::new(recipe),
        Err(error) => return error,
    };
    let birth = Birth {
        recipe: Arc::clone(&recipe),
        gate: Arc::default(),
        signals: signals::set_of(signals::held_back()),
        descriptors: None,
        waits: false,
    };
    unable(birth::take_over(&birth), &recipe)
}

/// A process that is held before its first instruction. One that is never released is killed.
struct Held {
    newborn: Newborn,
    key: ProcessKey,
    inside: Inside,
    strangers: Strangers,
    obituaries: Arc<Obituaries>,
}

impl Suspended for Held {
    fn key(&self) -> ProcessKey {
        self.key
    }

    fn executable(&self) -> Option<PathBuf> {
        self.newborn.recipe.executable()
    }

    fn release(self: Box<Self>) -> Result<Box<dyn Child>, LaunchError> {
        let Self { mut newborn, key, inside, strangers, obituaries } = *self;
        let pidfd = Pidfd::open(key.pid).ok();
        newborn.gate.open();
        if let Some(error) = newborn.settle() {
            return Err(error);
        }
        let (ending, reaped) = (None, Sum::default());
        Ok(Box::new(Launched { key, inside, pidfd, strangers, ending, reaped, obituaries }))
    }
}

/// A process on its way to its program, and the thread that gave birth to it and sleeps until then.
struct Newborn {
    recipe: Arc<Recipe>,
    gate: Arc<Gate>,
    thread: Option<JoinHandle<()>>,
}

impl Newborn {
    /// Waits until the program runs or the process has ended; why it could not run, where it could not.
    fn settle(&mut self) -> Option<LaunchError> {
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            return Some(LaunchError::Failed(io::Error::other("the launching thread panicked")));
        }
        let (step, error) = self.gate.failure()?;
        self.bury();
        Some(explain(step, error, &self.recipe))
    }

    /// Waits for a process that has ended or is about to.
    fn bury(&self) {
        let pid = self.gate.pid();
        if pid != 0 {
            process::reap(Which::Child(pid), true);
        }
    }
}

impl Drop for Newborn {
    fn drop(&mut self) {
        // Whoever has settled has let it go, one way or the other.
        if let Some(thread) = self.thread.take() {
            process::signal_child(self.gate.pid(), libc::SIGKILL);
            drop(thread.join());
            self.bury();
        }
    }
}

fn explain(step: Step, error: io::Error, recipe: &Recipe) -> LaunchError {
    match step {
        Step::Birth | Step::Streams => LaunchError::Failed(error),
        Step::Directory => LaunchError::Directory(error),
        Step::Program => unable(error, recipe),
    }
}

/// Why no candidate could be run.
fn unable(error: io::Error, recipe: &Recipe) -> LaunchError {
    let missing = error.raw_os_error() == Some(libc::ENOENT);
    if recipe.exists() {
        return LaunchError::NotExecutable(if missing { without_loader() } else { error });
    }
    // In a search, a folder that cannot be entered or is none hides nothing that anybody knows of.
    if missing || recipe.searched {
        LaunchError::NotFound
    } else {
        LaunchError::NotExecutable(error)
    }
}

fn without_loader() -> io::Error {
    let message = "the interpreter or loader that it names does not exist";
    io::Error::new(io::ErrorKind::NotFound, message)
}

fn killed() -> LaunchError {
    LaunchError::Failed(io::Error::other("the process was killed before its first instruction"))
}

fn invisible() -> LaunchError {
    LaunchError::Failed(io::Error::new(
        io::ErrorKind::NotFound,
        "/proc does not show our own child",
    ))
}
