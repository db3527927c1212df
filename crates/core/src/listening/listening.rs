//! Floor 9. A session listens for the timed calls of its processes.

use std::io::{self, ErrorKind};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use procmon_model::ports::{Account, CallSource, Calls};
use procmon_model::process::ProcessKey;
use procmon_sys::{Bell, LocalListener, Moments, Remote};

use super::reception::{Circle, Door, Reception};
use super::shelf::Shelf;
use super::wire::{SESSIONS_MAX, name, orphans_name};

/// What it takes to listen.
pub(crate) struct Wanted {
    /// The root of the tree.
    pub(crate) root: ProcessKey,
    /// Whether its descendants belong to it.
    pub(crate) children: bool,
    /// Whose children the orphans among these become; `None` where it is somebody whose other children are none of them.
    pub(crate) adopter: Option<ProcessKey>,
    /// When something was.
    pub(crate) moments: Moments,
    /// The way to the session, which is told when calls are there.
    pub(crate) remote: Remote,
    /// What the thread costs is added here.
    pub(crate) account: Option<Box<dyn Account>>,
}

/// The session's end of it.
pub(crate) struct Listening {
    shelf: Arc<Shelf>,
    bell: Arc<Bell>,
    thread: Option<JoinHandle<()>>,
}

impl Listening {
    /// Listens from now on, on a thread of its own.
    pub(crate) fn start(wanted: Wanted) -> io::Result<Self> {
        let Wanted { root, children, adopter, moments, remote, account } = wanted;
        let circle = if children { Circle::Tree(root) } else { Circle::One(root) };
        let mut doors = vec![Door { listener: bind(root)?, circle }];
        if let Some(adopter) = adopter.filter(|_| children)
            && let Ok(listener) = LocalListener::bind(&orphans_name(adopter))
        {
            doors.push(Door { listener, circle: Circle::Orphans { root, adopter } });
        }
        let (shelf, bell) = (Arc::new(Shelf::default()), Arc::new(Bell::new()?));
        let (theirs, rung) = (Arc::clone(&shelf), Arc::clone(&bell));
        let reception = Reception { doors, moments, account, remote, bell: rung, shelf: theirs };
        let thread = thread::Builder::new().name("procmon-calls".to_owned());
        let thread = Some(thread.spawn(move || reception.run())?);
        Ok(Self { shelf, bell, thread })
    }

    fn stop(&mut self) {
        self.shelf.close();
        self.bell.ring();
        if let Some(thread) = self.thread.take() {
            // One that broke off has left what it had heard before.
            drop(thread.join());
        }
    }
}

impl CallSource for Listening {
    fn take(&mut self) -> Calls {
        let (calls, was_full) = self.shelf.take();
        if was_full {
            self.bell.ring();
        }
        calls
    }

    fn close(&mut self) -> Calls {
        self.stop();
        self.shelf.take().0
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Several sessions can watch one root: each has the first name that is free.
fn bind(root: ProcessKey) -> io::Result<LocalListener> {
    for number in 0..SESSIONS_MAX {
        match LocalListener::bind(&name(root, number)) {
            Err(error) if error.kind() == ErrorKind::AddrInUse => {}
            result => return result,
        }
    }
    Err(io::Error::new(ErrorKind::AddrInUse, "too many sessions watch the same process"))
}
