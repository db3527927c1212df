//! The words of the command line: what is refused, and how.

use crate::support::procmon;

fn check(words: &[&str], message: &str, hint: &str) {
    let said = format!("procmon: {message}\n  hint: {hint}\n");
    procmon(words).run().check_failure(125, &said);
}

#[test]
fn options_that_contradict_each_other_are_refused() {
    let help = "`procmon run --help` has every option";
    check(
        &["run", "--fixed", "--max-interval", "2s", "true"],
        "the argument '--fixed' cannot be used with '--max-interval <TIME>'",
        help,
    );
    check(
        &["run", "--interval", "2s", "--max-interval", "1s", "true"],
        "--max-interval 1s is below the interval of 2s",
        "`--interval 1s --fixed` samples that often all along",
    );
    let words = ["run", "--out", "x", "--summary", "x", "true"];
    procmon(words).run().check_failure(125, "procmon: --out and --summary name the same file\n");
}

#[test]
fn a_value_that_makes_no_sense_is_refused_with_what_would() {
    let help = "`procmon run --help` has every option";
    check(
        &["run", "--interval", "0", "true"],
        "invalid value '0' for '--interval <TIME>': an interval is between 1ms and 24h",
        help,
    );
    check(
        &["run", "--duration", "soon", "true"],
        "invalid value 'soon' for '--duration <TIME>': expected a time such as 500ms, 2s, 1m or 1h",
        help,
    );
    check(
        &["run", "--profile", "standards", "true"],
        "invalid value 'standards' for '--profile <NAME>' \
         [possible values: standard, minimal, intensive, batch, realtime-api, daemon]",
        "did you mean `standard`?",
    );
    check(
        &["attach", "0"],
        "invalid value '0' for '<PID>': 0 is not in 1..=4294967295",
        "`procmon attach --help` has every option",
    );
}

#[test]
fn a_command_without_run_before_it_is_told_what_to_say() {
    check(
        &["npm", "test"],
        "unrecognized subcommand 'npm'",
        "to run a command: `procmon run npm test`",
    );
    check(
        &["run", "--jsno", "npm"],
        "unexpected argument '--jsno' found",
        "did you mean `--json`?",
    );
}

#[test]
fn no_words_at_all_get_the_help_on_stderr() {
    let finished = procmon([""; 0]).run();
    assert_eq!((finished.code, finished.out()), (Some(125), ""));
    assert!(finished.err().contains("Usage: procmon [OPTIONS] <COMMAND>"));
}

#[test]
fn an_accounting_that_is_not_to_be_had_is_an_error_and_not_another_one() {
    let poll = procmon(["run", "--quiet", "--json", "--accounting", "poll", "true"]).run();
    assert!(poll.out().contains(r#""capabilities":{"tier":"2""#), "{}", poll.out());
}
