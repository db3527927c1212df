//! Floor 9. One record to every sink.

use procmon_model::ports::{Loss, Sink};
use procmon_model::record::Record;

/// Hands every record to every sink, in the order in which they were added.
#[derive(Default)]
pub struct Fanout {
    sinks: Vec<Box<dyn Sink>>,
}

impl Fanout {
    /// With these sinks.
    pub fn new(sinks: Vec<Box<dyn Sink>>) -> Self {
        Self { sinks }
    }

    /// What the sinks have lost.
    pub fn losses(&self) -> Vec<Loss> {
        self.sinks.iter().filter_map(|sink| sink.loss()).collect()
    }
}

impl Sink for Fanout {
    fn write(&mut self, record: &Record) {
        for sink in &mut self.sinks {
            sink.write(record);
        }
    }

    fn finish(&mut self) {
        for sink in &mut self.sinks {
            sink.finish();
        }
    }
}
