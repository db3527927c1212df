//! Floor 7. Who has something to say before a signal or exit(3) ends the process, and the thread that lets them.
//!
//! The library is in somebody else's process, whose signals are not its own: what would have happened without it happens,
//! only a little later. The handler of each signal says to a thread that it came. That thread lets everybody speak, puts
//! back what was to be done at the signal before, and sends the signal to the process once more. From then on this signal
//! is not heard any more, since nobody knows when the other handler has done what it does (Node's own gives the terminal
//! its settings back, asks for the default and raises the signal again); only where the default has come back by other hands
//! is it heard again with the next registration or on demand.
//!
//! A handler that somebody puts in place of ours has the signal to itself, as it is the case with the listeners of
//! JavaScript, until it calls ours. With the last of those listeners the default comes back, by libuv's hands, and whoever
//! knows of that has the signal heard once more.
//!
//! exit(3) is heard as well: whoever ends a process does not always ask its environment first, as Node does not where a
//! listener of `uncaughtException` throws.
//!
//! None of this can be given back as a value that its owner keeps: the kernel calls a plain function and hands it
//! nothing of ours. Therefore the one static here. The code must stay in memory for the same reason, and does: what Node
//! loads is linked so that it is never unloaded.

use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::bell::{Arrival, Bell, Errno, Hearing};
use crate::linux::kernel::action::Action;
use crate::linux::kernel::{process, signals};

/// How long a signal is kept waiting at most.
const PATIENCE: Duration = Duration::from_secs(1);

static LAST_WORDS: LastWords = LastWords { bell: Bell::new(), ledger: Mutex::new(Ledger::new()) };

/// All there is of this in a process.
struct LastWords {
    bell: Bell,
    /// Never held while somebody speaks, and never asked for by a handler.
    ledger: Mutex<Ledger>,
}

type Speaker = dyn Fn(Duration) + Send + Sync;

struct Ledger {
    /// Whether the thread is there.
    heard: bool,
    next: u64,
    speakers: Vec<(u64, Arc<Speaker>)>,
    watches: [Watch; 3],
}

/// One signal that is heard.
struct Watch {
    signal: i32,
    /// What was done at it before; `None` where ours was never put there, or was taken back.
    former: Option<Action>,
    /// Whether it came, everybody has spoken and it was sent once more. Another one that came meanwhile is only sent.
    answered: bool,
}

/// Somebody who has something to say. Dropped, they have not any more.
#[derive(Debug)]
#[must_use = "nobody is asked who has not kept their registration"]
pub struct Registration {
    number: u64,
}

/// Has a function called before SIGTERM, SIGINT or SIGHUP does what it does, on a thread of ours, and before exit(3) ends
/// the process, with the time that it may take: all of them have the same one second. It is not called where the system has
/// no thread for us, where the signal is ignored (nohup(1)), and where somebody else puts a handler in place of ours.
pub fn register(speak: impl Fn(Duration) + Send + Sync + 'static) -> Registration {
    let mut ledger = LAST_WORDS.ledger();
    let number = ledger.next;
    ledger.next += 1;
    ledger.speakers.push((number, Arc::new(speak)));
    ledger.heard = ledger.heard || LAST_WORDS.listen().is_ok();
    ledger.arm();
    Registration { number }
}

/// Has those signals heard again of which the default has come back by other hands.
pub fn hear_again() {
    LAST_WORDS.ledger().arm();
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut ledger = LAST_WORDS.ledger();
        ledger.speakers.retain(|(number, _)| *number != self.number);
        if ledger.speakers.is_empty() {
            ledger.watches.iter_mut().for_each(Watch::disarm);
        }
    }
}

/// Called by the kernel, or by somebody's handler that was put in place of this one.
pub(super) extern "C" fn handle(
    signal: libc::c_int,
    _: *mut libc::siginfo_t,
    _: *mut libc::c_void,
) {
    let _errno = Errno::kept();
    LAST_WORDS.bell.ring(Arrival { signal, chained: !is_ours(signal) });
}

/// Called by exit(3). A child that was forked and executed nothing has no thread of ours, and may have our locks held by
/// nobody.
extern "C" fn speak_at_exit() {
    if LAST_WORDS.bell.is_heard_here() {
        LAST_WORDS.let_speak();
    }
}

