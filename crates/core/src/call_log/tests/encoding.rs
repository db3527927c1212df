//! Floor 10. What stands in a line.

use procmon_model::call::Call;
use procmon_model::process::ProcessKey;
use procmon_model::units::{Length, WallTime};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::Value;

use super::given::{call, failed};
use crate::call_log::encode::{self, Missing};
use crate::call_log::outlet::Encode;
use crate::call_log::{TimedCall, table};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    started_monotonic_ns: u64,
    ended_monotonic_ns: u64,
    #[serde(flatten)]
    call: Call,
}

fn encoded(encode: Encode, timed: &TimedCall) -> String {
    let mut text = Vec::new();
    encode(timed, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

#[test]
fn a_line_begins_with_how_much_it_matters_and_when_it_was() {
    let line = encoded(encode::timing, &call("a"));
    insta::assert_snapshot!(line.trim_end(), @r#"{"level":"info","startedAt":"2025-01-15T10:35:22.003456Z","startedMonotonicNs":1000,"endedMonotonicNs":2500,"id":"a","parentId":null,"name":"build","form":"asyncGenerator","args":"[1, \"x\"]","pid":7,"startTime":70,"threadId":3,"outcome":"returned","error":null,"wallNs":1500,"activeNs":1400,"cpuUserNs":1000,"cpuSystemNs":200,"cpuScope":"thread","cpuShared":false,"childrenCpuNs":0,"rssBytes":{"before":900,"after":700,"change":-200},"rssPeakBytes":950,"heapUsedBytes":{"before":10,"after":30,"change":20},"externalBytes":{"before":1,"after":1,"change":0},"arrayBuffersBytes":{"before":0,"after":5,"change":5},"gcNs":null,"gcCount":null,"eventLoopActiveNs":8,"eventLoopIdleNs":9}"#);
}

#[test]
fn the_file_of_errors_alone_has_the_stack_and_the_cause() {
    let timing: Value = serde_json::from_str(&encoded(encode::timing, &failed("a"))).unwrap();
    let error: Value = serde_json::from_str(&encoded(encode::error, &failed("a"))).unwrap();
    assert_eq!(timing["level"], "error");
    insta::assert_snapshot!(timing["error"], @r#"{"class":"TypeError","code":"E_X","message":"no \"x\",\nno y"}"#);
    insta::assert_snapshot!(error["error"], @r#"{"cause":{"class":"Error","code":null,"message":""},"class":"TypeError","code":"E_X","message":"no \"x\",\nno y","stack":"TypeError: no\n    at f"}"#);
}

#[test]
fn missing_calls_have_a_line_of_their_own() {
    let mut text = Vec::new();
    let missing = Missing { calls: 12, pid: 7, thread: 3 };
    encode::missing(missing, WallTime::from_nanos(1_000), &mut text).unwrap();
    insta::assert_snapshot!(String::from_utf8(text).unwrap().trim_end(), @r#"{"level":"warn","at":"1970-01-01T00:00:00.000001Z","dropped":12,"pid":7,"threadId":3}"#);
}

#[test]
fn a_row_of_the_table_has_an_empty_cell_for_what_is_unknown() {
    let names = String::from_utf8(table::names()).unwrap();
    let row = encoded(table::csv, &failed("a"));
    insta::assert_snapshot!(format!("{names}{row}"), @r#"
    startedAt,id,parentId,name,form,outcome,wallNs,activeNs,cpuUserNs,cpuSystemNs,cpuScope,cpuShared,childrenCpuNs,rssBeforeBytes,rssAfterBytes,rssChangeBytes,rssPeakBytes,heapUsedBeforeBytes,heapUsedAfterBytes,heapUsedChangeBytes,externalBeforeBytes,externalAfterBytes,externalChangeBytes,arrayBuffersBeforeBytes,arrayBuffersAfterBytes,arrayBuffersChangeBytes,gcNs,gcCount,eventLoopActiveNs,eventLoopIdleNs,pid,startTime,threadId,errorClass,errorMessage,errorCode,args
    2025-01-15T10:35:22.003456Z,a,,build,asyncGenerator,threw,1500,1400,1000,200,thread,false,0,900,700,-200,950,10,30,20,1,1,0,0,5,5,,,8,9,7,70,3,TypeError,"no ""x"",
    no y",E_X,"[1, ""x""]"
    "#);
}

#[test]
fn a_row_as_an_object_has_the_names_of_the_columns_and_their_order() {
    let row = encoded(table::json, &call("a"));
    let names = String::from_utf8(table::names()).unwrap();
    let places: Vec<usize> = names
        .trim_end()
        .split(',')
        .map(|name| row.find(&format!("\"{name}\":")).unwrap())
        .collect();
    assert!(places.is_sorted(), "{row}");
    let row: Value = serde_json::from_str(&row).unwrap();
    assert_eq!(row.as_object().unwrap().len(), 37);
    assert_eq!((&row["gcNs"], &row["rssChangeBytes"]), (&Value::Null, &Value::from(-200)));
}

proptest! {
    #[test]
    fn a_line_is_one_line_and_is_read_as_it_was_written(
        words in any::<[String; 3]>(),
        arguments in any::<Option<String>>(),
        numbers in any::<[u64; 4]>(),
        pid in any::<u32>(),
    ) {
        let [id, name, parent] = words;
        let [started, ended, wall, start] = numbers;
        let base = failed(&id);
        let process = ProcessKey { pid, start };
        let wall = Length::from_nanos(wall);
        let told = Call { name, parent: Some(parent), arguments, process, wall, ..base.call };
        let timed = TimedCall { call: told, started, ended, ..base };
        let line = encoded(encode::error, &timed);
        prop_assert_eq!(line.find('\n'), Some(line.len() - 1));
        let read: Line = serde_json::from_str(&line).unwrap();
        prop_assert_eq!((read.started_monotonic_ns, read.ended_monotonic_ns), (started, ended));
        prop_assert_eq!(read.call, timed.call);
    }

    #[test]
    fn a_row_is_read_as_it_was_written(id in any::<String>(), arguments in any::<String>()) {
        let base = call(&id);
        let told = Call { arguments: Some(arguments.clone()), ..base.call };
        let row = encoded(table::csv, &TimedCall { call: told, ..base });
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(row.as_bytes());
        let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        prop_assert_eq!(rows.len(), 1);
        prop_assert_eq!((&rows[0][1], &rows[0][36]), (id.as_str(), arguments.as_str()));
    }
}
