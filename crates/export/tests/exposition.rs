//! Floor 11. What other programs read in our texts: promtool, and the parsers of Python's `prometheus_client`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use procmon_export::census::{Figures, Scene};
use procmon_export::exposition::{Exposition, Format, Names};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde::Deserialize;

use crate::support::programs::{answer, program, skip};
use crate::support::scenes::{self, scene};

/// The parsers, pinned.
const PARSERS: &str = "prometheus_client==0.26.0";

/// The system's own Python.
const PYTHON: &str = "/usr/bin/python3";

const ALL_NAMES: [Names; 4] =
    [Names::Procmon, Names::ProcessExporter, Names::DarwinExporter, Names::PerPid];

/// A family as a parser of Python tells it.
#[derive(Debug, Deserialize)]
struct Found {
    name: String,
    #[serde(rename = "type")]
    kind: String,
    unit: String,
    samples: Vec<(String, BTreeMap<String, String>, f64)>,
}

/// A sample: name, labels, value.
type Sample = (String, BTreeMap<String, String>, f64);

fn encoded(scene: &Scene, names: Names, format: Format) -> String {
    let mut text = String::new();
    Exposition::new(names, Vec::new(), format).unwrap().encode(scene, &mut text);
    text
}

/// The folder with the parsers, which stays; `None` where the index of packages cannot be asked.
fn parsers() -> Option<&'static Path> {
    static FOLDER: OnceLock<Option<PathBuf>> = OnceLock::new();
    FOLDER
        .get_or_init(|| {
            let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(PARSERS);
            let target = folder.to_str()?;
            let mut words = vec!["-m", "pip", "install", "--quiet", "--no-deps"];
            words.extend(["--only-binary", ":all:", "--target", target, PARSERS]);
            let is_there = folder.join("installed").exists();
            if !is_there && !Command::new(PYTHON).args(words).status().ok()?.success() {
                skip("prometheus_client could not be had");
                return None;
            }
            fs::write(folder.join("installed"), "").unwrap();
            Some(folder)
        })
        .as_deref()
}

/// What a parser of Python finds in a text.
fn found(text: &str, format: Format) -> Option<Vec<Found>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/parse.py");
    let format = if format == Format::Text { "text" } else { "openmetrics" };
    let path = format!("PYTHONPATH={}", parsers()?.display());
    let words = [&path, PYTHON, "-X", "utf8", script.to_str().unwrap(), format];
    let (code, found, trouble) = answer("/usr/bin/env", &words, text);
    assert_eq!((code, trouble.as_str()), (0, ""), "the parser of {format}");
    Some(serde_json::from_str(&found).unwrap())
}

/// The samples of a text, as its specification reads: a name, labels in braces, a value.
fn parsed(text: &str) -> Vec<Sample> {
    let lines = text.split('\n').filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.map(sample).collect()
}

fn sample(line: &str) -> Sample {
    let name_end = line.find(['{', ' ']).unwrap();
    let (name, mut rest) = line.split_at(name_end);
    let mut labels = BTreeMap::new();
    if let Some(inner) = rest.strip_prefix('{') {
        rest = inner;
        while !rest.starts_with('}') {
            let (label, quoted) = rest.split_once("=\"").unwrap();
            let (value, after) = unescaped(quoted);
            assert_eq!(labels.insert(label.trim_start_matches(',').to_owned(), value), None);
            rest = after;
        }
        rest = &rest[1..];
    }
    (name.to_owned(), labels, rest.strip_prefix(' ').unwrap().parse().unwrap())
}

/// What stands before the closing quote, and what comes behind it.
fn unescaped(quoted: &str) -> (String, &str) {
    let mut value = String::new();
    let mut letters = quoted.char_indices();
    loop {
        match letters.next().unwrap() {
            (place, '"') => return (value, &quoted[place + 1..]),
            (_, '\\') => value.push(match letters.next().unwrap().1 {
                'n' => '\n',
                letter @ ('\\' | '"') => letter,
                other => panic!("\\{other} is no escape"),
            }),
            (_, letter) => value.push(letter),
        }
    }
}

