//! Floor 11. The web configuration in force, which follows its files.
//!
//! The files are looked at when somebody asks, once a second at most, so that a server that nobody asks does nothing.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::task::spawn_blocking;

use super::policy::Policy;
use super::stamp::Stamp;
use crate::serve::error::{OnTrouble, WebConfigError};

const BETWEEN_LOOKS: Duration = Duration::from_secs(1);

/// A web configuration that is read again when it changes.
pub(in crate::serve) struct Watch {
    file: Option<PathBuf>,
    on_trouble: OnTrouble,
    state: Mutex<State>,
    /// The web configuration and the files that it names, as they were when they were last read.
    stamps: Mutex<Vec<Stamp>>,
}

struct State {
    policy: Arc<Policy>,
    looked: Instant,
    is_looking: bool,
    /// What is wrong with the version that is there now.
    trouble: Option<WebConfigError>,
}

impl Watch {
    /// Reads the file, if there is to be one.
    pub(in crate::serve) fn new(
        file: Option<PathBuf>,
        on_trouble: OnTrouble,
    ) -> Result<Self, WebConfigError> {
        let mut stamps = Vec::new();
        let policy = match &file {
            Some(file) => Policy::load(file, &mut stamps)?,
            None => Policy::default(),
        };
        let (policy, looked) = (Arc::new(policy), Instant::now());
        let state = State { policy, looked, is_looking: false, trouble: None };
        Ok(Self { file, on_trouble, state: Mutex::new(state), stamps: Mutex::new(stamps) })
    }

    /// The policy in force, without a look at the files.
    pub(in crate::serve) fn in_force(&self) -> Arc<Policy> {
        Arc::clone(&self.lock().policy)
    }

    /// The policy in force, after a look at the files if the last was a while ago.
    pub(in crate::serve) async fn policy(self: &Arc<Self>) -> Arc<Policy> {
        if let Some(file) = self.due() {
            let watch = Arc::clone(self);
            // It fails when the server closes, and then nobody looks any more.
            drop(spawn_blocking(move || watch.look(&file)).await);
        }
        self.in_force()
    }

    /// The file, where it is time to look and nobody else does.
    fn due(&self) -> Option<PathBuf> {
        let file = self.file.clone()?;
        let mut state = self.lock();
        if state.is_looking || state.looked.elapsed() < BETWEEN_LOOKS {
            return None;
        }
        (state.is_looking, state.looked) = (true, Instant::now());
        Some(file)
    }

    /// Takes a new version, if there is one that can be taken, and says once why one cannot.
    pub(super) fn look(&self, file: &Path) {
        let mut stamps = self.stamps.lock().unwrap_or_else(PoisonError::into_inner);
        // What is broken may heal without another content, by a change of rights: it is tried at every look.
        let had_trouble = self.lock().trouble.is_some();
        let mut news = None;
        if had_trouble || stamps.iter().any(Stamp::has_changed) {
            stamps.clear();
            let loaded = Policy::load(file, &mut stamps);
            news = self.take(loaded.and_then(|policy| self.no_weaker(policy, file)));
        }
        self.lock().is_looking = false;
        if let Some(error) = news {
            (self.on_trouble)(format!("{error}; what was in force stays so"));
        }
    }

    /// A file that is being written is short for a moment, and must not open the door in that moment.
    fn no_weaker(&self, policy: Policy, file: &Path) -> Result<Policy, WebConfigError> {
        let Some(lost) = policy.lacks(&self.in_force()) else { return Ok(policy) };
        let message = format!("the new version does without {lost}, which takes a restart");
        Err(WebConfigError { path: file.to_owned(), line: None, message })
    }

    /// Puts a new version in force, or answers the trouble with it if it is not the same as before.
    fn take(&self, loaded: Result<Policy, WebConfigError>) -> Option<WebConfigError> {
        let mut state = self.lock();
        match loaded {
            Ok(policy) => {
                (state.policy, state.trouble) = (Arc::new(policy), None);
                None
            }
            Err(error) => {
                let is_new = state.trouble.as_ref() != Some(&error);
                state.trouble = Some(error.clone());
                is_new.then_some(error)
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
