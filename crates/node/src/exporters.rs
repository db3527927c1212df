//! Floor 12. Who sends a session's figures elsewhere: the command line as a child of ours, which gets the records.
//!
//! The session puts its records into a bounded queue. A thread begins with the first of them, starts `procmon export -`
//! and writes to it; another keeps what the child says of its troubles. Neither the session nor JavaScript waits for
//! them before the end, and that for some seconds at most.

use std::fmt;
use std::io::{self, Read, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStderr, ChildStdin, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use procmon_core::sink::{Queue, Receiver, queue};
use procmon_model::ports::{Loss, LossKind, Sink};
use procmon_model::record::Record;
use serde::Deserialize;

/// How many records wait for the child: as many as wait in it for each exporter.
const RECORDS: usize = 4096;

/// How long the end waits for it. It gives up by itself after five seconds, and has to say so.
const PATIENCE: Duration = Duration::from_secs(7);

/// How much of what it says is kept.
const SAID_BYTES: u64 = 64 * 1024;

/// How the command line begins what it says.
const SAYS: &str = "procmon: ";

/// Who is to send.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum ExportersOption {
    /// This program, which finds in this environment what it is to do.
    Child { program: PathBuf, environment: Vec<(String, String)> },
    /// Nobody, for this reason.
    Missing(String),
}

impl fmt::Debug for ExportersOption {
    /// The environment can hold secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExportersOption").finish_non_exhaustive()
    }
}

/// The exporters of a session, or why it has none.
pub(crate) struct Exporters(Result<Sending, String>);

/// The thread that feeds the child.
struct Sending {
    thread: JoinHandle<Report>,
    /// Closed when that thread comes to its end.
    over: mpsc::Receiver<()>,
    child: SharedChild,
}

/// The child once it is there, for whoever has to end it.
type SharedChild = Arc<Mutex<Option<Child>>>;

/// What is known of the child when nothing more can be written to it.
#[derive(Default)]
struct Report {
    failure: Option<io::Error>,
    said: Vec<u8>,
}

/// Where the session's records go.
struct Feed(Queue);

impl Exporters {
    /// Makes ready. The child is started when the session has begun: the sink is for that.
    pub(crate) fn start(option: ExportersOption) -> (Option<Box<dyn Sink>>, Self) {
        match Sending::start(option) {
            Ok((feed, sending)) => (Some(Box::new(feed)), Self(Ok(sending))),
            Err(reason) => (None, Self(Err(reason))),
        }
    }

    /// The session is over and its sinks have been told: waits until everything is delivered or given up, and answers
    /// what was lost.
    pub(crate) fn finish(self) -> Vec<Loss> {
        self.0.map_or_else(|reason| vec![loss(&reason)], Sending::finish)
    }
}

impl Sending {
    fn start(option: ExportersOption) -> Result<(Feed, Self), String> {
        let (program, environment) = match option {
            ExportersOption::Child { program, environment } => (program, environment),
            ExportersOption::Missing(reason) => return Err(reason),
        };
        let mut command = Command::new(program);
        command.args(["export", "-"]).env_clear().envs(environment);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        procmon_sys::apart(&mut command);
        let (feed, receiver) = queue(RECORDS, || {});
        let child = SharedChild::default();
        let shared = Arc::clone(&child);
        let (closing, over) = mpsc::channel();
        let feeding = move || {
            let report = send(&receiver, &mut command, &shared);
            drop(closing);
            report
        };
        let thread = thread::Builder::new().name("procmon-export".to_owned()).spawn(feeding);
        let thread = thread.map_err(|error| format!("no thread could be started: {error}"))?;
        Ok((Feed(feed), Self { thread, over, child }))
    }

    fn finish(self) -> Vec<Loss> {
        let Self { thread, over, child } = self;
        let is_late = over.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout);
        if is_late && let Some(child) = lock(&child).as_mut() {
            // One that has ended just now is as good.
            drop(child.kill());
        }
        let Ok(report) = thread.join() else { return vec![loss("a thread broke off")] };
        // It has closed its streams, so that it is about to end or has been ended.
        let status = lock(&child).take().and_then(|mut child| child.wait().ok());
        let mut losses = report.losses();
        if is_late {
            losses.push(loss("what was not delivered within seven seconds was given up"));
        } else if let Some(status) = status.filter(|status| !status.success())
            && losses.is_empty()
        {
            losses.push(loss(&format!("the process that sends has ended: {status}")));
        }
        losses
    }
}

impl Report {
    fn losses(&self) -> Vec<Loss> {
        let failure = self.failure.as_ref();
        let unstarted = failure.map(|error| loss(&format!("they could not be started: {error}")));
        let said = String::from_utf8_lossy(&self.said);
        let lines = said.lines().filter_map(|line| line.strip_prefix(SAYS)).map(undelivered);
        unstarted.into_iter().chain(lines).collect()
    }
}

impl Sink for Feed {
    fn write(&mut self, record: &Record) {
        self.0.write(record);
    }

    fn finish(&mut self) {
        self.0.finish();
    }

    fn loss(&self) -> Option<Loss> {
        let records = self.0.loss()?.records;
        let message = format!("exporters: {records} records were dropped before they were sent");
        Some(Loss { kind: LossKind::NotDelivered, records, message })
    }
}

/// Hands the records on until the session is over. A child that has gone does not come back; the rest is let go.
fn send(receiver: &Receiver, command: &mut Command, child: &Mutex<Option<Child>>) -> Report {
    let mut text = Vec::new();
    // A session that never began has nothing to send.
    if !receiver.wait(&mut text) {
        return Report::default();
    }
    let mut report = Report::default();
    let (mut input, listener) = match begin(command, child) {
        Ok((input, listener)) => (Some(input), Some(listener)),
        Err(error) => {
            report.failure = Some(error);
            (None, None)
        }
    };
    loop {
        if input.as_mut().is_some_and(|input| input.write_all(&text).is_err()) {
            input = None;
        }
        text.clear();
        if !receiver.wait(&mut text) {
            break;
        }
    }
    drop(input);
    report.said = listener.and_then(|listener| listener.join().ok()).unwrap_or_default();
    report
}

/// Starts the child, and the thread that listens to it.
fn begin(
    command: &mut Command,
    shared: &Mutex<Option<Child>>,
) -> io::Result<(ChildStdin, JoinHandle<Vec<u8>>)> {
    let mut child = command.spawn()?;
    let streams = child.stdin.take().zip(child.stderr.take());
    *lock(shared) = Some(child);
    let (input, errors) = streams.ok_or(io::ErrorKind::BrokenPipe)?;
    let listening = thread::Builder::new().name("procmon-said".to_owned());
    Ok((input, listening.spawn(move || said(errors))?))
}

/// The beginning of what the child says; it never waits for room to say more.
fn said(mut errors: ChildStderr) -> Vec<u8> {
    let mut kept = Vec::new();
    let begun = errors.by_ref().take(SAID_BYTES).read_to_end(&mut kept);
    if begun.is_ok() {
        drop(io::copy(&mut errors, &mut io::sink()));
    }
    kept
}

fn lock(child: &Mutex<Option<Child>>) -> MutexGuard<'_, Option<Child>> {
    child.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something that kept all of them from sending.
fn loss(reason: &str) -> Loss {
    undelivered(&format!("exporters: {reason}"))
}

fn undelivered(message: &str) -> Loss {
    Loss { kind: LossKind::NotDelivered, records: 1, message: message.to_owned() }
}
