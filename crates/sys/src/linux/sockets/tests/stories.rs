//! Floor 7. Stories of connections, with a made-up kernel: whose bytes are counted, and when.

use std::collections::{HashMap, HashSet};

use procmon_model::process::ProcessKey;
use proptest::prelude::*;

use crate::linux::sockets::ledger::Ledger;
use crate::linux::sockets::message::Connection;
use crate::linux::sockets::traffic::Traffic;

const ESTABLISHED: u8 = 1;
const CLOSED: u8 = 7;

const SERVER: ProcessKey = ProcessKey { pid: 10, start: 1 };
const CLIENT: ProcessKey = ProcessKey { pid: 11, start: 1 };

fn traffic(received: u64, sent: u64) -> Traffic {
    Traffic { received, sent }
}

/// A connection whose inode is its cookie, if it has one.
fn open(cookie: u32, received: u64) -> Connection {
    let (cookie, inode) = (u64::from(cookie), cookie);
    Connection { cookie, inode, state: ESTABLISHED, traffic: Some(traffic(received, 0)) }
}

fn without_file(cookie: u32, state: u8, received: u64) -> Connection {
    Connection { inode: 0, state, ..open(cookie, received) }
}

fn ended(cookie: u32, received: u64) -> Connection {
    without_file(cookie, CLOSED, received)
}

/// A pass in which these processes are there, and hold these connections.
fn pass(
    ledger: &mut Ledger,
    held: &[(ProcessKey, &[u32])],
    ends: &[Connection],
    list: &[Connection],
) {
    let present: HashSet<ProcessKey> = held.iter().map(|(key, _)| *key).collect();
    ledger.keep(&present);
    for connection in ends {
        ledger.ended(connection);
    }
    ledger.list(list);
    if ledger.has_unknown() {
        let mut holders: HashMap<u32, Vec<ProcessKey>> = HashMap::new();
        for (key, inode) in
            held.iter().flat_map(|(key, inodes)| inodes.iter().map(|it| (*key, *it)))
        {
            holders.entry(inode).or_default().push(key);
        }
        ledger.hold(&holders);
    }
    ledger.count();
}

/// What was received: by the server, by the client, by nobody.
fn received(ledger: &Ledger) -> [u64; 3] {
    [ledger.of(SERVER), ledger.of(CLIENT), ledger.stray()].map(|traffic| traffic.received)
}

#[test]
fn a_connection_counts_for_its_process_to_the_last_byte() {
    let mut ledger = Ledger::beginning_with(&[]);
    pass(&mut ledger, &[(SERVER, &[5])], &[], &[open(5, 100)]);
    assert_eq!(received(&ledger), [100, 0, 0]);
    pass(&mut ledger, &[(SERVER, &[])], &[ended(5, 150)], &[]);
    assert_eq!(received(&ledger), [150, 0, 0]);
    pass(&mut ledger, &[(SERVER, &[])], &[], &[]);
    assert_eq!(received(&ledger), [150, 0, 0]);
}

#[test]
fn a_connection_that_was_never_listed_counts_for_nobody() {
    let mut ledger = Ledger::beginning_with(&[]);
    pass(&mut ledger, &[(SERVER, &[])], &[ended(5, 150)], &[]);
    assert_eq!(received(&ledger), [0, 0, 150]);
}

#[test]
fn what_went_over_a_connection_before_the_beginning_does_not_count() {
    let mut ledger = Ledger::beginning_with(&[open(5, 1000), open(6, 2000), open(7, 3000)]);
    ledger.forget(&ended(7, 3333));
    pass(&mut ledger, &[(SERVER, &[5])], &[], &[open(5, 1001), open(6, 2010)]);
    assert_eq!(received(&ledger), [1, 0, 10]);
    pass(&mut ledger, &[(SERVER, &[5])], &[ended(6, 2030)], &[open(5, 1002)]);
    assert_eq!(received(&ledger), [2, 0, 30]);
}

#[test]
fn a_shared_connection_belongs_to_the_first_holder_and_then_to_the_next() {
    let mut ledger = Ledger::beginning_with(&[]);
    pass(&mut ledger, &[(SERVER, &[5]), (CLIENT, &[5])], &[], &[open(5, 100)]);
    assert_eq!(received(&ledger), [100, 0, 0]);
    pass(&mut ledger, &[(SERVER, &[5]), (CLIENT, &[5])], &[], &[open(5, 110)]);
    assert_eq!(received(&ledger), [110, 0, 0]);
    pass(&mut ledger, &[(CLIENT, &[5])], &[], &[open(5, 115)]);
    assert_eq!(received(&ledger), [0, 5, 0]);
}

