//! A program on a terminal of its own, with somebody who types.

use serde_json::{Value, json};

use super::program::{interpreter, program};

/// What the one at the terminal does next.
pub(crate) enum Step<'a> {
    /// Waits until this has been shown at the end of a line, since the last time.
    Expect(&'a str),
    /// Types this.
    Type(&'a str),
    /// Makes the terminal so many rows high and so many columns wide.
    Resize(u16, u16),
    /// Makes sure that the program has not ended.
    StillRunning,
    /// Goes away, terminal and all.
    HangUp,
}

/// What came of the program.
#[derive(Debug)]
pub(crate) struct Session {
    /// Everything that was shown.
    pub(crate) output: String,
    /// The exit code; `None` where a signal ended it.
    pub(crate) code: Option<i32>,
    /// The signal that ended it.
    pub(crate) signal: Option<i32>,
}

impl Session {
    /// Runs procmon on a terminal and does these steps.
    pub(crate) fn of(words: &[&str], steps: &[Step<'_>]) -> Self {
        let steps: Vec<Value> = steps.iter().map(Step::as_json).collect();
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/support/terminal.py");
        let steps = Value::from(steps).to_string();
        let ours = [script, &steps, env!("CARGO_BIN_EXE_procmon")];
        let finished = program(interpreter(), ours.iter().chain(words)).run();
        assert_eq!(finished.code, Some(0), "{}", finished.err());
        let result: Value = serde_json::from_slice(&finished.stdout).unwrap();
        let number =
            |name: &str| result[name].as_i64().map(|number| i32::try_from(number).unwrap());
        let output = result["output"].as_str().unwrap().to_owned();
        Self { output, code: number("code"), signal: number("signal") }
    }
}

impl Step<'_> {
    fn as_json(&self) -> Value {
        match self {
            Self::Expect(text) => json!(["expect", text]),
            Self::Type(text) => json!(["type", text]),
            Self::Resize(rows, columns) => json!(["resize", rows, columns]),
            Self::StillRunning => json!(["still running"]),
            Self::HangUp => json!(["hang up"]),
        }
    }
}
