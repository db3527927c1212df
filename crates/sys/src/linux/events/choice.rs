//! Floor 7. The choice of a source of events: the best that works here, or the one that is demanded.

use std::io;

use procmon_model::ports::EventSource;

use crate::linux::clock::SessionClock;
use crate::linux::events::pid_range::PidRange;
use crate::linux::events::proc_connector::ProcConnector;
use crate::linux::events::socket::{Subscription, Unusable};
use crate::linux::waiter::Waiter;
use crate::world::{Accounting, Inside};

/// A source of events.
pub(crate) fn open(
    accounting: Accounting,
    inside: Inside,
    waiter: Waiter,
) -> io::Result<Box<dyn EventSource>> {
    let clock = SessionClock::start();
    let adopter = match inside {
        Inside::OwnProcess => Some(std::process::id()),
        Inside::ForeignProcess => None,
    };
    let subscription = match accounting {
        Accounting::Poll => Err("polling was asked for".to_owned()),
        Accounting::Auto => Subscription::open().map_err(|error| error.to_string()),
        Accounting::Trace => return Err(unwritten()),
        Accounting::Events | Accounting::Exact => {
            Ok(Subscription::open().map_err(|error| demanded(&error))?)
        }
    };
    Ok(match subscription {
        Ok(subscription) => Box::new(ProcConnector::new(subscription, clock, waiter, adopter)?),
        Err(why) => Box::new(PidRange::new(clock, waiter, adopter, reasons(&why, inside))?),
    })
}

fn unwritten() -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, "this accounting is not available yet")
}

fn demanded(error: &Unusable) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, error.to_string())
}

fn reasons(why: &str, inside: Inside) -> Vec<String> {
    let short = format!(
        "{why}: processes that live less than 5 ms can be missed, and less than 20 ms where nobody was born in \
         the second before"
    );
    let orphans = "a process whose parent ends as soon after its birth can be missed";
    match inside {
        Inside::OwnProcess => vec![short],
        Inside::ForeignProcess => vec![short, orphans.to_owned()],
    }
}
