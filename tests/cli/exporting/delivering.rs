//! A run with every exporter and every server alive: all of it arrives.

use std::fs;

use serde_json::Value;

use super::page::Page;
use super::servers::{Server, fetched, free_port, installed, until};
use crate::support::{Finished, Results, Running, procmon, program};

/// A broker's listener.
pub(super) struct Listener(Running);

/// Every server, and the words that name them.
pub(super) struct World {
    pub(super) prometheus: Server,
    pub(super) gateway: Server,
    _rotel: Server,
    _broker: Server,
    listener: Listener,
    pub(super) results: Results,
    pub(super) words: Vec<String>,
}

impl World {
    /// All of them; `None` where one is not installed.
    pub(super) fn new() -> Option<Self> {
        let results = Results::new();
        let folder = results.path("");
        let rotel = Server::rotel(&results.path("rotel.log"))?;
        let broker = Server::mosquitto(&folder)?;
        let gateway = Server::pushgateway()?;
        let prometheus = Server::prometheus(&folder, "[]")?;
        let listener = Listener::of(&broker)?;
        let at = |server: &Server, rest: &str| format!("127.0.0.1:{}{rest}", server.port);
        let words = [
            ("--otlp", format!("http://{}", at(&rotel, ""))),
            ("--remote-write", format!("http://{}", at(&prometheus, "/api/v1/write"))),
            ("--mqtt", format!("mqtt://{}", at(&broker, ""))),
            ("--agent-id", "box".to_owned()),
            ("--pushgateway", format!("http://{}", at(&gateway, "/"))),
            ("--job", "the build".to_owned()),
            ("--prom-file", results.word("run.prom")),
        ];
        let words = words.into_iter().flat_map(|(option, value)| [option.to_owned(), value]);
        let words = words.collect();
        Some(Self { prometheus, gateway, _rotel: rotel, _broker: broker, listener, results, words })
    }

    /// The spans that the collector printed, each as its lines, once that of the run is among them.
    pub(super) fn spans(&self) -> Vec<String> {
        let log = until("the spans", || {
            let log = fs::read_to_string(self.results.path("rotel.log")).ok()?;
            log.contains("run sh").then_some(log)
        });
        log.split("Span #").skip(1).map(str::to_owned).collect()
    }

    /// The messages of the run up to its last, each with the end of its topic.
    pub(super) fn messages(&mut self) -> Vec<(String, Value)> {
        let mut messages = Vec::new();
        loop {
            let line = self.listener.0.line();
            let (topic, body) = line.split_once(' ').unwrap();
            let kind = topic.rsplit('/').next().unwrap().to_owned();
            if kind == "status" && body == "offline" {
                return messages;
            }
            messages.push((kind, serde_json::from_str(body).unwrap_or_default()));
        }
    }

    /// The one value that Prometheus has of a series, however long it is over.
    pub(super) fn written(&self, series: &str) -> Option<f64> {
        let found = self.prometheus.query(&format!("{series}[1h]"));
        assert!(found.len() < 2, "{found:?}");
        found.first().map(|(_, value)| *value)
    }
}

impl Listener {
    /// One that has heard that it hears.
    fn of(broker: &Server) -> Option<Self> {
        let port = broker.port.to_string();
        let (publisher, subscriber) = (installed("mosquitto_pub")?, installed("mosquitto_sub")?);
        let words = ["-p", &port, "-t", "ready", "-m", "yes", "-r"];
        assert_eq!(program(publisher, words).run().code, Some(0));
        let mut running = program(subscriber, ["-p", &port, "-q", "1", "-t", "#", "-v"]).start();
        assert_eq!(running.line(), "ready yes");
        Some(Self(running))
    }
}

