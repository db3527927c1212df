//! Floor 3. What a pass reads beside the processes themselves: their threads by name, and the network's rest, as growth.

use std::collections::BTreeMap;

use crate::process::{NetBytes, ProcessKey, ThreadReading};
use crate::sample::{NamedThreads, Net};
use crate::units::CpuTime;

/// The latest totals of what is read beside the processes.
#[derive(Debug, Clone, Default)]
pub(super) struct Beside {
    threads: BTreeMap<(ProcessKey, String), CpuTime>,
    stray: Option<NetBytes>,
    departed: Option<NetBytes>,
}

impl Beside {
    /// What the threads of each name used since the last time. `counts`: whether a name that is new began at nothing; in
    /// the first pass over processes that were found alive it did not.
    pub(super) fn threads(
        &mut self,
        readings: &[ThreadReading],
        counts: bool,
    ) -> Vec<NamedThreads> {
        let before = std::mem::take(&mut self.threads);
        readings
            .iter()
            .map(|reading| {
                let at = (reading.key, reading.name.clone());
                let start = if counts { CpuTime::ZERO } else { reading.cpu };
                let cpu = reading.cpu.saturating_sub(before.get(&at).copied().unwrap_or(start));
                self.threads.insert(at, reading.cpu);
                let ThreadReading { key, name, count, .. } = reading.clone();
                NamedThreads { key, name, count, cpu }
            })
            .collect()
    }

    /// What the network moved for nobody since the last time; nothing at the first.
    pub(super) fn stray(&mut self, total: Option<NetBytes>) -> Option<Net> {
        let before = std::mem::replace(&mut self.stray, total);
        total.map(|total| Net::between(before.unwrap_or(total), total))
    }

    /// What it moved for those that have gone since.
    pub(super) fn departed(&mut self, total: Option<NetBytes>) -> Option<Net> {
        let before = std::mem::replace(&mut self.departed, total);
        total.map(|total| Net::between(before.unwrap_or_default(), total))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::Bytes;

    fn reading(name: &str, cpu: u64) -> ThreadReading {
        let (key, cpu) = (ProcessKey { pid: 1, start: 1 }, CpuTime::from_millis(cpu));
        ThreadReading { key, name: name.to_owned(), count: 2, cpu }
    }

    fn grown(beside: &mut Beside, readings: &[ThreadReading], counts: bool) -> Vec<(String, f64)> {
        let threads = beside.threads(readings, counts);
        threads.into_iter().map(|threads| (threads.name, threads.cpu.as_millis())).collect()
    }

    #[test]
    fn threads_that_were_found_alive_count_from_their_first_reading_on() {
        let mut beside = Beside::default();
        assert_eq!(grown(&mut beside, &[reading("node", 70)], false), [("node".to_owned(), 0.0)]);
        let later = [reading("node", 75), reading("libuv-worker", 3)];
        let expected = [("node".to_owned(), 5.0), ("libuv-worker".to_owned(), 3.0)];
        assert_eq!(grown(&mut beside, &later, true), expected);
    }

    #[test]
    fn what_the_network_moved_before_the_first_look_is_nobodys_business() {
        let total =
            |received: u64| Some(NetBytes { received: Bytes::new(received), sent: Bytes::ZERO });
        let mut beside = Beside::default();
        assert_eq!(beside.stray(None), None);
        assert_eq!(beside.stray(total(100)), Some(Net::default()));
        assert_eq!(beside.stray(total(130)).unwrap().received, Bytes::new(30));
    }
}
