//! Floor 12. `procmon compare`: recorded runs against others.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use procmon_core::load::Loader;
use procmon_model::analysis::compare::{self, CompareError, CompareOptions, RunFigures};

use super::question::stdin_at_most_once;
use super::shown::ShowWords;
use crate::failure::Failure;
use crate::printer::Printer;
use crate::progress::Progress;

/// How the names of recordings in a folder end.
const ENDINGS: [&str; 2] = [".jsonl", ".jsonl.gz"];

const EXAMPLES: &str = "\
Examples:
  procmon compare before.jsonl after.jsonl
  procmon compare main-*.jsonl --vs branch-*.jsonl
  procmon run --json --quiet npm test | procmon compare main.jsonl -
  procmon compare --format markdown runs/main runs/branch

Verdicts take five runs of each side; of fewer, the differences are said.";

/// The words of `procmon compare`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct CompareWords {
    #[command(flatten)]
    show: ShowWords,

    #[command(flatten)]
    judge: JudgeWords,

    /// The recordings to compare, those of the base first; a folder stands for its recordings, - for stdin
    #[arg(required = true, value_name = "RECORDING")]
    recordings: Vec<PathBuf>,

    /// Those to compare with all before; not needed for two
    #[arg(long, value_name = "RECORDING", num_args = 1..)]
    vs: Vec<PathBuf>,
}

/// How strictly to compare.
#[derive(Debug, Clone, Copy, Args)]
pub(crate) struct JudgeWords {
    /// How sure a verdict is to be, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 95.0, value_parser = confidence, allow_negative_numbers = true)]
    confidence: f64,

    /// The smallest difference that counts, in percent
    #[arg(long, value_name = "PERCENT", default_value_t = 1.0, value_parser = min_effect, allow_negative_numbers = true)]
    min_effect: f64,
}

impl JudgeWords {
    pub(crate) fn options(self) -> CompareOptions {
        CompareOptions {
            confidence: self.confidence / 100.0,
            min_effect: self.min_effect / 100.0,
            ..CompareOptions::default()
        }
    }
}

impl From<CompareError> for Failure {
    fn from(error: CompareError) -> Self {
        Self::new(error.to_string())
    }
}

/// Reads the recordings one after the other and says how they differ.
pub(crate) fn compare(words: &CompareWords, printer: &mut Printer<'_>) -> Result<(), Failure> {
    stdin_at_most_once(words.recordings.iter().chain(&words.vs))?;
    let (base, head) = sides(words)?;
    let (base, head) = (recordings(base)?, recordings(head)?);
    let progress = Progress::of(base.iter().chain(&head));
    let loader = progress.loader();
    let (base, head) = (figures(&base, &loader)?, figures(&head, &loader)?);
    drop(progress);
    let comparison = compare::compare(&base, &head, &words.judge.options())?;
    words.show.show(&comparison, printer)
}

/// Two recordings need no word between them.
fn sides(words: &CompareWords) -> Result<(&[PathBuf], &[PathBuf]), Failure> {
    match (words.recordings.as_slice(), words.vs.as_slice()) {
        ([base, head], []) => Ok((std::slice::from_ref(base), std::slice::from_ref(head))),
        (_, []) => {
            let message = "which recordings are to be compared with which is not clear";
            let hint = "`procmon compare base.jsonl head.jsonl`, or sets: `procmon compare main-*.jsonl --vs branch-*.jsonl`";
            Err(Failure::usage(message).with_hint(hint))
        }
        (base, head) => Ok((base, head)),
    }
}

/// Of each run its figures alone are kept.
fn figures(recordings: &[PathBuf], loader: &Loader) -> Result<Vec<RunFigures>, Failure> {
    recordings.iter().map(|path| Ok(RunFigures::from(&loader.summary(path)?))).collect()
}

/// The recordings that paths stand for.
fn recordings(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let recordings: Result<Vec<_>, _> = paths.iter().map(|path| recordings_of(path)).collect();
    Ok(recordings?.concat())
}

/// The recordings that a path stands for: its own, or those of a folder in the order of their names.
fn recordings_of(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let unreadable = |error: io::Error| Failure::new(format!("{}: {error}", path.display()));
    let mut found = Vec::new();
    for entry in fs::read_dir(path).map_err(unreadable)? {
        let entry = entry.map_err(unreadable)?.path();
        let name = entry.file_name().map(|name| name.to_string_lossy().into_owned());
        if name.is_some_and(|name| ENDINGS.iter().any(|ending| name.ends_with(ending))) {
            found.push(entry);
        }
    }
    if found.is_empty() {
        return Err(Failure::hinted(
            format!("{}: there is no recording in the folder", path.display()),
            format!("the names of recordings end in {}", ENDINGS.join(" or ")),
        ));
    }
    found.sort();
    Ok(found)
}

fn confidence(text: &str) -> Result<f64, String> {
    let percent = number(text)?;
    if (50.0..100.0).contains(&percent) {
        return Ok(percent);
    }
    Err("a confidence is from 50 to below 100".to_owned())
}

fn min_effect(text: &str) -> Result<f64, String> {
    let percent = number(text)?;
    if (0.0..=1000.0).contains(&percent) {
        return Ok(percent);
    }
    Err("a difference that counts is from 0 to 1000".to_owned())
}

fn number(text: &str) -> Result<f64, String> {
    text.trim_end_matches('%').trim().parse().map_err(|_| "not a number".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_a_number_in_its_range_with_the_sign_or_without() {
        assert_eq!(confidence("99.9"), Ok(99.9));
        assert_eq!(confidence("95 %"), Ok(95.0));
        let range = Err("a confidence is from 50 to below 100".to_owned());
        assert_eq!(confidence("100"), range);
        assert_eq!(confidence("NaN"), range);
        assert_eq!(min_effect("0"), Ok(0.0));
        let range = Err("a difference that counts is from 0 to 1000".to_owned());
        assert_eq!(min_effect("-1"), range);
        assert_eq!(min_effect("one"), Err("not a number".to_owned()));
    }
}
