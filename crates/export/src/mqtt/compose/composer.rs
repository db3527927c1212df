//! Floor 11. Turns records into messages, one after the other.

use std::sync::Arc;
use std::time::Duration;

use procmon_model::event::{Ending, LastKnown, ProcessEvent};
use procmon_model::process::ProcessKey;
use procmon_model::record::{Header, Record, RunEnd};
use procmon_model::sample::Sample;
use procmon_model::units::{Elapsed, WallTime};
use serde::Serialize;

use super::body::{EndBody, Envelope, Exit, Program, SampleBody, Start, UseLine};
use super::cast::Cast;
use super::moment::moment;
use super::propeller::{Dialect, Task};
use super::summary::Summary;
use crate::delivery::Picture;
use crate::mqtt::error::MqttError;
use crate::mqtt::message::{Message, Worth};
use crate::mqtt::options::Propeller;
use crate::mqtt::topics::{Topics, part};

/// How long the broker keeps a summary that nothing has replaced.
const SUMMARY_EXPIRY_SECONDS: u32 = 24 * 60 * 60;
/// How often a run that goes on says what it has come to.
const SUMMARY_EVERY: Duration = Duration::from_secs(10);

/// The names that messages have.
pub(in crate::mqtt) struct Naming {
    topics: Topics,
    run: Option<String>,
    spare_run: String,
    dialect: Option<Dialect>,
}

/// Turns records into messages.
pub(in crate::mqtt) struct Composer {
    naming: Naming,
    picture: Box<dyn Picture>,
    cast: Cast,
    run: Option<RunSoFar>,
}

/// What the header said, and how many messages there were since.
struct RunSoFar {
    id: Arc<str>,
    began: WallTime,
    next: u64,
    summarised: Option<Elapsed>,
    task: Option<Task>,
}

impl Naming {
    /// Names below these topics. `run` is what the user calls the run, and `spare_run` what it is called where neither
    /// the user nor the picture has a name for it.
    pub(in crate::mqtt) fn new(
        topics: Topics,
        run: Option<&str>,
        spare_run: String,
    ) -> Result<Self, MqttError> {
        let run = run.map(|run| part("run", run)).transpose()?.map(str::to_owned);
        Ok(Self { topics, run, spare_run, dialect: None })
    }

    /// Also what Propeller expects.
    pub(in crate::mqtt) fn with_propeller(
        self,
        names: Option<&Propeller>,
        agent: &str,
    ) -> Result<Self, MqttError> {
        let dialect = names.map(|names| Dialect::new(names, agent)).transpose()?;
        Ok(Self { dialect, ..self })
    }
}

impl Composer {
    /// No record has come yet.
    pub(in crate::mqtt) fn new(naming: Naming, picture: Box<dyn Picture>) -> Self {
        Self { naming, picture, cast: Cast::default(), run: None }
    }

    /// The messages that a record makes, in the order in which they are sent.
    pub(in crate::mqtt) fn messages(&mut self, record: &Record) -> Vec<Message> {
        self.picture.take(record);
        match record {
            Record::Header(header) => self.start(header),
            Record::Sample(sample) => self.sample(sample),
            Record::Event(ProcessEvent::Ended { at, key, ending, last }) => {
                self.exit(*at, *key, *ending, *last)
            }
            Record::Event(event) => {
                self.cast.take(event);
                Vec::new()
            }
            Record::End(end) => self.end(end),
            Record::Warning(_) | Record::Mark(_) | Record::Call(_) => Vec::new(),
        }
    }

