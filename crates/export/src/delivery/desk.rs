//! Floor 11. Where records become letters: a thread that takes them from the session, and one beside it that sends.
//!
//! Two threads, because a server that does not answer holds up the one that waits for it: the other goes on taking
//! records, so that none is lost from the queue, and ends in time whatever the first still waits for.

use std::io;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use procmon_model::record::Record;

use super::mailbag::Mailbag;
use super::outbox::{Courier, Parcel, Tally};
use super::postman::{self, Carrier};

/// Makes letters of records.
pub(crate) trait Writer: Send {
    /// Takes a record.
    fn take(&mut self, record: &Record);

    /// When [`write`](Self::write) is to be called at the latest.
    fn due(&self) -> Instant;

    /// Writes what is due now.
    fn write(&mut self, now: Instant, bag: &Mailbag);

    /// The session is over: writes all there is.
    fn finish(&mut self, bag: &Mailbag);
}

/// How much may wait, and for how long.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Terms {
    /// Bytes of letters that wait at most.
    pub(crate) buffer_bytes: usize,
    /// How long the session's end waits for the last of them.
    pub(crate) flush_timeout: Duration,
}

/// A delivery that is going on.
pub(crate) struct Delivery {
    thread: JoinHandle<()>,
    tally: Tally,
}

impl Delivery {
    /// Waits until the session is over and everything is sent or given up: for the time of a flush at most once the
    /// outbox has been finished.
    pub(crate) fn wait(self) {
        if self.thread.join().is_err() {
            self.tally.failed(1);
            self.tally.trouble(|| "the delivery broke down".to_owned());
        }
    }
}

/// Starts a delivery; `name` is the threads' own, the second with `-tx` at its end.
pub(crate) fn deliver(
    name: &str,
    courier: Courier,
    mut writer: Box<dyn Writer>,
    mut carrier: Box<dyn Carrier>,
    terms: Terms,
) -> io::Result<Delivery> {
    let tally = courier.tally().clone();
    let bag = Arc::new(Mailbag::new(terms.buffer_bytes, tally.clone()));
    let emptied = Arc::clone(&bag);
    thread::Builder::new()
        .name(format!("{name}-tx"))
        .spawn(move || postman::run(&emptied, carrier.as_mut()))?;
    let filled = Arc::clone(&bag);
    let thread = thread::Builder::new().name(name.to_owned()).spawn(move || {
        work(&courier, writer.as_mut(), &filled);
        filled.close(terms.flush_timeout);
    });
    match thread {
        Ok(thread) => Ok(Delivery { thread, tally }),
        Err(error) => {
            bag.abandon();
            Err(error)
        }
    }
}

fn work(courier: &Courier, writer: &mut dyn Writer, bag: &Mailbag) {
    loop {
        match courier.next(writer.due()) {
            Parcel::Record(record) => writer.take(&record),
            Parcel::Nothing => {}
            Parcel::Over => return writer.finish(bag),
        }
        let now = Instant::now();
        if now >= writer.due() {
            writer.write(now, bag);
        }
    }
}
