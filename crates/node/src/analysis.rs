//! Floor 12. Questions about recordings: put in JSON, answered in bytes of JSON, on a thread of their own or at once.

use std::panic;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, sync_channel};
use std::sync::{Mutex, PoisonError};

use procmon_core::error::LoadError;
use procmon_core::format::jsonl;
use procmon_core::load;
use procmon_core::load::calls::CallLoader;
use procmon_model::analysis::calls::CallSort;
use procmon_model::analysis::compare::{CompareOptions, RunFigures, compare};
use procmon_model::analysis::family::TreeSort;
use procmon_model::analysis::{
    AggregateOptions, CallSummary, CallsOptions, PeaksOptions, Summary, TreeOptions, aggregate,
    find_peaks, process_tree, utilisation,
};
use procmon_model::record::Record;
use procmon_model::recording::Recording;
use serde::{Deserialize, Serialize};

use crate::bell::{Bell, Waker};
use crate::error::Refusal;
use crate::thread;

/// A question about recordings.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Request {
    recordings: Vec<Input>,
    /// Those that the first are compared with.
    #[serde(default)]
    others: Vec<Input>,
    question: Question,
}

/// Where a recording is: in a file, or among the texts that came with the question.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Input {
    Path(PathBuf),
    Recording(usize),
    Samples(usize),
    Entries(usize),
}

#[derive(Debug, Deserialize)]
#[serde(tag = "name", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum Question {
    Lines,
    Summary,
    Utilisation,
    Aggregate {
        window: Option<u64>,
        window_ms: Option<f64>,
        method: Option<String>,
        #[serde(default)]
        fields: Vec<String>,
    },
    Peaks {
        field: String,
        threshold: Option<f64>,
        #[serde(default)]
        relative: bool,
        min_prominence: Option<f64>,
        min_duration_ms: Option<f64>,
    },
    Tree {
        processes: Option<usize>,
        depth: Option<usize>,
        sort: Option<String>,
    },
    Calls {
        sort: Option<String>,
        top: Option<usize>,
    },
    Compare {
        confidence: Option<f64>,
        min_effect: Option<f64>,
    },
}

/// The answer to a question, once it is there.
pub(crate) struct Answer(Mutex<Receiver<Result<Vec<u8>, Refusal>>>);

impl Answer {
    /// Begins to answer, and rings when that is done.
    pub(crate) fn begin(
        request: Request,
        texts: Vec<Vec<u8>>,
        waker: Waker,
    ) -> Result<Self, Refusal> {
        let bell = Bell::new(waker);
        let (sender, receiver) = sync_channel(1);
        thread::start(move || {
            let answer = panic::catch_unwind(panic::AssertUnwindSafe(|| request.answer(&texts)));
            let answer =
                answer.unwrap_or_else(|_| Err(Refusal::internal("the analysis broke off")));
            // Whoever asked may have gone.
            drop(sender.send(answer));
            bell.ring();
        })?;
        Ok(Self(Mutex::new(receiver)))
    }

    /// The answer; fails as the question was refused.
    pub(crate) fn take(&self) -> Result<Vec<u8>, Refusal> {
        let receiver = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        receiver.try_recv().map_err(|_| Refusal::internal("there is no answer yet"))?
    }
}

