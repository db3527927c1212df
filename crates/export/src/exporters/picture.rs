//! Floor 11. A census of an exporter's own: it takes the same records, and is looked at by nobody else.

use procmon_model::record::Record;

use crate::census::{Census, CensusOptions, Scene, View};
use crate::delivery::Picture;

/// A census, and what its one viewer has seen of it.
pub(super) struct OwnCensus {
    census: Census,
    view: View,
}

impl OwnCensus {
    /// Of nobody yet.
    pub(super) fn new(options: CensusOptions) -> Self {
        Self { census: Census::new(options), view: View::default() }
    }
}

impl Picture for OwnCensus {
    fn take(&mut self, record: &Record) {
        self.census.take(record);
    }

    fn scene(&mut self) -> Scene {
        self.census.scene(&mut self.view)
    }
}