#[test]
fn a_connection_passes_on_when_its_holder_lets_go_of_it() {
    let mut ledger = Ledger::beginning_with(&[]);
    pass(&mut ledger, &[(SERVER, &[5]), (CLIENT, &[])], &[], &[open(5, 100)]);
    // Descriptors are read again when there is a connection that is new.
    pass(&mut ledger, &[(SERVER, &[]), (CLIENT, &[5, 6])], &[], &[open(5, 103), open(6, 20)]);
    assert_eq!(received(&ledger), [100, 23, 0]);
}

#[test]
fn what_comes_for_a_process_that_has_gone_counts_for_those_that_have() {
    let mut ledger = Ledger::beginning_with(&[]);
    pass(&mut ledger, &[(SERVER, &[5])], &[], &[open(5, 100)]);
    pass(&mut ledger, &[], &[ended(5, 107)], &[]);
    assert_eq!((received(&ledger), ledger.departed()), ([0, 0, 0], traffic(7, 0)));
}

#[test]
fn the_end_of_a_connection_is_waited_for_when_its_holder_has_gone_with_it() {
    let mut ledger = Ledger::beginning_with(&[]);
    pass(&mut ledger, &[(SERVER, &[5, 6, 7])], &[], &[open(5, 1), open(6, 1), open(7, 1)]);
    pass(&mut ledger, &[(SERVER, &[6, 7])], &[], &[open(6, 1), open(7, 1)]);
    assert!(!ledger.awaits_ends(), "it was reset, or will be told of by itself");
    ledger.forget(&ended(5, 1));
    pass(&mut ledger, &[], &[], &[open(6, 1)]);
    assert!(ledger.awaits_ends());
    ledger.ended(&ended(7, 3));
    assert!(!ledger.awaits_ends(), "the other lingers");
    pass(&mut ledger, &[], &[], &[]);
    assert!(ledger.awaits_ends());
    ledger.await_no_longer();
    assert!(!ledger.awaits_ends());
    assert_eq!((received(&ledger), ledger.departed()), ([0, 0, 0], traffic(2, 0)));
}

#[test]
fn a_connection_waits_for_whoever_accepts_it() {
    let mut ledger = Ledger::beginning_with(&[]);
    for bytes in [10, 20, 30] {
        pass(&mut ledger, &[(SERVER, &[])], &[], &[without_file(5, ESTABLISHED, bytes)]);
        assert_eq!(received(&ledger), [0, 0, 0]);
    }
    pass(&mut ledger, &[(SERVER, &[5])], &[], &[open(5, 40)]);
    assert_eq!(received(&ledger), [40, 0, 0]);
}

#[test]
fn a_connection_that_nobody_accepts_counts_for_nobody_in_the_end() {
    let mut ledger = Ledger::beginning_with(&[]);
    pass(&mut ledger, &[(SERVER, &[])], &[], &[without_file(5, ESTABLISHED, 30)]);
    pass(&mut ledger, &[(SERVER, &[])], &[ended(5, 31)], &[]);
    assert_eq!(received(&ledger), [0, 0, 31]);
}

#[test]
fn a_connection_of_others_is_looked_for_twice_and_not_again() {
    let mut ledger = Ledger::beginning_with(&[]);
    for looked in [true, true, false, false] {
        ledger.list(&[open(5, 10)]);
        assert_eq!((ledger.has_unknown(), ledger.has_unheld()), (looked, true));
        ledger.hold(&HashMap::new());
    }
}

#[test]
fn where_the_news_of_an_end_is_lost_nothing_is_made_up() {
    let mut ledger = Ledger::beginning_with(&[]);
    pass(&mut ledger, &[(SERVER, &[5])], &[], &[open(5, 100)]);
    for _ in 0..3 {
        pass(&mut ledger, &[(SERVER, &[])], &[], &[]);
        assert_eq!(received(&ledger), [100, 0, 0]);
    }
    // It was only reset, and is told of when its process closes it.
    pass(&mut ledger, &[(SERVER, &[])], &[ended(5, 101)], &[]);
    assert_eq!(received(&ledger), [101, 0, 0]);
}

