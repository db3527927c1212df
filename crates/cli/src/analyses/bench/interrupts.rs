//! Floor 12. The signals that end a bench: they reach the command that runs, and no other is started.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use procmon_model::event::Signal;
use procmon_model::ports::Request;
use procmon_sys::signals::{self, Arrival, HUP, HeldBack, INT, QUIT, Sender, TERM};
use procmon_sys::{Remote, SignalMask};

use crate::parent;

/// Signals that are held back, and the thread that waits for them.
pub(super) struct Interrupts {
    held: HeldBack,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    /// The first that came.
    came: Option<Signal>,
    /// The session of the command that runs.
    session: Option<Remote>,
}

impl Interrupts {
    /// Holds the signals back; to be called while there is one thread.
    pub(super) fn hold_back() -> io::Result<Self> {
        let lifelines = parent::lifelines();
        let held = signals::hold_back(&[HUP, INT, QUIT, TERM]);
        let arrivals = held.arrivals(lifelines)?;
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for arrival in arrivals {
                take(arrival, &mut locked(&shared));
            }
        })?;
        Ok(Self { held, state })
    }

    /// The signals that a command is to begin with held back.
    pub(super) fn before(&self) -> SignalMask {
        self.held.before()
    }

    /// From now on, signals go to this session. One that came since anybody looked ends it.
    pub(super) fn pass_on(&self, session: Remote) {
        let mut state = locked(&self.state);
        if let Some(signal) = state.came {
            session.ask(Request::Signal(signal));
        }
        state.session = Some(session);
    }

    /// The first that came, if one has.
    pub(super) fn came(&self) -> Option<Signal> {
        locked(&self.state).came
    }

    /// All is over: from now on, signals end us.
    pub(super) fn let_through(self) {
        self.held.let_through();
    }
}

fn locked(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a terminal sends has reached the command already, and what the command's own processes send was meant for
/// their group.
fn take(arrival: Arrival, state: &mut State) {
    let (signal, request) = match arrival {
        Arrival::Ended(_) => (TERM, Some(Request::Stop)),
        Arrival::Signal(_, Sender::Process(pid)) if signals::descends_from_us(pid) => return,
        Arrival::Signal(signal, Sender::Process(_)) => (signal, Some(Request::Signal(signal))),
        // A terminal that goes tells the leader of its session alone.
        Arrival::Signal(HUP, Sender::Kernel) if signals::leads_session() => {
            (HUP, Some(Request::Signal(HUP)))
        }
        Arrival::Signal(signal, Sender::Kernel) => (signal, None),
    };
    state.came.get_or_insert(signal);
    if let (Some(session), Some(request)) = (&state.session, request) {
        session.ask(request);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_signal_is_kept_whoever_sent_it() {
        let mut state = State::default();
        take(Arrival::Signal(INT, Sender::Kernel), &mut state);
        take(Arrival::Signal(TERM, Sender::Process(1)), &mut state);
        assert_eq!(state.came, Some(INT));
    }

    #[test]
    fn the_end_of_whoever_started_us_is_a_polite_request_to_end() {
        let mut state = State::default();
        take(Arrival::Ended(7), &mut state);
        assert_eq!(state.came, Some(TERM));
    }
}
