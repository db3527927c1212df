//! Floor 12. What a variable or a file gives for an option, and the words of a command line that say the same.

use std::ffi::{OsStr, OsString};

use clap::{Arg, ArgAction};

/// How the names of our variables begin.
const PREFIX: &str = "PROCMON_";

/// What is given for an option.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Given {
    /// A value, as it would be typed.
    Text(OsString),
    /// Yes or no.
    Truth(bool),
    /// Several values.
    List(Vec<OsString>),
}

/// An option's values, and the words that give them on a command line: none for a switch that is off.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Meaning {
    pub(super) values: Vec<OsString>,
    pub(super) words: Vec<OsString>,
}

/// The variable of an option.
pub(super) fn variable_of(option: &str) -> String {
    PREFIX.to_owned() + &option.to_uppercase().replace('-', "_")
}

/// The name of an option that can be set elsewhere than on the command line; `None` of all other arguments.
pub(crate) fn settable(arg: &Arg) -> Option<&str> {
    let takes_part =
        matches!(arg.get_action(), ArgAction::Set | ArgAction::Append | ArgAction::SetTrue);
    arg.get_long().filter(|_| takes_part && !arg.is_global_set() && !arg.is_hide_set())
}

/// Yes or no, as people write it into variables.
pub(super) fn truth(text: &OsStr) -> Option<bool> {
    match text.to_str()?.to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" | "on" => Some(true),
        "false" | "0" | "no" | "off" => Some(false),
        _ => None,
    }
}

/// What a variable's text gives for an option: of one that can be repeated, a value a line.
pub(super) fn of_variable(arg: &Arg, text: OsString) -> Given {
    let decided = truth(&text).filter(|_| is_switch(arg) || stands_alone(arg));
    if let Some(truth) = decided {
        return Given::Truth(truth);
    }
    match text.to_str() {
        Some(lines) if is_repeatable(arg) => {
            let lines = lines.lines().map(str::trim).filter(|line| !line.is_empty());
            Given::List(lines.map(OsString::from).collect())
        }
        _ => Given::Text(text),
    }
}

/// What is given for an option, in words; what would have been expected, where that makes no sense.
pub(super) fn meaning(arg: &Arg, option: &str, given: Given) -> Result<Meaning, &'static str> {
    let bare = OsString::from(format!("--{option}"));
    match given {
        Given::Truth(truth) if is_switch(arg) || stands_alone(arg) => Ok(Meaning {
            values: vec![truth.to_string().into()],
            words: truth.then_some(bare).into_iter().collect(),
        }),
        _ if is_switch(arg) => Err("expected true or false"),
        Given::Truth(_) => Err("expected a text or a number"),
        Given::List(_) if !is_repeatable(arg) => Err("expected one value"),
        Given::List(values) => Ok(worded(&bare, values)),
        Given::Text(value) => Ok(worded(&bare, vec![value])),
    }
}

/// The equals sign keeps a value that begins with a dash, and those behind it, from being taken for something else.
fn worded(bare: &OsStr, values: Vec<OsString>) -> Meaning {
    let word = |value: &OsString| {
        let mut word = bare.to_owned();
        word.push("=");
        word.push(value);
        word
    };
    Meaning { words: values.iter().map(word).collect(), values }
}

fn is_switch(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::SetTrue)
}

fn is_repeatable(arg: &Arg) -> bool {
    matches!(arg.get_action(), ArgAction::Append)
}

/// Whether its value can be left out.
fn stands_alone(arg: &Arg) -> bool {
    arg.get_num_args().is_some_and(|values| values.min_values() == 0) && !is_switch(arg)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(arg: &Arg, given: Given) -> Result<Vec<String>, &'static str> {
        let meaning = meaning(arg, "x", given)?;
        Ok(meaning.words.into_iter().map(|word| word.into_string().unwrap()).collect())
    }

    fn text(text: &str) -> Given {
        Given::Text(text.into())
    }

    #[test]
    fn a_switch_is_on_or_off() {
        let switch = Arg::new("x").long("x").action(ArgAction::SetTrue);
        for (word, on) in [("true", true), ("YES", true), ("1", true), ("off", false), ("0", false)]
        {
            assert_eq!(of_variable(&switch, word.into()), Given::Truth(on), "{word}");
        }
        assert_eq!(words(&switch, Given::Truth(true)), Ok(vec!["--x".to_owned()]));
        assert_eq!(words(&switch, Given::Truth(false)), Ok(Vec::new()));
        assert_eq!(
            words(&switch, of_variable(&switch, "maybe".into())),
            Err("expected true or false")
        );
    }

    #[test]
    fn a_value_is_one_word_with_its_option() {
        let single = Arg::new("x").long("x").action(ArgAction::Set);
        assert_eq!(words(&single, text("-1 a\nb")), Ok(vec!["--x=-1 a\nb".to_owned()]));
        assert_eq!(words(&single, Given::Truth(true)), Err("expected a text or a number"));
        assert_eq!(words(&single, Given::List(Vec::new())), Err("expected one value"));
    }

    #[test]
    fn a_variable_has_a_value_a_line_where_there_can_be_several() {
        let many = Arg::new("x").long("x").action(ArgAction::Append);
        let given = of_variable(&many, "a,b\n\n  c{1,2}\n".into());
        assert_eq!(words(&many, given), Ok(vec!["--x=a,b".to_owned(), "--x=c{1,2}".to_owned()]));
    }

    #[test]
    fn an_option_whose_value_can_be_left_out_can_be_switched() {
        let bare = Arg::new("x").long("x").action(ArgAction::Set).num_args(0..=1);
        assert_eq!(words(&bare, of_variable(&bare, "true".into())), Ok(vec!["--x".to_owned()]));
        assert_eq!(
            words(&bare, of_variable(&bare, "here".into())),
            Ok(vec!["--x=here".to_owned()])
        );
    }
}
