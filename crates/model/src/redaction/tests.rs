//! Floor 1. What is masked, and what must stay readable.

use proptest::prelude::*;

use super::{redacted, redacted_text};

const GITHUB: &str = "ghp_0123456789abcdefghijABCDEFGHIJ456789";
const NPM: &str = "npm_0123456789abcdefghijABCDEFGHIJ456789";
const JWT: &str =
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P";

fn command(arguments: &[&str]) -> Vec<String> {
    arguments.iter().map(|argument| (*argument).to_owned()).collect()
}

#[track_caller]
fn check(arguments: &[&str], expected: &[&str]) {
    assert_eq!(redacted(&command(arguments)), command(expected));
}

#[track_caller]
fn stays(arguments: &[&str]) {
    check(arguments, arguments);
}

#[track_caller]
fn check_text(text: &str, expected: &str) {
    assert_eq!(redacted_text(text), expected);
}

#[test]
fn masks_the_argument_after_an_option_that_names_a_secret() {
    for option in [
        "--token",
        "--secret",
        "--password",
        "--passwd",
        "--pwd",
        "--auth",
        "--api-key",
        "--apikey",
        "--apiKey",
        "--access-key",
        "--private-key",
        "--credential",
        "--credentials",
        "--client-secret",
        "--github_token",
        "-token",
        "--db-pass",
        "--passphrase",
        "--auth-token",
        "--AUTH_TOKEN",
    ] {
        check(
            &["publish", option, "hunter2", "--dry-run"],
            &["publish", option, "[redacted]", "--dry-run"],
        );
    }
    check(&["login", "--password", "my pass phrase"], &["login", "--password", "[redacted]"]);
    check(&["curl", "--auth", "Bearer abc"], &["curl", "--auth", "Bearer [redacted]"]);
    check(
        &["npm", "config", "set", "//registry.example/:_authToken", "hunter2"],
        &["npm", "config", "set", "//registry.example/:_authToken", "[redacted]"],
    );
}

#[test]
fn an_option_is_no_value_of_the_option_before_it() {
    stays(&["login", "--token", "--verbose", "x"]);
    stays(&["login", "--no-auth", "server.js"]);
    stays(&["login", "--password", ""]);
    stays(&["login", "--password"]);
}

#[test]
fn masks_the_value_in_the_same_argument_to_its_end() {
    check(&["x", "--token=hunter2"], &["x", "--token=[redacted]"]);
    check(&["x", "--password=my pass phrase"], &["x", "--password=[redacted]"]);
    check(&["x", "--password=a&b'c=d"], &["x", "--password=[redacted]"]);
    check(&["env", "FOO_TOKEN=a b", "true"], &["env", "FOO_TOKEN=[redacted]", "true"]);
    check(&["env", "MYSQL_PWD=hunter2"], &["env", "MYSQL_PWD=[redacted]"]);
    check(&["npm", "npm_config__authToken=hunter2"], &["npm", "npm_config__authToken=[redacted]"]);
    check(
        &["npm", "--//registry.example/:_authToken=x"],
        &["npm", "--//registry.example/:_authToken=[redacted]"],
    );
    check(&["docker", "--build-arg=NPM_TOKEN=x"], &["docker", "--build-arg=NPM_TOKEN=[redacted]"]);
    check(&["psql", "host=db password=x y"], &["psql", "host=db password=[redacted]"]);
    stays(&["x", "--token="]);
}

#[test]
fn keeps_names_that_only_contain_such_a_word() {
    stays(&["x", "--tokens-limit=5", "--max-tokens", "500", "--max-tokens=500"]);
    stays(&["x", "--no-password-prompt", "always", "--password-stdin", "now"]);
    stays(&["git", "commit", "--author=x", "--author", "Ann <ann@example.org>"]);
    stays(&[
        "x",
        "--token-file=/run/secrets/token",
        "--auth-type",
        "legacy",
        "--private-key-path",
        "id.pem",
    ]);
    stays(&["env", "npm_lifecycle_event=test", "npm_lifecycle_event", "PWD=/home/ann", "OLDPWD=/"]);
    stays(&["npm", "run", "token:refresh", "--", "--passWithNoTests"]);
}