impl Request {
    /// Answers at once.
    pub(crate) fn answer(self, texts: &[Vec<u8>]) -> Result<Vec<u8>, Refusal> {
        let one = || {
            let input = self.recordings.first();
            input.ok_or_else(|| Refusal::internal("no recording was named"))
        };
        match self.question {
            Question::Lines => lines(one()?.recording(texts)?),
            Question::Summary => json(&one()?.summary(texts)?),
            Question::Utilisation => json(&utilisation(&one()?.recording(texts)?)),
            Question::Aggregate { window, window_ms, method, fields } => {
                let options = AggregateOptions { window, window_ms, method, fields };
                json(&aggregate(&one()?.recording(texts)?, &options)?)
            }
            Question::Peaks { field, threshold, relative, min_prominence, min_duration_ms } => {
                let options =
                    PeaksOptions { field, threshold, relative, min_prominence, min_duration_ms };
                json(&find_peaks(&one()?.recording(texts)?, &options)?)
            }
            Question::Tree { processes, depth, sort } => {
                let sort = sort.as_deref().and_then(TreeSort::named).unwrap_or_default();
                let options = TreeOptions { processes, depth, sort, ..TreeOptions::default() };
                json(&process_tree(&one()?.recording(texts)?, &options))
            }
            Question::Calls { sort, top } => {
                let sort = sort.as_deref().and_then(CallSort::named).unwrap_or_default();
                let options = CallsOptions { sort, top };
                json(&calls(&self.recordings, texts, &options)?)
            }
            Question::Compare { confidence, min_effect } => {
                let usual = CompareOptions::default();
                let options = CompareOptions {
                    confidence: confidence.unwrap_or(usual.confidence),
                    min_effect: min_effect.unwrap_or(usual.min_effect),
                    ..usual
                };
                let base = figures(&self.recordings, texts)?;
                json(&compare(&base, &figures(&self.others, texts)?, &options)?)
            }
        }
    }
}

impl Input {
    fn recording(&self, texts: &[Vec<u8>]) -> Result<Recording, Refusal> {
        Ok(match self {
            Self::Path(path) => load::load(path)?,
            Self::Recording(index) => {
                load::from_bytes(text(texts, *index)?, "the recording".as_ref())?
            }
            Self::Samples(index) => load::from_samples(text(texts, *index)?),
            Self::Entries(_) => return Err(Refusal::internal("entries are no recording")),
        })
    }

    /// Of a file without holding it in memory.
    fn summary(&self, texts: &[Vec<u8>]) -> Result<Summary, Refusal> {
        if let Self::Path(path) = self {
            return Ok(load::summary(path)?);
        }
        Ok(Summary::from(&self.recording(texts)?))
    }
}

fn calls(
    inputs: &[Input],
    texts: &[Vec<u8>],
    options: &CallsOptions,
) -> Result<CallSummary, Refusal> {
    let mut calls = CallLoader::default();
    for input in inputs {
        match input {
            Input::Path(path) => calls.add_path(path)?,
            Input::Recording(index) => {
                calls.add_bytes(text(texts, *index)?, "the recording".as_ref())?;
            }
            Input::Entries(index) | Input::Samples(index) => {
                calls.add_entries(text(texts, *index)?, "the entries".as_ref())?;
            }
        }
    }
    Ok(calls.finish(options))
}

fn text(texts: &[Vec<u8>], index: usize) -> Result<&[u8], Refusal> {
    let text = texts.get(index).ok_or_else(|| Refusal::internal("a text is missing"))?;
    Ok(text)
}

fn figures(inputs: &[Input], texts: &[Vec<u8>]) -> Result<Vec<RunFigures>, Refusal> {
    inputs.iter().map(|input| Ok(RunFigures::from(&input.summary(texts)?))).collect()
}

fn json(answer: &impl Serialize) -> Result<Vec<u8>, Refusal> {
    Ok(serde_json::to_vec(answer)?)
}

/// A recording as the lines that procmon writes, whatever it was; what was wrong with it stands at its end as warnings.
fn lines(recording: Recording) -> Result<Vec<u8>, Refusal> {
    let Recording { header, records, warnings } = recording;
    let header = std::iter::once(Record::Header(Box::new(header)));
    let warnings = warnings.into_iter().map(Record::Warning);
    let mut text = Vec::new();
    for record in header.chain(records).chain(warnings) {
        jsonl::encode(&record, &mut text)?;
    }
    Ok(text)
}

impl From<LoadError> for Refusal {
    fn from(error: LoadError) -> Self {
        match error {
            LoadError::Io { path, source } => {
                Self::system(&source, "open", Some(path.display().to_string()))
            }
            other => Self::coded("ERR_PROCMON_INVALID_RECORDING", other.to_string()),
        }
    }
}
