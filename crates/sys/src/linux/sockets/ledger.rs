//! Floor 7. The book-keeping of connections: which process a connection belongs to, and what has gone over whose.
//!
//! It is told what the kernel lists and which of it has ended, and credits the growth of each connection to the process
//! of the tree that holds it, to those that have gone if it outlived its holder, or else to nobody (`stray`). Nothing is credited twice and nothing is taken back, so that
//! all that was credited is all that grew. Nothing is concluded from a connection that is not listed: one that was reset
//! is not, though it is there and will be told of when its process closes it.

use std::collections::{HashMap, HashSet};
use std::mem;

use procmon_model::process::ProcessKey;

use super::message::Connection;
use super::traffic::Traffic;

/// In how many passes somebody is looked for who holds a connection. A second look finds whoever had not got the
/// descriptor yet when the first was taken.
const LOOKS: u8 = 2;

/// How many connections may be neither listed nor known to have ended. More are left over only where the kernel has
/// dropped the news of many ends, and then are forgotten.
const UNLISTED_MOST: usize = 10_000;

/// What connections and processes have moved.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    connections: HashMap<u64, Known>,
    accounts: HashMap<ProcessKey, Traffic>,
    /// What went over connections whose holders had gone by the time it was counted.
    departed: Traffic,
    stray: Traffic,
    pass: u64,
}

/// What is known of a connection.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    /// What has been credited already, or went over it before we watched.
    counted: Traffic,
    /// What went over it when it was last listed.
    latest: Traffic,
    inode: u32,
    holder: Option<ProcessKey>,
    /// Whether its last holder has gone.
    bereft: bool,
    looks: u8,
    /// The pass in which it was last listed.
    listed: u64,
}

impl Ledger {
    /// A ledger that counts from now on: what has gone over these connections so far counts for nobody.
    pub(super) fn beginning_with(connections: &[Connection]) -> Self {
        let mut ledger = Self::default();
        for connection in connections {
            if let Some(counted) = connection.traffic {
                let known = Known { counted, latest: counted, ..Known::default() };
                ledger.connections.insert(connection.cookie, known);
            }
        }
        ledger
    }

    /// Leaves out a connection that ended before the counting began, listed or not.
    pub(super) fn forget(&mut self, connection: &Connection) {
        self.connections.remove(&connection.cookie);
    }

    /// From now on only these processes can hold connections. The accounts of the others are closed.
    pub(super) fn keep(&mut self, present: &HashSet<ProcessKey>) {
        self.accounts.retain(|key, _| present.contains(key));
        for known in self.connections.values_mut() {
            if known.holder.is_some_and(|holder| !present.contains(&holder)) {
                (known.holder, known.bereft, known.looks) = (None, true, 0);
            }
        }
    }

    /// A connection has ended. One that was never listed cannot be tied to a process any more.
    pub(super) fn ended(&mut self, connection: &Connection) {
        let known = self.connections.remove(&connection.cookie).unwrap_or_default();
        let traffic = connection.traffic.unwrap_or(known.latest);
        let account = self.account(&known);
        *account = account.plus(traffic.since(known.counted));
    }

    /// The connections that there are now. What went over them is credited by [`count`](Self::count), when their holders
    /// are known; what goes over one that nobody has accepted yet waits for whoever will.
    pub(super) fn list(&mut self, connections: &[Connection]) {
        self.pass += 1;
        for connection in connections {
            let Some(latest) = connection.traffic else { continue };
            let known = self.connections.entry(connection.cookie).or_default();
            known.listed = self.pass;
            known.inode = connection.inode;
            if !connection.is_unaccepted() {
                known.latest = latest;
            }
        }
        self.forget_unlisted();
    }

    fn forget_unlisted(&mut self) {
        let listed = self.listed().count();
        if self.connections.len() - listed > UNLISTED_MOST {
            self.connections.retain(|_, known| known.listed == self.pass);
        }
    }

    /// How many connections are known.
    #[cfg(test)]
    pub(super) fn size(&self) -> usize {
        self.connections.len()
    }

    fn listed(&self) -> impl Iterator<Item = &Known> {
        self.connections.values().filter(|known| known.listed == self.pass)
    }

    /// Whether there are connections that have ended with their holders, and whose ends are still to be told.
    pub(super) fn awaits_ends(&self) -> bool {
        self.connections.values().any(|known| known.bereft && known.listed != self.pass)
    }

    /// Waits for none of these any more: the news of them were dropped.
    pub(super) fn await_no_longer(&mut self) {
        for known in self.connections.values_mut() {
            known.bereft &= known.listed == self.pass;
        }
    }

    /// Whether there are connections that nobody holds who was found.
    pub(super) fn has_unheld(&self) -> bool {
        self.listed().any(Known::is_unheld)
    }

    /// Whether there are some among them that have not been looked for often enough.
    pub(super) fn has_unknown(&self) -> bool {
        self.listed().any(|known| known.is_unheld() && known.looks < LOOKS)
    }

    /// Who holds which inode, by a look at all processes of the tree.
    ///
    /// A connection that several hold belongs to the first of them; it stays with its holder as long as that one holds
    /// it, and then passes to the first of the others.
    pub(super) fn hold(&mut self, holders: &HashMap<u32, Vec<ProcessKey>>) {
        for known in self.connections.values_mut() {
            if known.listed != self.pass || known.inode == 0 {
                continue;
            }
            let holding = holders.get(&known.inode).map(Vec::as_slice).unwrap_or_default();
            let stays = known.holder.is_some_and(|holder| holding.contains(&holder));
            if !stays && let Some(first) = holding.first() {
                (known.holder, known.bereft) = (Some(*first), false);
            }
            known.looks = known.looks.saturating_add(1);
        }
    }

    /// Credits what has gone over the connections since they were last counted.
    pub(super) fn count(&mut self) {
        let mut connections = mem::take(&mut self.connections);
        for known in connections.values_mut() {
            let growth = known.latest.since(known.counted);
            known.counted = known.counted.plus(growth);
            let account = self.account(known);
            *account = account.plus(growth);
        }
        self.connections = connections;
    }

    /// Where that goes that went over a connection.
    fn account(&mut self, known: &Known) -> &mut Traffic {
        match known.holder {
            Some(key) => self.accounts.entry(key).or_default(),
            None if known.bereft => &mut self.departed,
            None => &mut self.stray,
        }
    }

    /// What went over the connections of a process while it held them.
    pub(super) fn of(&self, key: ProcessKey) -> Traffic {
        self.accounts.get(&key).copied().unwrap_or_default()
    }

    /// What processes of the tree moved and were not there any more to be credited with.
    pub(super) fn departed(&self) -> Traffic {
        self.departed
    }

    /// What went over the connections that no process of the tree was found to hold.
    pub(super) fn stray(&self) -> Traffic {
        self.stray
    }
}

impl Known {
    const fn is_unheld(&self) -> bool {
        self.inode != 0 && self.holder.is_none()
    }
}
