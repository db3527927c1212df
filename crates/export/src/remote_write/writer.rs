//! Floor 11. Makes remote write's requests of a session's records.

use std::time::{Duration, Instant};

use procmon_model::record::Record;
use prost::Message;

use super::messages::{TimeSeries, WriteRequest};
use super::options::{Exposition, RemoteWriteOptions};
use super::stale::Known;
use crate::census::Scene;
use crate::delivery::{Letter, Mailbag, Picture, Writer};

/// How many samples go in one request at most: what Prometheus itself sends.
const BATCH: usize = 2_000;

/// Makes requests of records.
pub(super) struct RemoteWriteWriter {
    picture: Box<dyn Picture>,
    series: Exposition,
    labels: Vec<(String, String)>,
    interval: Duration,
    due: Instant,
    known: Known,
    /// The moment of the samples that were sent last, in milliseconds since 1970.
    told: Option<i64>,
}

impl RemoteWriteWriter {
    /// For a session that begins now.
    pub(super) fn new(options: &RemoteWriteOptions, picture: Box<dyn Picture>) -> Self {
        Self {
            picture,
            series: options.series,
            labels: options.labels.clone(),
            interval: options.interval,
            due: Instant::now() + options.interval,
            known: Known::default(),
            told: None,
        }
    }

    fn samples(&mut self) -> Vec<TimeSeries> {
        let scene = self.picture.scene();
        let Some(at) = moment(&scene).filter(|at| self.told.is_none_or(|told| *at > told)) else {
            return Vec::new();
        };
        self.told = Some(at);
        self.known.samples(&scene, self.series, &self.labels, at)
    }
}

impl Writer for RemoteWriteWriter {
    fn take(&mut self, record: &Record) {
        self.picture.take(record);
    }

    fn due(&self) -> Instant {
        self.due
    }

    fn write(&mut self, now: Instant, bag: &Mailbag) {
        self.due = now + self.interval;
        post(self.samples(), bag);
    }

    fn finish(&mut self, bag: &Mailbag) {
        post(self.samples(), bag);
        if let Some(told) = self.told {
            post(self.known.ends(told + 1), bag);
        }
    }
}

/// The moment that a scene's samples are of: its reading's, or the run's end once there is one.
fn moment(scene: &Scene) -> Option<i64> {
    let read_at = scene.read_at.map(|read_at| u128::from(read_at.as_millis()));
    let ended = scene.run.as_ref().filter(|run| run.result.is_some());
    let ended = ended.map(|run| u128::from(run.started.as_millis()) + run.duration.as_millis());
    i64::try_from(read_at.max(ended)?).ok()
}

fn post(mut series: Vec<TimeSeries>, bag: &Mailbag) {
    while !series.is_empty() {
        let rest = series.split_off(series.len().min(BATCH));
        let items = series.len() as u64;
        let message = WriteRequest { timeseries: series }.encode_to_vec();
        match snap::raw::Encoder::new().compress_vec(&message) {
            Ok(body) => bag.put(Letter { address: 0, body, items }),
            Err(error) => unreachable!("snappy takes up to 4 GiB at once: {error}"),
        }
        series = rest;
    }
}
