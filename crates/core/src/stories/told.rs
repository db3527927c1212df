//! Floor 9. How a story is told: through the real driver and the real engine, to its end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use procmon_model::analysis::{Summariser, Summary};
use procmon_model::engine::Engine;
use procmon_model::event::ProcessEvent;
use procmon_model::fake::{FakeWorld, Story};
use procmon_model::ports::{
    CallSource, Clock, EventSource, Found, Launch, Launcher, Sink, Stopping,
};
use procmon_model::record::{FORMAT, Header, Record, RunEnd};
use procmon_model::recording::Recording;
use procmon_model::sample::Sample;
use procmon_model::settings::Settings;
use procmon_model::units::CpuTime;

use crate::driver::{Driver, Finished, Parts};
use crate::sink::Fanout;

#[derive(Clone, Default)]
struct Notebook(Arc<Mutex<Vec<Record>>>);

impl Sink for Notebook {
    fn write(&mut self, record: &Record) {
        self.0.lock().unwrap().push(record.clone());
    }

    fn finish(&mut self) {}
}

/// A session as it came out.
pub(super) struct Told {
    pub(super) records: Vec<Record>,
    pub(super) finished: Finished,
    pub(super) world: FakeWorld,
    header: Header,
}

/// The one door: plays a story to its end.
pub(super) fn play(story: Story, settings: &Settings) -> Told {
    play_in(FakeWorld::new(story), settings, true)
}

pub(super) fn play_in(world: FakeWorld, settings: &Settings, launched: bool) -> Told {
    tell(world, settings, launched.then(Stopping::default), None)
}

/// Plays the story of a command that is ended in this way.
pub(super) fn play_stopping(world: FakeWorld, settings: &Settings, stopping: Stopping) -> Told {
    tell(world, settings, Some(stopping), None)
}

/// Plays a story in which calls come in.
pub(super) fn play_with_calls(
    world: FakeWorld,
    settings: &Settings,
    calls: Box<dyn CallSource>,
) -> Told {
    tell(world, settings, Some(Stopping::default()), Some(calls))
}

fn tell(
    mut world: FakeWorld,
    settings: &Settings,
    stopping: Option<Stopping>,
    calls: Option<Box<dyn CallSource>>,
) -> Told {
    let key = Story::key(1);
    let living = world.watch(key, Found::Held, settings.children).unwrap();
    let launch = |_| world.launch(&Launch::default()).unwrap().release().unwrap();
    let child = stopping.map(launch);
    let header = Header {
        format: FORMAT,
        version: "0.0.0".to_owned(),
        root: key,
        command: living[0].image.command.clone(),
        executable: None,
        cwd: None,
        started_at: world.started_at(),
        attached: child.is_none(),
        host: procmon_model::host::Host::default(),
        capabilities: world.capabilities(),
        settings: settings.clone(),
    };
    let mut records = vec![];
    let engine = Engine::new(settings, living, child.is_none(), &mut records).unwrap();
    let notebook = Notebook::default();
    let parts = Parts {
        events: Box::new(world.clone()),
        table: Box::new(world.clone()),
        environs: Box::new(world.clone()),
        meter: Box::new(world.clone()),
        child,
        stopping: stopping.unwrap_or_default(),
        calls,
        sinks: Fanout::new(vec![Box::new(notebook.clone())]),
    };
    let finished = Driver::new(parts, engine, settings.clone(), records).run();
    let records = notebook.0.lock().unwrap().clone();
    Told { records, finished, world, header }
}

impl Told {
    pub(super) fn samples(&self) -> Vec<&Sample> {
        let samples = self.records.iter().filter_map(|record| match record {
            Record::Sample(sample) => Some(sample),
            _ => None,
        });
        samples.collect()
    }

    pub(super) fn times(&self) -> Vec<u64> {
        self.samples().iter().map(|sample| sample.at.as_nanos() / 1_000_000).collect()
    }

    pub(super) fn end(&self) -> &RunEnd {
        let Some(Record::End(end)) = self.records.last() else {
            panic!("the last record is no end")
        };
        end
    }

    pub(super) fn summary(&self) -> Summary {
        let mut summariser = Summariser::new(self.header.clone());
        for record in &self.records {
            summariser.add(record);
        }
        summariser.finish()
    }

    pub(super) fn recording(&self) -> Recording {
        let (header, records) = (self.header.clone(), self.records.clone());
        Recording { header, records, warnings: vec![] }
    }

    pub(super) fn roles(&self) -> Vec<(u32, String)> {
        let roles = self.records.iter().filter_map(|record| match record {
            Record::Event(ProcessEvent::Started { process, .. }) => {
                Some((process.key.pid, process.image.role.clone()?))
            }
            Record::Event(ProcessEvent::Renamed { key, image: Some(image), .. }) => {
                Some((key.pid, image.role.clone()?))
            }
            _ => None,
        });
        roles.collect()
    }
}

pub(super) fn fixed(millis: u64) -> Settings {
    let interval = Duration::from_millis(millis);
    Settings { interval, max_interval: interval, ..Settings::default() }
}

pub(super) const fn ms(millis: u64) -> CpuTime {
    CpuTime::from_millis(millis)
}
