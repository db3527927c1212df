//! Floor 7. Signals and ends that come to real processes while somebody has something to say.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering::SeqCst};
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use libc::{SIGHUP, SIGINT, SIGTERM};

use super::bell::Errno;
use super::words::{Registration, handle, hear_again, is_ours, register};
use crate::linux::kernel::action::{Action, Handler};
use crate::linux::kernel::process::{Which, reap, signal_child, signal_ourselves};
use crate::linux::signals;
use crate::linux::support::{PATIENCE, actor, is_actor, runs_elsewhere, test_path, within};

/// How often [`count`] was called for SIGTERM, and for others.
static TERMS: AtomicU32 = AtomicU32::new(0);
static OTHERS: AtomicU32 = AtomicU32::new(0);

/// Somebody else's handler.
extern "C" fn count(signal: libc::c_int, _: *mut libc::siginfo_t, _: *mut libc::c_void) {
    let counted = if signal == SIGTERM { &TERMS } else { &OTHERS };
    counted.fetch_add(1, SeqCst);
}

/// Somebody else's handler that calls the one before it, which was ours.
extern "C" fn chain(signal: libc::c_int, info: *mut libc::siginfo_t, context: *mut libc::c_void) {
    OTHERS.fetch_add(1, SeqCst);
    handle(signal, info, context);
}

fn put(handler: Handler, signal: i32) {
    Action::calling(handler).put(signal).unwrap();
}

/// Registers somebody who counts how often they were asked.
fn counted() -> (Arc<AtomicU32>, Registration) {
    let spoken = Arc::new(AtomicU32::new(0));
    let speaker = Arc::clone(&spoken);
    let count = move |_| {
        speaker.fetch_add(1, SeqCst);
    };
    (spoken, register(count))
}

fn reaches(counter: &AtomicU32, number: u32) {
    within("a handler", || (counter.load(SeqCst) >= number).then_some(()));
}

fn say(text: &str) {
    let mut out = io::stdout();
    writeln!(out, "{text}").and_then(|()| out.flush()).unwrap();
}

#[test]
fn a_process_still_dies_of_the_signal_and_has_its_say_before() {
    let test = test_path!();
    if is_actor(&test) {
        let _kept = register(|_| say("last words"));
        say("ready");
        thread::sleep(PATIENCE);
        return;
    }
    for signal in [SIGTERM, SIGINT, SIGHUP] {
        let words = actor(&test);
        let mut child =
            Command::new(&words[0]).args(&words[1..]).stdout(Stdio::piped()).spawn().unwrap();
        let mut out = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("ready") {
            line.clear();
            assert!(out.read_line(&mut line).unwrap() > 0, "it ended before it was ready");
        }
        signal_child(child.id(), signal);
        let mut rest = String::new();
        out.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, "last words\n");
        assert_eq!(child.wait().unwrap().signal(), Some(signal));
    }
}

#[test]
#[expect(clippy::exit, reason = "that is what is tested")]
fn whoever_asks_nobody_and_exits_has_them_have_their_say() {
    let test = test_path!();
    if is_actor(&test) {
        let _kept = [(); 3].map(|()| register(|_| say("last words")));
        std::process::exit(3);
    }
    let words = actor(&test);
    let ended = Command::new(&words[0]).args(&words[1..]).output().unwrap();
    let said = String::from_utf8(ended.stdout).unwrap();
    assert_eq!((ended.status.code(), said.matches("last words\n").count()), (Some(3), 3));
}

#[test]
fn a_handler_that_was_there_before_is_called_once_for_each_signal_and_after_the_last_words() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    put(count, SIGTERM);
    let (before, seen) = mpsc::channel();
    let _kept = register(move |_| before.send(TERMS.load(SeqCst)).unwrap());
    assert!(is_ours(SIGTERM));
    signal_ourselves(SIGTERM);
    reaches(&TERMS, 1);
    assert_eq!(seen.recv().unwrap(), 0);
    assert!(Action::at(SIGTERM).unwrap().calls(count));
    signal_ourselves(SIGTERM);
    reaches(&TERMS, 2);
    assert_eq!((TERMS.load(SeqCst), seen.try_recv().ok()), (2, None));
}

#[test]
fn a_signal_that_is_ignored_stays_ignored() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    signals::ignore(signals::HUP);
    let (spoken, _kept) = counted();
    assert!(signals::is_ignored(signals::HUP) && is_ours(SIGTERM) && is_ours(SIGINT));
    signal_ourselves(SIGHUP);
    assert_eq!(spoken.load(SeqCst), 0);
}

#[test]
fn with_the_last_registration_everything_is_as_it_was_and_can_begin_anew() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    put(count, SIGTERM);
    for _ in 0..2 {
        let (one, other) = (register(|_| ()), register(|_| ()));
        drop(one);
        assert!(is_ours(SIGTERM) && is_ours(SIGINT) && is_ours(SIGHUP));
        drop(other);
        assert!(Action::at(SIGTERM).unwrap().calls(count));
        assert!(Action::at(SIGINT).unwrap().is_default());
        assert!(Action::at(SIGHUP).unwrap().is_default());
    }
}

#[test]
fn a_handler_that_took_the_place_of_ours_is_left_alone() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    let (spoken, kept) = counted();
    put(count, SIGTERM);
    signal_ourselves(SIGTERM);
    reaches(&TERMS, 1);
    let another = register(|_| ());
    assert!(Action::at(SIGTERM).unwrap().calls(count));
    drop((kept, another));
    assert!(Action::at(SIGTERM).unwrap().calls(count));
    assert_eq!((TERMS.load(SeqCst), spoken.load(SeqCst)), (1, 0));
}

