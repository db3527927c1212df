//! Floor 6. Tests of the table of calls, with calls whose numbers are worked out by hand.

use proptest::prelude::*;

use super::*;
use crate::call::{Call, CallError, CallForm, CallOutcome, Change, CpuScope};
use crate::fake;
use crate::process::ProcessKey;
use crate::record::{CallRecord, Record, Warning, WarningKind};
use crate::recording::Recording;
use crate::stats;
use crate::units::{Bytes, CpuTime, Elapsed, Length, WallTime};

/// A call of which no more is known than how long it took.
fn call(id: &str, name: &str, millis: u64) -> Call {
    let process = ProcessKey { pid: 7, start: 70 };
    let wall = Length::from_nanos(millis * 1_000_000);
    Call { id: id.to_owned(), wall, ..fake::call(process, name) }
}

fn with_cpu(millis: u64, shared: bool, call: Call) -> Call {
    let (cpu_user, cpu_system) = (Some(CpuTime::from_millis(millis)), Some(CpuTime::ZERO));
    let cpu_scope = Some(CpuScope::Thread);
    Call { cpu_user, cpu_system, cpu_scope, cpu_shared: shared, ..call }
}

fn thrown(class: &str, message: &str, call: Call) -> Call {
    let (class, message) = (class.to_owned(), message.to_owned());
    let error = Some(CallError { class, message, ..CallError::default() });
    Call { outcome: CallOutcome::Threw, error, ..call }
}

fn change(before: u64, after: u64) -> Change {
    Change { before: Bytes::new(before), after: Bytes::new(after) }
}

fn summary<'a>(calls: impl IntoIterator<Item = &'a Call>, options: CallsOptions) -> CallSummary {
    let mut gatherer = CallGatherer::default();
    calls.into_iter().for_each(|call| gatherer.add(call, None));
    gatherer.finish(&options)
}

fn one(calls: &[Call]) -> FunctionCalls {
    let summary = summary(calls, CallsOptions::default());
    assert_eq!(summary.functions.len(), 1, "{summary:?}");
    summary.functions.into_iter().next().unwrap()
}

#[test]
fn what_is_not_known_of_a_function_is_null() {
    let json = serde_json::to_value(one(&[call("a", "f", 4)])).unwrap();
    let expected = serde_json::json!({
        "name": "f", "form": "sync", "count": 1, "errors": 0, "unfinished": 0,
        "totalMs": 4.0, "meanMs": 4.0, "p50Ms": 4.0, "p95Ms": 4.0, "p99Ms": 4.0, "maxMs": 4.0,
        "cpuMs": null, "cpuSharedMs": null, "cpuKnown": 0, "cpuScope": null, "childrenCpuMs": null,
        "rssChangeBytes": null, "rssChangeMeanBytes": null, "heapUsedChangeMeanBytes": null,
        "rssPeakBytes": null, "gcMs": null, "processes": 1, "threads": 1,
        "firstStartedAtMs": null, "lastStartedAtMs": null,
    });
    assert_eq!(json, expected);
}

#[test]
fn durations_are_those_of_the_calls_that_ended_and_percentiles_lie_between_two_of_them() {
    let outcome = CallOutcome::Unfinished;
    let calls = [
        call("a", "f", 10),
        call("b", "f", 20),
        call("c", "f", 40),
        Call { outcome, ..call("d", "f", 9000) },
    ];
    let f = one(&calls);
    assert_eq!((f.count, f.unfinished, f.errors), (4, 1, 0));
    assert_eq!([f.total_ms, f.max_ms], [Some(70.0), Some(40.0)]);
    assert_eq!(f.mean_ms, Some(70.0 / 3.0));
    // The places 1, 1.9 and 1.98 of 0, 1 and 2.
    let percentiles = [f.p50_ms, f.p95_ms, f.p99_ms].map(|value| value.map(f64::round));
    assert_eq!((f.p50_ms, percentiles), (Some(20.0), [20.0, 38.0, 40.0].map(Some)));
    let f = one(&calls[3..]);
    assert_eq!((f.count, f.total_ms, f.mean_ms, f.p50_ms, f.max_ms), (1, None, None, None, None));
}

#[test]
fn processor_time_that_calls_share_is_never_added_to_what_is_a_calls_own() {
    let f = one(&[
        with_cpu(3, false, call("a", "f", 10)),
        with_cpu(5, true, call("b", "f", 10)),
        with_cpu(7, true, call("c", "f", 10)),
        call("d", "f", 10),
    ]);
    assert_eq!((f.cpu_ms, f.cpu_shared_ms, f.cpu_known), (Some(3.0), Some(12.0), 3));
    assert_eq!(f.cpu_scope, Some(CpuScope::Thread));
    let shared = one(&[with_cpu(5, true, call("b", "f", 10))]);
    assert_eq!((shared.cpu_ms, shared.cpu_shared_ms), (None, Some(5.0)));
    let cpu_scope = Some(CpuScope::Process);
    let mixed = one(&[
        with_cpu(3, false, call("a", "f", 10)),
        Call { cpu_scope, ..with_cpu(3, false, call("b", "f", 10)) },
        with_cpu(3, false, call("c", "f", 10)),
    ]);
    assert_eq!((mixed.cpu_ms, mixed.cpu_scope), (Some(9.0), None));
}

