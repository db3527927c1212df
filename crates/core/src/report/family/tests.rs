//! Floor 9. Families of the golden recordings, as a person sees them and as the summary has them.

use std::path::{Path, PathBuf};

use procmon_model::analysis::family::{ProcessTree, TreeOptions, process_tree};
use procmon_model::recording::Recording;

use crate::load;
use crate::report::page::Report;
use crate::report::text::Style;

fn golden() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut found: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|ending| ending == "jsonl")).collect();
    found.sort();
    assert!(found.len() >= 2, "{found:?}");
    found
}

fn as_it_began() -> Recording {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden");
    load::load(&folder.join("1-as-it-began.jsonl")).unwrap()
}

fn a_family(options: &TreeOptions) -> ProcessTree {
    process_tree(&as_it_began(), options)
}

fn shown(tree: &ProcessTree) -> String {
    let mut out = Vec::new();
    tree.page().text(Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn every_golden_recording_has_a_family_that_agrees_with_its_summary() {
    for path in golden() {
        let summary = load::summary(&path).unwrap();
        let tree = process_tree(&load::load(&path).unwrap(), &TreeOptions::default());
        assert_eq!(
            (tree.cpu_ms, Some(tree.process_count)),
            (summary.cpu_ms, summary.processes_seen)
        );
        assert_eq!(tree.processes_peak, summary.processes_peak);
        let own: f64 = tree.processes.iter().filter_map(|node| node.cpu_ms).sum();
        let whole = own + tree.unattributed_cpu_ms.unwrap();
        assert!((whole - summary.cpu_ms.unwrap()).abs() < 0.01, "{whole} {:?}", summary.cpu_ms);
        for (label, role) in &summary.by_role {
            let mut groups = tree.by_role.groups.iter();
            let group = groups.find(|group| group.label == *label).unwrap();
            assert_eq!(
                (group.cpu_ms.unwrap_or(0.0), group.processes),
                (role.cpu_ms, role.processes)
            );
            assert_eq!(group.duration_ms.to_bits(), role.duration_ms.to_bits(), "{label}");
            assert_eq!(group.memory_peak_bytes, role.memory_peak_bytes, "{label}");
        }
        for foremost in summary.top.cpu.iter().chain(&summary.top.memory) {
            let mut nodes = tree.processes.iter();
            let node = nodes.find(|node| node.key.pid == foremost.pid).unwrap();
            assert_eq!(
                (node.cpu_ms, node.rss_peak_bytes),
                (foremost.cpu_ms, foremost.rss_peak_bytes)
            );
            assert_eq!(
                (node.started_ms, node.ended_ms),
                (foremost.started_ms.unwrap(), foremost.ended_ms)
            );
            assert_eq!(
                (node.read_bytes, node.run_delay_ms),
                (foremost.read_bytes, foremost.run_delay_ms)
            );
        }
    }
}

#[test]
fn a_family_is_text_of_eighty_columns() {
    let text = shown(&a_family(&TreeOptions::default()));
    insta::assert_snapshot!(text, @r"
    procmon: sh -c sleep 0.1 & node -e 'const kept =…: 4 processes in 435 ms

      process                          pid       CPU  subtree   peak RSS        life
      sh: sleep 0.1 & node -e 'con…  16497   1.13 ms   111 ms  >1.70 MiB  ##########
      |-sleep                        16498  ~2.93 ms  2.93 ms  >1.51 MiB  ###.......
      |-node -e                      16499   ~104 ms   104 ms  >86.4 MiB  #########.
      |-sleep                        16524  ~3.13 ms  3.13 ms  >1.70 MiB  ........##

      life: each # is 43.5 ms, > lives on; ~ shared out by estimate; >N MiB: more
      was possible; ? not known

      by role                            processes      CPU  share   lived    memory
      node -e                                    1   104 ms   94 %  364 ms  86.4 MiB
      sleep                                      2  6.07 ms    5 %  154 ms  1.51 MiB
      sh: sleep 0.1 & node -e 'const k…          1  1.13 ms    1 %  427 ms  1.70 MiB

      by tool  processes      CPU  share   lived    memory
      node             1   104 ms   94 %  364 ms  86.4 MiB
      sleep            2  6.07 ms    5 %  154 ms  1.51 MiB
      sh               1  1.13 ms    1 %  427 ms  1.70 MiB

      longest path                             pid  own time  share     from      to
      sh: sleep 0.1 & node -e 'const kept …  16497   2.74 ms    1 %  7.22 ms  434 ms
      node -e                                16499    364 ms   85 %  9.71 ms  374 ms
      sleep                                  16524   59.9 ms   14 %   374 ms  434 ms

      CPU         111 ms; 7.42 ms of it is shared out by estimate
      processes   3 at once, 1 level below the root
      started     3, 6.9 a second on average, 3 within one second at most
      short lives 1 below 100 ms, 25 % of those that ended, with 3.13 ms of CPU
    ");
    assert!(text.lines().all(|line| line.chars().count() <= 80));
}

#[test]
fn what_is_not_listed_is_said_where_it_would_stand() {
    let options = TreeOptions { processes: Some(2), listed: 2, ..TreeOptions::default() };
    insta::assert_snapshot!(shown(&a_family(&options)), @r"
    procmon: sh -c sleep 0.1 & node -e 'const kept =…: 4 processes in 435 ms

      process                           pid      CPU  subtree   peak RSS        life
      sh: sleep 0.1 & node -e 'cons…  16497  1.13 ms   111 ms  >1.70 MiB  ##########
      |-node -e                       16499  ~104 ms   104 ms  >86.4 MiB  #########.
      |-and 2 more                                    6.07 ms

      life: each # is 43.5 ms, > lives on; ~ shared out by estimate; >N MiB: more
      was possible; ? not known

      by role     processes      CPU  share   lived    memory
      node -e             1   104 ms   94 %  364 ms  86.4 MiB
      sleep               2  6.07 ms    5 %  154 ms  1.51 MiB
      and 1 more          1  1.13 ms    1 %

      by tool     processes      CPU  share   lived    memory
      node                1   104 ms   94 %  364 ms  86.4 MiB
      sleep               2  6.07 ms    5 %  154 ms  1.51 MiB
      and 1 more          1  1.13 ms    1 %

      longest path    pid  own time  share     from      to
      node -e       16499    364 ms   85 %  9.71 ms  374 ms
      sleep         16524   59.9 ms   14 %   374 ms  434 ms
      and 1 more            2.74 ms    1 %

      CPU         111 ms; 7.42 ms of it is shared out by estimate
      processes   3 at once, 1 level below the root
      started     3, 6.9 a second on average, 3 within one second at most
      short lives 1 below 100 ms, 25 % of those that ended, with 3.13 ms of CPU
    ");
}

#[test]
fn a_family_is_markdown_in_which_the_guides_stay_in_their_cells() {
    let mut out = Vec::new();
    a_family(&TreeOptions { depth: Some(1), ..TreeOptions::default() })
        .page()
        .markdown(&mut out)
        .unwrap();
    let text = String::from_utf8(out).unwrap();
    let rows: Vec<&str> = text.lines().skip(2).take(4).collect();
    insta::assert_snapshot!(rows.join("\n"), @r"
    | process | pid | CPU | subtree | peak RSS | life |
    | --- | ---: | ---: | ---: | ---: | ---: |
    | sh: sleep 0.1 & node -e 'const kept = B… | 16497 | 1.13 ms | 111 ms | >1.70 MiB | ########## |
    | \|-sleep | 16498 | ~2.93 ms | 2.93 ms | >1.51 MiB | ###....... |
    ");
}

#[test]
fn a_family_is_csv_of_a_row_a_process() {
    let mut out = Vec::new();
    let tree = a_family(&TreeOptions::default());
    tree.rows().csv(&mut out).unwrap();
    let mut reader = csv::Reader::from_reader(out.as_slice());
    let names: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), tree.processes.len());
    let column = |name: &str| names.iter().position(|other| other == name).unwrap();
    for (row, node) in rows.iter().zip(&tree.processes) {
        let json = serde_json::to_value(node).unwrap();
        for name in ["pid", "startTime", "depth", "startedMs", "endedMs", "cpuMs", "rssSeenBytes"] {
            let cell = &row[column(name)];
            let value = json[name].as_f64();
            assert_eq!(cell.parse::<f64>().ok(), value, "{name}: {cell}");
        }
        assert_eq!(Some(&row[column("cpuBasis")]), json["cpuBasis"].as_str());
        let below = json["subtree"]["processes"].as_u64();
        assert_eq!(row[column("subtreeProcesses")].parse().ok(), below);
    }
}

#[test]
fn a_recording_without_processes_says_so() {
    let empty = Recording { records: vec![], ..as_it_began() };
    let tree = process_tree(&empty, &TreeOptions::default());
    assert!(shown(&tree).ends_with(": no process was recorded\n"), "{}", shown(&tree));
    let mut out = Vec::new();
    tree.rows().csv(&mut out).unwrap();
    assert_eq!(String::from_utf8(out).unwrap().lines().count(), 1, "the headings alone");
}

#[test]
fn a_deep_chain_keeps_its_names_in_sight() {
    let mut tree = a_family(&TreeOptions::default());
    let mut deep = tree.processes[0].clone();
    deep.depth = 40;
    deep.role = Some("far below".to_owned());
    tree.processes.push(deep);
    let text = shown(&tree);
    assert!(text.contains("\n  ..| | | | | | |-far below "), "{text}");
}
