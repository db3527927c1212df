//! Floor 9. The text of a summary, as a person sees it.

use procmon_model::analysis::Summary;

use super::page::Report;
use super::text::{Style, verdict, write};

/// A jest run that was killed, with something of everything.
const SUMMARY: &str = r#"{
  "schema": "procmon/summary@1", "command": ["npm", "test"], "cwd": "/home/me/app", "pid": 4100,
  "startedAtMs": 1700000000000, "durationMs": 12416.25, "exitCode": null, "signal": "SIGKILL",
  "cpuMs": 18230.5, "cpuUserMs": 15900, "cpuSystemMs": 2330.5, "coresMean": 1.468, "coresPeak": 1.98, "coresAvailable": 2,
  "memoryPeakBytes": 851443712, "memoryPeakAtMs": 7101.5, "rssSumPeakBytes": 1127428915, "pssPeakBytes": 838860800,
  "swapPeakBytes": 1048576, "runDelayMs": 812.5, "blockDelayMs": 20,
  "pressure": { "cpuSomeMs": 3120.5, "ioSomeMs": 20.25, "ioFullMs": 10, "memorySomeMs": 0, "memoryFullMs": 0 },
  "readBytes": 12582912, "writtenBytes": 3565158, "netRxBytes": 3145728, "netTxBytes": 2048,
  "netUnattributedRxBytes": 4096, "netUnattributedTxBytes": 0, "byThreadName": { "V8Worker": { "cpuMs": 812, "countPeak": 4 } },
  "processesSeen": 23, "processesPeak": 7, "threadsPeak": 61, "samples": 41,
  "accounting": { "tier": "1", "exact": false, "seen": 23, "lost": 0, "missedAtMost": 0, "estimatedCpuMs": 212.5,
    "reasons": ["the events came late"] },
  "byRole": {}, "top": { "cpu": [
    { "pid": 4141, "startTime": 1, "parentPid": 4120, "name": "node", "role": "jest worker 2", "command": "node processChild.js",
      "startedMs": 900, "endedMs": 12200, "exitCode": null, "signal": "SIGKILL", "cpuMs": 6100, "cpuEstimated": false,
      "rssPeakBytes": 327155712, "readBytes": 0, "writtenBytes": 0, "oomKilled": true },
    { "pid": 4150, "startTime": 1, "parentPid": 4141, "name": "git", "role": "a role with \u001b[31m colour and 日本語 in it", "command": "git",
      "startedMs": 1000, "endedMs": null, "exitCode": null, "signal": null, "cpuMs": 12.25, "cpuEstimated": true,
      "rssPeakBytes": null, "rssSeenBytes": 4194304, "readBytes": null, "writtenBytes": null } ], "memory": [] },
  "oomKills": 1, "oomKilled": [ { "pid": 4141, "startTime": 1, "parentPid": 4120, "name": "node", "role": "jest worker 2",
    "command": "node processChild.js", "startedMs": 900, "endedMs": 12200, "exitCode": null, "signal": "SIGKILL", "cpuMs": 6100,
    "cpuEstimated": false, "rssPeakBytes": 327155712, "rssSeenBytes": 327155712, "oomKilled": true } ],
  "memoryPeak": { "atMs": 7101.5, "memoryBytes": 851443712, "rssSumBytes": 1127428915, "holders": [
    { "pid": 4141, "startTime": 1, "role": "jest worker 2", "rssBytes": 327155712, "sharedBytes": 41943040 } ] },
  "survivorCount": 7, "survivors": [
    { "pid": 4150, "startTime": 1, "parentPid": 1, "name": "esbuild", "role": "esbuild service", "command": "esbuild --service",
      "startedMs": 1000, "endedMs": null, "exitCode": null, "signal": null, "cpuMs": null, "cpuEstimated": false,
      "rssPeakBytes": null, "readBytes": null, "writtenBytes": null } ],
  "warnings": [ { "atMs": 5, "kind": "outputFailed", "count": 3,
    "message": "3 records could not be written to run.jsonl: No space left on device (os error 28)" } ],
  "own": { "cpuMs": 21.5, "rssPeakBytes": 6396313, "wakeUps": 123 } }"#;

fn summary() -> Summary {
    serde_json::from_str(SUMMARY).unwrap()
}

