//! Floor 7. Processes that talk over a network of the test's own.

use std::io::{BufRead, BufReader, Write};
use std::net::UdpSocket;
use std::os::fd::AsRawFd;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;

use procmon_model::metrics::MetricSet;
use procmon_model::ports::{Pass, ProcessTable};
use procmon_model::process::{ProcessKey, Readings};

use crate::linux::image;
use crate::linux::kernel::process;
use crate::linux::sockets::traffic::Traffic;
use crate::linux::support::runs_elsewhere;
use crate::linux::table::Table;
use crate::world::Inside;

/// Runs a test in a process and a network of its own; true where that is over.
pub(super) fn runs_in_its_own_network(test: &str) -> bool {
    let as_root = ["unshare", "--net"];
    let as_user = ["unshare", "--net", "--user", "--map-root-user"];
    let prefix = if process::own_user() == 0 { &as_root[..] } else { &as_user };
    if runs_elsewhere(test, prefix) {
        return true;
    }
    raise_loopback();
    false
}

/// A network begins without a way even to oneself.
fn raise_loopback() {
    let socket = UdpSocket::bind("0.0.0.0:0").unwrap();
    // SAFETY: the request is numbers only, so that all zeroes are one.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (place, letter) in request.ifr_name.iter_mut().zip(b"lo") {
        *place = libc::c_char::try_from(*letter).unwrap();
    }
    request.ifr_ifru.ifru_flags = libc::c_short::try_from(libc::IFF_UP).unwrap();
    // The C libraries disagree about the type of a request's number.
    let number = libc::SIOCSIFFLAGS as libc::Ioctl;
    // SAFETY: the request is what this call reads, and lives through it.
    let result = unsafe { libc::ioctl(socket.as_raw_fd(), number, &raw const request) };
    assert_eq!(result, 0, "{}", std::io::Error::last_os_error());
}

/// Gives up the rights of root, if we have them.
pub(super) fn become_nobody() {
    // SAFETY: the call takes a number. It fails where we are not root, and then there is no need for it.
    unsafe { libc::setuid(65534) };
}

/// Does as it is told, line by line, and answers with a number.
const OBEDIENT: &str = "import socket, sys
for line in sys.stdin:
    verb, number = line.split()
    number = answer = int(number)
    if verb == 'listen':
        listener = socket.create_server(('127.0.0.1', 0), backlog=100)
        answer = listener.getsockname()[1]
    if verb == 'accept':
        peer = listener.accept()[0]
    if verb == 'connect':
        peer = socket.create_connection(('127.0.0.1', number))
    if verb == 'say':
        peer.sendall(bytes([number]))
    if verb == 'send':
        peer.sendall(bytes(number))
    while verb == 'receive' and number:
        number -= len(peer.recv(min(number, 65536)))
    if verb == 'finish':
        peer.shutdown(socket.SHUT_WR)
    if verb == 'close':
        assert peer.recv(1) == b''
        peer.close()
    print(answer, flush=True)
";

/// A process that talks over the network as it is told.
pub(super) struct Peer {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
    pub(super) key: ProcessKey,
}

impl Peer {
    pub(super) fn start() -> Self {
        Self::of(Command::new("/usr/bin/python3").args(["-c", OBEDIENT]))
    }

    /// One in another network.
    pub(super) fn apart() -> Self {
        let words = ["--net", "/usr/bin/python3", "-c", OBEDIENT];
        Self::of(Command::new("unshare").args(words))
    }

    /// A program that obeys; it has said so once it is there.
    pub(super) fn of(command: &mut Command) -> Self {
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (input, output) = (child.stdin.take(), BufReader::new(child.stdout.take().unwrap()));
        let key = ProcessKey { pid: child.id(), start: image::stat(child.id()).unwrap().start };
        let mut peer = Self { child, input, output, key };
        assert_eq!(peer.does("nothing", 7), 7);
        peer
    }

    /// Has it do something.
    pub(super) fn does(&mut self, verb: &str, number: u64) -> u64 {
        self.begins(verb, number);
        self.has_done()
    }

    /// Has it do something that takes two.
    pub(super) fn begins(&mut self, verb: &str, number: u64) {
        writeln!(self.input.as_mut().unwrap(), "{verb} {number}").unwrap();
    }

    pub(super) fn has_done(&mut self) -> u64 {
        let mut line = String::new();
        self.output.read_line(&mut line).unwrap();
        line.trim_end().parse().unwrap()
    }

    /// Lets it end.
    pub(super) fn leave(mut self) {
        drop(self.input.take());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        // Whom we have no right to kill ends when there is nothing to obey any more.
        drop(self.input.take());
        drop(self.child.kill());
        assert!(self.child.wait().is_ok() || thread::panicking());
    }
}

/// A server and a client that are connected, the server's end being accepted.
pub(super) fn connected() -> (Peer, Peer) {
    let (mut server, mut client) = (Peer::start(), Peer::start());
    connect(&mut server, &mut client);
    (server, client)
}

pub(super) fn connect(server: &mut Peer, client: &mut Peer) {
    let port = server.does("listen", 0);
    client.does("connect", port);
    server.does("accept", 0);
}

/// Ends their connection, so that each side hears of the other's FIN while it can count it.
pub(super) fn part(one: &mut Peer, other: &mut Peer) {
    one.does("finish", 0);
    other.does("finish", 0);
    one.does("close", 0);
    other.does("close", 0);
}

/// Has one send and the other receive.
pub(super) fn transfer(from: &mut Peer, to: &mut Peer, bytes: u64) {
    from.begins("send", bytes);
    to.begins("receive", bytes);
    from.has_done();
    to.has_done();
}

/// A table that has begun to count.
pub(super) fn counting() -> Table {
    let mut table = Table::new(Inside::OwnProcess);
    table.begin(MetricSet::NET);
    table
}

/// What each process has moved so far, and what nobody has; `None` is unknown.
pub(super) fn count(
    table: &mut Table,
    keys: &[ProcessKey],
) -> (Vec<Option<Traffic>>, Option<Traffic>) {
    let mut readings = Readings::default();
    table.read(&Pass { keys, metrics: MetricSet::NET, copies: &[] }, &mut readings);
    let of = |key: &ProcessKey| {
        let counters = readings.processes.iter().find(|reading| reading.key == *key)?.counters;
        Some(Traffic { received: counters.net_received?.get(), sent: counters.net_sent?.get() })
    };
    let stray = readings.stray;
    let stray = stray.map(|it| Traffic { received: it.received.get(), sent: it.sent.get() });
    (keys.iter().map(of).collect(), stray)
}
