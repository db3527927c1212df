//! Floor 6. Puts samples into windows, and makes one value of those of each.
//!
//! A sample belongs to the window in which it ends, whole: its growth is not cut where a window ends in its midst. So
//! the windows together hold each sample once, and their sums are what the whole recording grew by. Windows of time in
//! which no sample ends are left out, so that there are never more windows than samples.

use std::time::Duration;

use super::method::Method;
use super::shape::{Aggregate, AggregateOptions, Values, Window};
use crate::analysis::options::{OptionsError, amount, measure};
use crate::fields::{FIELDS, Measure};
use crate::recording::Recording;
use crate::sample::Sample;
use crate::units::Elapsed;

/// Sums a recording up, window by window.
pub fn aggregate(
    recording: &Recording,
    options: &AggregateOptions,
) -> Result<Aggregate, OptionsError> {
    let length = Length::of(options)?;
    let method = options.method.as_deref().map(Method::named).transpose()?.unwrap_or_default();
    let measures = measures(&options.fields, method)?;
    let samples: Vec<&Sample> = recording.samples().collect();
    let windows = length.cut(&samples);
    Ok(Aggregate {
        method,
        window: options.window,
        window_ms: options.window_ms,
        fields: measures.iter().map(|measure| measure.name()).collect(),
        windows: windows.iter().filter_map(|some| window(some, method, &measures)).collect(),
    })
}

/// How long a window is.
enum Length {
    Samples(usize),
    Time(Duration),
}

impl Length {
    fn of(options: &AggregateOptions) -> Result<Self, OptionsError> {
        match (options.window, options.window_ms) {
            (None, None) => Err(OptionsError::WindowMissing),
            (Some(_), Some(_)) => Err(OptionsError::WindowTwice),
            (Some(0), None) => Err(OptionsError::WindowEmpty),
            (Some(samples), None) => {
                Ok(Self::Samples(usize::try_from(samples).unwrap_or(usize::MAX)))
            }
            (None, Some(millis)) => {
                let seconds = amount("windowMs", millis)? / 1e3;
                let time = Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX);
                if time.is_zero() { Err(OptionsError::WindowEmpty) } else { Ok(Self::Time(time)) }
            }
        }
    }

    /// The samples of each window.
    fn cut<'a>(&self, samples: &'a [&'a Sample]) -> Vec<&'a [&'a Sample]> {
        match self {
            Self::Samples(number) => samples.chunks(*number).collect(),
            Self::Time(time) => {
                let place = |sample: &Sample| place(sample.at, *time);
                samples.chunk_by(|one, next| place(one) == place(next)).collect()
            }
        }
    }
}

/// The number of the window of time in which a moment lies. One that ends a window belongs to it.
fn place(at: Elapsed, window: Duration) -> u128 {
    let nanos = u128::from(at.as_nanos());
    nanos.saturating_sub(1) / window.as_nanos().max(1)
}

/// What the method looks at, each once. Without names it is everything that the method has an answer for.
fn measures(names: &[String], method: Method) -> Result<Vec<Measure>, OptionsError> {
    let asked = if names.is_empty() {
        let fields = FIELDS.iter().filter(|field| method != Method::Sum || field.rate.is_some());
        fields.map(Measure::Value).collect()
    } else {
        names.iter().map(|name| measure(name)).collect::<Result<Vec<_>, _>>()?
    };
    let mut measures: Vec<Measure> = Vec::new();
    for measure in asked.into_iter().map(|asked| method.looks_at(asked)) {
        if measures.iter().all(|known| known.name() != measure.name()) {
            measures.push(measure);
        }
    }
    Ok(measures)
}

fn window(samples: &[&Sample], method: Method, measures: &[Measure]) -> Option<Window> {
    let (first, last) = (samples.first()?, samples.last()?);
    let value = |measure: &Measure| {
        let values: Vec<(f64, Duration)> = samples
            .iter()
            .filter_map(|sample| Some((measure.of(sample)?, sample.at.since(sample.from))))
            .collect();
        (measure.name(), method.of(*measure, &values))
    };
    Some(Window {
        from_ms: first.from.as_millis(),
        at_ms: last.at.as_millis(),
        samples: samples.len() as u64,
        values: Values(measures.iter().map(value).collect()),
    })
}
