//! Floor 11. Tests of the web configuration: what is read, what is refused, and what happens when it changes.

use std::fs;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use super::policy::Policy;
use super::watch::Watch;

/// Of the word "one".
const HASH: &str = "$2y$04$abcdefghijklmnopqrstuuF8RwIyw1x4hMnbT9K2XOUyBbTTYwRMW";

struct Folder {
    folder: tempfile::TempDir,
    said: Arc<Mutex<Vec<String>>>,
}

impl Folder {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), said: Arc::default() }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("web.yml")
    }

    fn write(&self, text: &str) -> PathBuf {
        fs::write(self.file(), text.replace("HASH", HASH)).unwrap();
        self.file()
    }

    fn watch(&self, text: &str) -> Watch {
        let said = Arc::clone(&self.said);
        let on_trouble = Arc::new(move |sentence| said.lock().unwrap().push(sentence));
        Watch::new(Some(self.write(text)), on_trouble).unwrap()
    }

    /// What has been said so far, without the folder's name.
    fn said(&self) -> Vec<String> {
        let folder = format!("{}/", self.folder.path().display());
        self.said.lock().unwrap().iter().map(|sentence| sentence.replace(&folder, "")).collect()
    }
}

fn load(path: &Path) -> Result<Policy, String> {
    let folder = format!("{}/", path.parent().unwrap().display());
    Policy::load(path, &mut Vec::new()).map_err(|error| error.to_string().replace(&folder, ""))
}

fn refusals(texts: &[&str]) -> String {
    let folder = Folder::new();
    let refusal = |text: &&str| match load(&folder.write(text)) {
        Ok(_) => format!("{text:?} was taken"),
        Err(error) => error,
    };
    texts.iter().map(refusal).collect::<Vec<_>>().join("\n")
}

#[test]
fn an_empty_file_asks_for_nothing() {
    let folder = Folder::new();
    for text in
        ["", "# nobody\n", "{}", "tls_server_config:\n", "http_server_config: {http2: true}"]
    {
        let policy = load(&folder.write(text)).unwrap_or_else(|error| panic!("{text:?}: {error}"));
        assert!(policy.tls().is_none() && policy.passwords().is_none(), "{text:?}");
        assert_eq!(policy.headers(), []);
    }
}

