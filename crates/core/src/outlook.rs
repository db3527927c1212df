//! Floor 10. What could be known on this machine, without a session.

use std::thread;

use procmon_model::host::{Capabilities, Host};
use procmon_sys::{Accounting, Inside, WorldOptions};
use serde::Serialize;

use crate::error::StartError;

/// The machine, and what a session on it could know.
#[derive(Debug, Clone, Serialize)]
pub struct Outlook {
    /// What a session could know.
    #[serde(flatten)]
    pub capabilities: Capabilities,
    /// The machine.
    pub host: Host,
}

/// Does what a session does before it begins, the self-test included, and nothing more.
pub fn outlook(accounting: Accounting, inside: Inside) -> Result<Outlook, StartError> {
    // A session has a thread of its own, and what is tried out here is what such a thread may do.
    let look = move || {
        let signals = procmon_sys::signal_mask();
        let world = procmon_sys::world(WorldOptions { accounting, inside, signals, procfs: None });
        world.map(|world| {
            let mut capabilities = world.events.capabilities();
            capabilities.refused = world.environs.reasons();
            Outlook { capabilities, host: world.host }
        })
    };
    let thread = thread::Builder::new().name("procmon".to_owned()).spawn(look);
    let outcome = thread.map_err(StartError::World)?.join();
    outcome
        .map_err(|_| StartError::World(std::io::Error::other("the self-test broke off")))?
        .map_err(StartError::World)
}
