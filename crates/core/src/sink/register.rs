//! Floor 9. All processes of a session, for who asks while it runs or after it.

use std::sync::{Arc, Mutex, PoisonError};

use procmon_model::analysis::roll::{ProcessRecord, Roll};
use procmon_model::ports::Sink;
use procmon_model::record::Record;

/// The sink of a roll; whoever has a clone of it can ask.
#[derive(Clone, Default)]
pub struct Register(Arc<Mutex<Roll>>);

impl Register {
    /// Every process so far, in the order of their births.
    pub fn processes(&self) -> Vec<ProcessRecord> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).processes().collect()
    }
}

impl Sink for Register {
    fn write(&mut self, record: &Record) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).add(record);
    }

    fn finish(&mut self) {}
}
