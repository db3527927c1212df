//! Floor 11. Scenes left with the real Pushgateway, and every way in which that can fail.

use std::fs;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use procmon_export::exposition::{Exposition, Format, Names};
use procmon_export::pushgateway::{PushError, Pushgateway, PushgatewayOptions, TIMEOUT};

use crate::support::programs::{PATIENCE, Server, answer, free_address, program, wait_for};
use crate::support::scenes::scene;

/// "p@ss/word" by bcrypt.
const PASSWORD: &str = "$2b$04$IfTd3ZcHdShWxUCfM/GsaOCW7tUu/ilUE/a8tYnltArp1pzQ4oAqW";

/// What openssl is told of a certificate: a server's own, and no authority's.
const CERTIFICATE: &str = "[req]\ndistinguished_name = name\nx509_extensions = extensions\n[name]\n[extensions]\nbasicConstraints = critical, CA:FALSE\nsubjectAltName = IP:127.0.0.1\n";

/// A gateway that keeps nothing on disk; `None` where the machine has none.
fn gateway(words: &[&str]) -> Option<(Server, SocketAddr)> {
    let address = free_address();
    let mut command = Command::new(program("prometheus-pushgateway")?);
    command.arg(format!("--web.listen-address={address}")).arg("--persistence.file=").args(words);
    let server = Server::start(&mut command);
    wait_for(address);
    Some((server, address))
}

fn options(url: String) -> PushgatewayOptions {
    PushgatewayOptions {
        url,
        job: "npm/test".to_owned(),
        grouping: vec![("branch".to_owned(), "feat/\"a\"\n".to_owned())],
        exposition: Exposition::new(Names::Procmon, Vec::new(), Format::OpenMetrics).unwrap(),
        ca_file: None,
        identity: None,
        timeout: TIMEOUT,
    }
}

/// What is at a path, over a connection of its own.
fn fetched(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// A certificate of our own making for 127.0.0.1, and its key.
fn certificate(folder: &Path, name: &str) -> Option<(String, String)> {
    let file = |ending: &str| folder.join(format!("{name}.{ending}")).display().to_string();
    let (chain, key) = (file("pem"), file("key"));
    let (config, subject) = (file("cnf"), format!("/CN={name}"));
    fs::write(&config, CERTIFICATE).unwrap();
    let mut words = vec!["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"];
    words.extend(["-nodes", "-days", "2", "-subj", &subject, "-keyout", &key, "-out", &chain]);
    words.extend(["-config", &config]);
    let (code, _, trouble) = answer(program("openssl")?, &words, "");
    assert_eq!(code, 0, "{trouble}");
    Some((chain, key))
}

#[test]
fn the_gateway_shows_what_it_was_given_until_the_next_one_replaces_it() {
    let Some((_server, address)) = gateway(&[]) else { return };
    let gateway = Pushgateway::new(options(format!("http://{address}/"))).unwrap();
    gateway.put(&scene(&["jest", "we\"ird\\\n"])).unwrap();
    let told = |text: &str, group: &str| {
        let sample = format!(
            r#"procmon_group_processes{{branch="feat/\"a\"\n",group="{group}",instance="",job="npm/test"}} 1"#
        );
        text.lines().any(|line| line == sample)
    };
    let text = fetched(address, "/metrics");
    assert!(told(&text, "jest"), "{text}");
    assert!(told(&text, r#"we\"ird\\\n"#), "{text}");
    assert!(text.contains("# TYPE procmon_group_cpu_seconds_total counter"), "{text}");
    gateway.put(&scene(&["webpack"])).unwrap();
    let text = fetched(address, "/metrics");
    assert_eq!((told(&text, "jest"), told(&text, "webpack")), (false, true), "{text}");
}

#[test]
fn what_the_gateway_refuses_is_told_in_its_own_words() {
    let Some((_server, address)) = gateway(&[]) else { return };
    let gateway = Pushgateway::new(options(format!("http://{address}"))).unwrap();
    let error = gateway.put(&scene(&["twice", "twice"])).unwrap_err();
    let PushError::Refused { status, sentence, .. } = &error else { panic!("{error:?}") };
    assert_eq!(*status, 400);
    let begin = "pushed metrics are invalid or inconsistent with existing metrics: ";
    assert!(sentence.starts_with(begin), "{sentence}");
}

#[test]
fn nobody_there_is_told_without_the_password() {
    let address = free_address();
    let gateway = Pushgateway::new(options(format!("http://me:secret@{address}"))).unwrap();
    let error = gateway.put(&scene(&[])).unwrap_err().to_string();
    let path = "/metrics/job@base64/bnBtL3Rlc3Q/branch@base64/ZmVhdC8iYSIK";
    assert_eq!(error, format!("push to http://{address}{path}: the connection was refused"));
}

#[test]
fn a_server_that_says_nothing_is_waited_for_once() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let timeout = Duration::from_millis(200);
    let options = PushgatewayOptions { timeout, ..options(format!("http://{address}")) };
    let begun = Instant::now();
    let error = Pushgateway::new(options).unwrap().put(&scene(&[])).unwrap_err();
    assert!(error.to_string().ends_with(": no answer within 200ms"), "{error}");
    assert!(begun.elapsed() >= timeout, "{:?}", begun.elapsed());
    assert!(begun.elapsed() < PATIENCE, "{:?}", begun.elapsed());
    silent.set_nonblocking(true).unwrap();
    let attempts = std::iter::from_fn(|| silent.accept().ok()).count();
    assert_eq!(attempts, 1);
}

#[test]
fn a_gateway_with_tls_and_a_password_is_given_to_by_who_knows_both() {
    let folder = tempfile::tempdir().unwrap();
    let Some((chain, key)) = certificate(folder.path(), "server") else { return };
    let Some((other, _)) = certificate(folder.path(), "other") else { return };
    let config = folder.path().join("web.yml");
    let users = format!("basic_auth_users:\n  me: {PASSWORD}\n");
    let tls = format!("tls_server_config:\n  cert_file: {chain}\n  key_file: {key}\n");
    fs::write(&config, tls + &users).unwrap();
    let words = format!("--web.config.file={}", config.display());
    let Some((_server, address)) = gateway(&[&words]) else { return };
    let put = |user: &str, ca_file: Option<&str>| {
        let ca_file = ca_file.map(Into::into);
        let options =
            PushgatewayOptions { ca_file, ..options(format!("https://{user}@{address}")) };
        Pushgateway::new(options).unwrap().put(&scene(&["jest"]))
    };
    put("me:p%40ss%2Fword", Some(&chain)).unwrap();
    put("me:p@ss/word", Some(&chain)).unwrap();
    let error = put("me:wrong", Some(&chain)).unwrap_err();
    assert!(error.to_string().ends_with("the gateway answered 401: Unauthorized"), "{error}");
    for authorities in [Some(other.as_str()), None] {
        let error = put("me:p%40ss%2Fword", authorities).unwrap_err().to_string();
        let reason = "its certificate is not signed by an authority that is trusted";
        assert!(error.starts_with(&format!("push to https://{address}/metrics/job")), "{error}");
        assert!(error.ends_with(reason), "{error}");
    }
}
