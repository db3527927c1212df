//! A command on a terminal: it has the terminal as without us.

use crate::support::{Session, Step, python};

/// Says what it knows of its terminal, then counts what the terminal sends until it is told to end.
const COMMAND: &str = "import signal, sys, threading\n\
    counts = {'SIGINT': 0, 'SIGWINCH': 0}\n\
    wanted = {signal.SIGINT, signal.SIGWINCH}\n\
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)\n\
    def count():\n    \
        while True:\n        \
            name = signal.Signals(signal.sigwait(wanted)).name\n        \
            counts[name] += 1\n        \
            print('got', name, flush=True)\n\
    threading.Thread(target=count, daemon=True).start()\n\
    print('ready', flush=True)\n\
    line = sys.stdin.readline()\n\
    print('read', repr(line), counts)\n\
    sys.exit(9)";

fn session(command: &str, steps: &[Step<'_>]) -> Session {
    Session::of(&[&["run", "--quiet"][..], &python(command)].concat(), steps)
}

#[test]
fn the_command_has_the_terminal_and_stands_in_its_foreground() {
    let look = "import os\n\
        print([os.isatty(stream) for stream in (0, 1, 2)], os.tcgetpgrp(0) == os.getpgrp())";
    let session = session(look, &[]);
    assert_eq!((session.output.as_str(), session.code), ("[True, True, True] True\r\n", Some(0)));
}

#[test]
fn ctrl_c_reaches_the_command_once_and_a_slow_one_is_waited_for() {
    let steps = [
        Step::Expect("ready"),
        Step::Type("\x03"),
        Step::Expect("got SIGINT"),
        Step::StillRunning,
        Step::Type("\x03"),
        Step::Expect("got SIGINT"),
        Step::StillRunning,
        Step::Type("done\n"),
    ];
    let session = session(COMMAND, &steps);
    let last = "read 'done\\n' {'SIGINT': 2, 'SIGWINCH': 0}\r\n";
    assert!(session.output.ends_with(last), "{}", session.output);
    assert_eq!(session.code, Some(9));
}

#[test]
fn ctrl_c_ends_a_command_and_us_with_it() {
    let steps = [Step::Expect("ready"), Step::Type("\x03")];
    let command = "import signal\n\
        signal.signal(signal.SIGINT, signal.SIG_DFL)\n\
        print('ready', flush=True)\n\
        signal.pause()";
    let session = session(command, &steps);
    assert_eq!((session.code, session.signal), (None, Some(2)));
}

#[test]
fn a_new_size_reaches_the_command_once() {
    let steps = [
        Step::Expect("ready"),
        Step::Resize(50, 132),
        Step::Expect("got SIGWINCH"),
        Step::Type("done\n"),
    ];
    let session = session(COMMAND, &steps);
    let last = "read 'done\\n' {'SIGINT': 0, 'SIGWINCH': 1}\r\n";
    assert!(session.output.ends_with(last), "{}", session.output);
}

#[test]
fn a_terminal_that_goes_away_is_told_to_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let told = folder.path().join("told");
    let command = format!(
        "import signal, sys\n\
         signal.pthread_sigmask(signal.SIG_BLOCK, {{signal.SIGHUP}})\n\
         print('ready', flush=True)\n\
         signal.sigwait({{signal.SIGHUP}})\n\
         open({told:?}, 'w').write('hung up')\n\
         sys.exit(4)"
    );
    let session = session(&command, &[Step::Expect("ready"), Step::HangUp]);
    assert_eq!(session.code, Some(4));
    assert_eq!(std::fs::read_to_string(told).unwrap(), "hung up");
}

#[test]
fn the_summary_fits_the_terminal_and_is_coloured_there() {
    let words = ["run", "sh", "-c", "echo ready; read size; exit 0"];
    let steps = [Step::Expect("ready"), Step::Resize(24, 70), Step::Type("go\n")];
    let session = Session::of(&words, &steps);
    let summary = &session.output[session.output.find("procmon:").unwrap()..];
    assert!(session.output.contains("\x1b[2mprocmon:\x1b[0m \x1b[1m"), "{}", session.output);
    for line in summary.lines() {
        let plain: String = line
            .split("\x1b[")
            .map(|part| part.split_once('m').map_or(part, |(_, text)| text))
            .collect();
        assert!(plain.chars().count() <= 70, "{plain:?}");
    }
}
