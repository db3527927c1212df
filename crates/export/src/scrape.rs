//! Floor 11. A scene for whoever scrapes: of a sample that is taken because it is asked for.

use std::time::Duration;

use procmon_model::ports::Request;
use procmon_sys::Remote;

use crate::census::{Scene, SharedCensus};

/// Answers scrapes. Those that come together share one sample.
#[derive(Clone)]
pub struct Scraper {
    shared: SharedCensus,
    remote: Remote,
    max_age: Duration,
    patience: Duration,
}

/// How old a sample may be that a scrape is answered with.
const MAX_AGE: Duration = Duration::from_secs(1);

/// How long a scrape waits for a sample before it is answered with an older one.
const PATIENCE: Duration = Duration::from_secs(5);

impl Scraper {
    /// Of a session's census, which the session fills through its [`sink`](SharedCensus::sink).
    pub fn new(shared: SharedCensus, remote: Remote) -> Self {
        Self { shared, remote, max_age: MAX_AGE, patience: PATIENCE }
    }

    /// With another age that a sample may have.
    #[must_use]
    pub fn with_max_age(self, max_age: Duration) -> Self {
        Self { max_age, ..self }
    }

    /// With another patience.
    #[must_use]
    pub fn with_patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// What there is: by a fresh sample, or by the latest where none comes in time.
    pub fn scene(&self) -> Scene {
        let ask = || self.remote.ask(Request::Sample);
        self.shared.await_fresh(self.max_age, self.patience, ask);
        self.shared.scene()
    }
}
