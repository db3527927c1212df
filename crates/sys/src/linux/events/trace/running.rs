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
use crate::linux::events::trace::tracer::Tracer;
use crate::linux::events::trace::voice::{Bells, Voice};
use crate::linux::kernel::nudge::Nudge;
use crate::linux::kernel::ptrace::Scope;
use crate::linux::obituaries::Obituaries;
use crate::world::Inside;

/// How long a tracer may take to stop. One that has not by then stops with the next report of whoever it traces.
const PATIENCE: Duration = Duration::from_secs(1);

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
            trace(order, equipment, voice, &answer, &is_to_stop);
        })?;
        let lost = |_| io::Error::other("the tracing thread panicked");
        let (nudge, living) = answered.recv().map_err(lost)??;
        Ok((Self { thread: Some(thread), stop, nudge, events, end }, living))
    }
}

type Answer = io::Result<(Option<Nudge>, Vec<ProcessInfo>)>;

fn trace(
    order: Order,
    equipment: Equipment,
    events: Sender<ProcessEvent>,
    answer: &Sender<Answer>,
    stop: &AtomicBool,
) {
    let Equipment { clock, bells, obituaries } = equipment;
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
    let mut tracer = Tracer { clock, scope, follow, root, tracees, voice, obituaries };
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
