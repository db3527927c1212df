//! Floor 6. The header of a session that was made up.

use crate::host::{Capabilities, Host, Tier};
use crate::metrics::MetricSet;
use crate::process::ProcessKey;
use crate::record::{FORMAT, Header};
use crate::settings::Settings;
use crate::units::WallTime;

/// `npm test` on a machine of two processors, seen by the kernel's events: all is exact, and nothing is missing.
pub fn header(root: ProcessKey) -> Header {
    Header {
        format: FORMAT,
        version: "1.2.3".to_owned(),
        root,
        command: vec!["npm".to_owned(), "test".to_owned()],
        executable: None,
        cwd: None,
        started_at: WallTime::from_nanos(0),
        attached: false,
        host: Host { cpus: Some(2), cpus_available: Some(2), ..Host::default() },
        capabilities: Capabilities {
            tier: Tier::Events,
            metrics: MetricSet::ALL,
            exact: true,
            reasons: vec![],
            refused: vec![],
        },
        settings: Settings::default(),
    }
}
