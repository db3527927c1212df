//! Floor 9. Tests of the pages of calls.

use procmon_model::analysis::calls::{CallSort, FunctionCalls};
use procmon_model::analysis::{CallSummary, CallsOptions};
use procmon_model::call::{CallForm, CpuScope};

use super::super::page::{Page, Report};
use super::super::text::Style;
use super::*;
use crate::load::Loader;
use crate::load::calls::calls;

const GOLDEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/golden/calls");

fn summary(options: CallsOptions) -> CallSummary {
    calls(&[GOLDEN], &Loader::default(), &options).unwrap()
}

fn shown(page: &Page) -> String {
    let mut out = Vec::new();
    page.text(Style::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn table(page: &Page) -> String {
    let mut out = Vec::new();
    page.csv(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_function_is_a_row_and_shared_processor_time_is_a_bound() {
    insta::assert_snapshot!(shown(&summary(CallsOptions::default()).page()), @r"
    procmon: 6 calls of 3 functions, 1 threw, 1 did not end

      called in   3 threads of 2 processes
      dropped     12 calls, of which nothing more is known

      function  calls  errors    total     mean      p95      max       CPU
      build         2       0   400 ms   200 ms   290 ms   300 ms  ≤ 280 ms
      parse         3       1  60.0 ms  20.0 ms  29.0 ms  30.0 ms   38.5 ms
      watch         1       0        ?        ?        ?        ?         ?

      function      p50      p99       GC  children   RSS/call  heap/call  peak RSS
      build      200 ms   298 ms  3.00 ms   40.0 ms  +2.50 MiB  +2.00 MiB   125 MiB
      parse     20.0 ms  29.8 ms        ?         ?          ?          ?         ?
      watch           ?        ?        ?         ?          ?          ?         ?

      ≤: at most so much, since other calls ran meanwhile or it is that of the whole
      process.
    ");
}

#[test]
fn what_was_thrown_is_a_page_of_its_own() {
    let summary = summary(CallsOptions::default());
    insta::assert_snapshot!(shown(&CallErrors(&summary).page()), @r#"
    procmon: 6 calls of 3 functions, 1 threw, 1 did not end

      error                                         times  function
      SyntaxError: Unexpected token } in JSON, "a"      1  parse
    "#);
    let expected = "class,message,function,form,count\n\
        SyntaxError,\"Unexpected token }\nin JSON, \"\"a\"\"\",parse,sync,1\n";
    assert_eq!(table(&CallErrors(&summary).rows()), expected);
}

#[test]
fn the_table_for_programs_has_every_number_bare() {
    insta::assert_snapshot!(table(&summary(CallsOptions::default()).rows()), @r"
    name,form,count,errors,unfinished,totalMs,meanMs,p50Ms,p95Ms,p99Ms,maxMs,cpuMs,cpuSharedMs,cpuKnown,cpuScope,childrenCpuMs,rssChangeBytes,rssChangeMeanBytes,heapUsedChangeMeanBytes,rssPeakBytes,gcMs,processes,threads,firstStartedAtMs,lastStartedAtMs
    build,async,2,0,0,400,200,200,290,298,300,,280,2,thread,40,5242880,2621440,2097152,131072000,3,1,1,1795281651100,1795281651300
    parse,sync,3,1,0,60,20,20,29,29.8,30,38.5,,2,thread,,,,,,,1,2,1795281651110,1795281651700
    watch,async,1,0,1,,,,,,,,,0,,,,,,,,1,1,1795281652000,1795281652000
    ");
}

#[test]
fn what_is_left_out_is_counted() {
    let some = summary(CallsOptions { sort: CallSort::Name, top: Some(1) });
    let text = shown(&some.page());
    assert!(text.ends_with("\n  1 of 3 functions are listed.\n"), "{text}");
    let some = summary(CallsOptions { top: Some(0), ..CallsOptions::default() });
    let text = shown(&CallErrors(&some).page());
    assert!(text.ends_with("\n  0 of 1 different errors are listed.\n"), "{text}");
}

#[test]
fn the_forms_of_one_name_are_told_apart_and_no_name_has_a_word() {
    let mut some = summary(CallsOptions::default());
    let plain = some.functions[2].clone();
    let other = FunctionCalls { form: CallForm::Sync, ..plain.clone() };
    let nameless = FunctionCalls { name: String::new(), ..plain.clone() };
    some.functions = vec![plain, other, nameless];
    let text = shown(&some.page());
    let names: Vec<&str> = text.lines().skip(6).take(3).map(|line| &line[2..17]).collect();
    assert_eq!(names, ["watch (async)  ", "watch (sync)   ", "(anonymous)    "]);
}

#[test]
fn processor_time_of_a_process_is_a_bound_on_its_threads() {
    let mut function = summary(CallsOptions::default()).functions.remove(1);
    assert_eq!(words::cpu(&function), "38.5 ms");
    function.cpu_scope = Some(CpuScope::Process);
    assert_eq!(words::cpu(&function), "≤ 38.5 ms");
    function.cpu_shared_ms = Some(1.5);
    assert_eq!(words::cpu(&function), "≤ 40.0 ms");
    (function.cpu_ms, function.cpu_shared_ms) = (None, None);
    assert_eq!(words::cpu(&function), "?");
    assert_eq!([5e3, -5e3, 0.0, -0.2].map(words::change), ["+4.88 KiB", "-4.88 KiB", "0 B", "0 B"]);
}

#[test]
fn nothing_is_said_to_be_nothing() {
    let nothing = procmon_model::analysis::CallGatherer::default().finish(&CallsOptions::default());
    assert_eq!(shown(&nothing.page()), "procmon: no calls\n");
    assert_eq!(shown(&CallErrors(&nothing).page()), "procmon: no calls\n");
}
