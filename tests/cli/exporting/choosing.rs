//! Which processes are counted, together by what, and which are shown one by one.

use super::exporter::{Exporter, Family};
use super::page::Page;
use crate::support::procmon;

/// A shell with sleepers: two napping, one dozing, and one below a shell called parent.
fn sleepers() -> Family {
    let mut family = Family::new();
    for name in ["napping", "dozing", "nested"] {
        family.name(name, "/bin/sleep");
    }
    family.name("parent", "/bin/sh");
    family.starts("./napping 1000", "napping");
    family.starts("./napping 1001", "napping");
    family.starts("./dozing 1000", "dozing");
    family.does("./parent -c './nested 1000 & wait' & until pgrep -P $! nested; do :; done >&2");
    family
}

fn once(family: &Family, words: &[&str]) -> Page {
    let pid = family.pid();
    let ours = ["exporter", "--once", "--pid", &pid];
    let finished = procmon(ours.iter().chain(words)).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""), "{words:?}");
    Page::of(finished.out())
}

#[test]
fn patterns_let_through_or_keep_away() {
    let family = sleepers();
    let shell = std::fs::canonicalize("/bin/sh").unwrap();
    let shell = shell.file_name().unwrap().to_str().unwrap();
    let groups = |words: &[&str]| {
        let page = once(&family, words);
        let groups = page.groups().into_iter();
        groups.map(|group| if group == shell { "sh" } else { group }).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(groups(&["--exclude", "/sh$/"]), "dozing napping nested parent");
    assert_eq!(groups(&["--exclude", "ing"]).split(' ').count(), 3);
    assert_eq!(groups(&["--include", "ing"]), "dozing napping");
    assert_eq!(groups(&["--include", "/^n/", "--include", "doz"]), "dozing napping nested");
    assert_eq!(groups(&["--exclude", "/^n/", "--exclude", "sh"]), "dozing parent");
    assert_eq!(groups(&["--include", "command:1001"]), "napping");
    assert_eq!(groups(&["--include", "command:/napping 100[01]$/", "--exclude", "xyz"]), "napping");
}

#[test]
fn processes_are_named_by_number_or_name_and_bring_their_children() {
    let family = sleepers();
    let finished = procmon(["exporter", "--once", "--name", "parent", "--name", "dozing"]).run();
    let page = Page::of(finished.out());
    // Other tests' families may be there at the same time.
    assert_eq!(page.groups(), ["dozing", "nested", "parent"]);
    let pids = [family.pid(), std::process::id().to_string()];
    let words = ["exporter", "--once", "--pid", &pids[0], "--pid", &pids[1], "--include", "ing"];
    assert!(Page::of(procmon(words).run().out()).groups().contains(&"napping"));
}

#[test]
fn single_processes_are_the_busiest_and_have_their_number_name_and_group() {
    let mut family = sleepers();
    let exporter = Exporter::of(&family, &["--processes", "--top", "1"]);
    let pid = family.burns("burning");
    let labels = format!("pid=\"{pid}\",name=\"burning\",group=\"burning\"");
    let page = exporter
        .when("the busy one", |page| page.family("procmon_process_threads").contains_key(&*labels));
    assert_eq!(page.family("procmon_process_threads").len(), 1, "{}", page.text);
    page.check_with_promtool();
    let all = once(&family, &["--processes"]);
    assert!(all.family("procmon_process_start_time_seconds").len() >= 6);
    let none = once(&family, &["--processes", "--min-memory", "1GB"]);
    assert_eq!(none.family("procmon_process_threads").len(), 0);
}

#[test]
fn groups_beyond_the_room_are_counted_together_and_how_many_is_told() {
    let family = sleepers();
    let page = once(&family, &["--max-series", "2"]);
    let groups = page.family("procmon_group_processes");
    assert_eq!(groups.len(), 3, "{groups:?}");
    assert_eq!(Some(groups.values().sum::<f64>()), Some(6.0));
    assert!(groups.contains_key("group=\"other\""));
    assert_eq!(page.value("procmon_series_dropped_total"), Some(3.0));
}

#[test]
fn a_file_of_process_names_has_templates_and_children_join_their_parents() {
    let family = sleepers();
    let rules = "process_names:
- name: 'nap:{{.Matches.time}}'
  comm: [napping]
  cmdline: ['napping (?P<time>\\d+)$']
- name: 'under {{.ExeBase}}'
  comm: [parent]
- name: never
  expect: true
  comm: [nobody-has-this]
- name: 'all {{.Username}}'
  exe: [dozing]
  cmdline: ['dozing']
";
    let path = family.file("names.yml", rules);
    let user =
        String::from_utf8(std::process::Command::new("id").arg("-un").output().unwrap().stdout);
    let all = format!("all {}", user.unwrap().trim());
    let page = once(&family, &["--process-names", &path]);
    let under = page.groups().into_iter().find(|group| group.starts_with("under ")).unwrap();
    assert_eq!(page.groups(), [&*all, "nap:1000", "nap:1001", "never", under]);
    let count = |page: &Page, group: &str| {
        page.value(&format!("procmon_group_processes{{group=\"{group}\"}}"))
    };
    let counts = ["nap:1000", "never", &all, under].map(|group| count(&page, group));
    assert_eq!(counts, [Some(1.0), Some(0.0), Some(1.0), Some(2.0)]);
    let alone = once(&family, &["--process-names", &path, "--no-join"]);
    assert_eq!(count(&alone, under), Some(1.0));
    page.check_with_promtool();
}
