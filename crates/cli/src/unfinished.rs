//! Floor 12. A file that is being written when a signal ends us: under the name of a draft, and it goes with us.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use procmon_sys::signals::{self, Arrival, HUP, INT, QUIT, TERM, XFSZ};

/// The draft that is removed when a signal ends us.
pub(crate) struct Unfinished(Arc<Mutex<Option<PathBuf>>>);

impl Unfinished {
    /// From now on, signals end us when the draft is gone, whatever we are waiting for meanwhile; to be called while there
    /// is one thread.
    pub(crate) fn watched() -> io::Result<Self> {
        // Past the limit of a file's size a write is to fail, and we are to say so.
        signals::ignore(XFSZ);
        let arrivals = signals::hold_back(&[HUP, INT, QUIT, TERM]).arrivals(Vec::new())?;
        let draft = Arc::new(Mutex::new(None));
        let shared = Arc::clone(&draft);
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for arrival in arrivals {
                end_by(arrival, locked(&shared).take());
            }
        })?;
        Ok(Self(draft))
    }

    /// Says which it is.
    pub(crate) fn is(&self, draft: &Path) {
        *locked(&self.0) = Some(draft.to_owned());
    }
}

fn end_by(arrival: Arrival, draft: Option<PathBuf>) {
    // One that has got its own name meanwhile is not there any more.
    draft.map(fs::remove_file);
    if let Arrival::Signal(signal, _) = arrival {
        signals::die_of(signal);
    }
}

fn locked(draft: &Mutex<Option<PathBuf>>) -> MutexGuard<'_, Option<PathBuf>> {
    draft.lock().unwrap_or_else(PoisonError::into_inner)
}
