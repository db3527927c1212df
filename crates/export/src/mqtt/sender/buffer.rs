//! Floor 11. The messages that no broker has confirmed yet, as many as there is room for.

use std::collections::{BTreeMap, VecDeque};

use crate::mqtt::message::{Message, Worth};

/// Messages that wait, and those that were handed over. They keep their order, and one that has to be sent again goes
/// back to its place.
#[derive(Debug)]
pub(super) struct Buffer {
    waiting: VecDeque<(u64, Message)>,
    handed: BTreeMap<u64, Message>,
    capacity: usize,
    next: u64,
}

impl Buffer {
    /// Room for so many that wait.
    pub(super) fn new(capacity: usize) -> Self {
        let (waiting, handed) = (VecDeque::new(), BTreeMap::new());
        Self { waiting, handed, capacity: capacity.max(1), next: 0 }
    }

    /// Takes a message. Answers how many had to go for it: the oldest samples first, and then the oldest.
    pub(super) fn push(&mut self, message: Message) -> u64 {
        self.waiting.push_back((self.next, message));
        self.next += 1;
        self.shrink()
    }

    /// How many were handed over and not settled.
    pub(super) fn handed(&self) -> usize {
        self.handed.len()
    }

    /// Whether all that it took was settled.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.handed.is_empty()
    }

    /// The oldest that waits, and its number.
    pub(super) fn oldest(&self) -> Option<(u64, &Message)> {
        self.waiting.front().map(|(number, message)| (*number, message))
    }

    /// The oldest was handed over.
    pub(super) fn hand(&mut self) {
        if let Some((number, message)) = self.waiting.pop_front() {
            self.handed.insert(number, message);
        }
    }

    /// The oldest will never be handed over.
    pub(super) fn discard(&mut self) {
        self.waiting.pop_front();
    }

    /// One that was handed over is settled. Answers its topic; `None` where none of this number was.
    pub(super) fn settle(&mut self, number: u64) -> Option<String> {
        self.handed.remove(&number).map(|message| message.topic)
    }

    /// One that was handed over waits again. Answers how many had to go for it.
    pub(super) fn again(&mut self, number: u64) -> u64 {
        let Some(message) = self.handed.remove(&number) else { return 0 };
        let place = self.waiting.partition_point(|(other, _)| *other < number);
        self.waiting.insert(place, (number, message));
        self.shrink()
    }

    /// Gives up all there is. Answers how many that was.
    pub(super) fn give_up(&mut self) -> u64 {
        let given_up = self.waiting.len() + self.handed.len();
        self.waiting.clear();
        self.handed.clear();
        given_up as u64
    }

    fn shrink(&mut self) -> u64 {
        let mut gone = 0;
        while self.waiting.len() > self.capacity {
            let is_sample = |(_, message): &(u64, Message)| message.worth == Worth::Sample;
            let oldest = self.waiting.iter().position(is_sample).unwrap_or(0);
            self.waiting.remove(oldest);
            gone += 1;
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(topic: &str, worth: Worth) -> Message {
        Message {
            topic: topic.to_owned(),
            payload: Vec::new(),
            retained: false,
            expiry: None,
            worth,
        }
    }

    fn waiting(buffer: &mut Buffer) -> Vec<String> {
        let mut topics = Vec::new();
        while let Some((_, message)) = buffer.oldest() {
            topics.push(message.topic.clone());
            buffer.hand();
        }
        topics
    }

    #[test]
    fn the_oldest_samples_go_first_and_then_the_oldest() {
        let mut buffer = Buffer::new(2);
        assert_eq!(buffer.push(message("start", Worth::Record)), 0);
        assert_eq!(buffer.push(message("sample 1", Worth::Sample)), 0);
        assert_eq!(buffer.push(message("sample 2", Worth::Sample)), 1);
        assert_eq!(buffer.push(message("exit", Worth::Record)), 1);
        assert_eq!(buffer.push(message("end", Worth::Record)), 1);
        assert_eq!(waiting(&mut buffer), ["exit", "end"]);
    }

    #[test]
    fn what_has_to_be_sent_again_goes_back_to_its_place() {
        let mut buffer = Buffer::new(5);
        for topic in ["0", "1", "2", "3"] {
            buffer.push(message(topic, Worth::Record));
        }
        (0..3).for_each(|_| buffer.hand());
        assert_eq!(buffer.settle(1).as_deref(), Some("1"));
        assert_eq!((buffer.again(2), buffer.again(0), buffer.again(1)), (0, 0, 0));
        assert_eq!(waiting(&mut buffer), ["0", "2", "3"]);
    }

    #[test]
    fn what_was_never_settled_is_counted_when_it_is_given_up() {
        let mut buffer = Buffer::new(5);
        buffer.push(message("start", Worth::Record));
        buffer.push(message("sample", Worth::Sample));
        buffer.hand();
        assert_eq!((buffer.handed(), buffer.is_empty()), (1, false));
        assert_eq!((buffer.give_up(), buffer.is_empty()), (2, true));
    }
}
