//! The table of calls: `procmon calls` over recordings, logs and results.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Finished, Results, procmon};

/// A folder with a log and results of six calls, and a recording of the same ones.
const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/calls");

fn golden(name: &str) -> String {
    format!("{GOLDEN}/{name}")
}

fn answer(words: &[&str]) -> String {
    let finished = procmon([&["calls"], words].concat()).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""), "{words:?}");
    finished.out().to_owned()
}

fn json_answer(words: &[&str]) -> Value {
    serde_json::from_str(&answer(&[words, &["--format", "json"]].concat())).unwrap()
}

#[test]
fn a_call_counts_once_however_many_files_hold_it() {
    let folder = json_answer(&[GOLDEN]);
    assert_eq!((&folder["calls"], &folder["dropped"]), (&json!(6), &json!(12)));
    let (log, older) = (golden("timing.log"), golden("timing.log.1"));
    let (errors, results) = (golden("error.log"), golden("timing_results.jsonl"));
    assert_eq!(json_answer(&[&log, &older]), folder);
    assert_eq!(json_answer(&[&errors, &older, &results, &log]), folder);
    assert_eq!(json_answer(&[&golden("recording.jsonl")]), folder);
    let recording = fs::read(golden("recording.jsonl")).unwrap();
    let from_stdin = procmon(["calls", "--format", "json", "-"]).input(recording).run();
    assert_eq!(serde_json::from_str::<Value>(from_stdin.out()).unwrap(), folder);
}

#[test]
fn the_numbers_of_a_function_are_exact_and_null_where_they_are_not_known() {
    let folder = json_answer(&["--sort", "name", GOLDEN]);
    let build = json!({
        "name": "build", "form": "async", "count": 2, "errors": 0, "unfinished": 0,
        "totalMs": 400.0, "meanMs": 200.0, "p50Ms": 200.0, "p95Ms": 290.0, "p99Ms": 298.0,
        "maxMs": 300.0, "cpuMs": null, "cpuSharedMs": 280.0, "cpuKnown": 2, "cpuScope": "thread",
        "childrenCpuMs": 40.0, "rssChangeBytes": 5_242_880, "rssChangeMeanBytes": 2_621_440.0,
        "heapUsedChangeMeanBytes": 2_097_152.0, "rssPeakBytes": 131_072_000, "gcMs": 3.0,
        "processes": 1, "threads": 1,
        "firstStartedAtMs": 1_795_281_651_100u64, "lastStartedAtMs": 1_795_281_651_300u64,
    });
    assert_eq!(folder["functions"][0], build);
    let thrown = json!([{
        "class": "SyntaxError", "message": "Unexpected token }\nin JSON, \"a\"",
        "function": "parse", "form": "sync", "count": 1,
    }]);
    assert_eq!(folder["thrown"], thrown);
    assert_eq!(folder["sort"], "name");
}

#[test]
fn text_fits_eighty_columns_and_says_bounds_as_bounds() {
    let text = answer(&[GOLDEN]);
    assert!(
        text.starts_with("procmon: 6 calls of 3 functions, 1 threw, 1 did not end\n"),
        "{text}"
    );
    assert!(text.contains("\n  build         2       0   400 ms "), "{text}");
    assert!(text.contains("  ≤ 280 ms\n"), "{text}");
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    let few = answer(&["--sort", "errors", "--top", "1", GOLDEN]);
    assert!(few.contains("\n  parse ") && !few.contains("\n  build "), "{few}");
    let errors = answer(&["--errors", &golden("error.log")]);
    let expected = "procmon: 1 call of 1 function, 1 threw\n\n  \
        error                                         times  function\n  \
        SyntaxError: Unexpected token } in JSON, \"a\"      1  parse\n";
    assert_eq!(errors, expected);
    let comment = answer(&["--format", "markdown", GOLDEN]);
    assert!(comment.contains("\n| parse | 3 | 1 | 60.0 ms |"), "{comment}");
    let table = answer(&["--format", "csv", "--top", "1", GOLDEN]);
    assert!(table.starts_with("name,form,count,errors,unfinished,totalMs,"), "{table}");
    assert!(
        table.contains("\nbuild,async,2,0,0,400,200,200,290,298,300,,280,2,thread,40,"),
        "{table}"
    );
}

