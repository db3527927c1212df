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
            kind: loss.kind.into(),
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
            (
                Some(_),
                Record::Warning(Warning {
                    kind:
                        WarningKind::OutputFailed
                        | WarningKind::ReaderLagged
                        | WarningKind::NotDelivered,
                    ..
                }),
            ) => {}
            (Some(summariser), record) => summariser.add(record),
            (None, Record::Header(header)) => {
                *summariser = Some(Summariser::new(header.as_ref().clone()));
            }
            (None, _) => {}
        }
    }

    fn finish(&mut self) {}
}

#[cfg(test)]
mod tests {
    use procmon_model::ports::LossKind;

    use super::super::script::header;
    use super::*;

    #[test]
    fn a_full_disk_and_a_slow_reader_are_told_once_each_and_apart() {
        let mut digest = digest();
        digest.write(&Record::Header(Box::new(header())));
        let losses = [(LossKind::OutputFailed, 3), (LossKind::ReaderLagged, 5)];
        for (kind, records) in losses {
            let loss = Loss { kind, records, message: format!("{records} records") };
            // The driver records it while the session runs, and the end adds it up.
            let (at, message) = (Elapsed::ZERO, loss.message.clone());
            let warning = Warning { at, kind: kind.into(), count: 1, message };
            digest.write(&Record::Warning(warning));
            digest.add_loss(Elapsed::from_millis(9), &loss);
        }
        let warnings = digest.summary().unwrap().warnings;
        let told = warnings.iter().map(|warning| (warning.kind, warning.count));
        let expected = [
            (WarningKind::OutputFailed, 3),
            (WarningKind::ReaderLagged, 5),
            // The session has not ended yet.
            (WarningKind::Torn, 1),
        ];
        assert_eq!(told.collect::<Vec<_>>(), expected);
        assert_eq!(serde_json::to_value(warnings[1].kind).unwrap(), "readerLagged");
    }
}
