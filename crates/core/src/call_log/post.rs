//! Floor 10. The way of calls to the sessions that watch this process.
//!
//! A session listens under a name that is made of its root's number and start. So whoever has something to tell goes from
//! itself up through its parents, and connects to each session that it finds at any of them. Nothing in the environment
//! says that there are sessions, and one that begins later is found, too.

use std::io::{self, ErrorKind};
use std::time::{Duration, Instant};

use procmon_model::process::ProcessKey;
use procmon_sys::{LocalStream, lineage, wait_for};

use crate::call_log::order::TimedCall;
use crate::listening::wire::{self, SESSIONS_MAX};

/// How often sessions are looked for while calls come.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// What is kept at most for a session that does not read at the moment.
const KEPT_BYTES: usize = 1024 * 1024;

/// So many names of a root are tried even where nobody listens under them: who had the first may have gone before the
/// others.
const TRIED_ALWAYS: u32 = 3;

/// Sends calls to the sessions that watch this process, if there are any.
#[derive(Debug, Default)]
pub(super) struct Post {
    sessions: Vec<Recipient>,
    looked: Option<Instant>,
    line: Vec<u8>,
}

/// A session.
#[derive(Debug)]
struct Recipient {
    name: String,
    /// The process that listens.
    listener: u32,
    stream: LocalStream,
    /// What is still to be sent. It may begin within a line whose beginning has been.
    kept: Vec<u8>,
    /// Calls that there was no room for, and that it was not told of yet.
    dropped: u64,
    gone: bool,
}

impl Post {
    /// Hands calls over without waiting. What a session cannot take at the moment is kept, and beyond a bound counted and
    /// told to it later. Without any call, sends what was kept.
    pub(super) fn offer(&mut self, calls: &[TimedCall]) {
        let meant = || calls.iter().filter(|call| call.destinations.sessions);
        if meant().next().is_some() && self.looked.is_none_or(|at| at.elapsed() >= LOOK_EVERY) {
            self.seek();
        }
        if self.sessions.is_empty() {
            return;
        }
        for call in meant() {
            wire::encode(&call.call, call.started, call.ended, &mut self.line);
            self.sessions.iter_mut().for_each(|session| session.take(&self.line));
        }
        self.send();
    }

    /// Looks for sessions that have begun since.
    pub(super) fn seek(&mut self) {
        self.looked = Some(Instant::now());
        for key in lineage(std::process::id()) {
            for number in 0..SESSIONS_MAX {
                let name = wire::name(key, number);
                if self.sessions.iter().any(|session| session.name == name) {
                    continue;
                }
                match Recipient::find(name) {
                    Ok(found) => self.sessions.extend(found),
                    Err(_) if number < TRIED_ALWAYS => {}
                    Err(_) => break,
                }
            }
            self.seek_adopter(key);
        }
    }

    /// Whoever has lost a parent finds the root's name no more, but the process that takes in orphans of that root. Others of
    /// the tree have found the same session before.
    fn seek_adopter(&mut self, adopter: ProcessKey) {
        if !self.sessions.iter().any(|session| session.listener == adopter.pid) {
            self.sessions.extend(Recipient::find(wire::orphans_name(adopter)).ok().flatten());
        }
    }

    /// How many sessions are sent calls.
    pub(super) fn sessions(&self) -> usize {
        self.sessions.len()
    }

    /// Whether nothing is kept.
    pub(super) fn is_done(&self) -> bool {
        self.sessions.iter().all(Recipient::is_done)
    }

    /// Waits until all that was kept is sent, that long at most; whether it is.
    pub(super) fn finish(&mut self, patience: Duration) -> bool {
        let until = Instant::now() + patience;
        loop {
            self.send();
            let behind = self.sessions.iter().filter(|session| !session.is_done());
            let awaited: Vec<_> = behind.map(|session| session.stream.room()).collect();
            let left = until.saturating_duration_since(Instant::now());
            if awaited.is_empty() || left.is_zero() {
                return awaited.is_empty();
            }
            wait_for(&awaited, Some(left));
        }
    }

    fn send(&mut self) {
        self.sessions.iter_mut().for_each(Recipient::send);
        self.sessions.retain(|session| !session.gone);
    }
}

/// Whether any session watches this process at the moment.
pub fn is_watched() -> bool {
    let mut post = Post::default();
    post.seek();
    !post.sessions.is_empty()
}

