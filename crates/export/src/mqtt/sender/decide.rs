//! Floor 11. What is done about each signal: the decisions of the sending thread, without any waiting or sending.

use super::buffer::Buffer;
use crate::delivery::Tally;
use crate::mqtt::message::{Message, Worth};
use crate::mqtt::signal::{Client, Fate, Prospect, Signal};

/// The numbers of the two messages about ourselves; those of the buffer never come so far.
const ONLINE: u64 = u64::MAX;
const OFFLINE: u64 = u64::MAX - 1;

/// What a packet has beside its topic and payload, at most (MQTT 5, 3.3: header, two lengths, number, expiry).
const FRAME_BYTES: usize = 32;

/// Messages on their way to a broker.
pub(in crate::mqtt) struct Sender<C> {
    client: C,
    place: Place,
    buffer: Buffer,
    tally: Tally,
    largest: Option<u32>,
    connected: bool,
    was_connected: bool,
    prospect: Prospect,
    stage: Stage,
}

/// Where the messages go.
#[derive(Debug, Clone)]
pub(in crate::mqtt) struct Place {
    /// The broker for a person, without the user.
    pub(in crate::mqtt) broker: String,
    /// The topic of our own status.
    pub(in crate::mqtt) status: String,
    /// How many messages are kept.
    pub(in crate::mqtt) buffer: usize,
    /// How many may be unconfirmed at a time.
    pub(in crate::mqtt) in_flight: usize,
}

/// How far the session is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stage {
    Running,
    /// No more messages come.
    Flushing,
    /// The broker was told that we go.
    Leaving,
}

/// Whether there is more to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::mqtt) enum Next {
    /// Wait for the next signal.
    Wait,
    /// All is done that can be done.
    Done,
}

/// A message about ourselves, which the broker keeps.
pub(in crate::mqtt) fn status(topic: &str, word: &str) -> Message {
    Message {
        topic: topic.to_owned(),
        payload: word.as_bytes().to_vec(),
        retained: true,
        expiry: None,
        worth: Worth::Record,
    }
}

impl<C: Client> Sender<C> {
    /// Nothing to send yet, and no connection.
    pub(in crate::mqtt) fn new(client: C, place: Place, tally: Tally) -> Self {
        let buffer = Buffer::new(place.buffer);
        let stage = Stage::Running;
        Self {
            client,
            place,
            buffer,
            tally,
            largest: None,
            connected: false,
            was_connected: false,
            prospect: Prospect::Open,
            stage,
        }
    }

    /// Does what a signal asks for.
    pub(in crate::mqtt) fn take(&mut self, signal: Signal) -> Next {
        match signal {
            Signal::Message(message) => {
                let dropped = self.buffer.push(message);
                self.drop_for_room(dropped);
            }
            Signal::Over => {
                self.stage = Stage::Flushing;
                if self.prospect == Prospect::NobodyThere {
                    // One more try is made at once, and what was before it counts no more.
                    self.prospect = Prospect::Open;
                }
                self.client.hurry();
            }
            Signal::Connected { largest } => self.welcome(largest),
            Signal::Lost(trouble) => {
                self.connected = false;
                self.prospect = trouble.prospect;
                self.tally.trouble(|| trouble.sentence);
            }
            Signal::Settled { number, fate } => self.settle(number, fate),
            Signal::Left => return Next::Done,
        }
        self.hand_over();
        self.finish()
    }

    /// There is no more time: whatever is not confirmed counts as dropped.
    pub(in crate::mqtt) fn give_up(&mut self) {
        let left = self.buffer.give_up();
        if left > 0 {
            let broker = &self.place.broker;
            self.tally.trouble(|| format!("{broker} did not confirm them in time"));
            self.tally.dropped(left);
        }
    }

    fn welcome(&mut self, largest: Option<u32>) {
        (self.connected, self.was_connected) = (true, true);
        self.prospect = Prospect::Open;
        self.largest = largest;
        self.client.publish(ONLINE, &status(&self.place.status, "online"));
    }

    fn settle(&mut self, number: u64, fate: Fate) {
        match (number, fate) {
            // One that was lost is told anew on the next connection.
            (ONLINE, _) => {}
            (OFFLINE, _) => self.client.leave(),
            (number, Fate::Accepted) => {
                self.tally.sent(u64::from(self.buffer.settle(number).is_some()));
            }
            (number, Fate::Refused(reason)) => {
                let Some(topic) = self.buffer.settle(number) else { return };
                self.tally.failed(1);
                let broker = &self.place.broker;
                self.tally.trouble(|| format!("{broker} refused a message for {topic} ({reason})"));
            }
            (number, Fate::Forgotten) => {
                let dropped = self.buffer.again(number);
                self.drop_for_room(dropped);
            }
        }
    }

    fn hand_over(&mut self) {
        while self.connected && self.buffer.handed() < self.place.in_flight {
            let Some((number, message)) = self.buffer.oldest() else { return };
            let bytes = message.topic.len() + message.payload.len() + FRAME_BYTES;
            if let Some(largest) = self.largest.filter(|largest| bytes > *largest as usize) {
                self.buffer.discard();
                self.tally.failed(1);
                let broker = &self.place.broker;
                self.tally.trouble(|| {
                    format!("{broker} takes messages of {largest} bytes at most, one had {bytes}")
                });
            } else if self.client.publish(number, message) {
                self.buffer.hand();
            } else {
                return;
            }
        }
    }

    fn drop_for_room(&self, dropped: u64) {
        if dropped > 0 {
            let messages = self.place.buffer;
            self.tally.trouble(|| format!("there was room for {messages} messages only"));
            self.tally.dropped(dropped);
        }
    }

    /// Whether waiting for a connection has no sense at the end. A broker that was there may be restarting; where there
    /// never was one, a command that has ended is not kept waiting for it.
    fn is_in_vain(&self) -> bool {
        match self.prospect {
            Prospect::Open => false,
            Prospect::NobodyThere => !self.was_connected,
            Prospect::None => true,
        }
    }

    fn finish(&mut self) -> Next {
        if self.stage == Stage::Running {
            return Next::Wait;
        }
        if !self.connected && (self.is_in_vain() || self.buffer.is_empty()) {
            self.give_up();
            return Next::Done;
        }
        if self.stage == Stage::Flushing && self.buffer.is_empty() {
            self.stage = Stage::Leaving;
            self.client.publish(OFFLINE, &status(&self.place.status, "offline"));
        }
        Next::Wait
    }
}
