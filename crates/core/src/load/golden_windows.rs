//! Floor 9. The windows of recordings that denet 0.10.3 made, beside those of denet's own `aggregate_metrics`.

use procmon_model::analysis::aggregate;
use procmon_model::analysis::aggregate::{Aggregate, AggregateOptions, Method, Window};
use procmon_model::recording::Recording;
use serde_json::Value;

use super::golden::{check, goldens};

/// The samples of a window.
const WINDOW: u64 = 5;

/// Where the answers of each of denet's methods stand.
const METHODS: [(&str, &str); 3] = [
    ("mean", "aggregate_metrics"),
    ("max", "aggregate_metrics_max"),
    ("min", "aggregate_metrics_min"),
];

/// Our windows, in which the fields have the names that were asked for.
fn windows(recording: &Recording, method: &str, fields: &[&str]) -> Aggregate {
    let fields = fields.iter().map(|field| (*field).to_owned()).collect();
    let method = Some(method.to_owned());
    let options = AggregateOptions { window: Some(WINDOW), window_ms: None, method, fields };
    aggregate(recording, &options).unwrap()
}

/// Denet's windows, each beside ours.
fn pairs<'a>(
    ours: &'a Aggregate,
    denets: &'a Value,
) -> impl Iterator<Item = (&'a Window, &'a Value)> {
    let denets = denets.as_array().unwrap();
    assert_eq!(ours.windows.len(), denets.len());
    ours.windows.iter().zip(denets)
}

/// Whether the first sample has no length, and so no rate: denet counts 0 there.
fn begins_with_nothing(recording: &Recording) -> bool {
    recording.samples().next().is_some_and(|first| first.at == first.from)
}

#[test]
fn windows_hold_the_same_samples_and_end_at_the_same_moments() {
    for (name, recording, expected) in goldens() {
        let ours = windows(&recording, "mean", &["cores"]);
        assert_eq!(ours.method, Method::Mean);
        let began = recording.header.started_at.as_millis();
        for (window, denets) in pairs(&ours, &expected["aggregate_metrics"]) {
            assert_eq!(Some(window.samples), denets["_window_size"].as_u64(), "{name}");
            assert_eq!(Some(began as f64 + window.at_ms), denets["ts_ms"].as_f64(), "{name}");
        }
    }
}

#[test]
fn the_mean_the_most_and_the_least_of_a_window_are_those_of_denet() {
    for (name, recording, expected) in goldens() {
        for (method, key) in METHODS {
            let ours = windows(&recording, method, &["rssSumBytes", "threadCount", "cores"]);
            for (index, (window, denets)) in pairs(&ours, &expected[key]).enumerate() {
                let value = |field: &str| window.values.get(field).unwrap();
                check(&name, "the memory", value("rssSumBytes") / 1024.0, &denets["mem_rss_kb"]);
                check(&name, "the threads", value("threadCount"), &denets["thread_count"]);
                let counts_nothing = index == 0 && begins_with_nothing(&recording);
                let cores = match method {
                    "mean" if counts_nothing => {
                        value("cores") * (WINDOW - 1) as f64 / WINDOW as f64
                    }
                    "min" if counts_nothing => 0.0,
                    _ => value("cores"),
                };
                check(&name, &format!("the {method} of CPU"), cores * 100.0, &denets["cpu_usage"]);
            }
        }
    }
}

/// Denet's totals only grow where no process ends, so the largest until a window ends is what had moved by then.
#[test]
fn what_windows_wrote_adds_up_to_denets_total_at_the_end_of_each() {
    for (name, recording, expected) in goldens() {
        let ours = windows(&recording, "sum", &["readBytes", "writtenBytes"]);
        for (field, total) in
            [("readBytes", "disk_read_bytes"), ("writtenBytes", "disk_write_bytes")]
        {
            let (mut moved, mut most) = (0.0, 0.0_f64);
            for (window, denets) in pairs(&ours, &expected["aggregate_metrics_max"]) {
                moved += window.values.get(field).unwrap();
                most = most.max(denets[total].as_f64().unwrap());
                check(&name, field, moved, &Value::from(most));
            }
        }
    }
}

/// What `aggregate_metrics` does not look at stays what it was in the first sample: our method `first` answers it.
#[test]
fn the_processes_of_a_window_are_those_of_its_first_sample_with_denet() {
    for (name, recording, expected) in
        goldens().into_iter().filter(|(name, ..)| !name.starts_with("totals"))
    {
        let ours = windows(&recording, "first", &["processCount"]);
        for (window, denets) in pairs(&ours, &expected["aggregate_metrics"]) {
            // A sample of the root alone counts nothing.
            let Some(first) = denets.get("process_count") else { continue };
            assert_eq!(window.values.get("processCount"), first.as_f64(), "{name}");
        }
    }
}

#[test]
fn a_mean_by_time_weighs_a_sample_with_its_interval_where_denet_counts_samples() {
    for (name, recording, _) in goldens() {
        let means = windows(&recording, "timeWeightedMean", &["cores"]).windows;
        let sums = windows(&recording, "sum", &["cpuNs"]).windows;
        for (mean, sum) in means.iter().zip(&sums) {
            let cores = sum.values.get("cpuNs").unwrap() / 1e6 / (sum.at_ms - sum.from_ms);
            let ours = mean.values.get("cores").unwrap();
            assert!((ours - cores).abs() < 1e-9, "{name}: {ours} is not {cores}");
        }
        if name == "cli-tree.jsonl" {
            // The first interval, in which nothing was used, lasted for 10 ms, and the others for more than 100 ms.
            let first = |method| windows(&recording, method, &["cores"]).windows[0].values.clone();
            let both = [first("mean"), first("timeWeightedMean")];
            let both = both.map(|values| format!("{:.0} %", values.get("cores").unwrap() * 100.0));
            assert_eq!(both, ["65 %", "78 %"]);
        }
    }
}
