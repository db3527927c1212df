//! Floor 9. The thread that hears the processes of a tree tell of their calls.
//!
//! It sleeps in one poll(2) until somebody connects, something arrives or the session wakes it. Where the driver has not
//! taken what is there, nothing more is read: then the sockets fill, and whoever sends counts what finds no room.

use std::io::ErrorKind;
use std::sync::Arc;
use std::time::{Duration, Instant};

use procmon_model::ports::{Account, Calls, Request};
use procmon_model::process::ProcessKey;
use procmon_sys::{Bell, LocalListener, LocalStream, Moments, Peer, Remote, lineage, wait_for};

use super::caller::{Caller, Heard};
use super::shelf::Shelf;

/// How many are heard at once; others wait until one of them has gone.
const CALLERS_MAX: usize = 256;

/// What is read of one before the others have their turn.
const PORTION_BYTES: usize = 64 * 1024;

/// How long nobody is let in where the system had no descriptor for the last who came.
const PAUSE: Duration = Duration::from_secs(1);

/// What is read of each at the end at most: more than a socket holds.
const REST_BYTES: usize = 8 * 1024 * 1024;

/// How long the end may take.
const REST_TIME: Duration = Duration::from_secs(1);

/// Who is heard.
#[derive(Debug, Clone, Copy)]
pub(super) enum Circle {
    /// This process.
    One(ProcessKey),
    /// It and those below it.
    Tree(ProcessKey),
    /// Those of the tree whose parents have gone, and what descends from them.
    Orphans { root: ProcessKey, adopter: ProcessKey },
}

/// Where some of them come in.
pub(super) struct Door {
    pub(super) listener: LocalListener,
    pub(super) circle: Circle,
}

/// What the thread works with.
pub(super) struct Reception {
    pub(super) doors: Vec<Door>,
    pub(super) moments: Moments,
    pub(super) account: Option<Box<dyn Account>>,
    pub(super) remote: Remote,
    pub(super) bell: Arc<Bell>,
    pub(super) shelf: Arc<Shelf>,
}

/// Who is there, and what was heard of them and is not on the shelf yet.
#[derive(Default)]
struct Room {
    callers: Vec<Caller>,
    buffer: Vec<u8>,
    calls: Calls,
    bytes: usize,
}

impl Circle {
    /// Whether somebody belongs to it. Who is of another user than ours and root is looked up, which only root sees.
    fn includes(self, peer: Peer) -> bool {
        let is_below =
            |root| peer.is_ours_or_roots() || lineage(peer.pid).any(|key: ProcessKey| key == root);
        match self {
            Self::One(root) => peer.pid == root.pid && is_below(root),
            Self::Tree(root) => is_below(root),
            Self::Orphans { root, adopter } => descends_from_an_orphan(peer, root, adopter),
        }
    }
}

/// Whoever was a child of the adopter before there was a root is a stranger. Who has ended meanwhile is taken at their word.
fn descends_from_an_orphan(peer: Peer, root: ProcessKey, adopter: ProcessKey) -> bool {
    let mut orphan = None;
    for key in lineage(peer.pid) {
        if key == adopter {
            let came_later =
                |orphan: ProcessKey| (orphan.start, orphan.pid) > (root.start, root.pid);
            return orphan.is_some_and(came_later);
        }
        orphan = Some(key);
    }
    orphan.is_none() && peer.is_ours_or_roots()
}

impl Reception {
    /// Hears them until the session closes the shelf, and then what they have sent by then.
    pub(super) fn run(mut self) {
        let mut room = Room::default();
        let mut closed_until: Option<Instant> = None;
        while !self.shelf.is_closed() {
            let now = Instant::now();
            closed_until = closed_until.filter(|until| *until > now);
            let is_open = closed_until.is_none() && room.callers.len() < CALLERS_MAX;
            let arrived = self.wait(&room, is_open, closed_until.map(|until| until - now));
            let (doors, callers) = arrived[1..].split_at(self.doors.len());
            room.hear(callers, self.moments);
            if arrived[0] {
                self.bell.silence();
            }
            if doors.contains(&true) && is_open && !self.let_in(&mut room) {
                closed_until = Some(Instant::now() + PAUSE);
            }
            self.hand_over(&mut room);
        }
        self.hear_the_rest(room);
    }

    /// Which of these have come: the bell, somebody new at each door, something of each who is there.
    fn wait(&self, room: &Room, is_open: bool, time: Option<Duration>) -> Vec<bool> {
        let mut awaited = vec![self.bell.ringing()];
        if self.shelf.has_room() {
            // Where nobody is let in, the bell stands in the place of the doors.
            for door in &self.doors {
                awaited.push(if is_open { door.listener.caller() } else { self.bell.ringing() });
            }
            awaited.extend(room.callers.iter().map(|caller| caller.stream.arrival()));
        }
        let mut arrived = wait_for(&awaited, time);
        arrived.resize(1 + self.doors.len() + room.callers.len(), false);
        arrived
    }

    /// Lets everybody in who waits and belongs here; whether the system could.
    fn let_in(&self, room: &mut Room) -> bool {
        for Door { listener, circle } in &self.doors {
            while room.callers.len() < CALLERS_MAX {
                match listener.accept() {
                    Ok(stream) => room.callers.extend(known(stream, *circle)),
                    Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                    Err(_) => return false,
                }
            }
        }
        true
    }

    fn hand_over(&mut self, room: &mut Room) {
        let calls = std::mem::take(&mut room.calls);
        if let Some(account) = &mut self.account {
            account.settle();
        }
        if self.shelf.put(calls, std::mem::take(&mut room.bytes)) {
            self.remote.ask(Request::Calls);
        }
    }

    /// What has arrived of everybody, of those who were not let in yet, too. Nobody is waited for.
    fn hear_the_rest(&mut self, mut room: Room) {
        let until = Instant::now() + REST_TIME;
        loop {
            for mut caller in std::mem::take(&mut room.callers) {
                room.hear_out(&mut caller, self.moments, until);
            }
            // Where the system has no descriptor, it has some again as soon as those have gone who were heard.
            self.let_in(&mut room);
            if room.callers.is_empty() || Instant::now() >= until {
                break;
            }
        }
        self.hand_over(&mut room);
    }
}

fn known(stream: LocalStream, circle: Circle) -> Option<Caller> {
    let peer = stream.peer().ok().filter(|peer| circle.includes(*peer))?;
    Some(Caller::new(stream, peer.pid))
}

impl Room {
    /// Takes a portion of what has arrived of these.
    fn hear(&mut self, arrived: &[bool], moments: Moments) {
        let Self { callers, buffer, calls, bytes } = self;
        if callers.is_empty() {
            return;
        }
        buffer.resize(PORTION_BYTES, 0);
        let mut arrived = arrived.iter();
        callers.retain_mut(|caller| {
            if arrived.next() != Some(&true) {
                return true;
            }
            let heard = caller.hear(buffer, moments, calls);
            if let Heard::Bytes(count) = heard {
                *bytes += count;
            }
            heard != Heard::Gone
        });
    }

    /// Takes all that has arrived of one.
    fn hear_out(&mut self, caller: &mut Caller, moments: Moments, until: Instant) {
        self.buffer.resize(PORTION_BYTES, 0);
        let mut heard = 0;
        while let Heard::Bytes(count) = caller.hear(&mut self.buffer, moments, &mut self.calls) {
            heard += count;
            if heard >= REST_BYTES || Instant::now() >= until {
                return;
            }
        }
    }
}
