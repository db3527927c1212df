//! Floor 11. The thread that sends: one letter after the other, in their order, and again what could not be taken.

use std::time::{Duration, Instant};

use super::mailbag::{Errand, Letter, Mailbag, Pause};
use super::retry::Backoff;

/// How often a server is tried in vain at the session's end before it is taken for dead.
const LAST_TRIES: u32 = 2;
/// The longest wait between those: it is all that a run whose servers are dead takes longer.
const LAST_WAIT: Duration = Duration::from_millis(40);

/// Brings a letter to its server.
pub(crate) trait Carrier: Send {
    /// Sends it, and answers what has become of it; within `limit`, and its own limit where `None`.
    fn carry(&mut self, letter: &Letter, limit: Option<Duration>) -> Outcome;
}

/// What has become of a letter.
#[derive(Debug, PartialEq)]
pub(crate) enum Outcome {
    /// It was taken, but for so many items, and why not those.
    Taken { refused: u64, why: Option<String> },
    /// It will never be taken.
    Refused(String),
    /// The server asks to come again, after this time where it says so.
    Again { asked: Option<Duration>, why: String },
    /// There was no answer.
    Unreachable(String),
}

/// Sends until the bag is closed and empty, or given up.
pub(super) fn run(bag: &Mailbag, carrier: &mut dyn Carrier) {
    let mut backoff = Backoff::default();
    let mut pause = None;
    while let Some(Errand { letter, deadline }) = bag.next(pause) {
        let limit = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
        let (asked, why, is_unreachable) = match carrier.carry(&letter, limit) {
            Outcome::Taken { refused, why } => {
                bag.settle(refused, why);
                backoff.reset();
                pause = None;
                continue;
            }
            Outcome::Refused(why) => {
                bag.settle(letter.items, Some(why));
                backoff.reset();
                pause = None;
                continue;
            }
            Outcome::Again { asked, why } => (asked, why, false),
            Outcome::Unreachable(why) => (None, why, true),
        };
        bag.take_back(why, is_unreachable);
        let mut wait = backoff.failed(asked);
        // Every wait at the end holds up whoever started the command: nobody waits for a server that is not there.
        if deadline.is_some() && is_unreachable {
            if backoff.failures() >= LAST_TRIES {
                break;
            }
            wait = wait.min(LAST_WAIT);
        }
        let until = Instant::now() + wait;
        pause = Some(Pause { until, asked: asked.is_some() || deadline.is_some() });
    }
    bag.abandon();
}
