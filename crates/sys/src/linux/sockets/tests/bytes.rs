//! Floor 7. Messages of `sock_diag(7)`, whole, cut and made up.

use proptest::prelude::*;

use crate::linux::sockets::message::{Body, Connection, Message, messages};
use crate::linux::sockets::traffic::Traffic;

/// Some attribute that comes before the one that is looked for.
const PROTOCOL: u16 = 10;
const INFO: u16 = 2;

/// One message with its padding.
fn framed(kind: u16, flags: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(16 + body.len()).unwrap().to_ne_bytes().to_vec();
    bytes.extend([kind.to_ne_bytes(), flags.to_ne_bytes()].concat());
    bytes.extend([0; 8]);
    bytes.extend(body);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

fn attribute(kind: u16, content: &[u8]) -> Vec<u8> {
    let mut bytes = u16::try_from(4 + content.len()).unwrap().to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// The kernel's `tcp_info` cut to a length.
fn info(traffic: Traffic, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; 120];
    bytes.extend(traffic.sent.to_ne_bytes());
    bytes.extend(traffic.received.to_ne_bytes());
    bytes.resize(length, 0xff);
    bytes
}

fn body(connection: &Connection, attributes: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = vec![2, connection.state, 0, 0];
    bytes.extend([0; 40]);
    bytes.extend((connection.cookie & 0xffff_ffff).to_ne_bytes()[..4].iter());
    bytes.extend((connection.cookie >> 32).to_ne_bytes()[..4].iter());
    bytes.extend([0; 16]);
    bytes.extend(connection.inode.to_ne_bytes());
    bytes.extend(attributes.concat());
    bytes
}

/// The bytes that the kernel would send of a connection.
fn encode(connection: &Connection, info_length: usize) -> Vec<u8> {
    let mut attributes = vec![attribute(PROTOCOL, &[6])];
    attributes
        .extend(connection.traffic.map(|traffic| attribute(INFO, &info(traffic, info_length))));
    framed(20, 0, &body(connection, &attributes))
}

fn decode(bytes: &[u8]) -> Vec<Message> {
    messages(bytes).collect()
}

fn of(connection: Connection) -> Message {
    Message { interrupted: false, body: Body::Connection(connection) }
}

prop_compose! {
    fn any_traffic()(received: u64, sent: u64) -> Traffic {
        Traffic { received, sent }
    }
}

prop_compose! {
    fn any_connection()(
        cookie: u64, inode: u32, state: u8, traffic in prop::option::of(any_traffic()),
    ) -> Connection {
        Connection { cookie, inode, state, traffic }
    }
}

proptest! {
    #[test]
    fn connections_survive_their_bytes_whatever_the_length_of_what_the_kernel_tells_of_each(
        connections in prop::collection::vec((any_connection(), 136_usize..400), 0..5),
    ) {
        let bytes: Vec<u8> =
            connections.iter().flat_map(|(connection, length)| encode(connection, *length)).collect();
        let expected: Vec<Message> = connections.into_iter().map(|(it, _)| of(it)).collect();
        prop_assert_eq!(decode(&bytes), expected);
    }

    #[test]
    fn a_kernel_that_tells_too_little_tells_no_bytes(connection in any_connection(), length in 0_usize..136) {
        let expected = Connection { traffic: None, ..connection };
        prop_assert_eq!(decode(&encode(&connection, length)), vec![of(expected)]);
    }

    #[test]
    fn of_bytes_that_are_cut_the_whole_messages_are_left(connection in any_connection(), cut in 0.0..1.0_f64) {
        let (first, second) = (encode(&connection, 280), encode(&connection, 232));
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of a length")]
        let left = (second.len() as f64 * cut) as usize;
        let bytes = [&first[..], &second[..left]].concat();
        prop_assert_eq!(decode(&bytes), vec![of(connection)]);
    }

    #[test]
    fn any_bytes_are_messages_or_none(bytes: Vec<u8>) {
        prop_assert!(decode(&bytes).len() <= bytes.len() / 16);
    }

    #[test]
    fn any_attributes_are_traffic_or_none(state: u8, rest: Vec<u8>) {
        let mut bytes = body(&Connection { cookie: 7, inode: 8, state, traffic: None }, &[]);
        bytes.extend(rest);
        let found = decode(&framed(18, 0, &bytes));
        let [Message { body: Body::Connection(found), .. }] = found[..] else { panic!("{found:?}") };
        prop_assert_eq!((found.cookie, found.inode, found.state), (7, 8, state));
    }
}

#[test]
fn the_end_of_a_list_is_told_from_its_failure() {
    let done = |number: i32| decode(&framed(3, 0, &number.to_ne_bytes()));
    let told = |body| vec![Message { interrupted: false, body }];
    assert_eq!(done(0), told(Body::End));
    assert_eq!(done(-libc::ENOMEM), told(Body::Failed(libc::ENOMEM)));
    assert_eq!(decode(&framed(3, 0, &[])), told(Body::End));
    assert_eq!(
        decode(&framed(2, 0, &(-libc::ENOENT).to_ne_bytes())),
        told(Body::Failed(libc::ENOENT))
    );
    assert_eq!(decode(&framed(2, 0, &i32::MIN.to_ne_bytes())), told(Body::Failed(i32::MAX)));
    assert_eq!(decode(&framed(1, 0, &[])), told(Body::Other));
}

#[test]
fn a_list_that_changed_meanwhile_is_marked() {
    let marked = decode(&framed(3, 0x12, &[0; 4]));
    assert_eq!(marked, [Message { interrupted: true, body: Body::End }]);
}

#[test]
fn a_message_that_ends_before_it_begins_is_no_message() {
    for length in [0_u32, 15] {
        let bytes = [&length.to_ne_bytes()[..], &[0; 60]].concat();
        assert_eq!(decode(&bytes), []);
    }
}
