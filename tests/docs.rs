//! Floor 12. The pages of docs/ that repeat what the code knows say the same.

use std::fs;
use std::path::Path;

use procmon_model::fields::FIELDS;
use procmon_model::metrics::{CATALOGUE, Kind, Metric};

#[test]
fn the_page_of_metrics_has_every_metric_of_the_catalogue() {
    let rows: Vec<String> = CATALOGUE
        .iter()
        .map(|metric| {
            let kind = match metric.kind {
                Kind::Counter => "counter",
                Kind::Gauge => "gauge",
            };
            let Metric { name, unit, help, linux, null_when, .. } = metric;
            let group: Vec<_> = metric.group.names().collect();
            let group = group.join(", ");
            format!("| `{name}` | {unit} | {kind} | {group} | {help} | {linux} | {null_when} |")
        })
        .collect();
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/METRICS.md");
    let page = fs::read_to_string(path).unwrap();
    let processes = page.split("## The tree").next().unwrap();
    let table: Vec<&str> = processes.lines().filter(|line| line.starts_with("| `")).collect();
    assert_eq!(table, rows);
}

#[test]
fn the_page_of_formats_has_every_column_of_a_table_in_its_order() {
    let names: Vec<String> = FIELDS.iter().map(|field| format!("`{}`", field.name)).collect();
    let expected = format!("- A row a sample: `atMs`, `fromMs`, {}, `cores` ", names.join(", "));
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/FORMAT.md");
    let page = fs::read_to_string(path).unwrap();
    assert!(page.contains(&expected), "{expected}");
}
