//! Floor 9. Sessions that are made up for tests of sinks: a record for each step, 10 ms apart.

use std::time::Duration;

use procmon_model::event::{Ending, LastKnown, ProcessEvent};
use procmon_model::fake;
use procmon_model::host::{Coverage, Surroundings};
use procmon_model::process::{Counters, Gauges, Growth, Image, ProcessInfo, ProcessKey};
use procmon_model::record::{EndCause, Header, Mark, OwnCost, Record, RunEnd, Totals};
use procmon_model::sample::{ProcessUse, Sample};
use procmon_model::units::{Bytes, CpuTime, Elapsed};
use proptest::prelude::*;

const ROOT: ProcessKey = ProcessKey { pid: 1, start: 1 };

pub(super) fn header() -> Header {
    fake::header(ROOT)
}

/// A session that is made up step by step: a record each, 10 ms apart.
pub(super) struct Script {
    pub(super) records: Vec<Record>,
    living: Vec<ProcessInfo>,
    births: u32,
    at: Elapsed,
}

/// The next step; the number chooses the process.
#[derive(Debug, Clone, Copy)]
pub(super) enum Step {
    Birth(usize),
    Exec(usize),
    Death(usize),
    Sample,
    Mark,
    Lost,
}

impl Script {
    fn new() -> Self {
        let records = vec![Record::Header(Box::new(header()))];
        let mut script = Self { records, living: vec![], births: 0, at: Elapsed::ZERO };
        script.birth(None);
        script
    }

    pub(super) fn of(steps: &[Step]) -> Self {
        let mut script = Self::new();
        for step in steps {
            script.step(*step);
        }
        script
    }

    fn step(&mut self, step: Step) {
        self.at = self.at + Duration::from_millis(10);
        let at = self.at;
        match step {
            Step::Birth(of) => self.birth(Some(self.living[of % self.living.len()].key)),
            Step::Exec(which) => self.exec(which),
            Step::Death(which) => self.death(which),
            Step::Sample => self.sample(),
            Step::Mark => self.records.push(Record::Mark(Mark { at, text: "x".to_owned() })),
            Step::Lost => self.records.push(Record::Event(ProcessEvent::Lost { at, count: 2 })),
        }
    }

    fn birth(&mut self, parent: Option<ProcessKey>) {
        self.births += 1;
        // Numbers come around again: only the start tells the processes of one number apart.
        let key = ProcessKey { pid: 1 + (self.births - 1) % 3, start: u64::from(self.births) };
        let image = Image { name: format!("program {}", self.births), ..Image::default() };
        let process = ProcessInfo { key, parent, started: self.at, uid: Some(7), image };
        self.living.push(process.clone());
        self.records.push(Record::Event(ProcessEvent::Started { at: self.at, process }));
    }

    fn exec(&mut self, which: usize) {
        let place = which % self.living.len();
        let process = &mut self.living[place];
        let name = format!("program at {:?}", self.at);
        // What it runs is not always known.
        let image = (!which.is_multiple_of(4)).then(|| Image { name, ..Image::default() });
        if let Some(image) = &image {
            process.image = image.clone();
        }
        let key = process.key;
        self.records.push(Record::Event(ProcessEvent::Renamed { at: self.at, key, image }));
    }

    /// The root lives on.
    fn death(&mut self, which: usize) {
        if self.living.len() < 2 {
            return;
        }
        let key = self.living.remove(1 + which % (self.living.len() - 1)).key;
        let last = LastKnown { cpu: Some(CpuTime::from_millis(3)), ..LastKnown::default() };
        let (at, ending) = (self.at, Ending::Code(0));
        self.records.push(Record::Event(ProcessEvent::Ended { at, key, ending, last }));
    }

    fn sample(&mut self) {
        let used = |process: &ProcessInfo| ProcessUse {
            key: process.key,
            growth: Growth(Counters { cpu: Some(CpuTime::from_millis(1)), ..Counters::default() }),
            gauges: Gauges { rss: Some(Bytes::new(process.key.start)), ..Gauges::default() },
        };
        let processes = self.living.iter().map(used).collect();
        let cpu = Some(CpuTime::from_millis(self.living.len() as u64));
        self.records.push(Record::Sample(Sample {
            at: self.at,
            cpu,
            processes,
            ..Sample::default()
        }));
    }

    pub(super) fn end(&mut self) {
        self.records.push(Record::End(Box::new(RunEnd {
            at: self.at,
            ending: Some(Ending::Code(0)),
            cause: EndCause::RootEnded,
            totals: Totals { cpu: Some(CpuTime::from_millis(500)), ..Totals::default() },
            processes_seen: u64::from(self.births),
            coverage: Coverage::default(),
            survivors: self.living.clone(),
            survivors_reaped: false,
            surroundings: Surroundings::default(),
            own: OwnCost::default(),
        })));
    }
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        3 => (0..9usize).prop_map(Step::Birth),
        2 => (0..9usize).prop_map(Step::Exec),
        2 => (0..9usize).prop_map(Step::Death),
        3 => Just(Step::Sample),
        1 => Just(Step::Mark),
        1 => Just(Step::Lost),
    ];
    // A death where nobody but the root lives would be no record, and moments are counted by records.
    prop::collection::vec(step, 0..60).prop_map(|steps| {
        let mut living = 1_usize;
        let possible = |step: &Step| {
            match step {
                Step::Birth(_) => living += 1,
                Step::Death(_) if living == 1 => return false,
                Step::Death(_) => living -= 1,
                _ => {}
            }
            true
        };
        steps.into_iter().filter(possible).collect()
    })
}
