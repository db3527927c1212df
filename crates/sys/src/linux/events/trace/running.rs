//! Floor 7. The thread that traces: how it begins, what it is heard by, and how it ends.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use procmon_model::event::ProcessEvent;
use procmon_model::process::ProcessInfo;

use crate::linux::clock::SessionClock;
use crate::linux::events::trace::begin::{Beginning, Order};
use crate::linux::events::trace::gaps::{AtWork, Gaps};
use crate::linux::events::trace::tracer::Tracer;
use crate::linux::events::trace::voice::{Bells, Voice};
use crate::linux::kernel::nudge::Nudge;
use crate::linux::kernel::ptrace::Scope;
use crate::linux::obituaries::Obituaries;
use crate::linux::own::{Account, Aside};
use crate::world::Inside;

/// How long a tracer may take to stop. One that has not by then stops with the next report of whoever it traces.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long it may take until everybody who is there is traced.
const LONGEST_BEGINNING: Duration = Duration::from_secs(5);

/// The time between two nudges: one that comes just before the tracer waits is lost.
const BETWEEN_NUDGES: Duration = Duration::from_millis(1);

/// A tracer at work, on a thread of its own. Dropped, it lets everybody go on untraced.
pub(super) struct Running {
    /// `None` once it has been stopped.
    thread: Option<JoinHandle<()>>,
    stop: Arc<AtomicBool>,
    nudge: Option<Nudge>,
    /// What it has told.
    pub(super) events: Receiver<ProcessEvent>,
    /// Never told anything; it hangs up when the tracer has come to its end.
    end: Receiver<()>,
}

/// What a tracer works with.
pub(super) struct Equipment {
    pub(super) clock: SessionClock,
    pub(super) bells: Bells,
    pub(super) obituaries: Arc<Obituaries>,
    /// Where it says what it misses.
    pub(super) gaps: Arc<Gaps>,
    /// Where it says what it costs.
    pub(super) aside: Arc<Aside>,
}

/// Says, for as long as it lives, that children are waited for by a tracer.
struct Announced(Arc<Obituaries>);

impl Running {
    /// Traces a tree from now on; who is in it, the root first.
    pub(super) fn start(
        order: Order,
        equipment: Equipment,
    ) -> io::Result<(Self, Vec<ProcessInfo>)> {
        let stop = Arc::new(AtomicBool::new(false));
        let (voice, events) = mpsc::channel();
        let (hung_up, end) = mpsc::channel();
        let (answer, answered) = mpsc::channel();
        let is_to_stop = Arc::clone(&stop);
        let thread = thread::Builder::new().name("procmon-trace".to_owned()).spawn(move || {
            let _hung_up: Sender<()> = hung_up;
            let _at_work = AtWork(Arc::clone(&equipment.gaps));
            trace(order, equipment, voice, &answer, &is_to_stop);
        })?;
        // A tracer whose answer nobody hears lets everybody go on, as soon as it can.
        let (nudge, living) = within(LONGEST_BEGINNING, &answered)?;
        Ok((Self { thread: Some(thread), stop, nudge, events, end }, living))
    }
}

/// What a tracer answers.
fn within(limit: Duration, answered: &Receiver<Answer>) -> Answer {
    answered.recv_timeout(limit).unwrap_or_else(|error| {
        Err(match error {
            RecvTimeoutError::Timeout => io::Error::new(
                io::ErrorKind::TimedOut,
                format!("the processes could not be traced within {} s", limit.as_secs_f32()),
            ),
            RecvTimeoutError::Disconnected => io::Error::other("the tracing thread panicked"),
        })
    })
}

type Answer = io::Result<(Option<Nudge>, Vec<ProcessInfo>)>;

fn trace(
    order: Order,
    equipment: Equipment,
    events: Sender<ProcessEvent>,
    answer: &Sender<Answer>,
    stop: &AtomicBool,
) {
    let Equipment { clock, bells, obituaries, gaps, aside } = equipment;
    let account = Account::of_this_thread(aside);
    let nudge = Nudge::of_this_thread();
    let announced = Announced::new(&obituaries);
    let Beginning { living, tracees } = match Beginning::of(order, clock) {
        Ok(beginning) => beginning,
        Err(error) => {
            drop(announced);
            return drop(answer.send(Err(error)));
        }
    };
    let scope = match order.inside {
        Inside::OwnProcess => Scope::TracedAndChildren,
        Inside::ForeignProcess => Scope::Traced,
    };
    let (follow, root, voice) = (order.follow, order.root, Voice::new(events, bells));
    let mut tracer =
        Tracer { clock, scope, follow, root, tracees, voice, obituaries, gaps, account };
    if answer.send(Ok((nudge, living))).is_ok() {
        tracer.run(stop);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Release);
        let end = Instant::now() + PATIENCE;
        while self.end.recv_timeout(BETWEEN_NUDGES) == Err(RecvTimeoutError::Timeout) {
            if Instant::now() > end {
                return;
            }
            if let Some(nudge) = &self.nudge {
                nudge.send();
            }
        }
        if let Some(thread) = self.thread.take() {
            // A panic of its has let everybody go on as well.
            drop(thread.join());
        }
    }
}

impl Announced {
    fn new(obituaries: &Arc<Obituaries>) -> Self {
        obituaries.set_traced(true);
        Self(Arc::clone(obituaries))
    }
}

impl Drop for Announced {
    fn drop(&mut self) {
        self.0.set_traced(false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_does_not_come_is_not_waited_for_forever() {
        let (answer, answered) = mpsc::channel();
        let late = within(Duration::from_millis(1), &answered).err().unwrap();
        assert_eq!(late.kind(), io::ErrorKind::TimedOut);
        assert_eq!(late.to_string(), "the processes could not be traced within 0.001 s");
        drop(answer);
        let lost = within(Duration::from_secs(30), &answered).err().unwrap();
        assert_eq!(lost.to_string(), "the tracing thread panicked");
    }
}
