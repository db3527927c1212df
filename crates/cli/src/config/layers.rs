//! Floor 12. Who wins: the command line over the environment over the file, the command's table there over its top.

use std::ffi::{OsStr, OsString};
use std::time::Duration;

use clap::parser::ValueSource;
use clap::{Arg, ArgMatches, Command};

use crate::config::given::{Given, meaning, of_variable, settable, variable_of};
use crate::config::sheet::Sheet;
use crate::config::source::{Layer, Source};
use crate::duration;
use crate::failure::Failure;

/// The options of the interval, and the one that decides about all of them where it comes from a stronger place.
const INTERVAL: &str = "interval";
const MAX_INTERVAL: &str = "max-interval";
const PROFILE: &str = "profile";
const DECIDED: [&str; 3] = [INTERVAL, MAX_INTERVAL, "fixed"];

/// Propeller's variable for the interval, in seconds.
const SECONDS: &str = "PROCMON_METRICS_INTERVAL";

/// An option that somebody has set.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    /// Its name.
    pub(crate) option: String,
    pub(crate) source: Source,
    /// Its values, for people.
    pub(crate) values: Vec<OsString>,
    /// The words that say so, where the command line does not say it already.
    pub(super) words: Vec<OsString>,
    /// As the grammar calls it in its messages.
    pub(super) called: String,
    layer: Layer,
    arg: Arg,
}

/// A setting that is not in force, and why.
#[derive(Debug, Clone)]
pub(crate) struct LeftOut {
    pub(crate) setting: Setting,
    pub(crate) why: String,
}

/// Where settings can be found beside the command line.
pub(super) struct Places<'a> {
    pub(super) variable: &'a dyn Fn(&str) -> Option<OsString>,
    pub(super) sheet: Option<&'a Sheet>,
}

/// What is set of a command's options, the strongest first, and what gave way to something stronger.
pub(super) fn settle(
    command: &Command,
    typed: &ArgMatches,
    places: &Places<'_>,
) -> Result<(Vec<Setting>, Vec<LeftOut>), Failure> {
    let mut candidates = Vec::new();
    for arg in command.get_arguments() {
        if let Some(option) = settable(arg) {
            candidates.extend(setting(command, arg, option, typed, places)?);
        }
    }
    candidates.sort_by_key(|setting| std::cmp::Reverse(setting.layer));
    let (mut kept, mut left_out) = (Vec::<Setting>::new(), Vec::new());
    for candidate in candidates {
        let against = kept.iter().find(|strong| candidate.gives_way_to(strong, command));
        let Some(strong) = against else {
            kept.push(candidate);
            continue;
        };
        if strong.layer == candidate.layer {
            let (one, other) = (strong.source.subject(), candidate.source.subject());
            return Err(Failure::new(format!("{one} and {other} contradict each other")));
        }
        let why = format!("--{} of the {} is stronger", strong.option, strong.source.kind());
        left_out.push(LeftOut { setting: candidate, why });
    }
    Ok((kept, left_out))
}

/// The strongest that anybody says of an option.
fn setting(
    command: &Command,
    arg: &Arg,
    option: &str,
    typed: &ArgMatches,
    places: &Places<'_>,
) -> Result<Option<Setting>, Failure> {
    let made = |layer, source, values, words| Setting {
        option: option.to_owned(),
        source,
        values,
        words,
        called: arg.to_string(),
        layer,
        arg: arg.clone(),
    };
    let id = arg.get_id().as_str();
    if typed.value_source(id) == Some(ValueSource::CommandLine) {
        let values = typed.get_raw(id).into_iter().flatten().map(OsStr::to_owned).collect();
        return Ok(Some(made(Layer::Words, Source::CommandLine, values, Vec::new())));
    }
    let Some((layer, source, given)) = elsewhere(command, arg, option, places) else {
        return Ok(None);
    };
    let meaning = meaning(arg, option, given)
        .map_err(|expected| Failure::new(format!("{}: {expected}", source.subject())))?;
    Ok(Some(made(layer, source, meaning.values, meaning.words)))
}

fn elsewhere(
    command: &Command,
    arg: &Arg,
    option: &str,
    places: &Places<'_>,
) -> Option<(Layer, Source, Given)> {
    let variable = variable_of(option);
    if let Some(text) = (places.variable)(&variable) {
        return Some((Layer::Environment, Source::Variable(variable), of_variable(arg, text)));
    }
    if option == INTERVAL
        && let Some(text) = (places.variable)(SECONDS)
    {
        let given = Given::Text(in_seconds(text));
        return Some((Layer::Environment, Source::Variable(SECONDS.to_owned()), given));
    }
    let sheet = places.sheet?;
    let in_layer = |layer, table| {
        let entry = sheet.entry(table, option)?;
        Some((layer, sheet.source(entry), entry.given.clone()))
    };
    in_layer(Layer::Table, Some(command.get_name())).or_else(|| in_layer(Layer::Top, None))
}

/// A number without a unit is one of seconds there.
fn in_seconds(mut text: OsString) -> OsString {
    if text.to_str().is_some_and(|text| text.parse::<f64>().is_ok()) {
        text.push("s");
    }
    text
}

impl Setting {
    /// Whether it cannot stand beside a setting that is at least as strong.
    fn gives_way_to(&self, strong: &Self, command: &Command) -> bool {
        if !self.is_on() || !strong.is_on() || self.layer == Layer::Words {
            return false;
        }
        self.contradicts(strong, command)
            || strong.contradicts(self, command)
            || self.layer < strong.layer && (self.is_decided_by(strong) || crosses(self, strong))
    }

    fn contradicts(&self, other: &Self, command: &Command) -> bool {
        command
            .get_arg_conflicts_with(&self.arg)
            .iter()
            .any(|arg| arg.get_id() == other.arg.get_id())
    }

    /// A profile sets the interval; one from a weaker place than the profile is none that stands beside it.
    fn is_decided_by(&self, strong: &Self) -> bool {
        strong.option == PROFILE && DECIDED.contains(&self.option.as_str())
    }

    /// Whether it says anything but no.
    fn is_on(&self) -> bool {
        self.layer == Layer::Words || !self.words.is_empty()
    }

    /// Its first value as a time between samples.
    fn interval(&self) -> Option<Duration> {
        duration::interval(self.values.first()?.to_str()?).ok()
    }
}

/// Whether the longest interval would be below the one at the start.
fn crosses(one: &Setting, other: &Setting) -> bool {
    let (start, most) = match (one.option.as_str(), other.option.as_str()) {
        (INTERVAL, MAX_INTERVAL) => (one, other),
        (MAX_INTERVAL, INTERVAL) => (other, one),
        _ => return false,
    };
    most.interval().zip(start.interval()).is_some_and(|(most, start)| most < start)
}
