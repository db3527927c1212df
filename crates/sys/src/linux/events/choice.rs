//! Floor 7. The choice of a source of events: the best that works here, or the one that is demanded.

use std::env;
use std::io;
use std::iter;
use std::sync::Arc;

use procmon_model::ports::EventSource;

use crate::linux::clock::SessionClock;
use crate::linux::events::pid_range::PidRange;
use crate::linux::events::proc_connector::{Ends, NO_FIGURES, ProcConnector};
use crate::linux::events::records::{NoRecords, Records};
use crate::linux::events::socket::{Subscription, Unusable};
use crate::linux::events::trace::Tracing;
use crate::linux::obituaries::Obituaries;
use crate::linux::own::Aside;
use crate::linux::waiter::Waiter;
use crate::world::{Accounting, Inside};

/// What every source is made of.
pub(crate) struct Basis {
    /// The session's time.
    pub(crate) clock: SessionClock,
    /// Where its thread waits.
    pub(crate) waiter: Waiter,
    /// Whose process it is in.
    pub(crate) inside: Inside,
}

/// A source of events.
pub(crate) fn open(
    accounting: Accounting,
    basis: Basis,
    obituaries: &Arc<Obituaries>,
    aside: &Arc<Aside>,
) -> io::Result<Box<dyn EventSource>> {
    let Basis { clock, waiter, inside } = basis;
    let subscription = match accounting {
        Accounting::Poll => Err("polling was asked for".to_owned()),
        Accounting::Auto => Subscription::open().map_err(|error| error.to_string()),
        Accounting::Trace => {
            let (obituaries, aside) = (Arc::clone(obituaries), Arc::clone(aside));
            return Ok(Box::new(Tracing::new(clock, waiter, inside, obituaries, aside)?));
        }
        Accounting::Events | Accounting::Exact => {
            Ok(Subscription::open().map_err(|error| demanded(&error))?)
        }
    };
    Ok(match subscription {
        Ok(subscription) => {
            let ends = ends(accounting, inside)?;
            Box::new(ProcConnector::new(subscription, ends, clock, waiter, inside)?)
        }
        Err(why) => Box::new(PidRange::new(clock, waiter, inside, reasons(&why, inside))?),
    })
}

/// The records of ends, where they are wanted and can be had, or must be.
fn ends(accounting: Accounting, inside: Inside) -> io::Result<Ends> {
    if accounting == Accounting::Events {
        return Ok(Ends::default());
    }
    match Records::open() {
        Ok(records) => Ok(Ends { records: Some(records), why_none: None }),
        Err(error) if accounting == Accounting::Exact => Err(unsupported(why_none(&error, inside))),
        Err(error) => Ok(Ends { records: None, why_none: Some(why_none(&error, inside)) }),
    }
}

/// Why there are no records, and what gives them. In somebody else's process that is not for us to say: whoever gave
/// the right to node would give it to every script.
fn why_none(error: &NoRecords, inside: Inside) -> String {
    match (error, inside, env::current_exe()) {
        (NoRecords::Refused, Inside::OwnProcess, Ok(us)) => {
            format!("{error}: `sudo setcap cap_net_admin+ep {}` gives it", us.display())
        }
        _ => error.to_string(),
    }
}

fn demanded(error: &Unusable) -> io::Error {
    unsupported(error.to_string())
}

fn unsupported(why: String) -> io::Error {
    io::Error::new(io::ErrorKind::Unsupported, why)
}

const UNSEEN_CODES: &str = "before Linux 6.15 the exit codes of descendants can be unknown";

const MORE: &str = "Linux 6.6 outside of containers tells of every process, and the right of CAP_NET_ADMIN there what \
                    each had used";

fn reasons(why: &str, inside: Inside) -> Vec<String> {
    let short = format!(
        "{why}: processes that live less than 5 ms can be missed, and less than 20 ms where nobody was born in \
         the second before"
    );
    let orphans = "a process whose parent ends as soon after its birth can be missed";
    let orphans = (inside == Inside::ForeignProcess).then_some(orphans);
    let others = orphans.into_iter().chain([NO_FIGURES, UNSEEN_CODES, MORE]);
    iter::once(short).chain(others.map(str::to_owned)).collect()
}