#[test]
fn keeps_ordinary_addresses_hashes_and_packages() {
    stays(&["git", "show", "9fceb02d0ae598e95dc970b74767f19372d61af8"]);
    stays(&["git", "clone", "git+ssh://git@github.com:org/repo.git"]);
    stays(&[
        "curl",
        "https://example.org:8080/@scope/name?page=2#top",
        "http://[::1]:80/@x",
        "http://h:80",
    ]);
    stays(&[
        "npm",
        "install",
        "@scope/name@1.2.3",
        "sk-learn-contrib-and-other-words",
        "npm_config_cache",
    ]);
    stays(&["git", "commit", "-m", "Basic authentication, bearer of news"]);
    stays(&[
        "node",
        "--max-old-space-size=4096",
        "--require",
        "./eyJ.a.b",
        "node_modules/.bin/jest",
    ]);
}

#[test]
fn masks_a_password_inside_an_address() {
    check(
        &["git", "clone", "https://ann:hunter2@example.org/a/b.git"],
        &["git", "clone", "https://ann:[redacted]@example.org/a/b.git"],
    );
    check(&["redis://:hunter2@db:6379/0"], &["redis://:[redacted]@db:6379/0"]);
    check(&["--url=postgres://ann:a@b:c@db/x"], &["--url=postgres://ann:[redacted]@db/x"]);
    check(&["postgres://ann:a4/5+6@db/x"], &["postgres://ann:[redacted]@db/x"]);
    check(&["https://h/?access_token=x&page=2"], &["https://h/?access_token=[redacted]&page=2"]);
    check(&["https://h/?page=2&sig_token=x#top"], &["https://h/?page=2&sig_token=[redacted]#top"]);
    stays(&["https://ann:@example.org/"]);
}

#[test]
fn masks_tokens_by_their_look_wherever_they_stand() {
    let key = "sk-proj-0123456789abcdefghij";
    for token in [GITHUB, NPM, JWT, key, "glpat-0123456789_abcdefghi", "AKIAIOSFODNN7EXAMPLE"] {
        check(&["x", token], &["x", "[redacted]"]);
        check_text(&format!("echo \"{token}\" > x"), "echo \"[redacted]\" > x");
    }
    for prefix in ["gho_", "ghu_", "ghs_", "github_pat_", "xoxb-", "xoxp-"] {
        check(&["x", &format!("--key={prefix}0123456789abcdef")], &["x", "--key=[redacted]"]);
    }
}

