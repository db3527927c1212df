//! Floor 12. Signals: what comes to procmon goes on to the command, once, or ends the watching.
//!
//! The command stays in our process group, so that the terminal sends Ctrl-C, Ctrl-\ and changes of its size to both
//! of us, and such a signal is not passed on: the command would have it twice. Neither is one that the command's own
//! processes send us, because a `kill 0` means the whole group. Any other goes on to the command, which decides what it
//! means; we wait for what becomes of it.
//!
//! Ctrl-C can end whoever started us, too: npm, where it comes before npm listens. The command has got the same signal, and
//! the end of its starter adds nothing to that: were it asked to end once more, it could not clean up.

use std::io;
use std::sync::mpsc::{self, Sender as Channel};
use std::thread;
use std::time::{Duration, Instant};

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

/// So soon after a signal of the terminal, whoever started us has ended of that.
const SAME_SIGNAL: Duration = Duration::from_secs(5);

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
            let mut judge = Judge { role, asked: None };
            for arrival in arrivals {
                if let Some(request) = judge.request(arrival, Instant::now()) {
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

/// Says what is to be done about what comes.
struct Judge {
    role: Role,
    /// When the terminal last asked the command to end.
    asked: Option<Instant>,
}

impl Judge {
    fn request(&mut self, arrival: Arrival, now: Instant) -> Option<Request> {
        match (arrival, self.role) {
            (Arrival::Ended(_), Role::Wrapper) if self.has_just_asked(now) => None,
            (Arrival::Ended(_), _) | (Arrival::Signal(..), Role::Onlooker) => Some(Request::Stop),
            (Arrival::Signal(signal, sender), Role::Wrapper) => {
                let has_reached = has_reached_the_command(signal, sender);
                if has_reached && sender == Sender::Kernel && [HUP, INT, QUIT].contains(&signal) {
                    self.asked = Some(now);
                }
                (!has_reached).then_some(Request::Signal(signal))
            }
        }
    }

    fn has_just_asked(&self, now: Instant) -> bool {
        self.asked.is_some_and(|asked| now.duration_since(asked) < SAME_SIGNAL)
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

    fn request(arrival: Arrival, role: Role) -> Option<Request> {
        Judge { role, asked: None }.request(arrival, Instant::now())
    }

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

    #[test]
    fn a_starter_that_ends_of_the_commands_own_ctrl_c_adds_nothing_to_it() {
        let mut judge = Judge { role: Role::Wrapper, asked: None };
        let now = Instant::now();
        assert_eq!(judge.request(Arrival::Signal(WINCH, Sender::Kernel), now), None);
        assert_eq!(judge.request(Arrival::Ended(7), now), Some(Request::Stop));
        assert_eq!(judge.request(Arrival::Signal(INT, Sender::Kernel), now), None);
        assert_eq!(judge.request(Arrival::Ended(7), now), None);
        assert_eq!(judge.request(Arrival::Ended(7), now + SAME_SIGNAL), Some(Request::Stop));
        let forwarded = judge.request(Arrival::Signal(INT, STRANGER), now + SAME_SIGNAL);
        assert_eq!(forwarded, Some(Request::Signal(INT)));
        assert_eq!(judge.request(Arrival::Ended(7), now + SAME_SIGNAL), Some(Request::Stop));
    }
}
