//! Floor 9. The latest samples, in memory.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use procmon_model::ports::Sink;
use procmon_model::record::Record;

use crate::format::jsonl;

/// The sink that keeps the latest samples.
pub struct Ring {
    capacity: usize,
    lines: Arc<Mutex<VecDeque<Vec<u8>>>>,
}

/// Reads what a [`Ring`] keeps, while the session runs and after it.
#[derive(Clone)]
pub struct History {
    lines: Arc<Mutex<VecDeque<Vec<u8>>>>,
}

/// A ring for that many samples; none for 0.
pub fn ring(capacity: usize) -> (Ring, History) {
    let lines = Arc::new(Mutex::new(VecDeque::new()));
    (Ring { capacity, lines: Arc::clone(&lines) }, History { lines })
}

impl Sink for Ring {
    fn write(&mut self, record: &Record) {
        if self.capacity == 0 || !matches!(record, Record::Sample(_)) {
            return;
        }
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        // The line that goes lends its memory to the one that comes.
        let mut line = if lines.len() >= self.capacity {
            lines.pop_front().unwrap_or_default()
        } else {
            Vec::new()
        };
        line.clear();
        if jsonl::encode(record, &mut line).is_ok() {
            lines.push_back(line);
        }
    }

    fn finish(&mut self) {}
}

impl History {
    /// The kept samples as JSON Lines, oldest first.
    pub fn lines(&self) -> Vec<u8> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.iter().flatten().copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use procmon_model::sample::Sample;
    use procmon_model::units::Elapsed;

    use super::*;

    #[test]
    fn keeps_the_latest_samples_and_nothing_else() {
        let (mut ring, history) = ring(2);
        for at in 1..=3 {
            let at = Elapsed::from_millis(at);
            ring.write(&Record::Sample(Sample { at, ..Sample::default() }));
        }
        let kept = String::from_utf8(history.lines()).unwrap();
        let times: Vec<_> = kept
            .lines()
            .map(|line| match jsonl::decode(line.as_bytes()).unwrap() {
                Record::Sample(sample) => sample.at,
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(times, [Elapsed::from_millis(2), Elapsed::from_millis(3)]);
    }
}