#[test]
fn headers_are_those_that_exporters_may_have() {
    let folder = Folder::new();
    let text = "http_server_config:\n  headers:\n    X-Frame-Options: deny\n    Strict-Transport-Security: max-age=1\n";
    let policy = load(&folder.write(text)).map(|policy| format!("{:?}", policy.headers()));
    let headers = r#"[("strict-transport-security", "max-age=1"), ("x-frame-options", "deny")]"#;
    assert_eq!(policy.unwrap(), headers);
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_without_a_hash() {
    let words = refusals(&[
        "basic_auth_users:\n  anna: HASH\n  bert: secret-word\n",
        "basic_auth_users:\n  anna: HASH\n  anna: HASH\n",
        "basic_auth_users: secret-word\n",
        "basic_auth_users:\n  anna: [secret-word]\n",
        "basic_auth_users:\n  anna:\n",
        "basic_auth_users:\n  'an:na': HASH\n",
        "basic_auth_users:\n  anna: HASH\n bert: 'secret-word\n",
        "rate_limit:\n  interval: 1s\n",
        "\ntls_sever_config: {}\n",
        "http_server_config:\n  headers:\n    X-Powered-By: me\n",
        "http_server_config:\n  headers:\n    X-Frame-Options: allow\n",
        "http_server_config:\n  http2: perhaps\n",
    ]);
    assert!(!words.contains("secret-word") && !words.contains("$2y$"), "{words}");
    insta::assert_snapshot!(words, @"
    web.yml, line 3: basic_auth_users: what bert has is no bcrypt hash
    web.yml, line 3: duplicate mapping key `anna` is not allowed here
    web.yml, line 1: expected mapping start
    web.yml, line 2: expected string scalar
    web.yml, line 2: null is not allowed here
    web.yml, line 2: basic_auth_users: an:na has a colon
    web.yml, line 3: while parsing a block mapping, did not find expected key
    web.yml, line 2: rate_limit is not supported: connections are limited to 64
    web.yml, line 2: unknown field `tls_sever_config`, expected one of tls_server_config, http_server_config, basic_auth_users, rate_limit
    web.yml, line 3: headers: X-Powered-By is not supported
    web.yml, line 3: headers: X-Frame-Options cannot have this value
    web.yml, line 2: invalid boolean
    ");
}

#[test]
fn tls_that_cannot_be_had_is_refused_by_name() {
    let tls =
        |lines: &str| format!("tls_server_config:\n  cert_file: a.pem\n  key_file: a.key\n{lines}");
    let texts = [
        tls("  client_auth_type: RequireAnyClientCert\n"),
        tls("  client_auth_type: RequireAndVerifyClientCert\n"),
        tls("  client_ca_file: ca.pem\n"),
        tls("  client_allowed_sans: [a]\n"),
        tls("  min_version: TLS10\n"),
        tls("  min_version: TLS13\n  max_version: TLS12\n"),
        tls("  cipher_suites: [TLS_RSA_WITH_AES_128_CBC_SHA]\n"),
        tls("  curve_preferences: [CurveP521]\n"),
        tls("  cert: |\n    -----BEGIN\n"),
        tls(""),
        "tls_server_config:\n  key_file: a.key\n".to_owned(),
        "tls_server_config: {}\n".to_owned(),
    ];
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    insta::assert_snapshot!(refusals(&texts), @"
    web.yml, line 4: client_auth_type: RequireAnyClientCert is not supported, NoClientCert, VerifyClientCertIfGiven and RequireAndVerifyClientCert are
    web.yml, line 2: tls_server_config has no client_ca_file
    web.yml, line 4: client_ca_file is there, and client_auth_type asks for no certificate
    web.yml, line 4: client_allowed_sans is not supported: give those clients an authority of their own with client_ca_file
    web.yml, line 4: min_version: TLS10 is not supported, TLS12 and TLS13 are
    web.yml, line 5: max_version is below min_version
    web.yml, line 4: cipher_suites: TLS_RSA_WITH_AES_128_CBC_SHA is not supported
    web.yml, line 4: curve_preferences: CurveP521 is not supported
    web.yml, line 5: cert is not supported: name a file with cert_file
    a.pem: No such file or directory (os error 2)
    web.yml, line 2: tls_server_config has no cert_file
    web.yml, line 1: tls_server_config has no cert_file
    ");
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let folder = Folder::new();
    let error = load(&folder.file()).err();
    assert_eq!(error.as_deref(), Some("web.yml: No such file or directory (os error 2)"));
}

#[test]
fn a_changed_file_is_taken_and_a_broken_one_is_said_once() {
    let folder = Folder::new();
    let watch = folder.watch("basic_auth_users:\n  anna: HASH\n");
    let first = watch.in_force();
    watch.look(&folder.file());
    assert!(Arc::ptr_eq(&first, &watch.in_force()), "what has not changed is not read again");

    folder.write("basic_auth_users:\n  anna: HASH\n  bert: no\n");
    watch.look(&folder.file());
    watch.look(&folder.file());
    assert!(Arc::ptr_eq(&first, &watch.in_force()));
    let broken = "web.yml, line 3: basic_auth_users: what bert has is no bcrypt hash; what was in force stays so";
    assert_eq!(folder.said(), [broken]);

    folder.write("basic_auth_users:\n  anna: HASH\n  bert: HASH\n");
    watch.look(&folder.file());
    assert!(!Arc::ptr_eq(&first, &watch.in_force()));
    assert_eq!(folder.said(), [broken]);

    fs::remove_file(folder.file()).unwrap();
    watch.look(&folder.file());
    assert_eq!(folder.said().len(), 2);
    assert!(watch.in_force().passwords().is_some());
}

#[test]
fn a_file_that_loses_its_passwords_does_not_open_the_door() {
    let folder = Folder::new();
    let watch = folder.watch("basic_auth_users:\n  anna: HASH\n");
    folder.write("");
    watch.look(&folder.file());
    assert!(watch.in_force().passwords().is_some());
    let weaker = "web.yml: the new version does without passwords, which takes a restart; what was in force stays so";
    assert_eq!(folder.said(), [weaker]);
}

#[test]
fn an_open_server_is_exposed_where_others_can_reach_it() {
    let folder = Folder::new();
    let open = Policy::default();
    let guarded = load(&folder.write("basic_auth_users:\n  anna: HASH\n")).unwrap();
    let exposure =
        |policy: &Policy, address: &str| policy.exposure(address.parse::<IpAddr>().unwrap());
    for address in ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"] {
        assert_eq!(exposure(&open, address), None, "{address}");
    }
    for address in ["0.0.0.0", "::", "10.0.0.1"] {
        let words =
            "whoever reaches it can read the figures: it speaks no TLS and asks for no password";
        assert_eq!(exposure(&open, address), Some(words), "{address}");
        let words = "passwords and figures can be read on their way: it speaks no TLS";
        assert_eq!(exposure(&guarded, address), Some(words), "{address}");
    }
}
