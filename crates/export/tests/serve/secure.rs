//! Floor 11. TLS, certificates of clients, and passwords.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::certificates::Certificate;
use super::client::{Raw, curl, status};
use super::world::{figures, hash, serve, try_serve, written};

/// curl's exit codes for a handshake that failed and for one that the server broke off later.
const NO_HANDSHAKE: i32 = 35;
const BROKEN_OFF: i32 = 56;

fn web_config(folder: &Path, more: &str) -> (PathBuf, Certificate) {
    let certificate = Certificate::own(folder, "server");
    let text =
        format!("tls_server_config:\n  cert_file: server.pem\n  key_file: server.key\n{more}");
    (written(folder, "web.yml", &text), certificate)
}

#[test]
fn a_password_is_asked_for_over_tls() {
    let folder = TempDir::new().unwrap();
    let users = format!("basic_auth_users:\n  anna: {}\n", hash("right"));
    let (file, certificate) = web_config(folder.path(), &users);
    let running = serve(figures(), Some(&file));
    let ask = |path: &str, more: &[&str]| {
        let url = running.url("https", path);
        curl(&[&["--cacert", certificate.file(), &url], more].concat())
    };
    let refused = ask("/metrics", &[]).unwrap();
    assert_eq!((refused.status, refused.body.contains("procmon_up")), (401, false));
    assert_eq!(
        refused.header("www-authenticate"),
        Some("Basic realm=\"procmon\", charset=\"UTF-8\"")
    );
    for path in ["/", "/healthz", "/nothing"] {
        assert_eq!(ask(path, &[]).unwrap().status, 401, "{path}");
    }
    for credentials in ["anna:wrong", "nobody:right", ":", "anna:"] {
        assert_eq!(ask("/metrics", &["-u", credentials]).unwrap().status, 401, "{credentials}");
    }
    for _ in 0..2 {
        assert_eq!(ask("/metrics", &["-u", "anna:right"]).unwrap().status, 200);
    }
    assert_eq!(ask("/healthz", &["-u", "anna:right"]).unwrap().body, "ok\n");
}

#[test]
fn http_on_the_port_of_https_is_told_so() {
    let folder = TempDir::new().unwrap();
    let (file, _) = web_config(folder.path(), "");
    let running = serve(figures(), Some(&file));
    let reply = curl(&[&running.url("http", "/metrics")]).unwrap();
    assert_eq!((reply.status, reply.body.as_str()), (400, "This server speaks HTTPS.\r\n"));
    // A handshake that is not finished is left as a request is.
    let silent = Raw::connect(running.server.address());
    let half = Raw::connect(running.server.address()).say("\u{16}\u{3}\u{1}");
    assert_eq!((silent.rest(), half.rest()), (vec![], vec![]));
}

#[test]
fn a_client_shows_a_certificate_of_the_right_authority() {
    let folder = TempDir::new().unwrap();
    let folder = folder.path();
    let authority = Certificate::authority(folder, "ours");
    let client = Certificate::client(folder, "client", &authority);
    let stranger =
        Certificate::client(folder, "stranger", &Certificate::authority(folder, "theirs"));
    for (kind, without) in
        [("RequireAndVerifyClientCert", Err(BROKEN_OFF)), ("VerifyClientCertIfGiven", Ok(200))]
    {
        let more = format!("  client_auth_type: {kind}\n  client_ca_file: ours.pem\n");
        let (file, server) = web_config(folder, &more);
        let running = serve(figures(), Some(&file));
        let url = running.url("https", "/metrics");
        let ask = |more: &[&str]| status(&[&["--cacert", server.file(), &url], more].concat());
        assert_eq!(ask(&[]), without, "{kind}");
        assert_eq!(ask(&["--cert", client.file(), "--key", client.key()]), Ok(200), "{kind}");
        let refused = ask(&["--cert", stranger.file(), "--key", stranger.key()]);
        assert_eq!(refused, Err(BROKEN_OFF), "{kind}");
    }
}

#[test]
fn old_versions_and_unwanted_suites_of_tls_are_not_spoken() {
    let folder = TempDir::new().unwrap();
    let ask = |more: &str, arguments: &[&str]| {
        let (file, server) = web_config(folder.path(), more);
        let running = serve(figures(), Some(&file));
        let url = running.url("https", "/healthz");
        status(&[&["--cacert", server.file(), &url], arguments].concat())
    };
    assert_eq!(ask("", &["--tls-max", "1.2"]), Ok(200));
    assert_eq!(ask("", &["--tls-max", "1.1", "--tlsv1.0"]), Err(NO_HANDSHAKE));
    assert_eq!(ask("  min_version: TLS13\n", &[]), Ok(200));
    assert_eq!(ask("  min_version: TLS13\n", &["--tls-max", "1.2"]), Err(NO_HANDSHAKE));
    let suite = "  max_version: TLS12\n  cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384]\n  curve_preferences: [CurveP256]\n";
    assert_eq!(ask(suite, &["--ciphers", "ECDHE-ECDSA-AES256-GCM-SHA384"]), Ok(200));
    assert_eq!(ask(suite, &["--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256"]), Err(NO_HANDSHAKE));
    assert_eq!(ask(suite, &["--curves", "X25519"]), Err(NO_HANDSHAKE));
}

#[test]
fn a_certificate_that_is_none_keeps_the_server_from_starting() {
    let folder = TempDir::new().unwrap();
    let (file, certificate) = web_config(folder.path(), "");
    let other = Certificate::own(folder.path(), "other");
    let shown = folder.path().display().to_string();
    let started = || {
        let error = try_serve("127.0.0.1:0", figures(), Some(&file)).err();
        error.map(|error| error.to_string().replace(&shown, ""))
    };
    assert_eq!(started(), None);
    std::fs::copy(&other.key, &certificate.key).unwrap();
    let mismatch =
        "/server.pem: does not go with /server.key: keys may not be consistent: KeyMismatch";
    assert_eq!(started().as_deref(), Some(mismatch));
    std::fs::write(&certificate.key, "secret-word").unwrap();
    let none = "/server.key: holds no private key in PEM that is free of a passphrase";
    assert_eq!(started().as_deref(), Some(none));
    std::fs::write(&certificate.file, "").unwrap();
    assert_eq!(started().as_deref(), Some("/server.pem: holds no certificate in PEM"));
}
