//! Floor 7. Tests of the bytes of taskstats, as kernels of several versions send them.

use procmon_model::units::{Bytes, CpuTime};
use proptest::prelude::*;

use super::codec::{Message, Record, Request, decode, request};

// The numbers of `linux/netlink.h`, `linux/genetlink.h` and `linux/taskstats.h`.
const ANSWER: u16 = 2;
const CONTROLLER: u16 = 16;
const FAMILY_NUMBER: u16 = 1;
const NEW: u8 = 2;
const OF_THREAD: u16 = 4;
const THREAD: u16 = 1;
const FIGURES: u16 = 3;

/// The bytes of an attribute.
fn attribute_of(kind: u16, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(4 + content.len()).unwrap();
    let mut bytes = [length.to_ne_bytes(), kind.to_ne_bytes()].concat();
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(4), 0);
    bytes
}

/// The bytes of a message of this kind.
fn message(kind: u16, body: &[u8]) -> Vec<u8> {
    let mut bytes = u32::try_from(16 + body.len()).unwrap().to_ne_bytes().to_vec();
    bytes.extend(kind.to_ne_bytes());
    bytes.resize(16, 0);
    bytes.extend(body);
    bytes
}

/// The bytes that a kernel would send whose structure has this version and length, and delays this much wider.
fn encode(record: &Record, version: u16, length: usize, wider: usize) -> Vec<u8> {
    let mut figures = vec![0; 1024];
    let mut put = |offset: usize, bytes: &[u8]| {
        figures[offset..offset + bytes.len()].copy_from_slice(bytes);
    };
    put(0, &version.to_ne_bytes());
    put(8, &[u8::from(record.forked)]);
    put(16, &1_u64.to_ne_bytes());
    put(24, &record.run_delay.unwrap().as_nanos().to_ne_bytes());
    put(40 + wider, &record.block_delay.unwrap().as_nanos().to_ne_bytes());
    let rest = 3 * wider;
    put(rest + 80, &record.name);
    put(rest + 128, &record.thread.to_ne_bytes());
    put(rest + 168, &record.faults.unwrap().to_ne_bytes());
    put(rest + 200, &(record.peak.unwrap().get() / 1024).to_ne_bytes());
    put(rest + 248, &record.read.unwrap().get().to_ne_bytes());
    put(rest + 256, &record.written.unwrap().get().to_ne_bytes());
    figures.truncate(length);
    sent(record.thread, &figures)
}

fn sent(thread: u32, figures: &[u8]) -> Vec<u8> {
    let content = [
        attribute_of(THREAD, &thread.to_ne_bytes()),
        attribute_of(6, &[]),
        attribute_of(FIGURES, figures),
    ];
    let of_group = attribute_of(5, &attribute_of(FIGURES, &[1; 560]));
    let of_thread = attribute_of(OF_THREAD, &content.concat());
    message(0x1c, &[vec![NEW, 1, 0, 0], of_thread, of_group].concat())
}

/// A version of the structure, its length, and by how much its delays are wider.
fn layouts() -> impl Strategy<Value = (u16, usize, usize)> {
    prop_oneof![
        Just((8, 328, 0)),
        Just((13, 416, 0)),
        Just((14, 432, 0)),
        Just((14, 496, 8)),
        Just((15, 560, 16)),
        Just((16, 560, 0)),
        Just((17, 700, 0)),
    ]
}

prop_compose! {
    fn records()(
        thread in 1_u32..=4_194_304,
        forked: bool,
        name in "[a-z]{0,15}",
        peak in 1_u64..1 << 40,
        [faults, read, written, run, block]: [u64; 5],
    ) -> Record {
        let mut letters = [0; 16];
        letters[..name.len()].copy_from_slice(name.as_bytes());
        Record {
            thread,
            name: letters,
            forked,
            faults: Some(faults),
            peak: Some(Bytes::new(peak * 1024)),
            read: Some(Bytes::new(read)),
            written: Some(Bytes::new(written)),
            run_delay: Some(CpuTime::from_nanos(run)),
            block_delay: Some(CpuTime::from_nanos(block)),
        }
    }
}

