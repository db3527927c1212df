//! Floor 11. A server that fails on demand, which no real one does: it says what it is told to, and keeps what it got.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use super::world::until;

/// What the server says.
#[derive(Clone)]
pub(crate) enum Answer {
    /// A status, more headers (each with its end of line), and a body.
    Status(u16, &'static str, Vec<u8>),
    /// Something that is not HTTP.
    Garbage,
    /// Nothing at all.
    Silence,
}

impl Answer {
    /// All is well.
    pub(crate) fn taken() -> Self {
        Self::Status(200, "", Vec::new())
    }
}

/// A request as it came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Received {
    pub(crate) path: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// A header's value.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.as_str())
    }
}

#[derive(Default)]
struct State {
    answers: Vec<Answer>,
    received: Vec<Received>,
}

/// The server.
pub(crate) struct Server {
    pub(crate) port: u16,
    state: Arc<Mutex<State>>,
}

impl Server {
    /// One that gives these answers, the last again and again.
    pub(crate) fn answering(answers: Vec<Answer>) -> Self {
        Self::at(0, answers)
    }

    /// The same, at that port.
    pub(crate) fn at(port: u16, answers: Vec<Answer>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State { answers, received: Vec::new() }));
        let shared = Arc::clone(&state);
        thread::spawn(move || {
            for stream in listener.incoming() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(stream.unwrap(), &shared));
            }
        });
        Self { port, state }
    }

    /// What came in so far.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.state.lock().unwrap().received.clone()
    }

    /// Waits for so many requests.
    pub(crate) fn wait_for(&self, count: usize) -> Vec<Received> {
        until("requests", || Some(self.received()).filter(|received| received.len() >= count))
    }
}

fn serve(stream: TcpStream, state: &Mutex<State>) {
    let mut reader = BufReader::new(stream);
    while let Some(received) = read(&mut reader) {
        let answer = {
            let mut state = state.lock().unwrap();
            state.received.push(received);
            if state.answers.len() > 1 { state.answers.remove(0) } else { state.answers[0].clone() }
        };
        let stream = reader.get_mut();
        match answer {
            Answer::Status(status, headers, body) => {
                let length = body.len();
                let head =
                    format!("HTTP/1.1 {status} X\r\n{headers}Content-Length: {length}\r\n\r\n");
                stream.write_all(&[head.into_bytes(), body].concat()).unwrap();
            }
            Answer::Garbage => {
                stream.write_all(b"* OK [CAPABILITY IMAP4rev1] ready.\r\n\r\n").unwrap();
                return;
            }
            Answer::Silence => {
                // Until the other side gives up.
                drop(reader.read(&mut [0]));
                return;
            }
        }
    }
}

fn read(reader: &mut BufReader<TcpStream>) -> Option<Received> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|length| *length > 0)?;
    let path = line.split(' ').nth(1)?.to_owned();
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else {
            break;
        };
        headers.push((name.to_owned(), value.trim().to_owned()));
    }
    let mut received = Received { path, headers, body: Vec::new() };
    let length = received.header("content-length")?.parse().ok()?;
    received.body = vec![0; length];
    reader.read_exact(&mut received.body).ok()?;
    Some(received)
}