#[test]
fn connections_whose_ends_were_lost_do_not_pile_up() {
    let mut ledger = Ledger::beginning_with(&[]);
    for round in 0..5 {
        let list: Vec<Connection> =
            (1..=9_000).map(|number| open(round * 9_000 + number, 1)).collect();
        pass(&mut ledger, &[], &[], &list);
    }
    assert_eq!(received(&ledger), [0, 0, 45_000]);
    assert!(ledger.size() < 19_000, "{}", ledger.size());
}

const CONNECTIONS: usize = 6;

/// What happens up to the next pass.
#[derive(Debug, Clone)]
struct Step {
    /// What each connection moves, and whether it ends then.
    moves: Vec<(Traffic, bool)>,
    /// Of the server and the client: whether it is there, and which connections it holds.
    people: [(bool, Vec<bool>); 2],
}

fn any_step() -> impl Strategy<Value = Step> {
    let growth = (0_u64..1000, 0_u64..1000).prop_map(|(received, sent)| traffic(received, sent));
    let moves = prop::collection::vec((growth, prop::bool::weighted(0.1)), CONNECTIONS);
    let person = || (any::<bool>(), prop::collection::vec(any::<bool>(), CONNECTIONS));
    (moves, person(), person()).prop_map(|(moves, one, two)| Step { moves, people: [one, two] })
}

/// A made-up kernel, and what the ledger has credited to anybody so far.
struct World {
    ledger: Ledger,
    connections: Vec<Option<Connection>>,
    accounts: [Traffic; 2],
    /// What went to those that have gone, and to nobody.
    stray: Traffic,
    credited: Traffic,
}

impl World {
    /// A world in which some connections are there at the beginning.
    fn beginning_with(there: &[bool]) -> Self {
        let all = (1..).zip(there).map(|(cookie, there)| (open(cookie, 500), there));
        let listed: Vec<Connection> =
            all.clone().filter(|(_, there)| **there).map(|it| it.0).collect();
        Self {
            ledger: Ledger::beginning_with(&listed),
            connections: all.map(|(connection, _)| Some(connection)).collect(),
            accounts: Default::default(),
            stray: Traffic::default(),
            credited: Traffic::default(),
        }
    }

    /// Plays a step and its pass; answers what was moved.
    fn play(&mut self, step: &Step) -> Traffic {
        let (mut ends, mut list, mut sum) = (Vec::new(), Vec::new(), Traffic::default());
        for (place, (moved, ends_now)) in self.connections.iter_mut().zip(&step.moves) {
            let Some(connection) = place else { continue };
            connection.traffic = connection.traffic.map(|traffic| traffic.plus(*moved));
            sum = sum.plus(*moved);
            if *ends_now { &mut ends } else { &mut list }.push(*connection);
            if *ends_now {
                *place = None;
            }
        }
        let held = |holds: &[bool]| -> Vec<u32> {
            (1..).zip(holds).filter(|(_, holds)| **holds).map(|(inode, _)| inode).collect()
        };
        let people = [SERVER, CLIENT].into_iter().zip(&step.people);
        let people = people.filter(|(_, (is_there, _))| *is_there);
        let people: Vec<(ProcessKey, Vec<u32>)> =
            people.map(|(key, (_, holds))| (key, held(holds))).collect();
        let people: Vec<_> = people.iter().map(|(key, inodes)| (*key, inodes.as_slice())).collect();
        pass(&mut self.ledger, &people, &ends, &list);
        self.take_credits(step);
        sum
    }

    /// No account goes back while its process is there.
    fn take_credits(&mut self, step: &Step) {
        for (who, key) in [SERVER, CLIENT].into_iter().enumerate() {
            let (before, now) = (self.accounts[who], self.ledger.of(key));
            if step.people[who].0 {
                self.credit(before, now);
            }
            self.accounts[who] = now;
        }
        let (before, now) = (self.stray, self.ledger.stray().plus(self.ledger.departed()));
        self.credit(before, now);
        self.stray = now;
    }

    fn credit(&mut self, before: Traffic, now: Traffic) {
        assert!(now.received >= before.received && now.sent >= before.sent, "{before:?} {now:?}");
        self.credited = self.credited.plus(now.since(before));
    }
}

proptest! {
    #[test]
    fn all_that_was_moved_is_credited_once(
        there in prop::collection::vec(any::<bool>(), CONNECTIONS),
        steps in prop::collection::vec(any_step(), 1..20),
    ) {
        let mut world = World::beginning_with(&there);
        let new = there.iter().filter(|there| !**there).count() as u64;
        let mut moved = traffic(500 * new, 0);
        for step in steps {
            moved = moved.plus(world.play(&step));
        }
        prop_assert_eq!(world.credited, moved);
    }
}
