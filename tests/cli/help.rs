//! The help, and the page that says the same at length.

use std::collections::BTreeSet;
use std::fs;

use crate::support::procmon;

const COMMANDS: [&str; 16] = [
    "run",
    "attach",
    "summary",
    "convert",
    "aggregate",
    "peaks",
    "tree",
    "utilisation",
    "calls",
    "compare",
    "bench",
    "exporter",
    "export",
    "config",
    "completions",
    "man",
];

/// Those that watch something, those that sample, and those that can send figures.
const WATCHING: [&str; 2] = ["run", "attach"];
const SAMPLING: [&str; 4] = ["run", "attach", "bench", "exporter"];
const SENDING: [&str; 4] = ["run", "attach", "exporter", "export"];

/// The long options of a command, as its help lists them.
fn options_of(command: &str) -> BTreeSet<String> {
    let finished = procmon([command, "--help"]).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    let lines = finished.out().lines().map(str::trim_start);
    let names = lines.filter_map(|line| line.strip_prefix("-h, ").or(Some(line)));
    let names = names.filter(|line| line.starts_with("--"));
    names.map(|line| line.split([' ', '=']).next().unwrap().to_owned()).collect()
}

/// The options that a section of the page explains: the first word of each row of its tables.
fn options_in(section: &str) -> BTreeSet<String> {
    let rows = section.lines().filter_map(|line| line.strip_prefix("| `--"));
    rows.map(|row| format!("--{}", row.split([' ', '`']).next().unwrap())).collect()
}

#[test]
fn the_page_explains_every_option_and_no_other() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/CLI.md");
    let page = fs::read_to_string(page).unwrap();
    let section = |title: &str| {
        let start = page.find(&format!("\n## {title}\n")).unwrap() + 4;
        page[start..].split("\n## ").next().unwrap()
    };
    let of_watching = options_in(section("Options of `run` and `attach`"));
    let of_sampling = options_in(section("Options of `run`, `attach`, `bench` and `exporter`"));
    let of_sending = options_in(section("Options that send figures"));
    let general = options_in(section("Options of every command"));
    for command in COMMANDS {
        let mut explained = options_in(section(&format!("`procmon {command}`")));
        explained.extend(general.iter().cloned());
        if WATCHING.contains(&command) {
            explained.extend(of_watching.iter().cloned());
        }
        if SENDING.contains(&command) {
            explained.extend(of_sending.iter().cloned());
        }
        if SAMPLING.contains(&command) {
            explained.extend(of_sampling.iter().cloned());
        }
        let mut offered = options_of(command);
        assert!(offered.remove("--help"));
        assert_eq!(explained, offered, "of procmon {command}");
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let finished = procmon(["--version"]).run();
    assert_eq!(finished.code, Some(0));
    assert_eq!(finished.out(), concat!("procmon ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn the_help_names_every_command() {
    let finished = procmon(["--help"]).run();
    assert_eq!(finished.code, Some(0));
    for command in COMMANDS {
        assert!(finished.out().contains(&format!("\n  {command} ")), "{}", finished.out());
    }
}
