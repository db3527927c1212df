//! Floor 6. Windows over recordings whose figures can be worked out by hand.

use proptest::prelude::*;

use super::*;
use crate::analysis::OptionsError;
use crate::analysis::fixture::{recording, tree};
use crate::fields::FIELDS;
use crate::record::Record;

/// Samples at uneven intervals: 2, 1, 0.5 and 1 cores; 100, 300, 200 and 400 bytes.
fn uneven() -> Vec<Record> {
    vec![
        tree(0, 100, 200, 100),
        tree(100, 400, 300, 300),
        tree(400, 1000, 300, 200),
        tree(1000, 1500, 500, 400),
    ]
}

fn options(window: u64, method: &str, fields: &[&str]) -> AggregateOptions {
    AggregateOptions {
        window: Some(window),
        window_ms: None,
        method: Some(method.to_owned()),
        fields: fields.iter().map(|field| (*field).to_owned()).collect(),
    }
}

fn by_time(window_ms: f64) -> AggregateOptions {
    AggregateOptions { window: None, window_ms: Some(window_ms), ..options(1, "sum", &["cpuNs"]) }
}

/// The values of the first window that holds every sample.
fn whole(method: &str, fields: &[&str]) -> Vec<(&'static str, Option<f64>)> {
    let answer = aggregate(&recording(uneven()), &options(100, method, fields)).unwrap();
    assert_eq!(answer.windows.len(), 1);
    answer.windows[0].values.0.clone()
}

fn check(method: &str, cores: f64, memory: f64) {
    let expected = [("cores", Some(cores)), ("memoryBytes", Some(memory))];
    let found = whole(method, &["cpuNs", "memoryBytes"]);
    for ((name, value), (expected_name, expected)) in found.iter().zip(expected) {
        assert_eq!(*name, expected_name, "{method}");
        let (value, expected) = (value.unwrap(), expected.unwrap());
        assert!((value - expected).abs() < 1e-9, "{method} of {name}: {value}, not {expected}");
    }
}

#[test]
fn every_method_works_on_the_rate_of_a_counter_and_on_the_values_of_a_gauge() {
    check("mean", 1.125, 250.0);
    check("timeWeightedMean", 1.3 / 1.5, (10.0 + 90.0 + 120.0 + 200.0) / 1.5);
    check("max", 2.0, 400.0);
    check("min", 0.5, 100.0);
    check("median", 1.0, 250.0);
    check("p50", 1.0, 250.0);
    check("p90", 1.7, 370.0);
    check("p95", 1.85, 385.0);
    check("p99", 1.97, 397.0);
}

#[test]
fn a_sum_is_the_growth_of_a_counter_and_not_known_of_a_gauge() {
    assert_eq!(
        whole("sum", &["cores", "memoryBytes"]),
        [("cpuNs", Some(1.3e9)), ("memoryBytes", None)]
    );
    let every = aggregate(&recording(uneven()), &options(2, "sum", &[])).unwrap();
    let counters = FIELDS.iter().filter(|field| field.rate.is_some());
    assert_eq!(every.fields, counters.map(|field| field.name).collect::<Vec<_>>());
}

#[test]
fn the_first_and_the_last_are_what_they_were_asked_for() {
    let fields = ["cpuNs", "cores", "memoryBytes"];
    let expected = [("cpuNs", Some(0.2e9)), ("cores", Some(2.0)), ("memoryBytes", Some(100.0))];
    assert_eq!(whole("first", &fields), expected);
    let expected = [("cpuNs", Some(0.5e9)), ("cores", Some(1.0)), ("memoryBytes", Some(400.0))];
    assert_eq!(whole("last", &fields), expected);
}

#[test]
fn a_field_and_its_rate_are_one_column_and_no_fields_are_all_of_them() {
    assert_eq!(whole("max", &["cores", "cpuNs", "cores"]), [("cores", Some(2.0))]);
    let every = aggregate(&recording(uneven()), &options(9, "max", &[])).unwrap();
    assert_eq!(every.fields.len(), FIELDS.len());
    let names: Vec<&str> = every.windows[0].values.0.iter().map(|(name, _)| *name).collect();
    assert_eq!(names, every.fields);
    assert_eq!(every.windows[0].values.get("readBytesPerSecond"), None);
}

#[test]
fn windows_of_a_number_hold_that_many_and_the_last_holds_the_rest() {
    let answer = aggregate(&recording(uneven()), &options(3, "sum", &["cpuNs"])).unwrap();
    let found: Vec<_> = answer
        .windows
        .iter()
        .map(|window| (window.from_ms, window.at_ms, window.samples, window.values.get("cpuNs")))
        .collect();
    assert_eq!(found, [(0.0, 1000.0, 3, Some(0.8e9)), (1000.0, 1500.0, 1, Some(0.5e9))]);
}

#[test]
fn windows_of_a_time_hold_the_samples_that_end_in_them_and_empty_ones_are_left_out() {
    let answer = aggregate(&recording(uneven()), &by_time(400.0)).unwrap();
    let found: Vec<_> = answer
        .windows
        .iter()
        .map(|window| (window.from_ms, window.at_ms, window.samples))
        .collect();
    assert_eq!(found, [(0.0, 400.0, 2), (400.0, 1000.0, 1), (1000.0, 1500.0, 1)]);
    let fine = aggregate(&recording(uneven()), &by_time(0.000_001)).unwrap();
    assert_eq!(fine.windows.len(), 4);
}

#[test]
fn a_recording_without_samples_has_no_windows() {
    let answer = aggregate(&recording(vec![]), &options(1, "mean", &[])).unwrap();
    assert_eq!((answer.windows, answer.method), (vec![], Method::Mean));
}

