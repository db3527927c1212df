//! Floor 6. Every process of a session, however many, with what is known of each.
//!
//! A summary keeps the foremost alone; this is for who wants them all and has the memory.

use std::collections::HashMap;

use serde::Serialize;

use super::life::Life;
use crate::event::ProcessEvent;
use crate::process::{ProcessInfo, ProcessKey};
use crate::record::Record;
use crate::units::{Bytes, CpuTime};

/// Takes the records of a session one by one.
#[derive(Debug, Default)]
pub struct Roll {
    /// In the order of their births.
    lives: Vec<Life>,
    places: HashMap<ProcessKey, usize>,
    /// The largest resident memory that any single process had, once that is known.
    largest: Option<Bytes>,
}

/// One process.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProcessRecord {
    /// Who it is.
    #[serde(flatten)]
    pub key: ProcessKey,
    /// The number of its parent at birth; `None` of a root, and where that was not seen.
    pub parent_pid: Option<u32>,
    /// The file name of its program.
    pub name: String,
    /// What it did; `None` where that is not known.
    pub role: Option<String>,
    /// Its command line, secrets masked.
    pub command: String,
    /// When it was born, or found, in milliseconds.
    pub started_ms: f64,
    /// When it ended; `None` where it lives on.
    pub ended_ms: Option<f64>,
    /// Its exit code; `None` where a signal ended it or nobody could say.
    pub exit_code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<String>,
    /// Its processor time, as far as it was read; `None` of one that never was.
    pub cpu_ms: Option<f64>,
    /// Whether nothing of it is missing.
    pub cpu_final: bool,
    /// Its largest resident memory; `None` where it may have had more than was seen.
    pub rss_peak_bytes: Option<Bytes>,
    /// The largest that was seen; `None` of one that was never read.
    pub rss_seen_bytes: Option<Bytes>,
    /// Bytes that it fetched from storage.
    pub read_bytes: Option<Bytes>,
    /// Bytes that it sent towards storage.
    pub written_bytes: Option<Bytes>,
    /// Time that its first thread was ready to run and waited for a processor.
    pub run_delay_ms: Option<f64>,
    /// Whether the kernel killed it for want of memory.
    pub oom_killed: bool,
}

impl Roll {
    /// Takes the next record.
    pub fn add(&mut self, record: &Record) {
        match record {
            Record::Event(ProcessEvent::Started { process, .. }) => self.enter(process),
            Record::Event(ProcessEvent::Renamed { key, image: Some(image), .. }) => {
                if let Some(life) = self.life(*key) {
                    life.info.image = image.clone();
                }
            }
            Record::Event(ProcessEvent::Ended { at, key, ending, last }) => {
                if let Some(life) = self.life(*key) {
                    life.end(*at, *ending, last);
                }
            }
            Record::Sample(sample) => {
                for used in &sample.processes {
                    if let Some(life) = self.life(used.key) {
                        life.take(sample.at, used);
                    }
                }
            }
            Record::End(end) => self.largest = end.totals.largest_process,
            _ => {}
        }
    }

    fn enter(&mut self, process: &ProcessInfo) {
        let place = self.lives.len();
        if *self.places.entry(process.key).or_insert(place) == place {
            self.lives.push(Life::new(process.clone()));
        }
    }

    fn life(&mut self, key: ProcessKey) -> Option<&mut Life> {
        self.lives.get_mut(*self.places.get(&key)?)
    }

    /// All of them, in the order of their births.
    pub fn processes(&self) -> impl Iterator<Item = ProcessRecord> {
        self.lives.iter().map(|life| self.process(life))
    }

    fn process(&self, life: &Life) -> ProcessRecord {
        let Life { info, ended, .. } = life;
        ProcessRecord {
            key: info.key,
            parent_pid: info.parent.map(|parent| parent.pid),
            name: info.image.name.clone(),
            role: info.image.role.clone(),
            command: info.image.command.join(" "),
            started_ms: info.started.as_millis(),
            ended_ms: ended.map(|(at, _)| at.as_millis()),
            exit_code: life.exit_code(),
            signal: life.signal(),
            cpu_ms: life.cpu.map(CpuTime::as_millis),
            cpu_final: life.cpu_final,
            rss_peak_bytes: life.peak(self.largest),
            rss_seen_bytes: life.rss_seen,
            read_bytes: life.read,
            written_bytes: life.written,
            run_delay_ms: life.run_delay.map(CpuTime::as_millis),
            oom_killed: life.oom_killed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Ending, LastKnown, Signal};
    use crate::process::{Counters, Gauges, Growth, Image};
    use crate::sample::{ProcessUse, Sample};
    use crate::units::Elapsed;

    fn key(pid: u32) -> ProcessKey {
        ProcessKey { pid, start: 1 }
    }

    fn started(pid: u32, parent: Option<u32>) -> Record {
        let image = Image {
            name: "sh".to_owned(),
            command: vec!["sh".to_owned(), "-c".to_owned()],
            ..Image::default()
        };
        let at = Elapsed::from_millis(u64::from(pid));
        let parent = parent.map(key);
        let process = ProcessInfo { key: key(pid), parent, started: at, uid: None, image };
        Record::Event(ProcessEvent::Started { at, process })
    }

    fn sampled(pid: u32, cpu_ms: u64, rss: u64) -> Record {
        let cpu = Some(CpuTime::from_millis(cpu_ms));
        let gauges = Gauges { rss: Some(Bytes::new(rss)), ..Gauges::default() };
        let growth = Growth(Counters { cpu, ..Counters::default() });
        let processes = vec![ProcessUse { key: key(pid), growth, gauges }];
        Record::Sample(Sample { at: Elapsed::from_millis(50), processes, ..Sample::default() })
    }

    #[test]
    fn every_process_is_there_in_the_order_of_births_with_what_is_known() {
        let mut roll = Roll::default();
        let last = LastKnown { cpu: Some(CpuTime::from_millis(9)), ..LastKnown::default() };
        let ending = Ending::Signal(Signal(9));
        let ended = ProcessEvent::Ended { at: Elapsed::from_millis(60), key: key(1), ending, last };
        let records = [started(2, None), started(1, Some(2)), started(1, None), sampled(1, 5, 100)];
        for record in records.iter().chain([&sampled(2, 7, 300), &Record::Event(ended)]) {
            roll.add(record);
        }
        let all: Vec<_> = roll.processes().collect();
        let [root, child] = all.as_slice() else { panic!("there are two: {all:?}") };
        assert_eq!((root.key.pid, root.cpu_ms, root.ended_ms), (2, Some(7.0), None));
        assert_eq!(root.rss_peak_bytes, Some(Bytes::new(300)));
        assert_eq!(
            (child.parent_pid, child.cpu_ms, child.ended_ms),
            (Some(2), Some(9.0), Some(60.0))
        );
        assert_eq!((child.exit_code, child.signal.as_deref()), (None, Some("SIGKILL")));
        assert_eq!((child.rss_peak_bytes, child.rss_seen_bytes), (None, Some(Bytes::new(100))));
        assert_eq!((child.command.as_str(), child.started_ms), ("sh -c", 1.0));
    }
}
