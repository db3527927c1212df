//! Floor 11. The summary as the bridge from MQTT to Prometheus reads it.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use super::broker::Mosquitto;
use super::story::{Session, options};
use crate::support::servers::{Server, binary, free_port, until};

/// The page of metrics of a server on this port.
fn metrics(port: u16) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.write_all(b"GET /metrics HTTP/1.0\r\n\r\n").unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();
    page
}

#[test]
fn the_bridge_to_prometheus_shows_the_numbers_of_the_summary() {
    let Some(program) = binary("prometheus-mqtt-exporter") else { return };
    let Some(broker) = Mosquitto::open() else { return };
    let config = broker.folder.path().join("bridge.yaml");
    let text = format!(
        "mqtt:
  server: tcp://127.0.0.1:{}
  topic_path: procmon/v1/+/+/run/+/summary
  device_id_regex: \"procmon/v1/[^/]+/(?P<deviceid>[^/]+)/run/.*\"
  qos: 1
cache:
  timeout: 60m
metrics:
  - {{prom_name: run_cpu_milliseconds, mqtt_name: cpuMs, help: Processor time, type: counter}}
  - {{prom_name: run_resident_bytes, mqtt_name: rssSumBytes, help: Memory, type: gauge}}
  - {{prom_name: run_swap_bytes, mqtt_name: netRxBytes, help: Unknown here, type: gauge}}
",
        broker.port
    );
    std::fs::write(&config, text).unwrap();
    let mut session = Session::start(&options(&broker.url())).unwrap();
    session.samples(0..3);
    session.finish();
    let port = free_port();
    let mut command = Command::new(program);
    command.arg("-config").arg(&config).args(["-listen-address", "127.0.0.1"]);
    command.args(["-listen-port", &port.to_string()]);
    let _bridge = Server::listening(command.stdout(Stdio::null()).stderr(Stdio::null()), port);
    until("the bridge shows the summary", || metrics(port).contains("run_cpu_milliseconds{"));
    let page = metrics(port);
    let shown: Vec<_> = page.lines().filter(|line| line.starts_with("run_")).collect();
    let topic = "procmon/v1/ci/box/run/ab12/summary";
    let expected = [
        format!("run_cpu_milliseconds{{sensor=\"box\",topic=\"{topic}\"}} 1.5"),
        format!("run_resident_bytes{{sensor=\"box\",topic=\"{topic}\"}} 1.000002e+06"),
    ];
    assert_eq!(shown.len(), 2, "{page}");
    for (line, expected) in shown.iter().zip(&expected) {
        assert!(line.starts_with(expected.as_str()), "{line}");
    }
}
