//! Floor 12. `procmon config`: which settings are in force for a command, and where each comes from.

use std::ffi::OsString;
use std::path::Path;

use clap::{Arg, FromArgMatches};
use procmon_core::report::page::{Cell, Heading, Page, Report, Table};
use procmon_model::settings::Settings;
use serde::Serialize;

use crate::args::{ConfigWords, WatchWords};
use crate::config::{Heard, LeftOut, Setting, Source, Stop, hear, masked, settable};
use crate::duration::shown;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::plan;
use crate::printer::Printer;
use crate::usage;

/// The commands that watch, whose settings are more than their options.
const WATCHING: [&str; 2] = ["run", "attach"];

/// Says what is in force.
pub(crate) fn config(
    words: &ConfigWords,
    file: Option<&Path>,
    printer: &mut Printer<'_>,
) -> Result<Exit, Failure> {
    let asked = if words.words.is_empty() { &[OsString::from("run")] } else { &words.words[..] };
    let args: Vec<OsString> = [OsString::from("procmon")].iter().chain(asked).cloned().collect();
    let usage = |failure| Failure { exit: Exit::Usage, ..failure };
    let heard = match hear(&args, file) {
        Ok(heard) => heard,
        Err(Stop::Failure(failure)) => return Err(usage(failure)),
        Err(Stop::Words(error)) => return usage::explain(&error, &args, printer).map_err(usage),
    };
    let in_force = in_force(&heard).map_err(usage)?;
    words.show.show(&in_force, printer).map_err(Failure::of_no_command)?;
    Ok(Exit::Success)
}

/// What is in force for a command.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct InForce {
    command: String,
    /// The file of settings; null where there is none.
    file: Option<String>,
    options: Vec<Line>,
    left_out: Vec<Line>,
}

/// One option.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Line {
    option: String,
    /// Null where nothing is said and nothing is done.
    value: Option<String>,
    source: &'static str,
    /// The variable, the file and its line, or the profile.
    place: Option<String>,
    /// Why it is not in force.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<String>,
}

impl Line {
    fn new(option: &str, value: Option<String>, source: &Source) -> Self {
        let (option, source, place) = (option.to_owned(), source.kind(), source.place());
        Self { option, value, source, place, why: None }
    }
}

impl From<&LeftOut> for Line {
    fn from(left_out: &LeftOut) -> Self {
        let LeftOut { setting, why } = left_out;
        let line = Self::new(&setting.option, Some(value(setting)), &setting.source);
        Self { why: Some(why.clone()), ..line }
    }
}

fn in_force(heard: &Heard) -> Result<InForce, Failure> {
    let command = heard.grammar.find_subcommand(&heard.name);
    let args = command.into_iter().flat_map(clap::Command::get_arguments);
    let mut options: Vec<Line> = args.filter_map(|arg| line(arg, &heard.settings)).collect();
    if WATCHING.contains(&heard.name.as_str()) {
        watched(heard, &mut options)?;
    }
    Ok(InForce {
        command: heard.name.clone(),
        file: heard.sheet.as_ref().map(|sheet| sheet.file.clone()),
        options,
        left_out: heard.left_out.iter().map(Line::from).collect(),
    })
}

/// An option that can be set, as it is set or as it is unless somebody does.
fn line(arg: &Arg, settings: &[Setting]) -> Option<Line> {
    let option = settable(arg)?;
    if let Some(setting) = settings.iter().find(|setting| setting.option == option) {
        return Some(Line::new(option, Some(value(setting)), &setting.source));
    }
    let defaults: Vec<_> =
        arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    let value = (!defaults.is_empty()).then(|| defaults.join(", "));
    let is_switch = !arg.get_action().takes_values();
    Some(Line::new(
        option,
        value.or_else(|| is_switch.then(|| false.to_string())),
        &Source::Default,
    ))
}

fn value(setting: &Setting) -> String {
    let values =
        setting.values.iter().map(|value| masked(&setting.option, &value.to_string_lossy()));
    values.collect::<Vec<_>>().join(", ")
}

/// What profiles and defaults make of the settings of those who watch.
fn watched(heard: &Heard, lines: &mut Vec<Line>) -> Result<(), Failure> {
    let Some((_, matches)) = heard.matches.subcommand() else { return Ok(()) };
    let words =
        WatchWords::from_arg_matches(matches).map_err(|error| Failure::new(error.to_string()))?;
    let settings = plan::settings(&words)?;
    let source = settings.profile.clone().map_or(Source::Default, Source::Profile);
    for (option, interval) in
        [("interval", settings.interval), ("max-interval", settings.max_interval)]
    {
        let unsaid = lines.iter_mut().find(|line| line.option == option && line.value.is_none());
        if let Some(line) = unsaid {
            *line = Line::new(option, Some(shown(interval)), &source);
        }
    }
    lines.push(Line::new("metrics", Some(metrics(&settings)), &source));
    lines.push(Line::new("history", Some(settings.history.to_string()), &source));
    if heard.name == WATCHING[0] {
        let (is_on, source) = &heard.monitoring;
        lines.push(Line::new("enable-monitoring", Some(is_on.to_string()), source));
    }
    Ok(())
}

fn metrics(settings: &Settings) -> String {
    settings.metrics.names().collect::<Vec<_>>().join(", ")
}

impl Report for InForce {
    fn page(&self) -> Page {
        let page = Page::new(format!("Settings of procmon {}", self.command));
        let file = self.file.as_deref().unwrap_or("none");
        let page = page.fact("file", file).table(table(&self.options));
        self.left_out.iter().fold(page, |page, line| {
            let place = line.place.as_deref().unwrap_or(line.source);
            let why = line.why.as_deref().unwrap_or_default();
            page.line(format!(
                "{place} is left out: {} {}: {why}",
                line.option,
                line.value.as_deref().unwrap_or_default()
            ))
        })
    }
}

fn table(lines: &[Line]) -> Table {
    let columns = ["option", "value", "source", "place"].map(|name| Heading::words(name, name));
    let cell = |text: &Option<String>| Cell {
        words: text.clone().unwrap_or_else(|| "-".to_owned()),
        value: text.clone().unwrap_or_default(),
    };
    let row = |line: &Line| {
        let (option, source) = (Cell::text(&line.option), Cell::text(line.source));
        vec![option, cell(&line.value), source, cell(&line.place)]
    };
    Table { columns: columns.to_vec(), rows: lines.iter().map(row).collect() }
}