#[test]
fn memory_is_counted_over_the_calls_that_know_it() {
    let calls = [
        Call { rss: Some(change(100, 400)), heap_used: Some(change(50, 20)), ..call("a", "f", 1) },
        Call { rss: Some(change(400, 300)), rss_peak: Some(Bytes::new(900)), ..call("b", "f", 1) },
        Call { gc: Some(Length::from_nanos(1_500_000)), ..call("c", "f", 1) },
        Call { cpu_children: Some(CpuTime::from_millis(8)), ..call("d", "f", 1) },
    ];
    let f = one(&calls);
    assert_eq!((f.rss_change_bytes, f.rss_change_mean_bytes), (Some(200), Some(100.0)));
    assert_eq!(f.heap_used_change_mean_bytes, Some(-30.0));
    assert_eq!(f.rss_peak_bytes, Some(Bytes::new(900)));
    assert_eq!((f.gc_ms, f.children_cpu_ms), (Some(1.5), Some(8.0)));
}

#[test]
fn a_call_that_is_told_twice_is_one_and_knows_what_either_entry_knows() {
    let timer = with_cpu(3, false, call("a", "f", 10));
    // An error catcher inside of it gave another value instead of the error.
    let form = CallForm::Async;
    let catcher = Call { form, ..thrown("TypeError", "no", call("a", "caught", 9)) };
    for (calls, name, total) in
        [([&timer, &catcher], "f", 10.0), ([&catcher, &timer], "caught", 9.0)]
    {
        let summary = summary(calls, CallsOptions::default());
        assert_eq!((summary.calls, summary.errors, summary.function_count), (1, 1, 1));
        let f = &summary.functions[0];
        assert_eq!((f.name.as_str(), f.count, f.errors, f.cpu_ms), (name, 1, 1, Some(3.0)));
        assert_eq!((f.total_ms, summary.thrown[0].function.as_str()), (Some(total), name));
    }
    let unfinished = Call { outcome: CallOutcome::Unfinished, ..call("a", "f", 900) };
    for calls in [[&unfinished, &timer], [&timer, &unfinished]] {
        let f = summary(calls, CallsOptions::default()).functions.remove(0);
        assert_eq!((f.count, f.unfinished, f.total_ms), (1, 0, Some(10.0)));
    }
}

#[test]
fn the_forms_of_a_name_are_apart_and_threads_belong_to_their_process() {
    let other = ProcessKey { pid: 8, start: 80 };
    let calls = [
        call("a", "f", 5),
        Call { form: CallForm::Async, ..call("b", "f", 7) },
        Call { thread: 1, ..call("c", "f", 1) },
        Call { process: other, thread: 1, ..call("d", "f", 1) },
    ];
    let summary = summary(&calls, CallsOptions::default());
    let rows: Vec<_> = summary.functions.iter().map(|f| (f.form, f.count, f.threads)).collect();
    assert_eq!(rows, [(CallForm::Sync, 3, 3), (CallForm::Async, 1, 1)]);
    assert_eq!((summary.processes, summary.threads, summary.functions[0].processes), (2, 3, 2));
}

#[test]
fn functions_stand_in_the_order_that_is_asked_for_and_the_rest_is_counted() {
    let calls = [
        call("a1", "a", 30),
        call("b1", "b", 10),
        call("b2", "b", 11),
        call("b3", "b", 12),
        with_cpu(9, true, call("c1", "c", 20)),
        with_cpu(8, false, thrown("E", "x", call("d1", "d", 1))),
    ];
    let names = |sort| {
        let summary = summary(&calls, CallsOptions { sort, top: None });
        summary.functions.into_iter().map(|function| function.name).collect::<String>()
    };
    let sorts = CallSort::NAMED.map(|(name, sort)| (name, names(sort)));
    let expected = [
        ("total", "bacd"),
        ("mean", "acbd"),
        ("p95", "acbd"),
        ("count", "bacd"),
        ("cpu", "cdab"),
        ("errors", "dabc"),
        ("name", "abcd"),
    ];
    assert_eq!(sorts, expected.map(|(sort, names)| (sort, names.to_owned())));
    let some = summary(&calls, CallsOptions { top: Some(1), ..CallsOptions::default() });
    assert_eq!((some.functions.len(), some.function_count, some.calls), (1, 4, 6));
}

