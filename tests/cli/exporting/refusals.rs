//! Words and files that make no sense, and ports that are somebody else's: a line that says so, and an exit code.

use std::net::TcpListener;

use crate::support::{Finished, Results, procmon};

const HINT: &str = "  hint: `procmon exporter --help` has every option\n";

fn exporter(words: &[&str]) -> Finished {
    procmon(["exporter"].iter().chain(words)).run()
}

#[test]
fn a_port_in_use_is_a_failure() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap();
    let told = format!("procmon: listen on {address}: the port is in use\n");
    exporter(&["--listen", &address.port().to_string()]).check_failure(1, &told);
    let told = "procmon: listen on 192.0.2.1:9925: this machine has no such address\n";
    exporter(&["--listen", "192.0.2.1"]).check_failure(1, told);
}

#[test]
fn words_that_make_no_sense_are_two() {
    let no_port =
        "procmon: \"127.0.0.1:99999\" is no address to listen on: a port is a number up to 65535\n";
    exporter(&["--listen", "127.0.0.1:99999"]).check_failure(2, no_port);
    let wrong = "the regular expression in \"/(/\" is wrong: found open group without closing ')'";
    let told = format!("procmon: invalid value '/(/' for '--include <PATTERN>': {wrong}\n{HINT}");
    exporter(&["--include", "/(/"]).check_failure(2, &told);
    let told = format!("procmon: invalid value '/(/' for '--exclude <PATTERN>': {wrong}\n{HINT}");
    exporter(&["--exclude", "/(/"]).check_failure(2, &told);
    let told =
        format!("procmon: the following required arguments were not provided: --processes\n{HINT}");
    exporter(&["--top", "3"]).check_failure(2, &told);
}

#[test]
fn a_process_or_a_procfs_that_is_not_there_is_a_failure() {
    let told = "procmon: no process has the number 4294967295\n";
    exporter(&["--pid", "4294967295"]).check_failure(1, told);
    exporter(&["--path.procfs", "/nowhere"]).check_failure(1, "procmon: /nowhere does not exist\n");
}

#[test]
fn a_wrong_file_of_process_names_is_told_with_its_line() {
    let results = Results::new();
    let path = results.word("names.yml");
    let check = |text: &str, told: &str| {
        std::fs::write(&path, text).unwrap();
        exporter(&["--process-names", &path]).check_failure(2, &format!("procmon: {path}{told}\n"));
    };
    check(
        "process_names:\n- comm: [x]\n  exes: [y]\n",
        ", line 3: unknown field `exes`, expected one of name, comm, exe, cmdline, expect",
    );
    check(
        "process_names:\n- comm: [x]\n- cmdline:\n  - '('\n",
        ", line 3: the regular expression \"(\" is wrong: found open group without closing ')'",
    );
    check(
        "process_names:\n- name: y\n",
        ", line 2: none of comm, exe and cmdline says whom it is for",
    );
    let missing = "procmon: /nowhere/names.yml: No such file or directory (os error 2)\n";
    exporter(&["--process-names", "/nowhere/names.yml"]).check_failure(2, missing);
}

#[test]
fn a_wrong_web_configuration_is_told_with_its_line_and_without_its_hashes() {
    let results = Results::new();
    let path = results.word("web.yml");
    for (text, told) in [
        (
            "basic_auth_users:\n  me: secret\n",
            "line 2: basic_auth_users: what me has is no bcrypt hash",
        ),
        ("tls_server_config:\n  cert_file: x\n", "line 2: tls_server_config has no key_file"),
        (
            "rate_limit:\n  burst: 1\n",
            "line 2: rate_limit is not supported: connections are limited to 64",
        ),
    ] {
        std::fs::write(&path, text).unwrap();
        let told = format!("procmon: {path}, {told}\n");
        exporter(&["--listen", "0", "--web-config", &path]).check_failure(2, &told);
    }
}