#[test]
fn a_sample_without_length_has_no_rate() {
    let moment = recording(vec![tree(5, 5, 10, 30)]);
    let answer = |method| {
        let options = options(1, method, &["cores", "memoryBytes"]);
        aggregate(&moment, &options).unwrap().windows[0].values.0.clone()
    };
    assert_eq!(answer("mean"), [("cores", None), ("memoryBytes", Some(30.0))]);
    assert_eq!(answer("timeWeightedMean"), [("cores", None), ("memoryBytes", None)]);
}

#[test]
fn options_that_make_no_sense_are_refused_with_what_would() {
    let refused = |options: AggregateOptions| {
        aggregate(&recording(uneven()), &options).unwrap_err().to_string()
    };
    let both = AggregateOptions { window_ms: Some(5.0), ..options(1, "mean", &[]) };
    assert_eq!(refused(both), "a window is a number of samples or a time, not both");
    let neither = AggregateOptions { window: None, ..options(1, "mean", &[]) };
    assert_eq!(refused(neither), "a window is needed: a number of samples or a time");
    assert_eq!(refused(options(0, "mean", &[])), "a window is longer than 0");
    assert_eq!(refused(by_time(0.0)), "a window is longer than 0");
    assert_eq!(refused(by_time(-1.0)), "windowMs must be a number from 0 on, not -1");
    assert_eq!(refused(by_time(f64::NAN)), "windowMs must be a number from 0 on, not NaN");
    let known = "mean, timeWeightedMean, max, min, sum, median, p50, p90, p95, p99, first, last";
    let unknown = format!("unknown method 'average' (known: {known})");
    assert_eq!(refused(options(1, "average", &[])), unknown);
    let unknown = refused(options(1, "mean", &["cores", "gpu"]));
    assert!(unknown.starts_with("unknown field 'gpu' (known: cpuNs, departedCpuNs, "), "{unknown}");
    assert!(unknown.ends_with(", tookCores)"), "{unknown}");
    let error = aggregate(&recording(vec![]), &options(1, "mean", &["gpu"])).unwrap_err();
    assert_eq!(error, OptionsError::UnknownField { name: "gpu".to_owned() });
}

#[test]
fn the_values_of_a_window_are_an_object_in_the_order_of_the_fields() {
    let options = options(4, "sum", &["memoryBytes", "cpuNs"]);
    let answer = aggregate(&recording(uneven()), &options).unwrap();
    assert_eq!(
        serde_json::to_string(&answer).unwrap(),
        concat!(
            r#"{"method":"sum","window":4,"windowMs":null,"fields":["memoryBytes","cpuNs"],"#,
            r#""windows":[{"fromMs":0.0,"atMs":1500.0,"samples":4,"#,
            r#""values":{"memoryBytes":null,"cpuNs":1300000000.0}}]}"#,
        )
    );
}

/// Samples one after the other, of any length and with any growth.
fn any_samples() -> impl Strategy<Value = Vec<Record>> {
    prop::collection::vec((0u64..3000, 0u64..5000, 0u64..1_000_000_000), 0..40).prop_map(
        |samples| {
            let mut from = 0;
            let record = |(length, cpu, memory)| {
                let record = tree(from, from + length, cpu, memory);
                from += length;
                record
            };
            samples.into_iter().map(record).collect()
        },
    )
}

fn any_window() -> impl Strategy<Value = AggregateOptions> {
    prop_oneof![
        (1u64..50).prop_map(|window| options(window, "sum", &["cpuNs"])),
        (0.5f64..9000.0).prop_map(by_time),
    ]
}

proptest! {
    #[test]
    fn windows_hold_every_sample_once_and_their_sums_are_the_whole(
        samples in any_samples(),
        options in any_window(),
    ) {
        let answer = aggregate(&recording(samples.clone()), &options).unwrap();
        let count: u64 = answer.windows.iter().map(|window| window.samples).sum();
        prop_assert_eq!(count, samples.len() as u64);
        prop_assert!(answer.windows.iter().all(|window| window.samples > 0));
        for pair in answer.windows.windows(2) {
            prop_assert_eq!(Some(pair[0].at_ms), Some(pair[1].from_ms));
        }
        let sum: f64 = answer.windows.iter().filter_map(|window| window.values.get("cpuNs")).sum();
        let everything = AggregateOptions { window: Some(1000), window_ms: None, ..options };
        let everything = aggregate(&recording(samples), &everything).unwrap();
        let whole = everything.windows.first().and_then(|window| window.values.get("cpuNs"));
        prop_assert_eq!(Some(sum), whole.or(Some(0.0)));
    }

    #[test]
    fn no_value_is_anything_but_a_number_between_the_least_and_the_largest(
        samples in any_samples(),
        options in any_window(),
    ) {
        let answer = |method: &str| {
            let method = Some(method.to_owned());
            let fields = vec!["cores".to_owned(), "memoryBytes".to_owned()];
            let options = AggregateOptions { method, fields, ..options.clone() };
            aggregate(&recording(samples.clone()), &options).unwrap().windows
        };
        let (least, largest) = (answer("min"), answer("max"));
        for (name, _) in Method::ALL.iter().filter(|(name, _)| *name != "sum") {
            for ((window, least), largest) in answer(name).iter().zip(&least).zip(&largest) {
                for (field, value) in &window.values.0 {
                    let Some(value) = *value else { continue };
                    let (least, largest) = (least.values.get(field).unwrap(), largest.values.get(field).unwrap());
                    let slack = largest.abs() * 1e-9;
                    prop_assert!(value >= least - slack && value <= largest + slack, "{name} of {field}: {value}");
                }
            }
        }
    }
}
