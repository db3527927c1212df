//! Exporters whose other side is dead, wrong or in use: the command does not notice, and each loss is said once.

use std::net::TcpListener;

use super::servers::free_port;
use crate::support::{Finished, Results, procmon, shell};

/// Says something on both streams and ends with a number of its own.
const COMMAND: &str = "echo out; echo err >&2; exit 7";

fn run(words: &[&str]) -> Finished {
    procmon(["run", "--quiet"].iter().chain(words).chain(&["--"]).chain(&shell(COMMAND))).run()
}

/// Says that the command ran as always, and that this was said after it, in some order.
#[track_caller]
fn check(finished: &Finished, losses: &[String]) {
    assert_eq!((finished.code, finished.out()), (Some(7), "out\n"), "{}", finished.err());
    let mut lines = finished.err().lines();
    assert_eq!(lines.next(), Some("err"));
    let counts = |line: &str| line.split(' ').any(|word| word.parse::<u32>().is_ok());
    let unnumbered = |line: &str| match line.split_once(" records were not delivered") {
        Some((begin, rest)) if counts(begin) => {
            let (begin, _) = begin.rsplit_once(' ').unwrap();
            format!("{begin} N records were not delivered{rest}")
        }
        _ => line.to_owned(),
    };
    let mut told: Vec<_> = lines.map(unnumbered).collect();
    let mut losses: Vec<_> = losses.iter().map(|loss| format!("procmon: {loss}")).collect();
    told.sort();
    losses.sort();
    assert_eq!(told, losses);
}

#[test]
fn every_server_is_dead() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let taken = taken.local_addr().unwrap();
    let port = free_port();
    let [http, mqtt] = ["http", "mqtt"].map(|scheme| format!("{scheme}://127.0.0.1:{port}"));
    let refused = "Connection refused (os error 111)";
    let mut words = vec!["--otlp", &http, "--remote-write", &http, "--mqtt", &mqtt];
    words.extend(["--pushgateway", &http, "--prom-file", "/nowhere/run.prom"]);
    let listen = taken.to_string();
    words.extend(["--metrics-listen", &listen]);
    check(
        &run(&words),
        &[
            format!("otlp: N records were not delivered: {http}/v1/traces: {refused}"),
            format!("remote-write: N records were not delivered: {http}: {refused}"),
            format!("mqtt: N records were not delivered: {mqtt} cannot be reached: {refused}"),
            format!("pushgateway: push to {http}/metrics/job/procmon: the connection was refused"),
            "prom-file: write /nowhere/run.prom: No such file or directory (os error 2)".to_owned(),
            format!("metrics-listen: listen on {taken}: the port is in use"),
        ],
    );
}

#[test]
fn every_address_is_wrong() {
    let results = Results::new();
    let file = results.word("run.txt");
    let mut words = vec!["--otlp", "ftp://x", "--remote-write", "ftp://x", "--mqtt", "http://x"];
    words.extend(["--pushgateway", "ftp://x", "--prom-file", &file]);
    words.extend(["--metrics-listen", "127.0.0.1:99999"]);
    let expected = "is not an address that begins with http:// or https:// and a host";
    check(
        &run(&words),
        &[
            format!("otlp: ftp://x/v1/metrics {expected}"),
            format!("remote-write: ftp://x {expected}"),
            "mqtt: use http://x as the URL of a broker: its scheme is none of mqtt, mqtts, ssl and tls".to_owned(),
            "pushgateway: push to ftp://x: a Pushgateway's address begins with http:// or https:// and a host".to_owned(),
            format!("prom-file: node_exporter reads files that end in .prom, and {file} does not"),
            "metrics-listen: \"127.0.0.1:99999\" is no address to listen on: a port is a number up to 65535".to_owned(),
        ],
    );
}

#[test]
fn a_part_of_a_topic_has_none_of_the_signs_that_topics_are_made_of() {
    let reason = "a part of a topic is not empty and has none of / + # and NUL";
    for (option, part, more) in [
        ("--mqtt-namespace", "namespace", &[][..]),
        ("--agent-id", "agent", &[]),
        ("--domain", "domain", &["--mqtt-compat", "propeller"]),
        ("--channel", "channel", &["--mqtt-compat", "propeller"]),
    ] {
        for wrong in ["a/b", "a+b", "a#b"] {
            let words = ["--mqtt", "mqtt://127.0.0.1:1", option, wrong];
            let told = format!("mqtt: make a topic of the {part} \"{wrong}\": {reason}");
            check(&run(&[&words, more].concat()), &[told]);
        }
    }
}

#[test]
fn secrets_are_in_no_line() {
    let port = free_port();
    let [http, mqtt] =
        ["http", "mqtt"].map(|scheme| format!("{scheme}://me:secret@127.0.0.1:{port}"));
    let mut words = vec!["--otlp", &http, "--remote-write", &http, "--pushgateway", &http];
    words.extend(["--mqtt", &mqtt]);
    let finished = run(&words);
    assert_eq!((finished.code, finished.err().contains("secret")), (Some(7), false));
    let told = format!(
        "procmon: mqtt: accept the URL of mqtt://127.0.0.1:{port}: it holds a password, and everybody on the \
         machine can read command lines; put the password into a file or into an environment variable"
    );
    assert_eq!(
        finished.err().lines().filter(|line| *line == told).count(),
        1,
        "{}",
        finished.err()
    );
}

#[test]
fn a_file_that_is_not_there_is_told_with_the_reason() {
    let broker = format!("mqtt://127.0.0.1:{}", free_port());
    let words = ["--mqtt", &broker, "--mqtt-password-file", "/nowhere"];
    let told = "mqtt: read /nowhere: No such file or directory (os error 2)".to_owned();
    check(&run(&words), &[told]);
}

#[test]
fn the_summary_has_what_was_lost_among_its_warnings() {
    let url = format!("http://127.0.0.1:{}", free_port());
    let (finished, results) = Results::of_run(&["--otlp", &url], &["true"]);
    assert_eq!(finished.code, Some(0));
    let warnings = results.summary().warnings;
    let about =
        |text: &str| warnings.iter().filter(|one| format!("{one:?}").contains(text)).count();
    assert_eq!(about("otlp: "), 1, "{warnings:?}");
}

#[test]
fn an_exporter_that_serves_goes_on_without_those_that_it_sends_to() {
    let url = format!("http://127.0.0.1:{}", free_port());
    let words = ["--quiet", "--remote-write", &url, "--export-interval", "50ms"];
    let exporter = super::exporter::Exporter::start(&words);
    let failed = "procmon_export_dropped_total{exporter=\"remote-write\"}";
    assert_eq!(exporter.scrape().value(failed), Some(0.0));
    let finished = exporter.end("TERM");
    assert_eq!((finished.code, finished.err().lines().count()), (Some(0), 1), "{}", finished.err());
    assert!(finished.err().starts_with("procmon: remote-write: "), "{}", finished.err());
}