fn run(world: &World, port: u16) -> Finished {
    let line = format!("echo $TRACEPARENT; curl -s 127.0.0.1:{port}/metrics; exit 3");
    let (out, listen) = (world.results.word("run.jsonl"), port.to_string());
    let words = ["run", "--quiet", "--out", &out, "--metrics-listen", &listen].map(str::to_owned);
    let command = ["--", "sh", "-c", &line].map(str::to_owned);
    procmon(words.iter().chain(&world.words).chain(&command)).run()
}

#[test]
fn all_that_is_asked_for_arrives() {
    let Some(mut world) = World::new() else { return };
    let finished = run(&world, free_port());
    assert_eq!((finished.code, finished.err()), (Some(3), ""));
    let (parent, scraped) = finished.out().split_once('\n').unwrap();
    // While it lasted, it was served.
    let scraped = Page::of(scraped);
    assert_eq!(scraped.value("procmon_run_exit_code"), None);
    assert!(scraped.value("procmon_run_duration_seconds").unwrap() > 0.0);
    scraped.check_with_promtool();
    // A file and the gateway have its result.
    let file = Page::of(fs::read_to_string(world.results.path("run.prom")).unwrap());
    file.check_with_promtool();
    assert_eq!(file.value("procmon_run_exit_code"), Some(3.0));
    let pushed = Page::of(fetched(world.gateway.port, "/metrics"));
    let labels = "instance=\"\",job=\"the build\"";
    assert_eq!(pushed.value(&format!("procmon_run_exit_code{{{labels}}}")), Some(3.0));
    assert_eq!(
        pushed.value(&format!("procmon_run_duration_seconds{{{labels}}}")),
        file.value("procmon_run_duration_seconds")
    );
    // Prometheus was sent its series, which are over by now.
    assert_eq!(world.written("procmon_run_exit_code"), Some(3.0));
    assert_eq!(
        world.written("procmon_run_cpu_seconds_total{mode='user'}"),
        file.value("procmon_run_cpu_seconds_total{mode=\"user\"}")
    );
    assert_eq!(world.prometheus.query("procmon_run_exit_code"), []);
    // The broker was told everything in order.
    let messages = world.messages();
    let (kind, summary) = messages.last().unwrap();
    assert_eq!((kind.as_str(), &summary["exitCode"]), ("summary", &Value::from(3)));
    let kinds: Vec<_> = messages.iter().map(|(kind, _)| kind.as_str()).collect();
    assert_eq!((kinds[1], kinds[kinds.len() - 2]), ("start", "end"), "{kinds:?}");
    // The collector has a span of the run, and the command was told to go on below it.
    let [_, trace, span, _] = *parent.split('-').collect::<Vec<_>>() else { panic!("{parent}") };
    let spans = world.spans();
    let of_run = spans.iter().find(|text| text.contains("run sh")).unwrap();
    assert!(of_run.contains(trace) && of_run.contains(span), "{parent}: {of_run}");
    assert!(spans.len() >= 3 && spans.iter().all(|text| text.contains(trace)), "{spans:?}");
}

#[test]
fn a_trace_that_is_there_already_goes_on() {
    let results = Results::new();
    let log = results.path("rotel.log");
    let Some(rotel) = Server::rotel(&log) else { return };
    let url = format!("http://127.0.0.1:{}", rotel.port);
    let (trace, span) = ("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7");
    let words = ["run", "--quiet", "--otlp", &url, "sh", "-c", "echo $TRACEPARENT"];
    let finished = procmon(words).env("TRACEPARENT", format!("00-{trace}-{span}-01")).run();
    let told: Vec<_> = finished.out().trim_end().split('-').collect();
    assert_eq!((told[1], told[3], told[2] == span), (trace, "01", false));
    let log =
        until("the span", || fs::read_to_string(&log).ok().filter(|text| text.contains("run sh")));
    let of_run = log.split("Span #").find(|text| text.contains("run sh")).unwrap();
    for id in [trace, span, told[2]] {
        assert!(of_run.contains(id), "{id}: {of_run}");
    }
}
