//! Floor 12. Signals: what comes to procmon goes on to the command, once, or ends the watching.
//!
//! The command stays in our process group, so that the terminal sends Ctrl-C, Ctrl-\ and changes of its size to both
//! of us, and such a signal is not passed on: the command would have it twice. Neither is one that the command's own
//! processes send us, because a `kill 0` means the whole group. Any other goes on to the command, which decides what it
//! means; we wait for what becomes of it.

use std::io;
use std::sync::mpsc::{self, Sender as Channel};
use std::thread;

use procmon_model::event::Signal;
use procmon_model::ports::Request;
use procmon_sys::signals::{
    self, Arrival, HUP, HeldBack, INT, QUIT, Sender, TERM, USR1, USR2, WINCH, XFSZ,
};
use procmon_sys::{Remote, SignalMask};

use crate::parent;

/// What we are to the process that is watched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// We have started it and stand for it.
    Wrapper,
    /// It was there before.
    Onlooker,
}

/// Signals that are held back, and the thread that waits for them.
pub(crate) struct Signals {
    held: HeldBack,
    remote: Channel<Remote>,
}

impl Signals {
    /// Holds the role's signals back; to be called while there is one thread. Whatever can fail fails here, before a
    /// command is there.
    pub(crate) fn hold_back(role: Role) -> io::Result<Self> {
        // Past the limit of a file's size a write is to fail, not to kill: the recording is not worth the command.
        signals::ignore(XFSZ);
        let lifelines = parent::lifelines();
        let held = signals::hold_back(role.signals());
        let arrivals = held.arrivals(lifelines)?;
        let (remote, session) = mpsc::channel::<Remote>();
        thread::Builder::new().name("signals".to_owned()).spawn(move || {
            // Without a session there is nobody to pass anything on to.
            let Ok(session) = session.recv() else { return };
            for arrival in arrivals {
                if let Some(request) = request(arrival, role) {
                    session.ask(request);
                }
            }
        })?;
        Ok(Self { held, remote })
    }

    /// The signals that the command is to begin with held back.
    pub(crate) fn before(&self) -> SignalMask {
        self.held.before()
    }

    /// From now on, signals go to this session, those first that have come already.
    pub(crate) fn pass_on(&self, session: Remote) {
        // Only a thread that has panicked hears nothing, and the session then goes on without signals.
        drop(self.remote.send(session));
    }

    /// The session is over: from now on, signals end us, should the reader of our words keep us waiting.
    pub(crate) fn let_through(self) {
        self.held.let_through();
    }
}

impl Role {
    fn signals(self) -> &'static [Signal] {
        match self {
            Self::Wrapper => &[HUP, INT, QUIT, TERM, USR1, USR2, WINCH],
            Self::Onlooker => &[HUP, INT, QUIT, TERM],
        }
    }
}

fn request(arrival: Arrival, role: Role) -> Option<Request> {
    match (arrival, role) {
        (Arrival::Ended(_), _) | (Arrival::Signal(..), Role::Onlooker) => Some(Request::Stop),
        (Arrival::Signal(signal, sender), Role::Wrapper) => {
            (!has_reached_the_command(signal, sender)).then_some(Request::Signal(signal))
        }
    }
}

fn has_reached_the_command(signal: Signal, sender: Sender) -> bool {
    match sender {
        // A terminal that goes tells the leader of its session alone.
        Sender::Kernel => signal != HUP || !signals::leads_session(),
        Sender::Process(pid) => signals::descends_from_us(pid),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STRANGER: Sender = Sender::Process(1);

    #[test]
    fn a_strangers_signal_goes_on_and_the_terminals_does_not() {
        for signal in [HUP, INT, QUIT, TERM, USR1, USR2, WINCH] {
            let from = |sender| request(Arrival::Signal(signal, sender), Role::Wrapper);
            assert_eq!(from(STRANGER), Some(Request::Signal(signal)));
            if signal != HUP {
                assert_eq!(from(Sender::Kernel), None);
            }
        }
    }

    #[test]
    fn an_onlooker_stops_at_any_signal_and_at_its_parents_end() {
        for sender in [STRANGER, Sender::Kernel] {
            let request = request(Arrival::Signal(INT, sender), Role::Onlooker);
            assert_eq!(request, Some(Request::Stop));
        }
        assert_eq!(request(Arrival::Ended(7), Role::Onlooker), Some(Request::Stop));
        assert_eq!(request(Arrival::Ended(7), Role::Wrapper), Some(Request::Stop));
    }
}