/// Whether our handler is called first at a signal.
pub(super) fn is_ours(signal: i32) -> bool {
    Action::at(signal).is_ok_and(|action| action.calls(handle))
}

impl LastWords {
    fn ledger(&self) -> MutexGuard<'_, Ledger> {
        self.ledger.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Starts the thread. It holds every signal back: it is nobody's handlers' to run on.
    fn listen(&'static self) -> io::Result<()> {
        let hearing = self.bell.hang()?;
        let _held = signals::hold_back_all();
        let thread = thread::Builder::new().name("procmon-last".to_owned());
        thread.spawn(move || self.serve(hearing))?;
        process::at_exit(speak_at_exit);
        Ok(())
    }

    fn serve(&self, hearing: Hearing) {
        for arrival in hearing {
            if !self.ledger().is_answered(arrival.signal) {
                self.let_speak();
            }
            self.ledger().pass_on(arrival);
        }
    }

    /// All speak at once, so that nobody has less time for somebody else's sake.
    fn let_speak(&self) {
        let speakers: Vec<_> =
            self.ledger().speakers.iter().map(|(_, speak)| Arc::clone(speak)).collect();
        let Some((own, others)) = speakers.split_first() else { return };
        let end = Instant::now() + PATIENCE;
        let speaks = |speak: &Speaker| {
            let left = end.saturating_duration_since(Instant::now());
            // Who fails has said so by the panic itself, and the others are to speak all the same.
            drop(catch_unwind(AssertUnwindSafe(|| speak(left))));
        };
        thread::scope(|scope| {
            let has_no_thread = |speak: &&Arc<Speaker>| {
                let speak = Arc::clone(speak);
                let thread = thread::Builder::new().name("procmon-last".to_owned());
                thread.spawn_scoped(scope, move || speaks(&*speak)).is_err()
            };
            let left_over: Vec<_> = others.iter().filter(has_no_thread).collect();
            speaks(&**own);
            for speak in left_over {
                speaks(&**speak);
            }
        });
    }
}

impl Ledger {
    const fn new() -> Self {
        let watches = [Watch::of(libc::SIGTERM), Watch::of(libc::SIGINT), Watch::of(libc::SIGHUP)];
        Self { heard: false, next: 0, speakers: Vec::new(), watches }
    }

    fn arm(&mut self) {
        if self.heard && !self.speakers.is_empty() {
            self.watches.iter_mut().for_each(Watch::arm);
        }
    }

    fn is_answered(&self, signal: i32) -> bool {
        self.watches.iter().any(|watch| watch.signal == signal && watch.answered)
    }

    /// Has the signal do what it would have done.
    fn pass_on(&mut self, arrival: Arrival) {
        if let Some(watch) = self.watches.iter_mut().find(|watch| watch.signal == arrival.signal) {
            watch.stand_aside(arrival.chained);
        }
        // Under the lock, so that no registration puts our handler there in between.
        process::signal_ourselves(arrival.signal);
    }
}

impl Watch {
    const fn of(signal: i32) -> Self {
        Self { signal, former: None, answered: false }
    }

    /// Puts our handler there, once. Where somebody else's has taken its place meanwhile, that one may call ours: over it, the
    /// two would call each other without an end.
    fn arm(&mut self) {
        let Ok(installed) = Action::at(self.signal) else { return };
        if installed.ignores() || !(self.former.is_none() || installed.is_default()) {
            return;
        }
        if let Ok(former) = Action::calling(handle).put(self.signal) {
            (self.former, self.answered) = (Some(former), false);
        }
    }

    /// Takes our handler back where it is still there.
    fn disarm(&mut self) {
        if is_ours(self.signal)
            && let Some(former) = self.former
            && former.put(self.signal).is_ok()
        {
            (self.former, self.answered) = (None, false);
        }
    }

    /// Puts the former action back, in place of ours or of that which calls ours: it has had its turn.
    fn stand_aside(&mut self, chained: bool) {
        self.answered = true;
        if chained || is_ours(self.signal) {
            let former = self.former.unwrap_or_else(Action::default_one);
            // It fails for signals that do not exist only.
            drop(former.put(self.signal));
        }
    }
}