#[test]
fn the_default_that_came_back_by_other_hands_is_replaced_by_the_next_registration_or_on_demand() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    hear_again();
    assert!(!is_ours(SIGTERM), "nobody has anything to say");
    let _kept = register(|_| ());
    Action::default_one().put(SIGTERM).unwrap();
    let _next = register(|_| ());
    assert!(is_ours(SIGTERM));
    Action::default_one().put(SIGTERM).unwrap();
    hear_again();
    assert!(is_ours(SIGTERM));
}

#[test]
fn a_handler_that_calls_ours_has_what_was_there_before_it_called_once() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    put(count, SIGTERM);
    let (spoken, _kept) = counted();
    put(chain, SIGTERM);
    signal_ourselves(SIGTERM);
    reaches(&TERMS, 1);
    assert!(Action::at(SIGTERM).unwrap().calls(count));
    assert_eq!(
        (OTHERS.load(SeqCst), TERMS.load(SeqCst), spoken.load(SeqCst)),
        (1, 1, 1),
        "the other handler, the former one, the last words"
    );
}

#[test]
fn a_signal_that_comes_during_the_last_words_waits_for_no_others() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    put(count, SIGTERM);
    put(count, SIGINT);
    let (speaking, asked) = mpsc::channel();
    let (go_on, told) = mpsc::channel::<()>();
    let told = Mutex::new(told);
    let _kept = register(move |_| {
        speaking.send(()).unwrap();
        assert!(told.lock().unwrap().recv().is_err());
    });
    signal_ourselves(SIGTERM);
    asked.recv().unwrap();
    signal_ourselves(SIGTERM);
    signal_ourselves(SIGINT);
    drop(go_on);
    // The signals are answered in their order, so that both of the others have been by then.
    reaches(&OTHERS, 1);
    // The kernel holds one signal of a kind for a process that has not taken it yet.
    assert!((1..=2).contains(&TERMS.load(SeqCst)));
    assert_eq!(asked.try_iter().count(), 1, "that of the other signal");
}

#[test]
fn one_who_fails_keeps_nobody_from_speaking_and_all_have_the_same_second() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    put(count, SIGTERM);
    let (first, left) = mpsc::channel();
    let second = first.clone();
    let _failing = register(move |time| {
        first.send(time).unwrap();
        panic!("on purpose");
    });
    let _kept = register(move |time| second.send(time).unwrap());
    signal_ourselves(SIGTERM);
    reaches(&TERMS, 1);
    let times: Vec<Duration> = left.try_iter().collect();
    assert_eq!(times.len(), 2);
    assert!(times.iter().all(|time| *time <= Duration::from_secs(1)), "{times:?}");
}

#[test]
fn one_who_takes_all_the_time_keeps_nobody_waiting() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    put(count, SIGTERM);
    let (speaking, heard) = mpsc::channel();
    let heard = Mutex::new(heard);
    let (told, found) = mpsc::channel();
    // The first does not come to an end before the second has spoken.
    let _slow = register(move |_| told.send(heard.lock().unwrap().recv_timeout(PATIENCE)).unwrap());
    let _quick = register(move |time| speaking.send(time).unwrap());
    signal_ourselves(SIGTERM);
    assert!(found.recv().unwrap().unwrap() > Duration::ZERO);
    reaches(&TERMS, 1);
}

#[test]
fn one_who_registers_and_leaves_while_they_speak_keeps_nobody_waiting() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    put(count, SIGTERM);
    let shared = Arc::new(Mutex::new(None));
    let inner = Arc::clone(&shared);
    let registration = register(move |_| {
        drop(inner.lock().unwrap().take());
        drop(register(|_| ()));
    });
    *shared.lock().unwrap() = Some(registration);
    signal_ourselves(SIGTERM);
    reaches(&TERMS, 1);
    assert!(Action::at(SIGTERM).unwrap().calls(count));
}

#[test]
fn a_forked_child_that_executed_nothing_dies_alone() {
    if runs_elsewhere(&test_path!(), &[]) {
        return;
    }
    put(count, SIGTERM);
    let (spoken, _kept) = counted();
    // SAFETY: the child calls nothing but what signal-safety(7) lists, and ends there.
    let child = unsafe {
        let child = libc::fork();
        if child == 0 {
            libc::pause();
            libc::_exit(0);
        }
        child
    };
    let child = u32::try_from(child).unwrap();
    signal_child(child, SIGTERM);
    let status = reap(Which::Child(child), true).unwrap().status;
    assert!(libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == SIGTERM);
    // What the child might have written would come before the answer to this.
    signal_ourselves(SIGTERM);
    reaches(&TERMS, 1);
    assert_eq!(spoken.load(SeqCst), 1);
}

#[test]
fn errno_is_left_as_it_was() {
    let close = |descriptor| {
        // SAFETY: no descriptor has this number.
        unsafe { libc::close(descriptor) }
    };
    close(-1);
    let before = io::Error::last_os_error().raw_os_error();
    {
        let _kept = Errno::kept();
        assert!(std::fs::File::open("/nowhere at all").is_err());
        assert_ne!(io::Error::last_os_error().raw_os_error(), before);
    }
    assert_eq!(io::Error::last_os_error().raw_os_error(), before);
}
