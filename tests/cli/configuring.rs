//! Settings from variables and the file: who wins, what is refused, and what `procmon config` says.

use std::fs;
use std::os::unix::fs::chown;
use std::path::Path;

use serde_json::Value;

use crate::support::{Finished, Program, has_strace, is_root, procmon, program, records};

/// A folder that is the top of a project, with this file of settings.
fn project(settings: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    fs::write(folder.path().join("procmon.toml"), settings).unwrap();
    folder
}

fn in_project(folder: &Path, words: &[&str]) -> Program {
    procmon(words).current_dir(folder)
}

/// The settings in the header of a run that is told nothing else, with these variables.
fn settings(folder: &Path, variables: &[(&str, &str)], words: &[&str]) -> Value {
    let words: Vec<&str> =
        ["run", "--json"].iter().chain(words).chain(&["true"]).copied().collect();
    let finished = with(in_project(folder, &words), variables).run();
    assert_eq!(finished.code, Some(0), "{}", finished.err());
    records(&finished.stdout)[0]["settings"].clone()
}

fn intervals(folder: &Path, variables: &[(&str, &str)], words: &[&str]) -> (Value, Value) {
    let settings = settings(folder, variables, words);
    (settings["intervalMs"].clone(), settings["maxIntervalMs"].clone())
}

fn with(program: Program, variables: &[(&str, &str)]) -> Program {
    variables.iter().fold(program, |program, (name, value)| program.env(name, value))
}

/// What is said of an option: its value, source and place.
fn said(finished: &Finished, option: &str) -> (Value, String, Value) {
    assert_eq!(finished.code, Some(0), "{}", finished.err());
    let answer: Value = serde_json::from_slice(&finished.stdout).unwrap();
    let lines = answer["options"].as_array().unwrap();
    let line = lines.iter().find(|line| line["option"] == option).unwrap();
    (line["value"].clone(), line["source"].as_str().unwrap().to_owned(), line["place"].clone())
}

#[test]
fn the_command_line_goes_before_the_environment_and_that_before_the_file() {
    let folder =
        project("interval = \"70ms\"\n[run]\ninterval = \"60ms\"\n[attach]\ninterval = 50\n");
    let folder = folder.path();
    let variable = [("PROCMON_INTERVAL", "40ms")];
    assert_eq!(intervals(folder, &[], &[]), (60.into(), 1000.into()));
    assert_eq!(intervals(folder, &variable, &[]), (40.into(), 1000.into()));
    assert_eq!(intervals(folder, &variable, &["--interval", "30ms"]), (30.into(), 1000.into()));
    assert_eq!(intervals(folder, &[("PROCMON_INTERVAL", "")], &[]), (60.into(), 1000.into()));
    assert_eq!(intervals(folder, &[], &["--config", "/dev/null"]), (100.into(), 1000.into()));
}

#[test]
fn propellers_interval_is_in_seconds_and_weaker_than_ours() {
    let folder = project("interval = \"70ms\"\n");
    let propellers = ("PROCMON_METRICS_INTERVAL", "10");
    let both = [propellers, ("PROCMON_INTERVAL", "40")];
    assert_eq!(intervals(folder.path(), &[propellers], &[]), (10_000.into(), 10_000.into()));
    assert_eq!(intervals(folder.path(), &both, &[]), (40.into(), 1000.into()));
    let with_unit = [("PROCMON_METRICS_INTERVAL", "250ms")];
    assert_eq!(intervals(folder.path(), &with_unit, &[]), (250.into(), 1000.into()));
}

#[test]
fn what_contradicts_something_stronger_is_left_out() {
    let folder = project("[run]\nmax-interval = \"5s\"\ntrace = true\n");
    let folder = folder.path();
    assert_eq!(
        intervals(folder, &[], &["--fixed", "--accounting", "poll"]),
        (100.into(), 100.into())
    );
    assert_eq!(
        intervals(folder, &[], &["--interval", "10s", "--accounting", "poll"]),
        (10_000.into(), 10_000.into())
    );
    let profile = ["--profile", "intensive", "--accounting", "poll"];
    assert_eq!(intervals(folder, &[], &profile), (1000.into(), 1000.into()));
}

#[test]
fn two_variables_that_contradict_each_other_are_an_error() {
    let variables = [("PROCMON_FIXED", "yes"), ("PROCMON_MAX_INTERVAL", "2s")];
    let folder = project("");
    let finished = with(in_project(folder.path(), &["run", "true"]), &variables).run();
    let said = "procmon: PROCMON_MAX_INTERVAL and PROCMON_FIXED contradict each other\n";
    finished.check_failure(125, said);
}

