//! Floor 11. Scrapes of a real session: a shell that is attached to and read only when somebody asks.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use procmon_core::session::{Order, Session, Target};
use procmon_export::census::{Census, CensusOptions, Group, Scene, SharedCensus};
use procmon_export::grouping::By;
use procmon_export::scrape::Scraper;
use procmon_model::ports::Request;
use procmon_model::record::EndCause;
use procmon_model::settings::Settings;
use procmon_sys::{Accounting, Inside, Remote};

/// A shell that sleeps for a moment whenever it is told to. It ends with its standard input.
struct Shell {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Shell {
    fn start() -> Self {
        let script = "while read word; do sleep 0.1; echo done; done";
        let mut child = Command::new("/bin/sh")
            .args(["-c", script])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take(), child.stdout.take().unwrap());
        Self { child, input, output: BufReader::new(output) }
    }

    /// Has it start a process, and waits until that has ended.
    fn sleep(&mut self) {
        writeln!(self.input.as_ref().unwrap(), "sleep").unwrap();
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        assert_eq!(line, "done\n");
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        drop(self.input.take());
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// A session that reads nothing for a day by itself.
fn session(pid: u32, shared: &SharedCensus) -> (Remote, JoinHandle<EndCause>) {
    let sink = Box::new(shared.sink());
    let (remotes, started) = mpsc::channel();
    let running = thread::spawn(move || {
        let day = Duration::from_secs(24 * 60 * 60);
        let session = Session::start(Order {
            target: Target::Attach(pid),
            settings: Settings { interval: day, max_interval: day, ..Settings::default() },
            accounting: Accounting::Auto,
            inside: Inside::ForeignProcess,
            signals: procmon_sys::signal_mask(),
            sinks: vec![sink],
            procfs: None,
            calls: false,
        })
        .unwrap();
        remotes.send(session.remote()).unwrap();
        session.run().unwrap().cause
    });
    (started.recv_timeout(Duration::from_secs(30)).unwrap(), running)
}

fn group<'a>(scene: &'a Scene, name: &str) -> Option<&'a Group> {
    scene.groups.iter().find(|group| &*group.name == name)
}

/// The shell may know of it before the session does.
fn until_the_end_of_sleep_is_heard(shared: &SharedCensus, remote: &Remote) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let newcomer = shared.for_another_viewer();
        let scraper = Scraper::new(newcomer, remote.clone()).with_max_age(Duration::ZERO);
        if group(&scraper.scene(), "sleep").is_some_and(|sleep| !sleep.exited.is_empty()) {
            return;
        }
        assert!(Instant::now() < deadline, "the end of a process was not heard");
    }
}

#[test]
fn a_scrape_has_a_sample_of_its_own_and_whatever_came_and_went_before_it() {
    let mut shell = Shell::start();
    let census = Census::new(CensusOptions::new(Box::new(By::Name)));
    let shared = SharedCensus::new(census);
    let (remote, running) = session(shell.child.id(), &shared);
    let scraper = Scraper::new(shared.clone(), remote.clone())
        .with_max_age(Duration::ZERO)
        .with_patience(Duration::from_secs(30));
    let first = scraper.scene();
    let names: Vec<&str> = first.groups.iter().map(|group| &*group.name).collect();
    assert_eq!((names.len(), first.groups[0].processes, first.groups[0].started), (1, 1, 0));
    assert_eq!(first.groups[0].figures.fds.map(|fds| fds >= 3), Some(true));

    shell.sleep();
    until_the_end_of_sleep_is_heard(&shared, &remote);
    let second = scraper.scene();
    assert!(second.read_at > first.read_at, "{:?} {:?}", first.read_at, second.read_at);
    let sleep = group(&second, "sleep").expect("it came and went before the scrape");
    let ended: u64 = sleep.exited.iter().map(|(_, count)| count).sum();
    assert_eq!((sleep.processes, sleep.started, ended), (0, 1, 1));
    assert_eq!(group(&scraper.scene(), "sleep"), None);

    remote.ask(Request::Stop);
    assert_eq!(running.join().unwrap(), EndCause::Stopped);
    assert_eq!(scraper.scene().groups.len(), 1);
}
