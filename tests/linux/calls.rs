//! Timed calls that processes of a tree tell its session of, over its socket.

use serde_json::Value;

use crate::support::{Finished, Results, procmon, python};

/// Finds sessions of a process, and says to one that a call of so many nanoseconds has just ended.
const TELL: &str = r"
import json, os, socket, sys, time

def name(pid, number=0):
    start = open(f'/proc/{pid}/stat').read().rpartition(') ')[2].split()[19]
    return f'\0procmon/calls/{pid}-{start}-{number}'

def session(pid, number=0):
    stream = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stream.connect(name(pid, number))
    return stream

def tell(stream, name, wall=5_000_000):
    ended = time.monotonic_ns()
    stream.sendall(json.dumps({
        'startedNs': ended - wall, 'endedNs': ended, 'id': 'x', 'parentId': None, 'name': name, 'form': 'sync',
        'args': None, 'pid': 1, 'startTime': 7, 'threadId': 0, 'outcome': 'returned', 'error': None, 'wallNs': wall,
    }).encode() + b'\n')
";

/// The words that run this with it.
fn telling(text: &str) -> [String; 3] {
    python(&format!("{TELL}{text}")).map(str::to_owned)
}

fn run(text: &str, options: &[&str]) -> (Finished, Results) {
    let words = telling(text);
    Results::of_run(options, &words.each_ref().map(String::as_str))
}

fn of_kind<'a>(recording: &'a [Value], kind: &str) -> Vec<&'a Value> {
    recording.iter().filter(|record| record["type"] == kind).collect()
}

fn names(recording: &[Value]) -> Vec<&str> {
    of_kind(recording, "call").iter().filter_map(|call| call["name"].as_str()).collect()
}

#[test]
fn calls_of_a_command_and_its_descendants_are_recorded_in_the_time_of_the_session() {
    let text = "root = os.getpid()\n\
        tell(session(root), 'build', 5_000_000)\n\
        if os.fork() == 0:\n    \
            tell(session(root), 'child', 1_000)\n    \
            os._exit(0)\n\
        os.wait()\n\
        tell(session(root), 'last', time.monotonic_ns())";
    let (finished, results) = run(text, &[]);
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    let recording = results.recording();
    assert_eq!(names(&recording), ["build", "child", "last"]);
    let calls = of_kind(&recording, "call");
    let millis = |record: &Value, name: &str| record[name].as_f64().unwrap();
    let took = |call: &Value| millis(call, "atMs") - millis(call, "startedMs");
    assert!((took(calls[0]) - 5.0).abs() < 1e-5 && (took(calls[1]) - 0.001).abs() < 1e-5);
    assert_eq!(calls[2]["startedMs"], 0);
    let moments: Vec<f64> = calls.iter().map(|call| millis(call, "atMs")).collect();
    let end = recording.last().unwrap();
    assert!(moments.is_sorted() && moments[2] <= millis(end, "atMs"), "{moments:?} {end}");
    let births = recording.iter().filter(|record| record["event"] == "started");
    let pids: Vec<&Value> = births.map(|birth| &birth["process"]["pid"]).collect();
    let told: Vec<&Value> = calls.iter().map(|call| &call["pid"]).collect();
    assert_eq!(told, [pids[0], pids[1], pids[0]]);
}

#[test]
fn whoever_says_what_is_no_call_is_counted_and_changes_nothing_else() {
    let text = "stream = session(os.getpid())\n\
        stream.sendall(b'\\xff\\n{}\\n\\0\\n')\n\
        stream.sendall(b'{\"dropped\":5}\\n')\n\
        tell(stream, 'between')\n\
        endless = session(os.getpid())\n\
        try:\n    \
            while True: endless.sendall(b'x' * 100_000)\n\
        except OSError: pass\n\
        sys.exit(3)";
    let (finished, results) = run(text, &[]);
    assert_eq!((finished.code, finished.err()), (Some(3), ""));
    let recording = results.recording();
    assert_eq!(names(&recording), ["between"]);
    let warnings = results.summary().warnings;
    let mut counts: Vec<u64> = warnings.iter().map(|warning| warning.count).collect();
    counts.sort_unstable();
    assert_eq!(counts, [4, 5], "{warnings:?}");
}

#[test]
fn a_session_ends_while_somebody_is_connected_who_is_heard_to_the_end_and_let_go() {
    let text = "ready, done = os.pipe()\n\
        root = os.getpid()\n\
        if os.fork() == 0:\n    \
            stream = session(root)\n    \
            tell(stream, 'survivor')\n    \
            os.write(done, b'x')\n    \
            os._exit(0 if stream.recv(1) == b'' else 1)\n\
        os.read(ready, 1)";
    let (finished, results) = run(text, &[]);
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    assert_eq!(names(&results.recording()), ["survivor"]);
}

#[test]
fn two_sessions_of_one_process_are_both_told() {
    let text = "print(os.getpid(), flush=True)\n\
        streams, until = [session(os.getpid())], time.monotonic() + 20\n\
        while len(streams) == 1 and time.monotonic() < until:\n    \
            try: streams.append(session(os.getpid(), 1))\n    \
            except OSError: time.sleep(0.002)\n\
        for stream in streams: tell(stream, 'both')";
    let results = Results::new();
    let (first, second) = (results.word("run.jsonl"), results.word("second.jsonl"));
    let words = telling(text);
    let ours = ["run", "--quiet", "--out", &first, "--"];
    let mut running = procmon(ours.into_iter().chain(words.iter().map(String::as_str))).start();
    let pid = running.line();
    let attached = procmon(["attach", "--quiet", "--out", &second, &pid]).run();
    assert_eq!((attached.code, running.finish().code), (Some(0), Some(0)));
    let second = std::fs::read(second).unwrap();
    let recordings = [results.recording(), crate::support::records(&second)];
    assert_eq!(
        recordings.each_ref().map(|recording| names(recording)),
        [["both"]; 2].map(Vec::from)
    );
}

#[test]
fn a_session_without_children_hears_the_root_alone() {
    let text = "root = os.getpid()\n\
        if os.fork() == 0:\n    \
            stream = session(root)\n    \
            os._exit(0 if stream.recv(1) == b'' else 1)\n\
        assert os.wait()[1] == 0\n\
        tell(session(root), 'root')";
    let results = Results::new();
    let out = results.word("run.jsonl");
    let words = telling(text);
    let ours = ["run", "--quiet", "--no-children", "--out", &out, "--"];
    let finished = procmon(ours.into_iter().chain(words.iter().map(String::as_str))).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    assert_eq!(names(&results.recording()), ["root"]);
}

#[test]
fn the_environment_of_a_command_says_nothing_of_it() {
    let sorted = |text: &str| {
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines.sort_unstable();
        lines
    };
    let watched = procmon(["run", "--quiet", "--", "/usr/bin/env"]).run();
    let alone = crate::support::program("/usr/bin/env", [""; 0]).run();
    assert_eq!(sorted(watched.out()), sorted(alone.out()));
}