/// Values of labels with everything in them that a format could stumble over.
fn any_value() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("\"".to_owned()),
        Just("\\".to_owned()),
        Just("\n".to_owned()),
        "[\\x00-\\x1f\\x7f]",
        "[{}=,# \u{85}\u{2028}é🦀]",
        "[a-z0-9]{1,4}",
        any::<String>(),
    ];
    proptest::collection::vec(pieces, 0..6).prop_map(|pieces| pieces.concat())
}

#[test]
fn promtool_has_nothing_to_say_of_our_names() {
    let Some(promtool) = program("promtool") else { return };
    let text = encoded(&scene(&["jest", "we\"ird\\\n\t"]), Names::Procmon, Format::Text);
    let checked = answer(promtool, &["check", "metrics"], &text);
    assert_eq!(checked, (0, String::new(), String::new()), "{text}");
}

#[test]
fn python_reads_in_both_formats_what_was_meant_under_all_names() {
    for names in ALL_NAMES {
        let scene = scene(&["jest", "webpack"]);
        let (text, open) =
            (encoded(&scene, names, Format::Text), encoded(&scene, names, Format::OpenMetrics));
        let Some(from_text) = found(&text, Format::Text) else { return };
        let samples = |families: &[Found]| -> Vec<Sample> {
            families.iter().flat_map(|family| family.samples.clone()).collect()
        };
        let mut meant = parsed(&text);
        // The parser gives every counter this ending; the peer's names do without it once.
        for (name, ..) in meant.iter_mut().filter(|(name, ..)| name.ends_with("_partial_errors")) {
            name.push_str("_total");
        }
        assert_eq!(samples(&from_text), meant, "{names:?}");
        let from_open = found(&open, Format::OpenMetrics).unwrap();
        assert_eq!(samples(&from_open), parsed(&open), "{names:?}");
    }
}

#[test]
fn openmetrics_families_have_the_kinds_and_units_that_we_say() {
    let text = encoded(&scene(&["jest"]), Names::Procmon, Format::OpenMetrics);
    let Some(families) = found(&text, Format::OpenMetrics) else { return };
    let told = |name: &str| {
        let family = families.iter().find(|family| family.name == name).unwrap();
        (family.kind.as_str(), family.unit.as_str())
    };
    assert_eq!(told("procmon_group_cpu_seconds"), ("counter", "seconds"));
    assert_eq!(told("procmon_process_resident_memory_bytes"), ("gauge", "bytes"));
    assert_eq!(told("procmon_group_max_fd_ratio"), ("gauge", "ratio"));
    assert_eq!(told("procmon_run"), ("info", ""));
}

#[test]
fn ten_thousand_values_of_labels_are_read_back_as_they_were() {
    let mut runner = TestRunner::deterministic();
    let values: BTreeSet<String> =
        std::iter::repeat_with(|| any_value().new_tree(&mut runner).unwrap().current())
            .take(20_000)
            .collect();
    assert!(values.len() >= 10_000, "{} differ", values.len());
    let mut scene = scene(&[]);
    for value in &values {
        let mut group = scenes::group(value);
        group.figures = Figures::default();
        scene.groups.push(group);
    }
    for format in [Format::Text, Format::OpenMetrics] {
        let text = encoded(&scene, Names::Procmon, format);
        let of_groups = |samples: Vec<Sample>| -> Vec<String> {
            let counts = samples.into_iter().filter(|(name, ..)| name == "procmon_group_processes");
            counts.map(|(_, labels, _)| labels["group"].clone()).collect()
        };
        assert!(of_groups(parsed(&text)).iter().eq(&values), "{format:?}");
        let Some(families) = found(&text, format) else { continue };
        let samples = families.into_iter().flat_map(|family| family.samples).collect();
        assert!(of_groups(samples).iter().eq(&values), "{format:?}, by Python");
    }
}

proptest! {
    #[test]
    fn any_value_of_a_label_is_read_back_as_it_was(name in any_value(), label in any_value()) {
        let mut text = String::new();
        let common = vec![("team".to_owned(), label.clone())];
        let exposition = Exposition::new(Names::Procmon, common, Format::Text).unwrap();
        exposition.encode(&scene(&[&name]), &mut text);
        for (sample, labels, _) in parsed(&text) {
            prop_assert_eq!(&labels["team"], &label, "{}", sample);
            if sample.starts_with("procmon_group_") {
                prop_assert_eq!(&labels["group"], &name, "{}", sample);
            }
        }
    }
}
