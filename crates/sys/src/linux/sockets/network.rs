//! Floor 7. Bytes of TCP connections as the kernel counts them, by process of the tree.
//!
//! The kernel lists the connections of our network namespace with what went over each (`sock_diag(7)`), and tells the final
//! figures of each that ends. Neither names a process: /proc/pid/fd does, as long as the connection lives. So
//! a connection that began and ended between two passes is known by its bytes alone and counts as `stray`, as do those of
//! other programs in the namespace. What a process moved after it was last read counts for those that have gone. What went over a connection
//! before the watching began counts for nobody. Both ends of a connection within the tree count, each for its process.
//!
//! What is counted are sequence numbers (RFC 4898, `tcpEStatsAppHCThruOctetsReceived` and `…Acked`): the bytes that were
//! passed and acknowledged, and besides one for the SYN of the side that called connect(2) and one for each FIN, both in
//! what was sent, the latter in what was received too if it found its socket still there. No figure tells how a
//! connection began and ended, so these stay in.
//!
//! UDP and Unix sockets count no bytes, and /proc/pid/net/dev counts those of the whole namespace.

use std::collections::HashSet;
use std::io;
use std::time::{Duration, Instant};

use procmon_model::process::{NetBytes, ProcessKey, Readings};
use procmon_model::units::Bytes;

use super::holders::Holders;
use super::ledger::Ledger;
use super::message::Connection;
use super::source::{self, Buffer, Ends};
use super::traffic::Traffic;

/// How often the first list is asked for until it is one of a single moment: what it left out would be taken for new.
const ATTEMPTS: usize = 3;

/// How long we wait at most for ends that are bound to be told, and for any others when nobody is left to be read: the
/// kernel tells of an end a moment later, from a queue of work.
const PATIENCE: Duration = Duration::from_millis(100);
const QUIET: Duration = Duration::from_millis(10);

/// Counts the bytes of the tree's connections, or knows why it cannot.
#[derive(Debug)]
pub(crate) struct Network(io::Result<Counting>);

#[derive(Debug)]
struct Counting {
    ends: Ends,
    ledger: Ledger,
    holders: Holders,
    /// The processes whose connections can be seen.
    visible: HashSet<ProcessKey>,
    connections: Vec<Connection>,
    buffer: Buffer,
    /// How often there was no list to be had, and why at last.
    unlisted: u64,
    failure: Option<io::Error>,
}

impl Network {
    /// Begins to count.
    pub(crate) fn begin() -> Self {
        Self(Counting::begin())
    }

    /// Adds what each process of a pass has moved since the beginning, and what nobody has.
    pub(crate) fn count(&mut self, readings: &mut Readings) {
        if let Ok(counting) = &mut self.0 {
            counting.count(readings);
        }
    }

    /// What has gone wrong so far, a sentence each.
    pub(crate) fn troubles(&self) -> Vec<String> {
        let counting = match &self.0 {
            Ok(counting) => counting,
            Err(error) => {
                return vec![format!(
                    "TCP bytes cannot be counted: the kernel does not list connections ({error})"
                )];
            }
        };
        let mut troubles = Vec::new();
        if counting.ends.dropped > 0 {
            troubles.push(format!(
                "overruns of the news of TCP connections that ended: {}; their last bytes are missing",
                counting.ends.dropped
            ));
        }
        if let Some(error) = &counting.failure {
            troubles.push(format!(
                "passes in which TCP connections could not be listed: {} ({error})",
                counting.unlisted
            ));
        }
        troubles
    }
}

impl Counting {
    fn begin() -> io::Result<Self> {
        let (mut connections, mut buffer) = (Vec::new(), Buffer::new());
        let mut ends = Ends::open()?;
        for _ in 0..ATTEMPTS {
            if source::list(&mut buffer, &mut connections)? {
                break;
            }
        }
        let mut ledger = Ledger::beginning_with(&connections);
        // What has ended up to now has nothing to do with whoever will be watched.
        ends.take(&mut buffer, |connection| ledger.forget(connection));
        Ok(Self {
            ends,
            ledger,
            holders: Holders::new(),
            visible: HashSet::new(),
            connections,
            buffer,
            unlisted: 0,
            failure: None,
        })
    }

    fn count(&mut self, readings: &mut Readings) {
        let present: Vec<ProcessKey> =
            readings.processes.iter().map(|reading| reading.key).collect();
        let come = self.holders.keep(&present);
        self.visible = self.holders.visible();
        self.ledger.keep(&self.visible);
        self.hear_of_ends();
        match source::list(&mut self.buffer, &mut self.connections) {
            // One that is not of a single moment will do: what it left out is in the next.
            Ok(_) => {
                self.ledger.list(&self.connections);
                self.hear_last_words(present.is_empty());
                self.find_holders(&present, &come);
                self.ledger.count();
            }
            Err(error) => {
                self.unlisted += 1;
                self.failure = Some(error);
            }
        }
        self.tell(readings);
    }

    fn hear_of_ends(&mut self) {
        let Self { ends, buffer, ledger, .. } = self;
        ends.take(buffer, |connection| ledger.ended(connection));
    }

    /// Waits for the ends that processes which have gone have left behind. In the last pass what comes later is lost.
    fn hear_last_words(&mut self, is_last: bool) {
        let end = Instant::now() + PATIENCE;
        loop {
            self.hear_of_ends();
            let left = end.saturating_duration_since(Instant::now());
            let time = match (self.ledger.awaits_ends(), is_last) {
                (true, _) => left,
                (false, true) => left.min(QUIET),
                (false, false) => return,
            };
            if !self.ends.wait(time) {
                return self.ledger.await_no_longer();
            }
        }
    }

    /// Looks for the holders of connections that are new. A process that is new may hold an old one. One that is found to
    /// be hidden is told of for the last time in this pass, so that nothing is lost that it was credited with.
    fn find_holders(&mut self, present: &[ProcessKey], come: &[ProcessKey]) {
        let whom = if self.ledger.has_unknown() { present } else { come };
        if whom.is_empty() || !self.ledger.has_unheld() {
            return;
        }
        for key in whom {
            self.holders.look(*key);
        }
        self.ledger.hold(&self.holders.by_inode(present));
    }

    fn tell(&self, readings: &mut Readings) {
        for reading in &mut readings.processes {
            let is_visible = self.visible.contains(&reading.key);
            let traffic = is_visible.then(|| self.ledger.of(reading.key));
            reading.counters.net_received = traffic.map(|traffic| Bytes::new(traffic.received));
            reading.counters.net_sent = traffic.map(|traffic| Bytes::new(traffic.sent));
        }
        let bytes = |Traffic { received, sent }| NetBytes {
            received: Bytes::new(received),
            sent: Bytes::new(sent),
        };
        readings.stray = Some(bytes(self.ledger.stray()));
        readings.departed_net = Some(bytes(self.ledger.departed()));
    }
}