fn text(width: usize, colour: bool) -> String {
    let mut out = Vec::new();
    write(&summary(), Style { width, colour }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_page_of_eighty_columns_holds_everything_and_no_line_is_longer() {
    insta::assert_snapshot!(text(80, false), @r"
    procmon: npm test was ended by SIGKILL after 12.4 s

      CPU         18.2 s (user 15.9 s, system 2.33 s): 1.47 of 2 cores on average,
                  1.98 at most
      memory      812 MiB at most, at 7.10 s (estimate: shared pages once); 1.05 GiB
                  as the sum of RSS; 800 MiB as PSS; 1.00 MiB in swap
      processes   23 seen, 7 at once, 61 threads at most; none missed
      storage     12.0 MiB read, 3.40 MiB written
      network     TCP: 3.00 MiB received, 2.00 KiB sent; 4.00 KiB and 0 B more in
                  the namespace, of processes unknown
      waits       first threads 812 ms for a CPU, 20.0 ms for storage; the machine
                  was short of CPU for 3.12 s, of storage for 20.2 ms
      accounting  tier 1: kernel events for every process; 212 ms of the CPU is
                  shared out by estimate
                  the events came late
      procmon     21.5 ms of CPU (0.2 % of a core), 6.10 MiB, 123 wake-ups; 41
                  samples
      warning     jest worker 2 (pid 4141), which held 312 MiB, was killed by the
                  kernel for want of memory
      warning     3 records could not be written to run.jsonl: No space left on
                  device (os error 28)

      most CPU                      pid       CPU  share   peak RSS   lived    ended
      jest worker 2                4141    6.10 s   33 %    312 MiB  11.3 s  SIGKILL
      a role with �[31m colour a…  4150  ~12.2 ms    0 %  >4.00 MiB  11.4 s    alive
      > more was possible, ? not seen: CAP_NET_ADMIN or --trace tell each peak

      most memory, at 7.10 s   pid      RSS  of it shared
      jest worker 2           4141  312 MiB      40.0 MiB

      threads named     CPU  in a process
      V8Worker       812 ms             4

      still running     pid
      esbuild service  4150
      and 6 more
    ");
    assert!(text(80, false).lines().all(|line| unicode_width::UnicodeWidthStr::width(line) <= 80));
}

#[test]
fn a_wide_page_does_not_wrap() {
    insta::assert_snapshot!(text(200, false), @r"
    procmon: npm test was ended by SIGKILL after 12.4 s

      CPU         18.2 s (user 15.9 s, system 2.33 s): 1.47 of 2 cores on average, 1.98 at most
      memory      812 MiB at most, at 7.10 s (estimate: shared pages once); 1.05 GiB as the sum of RSS; 800 MiB as PSS; 1.00 MiB in swap
      processes   23 seen, 7 at once, 61 threads at most; none missed
      storage     12.0 MiB read, 3.40 MiB written
      network     TCP: 3.00 MiB received, 2.00 KiB sent; 4.00 KiB and 0 B more in the namespace, of processes unknown
      waits       first threads 812 ms for a CPU, 20.0 ms for storage; the machine was short of CPU for 3.12 s, of storage for 20.2 ms
      accounting  tier 1: kernel events for every process; 212 ms of the CPU is shared out by estimate
                  the events came late
      procmon     21.5 ms of CPU (0.2 % of a core), 6.10 MiB, 123 wake-ups; 41 samples
      warning     jest worker 2 (pid 4141), which held 312 MiB, was killed by the kernel for want of memory
      warning     3 records could not be written to run.jsonl: No space left on device (os error 28)

      most CPU                                    pid       CPU  share   peak RSS   lived    ended
      jest worker 2                              4141    6.10 s   33 %    312 MiB  11.3 s  SIGKILL
      a role with �[31m colour and 日本語 in it  4150  ~12.2 ms    0 %  >4.00 MiB  11.4 s    alive
      > more was possible, ? not seen: CAP_NET_ADMIN or --trace tell each peak

      most memory, at 7.10 s   pid      RSS  of it shared
      jest worker 2           4141  312 MiB      40.0 MiB

      threads named     CPU  in a process
      V8Worker       812 ms             4

      still running     pid
      esbuild service  4150
      and 6 more
    ");
}

#[test]
fn colour_adds_nothing_to_the_words() {
    let coloured = text(80, true);
    let mut plain = String::new();
    for part in coloured.split("\x1b[") {
        plain += part
            .split_once('m')
            .filter(|_| !plain.is_empty() || coloured.starts_with('\x1b'))
            .map_or(part, |(_, rest)| rest);
    }
    assert_ne!(coloured, plain);
    assert_eq!(plain, text(80, false));
}

#[test]
fn the_verdict_says_how_it_ended() {
    let mut summary = summary();
    assert_eq!(verdict(&summary), "npm test was ended by SIGKILL after 12.4 s");
    summary.signal = None;
    summary.exit_code = Some(3);
    assert_eq!(verdict(&summary), "npm test exited with 3 after 12.4 s");
    summary.exit_code = None;
    assert_eq!(verdict(&summary), "npm test was watched for 12.4 s");
}

#[test]
fn a_long_command_gives_way_to_what_became_of_it() {
    let mut summary = summary();
    summary.command = vec!["x".repeat(100)];
    let mut out = Vec::new();
    write(&summary, Style::default(), &mut out).unwrap();
    let page = String::from_utf8(out).unwrap();
    let first = page.lines().next().unwrap();
    assert_eq!(first.chars().count(), 80, "{first}");
    assert!(first.ends_with("x… was ended by SIGKILL after 12.4 s"), "{first}");
}

#[test]
fn a_recording_that_was_cut_before_its_first_sample_is_said_to_have_none() {
    let nothing = Summary { signal: None, samples: 0, ..summary() };
    assert_eq!(verdict(&nothing), "npm test: the recording has no samples");
}

#[test]
fn sentences_of_a_recording_cannot_move_the_cursor() {
    let mut summary = summary();
    summary.accounting.reasons = vec!["a\x1b[2J\nb".to_owned()];
    summary.warnings[0].message = "c\x1b[2J\nd".to_owned();
    let mut out = Vec::new();
    write(&summary, Style::default(), &mut out).unwrap();
    let page = String::from_utf8(out).unwrap();
    let lines: Vec<&str> = page.lines().filter(|line| line.contains('\u{fffd}')).collect();
    assert_eq!(lines[0], "              a\u{fffd}[2J\u{fffd}b");
    assert_eq!(lines[1], "  warning     c\u{fffd}[2J\u{fffd}d");
    assert!(!page.contains('\x1b'));
}

#[test]
fn survivors_are_said_to_have_ended_only_where_all_of_them_have() {
    let table = |reaped: bool, signal: Option<&str>| {
        let mut summary = summary();
        summary.survivors_reaped = reaped;
        summary.survivors[0].signal = signal.map(str::to_owned);
        summary.survivors[0].ended_ms = signal.map(|_| 13_000.0);
        let mut out = Vec::new();
        write(&summary, Style::default(), &mut out).unwrap();
        let page = String::from_utf8(out).unwrap();
        let (_, table) = page.rsplit_once("\n\n").unwrap();
        table.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>()
    };
    let killed = Some("SIGKILL");
    let row = "esbuild service         4150  SIGKILL";
    assert_eq!(table(true, killed), ["outlived it, and ended   pid    ended", row, "and 6 more"]);
    assert_eq!(table(false, killed)[0], "outlived it       pid    ended");
    assert_eq!(table(false, None)[0], "still running     pid");
}

#[test]
fn the_page_for_a_comment_has_the_totals_and_how_far_they_can_be_trusted() {
    let mut out = Vec::new();
    summary().page().markdown(&mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap(), @r"
    **npm test was ended by SIGKILL after 12.4 s**

    | of the whole run | value |
    | --- | ---: |
    | wall time | 12.4 s |
    | CPU time | 18.2 s |
    | of it user | 15.9 s |
    | of it system | 2.33 s |
    | cores, mean | 1.47 |
    | cores, peak | 1.98 |
    | memory, peak (estimate) | 812 MiB |
    | memory, peak sum of RSS | 1.05 GiB |
    | memory, peak PSS | 800 MiB |
    | largest process | ? |
    | read | 12.0 MiB |
    | written | 3.40 MiB |
    | received over TCP | 3.00 MiB |
    | sent over TCP | 2.00 KiB |
    | processes | 23 |
    | processes at once | 7 |
    | threads at once | 61 |
    | samples | 41 |

    - accounting: tier 1: kernel events for every process; 212 ms of the CPU is shared out by estimate
    - note: the events came late
    - procmon: 21.5 ms of CPU (0.2 % of a core), 6.10 MiB, 123 wake-ups; 41 samples
    - warning: jest worker 2 (pid 4141), which held 312 MiB, was killed by the kernel for want of memory
    - warning: 3 records could not be written to run.jsonl: No space left on device (os error 28)

    | most CPU | pid | CPU | peak RSS | read | written | ended |
    | --- | ---: | ---: | ---: | ---: | ---: | ---: |
    | jest worker 2 | 4141 | 6.10 s | 312 MiB | 0 B | 0 B | SIGKILL |
    | a role with �\[31m colour and 日本語 in it | 4150 | ~12.2 ms | >4.00 MiB | ? | ? | alive |
    ");
}

#[test]
fn the_table_for_a_spreadsheet_has_each_total_under_its_name_in_the_json() {
    let mut out = Vec::new();
    summary().page().csv(&mut out).unwrap();
    let table = String::from_utf8(out).unwrap();
    let json: serde_json::Value = serde_json::from_str(SUMMARY).unwrap();
    let mut rows = table.lines();
    assert_eq!(rows.next(), Some("name,value"));
    for row in rows {
        let (name, value) = row.split_once(',').unwrap();
        let expected = json.get(name).filter(|value| !value.is_null());
        assert_eq!(value, expected.map_or(String::new(), ToString::to_string), "{name}");
    }
    assert_eq!(table.lines().count(), 19);
}