#[test]
fn a_switch_that_is_off_in_a_stronger_place_is_off() {
    let folder = project("[run]\nquiet = true\n");
    let quiet = in_project(folder.path(), &["run", "true"]).run();
    assert_eq!((quiet.code, quiet.err()), (Some(0), ""));
    let loud = in_project(folder.path(), &["run", "true"]).env("PROCMON_QUIET", "false").run();
    assert!(loud.err().contains("true exited with 0"), "{}", loud.err());
}

#[test]
fn the_commands_own_words_are_not_touched() {
    let folder = project("[run]\nquiet = true\ninterval = \"50ms\"\n");
    let words = ["run", "printf", "%s.", "--interval", "run", "--quiet", "--"];
    let finished = in_project(folder.path(), &words).run();
    assert_eq!((finished.code, finished.out()), (Some(0), "--interval.run.--quiet.--."));
    let config = folder.path().join("procmon.toml");
    let words = ["--config", config.to_str().unwrap(), "run", "printf", "%s.", "run"];
    let finished = procmon(words).run();
    assert_eq!((finished.code, finished.out(), finished.err()), (Some(0), "run.", ""));
}

#[test]
fn a_required_option_can_come_from_the_file_and_a_list_gives_several_values() {
    let golden = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/1-as-it-began.jsonl");
    let folder =
        project("[aggregate]\nwindow = 1\nfield = ['cores', 'memoryBytes']\nformat = 'csv'\n");
    let finished = in_project(folder.path(), &["aggregate", golden]).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    let heading = finished.out().lines().next().unwrap();
    assert!(heading.ends_with("cores,memoryBytes"), "{heading}");
    let finished = in_project(folder.path(), &["aggregate", golden])
        .env("PROCMON_FIELD", "cores\nmemoryBytes\nrssSumBytes")
        .run();
    assert!(finished.out().lines().next().unwrap().ends_with("cores,memoryBytes,rssSumBytes"));
}

#[test]
fn what_needs_another_option_is_left_out_without_it() {
    let folder = project("[run]\nformat = \"csv\"\nkeep = 3\nrotate = \"20kB\"\n");
    let finished = in_project(folder.path(), &["run", "--quiet", "true"]).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    let words = ["run", "--quiet", "--out", "x", "true"];
    assert_eq!(in_project(folder.path(), &words).run().code, Some(0));
    let table = fs::read_to_string(folder.path().join("x")).unwrap();
    assert!(table.starts_with("atMs,"), "{table}");
}

#[test]
fn a_value_that_makes_no_sense_is_refused_with_its_place() {
    let folder = project("\n[run]\ninterval = \"0\"\n");
    let range = "invalid value '0' for '--interval <TIME>': an interval is between 1ms and 24h";
    let hint = "hint: `procmon run --help` has every option";
    let finished = in_project(folder.path(), &["run", "true"]).run();
    let said = format!("procmon: procmon.toml line 3: run.interval: {range}\n  {hint}\n");
    finished.check_failure(125, &said);
    let finished = in_project(folder.path(), &["run", "true"]).env("PROCMON_INTERVAL", "0").run();
    finished.check_failure(125, &format!("procmon: PROCMON_INTERVAL: {range}\n  {hint}\n"));
    let finished = in_project(folder.path(), &["run", "true"]).env("PROCMON_QUIET", "hush").run();
    finished.check_failure(125, "procmon: PROCMON_QUIET: expected true or false\n");
}

#[test]
fn a_file_that_says_what_nobody_reads_is_an_error_that_names_what_was_meant() {
    for (text, code, command, said) in [
        (
            "qiet = true\n",
            125,
            "run",
            "line 1: qiet: there is no such key\n  hint: did you mean `quiet`?\n",
        ),
        (
            "qiet = true\n",
            2,
            "summary",
            "line 1: qiet: there is no such key\n  hint: did you mean `quiet`?\n",
        ),
        (
            "\n[runs]\n",
            125,
            "run",
            "line 2: there is no table [runs]\n  hint: did you mean `run`?\n",
        ),
        ("[attach]\nreap = true\n", 125, "run", "line 2: attach.reap: there is no such key\n"),
        ("quiet = \n", 125, "attach", "line 1: "),
        (
            "[profiles.a]\ncollect = 1\n",
            125,
            "run",
            "line 2: profiles.a: a profile has no field \"collect\"; it has ",
        ),
    ] {
        let folder = project(text);
        let finished = in_project(folder.path(), &[command, "1"]).run();
        let expected = format!("procmon: procmon.toml {said}");
        assert!(finished.err().starts_with(&expected), "{text}{}", finished.err());
        assert_eq!(finished.code, Some(code), "{text}");
    }
}

