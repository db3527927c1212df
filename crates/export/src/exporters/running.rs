//! Floor 11. Exporters from the start of a session to its end.
//!
//! None of them can keep a session from starting, slow it or change how it ends: what cannot be started is a loss that
//! is told at the end, like what could not be delivered.

use std::error::Error;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};

use procmon_model::ports::{Loss, Sink};
use procmon_sys::Remote;

use super::ends::{exposition, loss, told, write_result};
use super::page::Figures;
use super::picture::OwnCensus;
use super::wishes::{DEFAULT_PORT, ServeWish, Wishes};
use crate::census::{Census, Scene, SharedCensus};
use crate::delivery::{Courier, Manner, Outbox, Picture, Tally, outbox};
use crate::exposition::{self, Names};
use crate::mqtt::{self, Mqtt};
use crate::otlp::{Otlp, OtlpOptions};
use crate::remote_write::{RemoteWrite, RemoteWriteOptions, Tell};
use crate::scrape::Scraper;
use crate::serve::{Listen, OnTrouble, ServeError, ServeOptions, Server};

/// How many records wait for each exporter that sends: a sample of fifty processes takes some ten kilobytes.
const RECORDS: usize = 4096;

/// The exporters of one session.
pub struct Exporters {
    wishes: Wishes,
    manner: Manner,
    sinks: Vec<Box<dyn Sink>>,
    environment: Vec<(String, String)>,
    deliveries: Vec<Delivery>,
    tallies: Vec<Tally>,
    /// What a server shows, and what is written at the end.
    shared: Option<SharedCensus>,
    server: Option<Server>,
    troubles: Arc<Mutex<Vec<String>>>,
    losses: Vec<Loss>,
}

/// A delivery that goes on.
enum Delivery {
    Otlp(Otlp),
    RemoteWrite(RemoteWrite),
    Mqtt(mqtt::Handle),
}

impl Exporters {
    /// Starts everything that sends, and makes ready what is served or written.
    pub fn start(wishes: Wishes) -> Self {
        Self::with_manner(wishes, Manner::Hasty)
    }

    /// The same for records that can wait: those of a recording. Whoever writes them waits until there is room.
    pub fn patient(wishes: Wishes) -> Self {
        Self::with_manner(wishes, Manner::Patient)
    }

    fn with_manner(wishes: Wishes, manner: Manner) -> Self {
        let mut exporters = Self {
            wishes,
            manner,
            sinks: Vec::new(),
            environment: Vec::new(),
            deliveries: Vec::new(),
            tallies: Vec::new(),
            shared: None,
            server: None,
            troubles: Arc::default(),
            losses: Vec::new(),
        };
        exporters.start_otlp();
        exporters.start_remote_write();
        exporters.start_mqtt();
        exporters.share();
        exporters
    }

    /// What the session is to write its records to, asked once.
    pub fn sinks(&mut self) -> Vec<Box<dyn Sink>> {
        mem::take(&mut self.sinks)
    }

    /// Variables for the command's environment, so that what it traces itself belongs to the run; none without OTLP.
    pub fn environment(&self) -> &[(String, String)] {
        &self.environment
    }

    /// The session has begun: who scrapes can ask it for samples from now on. What goes wrong later is told to
    /// `on_trouble`, or kept for the end where that is `None`. Fails where no server could be started, which a session
    /// goes on without.
    pub fn serve(
        &mut self,
        remote: Remote,
        on_trouble: Option<OnTrouble>,
    ) -> Result<Option<&Server>, ServeError> {
        let Some(ServeWish { listen, web_config }) = self.wishes.serve.clone() else {
            return Ok(None);
        };
        let Some(figures) = self.figures(remote) else { return Ok(None) };
        let troubles = Arc::clone(&self.troubles);
        let keep = move |trouble| {
            troubles.lock().unwrap_or_else(PoisonError::into_inner).push(trouble);
        };
        let server = Server::start(ServeOptions {
            listen: Listen::parse(&listen, DEFAULT_PORT)?,
            web_config,
            page: Arc::new(figures),
            metrics_path: "/metrics".to_owned(),
            on_trouble: on_trouble.unwrap_or_else(|| Arc::new(keep)),
        })?;
        Ok(Some(self.server.insert(server)))
    }

    /// What a scrape would show.
    pub fn figures(&mut self, remote: Remote) -> Option<Figures> {
        let shared = self.shared.as_ref()?.for_another_viewer();
        match exposition(&self.wishes) {
            Ok(exposition) => Some(Figures::new(Scraper::new(shared, remote), exposition)),
            Err(loss) => {
                self.losses.push(loss);
                None
            }
        }
    }

