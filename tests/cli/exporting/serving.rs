//! Figures as Prometheus and its tools read them from the program, and how the program ends.

use std::fs;
use std::sync::mpsc::channel;
use std::thread;

use super::exporter::{Exporter, Family};
use super::page::Page;
use super::servers::{Server, asked, free_port, until};
use crate::support::{is_root, procmon, program};

/// A page of memory.
const PAGE_BYTES: f64 = 4096.0;

/// Ticks of processor time in a second, as /proc has them.
const TICKS: f64 = 100.0;

/// A web configuration that lets in whoever knows "p@ss/word".
const USERS: &str =
    "basic_auth_users:\n  me: $2b$04$IfTd3ZcHdShWxUCfM/GsaOCW7tUu/ilUE/a8tYnltArp1pzQ4oAqW\n";

/// "me:p@ss/word" and "me:wrong" as browsers send them.
const RIGHT: &str = "Authorization: Basic bWU6cEBzcy93b3Jk\r\n";
const WRONG: &str = "Authorization: Basic bWU6d3Jvbmc=\r\n";

/// Resident memory by /proc, in bytes.
fn resident(pid: u32) -> f64 {
    let statm = fs::read_to_string(format!("/proc/{pid}/statm")).unwrap();
    statm.split(' ').nth(1).unwrap().parse::<f64>().unwrap() * PAGE_BYTES
}

/// Processor time by /proc, in seconds.
fn processor_time(pid: u32) -> f64 {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let fields = stat.rsplit_once(") ").unwrap().1.split(' ');
    fields.skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap() / TICKS).sum()
}

#[test]
fn what_prometheus_answers_is_what_the_kernel_says() {
    let mut family = Family::new();
    let exporter = Exporter::of(&family, &["--label", "team=blue"]);
    let port = exporter.port;
    let scrape = format!(
        "[{{job_name: p, scrape_interval: 1s, static_configs: [{{targets: ['127.0.0.1:{port}']}}]}}]"
    );
    family.name("napping", "/bin/sleep");
    let naps = [1, 2, 3].map(|_| family.starts("./napping 1000", "napping"));
    let burning = family.burns("burning");
    until("the burning to end", || fs::metadata(family.folder().join("burnt")).ok());
    let Some(prometheus) = Server::prometheus(family.folder(), &scrape) else { return };
    let asked = |question: &str| {
        let answers = prometheus.query(question);
        assert!(answers.len() < 2, "{question}: {answers:?}");
        answers.first().map(|(_, value)| *value)
    };
    let count = |name: &str| asked(&format!("procmon_group_processes{{group='{name}'}}"));
    until("prometheus to have the family", || {
        (count("napping") == Some(3.0) && count("burning") == Some(1.0)).then_some(())
    });
    let memory = asked("procmon_group_resident_memory_bytes{group='napping',team='blue'}");
    assert_eq!(memory, Some(naps.iter().map(|pid| resident(*pid)).sum()));
    let threads = asked("sum by (job) (procmon_group_threads{group=~'napping|burning'})");
    assert_eq!(threads, Some(4.0));
    let by_kernel = processor_time(burning);
    let used = asked("sum(procmon_group_cpu_seconds_total{group='burning'})").unwrap();
    assert!((used - by_kernel).abs() <= 2.0 / TICKS + 0.05 * by_kernel, "{used} {by_kernel}");
    family.ends(&naps);
    until("the group to be gone from prometheus", || count("napping").is_none().then_some(()));
}

#[test]
fn one_scrape_on_stdout_has_nothing_that_promtool_would_mend() {
    let pid = std::process::id().to_string();
    for way in ["name", "user", "command", "exe", "cgroup", "role", "tool"] {
        let finished = procmon(["exporter", "--once", "--pid", &pid, "--group-by", way]).run();
        assert_eq!((finished.code, finished.err()), (Some(0), ""), "{way}");
        let page = Page::of(finished.out());
        assert!(page.family("procmon_group_processes").values().sum::<f64>() >= 2.0, "{way}");
        page.check_with_promtool();
    }
}

#[test]
fn a_signal_ends_it_and_that_is_no_failure() {
    let family = Family::new();
    for signal in ["INT", "TERM"] {
        let exporter = Exporter::of(&family, &[]);
        let page = exporter.scrape();
        assert_eq!(page.value("procmon_build_info{version=\"0.1.0\"}"), Some(1.0));
        let finished = exporter.end(signal);
        assert_eq!((finished.code, finished.out(), finished.err()), (Some(0), "", ""), "{signal}");
    }
    let exporter = Exporter::start(&[]);
    let told = format!("procmon: figures at http://127.0.0.1:{}/metrics\n", exporter.port);
    assert_eq!(exporter.end("TERM").err(), told);
}

#[test]
fn it_ends_with_the_process_that_it_is_for() {
    let family = Family::new();
    let exporter = Exporter::of(&family, &[]);
    drop(family);
    let finished = exporter.finish();
    assert_eq!((finished.code, finished.out(), finished.err()), (Some(0), "", ""));
}

#[test]
fn others_may_look_only_after_a_warning() {
    let port = free_port();
    let listen = format!("0.0.0.0:{port}");
    let running = procmon(["exporter", "--quiet", "--listen", &listen]).start();
    until("the exporter to listen", || asked(port, "/healthz", ""));
    running.signal("TERM");
    let told = running.finish();
    assert_eq!(told.code, Some(0));
    let begin = format!("procmon: the server listens on {listen}: ");
    assert!(told.err().starts_with(&begin) && told.err().lines().count() == 1, "{}", told.err());
}

#[test]
fn a_password_is_asked_for_and_a_broken_new_one_is_told_at_once_and_not_taken() {
    let family = Family::new();
    let config = family.file("web.yml", USERS);
    let (port, pid) = (free_port(), family.pid());
    let line = "exec \"$0\" exporter --quiet --pid $1 --listen $2 --web-config $3 2>&1";
    let ours = env!("CARGO_BIN_EXE_procmon");
    let words = ["-c", line, ours, &pid, &port.to_string(), &config];
    let mut exporter = program("sh", words).start();
    let status = |headers: &str| asked(port, "/metrics", headers).map(|answer| answer.status);
    until("the exporter to listen", || status(""));
    assert_eq!([status(""), status(WRONG), status(RIGHT)], [Some(401), Some(401), Some(200)]);
    family.file("web.yml", "basic_auth_users:\n  me: nothing\n");
    // It looks at the file when it is asked, once a second at most.
    let (heard, hearing) = channel();
    thread::spawn(move || heard.send((exporter.line(), exporter)).unwrap());
    let (told, exporter) = until("a line about the file", || {
        assert_eq!(status(RIGHT), Some(200));
        hearing.try_recv().ok()
    });
    let place = format!("procmon: {config}, line 2: ");
    assert!(told.starts_with(&place) && told.contains("me has is no bcrypt hash"), "{told}");
    assert_eq!([status(WRONG), status(RIGHT)], [Some(401), Some(200)]);
    exporter.signal("TERM");
    let finished = exporter.finish();
    assert_eq!((finished.code, finished.out()), (Some(0), ""));
}

#[test]
fn another_procfs_can_be_read() {
    if !is_root() {
        return;
    }
    let words = ["exporter", "--once", "--path.procfs", "/proc", "--group-by", "user"];
    let finished = procmon(words).run();
    assert_eq!((finished.code, finished.err()), (Some(0), ""));
    assert!(Page::of(finished.out()).groups().contains(&"root"));
}