#[test]
fn a_file_is_looked_for_up_to_the_top_of_the_project_and_a_strangers_is_refused() {
    let folder = project("[run]\ninterval = \"60ms\"\n");
    let deep = folder.path().join("packages/a");
    fs::create_dir_all(&deep).unwrap();
    assert_eq!(intervals(&deep, &[], &[]).0, 60);
    if is_root() {
        let path = folder.path().join("procmon.toml");
        chown(&path, Some(65_534), None).unwrap();
        let message = "procmon.toml belongs to another user, and its settings are not used";
        let hint = "`--config procmon.toml` uses it all the same";
        let refused = in_project(folder.path(), &["run", "true"]).run();
        refused.check_failure(125, &format!("procmon: {message}\n  hint: {hint}\n"));
        let named = [("PROCMON_CONFIG", path.to_str().unwrap())];
        assert_eq!(intervals(folder.path(), &named, &[]).0, 60);
    }
}

#[test]
fn what_is_not_to_be_watched_is_run_as_if_we_were_not_there() {
    let folder = project("enable-monitoring = false\n");
    let broken = project("= broken");
    let off = [("PROCMON_ENABLE_MONITORING", "off"), ("PROCMON_INTERVAL", "nonsense")];
    let object = ["--profile", r#"{"enabled": false}"#];
    let line = ["sh", "-c", "cat; echo $PPID $PROCMON_SHIM_PID- >&2; exit 7"];
    let words: Vec<&str> =
        ["run", "--json", "--profile", "daemon"].iter().chain(&line).copied().collect();
    let by_object: Vec<&str> = ["run"].iter().chain(&object).chain(&line).copied().collect();
    for program in [
        in_project(folder.path(), &words),
        with(in_project(broken.path(), &words), &off),
        procmon(by_object),
    ] {
        let ours = std::process::id();
        let finished = program.input("in").env("PROCMON_SHIM_PID", "1").run();
        assert_eq!((finished.code, finished.out()), (Some(7), "in"));
        assert_eq!(finished.err(), format!("{ours} -\n"));
    }
    let on =
        in_project(folder.path(), &["run", "true"]).env("PROCMON_ENABLE_MONITORING", "1").run();
    assert!(on.err().contains("true exited with 0"), "{}", on.err());
}

#[test]
fn what_cannot_be_run_unwatched_is_told_as_it_is_otherwise() {
    for (command, code) in [("procmon-no-such-command", 127), ("/", 126)] {
        let watched = procmon(["run", command]).run();
        let off = procmon(["run", command]).env("PROCMON_ENABLE_MONITORING", "false").run();
        off.check_failure(code, watched.err());
        assert_eq!(watched.code, Some(code));
    }
    let folder = tempfile::tempdir().unwrap();
    let script = folder.path().join("script");
    fs::write(&script, "echo $1; kill -TERM $$").unwrap();
    assert_eq!(program("chmod", [Path::new("+x"), &script]).run().code, Some(0));
    let words = ["run", script.to_str().unwrap(), "word"];
    let finished = procmon(words).env("PROCMON_ENABLE_MONITORING", "no").run();
    assert_eq!((finished.signal, finished.out()), (Some(15), "word\n"));
}

#[test]
fn profiles_can_be_ones_own() {
    let folder =
        project("[run]\nprofile = \"ci\"\n[profiles.ci]\ninterval = 5\nhistory_size = 7\n");
    let named = settings(folder.path(), &[], &[]);
    let figures = |settings: &Value| {
        let fields = ["profile", "intervalMs", "maxIntervalMs", "history", "metrics"];
        fields.map(|field| settings[field].clone())
    };
    assert_eq!(
        figures(&named),
        ["ci".into(), 5000.into(), 5000.into(), 7.into(), Value::from(127)]
    );
    let object = r#"{"interval": "2s", "collect_disk_io": false, "collect_memory": false}"#;
    let own = settings(folder.path(), &[], &["--profile", object]);
    let lean = Value::from(127 - 4 - 2 - 64);
    assert_eq!(
        figures(&own),
        ["custom".into(), 2000.into(), 2000.into(), 100.into(), lean.clone()]
    );
    fs::write(folder.path().join("own.json"), object).unwrap();
    let filed = settings(folder.path(), &[("PROCMON_PROFILE", "@own.json")], &[]);
    assert_eq!(figures(&filed), figures(&own));
    let refused = in_project(folder.path(), &["run", "--profile", "cj", "true"]).run();
    let known = "standard, minimal, intensive, batch, realtime-api, daemon, ci";
    let said =
        format!("procmon: invalid value 'cj' for '--profile <NAME>' [possible values: {known}]\n");
    assert!(refused.err().starts_with(&said), "{}", refused.err());
    let words = ["attach", "--profile", r#"{"enabled": false}"#, "1"];
    let said =
        "procmon: the profile is not enabled, and there is nothing else to do than to watch\n";
    procmon(words).run().check_failure(125, said);
}

#[test]
fn each_setting_is_shown_with_its_place() {
    let folder = project(
        "quiet = true\n[run]\nprofile = \"minimal\"\nmax-interval = \"2s\"\nformat = \"csv\"\n",
    );
    let words = ["config", "--format", "json", "run", "--fixed"];
    let finished = in_project(folder.path(), &words).env("PROCMON_INTERVAL", "50ms").run();
    let line = |value: &str, source: &str, place: Value| (value.into(), source.to_owned(), place);
    assert_eq!(said(&finished, "fixed"), line("true", "command line", Value::Null));
    assert_eq!(said(&finished, "interval"), line("50ms", "variable", "PROCMON_INTERVAL".into()));
    assert_eq!(said(&finished, "quiet"), line("true", "file", "procmon.toml:1".into()));
    assert_eq!(said(&finished, "max-interval"), line("50ms", "profile", "minimal".into()));
    assert_eq!(said(&finished, "metrics"), line("cpu, memory", "profile", "minimal".into()));
    assert_eq!(said(&finished, "accounting"), line("auto", "default", Value::Null));
    assert_eq!(said(&finished, "enable-monitoring"), line("true", "default", Value::Null));
    let answer: Value = serde_json::from_slice(&finished.stdout).unwrap();
    assert_eq!((&answer["command"], &answer["file"]), (&"run".into(), &"procmon.toml".into()));
    let why = |option: &str| {
        let lines = answer["leftOut"].as_array().unwrap();
        lines.iter().find(|line| line["option"] == option).unwrap()["why"].clone()
    };
    assert_eq!(why("max-interval"), "--fixed of the command line is stronger");
    assert_eq!(why("format"), "it needs another option that is not given");
}

#[test]
fn the_table_of_settings_has_no_secrets() {
    let folder = project("[summary]\nformat = \"markdown\"\n");
    let finished = in_project(folder.path(), &["config", "--color", "never", "summary"]).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    let table: Vec<_> =
        finished.out().lines().map(|line| line.split_whitespace().collect::<Vec<_>>()).collect();
    assert!(
        table.contains(&vec!["format", "markdown", "file", "procmon.toml:2"]),
        "{}",
        finished.out()
    );
    let words = ["config", "--format", "json", "run", "--out", "https://user:hunter2@host/x"];
    let finished = procmon(words).run();
    assert_eq!(said(&finished, "out").0, "https://user:[redacted]@host/x");
    assert!(!finished.out().contains("hunter2"));
}

#[test]
fn an_unknown_command_has_no_settings() {
    let finished = procmon(["config", "ruun"]).run();
    let said = "procmon: unrecognized subcommand 'ruun'\n  hint: did you mean `run`?\n";
    finished.check_failure(2, said);
}

/// Which of these files of a process procmon opens while it watches it with a profile; `None` without strace.
fn opened(profile: &str) -> Option<Vec<&'static str>> {
    if !has_strace() {
        return None;
    }
    let mut sleeper = program("sh", ["-c", "echo ready; cat"]).start();
    assert_eq!(sleeper.line(), "ready");
    let pid = sleeper.pid().to_string();
    let watching = [
        env!("CARGO_BIN_EXE_procmon"),
        "attach",
        "--quiet",
        "--accounting",
        "poll",
        "--profile",
        profile,
    ];
    let duration = ["--no-children", "--interval", "20ms", "--duration", "500ms", &pid];
    let tracing = ["-f", "-qq", "-e", "trace=openat"].into_iter();
    let finished = program("strace", tracing.chain(watching).chain(duration)).run();
    assert_eq!(finished.code, Some(0), "{}", finished.err());
    let files = ["statm", "status", "io", "fd", "schedstat", "smaps_rollup"].into_iter();
    Some(files.filter(|file| finished.err().contains(&format!("\"/proc/{pid}/{file}\""))).collect())
}

#[test]
fn what_a_profile_switches_off_is_not_read_at_all() {
    let Some(all) = opened("standard") else { return };
    assert_eq!(all, ["statm", "status", "io", "fd", "schedstat", "smaps_rollup"]);
    assert_eq!(opened("minimal").unwrap(), ["statm", "status"]);
    assert_eq!(opened("batch").unwrap(), ["statm", "status", "io"]);
    assert_eq!(opened("realtime-api").unwrap(), ["statm", "status", "fd"]);
    let none = r#"{"collect_cpu": false, "collect_memory": false, "collect_disk_io": false, "collect_file_descriptors": false}"#;
    assert_eq!(opened(none).unwrap(), [""; 0]);
}
