//! Floor 9. The summary of a session while it runs.

use std::sync::{Arc, Mutex, PoisonError};

use procmon_model::analysis::{Summariser, Summary};
use procmon_model::ports::{Loss, Sink};
use procmon_model::record::{Record, Warning, WarningKind};
use procmon_model::units::Elapsed;

/// The sink of a running summary.
#[derive(Clone, Default)]
pub struct Digest {
    summariser: Arc<Mutex<Option<Summariser>>>,
}

/// A summary that begins with the session's header.
pub fn digest() -> Digest {
    Digest::default()
}

impl Digest {
    /// The summary of what was recorded so far; `None` before the header.
    pub fn summary(&self) -> Option<Summary> {
        let summariser = self.summariser.lock().unwrap_or_else(PoisonError::into_inner).clone();
        summariser.map(Summariser::finish)
    }

    /// Adds what a sink has lost as a warning.
    pub fn add_loss(&self, at: Elapsed, loss: &Loss) {
        let warning = Warning {
            at,
            kind: WarningKind::OutputFailed,
            count: loss.records,
            message: loss.message.clone(),
        };
        let mut summariser = self.summariser.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(summariser) = summariser.as_mut() {
            summariser.warn(&warning);
        }
    }
}

impl Sink for Digest {
    fn write(&mut self, record: &Record) {
        let mut summariser = self.summariser.lock().unwrap_or_else(PoisonError::into_inner);
        match (summariser.as_mut(), record) {
            // What is lost is known at the end of everything, and added then.
            (Some(_), Record::Warning(Warning { kind: WarningKind::OutputFailed, .. })) => {}
            (Some(summariser), record) => summariser.add(record),
            (None, Record::Header(header)) => {
                *summariser = Some(Summariser::new(header.as_ref().clone()));
            }
            (None, _) => {}
        }
    }

    fn finish(&mut self) {}
}