#[test]
fn what_is_wrong_with_a_file_is_said_and_does_not_keep_the_rest_from_counting() {
    let results = Results::new();
    let text = fs::read_to_string(golden("timing.log")).unwrap();
    fs::write(results.path("x"), format!("hello\n{}", &text[..text.len() - 9])).unwrap();
    let path = results.word("x");
    let Finished { code, stdout, stderr, .. } = procmon(["calls", &path]).run();
    let said = format!(
        "procmon: {path}: lines that are no records were passed over: 1\n\
         procmon: {path}: the last line was cut and is missing\n"
    );
    assert_eq!((code, String::from_utf8(stderr).unwrap()), (Some(0), said));
    assert!(stdout.starts_with(b"procmon: 3 calls of 2 functions, 1 threw\n"));
}

#[test]
fn what_holds_no_calls_is_refused() {
    let results = Results::new();
    fs::write(results.path("x"), "hello\n").unwrap();
    let (path, folder) = (results.word("x"), results.word("."));
    let neither = "neither a recording nor a log of calls nor a table of their results";
    let hint = "calls are what `timer` and `errorCatcher` of the npm package write";
    let message = format!("procmon: {path}: {neither}\n  hint: {hint}\n");
    procmon(["calls", &path]).run().check_failure(1, &message);
    let hint = "the names of its files begin with timing.log, error.log or timing_results";
    let nothing = "there is no log of calls in the folder";
    let message = format!("procmon: {folder}: {nothing}\n  hint: {hint}\n");
    procmon(["calls", &folder]).run().check_failure(1, &message);
    procmon(["calls", "-", "-"])
        .run()
        .check_failure(2, "procmon: standard input can be named once\n");
    let refused = procmon(["calls", "--sort", "tottal", &path]).run();
    assert_eq!(refused.code, Some(2));
    assert!(refused.err().ends_with("  hint: did you mean `total`?\n"), "{}", refused.err());
}

#[test]
fn rows_that_processes_left_become_a_table_that_is_read_as_the_rows_are() {
    let results = Results::new();
    let (folder, table) = (results.word("."), results.path("timing_results.parquet"));
    let rows = fs::read_to_string(golden("timing_results.jsonl")).unwrap();
    let (first, rest) = rows.split_at(rows.find('\n').unwrap() + 1);
    // No process has so large a number; ours has not ended, and says that it is done.
    let own = std::process::id();
    for (name, text) in [(format!("{}-1-0", u32::MAX), first), (format!("{own}-1-0"), rest)] {
        fs::write(results.path(&format!("timing_results.{name}.rows.jsonl")), text).unwrap();
        let words = ["calls", "--gather-results", &folder, "--of", &own.to_string()];
        let finished = procmon(words).run();
        assert_eq!((finished.code, finished.out(), finished.err()), (Some(0), "", ""));
    }
    assert!(fs::read(&table).unwrap().starts_with(b"PAR1"));
    let mut names: Vec<_> =
        fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!(names, ["timing_results.parquet", "timing_results.parquet.lock"]);
    let expected = json_answer(&[&golden("timing_results.jsonl")]);
    assert_eq!(json_answer(&[&results.word("timing_results.parquet")]), expected);
    let from_stdin = procmon(["calls", "-"]).input(fs::read(&table).unwrap()).run();
    let message = "standard input: results as Parquet, which the command line alone reads, \
        and from a file by its name";
    from_stdin.check_failure(1, &format!("procmon: {message}\n"));
}
