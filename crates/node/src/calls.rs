//! Floor 12. The log of timed calls and the meter of a thread, in numbers as JavaScript has them.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use procmon_core::call_log::{
    CallLog, Caller, LogOptions, ResultsFormat, Stats, Words, pairs, timed_call, whole,
};
use procmon_model::call::CallError;
use procmon_model::process::ProcessKey;
use procmon_model::units::{Bytes, CpuTime};
use procmon_sys::last_words::{self, Registration};
use procmon_sys::{Meter, MeterReading};
use serde::Deserialize;

/// The longest that JavaScript may wait for its files: an hour.
const LONGEST_FLUSH_MS: u64 = 3_600_000;

/// A `Float64Array` to write into. It has a name since a plain `&mut` is one of our own objects to napi.
pub(crate) type Room<'a> = &'a mut [f64];

/// Where calls are logged, and by whom they are made.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct CallLogOptions {
    log_dir: PathBuf,
    error_log_file: PathBuf,
    max_bytes: u64,
    backup_count: u32,
    results_format: Option<ResultsOption>,
    thread_id: u32,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
enum ResultsOption {
    Csv,
    Jsonl,
    Parquet,
}

/// A log of calls that has its say when a signal ends the process.
pub(crate) struct Calls {
    #[expect(dead_code, reason = "kept for what its end means")]
    last_words: Registration,
    log: Arc<CallLog>,
    caller: Caller,
}

impl Calls {
    pub(crate) fn open(options: CallLogOptions) -> Self {
        let caller = Caller { process: this_process(), thread: options.thread_id };
        let log = Arc::new(CallLog::open(options.into()));
        let speaker = Arc::downgrade(&log);
        let last_words = last_words::register(move |patience| {
            if let Some(log) = speaker.upgrade() {
                log.flush_once(patience);
            }
        });
        Self { last_words, log, caller }
    }

    pub(crate) fn push(&self, numbers: &[f64], words: Words) {
        self.log.push(timed_call(numbers, words, self.caller));
    }

    pub(crate) fn collected(&self, starts_and_ends: &[f64], up_to: f64) {
        self.log.collected(&pairs(starts_and_ends), whole(up_to));
    }

    pub(crate) fn troubles(&self) -> Vec<String> {
        self.log.troubles()
    }

    pub(crate) fn flush(&self, milliseconds: f64) -> bool {
        self.log.flush(Duration::from_millis(whole(milliseconds).min(LONGEST_FLUSH_MS)))
    }

    pub(crate) fn stats(&self) -> String {
        let Stats { pushed, written, dropped, sessions } = self.log.stats();
        serde_json::json!({
            "pushed": pushed, "written": written, "dropped": dropped, "sessions": sessions,
        })
        .to_string()
    }

    pub(crate) fn seek(&self) {
        self.log.seek();
    }
}

/// What was thrown, out of its JSON text. A text that cannot be read is still told of: something was thrown.
pub(crate) fn thrown(text: Option<String>) -> Option<CallError> {
    let text = text?;
    let unreadable =
        |_| CallError { message: "[unreadable error]".to_owned(), ..CallError::default() };
    Some(serde_json::from_str(&text).unwrap_or_else(unreadable))
}

/// The meter of a thread.
pub(crate) struct Dial {
    meter: Meter,
}

impl Dial {
    pub(crate) fn open() -> Self {
        Self { meter: Meter::open() }
    }

    /// Writes a reading into the array, as far as it goes.
    pub(crate) fn read(&mut self, out: Room<'_>) {
        out.iter_mut().zip(figures(self.meter.read())).for_each(|(place, figure)| *place = figure);
    }
}

/// NaN for what is unknown.
fn figures(reading: MeterReading) -> [f64; 6] {
    let number = |value: Option<u64>| value.map_or(f64::NAN, |value| value as f64);
    [
        number(reading.cpu_user.map(CpuTime::as_nanos)),
        number(reading.cpu_system.map(CpuTime::as_nanos)),
        f64::from(u8::from(!reading.of_thread)),
        number(reading.children.map(CpuTime::as_nanos)),
        number(reading.rss.map(Bytes::get)),
        number(reading.rss_peak.map(Bytes::get)),
    ]
}

/// This process. Its start is 0 where the system does not tell.
fn this_process() -> ProcessKey {
    let pid = std::process::id();
    procmon_sys::find(pid).unwrap_or(ProcessKey { pid, start: 0 })
}

impl From<CallLogOptions> for LogOptions {
    fn from(options: CallLogOptions) -> Self {
        Self {
            directory: options.log_dir,
            error_log: options.error_log_file,
            max_bytes: options.max_bytes,
            backup_count: options.backup_count,
            results: options.results_format.map(ResultsFormat::from),
        }
    }
}

impl From<ResultsOption> for ResultsFormat {
    fn from(option: ResultsOption) -> Self {
        match option {
            ResultsOption::Csv => Self::Csv,
            ResultsOption::Jsonl => Self::Jsonl,
            ResultsOption::Parquet => Self::Parquet,
        }
    }
}
