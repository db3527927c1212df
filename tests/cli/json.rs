//! The records on stdout: whole, in order, and with nothing between them.

use crate::support::{Finished, interpreter, procmon, program, records, shell};

/// What a pipe holds (pipe(7)).
const PIPE: usize = 64 * 1024;

#[test]
fn stdout_is_records_from_the_header_to_the_end_and_the_command_speaks_on_stderr() {
    let words = ["run", "--json", "--quiet"];
    let finished = procmon(words.iter().chain(&shell("echo out; echo err >&2; exit 2"))).run();
    assert_eq!((finished.code, finished.err()), (Some(2), "out\nerr\n"));
    let records = records(&finished.stdout);
    let types: Vec<&str> = records.iter().map(|record| record["type"].as_str().unwrap()).collect();
    assert_eq!((types[0], types[types.len() - 1]), ("header", "end"));
    assert_eq!(types.iter().filter(|kind| **kind == "header" || **kind == "end").count(), 2);
    assert!(types.contains(&"sample"), "{types:?}");
    assert_eq!(records.last().unwrap()["ending"]["exitCode"], 2);
}

#[test]
fn a_muted_command_leaves_the_records_on_stdout() {
    let words = ["run", "--json", "--quiet", "--mute"];
    let finished = procmon(words.iter().chain(&shell("echo out; echo err >&2"))).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    assert_eq!(records(&finished.stdout)[0]["command"][2], "echo out; echo err >&2");
}

#[test]
fn every_record_of_a_wide_tree_arrives() {
    let words = ["run", "--json", "--quiet", "--interval", "1ms", "--fixed"];
    let command = shell("i=0; while [ $i -lt 200 ]; do /bin/true; i=$((i+1)); done");
    let finished = procmon(words.iter().chain(&command)).run();
    let records = records(&finished.stdout);
    let births = records.iter().filter(|record| record["event"] == "started").count();
    assert_eq!(records.last().unwrap()["processesSeen"], births);
    assert!(!records.iter().any(|record| record["kind"] == "recordsDropped"));
}

#[test]
fn a_reader_that_goes_away_costs_the_records_and_not_the_command() {
    // The reader takes the header and leaves; the command then goes on, makes more records and says so.
    let command = "read word; /bin/true; echo $word >&2; exit 3";
    let words = ["run", "--json", "--interval", "5ms"];
    let mut running = procmon(words.iter().chain(&shell(command))).start();
    assert!(running.line().starts_with(r#"{"type":"header""#));
    running.turn_away();
    running.say("went on");
    let finished = running.finish();
    assert_eq!(finished.code, Some(3));
    assert!(finished.err().starts_with("went on\n"), "{}", finished.err());
    let words: Vec<&str> = finished.err().split_whitespace().collect();
    let warning = "could not be written to stdout: Broken pipe (os error 32)";
    assert!(words.join(" ").contains(warning), "{}", finished.err());
}

/// Runs a program whose stream of this name is a pipe that does not block and that holds so many bytes already. It is
/// read once the program has ended or a thread of it sleeps in poll(2); what came through it is shown.
const WITHOUT_BLOCKING: &str = "import os, subprocess, sys, time\n\
    name, held, words = sys.argv[1], int(sys.argv[2]), sys.argv[3:]\n\
    poll = {'x86_64': '7', 'aarch64': '73'}[os.uname().machine]\n\
    reader, writer = os.pipe()\n\
    os.set_blocking(writer, False)\n\
    while held:\n    \
        held -= os.write(writer, b'x' * min(held, 4096))\n\
    program = subprocess.Popen(words, **{name: writer})\n\
    os.close(writer)\n\
    tasks = f'/proc/{program.pid}/task/'\n\
    def waits(task):\n    \
        try:\n        \
            return open(tasks + task + '/syscall').read().split()[0] == poll\n    \
        except OSError:\n        \
            return False\n\
    while program.poll() is None and not any(map(waits, os.listdir(tasks))):\n    \
        time.sleep(0.001)\n\
    sys.stdout.write(open(reader).read().lstrip('x'))\n\
    sys.exit(program.wait())";

fn without_blocking(stream: &str, held: usize, words: &[&str]) -> Finished {
    let held = held.to_string();
    let before = [WITHOUT_BLOCKING, stream, &held, env!("CARGO_BIN_EXE_procmon"), "run"];
    program(interpreter(), ["-c"].iter().chain(&before).chain(words)).run()
}

#[test]
fn every_record_arrives_through_a_pipe_that_somebody_has_made_non_blocking() {
    let command = shell("i=0; while [ $i -lt 400 ]; do /bin/true; i=$((i+1)); done; exit 4");
    let words = [&["--json", "--quiet", "--interval", "1ms", "--fixed"], &command[..]].concat();
    let finished = without_blocking("stdout", 0, &words);
    assert_eq!((finished.code, finished.err()), (Some(4), ""));
    assert!(finished.stdout.len() > 2 * PIPE, "{}", finished.stdout.len());
    let records = records(&finished.stdout);
    let births = records.iter().filter(|record| record["event"] == "started").count();
    assert_eq!(records.last().unwrap()["processesSeen"], births);
}

#[test]
fn our_words_arrive_through_a_pipe_that_somebody_has_made_non_blocking() {
    let finished = without_blocking("stderr", PIPE, &["true"]);
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    assert!(finished.out().starts_with("\nprocmon: true exited with 0 after "), "{finished:?}");
    assert!(finished.out().ends_with('\n'), "{finished:?}");
    let failure = without_blocking("stderr", PIPE, &["no-such-command"]);
    assert_eq!(failure.code, Some(127));
    assert_eq!(failure.out(), "procmon: no-such-command: command not found\n");
}
