//! Floor 10. One file of a log: the lines that wait for it, what fails, and what is said of that.

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use super::lines::{Lines, Matter, Told};
use super::order::TimedCall;
use super::shared_file::{Refusal, SharedFile};
use super::trouble::Troubles;

/// Lines of so many bytes wait for a file that cannot be written to at the moment.
pub(super) const BACKLOG_BYTES: usize = 5 << 20;
/// How long after a failure that may pass by itself the file is tried again.
const SOON: Duration = Duration::from_secs(1);
/// How long after a failure that somebody has to mend.
const LATER: Duration = Duration::from_secs(5);

/// A file with its lines.
#[derive(Debug)]
pub(super) struct Outlet {
    file: SharedFile,
    backlog: Lines,
    failure: Option<Failure>,
    /// Whether the lines wait for somebody who keeps the file locked.
    is_busy: bool,
    /// Kinds of failures that were told since it worked last.
    told: Vec<ErrorKind>,
    /// Why it could not be rotated, as was told.
    told_of_rotation: Vec<ErrorKind>,
    /// Lines that it lost since it worked last.
    lost: u64,
    /// Room for a line.
    line: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
struct Failure {
    retry: Instant,
    /// Nothing waits for it until then.
    is_lasting: bool,
}

/// What the lines of a file have come to since this was asked last.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Those that stand in it.
    pub(super) written: Told,
    /// Those that it will never have.
    pub(super) lost: Told,
}

impl Outcome {
    /// Counts what another file's lines have come to.
    pub(super) fn join(&mut self, other: Self) {
        self.written.join(other.written);
        self.lost.join(other.lost);
    }
}

/// Writes the line of a call.
pub(super) type Encode = fn(&TimedCall, &mut Vec<u8>) -> io::Result<()>;

/// When a file is written to.
#[derive(Debug, Clone, Copy)]
pub(super) struct Attempt {
    pub(super) now: Instant,
    /// Others who have it locked are waited for up to this moment.
    pub(super) until: Instant,
    /// Whether a file that failed is tried before its time.
    pub(super) is_urgent: bool,
}

impl Outlet {
    pub(super) fn new(file: SharedFile) -> Self {
        Self {
            file,
            backlog: Lines::default(),
            failure: None,
            is_busy: false,
            told: Vec::new(),
            told_of_rotation: Vec::new(),
            lost: 0,
            line: Vec::new(),
        }
    }

    /// Whether lines are taken: not while they could not be written for a reason that lasts.
    pub(super) fn takes_lines(&self, now: Instant) -> bool {
        self.failure.is_none_or(|failure| !failure.is_lasting || now >= failure.retry)
    }

    /// Gives a call its line; whether that will be written.
    pub(super) fn take(
        &mut self,
        timed: &TimedCall,
        (encode, matter): (Encode, Matter),
        now: Instant,
        troubles: &Troubles,
    ) -> bool {
        if self.takes_lines(now) {
            self.line.clear();
            let mut line = std::mem::take(&mut self.line);
            let is_taken = encode(timed, &mut line).is_ok() && self.add(&line, matter);
            self.line = line;
            if is_taken {
                return true;
            }
        }
        self.lose(troubles);
        false
    }

    /// Puts a line behind those that wait; whether there was room.
    pub(super) fn add(&mut self, line: &[u8], matter: Matter) -> bool {
        let has_room = self.backlog.bytes() + line.len() <= BACKLOG_BYTES;
        if has_room || self.backlog.is_empty() {
            self.backlog.add(line, matter);
            return true;
        }
        false
    }

    fn lose(&mut self, troubles: &Troubles) {
        if self.is_busy {
            let error = io::Error::new(ErrorKind::WouldBlock, "another process keeps it locked");
            self.tell(&error, troubles);
        }
        self.lost += 1;
    }

    pub(super) fn bytes(&self) -> usize {
        self.backlog.bytes()
    }

    /// Whether no line waits. What is lost is not waited for.
    pub(super) fn is_done(&self) -> bool {
        self.backlog.is_empty()
    }

    /// Whether lines wait only for others who have the file locked.
    pub(super) fn is_busy(&self) -> bool {
        self.is_busy
    }

    /// When it is tried again; `None` where it has not failed.
    pub(super) fn failed_until(&self) -> Option<Instant> {
        self.failure.map(|failure| failure.retry)
    }

    /// When there is something to do although no call comes.
    pub(super) fn retry(&self) -> Option<Instant> {
        self.failed_until().filter(|_| !self.backlog.is_empty())
    }

    /// Writes what waits, if it is time.
    pub(super) fn write(&mut self, attempt: Attempt, troubles: &Troubles) -> Outcome {
        let mut outcome = Outcome::default();
        let is_time = |failure: Failure| attempt.is_urgent || attempt.now >= failure.retry;
        if !self.failure.is_none_or(is_time) {
            return outcome;
        }
        self.is_busy = false;
        while !self.backlog.is_empty() {
            let written = &mut outcome.written;
            match self.file.append(&mut self.backlog, attempt.until, written) {
                Ok(()) => self.work_again(troubles),
                Err(Refusal::Busy) => {
                    self.is_busy = true;
                    break;
                }
                Err(Refusal::Failed(error)) => {
                    self.fail(&error, attempt.now, troubles, &mut outcome);
                    break;
                }
            }
        }
        outcome
    }

    fn fail(
        &mut self,
        error: &io::Error,
        now: Instant,
        troubles: &Troubles,
        outcome: &mut Outcome,
    ) {
        let is_lasting = lasts(error.kind());
        let retry = now + if is_lasting { LATER } else { SOON };
        self.failure = Some(Failure { retry, is_lasting });
        self.tell(error, troubles);
        if is_lasting {
            outcome.lost = self.backlog.clear();
            self.lost += outcome.lost.calls;
        }
    }

    fn work_again(&mut self, troubles: &Troubles) {
        if let Some(error) = self.file.not_rotated()
            && !self.told_of_rotation.contains(&error.kind())
        {
            self.told_of_rotation.push(error.kind());
            let path = self.file.path().display();
            troubles.tell(format!("{path} cannot be rotated and grows further: {error}"));
        }
        self.failure = None;
        if !std::mem::take(&mut self.told).is_empty() {
            let path = self.file.path().display();
            let lost = match std::mem::take(&mut self.lost) {
                0 => "none was lost".to_owned(),
                1 => "one was lost".to_owned(),
                lost => format!("{lost} were lost"),
            };
            troubles.tell(format!("the calls are written to {path} again; {lost}"));
        }
    }

    fn tell(&mut self, error: &io::Error, troubles: &Troubles) {
        if !self.told.contains(&error.kind()) {
            self.told.push(error.kind());
            let path = self.file.path().display();
            troubles.tell(format!("the calls cannot be written to {path}: {error}"));
        }
    }
}

/// Whether somebody has to mend what failed like this. A full disk, too, but others make room on it as they go.
fn lasts(kind: ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::PermissionDenied
            | ErrorKind::NotFound
            | ErrorKind::NotADirectory
            | ErrorKind::IsADirectory
            | ErrorKind::AlreadyExists
            | ErrorKind::ReadOnlyFilesystem
            | ErrorKind::InvalidFilename
            | ErrorKind::InvalidInput
            | ErrorKind::InvalidData
    )
}
