//! The real servers: found, started on free ports, waited for with a deadline, and ended with their test.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

/// How long anything may take that a test waits for; shorter than what procmon itself is given.
const PATIENCE: Duration = Duration::from_secs(30);

/// A server that ends with its test.
pub(super) struct Server {
    child: Child,
    pub(super) port: u16,
}

/// An answer over HTTP.
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) body: String,
}

/// The path of a program. Where there is none its test is left out with a word, and fails where tests have to be complete.
#[expect(clippy::print_stderr, reason = "a test that is left out says so")]
pub(super) fn installed(name: &str) -> Option<PathBuf> {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/rotel/rotel");
    let places = std::env::var("PATH").unwrap_or_default();
    let places = places.split(':').chain(["/usr/sbin", root]);
    let found = places.map(|place| Path::new(place).join(name)).find(|path| path.is_file());
    if found.is_none() {
        assert!(std::env::var_os("CI").is_none(), "{name} is missing");
        eprintln!("left out, for {name} is missing");
    }
    found
}

/// A port of this machine that nobody has at the moment.
pub(super) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// Asks again until there is an answer, and fails when that takes too long.
#[track_caller]
pub(super) fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(answer) = ask() {
            return answer;
        }
        assert!(Instant::now() < deadline, "waited too long for {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// A page, asked for with more headers, each with its end of line; `None` where nobody answers.
pub(super) fn asked(port: u16, path: &str, headers: &str) -> Option<Answer> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n{headers}\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let status = text.split(' ').nth(1)?.parse().ok()?;
    let body = text.split_once("\r\n\r\n")?.1.to_owned();
    Some(Answer { status, body })
}

/// The text of a page that is there.
#[track_caller]
pub(super) fn fetched(port: u16, path: &str) -> String {
    let answer = asked(port, path, "").unwrap();
    assert_eq!(answer.status, 200, "{path}: {}", answer.body);
    answer.body
}

impl Server {
    /// Starts it and waits until it listens.
    fn start(command: &mut Command, port: u16) -> Self {
        let child = command.stdin(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut server = Self { child, port };
        until("a server to listen", || {
            assert_eq!(server.child.try_wait().unwrap(), None, "{command:?} ended");
            TcpStream::connect(("127.0.0.1", port)).ok()
        });
        server
    }

    /// A Prometheus that takes remote write and fetches what this text says.
    pub(super) fn prometheus(folder: &Path, scrape_configs: &str) -> Option<Self> {
        let program = installed("prometheus")?;
        let (config, data, port) =
            (folder.join("prometheus.yml"), folder.join("data"), free_port());
        fs::write(&config, format!("scrape_configs: {scrape_configs}\n")).unwrap();
        let mut command = Command::new(program);
        command.arg(format!("--config.file={}", config.display()));
        command.arg(format!("--storage.tsdb.path={}", data.display()));
        command.arg(format!("--web.listen-address=127.0.0.1:{port}"));
        let command = command.arg("--web.enable-remote-write-receiver").stdout(Stdio::null());
        let server = Self::start(command, port);
        until("prometheus to be ready", || {
            asked(port, "/-/ready", "").filter(|answer| answer.status == 200)
        });
        Some(server)
    }

    /// A Pushgateway that keeps nothing on disk.
    pub(super) fn pushgateway() -> Option<Self> {
        let port = free_port();
        let mut command = Command::new(installed("prometheus-pushgateway")?);
        command.arg(format!("--web.listen-address=127.0.0.1:{port}")).arg("--persistence.file=");
        Some(Self::start(command.stdout(Stdio::null()), port))
    }

    /// A broker that lets everybody in.
    pub(super) fn mosquitto(folder: &Path) -> Option<Self> {
        let (program, config, port) =
            (installed("mosquitto")?, folder.join("mosquitto.conf"), free_port());
        let lines = format!("user root\nlistener {port} 127.0.0.1\nallow_anonymous true\n");
        fs::write(&config, lines).unwrap();
        let mut command = Command::new(program);
        Some(Self::start(command.arg("-c").arg(config).stdout(Stdio::null()), port))
    }

    /// A collector that prints all that it gets into this file.
    pub(super) fn rotel(log: &Path) -> Option<Self> {
        let (program, port, other) = (installed("rotel-agent")?, free_port(), free_port());
        let mut command = Command::new(program);
        command.args(["start", "--exporter", "blackhole", "--debug-log-verbosity", "detailed"]);
        command.args(["--debug-log", "metrics", "--debug-log", "traces"]);
        command.arg(format!("--otlp-http-endpoint=127.0.0.1:{port}"));
        command.arg(format!("--otlp-grpc-endpoint=127.0.0.1:{other}"));
        Some(Self::start(command.stdout(fs::File::create(log).unwrap()), port))
    }

    /// The exporter that ours takes the place of, with this configuration.
    pub(super) fn process_exporter(config: &Path) -> Option<Self> {
        let port = free_port();
        let mut command = Command::new(installed("prometheus-process-exporter")?);
        command.arg("-config.path").arg(config).arg("-children=false");
        command.arg(format!("-web.listen-address=127.0.0.1:{port}"));
        Some(Self::start(command.stdout(Stdio::null()), port))
    }

    /// What a Prometheus answers to a question: the labels and the value of each series.
    pub(super) fn query(&self, question: &str) -> Vec<(Value, f64)> {
        let encoded = question.bytes().fold(String::new(), |text, byte| text + &percent(byte));
        let page = fetched(self.port, &format!("/api/v1/query?query={encoded}"));
        let mut page: Value = serde_json::from_str(&page).unwrap();
        let Value::Array(series) = page["data"]["result"].take() else { panic!("{page}") };
        let pair = |one: Value| {
            let last = one.get("values").map_or(&one["value"], |all| {
                let all = all.as_array().unwrap();
                all.last().unwrap()
            });
            let value = last[1].as_str().unwrap().parse().unwrap();
            (one["metric"].clone(), value)
        };
        series.into_iter().map(pair).collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

fn percent(byte: u8) -> String {
    if byte.is_ascii_alphanumeric() { char::from(byte).to_string() } else { format!("%{byte:02X}") }
}
