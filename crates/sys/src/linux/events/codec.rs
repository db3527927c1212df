//! Floor 7. The bytes of the proc connector: what is asked of it, what it tells, and what it skipped.
//!
//! A message is a `struct nlmsghdr` (netlink(7)), a `struct cn_msg` (`linux/connector.h`) and a `struct proc_event`
//! (`linux/cn_proc.h`), in the machine's byte order and without padding between them.

use std::collections::HashMap;

use crate::linux::fields::{long, word};

/// The group of the connector, and its number there: `CN_IDX_PROC` and `CN_VAL_PROC`.
pub(super) const GROUP: u32 = 1;

/// Room for any message.
pub(super) const LONGEST: usize = 256;

const NETLINK_HEADER: usize = 16;
const CONNECTOR_HEADER: usize = 20;
const EVENT: usize = NETLINK_HEADER + CONNECTOR_HEADER;
const DETAILS: usize = EVENT + 16;

/// `PROC_EVENT_NONE`, and its like for the other three.
const ACKNOWLEDGED: u32 = 0;
const FORK: u32 = 1;
const EXEC: u32 = 2;
const EXIT: u32 = 0x8000_0000;

/// What is asked of the connector.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Request {
    /// `PROC_CN_MCAST_LISTEN`.
    Listen = 1,
    /// `PROC_CN_MCAST_IGNORE`.
    Ignore = 2,
}

/// Something that the connector told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Message {
    /// Counts the messages of one processor.
    pub(crate) sequence: u32,
    /// The processor on which it happened.
    pub(crate) processor: u32,
    /// When, in nanoseconds of `CLOCK_MONOTONIC`.
    pub(crate) at: u64,
    /// What.
    pub(crate) what: What,
}

/// What happened. A thread's number is called `thread`, its process's `process`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum What {
    /// A request was heard; `answer` is one more than the number it came with.
    Acknowledged { answer: u32, error: u32 },
    /// A process was born, or a thread where the two numbers differ.
    Fork { parent: u32, thread: u32, process: u32 },
    /// A process runs another program; of its threads, only one is left.
    Exec { process: u32 },
    /// A thread ended. The status is that of wait(2).
    Exit { thread: u32, process: u32, status: i32 },
    /// Something that does not concern us.
    Other,
}

/// The bytes of a request that is numbered, so that its answer can be told from others'.
pub(super) fn request(request: Request, number: u32) -> Vec<u8> {
    let body = (request as u32).to_ne_bytes();
    framed(0, number, &body)
}

/// The bytes as a message; `None` where they are not one of the proc connector.
pub(crate) fn decode(bytes: &[u8]) -> Option<Message> {
    let length = usize::try_from(word(bytes, 0)?).ok()?;
    let bytes = bytes.get(..length)?;
    if (word(bytes, 16)?, word(bytes, 20)?) != (GROUP, GROUP) {
        return None;
    }
    let detail = |index: usize| word(bytes, DETAILS + 4 * index);
    let what = match word(bytes, EVENT)? {
        ACKNOWLEDGED => What::Acknowledged { answer: word(bytes, 28)?, error: detail(0)? },
        FORK => What::Fork { parent: detail(1)?, thread: detail(2)?, process: detail(3)? },
        EXEC => What::Exec { process: detail(1)? },
        EXIT => {
            What::Exit { thread: detail(0)?, process: detail(1)?, status: detail(2)?.cast_signed() }
        }
        _ => What::Other,
    };
    Some(Message {
        sequence: word(bytes, 24)?,
        processor: word(bytes, EVENT + 4)?,
        at: long(bytes, EVENT + 8)?,
        what,
    })
}

/// A body behind the two headers.
fn framed(sequence: u32, number: u32, body: &[u8]) -> Vec<u8> {
    /// `NLMSG_DONE`: the message has no second part.
    const DONE: u16 = 3;
    let length = u32::try_from(EVENT + body.len()).unwrap_or(u32::MAX);
    let body_length = u16::try_from(body.len()).unwrap_or(u16::MAX);
    let mut bytes = Vec::with_capacity(EVENT + body.len());
    bytes.extend(length.to_ne_bytes());
    bytes.extend(DONE.to_ne_bytes());
    bytes.extend([0; 10]);
    for word in [GROUP, GROUP, sequence, number] {
        bytes.extend(word.to_ne_bytes());
    }
    bytes.extend(body_length.to_ne_bytes());
    bytes.extend([0; 2]);
    bytes.extend(body);
    bytes
}