proptest! {
    #[test]
    fn a_record_is_read_as_it_was_sent_by_any_kernel(
        record in records(), (version, length, wider) in layouts(),
    ) {
        let bytes = encode(&record, version, length, wider);
        prop_assert_eq!(decode(&bytes), Some(Message::Ended(record)));
    }

    #[test]
    fn a_shorter_structure_has_the_fields_that_fit_in(record in records(), length in 0_usize..432) {
        let bytes = encode(&record, 16, length, 0);
        let has = |end: usize| length >= end;
        let expected = Record {
            faults: record.faults.filter(|_| has(176)),
            peak: record.peak.filter(|_| has(208)),
            read: record.read.filter(|_| has(256)),
            written: record.written.filter(|_| has(264)),
            ..record
        };
        prop_assert_eq!(decode(&bytes), has(132).then_some(Message::Ended(expected)));
    }

    #[test]
    fn a_message_that_was_cut_off_is_none(record in records(), cut in 0_usize..700) {
        let bytes = encode(&record, 16, 560, 0);
        prop_assert_eq!(decode(&bytes[..cut]), None);
    }

    #[test]
    fn any_bytes_are_a_message_or_none(bytes: Vec<u8>) {
        decode(&bytes);
    }

    #[test]
    fn any_content_is_a_message_or_none(
        body: Vec<u8>, figures: Vec<u8>, kind in prop_oneof![Just(ANSWER), Just(CONTROLLER), Just(28)],
    ) {
        decode(&message(kind, &body));
        decode(&message(kind, &[vec![NEW, 1, 0, 0], body].concat()));
        decode(&sent(1, &figures));
    }

    #[test]
    fn a_name_is_printable_whatever_its_bytes(name: [u8; 16]) {
        let name = Record { name, ..Record::default() }.name();
        prop_assert!(name.is_none_or(|name| !name.is_empty() && !name.contains(char::is_control)));
    }
}

#[test]
fn the_figures_of_another_thread_are_not_believed() {
    let mut figures = [16_u16.to_ne_bytes().to_vec(), vec![0; 558]].concat();
    figures[128..132].copy_from_slice(&7_u32.to_ne_bytes());
    let told = |thread| decode(&sent(thread, &figures));
    assert!(matches!(told(7), Some(Message::Ended(Record { thread: 7, .. }))));
    assert_eq!(told(8), None);
}

#[test]
fn a_count_of_nothing_is_unknown() {
    let mut figures = [16_u16.to_ne_bytes().to_vec(), vec![0; 558]].concat();
    figures[128..132].copy_from_slice(&7_u32.to_ne_bytes());
    let Some(Message::Ended(record)) = decode(&sent(7, &figures)) else { panic!() };
    assert_eq!((record.peak, record.run_delay), (None, None));
    assert_eq!((record.written, record.name()), (Some(Bytes::ZERO), None));
}

#[test]
fn a_first_thread_of_node_is_called_node_and_not_what_it_calls_itself() {
    for name in [*b"node\0\0\0\0\0\0\0\0\0\0\0\0", *b"node-MainThread\0"] {
        assert_eq!(Record { name, ..Record::default() }.name().as_deref(), Some("node"));
    }
}

#[test]
fn an_answer_is_the_number_of_an_error_or_0() {
    let answer = |error: i32| decode(&message(ANSWER, &error.to_ne_bytes()));
    assert_eq!(answer(0), Some(Message::Answer(0)));
    assert_eq!(answer(-libc::EPERM), Some(Message::Answer(libc::EPERM)));
    assert_eq!(answer(i32::MIN), Some(Message::Answer(i32::MAX)));
    let family = attribute_of(FAMILY_NUMBER, &28_u16.to_ne_bytes());
    let body = [vec![1, 2, 0, 0], attribute_of(2, b"TASKSTATS\0"), family].concat();
    assert_eq!(decode(&message(CONTROLLER, &body)), Some(Message::Family(28)));
}

#[test]
fn a_request_is_laid_out_as_the_kernel_expects_it() {
    let bytes = request(Request::Register(28, "0-1"));
    let mut expected = 28_u32.to_ne_bytes().to_vec();
    expected.extend([28_u16, 5].map(u16::to_ne_bytes).concat());
    expected.extend([0; 8]);
    expected.extend([1, 1, 0, 0]);
    expected.extend([8_u16, 3].map(u16::to_ne_bytes).concat());
    expected.extend(b"0-1\0");
    assert_eq!(bytes, expected);
}
