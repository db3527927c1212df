//! Recordings of earlier versions load for ever: each of `tests/golden/` gives the summary that lies beside it.
//!
//! A later version may add fields to a summary. Those that an earlier one wrote keep their names and values.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::support::{Results, procmon};

/// An object whose names are data, so that a further name in it would be one.
const NAMES_ARE_DATA: &str = "environment";

/// The recordings, in the order of their names.
fn recordings() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "jsonl")).collect();
    found.sort();
    assert!(found.len() >= 2, "{found:?}");
    found
}

/// The summary that procmon makes of a recording.
fn summary_of(recording: &Path) -> Value {
    let words = ["summary", "--format", "json", recording.to_str().unwrap()];
    let finished = procmon(words).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""), "{}", recording.display());
    serde_json::from_slice(&finished.stdout).unwrap()
}

/// The summary of a recording with this text, and what it warns of: the kind and the number of each.
fn summary_and_warnings(text: &str) -> (Value, Vec<(String, u64)>) {
    let results = Results::new();
    fs::write(results.path("run.jsonl"), text).unwrap();
    let mut summary = summary_of(&results.path("run.jsonl"));
    let warnings = summary.as_object_mut().unwrap().remove("warnings").unwrap();
    let told = warnings.as_array().unwrap().iter().map(|warning| {
        (warning["kind"].as_str().unwrap().to_owned(), warning["count"].as_u64().unwrap())
    });
    (summary, told.collect())
}

/// Where `found` lacks something that was expected, or says something else; further fields may stand in it.
fn differences(expected: &Value, found: &Value, at: &str) -> Vec<String> {
    match (expected, found) {
        (Value::Object(fields), Value::Object(_)) => fields
            .iter()
            .flat_map(|(name, value)| match found.get(name) {
                Some(other) => differences(value, other, &format!("{at}.{name}")),
                None => vec![format!("{at}.{name} is missing")],
            })
            .collect(),
        (Value::Array(values), Value::Array(others)) if values.len() == others.len() => values
            .iter()
            .zip(others)
            .enumerate()
            .flat_map(|(at_index, (value, other))| {
                differences(value, other, &format!("{at}[{at_index}]"))
            })
            .collect(),
        _ if expected == found => Vec::new(),
        _ => vec![format!("{at} is {found} and not {expected}")],
    }
}

/// Adds a field to every object of a record.
fn add_a_field(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            let known = fields.iter_mut().filter(|(name, _)| *name != NAMES_ARE_DATA);
            known.for_each(|(_, value)| add_a_field(value));
            fields.insert("fromTheFuture".to_owned(), json!({ "watts": [3, null] }));
        }
        Value::Array(values) => values.iter_mut().for_each(add_a_field),
        _ => {}
    }
}

/// The recording with a field more in each of its objects.
fn with_unknown_fields(text: &str) -> String {
    let changed = text.lines().map(|line| {
        let mut record: Value = serde_json::from_str(line).unwrap();
        add_a_field(&mut record);
        format!("{record}\n")
    });
    changed.collect()
}

#[test]
fn every_recording_of_an_earlier_version_gives_the_summary_that_it_gave_then() {
    for recording in recordings() {
        let kept = fs::read_to_string(recording.with_extension("summary.json")).unwrap();
        let expected: Value = serde_json::from_str(&kept).unwrap();
        let differences = differences(&expected, &summary_of(&recording), "summary");
        assert!(differences.is_empty(), "{}: {differences:#?}", recording.display());
    }
}

#[test]
fn a_field_that_is_missing_or_other_is_told_and_a_further_one_is_not() {
    let expected = json!({ "a": 1, "b": [{ "c": null }], "d": "x" });
    let further = json!({ "a": 1, "b": [{ "c": null, "e": 2 }], "d": "x", "f": null });
    assert_eq!(differences(&expected, &further, "s"), [""; 0]);
    let other = json!({ "a": 1.5, "b": [{}] });
    assert_eq!(
        differences(&expected, &other, "s"),
        ["s.a is 1.5 and not 1", "s.b[0].c is missing", "s.d is missing"]
    );
    let shorter = json!({ "a": 1, "b": [], "d": "x" });
    assert_eq!(differences(&expected, &shorter, "s"), [r#"s.b is [] and not [{"c":null}]"#]);
}

#[test]
fn fields_that_nobody_knows_change_nothing() {
    for recording in recordings() {
        let text = fs::read_to_string(&recording).unwrap();
        let whole = summary_and_warnings(&text);
        assert_eq!(summary_and_warnings(&with_unknown_fields(&text)), whole);
    }
}

#[test]
fn records_that_nobody_knows_cost_a_warning_and_nothing_else() {
    for recording in recordings() {
        let text = fs::read_to_string(&recording).unwrap();
        let (summary, warnings) = summary_and_warnings(&text);
        let (header, rest) = text.split_once('\n').unwrap();
        let unknown = r#"{"type":"gpu","atMs":1.5,"watts":3}"#;
        let longer = format!("{header}\n{unknown}\n{rest}{unknown}\n");
        let expected = [warnings, vec![("linesSkipped".to_owned(), 2)]].concat();
        assert_eq!(summary_and_warnings(&longer), (summary, expected));
    }
}

#[test]
fn a_torn_last_line_costs_a_warning_and_nothing_else() {
    for recording in recordings() {
        let text = fs::read_to_string(&recording).unwrap();
        let (summary, warnings) = summary_and_warnings(&text);
        let last = text.lines().last().unwrap();
        let torn = format!("{text}{}", &last[..last.len() / 2]);
        let expected = [warnings, vec![("torn".to_owned(), 1)]].concat();
        assert_eq!(summary_and_warnings(&torn), (summary, expected));
    }
}
