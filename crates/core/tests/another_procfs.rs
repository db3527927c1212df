//! Floor 10. Sessions over another procfs than our own: ours taken for another, and folders that are none.
#![cfg(test)]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use procmon_core::session::{Order, Session, Target};
use procmon_model::event::Ending;
use procmon_model::host::Tier;
use procmon_model::ports::Launch;
use procmon_model::record::EndCause;
use procmon_model::settings::Settings;
use procmon_sys::{Accounting, Inside};

const PATIENCE: Duration = Duration::from_secs(30);

fn order(target: Target, procfs: &Path) -> Order {
    let interval = Duration::from_millis(20);
    Order {
        target,
        settings: Settings { interval, max_interval: interval, ..Settings::default() },
        accounting: Accounting::Auto,
        inside: Inside::ForeignProcess,
        signals: procmon_sys::signal_mask(),
        sinks: Vec::new(),
        procfs: Some(procfs.to_owned()),
        calls: true,
    }
}

/// Why a session cannot be started.
fn refusal(target: Target, procfs: &Path) -> String {
    Session::start(order(target, procfs)).err().unwrap().to_string()
}

/// The milliseconds of processor time of a process, by the ticks of its stat.
fn cpu_ms(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields: Vec<&str> = stat.rsplit_once(')').unwrap().1.split_whitespace().collect();
    let ticks: u32 = fields[11..13].iter().map(|field| field.parse::<u32>().unwrap()).sum();
    let per_second = Command::new("getconf").arg("CLK_TCK").output().unwrap().stdout;
    let per_second: f64 = String::from_utf8(per_second).unwrap().trim().parse().unwrap();
    f64::from(ticks) * 1000.0 / per_second
}

/// A shell that works when it is told to, says when that is done, and ends when it hears no more.
fn worker() -> (Child, ChildStdin) {
    let script = "read; for ((i = 0; i < 50000; i++)); do :; done; echo done; read";
    let mut command = Command::new("bash");
    command.args(["-c", script]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let input = child.stdin.take().unwrap();
    (child, input)
}

#[test]
fn a_session_tells_what_its_root_used_until_it_has_gone() {
    let (mut child, mut input) = worker();
    let pid = child.id();
    let session = Session::start(order(Target::Attach(pid), Path::new("/proc"))).unwrap();
    assert_eq!((session.header().root.pid, session.header().attached), (pid, true));
    let digest = session.digest();
    let worked = thread::spawn(move || {
        let samples = || digest.summary().map_or(0, |summary| summary.samples);
        let patience = Instant::now() + PATIENCE;
        let until = |count| {
            while samples() < count && Instant::now() < patience {
                thread::sleep(Duration::from_millis(1));
            }
        };
        // The first sample is what the figures count from.
        until(1);
        let before = cpu_ms(pid);
        writeln!(input).unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut String::new()).unwrap();
        until(samples() + 2);
        let used = cpu_ms(pid) - before;
        drop(input);
        child.wait().unwrap();
        used
    });
    let outcome = session.run().unwrap();
    let used = worked.join().unwrap();
    assert_eq!((outcome.ending, outcome.cause), (Some(Ending::Unseen), EndCause::RootEnded));
    let summary = outcome.summary;
    let told = summary.cpu_ms.unwrap();
    assert!(used > 0.0 && (told - used).abs() < 0.001, "{told} {used}");
    let accounting = summary.accounting;
    assert_eq!((accounting.tier, accounting.missed_at_most), (Tier::Portable, None));
    assert!(accounting.reasons[0].contains("looked for at each sample"), "{accounting:?}");
    assert_eq!(accounting.seen, Some(1));
}

#[test]
fn what_cannot_be_watched_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let missing: PathBuf = folder.path().join("missing");
    assert_eq!(
        refusal(Target::Attach(1), &missing),
        format!("processes cannot be watched here: {} does not exist", missing.display())
    );
    assert_eq!(
        refusal(Target::Attach(1), folder.path()),
        format!(
            "processes cannot be watched here: {} is no procfs: it has neither a stat of the machine nor a process 1",
            folder.path().display()
        )
    );
    fs::write(folder.path().join("stat"), "cpu  1 2\n").unwrap();
    let nobody = refusal(Target::Attach(4711), folder.path());
    assert_eq!(nobody, "no process has the number 4711");
    let launch = Launch { command: vec!["true".into()], ..Launch::default() };
    assert_eq!(
        refusal(Target::Launch(launch), folder.path()),
        "true: could not be started: nothing can be launched into another procfs than our own"
    );
}
