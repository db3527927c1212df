//! Floor 10. Whole lines that wait to be written to a file.

use std::collections::VecDeque;

/// At most so many bytes are written at once, so that others get the file's lock in between; a longer line is written alone.
const BATCH_BYTES: u64 = 1 << 20;
/// What was written is kept in memory up to so many bytes, since it costs time to move the rest to the front.
const SPENT_BYTES: usize = 1 << 20;

/// Lines in their order.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: Vec<u8>,
    /// So much of the text has been written.
    spent: usize,
    parts: VecDeque<Line>,
}

#[derive(Debug)]
struct Line {
    bytes: usize,
    matter: Matter,
}

/// What a line tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Matter {
    /// A call, which is counted where this line is.
    Call,
    /// A call that is counted by its line in another file.
    Copy,
    /// How many calls are missing.
    Missing(u64),
}

/// What lines told of.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Told {
    /// Calls, those that are counted elsewhere included.
    pub(super) calls: u64,
    /// Calls that are counted where these lines are.
    pub(super) counted: u64,
    /// Calls that are missing.
    pub(super) missing: u64,
}

impl Told {
    /// Counts a line.
    pub(super) fn add(&mut self, matter: Matter) {
        match matter {
            Matter::Call => {
                self.calls += 1;
                self.counted += 1;
            }
            Matter::Copy => self.calls += 1,
            Matter::Missing(count) => self.missing += count,
        }
    }

    /// Counts what other lines told of.
    pub(super) fn join(&mut self, other: Self) {
        self.calls += other.calls;
        self.counted += other.counted;
        self.missing += other.missing;
    }
}

impl Lines {
    /// Puts a line at the end; it has its line feed.
    pub(super) fn add(&mut self, line: &[u8], matter: Matter) {
        self.text.extend_from_slice(line);
        self.parts.push_back(Line { bytes: line.len(), matter });
    }

    pub(super) fn bytes(&self) -> usize {
        self.text.len() - self.spent
    }

    pub(super) fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// How long the first line is; 0 where there is none.
    pub(super) fn first_bytes(&self) -> u64 {
        self.parts.front().map_or(0, |line| line.bytes as u64)
    }

    /// The first lines, as many as may be written together into a room of so many bytes; one at least.
    pub(super) fn batch(&self, room: u64) -> &[u8] {
        let most = room.min(BATCH_BYTES);
        let mut bytes = 0;
        for line in &self.parts {
            if bytes > 0 && (bytes + line.bytes) as u64 > most {
                break;
            }
            bytes += line.bytes;
        }
        &self.text[self.spent..self.spent + bytes]
    }

    /// Takes away the first lines, as many as are whole in so many bytes. How many bytes they had, and what they told of.
    pub(super) fn remove(&mut self, bytes: usize) -> (usize, Told) {
        let (mut removed, mut told) = (0, Told::default());
        while let Some(line) = self.parts.front()
            && removed + line.bytes <= bytes
        {
            removed += line.bytes;
            told.add(line.matter);
            self.parts.pop_front();
        }
        self.spent += removed;
        if self.parts.is_empty() {
            self.text.clear();
            self.text.shrink_to(SPENT_BYTES);
            self.spent = 0;
        } else if self.spent > SPENT_BYTES {
            self.text.drain(..self.spent);
            self.spent = 0;
        }
        (removed, told)
    }

    /// Takes all away.
    pub(super) fn clear(&mut self) -> Told {
        self.remove(self.bytes()).1
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_batch_holds_whole_lines_and_one_at_least() {
        let mut lines = Lines::default();
        for line in ["first\n", "second\n", "third\n"] {
            lines.add(line.as_bytes(), Matter::Call);
        }
        assert_eq!(lines.batch(0), b"first\n");
        assert_eq!(lines.batch(18), b"first\nsecond\n");
        assert_eq!(lines.batch(u64::MAX), b"first\nsecond\nthird\n");
        let one = Told { calls: 1, counted: 1, missing: 0 };
        assert_eq!(lines.remove(12), (6, one));
        assert_eq!((lines.first_bytes(), lines.bytes()), (7, 13));
    }

    #[test]
    fn what_lines_told_of_is_counted_apart() {
        let mut lines = Lines::default();
        lines.add(b"call\n", Matter::Call);
        lines.add(b"copy\n", Matter::Copy);
        lines.add(b"missing\n", Matter::Missing(12));
        assert_eq!(lines.clear(), Told { calls: 2, counted: 1, missing: 12 });
        assert!(lines.is_empty());
    }

    proptest! {
        #[test]
        fn lines_come_out_as_they_went_in(
            sizes in prop::collection::vec(1_usize..400_000, 1..30),
            rooms in prop::collection::vec(0_u64..3_000_000, 1..10),
        ) {
            let mut lines = Lines::default();
            let mut expected = Vec::new();
            for (number, size) in sizes.iter().enumerate() {
                let line = vec![u8::try_from(number).unwrap(); *size];
                lines.add(&line, Matter::Call);
                expected.extend_from_slice(&line);
            }
            let mut written = Vec::new();
            for room in rooms.iter().cycle().take(1000) {
                let batch = lines.batch(*room).to_vec();
                prop_assert!(batch.len() as u64 <= BATCH_BYTES.min(*room).max(lines.first_bytes()));
                let (removed, _) = lines.remove(batch.len());
                prop_assert_eq!(removed, batch.len());
                written.extend_from_slice(&batch);
            }
            prop_assert!(written == expected);
            prop_assert_eq!(lines.bytes(), 0);
        }
    }
}
