//! `procmon export`: a recording arrives wherever a run could have been sent.

use std::fs;

use super::delivering::World;
use super::page::Page;
use super::servers::{fetched, free_port};
use crate::support::{procmon, program, shell};

/// What both tell of themselves and not of the run.
fn of_the_run(page: &str) -> Vec<&str> {
    let own = ["procmon_export_", "procmon_scrape_"];
    page.lines().filter(|line| !own.iter().any(|begin| line.contains(begin))).collect()
}

#[test]
fn a_recording_arrives_everywhere_as_the_run_would_have() {
    let Some(mut world) = World::new() else { return };
    let (out, there) = (world.results.word("run.jsonl"), world.results.word("then.prom"));
    let words = ["run", "--quiet", "--out", &out, "--prom-file", &there, "--"];
    let finished = procmon(words.iter().chain(&shell("true; sleep 0.1; exit 5"))).run();
    assert_eq!((finished.code, finished.err()), (Some(5), ""));
    let words = ["export".to_owned(), out].into_iter().chain(world.words.clone());
    let finished = procmon(words).run();
    assert_eq!((finished.code, finished.out(), finished.err()), (Some(0), "", ""));
    let [then, now] =
        ["then.prom", "run.prom"].map(|name| fs::read_to_string(world.results.path(name)).unwrap());
    assert_eq!(of_the_run(&then), of_the_run(&now));
    assert_eq!(world.written("procmon_run_exit_code"), Some(5.0));
    let pushed = Page::of(fetched(world.gateway.port, "/metrics"));
    let code = "procmon_run_exit_code{instance=\"\",job=\"the build\"}";
    assert_eq!(pushed.value(code), Some(5.0));
    assert_eq!(world.messages().last().unwrap().1["exitCode"], 5);
    assert!(world.spans().len() >= 3);
}

#[test]
fn a_recording_can_come_from_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let line = "\"$0\" run --json --quiet sh -c 'exit 4' | \"$0\" export --prom-file run.prom -";
    let words = ["-c", line, env!("CARGO_BIN_EXE_procmon")];
    let finished = program("sh", words).current_dir(folder.path()).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    let page = Page::of(fs::read_to_string(folder.path().join("run.prom")).unwrap());
    assert_eq!(page.value("procmon_run_exit_code"), Some(4.0));
    page.check_with_promtool();
}

#[test]
fn what_is_not_delivered_is_told_and_ends_it_with_one() {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/1-as-it-began.jsonl");
    let url = format!("http://127.0.0.1:{}", free_port());
    let finished = procmon(["export", "--pushgateway", &url, golden]).run();
    let told = format!(
        "procmon: pushgateway: push to {url}/metrics/job/procmon: the connection was refused\n"
    );
    finished.check_failure(1, &told);
    let told = "procmon: nothing says where the recording is to be sent\n  \
                hint: --otlp, --remote-write, --mqtt, --pushgateway or --prom-file does\n";
    procmon(["export", golden]).run().check_failure(2, told);
}
