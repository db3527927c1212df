//! Floor 12. The words of the command line, with what variables and the file add to them, as an order.

use std::collections::BTreeSet;
use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{ArgMatches, Command, CommandFactory, Error, FromArgMatches};
use procmon_model::own_profile::OwnProfile;
use procmon_model::redaction::redacted;

use crate::args::Arguments;
use crate::config::find;
use crate::config::given::{settable, truth};
use crate::config::known::{self, MONITORING};
use crate::config::layers::{LeftOut, Places, Setting, settle};
use crate::config::needs;
use crate::config::sheet::Sheet;
use crate::config::source::Source;
use crate::failure::Failure;
use crate::profile::ProfileParser;
use crate::usage;

/// The variable that has a command run unwatched.
const SWITCH: &str = "PROCMON_ENABLE_MONITORING";
/// The argument that a profile is given with.
const PROFILE: &str = "profile";

/// What is to be done.
pub(crate) struct Orders {
    pub(crate) arguments: Arguments,
    /// Whether a command is to be run as it would be without us.
    pub(crate) untouched: bool,
}

/// Why nothing is done.
pub(crate) enum Stop {
    /// What the grammar says of the command line, the help included.
    Words(Error),
    /// A variable or the file makes no sense.
    Failure(Failure),
}

/// A command line, and all that is set beside it.
pub(crate) struct Heard {
    /// All commands, the one that is meant with all that it has.
    pub(crate) grammar: Command,
    /// The command that is meant.
    pub(crate) name: String,
    pub(crate) matches: ArgMatches,
    pub(crate) settings: Vec<Setting>,
    pub(crate) left_out: Vec<LeftOut>,
    pub(crate) sheet: Option<Sheet>,
    /// Whether it is watched, and who says so.
    pub(crate) monitoring: (bool, Source),
    /// What the grammar misses.
    missing: Option<Error>,
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// The order that these words give, the program's own name first.
pub(crate) fn orders(args: &[OsString]) -> Result<Orders, Stop> {
    let heard = hear(args, None)?;
    if let Some(error) = heard.missing {
        return Err(Stop::Words(error));
    }
    let arguments = Arguments::from_arg_matches(&heard.matches).map_err(Stop::Words)?;
    Ok(Orders { arguments, untouched: heard.name == MONITORING.1 && !heard.monitoring.0 })
}

/// The same for whoever wants to know where it all comes from; `file` is the file of settings unless the words name one.
pub(crate) fn hear(args: &[OsString], file: Option<&Path>) -> Result<Heard, Stop> {
    let typed = Parsed::of(args, &ProfileParser::early()).map_err(Stop::Words)?;
    let Some((name, matches)) = typed.matches.subcommand() else {
        return Err(Stop::Words(Error::new(ErrorKind::MissingSubcommand)));
    };
    let Some(command) = typed.grammar.find_subcommand(name) else {
        return Err(Stop::Words(Error::new(ErrorKind::InvalidSubcommand)));
    };
    let name = name.to_owned();
    let refused = |failure| Stop::Failure(usage::of_command(failure, Some(&name)));
    let switch = by_variable().map_err(refused)?;
    if name == MONITORING.1
        && let Some((false, source)) = switch
    {
        // Whoever wants nothing to be done is kept from it by nothing that is wrong elsewhere.
        return Ok(typed.alone(name, (false, source)));
    }
    let path = matches.get_one::<PathBuf>("config").map(PathBuf::as_path).or(file);
    // Nor are those commands, such as the completions, that have nothing to set.
    let is_settable = command.get_arguments().any(|arg| settable(arg).is_some());
    let sheet = if is_settable { find::sheet(path).map_err(refused)? } else { None };
    if let Some(sheet) = &sheet {
        known::check(sheet, &typed.grammar).map_err(refused)?;
    }
    let variable = |name: &str| env::var_os(name).filter(|value| !value.is_empty());
    let places = Places { variable: &variable, sheet: sheet.as_ref() };
    let (settings, left_out) = settle(command, matches, &places).map_err(refused)?;
    let monitoring = match switch {
        Some(said) => said,
        None => by_sheet(sheet.as_ref()).map_err(refused)?.unwrap_or((true, Source::Default)),
    };
    let is_complete = |setting: &Setting| setting.words.is_empty() && setting.option != PROFILE;
    if settings.iter().all(is_complete) {
        return Ok(Heard { settings, left_out, sheet, ..typed.alone(name, monitoring) });
    }
    let own = sheet.as_ref().map_or(&[][..], |sheet| &sheet.profiles);
    let speech = Speech { args, name: &name, grammar: &typed.grammar, own };
    let (parsed, settings, left_out) = speech.complete(settings, left_out)?;
    let monitoring = by_profile(&parsed.matches).filter(|_| monitoring.0).unwrap_or(monitoring);
    Ok(Heard { settings, left_out, sheet, ..parsed.alone(name, monitoring) })
}

/// A command line as the grammar takes it.
struct Parsed {
    grammar: Command,
    matches: ArgMatches,
    /// What is missing of it, and may yet come from elsewhere.
    missing: Option<Error>,
}

impl Parsed {
    fn of(args: &[OsString], profiles: &ProfileParser) -> Result<Self, Error> {
        let mut grammar = grammar(profiles);
        match grammar.try_get_matches_from_mut(args) {
            Ok(matches) => Ok(Self { grammar, matches, missing: None }),
            Err(error) if error.kind() == ErrorKind::MissingRequiredArgument => {
                let mut lenient = self::grammar(profiles).ignore_errors(true);
                let matches = lenient.try_get_matches_from_mut(args)?;
                Ok(Self { grammar, matches, missing: Some(error) })
            }
            Err(error) => Err(error),
        }
    }

