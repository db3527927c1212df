//! Floor 12. `procmon aggregate`: the samples of a recording, window by window.

use std::time::Duration;

use clap::Args;
use clap::builder::PossibleValuesParser;
use procmon_model::analysis::aggregate::Method;
use procmon_model::analysis::{AggregateOptions, aggregate};

use super::question::{RecordingWords, fields};
use super::shown::{ShowWords, Shown};
use crate::duration;
use crate::failure::Failure;
use crate::printer::Printer;

const EXAMPLES: &str = "\
Examples:
  procmon aggregate --window 5s run.jsonl
  procmon aggregate --window 10 --method p95 --field cores --field memoryBytes run.jsonl
  procmon aggregate --window 1m --method sum --field readBytes --format csv run.jsonl

A counter such as cpuNs is looked at as its rate (cores) but by sum, first and last, which look at its growth.";

/// What people look at first.
const FOREMOST: [&str; 4] = ["cpuNs", "memoryBytes", "processCount", "threadCount"];

/// The words of `procmon aggregate`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct AggregateWords {
    /// How long a window is: a number of samples such as 10, or a time such as 5s
    #[arg(long, value_name = "WINDOW", value_parser = window, allow_negative_numbers = true)]
    window: Window,

    /// How the values of a window become one
    #[arg(long, value_name = "METHOD", value_parser = methods(), default_value = Method::default().name())]
    method: String,

    /// What to look at, as often as there are fields [default: all that the method has an answer for, and the foremost
    /// of them in text]
    #[arg(long = "field", value_name = "FIELD", value_parser = fields())]
    fields: Vec<String>,

    #[command(flatten)]
    show: ShowWords,

    #[command(flatten)]
    recording: RecordingWords,
}

impl AggregateWords {
    /// Reads the recording and says it.
    pub(super) fn answer(&self, printer: &mut Printer<'_>) -> Result<(), Failure> {
        let recording = self.recording.load(printer)?;
        let (window, window_ms) = match self.window {
            Window::Samples(number) => (Some(number), None),
            Window::Time(time) => (None, Some(time.as_secs_f64() * 1e3)),
        };
        let (method, fields) = (Some(self.method.clone()), self.looked_at());
        let options = AggregateOptions { window, window_ms, method, fields };
        self.show.show(&aggregate(&recording, &options)?, printer)
    }

    /// What was asked for. Where nothing was, people get what fits a terminal; gauges have no sum to show there.
    fn looked_at(&self) -> Vec<String> {
        let is_for_people = self.show.format == Shown::Text && self.method != Method::Sum.name();
        if self.fields.is_empty() && is_for_people {
            return FOREMOST.map(str::to_owned).to_vec();
        }
        self.fields.clone()
    }
}

/// How long a window is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Window {
    Samples(u64),
    Time(Duration),
}

/// A bare number counts samples; a time has its unit.
fn window(text: &str) -> Result<Window, String> {
    match text.parse() {
        Ok(0) => Err("a window holds at least one sample".to_owned()),
        Ok(number) => Ok(Window::Samples(number)),
        Err(_) if text.ends_with(|last: char| last.is_ascii_alphabetic()) => {
            duration::duration(text).map(Window::Time)
        }
        Err(_) => Err("expected a number of samples such as 10, or a time such as 5s".to_owned()),
    }
}

fn methods() -> PossibleValuesParser {
    PossibleValuesParser::new(Method::ALL.map(|(name, _)| name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_a_number_of_samples_or_a_time_with_its_unit() {
        assert_eq!(window("10"), Ok(Window::Samples(10)));
        assert_eq!(window("5s"), Ok(Window::Time(Duration::from_secs(5))));
        assert_eq!(window("250ms"), Ok(Window::Time(Duration::from_millis(250))));
    }

    #[test]
    fn a_window_that_holds_nothing_is_refused() {
        let refused = |text: &str| window(text).unwrap_err();
        assert_eq!(refused("0"), "a window holds at least one sample");
        assert_eq!(refused("0s"), "a duration is at least 1ms");
        assert_eq!(refused("ages"), "expected a time such as 500ms, 2s, 1m or 1h");
        for text in ["", "1.5", "-3", "10%"] {
            let expected = "expected a number of samples such as 10, or a time such as 5s";
            assert_eq!(refused(text), expected, "{text}");
        }
    }
}
