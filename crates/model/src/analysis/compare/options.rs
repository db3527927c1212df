//! Floor 6. How strictly runs are compared, and what keeps them from being compared at all.

use std::fmt;

/// With fewer runs on a side there is no interval and no verdict.
pub const RUNS_FOR_A_VERDICT: usize = 5;

/// How strictly runs are compared.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CompareOptions {
    /// How sure an interval and a verdict are to be, from 0.5 to below 1.
    pub confidence: f64,
    /// The smallest difference that counts, as a share of the larger side: 0.01 is one percent.
    pub min_effect: f64,
    /// How often the runs are drawn anew for an interval, and dealt anew for a verdict.
    pub resamples: u32,
    /// Where the draws begin: the same runs and the same seed give the same answer.
    pub seed: u64,
}

impl Default for CompareOptions {
    fn default() -> Self {
        Self { confidence: 0.95, min_effect: 0.01, resamples: 10_000, seed: 1 }
    }
}

/// Why runs could not be compared.
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub enum CompareError {
    /// The base has no run.
    NoBase,
    /// The head has no run.
    NoHead,
    /// No figure is known on both sides.
    NoCommonMetric,
    /// A confidence that is none.
    Confidence(f64),
    /// A smallest difference that is negative or no number.
    MinEffect(f64),
    /// Too few draws for an interval.
    Resamples(u32),
}

impl fmt::Display for CompareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBase => f.write_str("there is no run to compare with"),
            Self::NoHead => f.write_str("there is no run to compare"),
            Self::NoCommonMetric => f.write_str("no figure is known on both sides"),
            Self::Confidence(value) => {
                write!(f, "a confidence is from 0.5 to below 1, and not {value}")
            }
            Self::MinEffect(value) => {
                write!(f, "the smallest difference that counts is from 0 on, and not {value}")
            }
            Self::Resamples(value) => {
                write!(f, "an interval takes at least {RESAMPLES_MIN} draws, and not {value}")
            }
        }
    }
}

impl std::error::Error for CompareError {}

/// Below this the ends of an interval are a matter of luck.
const RESAMPLES_MIN: u32 = 100;

impl CompareOptions {
    /// Refuses what makes no sense.
    pub(super) fn check(&self) -> Result<(), CompareError> {
        if !(0.5..1.0).contains(&self.confidence) {
            return Err(CompareError::Confidence(self.confidence));
        }
        if !(self.min_effect >= 0.0 && self.min_effect.is_finite()) {
            return Err(CompareError::MinEffect(self.min_effect));
        }
        if self.resamples < RESAMPLES_MIN {
            return Err(CompareError::Resamples(self.resamples));
        }
        Ok(())
    }
}
