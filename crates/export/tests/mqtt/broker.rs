//! Floor 11. A mosquitto of the test's own, and subscribers that write down what they get.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::servers::{Server, binary, free_port, until};

/// The topic whose retained message shows that a subscriber is ready.
const READY: &str = "ready";

/// A broker.
pub(crate) struct Mosquitto {
    pub(crate) port: u16,
    pub(crate) folder: TempDir,
    server: Option<Server>,
}

/// One message as a subscriber got it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Got {
    pub(crate) retained: bool,
    pub(crate) topic: String,
    pub(crate) payload: String,
}

/// A subscriber.
pub(crate) struct Subscriber {
    got: Arc<Mutex<Vec<Got>>>,
    _client: Server,
}

impl Mosquitto {
    /// A broker that is not running yet; `None` where there is no mosquitto.
    pub(crate) fn asleep() -> Option<Self> {
        binary("mosquitto")?;
        let folder = tempfile::tempdir().unwrap();
        Some(Self { port: free_port(), folder, server: None })
    }

    /// One that lets everybody in.
    pub(crate) fn open() -> Option<Self> {
        let mut broker = Self::asleep()?;
        broker.wake("allow_anonymous true");
        Some(broker)
    }

    /// Starts it with these lines in its configuration.
    pub(crate) fn wake(&mut self, lines: &str) {
        let path = self.folder.path().join("mosquitto.conf");
        let place = self.folder.path().display();
        let config = format!(
            "user root\npersistence_location {place}/\nlistener {} 127.0.0.1\n{lines}\n",
            self.port
        );
        std::fs::write(&path, config).unwrap();
        let mut command = Command::new(binary("mosquitto").unwrap());
        command.arg("-c").arg(&path).stdout(Stdio::null()).stderr(Stdio::null());
        self.server = Some(Server::listening(&mut command, self.port));
    }

    /// Kills it: it saves nothing.
    pub(crate) fn kill(&mut self) {
        self.server = None;
    }

    /// Makes it save its state, and waits until it has.
    pub(crate) fn save(&mut self) {
        self.signal("-USR1");
        let file = self.folder.path().join("mosquitto.db");
        until("the broker has saved its state", || file.is_file());
    }

    /// Makes it stand still.
    pub(crate) fn freeze(&mut self) {
        self.signal("-STOP");
    }

    fn signal(&mut self, signal: &str) {
        let pid = self.server.as_mut().unwrap().child().id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
    }

    pub(crate) fn url(&self) -> String {
        format!("mqtt://127.0.0.1:{}", self.port)
    }

    /// Subscribes to everything, with more arguments for the client.
    pub(crate) fn subscribe(&self, arguments: &[&str]) -> Subscriber {
        self.client("mosquitto_pub", arguments, &["-t", READY, "-m", "yes", "-r"]);
        let mut command = Command::new(binary("mosquitto_sub").unwrap());
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-q", "1"]);
        command.args(["-t", "#", "-F", "%r %t %p"]).args(arguments).stdout(Stdio::piped());
        let mut client = Server::start(command.stderr(Stdio::null()));
        let output = client.child().stdout.take().unwrap();
        let got = Arc::<Mutex<Vec<Got>>>::default();
        let page = Arc::clone(&got);
        std::thread::spawn(move || {
            for line in BufReader::new(output).lines() {
                page.lock().unwrap().push(Got::read(&line.unwrap()));
            }
        });
        let subscriber = Subscriber { got, _client: client };
        until("the subscriber is ready", || subscriber.all().iter().any(|got| got.topic == READY));
        subscriber
    }

    fn client(&self, name: &str, arguments: &[&str], more: &[&str]) {
        let mut command = Command::new(binary(name).unwrap());
        command.args(["-h", "127.0.0.1", "-p", &self.port.to_string()]);
        let status = command.args(arguments).args(more).status().unwrap();
        assert!(status.success(), "{command:?}");
    }
}

impl Got {
    fn read(line: &str) -> Self {
        let mut words = line.splitn(3, ' ');
        let mut word = || words.next().unwrap_or_default().to_owned();
        Self { retained: word() == "1", topic: word(), payload: word() }
    }

    /// The payload as JSON.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.payload).unwrap_or_else(|error| panic!("{self:?}: {error}"))
    }

    /// The last word of the topic.
    pub(crate) fn kind(&self) -> &str {
        self.topic.rsplit('/').next().unwrap()
    }
}

impl Subscriber {
    /// All messages so far, that of the readiness included.
    pub(crate) fn all(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// All messages so far whose topic begins so.
    pub(crate) fn below(&self, topic: &str) -> Vec<Got> {
        self.all().into_iter().filter(|got| got.topic.starts_with(topic)).collect()
    }

    /// The words of all statuses so far.
    pub(crate) fn statuses(&self) -> Vec<String> {
        let all = self.all().into_iter();
        all.filter(|got| got.kind() == "status").map(|got| got.payload).collect()
    }

    /// Waits for the first message of a kind.
    pub(crate) fn first(&self, kind: &str) -> Got {
        let mut found = None;
        until(&format!("a message of the kind {kind} comes"), || {
            found = self.all().into_iter().find(|got| got.kind() == kind);
            found.is_some()
        });
        found.unwrap()
    }
}

/// Runs a command that must succeed.
pub(crate) fn run(folder: &Path, words: &[&str]) {
    let output = Command::new(words[0]).args(&words[1..]).current_dir(folder).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words:?}: {told}");
}