    fn troubles(&self) -> Vec<String> {
        mem::take(&mut self.troubles.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Something of ours failed that the session goes on without.
    pub fn note(&mut self, exporter: &str, error: &dyn Error) {
        self.losses.push(loss(exporter, error));
    }

    /// The session is over and its sinks have been told: waits until all is delivered or given up, which the time of a
    /// flush bounds, and answers what was lost.
    pub fn finish(mut self) -> Vec<Loss> {
        drop(self.server.take());
        for delivery in mem::take(&mut self.deliveries) {
            match delivery {
                Delivery::Otlp(delivery) => delivery.wait(),
                Delivery::RemoteWrite(delivery) => delivery.wait(),
                Delivery::Mqtt(delivery) => delivery.wait(),
            }
        }
        if let Some(shared) = &self.shared {
            let scene = shared.for_another_viewer().scene();
            self.losses.extend(write_result(&self.wishes, &scene));
        }
        let troubles = self.troubles().into_iter();
        self.losses.extend(troubles.map(|message| told(format!("server: {message}"))));
        self.losses.extend(self.tallies.iter().filter_map(Tally::loss));
        self.losses
    }

    fn start_otlp(&mut self) {
        let options = match self.wishes.otlp.take() {
            None => return,
            Some(Err(message)) => return self.losses.push(told(message)),
            Some(Ok(options)) => OtlpOptions { interval: self.wishes.interval, ..options },
        };
        let (sink, courier) = outbox("otlp", RECORDS, self.manner);
        match Otlp::start(options, courier, self.picture()) {
            Ok(otlp) => {
                self.environment.push(("TRACEPARENT".to_owned(), otlp.traceparent()));
                let state =
                    otlp.tracestate().map(|state| ("TRACESTATE".to_owned(), state.to_owned()));
                self.environment.extend(state);
                self.started(sink, Delivery::Otlp(otlp));
            }
            Err(error) => self.note("otlp", &error),
        }
    }

    fn start_remote_write(&mut self) {
        let Some(url) = self.wishes.remote_write.clone() else { return };
        let mut options = RemoteWriteOptions::new(series);
        options.labels.retain(|(name, _)| self.wishes.labels.iter().all(|(own, _)| own != name));
        options.labels.extend(self.wishes.labels.clone());
        options.ca_file.clone_from(&self.wishes.tls.ca);
        options.identity.clone_from(&self.wishes.tls.identity);
        options.interval = self.wishes.interval;
        let (sink, courier) = outbox("remote-write", RECORDS, self.manner);
        match RemoteWrite::start(&url, &options, courier, self.picture()) {
            Ok(delivery) => self.started(sink, Delivery::RemoteWrite(delivery)),
            Err(error) => self.note("remote-write", &error),
        }
    }

    fn start_mqtt(&mut self) {
        let Some(mut options) = self.wishes.mqtt.take() else { return };
        options.authorities = options.authorities.or_else(|| self.wishes.tls.ca.clone());
        if let Some((certificate, key)) = self.wishes.tls.identity.clone() {
            (options.certificate, options.key) = (Some(certificate), Some(key));
        }
        let (sink, courier): (Outbox, Courier) = outbox("mqtt", RECORDS, self.manner);
        match Mqtt::start(&options, courier, self.picture()) {
            Ok(handle) => self.started(sink, Delivery::Mqtt(handle)),
            Err(error) => self.note("mqtt", &error),
        }
    }

    fn started(&mut self, sink: Outbox, delivery: Delivery) {
        self.tallies.push(sink.tally());
        self.sinks.push(Box::new(sink));
        self.deliveries.push(delivery);
    }

    /// What is scraped or written at the end is counted on the session's own thread: a scrape is to find the latest.
    fn share(&mut self) {
        let Wishes { serve, pushgateway, prom_file, census, .. } = &self.wishes;
        if serve.is_none() && pushgateway.is_none() && prom_file.is_none() {
            return;
        }
        let mut options = census();
        options.deliveries.clone_from(&self.tallies);
        let shared = SharedCensus::new(Census::new(options));
        self.sinks.push(Box::new(shared.sink()));
        self.shared = Some(shared);
    }

    fn picture(&self) -> Box<dyn Picture> {
        Box::new(OwnCensus::new((self.wishes.census)()))
    }
}

/// The series of a scene as a scrape would have them.
fn series(scene: &Scene, tell: Tell<'_>) {
    exposition::each(scene, Names::Procmon, &mut |family, labels, value| {
        tell(family.name, labels, value);
    });
}
