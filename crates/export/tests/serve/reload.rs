//! Floor 11. A web configuration that changes while the server runs.

use std::fs;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::certificates::Certificate;
use super::client::{Raw, curl, status};
use super::world::{figures, hash, serve, written};
use crate::support::servers::until;

/// curl's exit code for a certificate that nobody it trusts vouches for.
const UNKNOWN_AUTHORITY: i32 = 60;

fn users(password: &str) -> String {
    format!("basic_auth_users:\n  anna: {}\n", hash(password))
}

#[test]
fn a_new_password_holds_without_a_restart_and_a_broken_file_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let file = written(folder.path(), "web.yml", &users("old"));
    let running = serve(figures(), Some(&file));
    let url = running.url("http", "/metrics");
    let ask = |password: &str| status(&["-u", &format!("anna:{password}"), &url]);
    assert_eq!((ask("old"), ask("new")), (Ok(200), Ok(401)));
    written(folder.path(), "web.yml", &users("new"));
    until("the new password holds", || ask("new") == Ok(200));
    assert_eq!(ask("old"), Ok(401));

    written(folder.path(), "web.yml", "basic_auth_users: {anna: nonsense}\n");
    until("the server has looked", || {
        assert_eq!(ask("new"), Ok(200));
        !running.unheard().is_empty()
    });
    written(folder.path(), "web.yml", &users("newest"));
    until("the newest password holds", || ask("newest") == Ok(200));
    assert_eq!(running.unheard(), Vec::<String>::new());
}

#[test]
fn a_broken_file_is_said_once_with_its_line() {
    let folder = TempDir::new().unwrap();
    let file = written(folder.path(), "web.yml", &users("old"));
    let running = serve(figures(), Some(&file));
    let began = Instant::now();
    written(folder.path(), "web.yml", "\nbasic_auth_users: {anna: nonsense}\n");
    let url = running.url("http", "/metrics");
    let mut said = Vec::new();
    until("the server has looked twice", || {
        assert_eq!(status(&["-u", "anna:old", &url]), Ok(200));
        said.extend(running.unheard());
        began.elapsed() > Duration::from_secs(3) && !said.is_empty()
    });
    let words =
        "line 2: basic_auth_users: what anna has is no bcrypt hash; what was in force stays so";
    assert_eq!(said, [format!("{}, {words}", file.display())]);
}

#[test]
fn a_connection_that_stays_open_is_asked_for_the_new_password() {
    let folder = TempDir::new().unwrap();
    let file = written(folder.path(), "web.yml", &users("old"));
    let running = serve(figures(), Some(&file));
    // Of anna:old (RFC 7617).
    let request = "GET /healthz HTTP/1.1\r\nHost: h\r\nAuthorization: Basic YW5uYTpvbGQ=\r\n\r\n";
    let mut client = Some(Raw::connect(running.server.address()).say(request));
    assert_eq!(client.as_mut().map(Raw::reply).map(|reply| reply.status), Some(200));
    written(folder.path(), "web.yml", &users("new"));
    let mut last = None;
    until("the old password is refused", || {
        let mut asking = client.take().unwrap().say(request);
        let reply = asking.reply();
        client = Some(asking);
        let is_refused = reply.status == 401;
        last = Some(reply);
        is_refused
    });
    assert_eq!(last.as_ref().and_then(|reply| reply.header("connection")), Some("close"));
}

#[test]
fn a_renewed_certificate_is_shown_without_a_restart() {
    let folder = TempDir::new().unwrap();
    let first = Certificate::own(folder.path(), "server");
    let text = "tls_server_config: {cert_file: server.pem, key_file: server.key}\n";
    let file = written(folder.path(), "web.yml", text);
    let running = serve(figures(), Some(&file));
    let url = running.url("https", "/healthz");
    let kept = folder.path().join("first.pem");
    fs::copy(&first.file, &kept).unwrap();
    assert_eq!(curl(&["--cacert", first.file(), &url]).unwrap().body, "ok\n");

    let second = Certificate::own(folder.path(), "second");
    fs::rename(&second.file, &first.file).unwrap();
    fs::rename(&second.key, &first.key).unwrap();
    until("the second is shown", || status(&["--cacert", first.file(), &url]) == Ok(200));
    assert_eq!(status(&["--cacert", kept.to_str().unwrap(), &url]), Err(UNKNOWN_AUTHORITY));
}
