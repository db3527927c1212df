//! Floor 7. Real connections between real processes.

use procmon_model::metrics::MetricSet;
use procmon_model::ports::{Pass, ProcessTable};
use procmon_model::process::{NetBytes, ProcessKey, Readings};

use super::support::{
    Peer, become_nobody, connect, connected, count, counting, part, runs_in_its_own_network,
    transfer,
};
use crate::linux::sockets::traffic::Traffic;
use crate::linux::support::{test_path, within};
use crate::linux::table::Table;

const FIVE_MILLIONS: u64 = 5_000_000;
const NOTHING: Traffic = Traffic { received: 0, sent: 0 };

fn moved(received: u64, sent: u64) -> Traffic {
    Traffic { received, sent }
}

/// Waits until the kernel has counted so much for these processes, and for nobody.
///
/// What was sent counts when the other side has acknowledged it, which it may put off for a moment.
#[track_caller]
fn check(table: &mut Table, keys: &[ProcessKey], expected: &[Traffic], stray: Traffic) {
    let mut last = None;
    let all = (expected.iter().copied().map(Some).collect::<Vec<_>>(), Some(stray));
    within(&format!("{all:?}"), || {
        let counted = count(table, keys);
        let found = counted == all;
        last = Some(counted);
        found.then_some(())
    });
    assert_eq!(last, Some(all));
}

/// Five million bytes from one to the other, and then the end of their connection.
fn exchange() {
    let mut table = counting();
    let (mut server, mut client) = connected();
    let keys = [server.key, client.key];
    transfer(&mut server, &mut client, FIVE_MILLIONS);
    // Who has connected has sent a SYN, which counts for one.
    let expected = [moved(0, FIVE_MILLIONS), moved(FIVE_MILLIONS, 1)];
    check(&mut table, &keys, &expected, NOTHING);
    transfer(&mut client, &mut server, 1000);
    check(&mut table, &keys, &[moved(1000, FIVE_MILLIONS), moved(FIVE_MILLIONS, 1001)], NOTHING);
    part(&mut server, &mut client);
    // And so does the FIN of each side, for both.
    let expected = [moved(1001, FIVE_MILLIONS + 1), moved(FIVE_MILLIONS + 1, 1002)];
    check(&mut table, &keys, &expected, NOTHING);
    connect(&mut server, &mut client);
    transfer(&mut server, &mut client, 500);
    let expected = [moved(1001, FIVE_MILLIONS + 501), moved(FIVE_MILLIONS + 501, 1003)];
    check(&mut table, &keys, &expected, NOTHING);
    client.leave();
    server.leave();
}

#[test]
fn each_side_of_a_connection_counts_what_it_moved() {
    if !runs_in_its_own_network(&test_path!()) {
        exchange();
    }
}

#[test]
fn without_any_right_the_same_is_counted() {
    if !runs_in_its_own_network(&test_path!()) {
        become_nobody();
        exchange();
    }
}

#[test]
fn what_was_moved_before_the_beginning_does_not_count() {
    if runs_in_its_own_network(&test_path!()) {
        return;
    }
    let (mut server, mut client) = connected();
    transfer(&mut server, &mut client, 3000);
    let mut table = counting();
    check(&mut table, &[server.key, client.key], &[NOTHING, NOTHING], NOTHING);
    transfer(&mut server, &mut client, 200);
    check(&mut table, &[server.key, client.key], &[moved(0, 200), moved(200, 0)], NOTHING);
}

#[test]
fn what_lives_shorter_than_a_pass_counts_for_nobody_and_all_of_it() {
    if runs_in_its_own_network(&test_path!()) {
        return;
    }
    let mut table = counting();
    let (mut server, mut client) = (Peer::start(), Peer::start());
    let keys = [server.key, client.key];
    for _ in 0..20 {
        connect(&mut server, &mut client);
        transfer(&mut server, &mut client, 10_000);
        part(&mut server, &mut client);
    }
    // Both ends, with a SYN and two FINs for each connection.
    let stray = Traffic { received: 200_000 + 2 * 20, sent: 200_000 + 3 * 20 };
    check(&mut table, &keys, &[NOTHING, NOTHING], stray);
}

#[test]
fn the_traffic_of_others_counts_for_nobody() {
    if runs_in_its_own_network(&test_path!()) {
        return;
    }
    let mut table = counting();
    let (mut server, mut client) = connected();
    transfer(&mut server, &mut client, 10_000);
    check(&mut table, &[client.key], &[moved(10_000, 1)], Traffic { received: 0, sent: 10_000 });
}

#[test]
fn what_a_process_moved_after_its_last_reading_is_there_with_its_end() {
    if runs_in_its_own_network(&test_path!()) {
        return;
    }
    let mut table = counting();
    let (mut server, mut client) = connected();
    check(&mut table, &[server.key, client.key], &[NOTHING, moved(0, 1)], NOTHING);
    transfer(&mut server, &mut client, 10_000);
    client.leave();
    server.leave();
    // One pass has to do: there may be none after it. Who leaves first may have gone before the other's FIN comes.
    let mut readings = Readings::default();
    table.read(&Pass { keys: &[], metrics: MetricSet::NET, copies: &[] }, &mut readings);
    let NetBytes { received, sent } = readings.departed_net.unwrap();
    let (received, sent) = (received.get(), sent.get());
    assert_eq!((sent, readings.stray), (10_000 + 2, Some(NetBytes::default())));
    assert!((10_001..=10_002).contains(&received), "{received}");
}
