//! Floor 11. A delivery by remote write, from its start to its end.

use super::carrier::RemoteWriteCarrier;
use super::options::{RemoteWriteError, RemoteWriteOptions};
use super::writer::RemoteWriteWriter;
use crate::delivery::{Courier, Delivery, Picture, Terms, deliver};

/// A delivery that is going on.
pub struct RemoteWrite {
    delivery: Delivery,
}

impl RemoteWrite {
    /// Starts a thread named procmon-rw that takes the courier's records, and another that sends to this address, whose
    /// user info becomes a header. Figures are told by `picture`.
    pub fn start(
        url: &str,
        options: &RemoteWriteOptions,
        courier: Courier,
        picture: Box<dyn Picture>,
    ) -> Result<Self, RemoteWriteError> {
        let carrier = RemoteWriteCarrier::to(url, options)?;
        let writer = RemoteWriteWriter::new(options, picture);
        let terms =
            Terms { buffer_bytes: options.buffer_bytes, flush_timeout: options.flush_timeout };
        let delivery = deliver("procmon-rw", courier, Box::new(writer), Box::new(carrier), terms)?;
        Ok(Self { delivery })
    }

    /// Waits until everything is sent or given up: for the time of a flush at most, once the outbox has been finished.
    pub fn wait(self) {
        self.delivery.wait();
    }
}