/// Counts the messages that were dropped on their way, by the gaps in the sequences of the processors.
#[derive(Debug, Default)]
pub(crate) struct Gaps {
    last: HashMap<u32, u32>,
}

impl Gaps {
    /// How many messages were dropped between this one and the one before from the same processor.
    pub(crate) fn before(&mut self, message: &Message) -> u64 {
        let last = self.last.insert(message.processor, message.sequence);
        last.map_or(0, |last| u64::from(message.sequence.wrapping_sub(last).wrapping_sub(1)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The bytes that the kernel would send.
    fn encode(message: &Message) -> Vec<u8> {
        let (kind, number, details) = match message.what {
            What::Acknowledged { answer, error } => (ACKNOWLEDGED, answer, [error, 0, 0, 0]),
            What::Fork { parent, thread, process } => (FORK, 0, [parent, parent, thread, process]),
            What::Exec { process } => (EXEC, 0, [process, process, 0, 0]),
            What::Exit { thread, process, status } => {
                (EXIT, 0, [thread, process, status.cast_unsigned(), 17])
            }
            What::Other => (4, 0, [0; 4]),
        };
        let mut body = Vec::new();
        body.extend(kind.to_ne_bytes());
        body.extend(message.processor.to_ne_bytes());
        body.extend(message.at.to_ne_bytes());
        for detail in details.into_iter().chain([0, 0]) {
            body.extend(detail.to_ne_bytes());
        }
        framed(message.sequence, number, &body)
    }

    fn anything() -> impl Strategy<Value = What> {
        prop_oneof![
            any::<(u32, u32)>().prop_map(|(answer, error)| What::Acknowledged { answer, error }),
            any::<(u32, u32, u32)>().prop_map(|(parent, thread, process)| What::Fork {
                parent,
                thread,
                process
            }),
            any::<u32>().prop_map(|process| What::Exec { process }),
            any::<(u32, u32, i32)>().prop_map(|(thread, process, status)| What::Exit {
                thread,
                process,
                status
            }),
            Just(What::Other),
        ]
    }

    proptest! {
        #[test]
        fn a_message_survives_its_bytes(
            sequence: u32, processor: u32, at: u64, what in anything(),
        ) {
            let message = Message { sequence, processor, at, what };
            prop_assert_eq!(decode(&encode(&message)), Some(message));
        }

        #[test]
        fn a_message_that_is_cut_short_is_none(cut in 0_usize..76) {
            let what = What::Exit { thread: 1, process: 1, status: 0 };
            let bytes = encode(&Message { sequence: 1, processor: 0, at: 1, what });
            prop_assert_eq!(decode(&bytes[..cut]), None);
        }

        #[test]
        fn any_bytes_are_a_message_or_none(bytes: Vec<u8>) {
            decode(&bytes);
        }

        #[test]
        fn dropped_messages_are_counted_however_the_processors_take_turns(
            kept in prop::collection::vec((0_u32..4, any::<bool>()), 0..200), first: u32,
        ) {
            let mut gaps = Gaps::default();
            let mut next = [first; 4];
            let (mut counted, mut dropped, mut since) = (0, 0, [None::<u64>; 4]);
            for (processor, keep) in kept {
                let index = processor as usize;
                let sequence = next[index];
                next[index] = sequence.wrapping_add(1);
                if keep {
                    dropped += since[index].replace(0).unwrap_or(0);
                    let what = What::Other;
                    counted += gaps.before(&Message { sequence, processor, at: 0, what });
                } else if let Some(since) = &mut since[index] {
                    *since += 1;
                }
            }
            prop_assert_eq!(counted, dropped);
        }
    }

    #[test]
    fn a_request_is_laid_out_as_the_kernel_expects_it() {
        let bytes = request(Request::Listen, 7);
        let words: Vec<u32> = (0..10).map(|index| word(&bytes, 4 * index).unwrap()).collect();
        let [kind, length] = [3_u16, 4].map(|half| {
            let [first, second] = half.to_ne_bytes();
            u32::from_ne_bytes([first, second, 0, 0])
        });
        assert_eq!(words, [40, kind, 0, 0, 1, 1, 0, 7, length, 1]);
    }
}
