//! Floor 11. A run made by hand, and deliveries of it.

use std::sync::Arc;
use std::time::Duration;

use procmon_export::census::{DeliveryFigures, Figures, Run, Scene, Totals};
use procmon_export::delivery::Picture;
use procmon_export::delivery::{Manner, Outbox, Tally, outbox};
use procmon_export::mqtt::{Handle, Mqtt, MqttError, MqttOptions};
use procmon_model::event::{Ending, LastKnown, ProcessEvent};
use procmon_model::host::{Capabilities, Coverage, Host, Surroundings, Tier};
use procmon_model::ports::Sink;
use procmon_model::process::{Counters, Gauges, Growth, Image, ProcessInfo, ProcessKey};
use procmon_model::record::{self, EndCause, FORMAT, Header, OwnCost, Record, RunEnd};
use procmon_model::sample::{ProcessUse, Sample};
use procmon_model::settings::Settings;
use procmon_model::units::{Bytes, CpuTime, Elapsed, WallTime};

pub(crate) const ROOT: ProcessKey = ProcessKey { pid: 7, start: 70 };

/// Counts processor time and memory of samples.
#[derive(Default)]
struct Counting {
    run: Run,
}

impl Picture for Counting {
    fn take(&mut self, record: &Record) {
        let Record::Sample(sample) = record else { return };
        let (user, new) = (self.run.figures.totals.cpu_user, sample.cpu);
        let cpu_user = Some(user.into_iter().chain(new).sum());
        let totals = Totals { cpu_user, cpu_system: Some(CpuTime::ZERO), ..Totals::default() };
        self.run.figures = Figures { totals, rss: sample.rss_sum, ..Figures::default() };
        self.run.duration = sample.at.since(Elapsed::ZERO);
    }

    fn scene(&mut self) -> Scene {
        let run = Run { id: Arc::from("ab12"), ..self.run.clone() };
        Scene { run: Some(run), ..Scene::default() }
    }
}

/// Deliveries of a run.
pub(crate) struct Session {
    pub(crate) outbox: Outbox,
    handle: Handle,
}

impl Session {
    /// Starts deliveries of a run that begins.
    pub(crate) fn start(options: &MqttOptions) -> Result<Self, MqttError> {
        let (mut outbox, courier) = outbox("mqtt", 100_000, Manner::Hasty);
        let handle = Mqtt::start(options, courier, Box::new(Counting::default()))?;
        outbox.write(&header());
        outbox.write(&born());
        Ok(Self { outbox, handle })
    }

    /// Writes samples of these numbers.
    pub(crate) fn samples(&mut self, numbers: std::ops::Range<u64>) {
        numbers.for_each(|number| self.outbox.write(&sample(number)));
    }

    pub(crate) fn tally(&self) -> Tally {
        self.outbox.tally()
    }

    /// Sent, failed and dropped so far.
    pub(crate) fn counts(&self) -> (u64, u64, u64) {
        counts(&self.tally())
    }

    /// The run ends; waits for deliveries to end and answers what became of them.
    pub(crate) fn finish(mut self) -> Tally {
        self.outbox.write(&ended());
        self.outbox.write(&end());
        self.stop()
    }

    /// The session ends without another record.
    pub(crate) fn stop(mut self) -> Tally {
        self.outbox.finish();
        self.handle.wait();
        self.outbox.tally()
    }
}

/// Sent, failed and dropped.
pub(crate) fn counts(tally: &Tally) -> (u64, u64, u64) {
    let DeliveryFigures { sent, failed, dropped, .. } = tally.figures();
    (sent, failed, dropped)
}

/// What was lost, in words.
pub(crate) fn loss(tally: &Tally) -> String {
    tally.loss().map(|loss| loss.message).unwrap_or_default()
}

/// Options for a broker, as the agent "box" of the namespace "ci".
pub(crate) fn options(url: &str) -> MqttOptions {
    MqttOptions {
        namespace: "ci".to_owned(),
        agent: Some("box".to_owned()),
        flush: Duration::from_secs(30),
        ..MqttOptions::to(url)
    }
}

fn header() -> Record {
    Record::Header(Box::new(Header {
        format: FORMAT,
        version: "1.2.3".to_owned(),
        root: ROOT,
        command: vec!["npm".to_owned(), "test".to_owned()],
        executable: None,
        cwd: None,
        started_at: WallTime::from_nanos(1_736_937_322_000_000_000),
        attached: false,
        host: Host::default(),
        capabilities: Capabilities::of(Tier::Events, Vec::new()),
        settings: Settings::default(),
    }))
}

fn born() -> Record {
    let image = Image { name: "npm".to_owned(), ..Image::default() };
    let at = Elapsed::ZERO;
    let process = ProcessInfo { key: ROOT, parent: None, started: at, uid: None, image };
    Record::Event(ProcessEvent::Started { at, process })
}

/// One of samples a millisecond apart, in each of which half a millisecond of processor time was used.
pub(crate) fn sample(number: u64) -> Record {
    let cpu = Some(CpuTime::from_nanos(500_000));
    let growth = Growth(Counters { cpu, ..Counters::default() });
    let rss = Some(Bytes::new(1_000_000 + number));
    let gauges = Gauges { rss, ..Gauges::default() };
    Record::Sample(Sample {
        from: Elapsed::from_millis(number),
        at: Elapsed::from_millis(number + 1),
        cpu,
        rss_sum: rss,
        thread_count: Some(1),
        processes: vec![ProcessUse { key: ROOT, growth, gauges }],
        ..Sample::default()
    })
}

fn ended() -> Record {
    let at = Elapsed::from_millis(5000);
    let (ending, last) = (Ending::Code(0), LastKnown::default());
    Record::Event(ProcessEvent::Ended { at, key: ROOT, ending, last })
}

pub(crate) fn end() -> Record {
    Record::End(Box::new(RunEnd {
        at: Elapsed::from_millis(5000),
        ending: Some(Ending::Code(0)),
        cause: EndCause::RootEnded,
        totals: record::Totals::default(),
        processes_seen: 1,
        coverage: Coverage::default(),
        survivors: Vec::new(),
        survivors_reaped: false,
        surroundings: Surroundings::default(),
        own: OwnCost::default(),
    }))
}
