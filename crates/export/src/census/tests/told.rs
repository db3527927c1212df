//! Floor 11. Sessions that are made up step by step for tests of the census.

use std::sync::Arc;

use procmon_model::event::{Ending, LastKnown, ProcessEvent};
use procmon_model::host::{Capabilities, Host, Tier};
use procmon_model::metrics::MetricSet;
use procmon_model::process::{
    Counters, Gauges, Growth, Image, ProcessInfo, ProcessKey, ProcessState,
};
use procmon_model::record::{FORMAT, Header, Record};
use procmon_model::sample::{ProcessUse, Sample};
use procmon_model::settings::Settings;
use procmon_model::units::{Bytes, CpuTime, Elapsed, WallTime};

use crate::census::{Census, CensusOptions, Group, Scene, View};
use crate::facts::Facts;
use crate::grouping::By;

pub(super) const SESSION: WallTime = WallTime::from_nanos(1_700_000_000_000_000_000);

/// A census that is told a session, and somebody who looks at it.
pub(super) struct Told {
    pub(super) census: Census,
    pub(super) view: View,
    pub(super) at: Elapsed,
}

/// Facts of a machine that started at second 1,000,000 of 1970, where everybody may have 100 descriptors.
pub(super) struct KnownFacts;

impl Facts for KnownFacts {
    fn cgroup(&self, _key: ProcessKey) -> Option<Arc<str>> {
        None
    }

    fn descriptor_limit(&self, _key: ProcessKey) -> Option<u64> {
        Some(100)
    }

    fn user(&self, uid: u32) -> Option<Arc<str>> {
        Some(Arc::from(format!("user {uid}")))
    }

    fn boot_seconds(&self) -> Option<f64> {
        Some(1_000_000.0)
    }
}

pub(super) fn by_name() -> CensusOptions {
    CensusOptions { facts: Box::new(KnownFacts), ..CensusOptions::new(Box::new(By::Name)) }
}

pub(super) fn header(attached: bool) -> Header {
    Header {
        format: FORMAT,
        version: "1.0.0".to_owned(),
        root: key(1),
        command: vec!["make".to_owned(), "all".to_owned()],
        executable: None,
        cwd: None,
        started_at: SESSION,
        attached,
        host: Host::default(),
        capabilities: Capabilities::of(Tier::Events, vec![]),
        settings: Settings { metrics: MetricSet::USUAL, ..Settings::default() },
    }
}

pub(super) fn key(pid: u32) -> ProcessKey {
    ProcessKey { pid, start: 500 + u64::from(pid) }
}

pub(super) fn image(name: &str) -> Image {
    Image { name: name.to_owned(), command: vec![name.to_owned()], ..Image::default() }
}

pub(super) const fn ms(millis: u64) -> CpuTime {
    CpuTime::from_millis(millis)
}

/// One process in a sample: processor time in ms, all of it in user mode, and a few gauges.
pub(super) fn used(pid: u32, cpu: u64) -> ProcessUse {
    let cpu = Some(ms(cpu));
    let growth = Growth(Counters {
        cpu,
        cpu_user: cpu,
        cpu_system: Some(CpuTime::ZERO),
        read: Some(Bytes::new(10)),
        ..Counters::default()
    });
    let gauges = Gauges {
        rss: Some(Bytes::new(1000)),
        shared: Some(Bytes::new(400)),
        threads: Some(2),
        fds: Some(5),
        state: Some(ProcessState::Sleeping),
        ..Gauges::default()
    };
    ProcessUse { key: key(pid), growth, gauges }
}

/// The same at the first reading of a process that was found alive.
pub(super) fn found(pid: u32) -> ProcessUse {
    ProcessUse { growth: Growth::default(), ..used(pid, 0) }
}

impl Told {
    pub(super) fn of(options: CensusOptions, attached: bool) -> Self {
        let mut census = Census::new(options);
        census.take(&Record::Header(Box::new(header(attached))));
        Self { census, view: View::default(), at: Elapsed::ZERO }
    }

    /// So many milliseconds pass.
    pub(super) fn wait(&mut self, millis: u64) -> &mut Self {
        self.at = self.at + std::time::Duration::from_millis(millis);
        self
    }

    pub(super) fn born(&mut self, pid: u32, name: &str) -> &mut Self {
        let parent = (pid > 1).then(|| key(1));
        let image = image(name);
        let process = ProcessInfo { key: key(pid), parent, started: self.at, uid: Some(7), image };
        self.event(ProcessEvent::Started { at: self.at, process })
    }

    pub(super) fn exec(&mut self, pid: u32, name: &str) -> &mut Self {
        let image = Some(image(name));
        self.event(ProcessEvent::Renamed { at: self.at, key: key(pid), image })
    }

    /// It ends and is known to have used that many milliseconds altogether.
    pub(super) fn ended(&mut self, pid: u32, cpu: Option<u64>) -> &mut Self {
        let last = LastKnown { cpu: cpu.map(ms), ..LastKnown::default() };
        self.ended_as(pid, Ending::Code(0), last)
    }

    pub(super) fn ended_as(&mut self, pid: u32, ending: Ending, last: LastKnown) -> &mut Self {
        self.event(ProcessEvent::Ended { at: self.at, key: key(pid), ending, last })
    }

    pub(super) fn event(&mut self, event: ProcessEvent) -> &mut Self {
        self.census.take(&Record::Event(event));
        self
    }

    /// A sample of these a second later.
    pub(super) fn sample(&mut self, processes: &[ProcessUse]) -> &mut Self {
        let from = self.at;
        self.wait(1000);
        let cpu = processes.iter().filter_map(|used| used.growth.0.cpu).sum();
        let sample = Sample {
            from,
            at: self.at,
            cpu: Some(cpu),
            took: CpuTime::from_nanos(900),
            processes: processes.to_vec(),
            ..Sample::default()
        };
        self.take(&Record::Sample(sample))
    }

    pub(super) fn take(&mut self, record: &Record) -> &mut Self {
        self.census.take(record);
        self
    }

    pub(super) fn scene(&mut self) -> Scene {
        self.census.scene(&mut self.view)
    }

    /// The names of the groups that are shown.
    pub(super) fn names(&mut self) -> Vec<String> {
        self.scene().groups.iter().map(|group| group.name.to_string()).collect()
    }

    /// A group of the next scene.
    pub(super) fn group(&mut self, name: &str) -> Group {
        let groups = self.scene().groups;
        groups.into_iter().find(|group| &*group.name == name).unwrap()
    }
}

/// The processor time of a group; `None` is unknown.
pub(super) fn cpu(group: &Group) -> Option<CpuTime> {
    let totals = group.figures.totals;
    Some(totals.cpu_user? + totals.cpu_system?)
}
