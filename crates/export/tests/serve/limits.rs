//! Floor 11. Clients that are slow, greedy or many, and the end of the server.

use std::fs;
use std::net::TcpListener;
use std::sync::mpsc::channel;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use super::client::{Raw, curl, status};
use super::world::{Large, Slow, figures, serve, try_serve};
use crate::support::servers::until;

const ASK: &str = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n";

#[test]
fn headers_have_room_for_16_kilobytes() {
    let running = serve(figures(), None);
    let url = running.url("http", "/healthz");
    let with = |length: usize| status(&["-H", &format!("X-Long: {}", "x".repeat(length)), &url]);
    assert_eq!(with(15_000), Ok(200));
    assert_eq!(with(17_000), Ok(431));
    assert_eq!(with(100_000), Ok(431));
}

#[test]
fn clients_that_do_not_finish_a_request_are_left_and_hold_nobody_up() {
    let running = serve(figures(), None);
    let began = Instant::now();
    let silent = Raw::connect(running.server.address());
    let half = Raw::connect(running.server.address()).say("GET /metrics HT");
    let mut second = Raw::connect(running.server.address()).say(ASK);
    assert_eq!(second.reply().status, 200);
    let second = second.say("GET ");
    assert_eq!(status(&[&running.url("http", "/metrics")]), Ok(200));
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    for left in [silent, half, second] {
        assert_eq!(left.rest(), b"");
    }
    let took = began.elapsed();
    assert!(took > Duration::from_secs(4) && took < Duration::from_secs(20), "{took:?}");
}

#[test]
fn the_sixty_fifth_client_is_told_that_there_is_no_room() {
    let running = serve(figures(), None);
    let mut inside: Vec<Raw> =
        (0..64).map(|_| Raw::connect(running.server.address()).say(ASK)).collect();
    for client in &mut inside {
        assert_eq!(client.reply().status, 200);
    }
    let url = running.url("http", "/healthz");
    let refused = curl(&[&url]).unwrap();
    assert_eq!((refused.status, refused.header("retry-after")), (503, Some("5")));
    assert_eq!(refused.body, "There are too many connections.\r\n");
    // Beyond those who are told, the others are closed at once.
    let many: Vec<Raw> = (0..100).map(|_| Raw::connect(running.server.address())).collect();
    for client in many {
        let rest = String::from_utf8(client.rest()).unwrap();
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 503 "), "{rest}");
    }
    let again = inside.pop().unwrap().say(ASK).reply();
    assert_eq!(again.status, 200, "who is inside is served on");
    until("there is room again", || status(&[&url]) == Ok(200));
}

#[test]
fn a_client_that_does_not_read_is_left() {
    let running = serve(Arc::new(Large(64_000_000)), None);
    let began = Instant::now();
    let client =
        Raw::connect(running.server.address()).say("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n");
    let port = running.server.address().port();
    until("it is there", || established(port) == 1);
    until("it is left", || established(port) == 0);
    let took = began.elapsed();
    assert!(took > Duration::from_secs(9) && took < Duration::from_secs(30), "{took:?}");
    assert!(client.rest().len() < 64_000_000);
}

#[test]
fn the_server_closes_while_clients_hang() {
    let (release, released) = channel();
    let running = serve(Arc::new(Slow(Mutex::new(released))), None);
    let address = running.server.address();
    let silent = Raw::connect(address);
    let mut idle = Raw::connect(address).say(ASK);
    assert_eq!(idle.reply().status, 200);
    let waiting = Raw::connect(address).say("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(status(&[&running.url("http", "/healthz")]), Ok(200));
    let began = Instant::now();
    running.server.close();
    assert!(began.elapsed() < Duration::from_secs(15), "{:?}", began.elapsed());
    for client in [silent, idle, waiting] {
        assert_eq!(client.rest(), b"");
    }
    assert_eq!(TcpListener::bind(address).unwrap().local_addr().unwrap(), address);
    drop(release);
}

#[test]
fn an_answer_that_was_begun_is_finished_when_the_server_closes() {
    let (release, released) = channel();
    let running = serve(Arc::new(Slow(Mutex::new(released))), None);
    let mut waiting =
        Raw::connect(running.server.address()).say("GET /metrics HTTP/1.1\r\nHost: h\r\n\r\n");
    assert_eq!(status(&[&running.url("http", "/healthz")]), Ok(200));
    let closing = std::thread::spawn(move || running.server.close());
    release.send(()).unwrap();
    assert_eq!(waiting.reply().body, "late\n");
    closing.join().unwrap();
}

#[test]
fn a_port_that_is_taken_is_said_to_be() {
    let running = serve(figures(), None);
    let address = running.server.address();
    let error = try_serve(&address.to_string(), figures(), None).err().unwrap();
    assert_eq!(error.to_string(), format!("listen on {address}: the port is in use"));
    let error = try_serve("192.0.2.1:0", figures(), None).err().unwrap();
    assert_eq!(error.to_string(), "listen on 192.0.2.1:0: this machine has no such address");
}

#[test]
fn a_server_that_others_can_reach_says_so() {
    let running = try_serve("0.0.0.0:0", figures(), None).unwrap();
    let warning = format!(
        "the server listens on {}: whoever reaches it can read the figures: it speaks no TLS and asks for no password",
        running.server.address()
    );
    assert_eq!(running.server.is_exposed(), Some(warning));
    assert_eq!(serve(figures(), None).server.is_exposed(), None);
}

/// How many connections of the server at this port are open at its end (proc(5), `/proc/net/tcp`: state 1).
fn established(port: u16) -> usize {
    let local = format!("0100007F:{port:04X}");
    let table = fs::read_to_string("/proc/net/tcp").unwrap();
    let is_open = |line: &&str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        fields[1] == local && fields[3] == "01"
    };
    table.lines().filter(is_open).count()
}