    /// As it stands, with nothing beside it.
    fn alone(self, name: String, monitoring: (bool, Source)) -> Heard {
        let Self { grammar, matches, missing } = self;
        let (settings, left_out, sheet) = (Vec::new(), Vec::new(), None);
        Heard { grammar, name, matches, settings, left_out, sheet, monitoring, missing }
    }

    fn missing(&self) -> BTreeSet<String> {
        self.missing.as_ref().map(needs::named).unwrap_or_default()
    }
}

/// Our grammar, with the profiles that can be named here.
fn grammar(profiles: &ProfileParser) -> Command {
    Arguments::command().mut_subcommands(|command| {
        command.mut_args(|arg| {
            let is_profile = arg.get_id() == PROFILE;
            if is_profile { arg.value_parser(profiles.clone()) } else { arg }
        })
    })
}

/// A command line that is to be completed.
struct Speech<'a> {
    args: &'a [OsString],
    name: &'a str,
    grammar: &'a Command,
    own: &'a [OwnProfile],
}

impl Speech<'_> {
    /// The command line with the words of the settings, and those settings that are in force in the end.
    fn complete(
        &self,
        settings: Vec<Setting>,
        mut left_out: Vec<LeftOut>,
    ) -> Result<(Parsed, Vec<Setting>, Vec<LeftOut>), Stop> {
        let profiles = ProfileParser::knowing(self.own);
        let parse = |settings: &[Setting]| Parsed::of(&self.with(settings), &profiles);
        let parsed = parse(&settings).map_err(|error| self.blamed(error, &settings))?;
        if parsed.missing.is_none() {
            return Ok((parsed, settings, left_out));
        }
        let missing = |settings: &[Setting]| parse(settings).ok().map(|parsed| parsed.missing());
        let (settings, unmet) = needs::met(settings, &missing);
        left_out.extend(unmet);
        let parsed = parse(&settings).map_err(|error| self.blamed(error, &settings))?;
        Ok((parsed, settings, left_out))
    }

    /// The words behind the command's name, before all that was typed there.
    fn with(&self, settings: &[Setting]) -> Vec<OsString> {
        let (before, after) = self.args.split_at(place_behind_name(self.args, self.grammar));
        let added = settings.iter().flat_map(|setting| &setting.words);
        before.iter().chain(added).chain(after).cloned().collect()
    }

    /// What was typed has been understood before, so that a value which is wrong now comes from elsewhere, or is a
    /// profile's name.
    fn blamed(&self, error: Error, settings: &[Setting]) -> Stop {
        let Some(ContextValue::String(called)) = error.get(ContextKind::InvalidArg) else {
            return Stop::Words(error);
        };
        let of_option = |setting: &&Setting| setting.called == *called && !setting.words.is_empty();
        let Some(setting) = settings.iter().find(of_option) else { return Stop::Words(error) };
        let failure = usage::refusal(&error, self.args);
        let mut message = failure.message;
        for value in setting.values.iter().filter_map(|value| value.to_str()) {
            message = message.replace(value, &masked(&setting.option, value));
        }
        let message = format!("{}: {message}", setting.source.subject());
        Stop::Failure(usage::of_command(Failure { message, ..failure }, Some(self.name)))
    }
}

/// An option's value without what nobody is to see of it.
pub(crate) fn masked(option: &str, value: &str) -> String {
    let word = redacted(&[format!("--{option}={value}")]).concat();
    word.split_once('=').map_or_else(String::new, |(_, value)| value.to_owned())
}

/// Behind the first word that is neither an option nor an option's value.
fn place_behind_name(args: &[OsString], grammar: &Command) -> usize {
    let takes_next = |word: &OsStr| {
        let name = word.to_str().and_then(|word| word.strip_prefix("--"));
        let arg = grammar.get_arguments().find(|arg| name.is_some() && arg.get_long() == name);
        arg.is_some_and(|arg| arg.get_action().takes_values())
    };
    let mut place = 1;
    while let Some(word) = args.get(place).filter(|word| word.to_string_lossy().starts_with('-')) {
        place += if takes_next(word) { 2 } else { 1 };
    }
    args.len().min(place + 1)
}

/// Whether there is to be any watching, as the environment says it.
fn by_variable() -> Result<Option<(bool, Source)>, Failure> {
    let Some(text) = env::var_os(SWITCH).filter(|text| !text.is_empty()) else { return Ok(None) };
    let truth = truth(&text);
    let truth = truth.ok_or_else(|| Failure::new(format!("{SWITCH}: expected true or false")))?;
    Ok(Some((truth, Source::Variable(SWITCH.to_owned()))))
}

fn by_sheet(sheet: Option<&Sheet>) -> Result<Option<(bool, Source)>, Failure> {
    let Some(sheet) = sheet else { return Ok(None) };
    let (key, table) = MONITORING;
    let Some(entry) = sheet.entry(Some(table), key).or_else(|| sheet.entry(None, key)) else {
        return Ok(None);
    };
    let source = sheet.source(entry);
    entry
        .truth()
        .map(|truth| Some((truth, source.clone())))
        .ok_or_else(|| Failure::new(format!("{}: expected true or false", source.subject())))
}

/// A profile can say that there is to be none.
fn by_profile(matches: &ArgMatches) -> Option<(bool, Source)> {
    let (_, matches) = matches.subcommand()?;
    let profile = matches.try_get_one::<OwnProfile>(PROFILE).ok()??;
    (!profile.enabled).then(|| (false, Source::Profile(profile.name.clone())))
}
