//! Floor 11. The processes that messages name: what they run, and how each stood when it was last told of.

use std::collections::HashMap;

use procmon_model::event::ProcessEvent;
use procmon_model::process::{Count, Counters, Gauges, Growth, Image, ProcessInfo, ProcessKey};
use procmon_model::sample::ProcessUse;
use procmon_model::units::{Bytes, CpuTime};

/// The living, and which of them nobody was told of yet.
#[derive(Debug, Default)]
pub(super) struct Cast {
    members: HashMap<ProcessKey, Member>,
    /// Those that began to run a program since the last message that named such.
    news: Vec<ProcessKey>,
}

/// A living process.
#[derive(Debug)]
struct Member {
    info: ProcessInfo,
    told: Option<Gauges>,
}

impl Cast {
    /// Takes part in what happened to a process, but for its end.
    pub(super) fn take(&mut self, event: &ProcessEvent) {
        match event {
            ProcessEvent::Started { process, .. } => {
                let member = Member { info: process.clone(), told: None };
                self.members.insert(process.key, member);
                self.announce(process.key);
            }
            ProcessEvent::Renamed { key, image: Some(image), .. } => {
                let Some(member) = self.members.get_mut(key) else { return };
                member.info.image = image.clone();
                self.announce(*key);
            }
            _ => {}
        }
    }

    /// What is known of a process.
    pub(super) fn info(&self, key: ProcessKey) -> Option<&ProcessInfo> {
        self.members.get(&key).map(|member| &member.info)
    }

    /// What a process runs.
    pub(super) fn image(&self, key: ProcessKey) -> Option<&Image> {
        self.info(key).map(|info| &info.image)
    }

    /// A process has ended and was told of.
    pub(super) fn forget(&mut self, key: ProcessKey) {
        self.members.remove(&key);
        self.news.retain(|other| *other != key);
    }

    /// Whether a process used something or stands otherwise than it was last told of; from now on that counts as told.
    pub(super) fn changed(&mut self, used: &ProcessUse) -> bool {
        let Some(member) = self.members.get_mut(&used.key) else { return true };
        let before = member.told.replace(used.gauges);
        before != Some(used.gauges) || !is_idle(&used.growth)
    }

    /// Those that began to run a program since this was last asked.
    pub(super) fn take_news(&mut self) -> Vec<ProcessKey> {
        std::mem::take(&mut self.news)
    }

    fn announce(&mut self, key: ProcessKey) {
        if !self.news.contains(&key) {
            self.news.push(key);
        }
    }
}

/// Whether nothing is known to have grown.
fn is_idle(growth: &Growth) -> bool {
    let Counters {
        cpu,
        cpu_user,
        cpu_system,
        faults_minor,
        faults_major,
        read,
        written,
        read_chars,
        written_chars,
        run_delay,
        block_delay,
        switches_voluntary,
        switches_forced,
        net_received,
        net_sent,
    } = growth.0;
    let times = [cpu, cpu_user, cpu_system, run_delay, block_delay];
    let counts = [faults_minor, faults_major, switches_voluntary, switches_forced];
    let bytes = [read, written, read_chars, written_chars, net_received, net_sent];
    times.into_iter().flatten().all(|time| time == CpuTime::ZERO)
        && counts.into_iter().flatten().all(|count| count == Count::ZERO)
        && bytes.into_iter().flatten().all(|bytes| bytes == Bytes::ZERO)
}