impl Recipient {
    /// Whoever listens under a name; `None` where that is somebody whom we tell nothing, or who has no time at the
    /// moment. Fails where nobody does.
    fn find(name: String) -> io::Result<Option<Self>> {
        let stream = match LocalStream::connect(&name) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(None),
            result => result?,
        };
        let peer = stream.peer()?;
        if !peer.is_ours_or_roots() {
            return Ok(None);
        }
        let listener = peer.pid;
        Ok(Some(Self { name, listener, stream, kept: Vec::new(), dropped: 0, gone: false }))
    }

    /// Takes a line, or counts it. An empty one was too long for anybody.
    fn take(&mut self, line: &[u8]) {
        if !self.has_room(line.len()) {
            self.send();
        }
        if line.is_empty() || !self.has_room(line.len()) {
            self.dropped += 1;
            return;
        }
        self.confess();
        self.kept.extend_from_slice(line);
    }

    fn has_room(&self, bytes: usize) -> bool {
        self.kept.len() + bytes <= KEPT_BYTES
    }

    /// Tells of what was dropped, before what comes after it.
    fn confess(&mut self) {
        let dropped = std::mem::take(&mut self.dropped);
        if dropped > 0 {
            self.kept.extend_from_slice(wire::missing(dropped).as_bytes());
        }
    }

    /// Sends what there is room for.
    fn send(&mut self) {
        if self.kept.is_empty() {
            self.confess();
        }
        let mut sent = 0;
        while !self.gone && sent < self.kept.len() {
            match self.stream.send(&self.kept[sent..]) {
                Ok(count) => sent += count,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(_) => self.gone = true,
            }
        }
        self.kept.drain(..sent);
        // What one burst took is given back.
        if self.kept.is_empty() {
            self.kept = Vec::new();
        }
    }

    fn is_done(&self) -> bool {
        self.kept.is_empty() && self.dropped == 0
    }
}

#[cfg(test)]
mod tests {
    use procmon_model::ports::{CallSource, Calls};
    use procmon_model::units::WallTime;
    use procmon_sys::LocalListener;

    use super::*;
    use crate::call_log::order::{Destinations, Level};
    use crate::listening::Listening;
    use crate::listening::fixture::{BEGAN, alone, call, us, wanted};

    fn timed(name: &str) -> TimedCall {
        TimedCall {
            call: call(name),
            started_at: WallTime::default(),
            started: BEGAN + 500,
            ended: BEGAN + 2_000,
            level: Level::Info,
            destinations: Destinations { sessions: true, ..Destinations::default() },
            awaits_collections: false,
        }
    }

    /// Their names, and when they ended.
    fn told(calls: &Calls) -> Vec<(&str, u64)> {
        let records = calls.records.iter();
        records.map(|record| (&*record.call.name, record.at.as_nanos())).collect()
    }

    #[test]
    fn every_session_that_watches_us_is_told_of_the_calls_that_are_meant_for_them() {
        let _alone = alone();
        let mut sessions = [0, 1].map(|_| Listening::start(wanted(us())).unwrap());
        let mut post = Post::default();
        let mut apart = timed("apart");
        apart.destinations.sessions = false;
        post.offer(&[timed("one"), apart, timed("two")]);
        assert_eq!((post.sessions(), post.finish(Duration::ZERO)), (2, true));
        for session in &mut sessions {
            let calls = session.close();
            assert_eq!(told(&calls), [("one", 2_000), ("two", 2_000)]);
            assert_eq!((calls.dropped, calls.unreadable), (0, 0));
        }
    }

    #[test]
    fn a_session_that_has_gone_is_let_go_and_the_next_one_is_found() {
        let _alone = alone();
        let mut post = Post::default();
        let [first, second] = [0, 1].map(|_| Listening::start(wanted(us())).unwrap());
        post.offer(&[timed("one")]);
        drop(first);
        post.offer(&[timed("two")]);
        assert_eq!(post.sessions(), 1);
        drop(post);
        let mut later = Post::default();
        later.seek();
        assert_eq!(later.sessions(), 1);
        drop(second);
        later.offer(&[timed("three")]);
        assert_eq!(later.sessions(), 0);
    }

    #[test]
    fn what_nobody_reads_is_kept_to_a_bound_and_then_counted_and_no_line_is_torn() {
        const CALLS: usize = 6_000;
        let _alone = alone();
        let listener = LocalListener::bind(&wire::name(us(), 0)).unwrap();
        let mut post = Post::default();
        let long = "x".repeat(500);
        for _ in 0..CALLS / 100 {
            post.offer(&[(); 100].map(|()| timed(&long)));
        }
        assert!(!post.finish(Duration::from_millis(1)));
        let stream = listener.accept().unwrap();
        let (mut text, mut buffer) = (Vec::new(), vec![0; 1024 * 1024]);
        while !post.finish(Duration::ZERO) || text.last() != Some(&b'\n') {
            let count = stream.receive(&mut buffer).unwrap();
            text.extend_from_slice(&buffer[..count]);
        }
        while let Ok(count) = stream.receive(&mut buffer) {
            text.extend_from_slice(&buffer[..count]);
        }
        let messages: Vec<_> = text
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
            .map(|line| wire::decode(line).unwrap())
            .collect();
        let Some((wire::Message::Dropped(dropped), whole)) = messages.split_last() else {
            panic!("it was not said that some are missing")
        };
        assert!(text.len() > KEPT_BYTES && *dropped > 0);
        assert_eq!(whole.len() as u64 + dropped, CALLS as u64);
    }
}
