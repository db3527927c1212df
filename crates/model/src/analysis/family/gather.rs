//! Floor 6. Every life of a recording, and the summary's figures beside them.
//!
//! The summariser takes the same records, so that what it shares out among processes is shared out here by the same rule.

use std::collections::HashMap;

use crate::analysis::life::{Life, Share};
use crate::analysis::summary::{Summariser, Summary};
use crate::event::ProcessEvent;
use crate::process::{Image, ProcessInfo, ProcessKey};
use crate::record::{Header, Record};
use crate::recording::Recording;
use crate::sample::Sample;
use crate::units::{CpuTime, Elapsed};

/// What a recording tells of its processes.
#[derive(Debug)]
pub(in crate::analysis) struct Gathered {
    /// The processes, in the order in which they came up.
    pub(in crate::analysis) members: Vec<Member>,
    /// The place of each among them.
    pub(super) places: HashMap<ProcessKey, usize>,
    /// The last moment of the recording.
    pub(super) until: Elapsed,
    pub(super) summary: Summary,
    /// How processor time that no reading saw is shared out.
    pub(in crate::analysis) share: Share,
}

/// One process.
#[derive(Debug)]
pub(in crate::analysis) struct Member {
    pub(in crate::analysis) life: Life,
    /// Since when it has the role that it had last.
    pub(super) role_since: Elapsed,
}

impl Member {
    fn new(info: ProcessInfo) -> Self {
        Self { role_since: info.started, life: Life::new(info) }
    }

    /// When it ended; `None` where it lives on.
    pub(super) fn ended(&self) -> Option<Elapsed> {
        self.life.ended.map(|(at, _)| at)
    }

    fn rename(&mut self, at: Elapsed, image: &Image) {
        let before = self.life.role().to_owned();
        self.life.info.image = image.clone();
        if self.life.role() != before {
            self.role_since = at;
        }
    }
}

impl Gathered {
    /// Takes every record once.
    pub(in crate::analysis) fn from(recording: &Recording) -> Self {
        let mut summariser = Summariser::new(recording.header.clone());
        let mut gathering = Gathering::default();
        for record in &recording.records {
            summariser.add(record);
            gathering.add(record);
        }
        for warning in &recording.warnings {
            summariser.warn(warning);
        }
        gathering.add_root(&recording.header);
        let (summary, share) = summariser.finish_and_share();
        let Gathering { members, places, until } = gathering;
        Self { members, places, until, summary, share }
    }

    /// The processor time of a process, as the summary has it.
    pub(super) fn cpu(&self, member: &Member) -> Option<CpuTime> {
        self.share.total(&member.life)
    }
}

#[derive(Default)]
struct Gathering {
    members: Vec<Member>,
    places: HashMap<ProcessKey, usize>,
    until: Elapsed,
}

impl Gathering {
    fn add(&mut self, record: &Record) {
        match record {
            Record::Event(event) => self.add_event(event),
            Record::Sample(sample) => self.add_sample(sample),
            Record::End(end) => self.until = self.until.max(end.at),
            Record::Header(_) | Record::Warning(_) | Record::Mark(_) | Record::Call(_) => {}
        }
    }

    fn add_event(&mut self, event: &ProcessEvent) {
        match event {
            ProcessEvent::Started { at, process } => {
                self.until = self.until.max(*at);
                self.enter(process.clone());
            }
            ProcessEvent::Renamed { at, key, image } => {
                self.until = self.until.max(*at);
                if let (Some(member), Some(image)) = (self.living(*key), image) {
                    member.rename(*at, image);
                }
            }
            ProcessEvent::Ended { at, key, ending, last } => {
                self.until = self.until.max(*at);
                if let Some(member) = self.living(*key) {
                    member.life.end(*at, *ending, last);
                }
            }
            ProcessEvent::Lost { .. } => {}
        }
    }

    fn add_sample(&mut self, sample: &Sample) {
        self.until = self.until.max(sample.at);
        for used in &sample.processes {
            if let Some(member) = self.living(used.key) {
                member.life.take(sample.at, used);
            }
        }
    }

    /// A process that is told of twice is one process: the later word holds, unless it has ended.
    fn enter(&mut self, info: ProcessInfo) {
        let key = info.key;
        if let Some(place) = self.places.get(&key) {
            let member = &mut self.members[*place];
            if member.life.ended.is_none() {
                *member = Member::new(info);
            }
            return;
        }
        self.places.insert(key, self.members.len());
        self.members.push(Member::new(info));
    }

    fn living(&mut self, key: ProcessKey) -> Option<&mut Member> {
        let place = self.places.get(&key)?;
        self.members.get_mut(*place).filter(|member| member.life.ended.is_none())
    }

    /// Where records are missing, the root's birth may be: what the header tells of it stands in, so that there is one
    /// process that the others hang below.
    fn add_root(&mut self, header: &Header) {
        if self.members.is_empty() || self.places.contains_key(&header.root) {
            return;
        }
        let program = header.executable.as_ref().or(header.command.first());
        let name = program.and_then(|path| path.rsplit('/').next()).unwrap_or_default();
        let image = Image {
            name: name.to_owned(),
            command: header.command.clone(),
            exe: header.executable.clone(),
            cwd: header.cwd.clone(),
            ..Image::default()
        };
        let started = Elapsed::ZERO;
        self.enter(ProcessInfo { key: header.root, parent: None, started, uid: None, image });
    }
}