#[test]
fn masks_what_headers_carry() {
    check(
        &["curl", "-H", "Authorization: Bearer x"],
        &["curl", "-H", "Authorization: Bearer [redacted]"],
    );
    check(
        &["curl", "-H", "authorization: Basic eDp5"],
        &["curl", "-H", "authorization: Basic [redacted]"],
    );
    check(
        &["curl", "--header=Authorization: token x"],
        &["curl", "--header=Authorization: token [redacted]"],
    );
    check(&["curl", "-H", "X-Api-Key:x"], &["curl", "-H", "X-Api-Key:[redacted]"]);
    check(&["curl", "-H", "Cookie: a=b; c=d"], &["curl", "-H", "Cookie: [redacted]"]);
    check(
        &["curl", "-H", "X-Other: Basic dXNlcjpwYXNz"],
        &["curl", "-H", "X-Other: Basic [redacted]"],
    );
    check(
        &["curl", "-d", r#"{"password":"x","user":"ann"}"#],
        &["curl", "-d", r#"{"password":"[redacted]","user":"ann"}"#],
    );
    check(
        &["curl", "-d", r#"{"token": "a\"b", "n": 1}"#],
        &["curl", "-d", r#"{"token": "[redacted]", "n": 1}"#],
    );
}

#[test]
fn reads_a_script_word_by_word() {
    check(
        &["sh", "-c", "curl -H 'Authorization: Bearer abc' --token=xyz"],
        &["sh", "-c", "curl -H 'Authorization: Bearer [redacted]' --token=[redacted]"],
    );
    check(
        &["bash", "-lc", "FOO_TOKEN=x npm test"],
        &["bash", "-lc", "FOO_TOKEN=[redacted] npm test"],
    );
    check(
        &["cmd", "/d", "/c", "set A_TOKEN=x&& y"],
        &["cmd", "/d", "/c", "set A_TOKEN=[redacted]&& y"],
    );
    check_text("curl -H Authorization:Bearer\\ x", "curl -H Authorization:[redacted]");
    check_text("npm publish --token abc --tag next", "npm publish --token [redacted] --tag next");
    check_text(
        "npm publish --token 'a b' --tag next",
        "npm publish --token '[redacted]' --tag next",
    );
    check_text(r"login --password 'it'\''s' --now", "login --password '[redacted]' --now");
    check_text(r#"login --password='it'"'"'s' --now"#, "login --password='[redacted]' --now");
    check_text(r#"login --password="a \" b" --now"#, r#"login --password="[redacted]" --now"#);
    check_text("export A_SECRET=$'x y'; run", "export A_SECRET=$'[redacted]'; run");
    check_text("(A_SECRET=x; run)", "(A_SECRET=[redacted]; run)");
    check_text("docker run -e \"A_TOKEN=x y\" image", "docker run -e \"A_TOKEN=[redacted]\" image");
    check_text(
        r#"bash -c "curl -d '{\"password\":\"x y\"}' h""#,
        r#"bash -c "curl -d '{\"password\":\"[redacted]\"}' h""#,
    );
    check_text("login --token && run", "login --token && run");
    check_text("login --auth basic --user ann", "login --auth basic --user ann");
    check_text(
        "git clone \"https://a:b@h/x\" && ls",
        "git clone \"https://a:[redacted]@h/x\" && ls",
    );
}

#[test]
fn a_password_with_a_slash_is_found_however_far_away_its_at_sign_is() {
    let long = "b".repeat(300);
    check(&[&format!("postgres://ann:a/{long}@db/x")], &["postgres://ann:[redacted]@db/x"]);
    check(&[&format!("x://a:b/x://c:{long}@h")], &["x://a:[redacted]@h"]);
}

#[test]
fn the_end_of_a_secret_says_nothing_of_what_follows_it() {
    check_text(r"SECRET='\'Authorization:b'\''c'", "SECRET='[redacted]'Authorization:[redacted]'");
}

/// Pieces that the scanners know, so that random texts come near to their corners.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "--token",
        "--auth",
        "--x",
        "A_SECRET",
        "Authorization",
        "X-Key",
        "password",
        "Bearer",
        "basic",
        "token",
        "=",
        ":",
        ": ",
        " ",
        " ",
        "\n",
        "\"",
        "'",
        "\\",
        "\\\"",
        "$",
        "`",
        "://",
        "u:p",
        "@",
        "/",
        "?",
        "&",
        "#",
        ";",
        "-",
        "--",
        ".",
        "_",
        "a",
        "Z",
        "9",
        "é",
        "日本",
        "[redacted]",
        "ghp_01234567",
        "sk-",
        "npm_",
        "eyJ",
        "eyJhbGciOiJ",
        ".eyJz.",
        "abcdefghijkl1",
        "-c",
        "_authToken",
        "'\\''",
        "'\"'\"'",
        "[",
        "]",
        "AKIA",
    ]);
    prop_oneof![
        prop::collection::vec(pieces, 0..24).prop_map(|pieces| pieces.concat()),
        any::<String>()
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn masks_the_same_text_no_further_when_asked_again(text in text()) {
        let once = redacted_text(&text);
        prop_assert_eq!(redacted_text(&once), once);
    }

    #[test]
    fn masks_the_same_command_no_further_when_asked_again(command in prop::collection::vec(text(), 0..5)) {
        let once = redacted(&command);
        prop_assert_eq!(once.len(), command.len());
        prop_assert_eq!(redacted(&once), once);
    }

    #[test]
    fn leaves_plain_words_as_they_are(words in prop::collection::vec("[A-Za-z]{1,14}", 0..8)) {
        let text = words.join(" ").to_lowercase();
        prop_assert_eq!(redacted_text(&text), text);
        prop_assert_eq!(redacted(&words), words);
    }

    #[test]
    fn no_password_outlives_its_name(secret in "[!-,.-~][!-~]{7,20}") {
        for command in [
            vec!["x".to_owned(), "--password".to_owned(), secret.clone()],
            vec!["x".to_owned(), format!("--password={secret}")],
            vec!["x".to_owned(), format!("DB_PASSWORD={secret}")],
            vec!["x".to_owned(), format!("X-Auth-Token: {secret}")],
        ] {
            let text = redacted(&command).join(" ");
            prop_assert!(!text.contains(&secret), "{}", text);
        }
    }
}