#[test]
fn errors_are_counted_by_class_message_and_function() {
    let calls = [
        thrown("TypeError", "no", call("a", "f", 1)),
        thrown("TypeError", "no", call("b", "f", 1)),
        thrown("TypeError", "no", call("c", "g", 1)),
        Call { outcome: CallOutcome::Threw, ..call("d", "f", 1) },
    ];
    let summary = summary(&calls, CallsOptions::default());
    let told = summary.thrown.iter().map(|error| {
        (error.class.as_deref(), error.message.as_deref(), error.function.as_str(), error.count)
    });
    let expected = [
        (Some("TypeError"), Some("no"), "f", 2),
        (None, None, "f", 1),
        (Some("TypeError"), Some("no"), "g", 1),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    assert_eq!((summary.errors, summary.error_count), (4, 3));
}

#[test]
fn the_calls_of_a_recording_are_at_its_times() {
    let record = |id: &str, started| {
        let (started, at) = (Elapsed::from_millis(started), Elapsed::from_millis(started + 5));
        Record::Call(Box::new(CallRecord { at, started, call: call(id, "f", 5) }))
    };
    let (at, message) = (Elapsed::ZERO, String::new());
    let warning = Warning { at, kind: WarningKind::CallsDropped, count: 12, message };
    let torn = Warning { kind: WarningKind::Torn, count: 1, ..warning.clone() };
    let header = crate::record::Header {
        started_at: WallTime::from_nanos(5_000_000_000),
        ..fake::header(ProcessKey { pid: 1, start: 7 })
    };
    let records = vec![record("a", 250), Record::Warning(warning), record("b", 100)];
    let recording = Recording { header, records, warnings: vec![torn] };
    let summary = summarize_calls(&recording, &CallsOptions::default());
    assert_eq!((summary.calls, summary.dropped), (2, 12));
    let span = (summary.first_started_at, summary.last_started_at);
    let at = |millis: u64| Some(WallTime::from_nanos(millis * 1_000_000));
    assert_eq!(span, (at(5100), at(5250)));
    assert_eq!(summary.warnings[0].kind, WarningKind::Torn);
}

#[test]
fn nothing_comes_to_nothing() {
    let summary = summary(&[], CallsOptions::default());
    assert_eq!((summary.calls, summary.function_count, summary.processes), (0, 0, 0));
    assert_eq!(
        (summary.first_started_at, summary.functions, summary.thrown),
        (None, vec![], vec![])
    );
}

/// Calls of a few functions, each with an id of its own.
fn some_calls() -> impl Strategy<Value = Vec<Call>> {
    let one = (0u32..4, 0u64..5000, any::<bool>(), any::<bool>(), prop::option::of(0u64..100));
    prop::collection::vec(one, 0..60).prop_map(|all| {
        let calls = all.into_iter().enumerate();
        let call =
            |(at, (name, millis, threw, shared, cpu)): (usize, (u32, u64, bool, bool, _))| {
                let call = call(&format!("call {at}"), &format!("f{name}"), millis);
                let call = if threw { thrown("E", "x", call) } else { call };
                let Some(cpu) = cpu else { return call };
                with_cpu(cpu, shared, Call { rss: Some(change(cpu * 3, millis)), ..call })
            };
        calls.map(call).collect()
    })
}

proptest! {
    #[test]
    fn percentiles_are_those_of_a_plain_sort(calls in some_calls()) {
        let summary = summary(&calls, CallsOptions::default());
        for function in &summary.functions {
            let own = calls.iter().filter(|call| call.name == function.name);
            let mut millis: Vec<f64> = own.map(|call| call.wall.as_millis()).collect();
            millis.sort_by(f64::total_cmp);
            for (p, found) in [(50.0, function.p50_ms), (95.0, function.p95_ms), (99.0, function.p99_ms)] {
                prop_assert_eq!(found, stats::percentile(&millis, p));
            }
            prop_assert_eq!(function.max_ms, millis.last().copied());
            prop_assert_eq!(function.count, millis.len() as u64);
        }
        prop_assert_eq!(summary.calls, calls.len() as u64);
    }

    #[test]
    fn files_that_overlap_come_to_what_one_file_comes_to(
        calls in some_calls(),
        from in 0usize..60,
        to in 0usize..60,
        backwards in any::<bool>(),
    ) {
        let (from, to) = (from.min(calls.len()), to.min(calls.len()));
        let mut several: Vec<&Call> = calls[..to].iter().chain(&calls[from.min(to)..]).collect();
        if backwards {
            several.reverse();
        }
        let options = CallsOptions { sort: CallSort::Name, top: None };
        prop_assert_eq!(summary(several, options), summary(&calls, options));
    }
}