    fn start(&mut self, header: &Header) -> Vec<Message> {
        let drawn = self.picture.scene().run.map(|run| run.id);
        let drawn = drawn.filter(|id| part("run", id).is_ok());
        let id = match &self.naming.run {
            Some(run) => Arc::from(run.as_str()),
            None => drawn.unwrap_or_else(|| Arc::from(self.naming.spare_run.as_str())),
        };
        let task = self.naming.dialect.as_ref().map(|dialect| Task::new(dialect, header, &id));
        let began = header.started_at;
        let run = self.run.insert(RunSoFar { id, began, next: 0, summarised: None, task });
        let payload = run.payload(Elapsed::ZERO, Start::of(header));
        vec![self.message("start", payload, Worth::Record)].into_iter().flatten().collect()
    }

    fn sample(&mut self, sample: &Sample) -> Vec<Message> {
        let news = self.cast.take_news();
        let changed: Vec<_> =
            sample.processes.iter().filter(|used| self.cast.changed(used)).copied().collect();
        let Some(run) = &mut self.run else { return Vec::new() };
        let programs = news.into_iter().filter_map(|key| self.cast.info(key)).map(Program::from);
        let processes = changed.into_iter().map(|used| {
            let image = self.cast.image(used.key);
            let name = image.map(|image| image.name.as_str());
            UseLine { name, role: image.and_then(|image| image.role.as_deref()), used }
        });
        let body = SampleBody::of(sample, programs.collect(), processes.collect());
        let payload = run.payload(sample.at, body);
        let compat = run.task.as_mut().map(|task| task.messages(sample));
        let due = run.summarised.is_none_or(|last| sample.at.since(last) >= SUMMARY_EVERY);
        let mut messages: Vec<_> =
            self.message("sample", payload, Worth::Sample).into_iter().collect();
        messages.extend(compat.into_iter().flatten());
        if due {
            messages.extend(self.summary(sample.at));
        }
        messages
    }

    fn exit(
        &mut self,
        at: Elapsed,
        key: ProcessKey,
        ending: Ending,
        last: LastKnown,
    ) -> Vec<Message> {
        let Some(run) = &mut self.run else { return Vec::new() };
        let info = self.cast.info(key);
        let body = Exit {
            at_ms: at,
            key,
            parent_pid: info.and_then(|info| info.parent).map(|parent| parent.pid),
            started_ms: info.map(|info| info.started),
            name: info.map(|info| info.image.name.as_str()),
            role: info.and_then(|info| info.image.role.as_deref()),
            ending,
            last,
        };
        let payload = run.payload(at, body);
        self.cast.forget(key);
        self.message("exit", payload, Worth::Record).into_iter().collect()
    }

    fn end(&mut self, end: &RunEnd) -> Vec<Message> {
        let Some(run) = &mut self.run else { return Vec::new() };
        let payload = run.payload(end.at, EndBody::of(end));
        let mut messages: Vec<_> =
            self.message("end", payload, Worth::Record).into_iter().collect();
        messages.extend(self.summary(end.at));
        messages
    }

    fn summary(&mut self, at: Elapsed) -> Option<Message> {
        let scene = self.picture.scene();
        let drawn = scene.run.as_ref()?;
        let run = self.run.as_mut()?;
        run.summarised = Some(at);
        let payload = run.payload(at, Summary::of(drawn, &scene));
        let message = self.message("summary", payload, Worth::Record)?;
        Some(Message { retained: true, expiry: Some(SUMMARY_EXPIRY_SECONDS), ..message })
    }

    fn message(&self, kind: &str, payload: Vec<u8>, worth: Worth) -> Option<Message> {
        let topic = self.naming.topics.run(&self.run.as_ref()?.id, kind);
        Some(Message { topic, payload, retained: false, expiry: None, worth })
    }
}

impl RunSoFar {
    /// The next message's JSON.
    fn payload(&mut self, at: Elapsed, body: impl Serialize) -> Vec<u8> {
        let envelope = Envelope { ts: moment(self.began, at), seq: self.next, run: &self.id, body };
        self.next += 1;
        // Serialising into memory fails for maps alone whose keys are no strings, and there are none.
        serde_json::to_vec(&envelope).unwrap_or_default()
    }
}
