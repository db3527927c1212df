//! Floor 11. A rule for a group as a person writes it, in whatever kind of file or language.

use std::collections::BTreeSet;

use regex_lite::Regex;
use serde::Deserialize;

use super::names::Rule;
use super::template::{Template, TemplateError};

/// The name of a rule that has none.
const DEFAULT_NAME: &str = "{{.ExeBase}}";

/// A rule as it is written. What the fields mean stands at [`Rule`].
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleText {
    /// The group's name, with holes or without; `None` for the file name of the program.
    pub name: Option<String>,
    /// Names that the kernel has.
    #[serde(default)]
    pub comm: Vec<String>,
    /// Paths or file names of programs.
    #[serde(default)]
    pub exe: Vec<String>,
    /// Regular expressions.
    #[serde(default)]
    pub cmdline: Vec<String>,
    /// Whether the group is shown with zeros as long as nobody is in it.
    #[serde(default)]
    pub expect: bool,
}

/// Why a rule makes no sense.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// It is for nobody in particular.
    #[error("none of comm, exe and cmdline says whom it is for")]
    ForNobody,
    /// Its name has a hole that is none.
    #[error(transparent)]
    Name(#[from] TemplateError),
    /// One of its regular expressions is none.
    #[error("the regular expression {text:?} is wrong: {reason}")]
    Regex {
        /// As it was written.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Its name has a hole for what is not captured.
    #[error("no expression of cmdline captures {0:?}, which the name has")]
    NotCaptured(String),
    /// It is expected under a name that nobody knows before there is a member.
    #[error("a group whose name depends on its members cannot be expected")]
    ExpectedUnknown,
}

impl TryFrom<RuleText> for Rule {
    type Error = RuleError;

    fn try_from(text: RuleText) -> Result<Self, RuleError> {
        let RuleText { name, comm, exe, cmdline, expect } = text;
        if comm.is_empty() && exe.is_empty() && cmdline.is_empty() {
            return Err(RuleError::ForNobody);
        }
        let name = Template::parse(name.as_deref().unwrap_or(DEFAULT_NAME))?;
        let cmdline = cmdline.into_iter().map(expression).collect::<Result<Vec<_>, _>>()?;
        let captured: BTreeSet<&str> =
            cmdline.iter().flat_map(|regex| regex.capture_names().flatten()).collect();
        if let Some(missing) = name.matches().find(|name| !captured.contains(name)) {
            return Err(RuleError::NotCaptured(missing.to_owned()));
        }
        if expect && name.fixed().is_none() {
            return Err(RuleError::ExpectedUnknown);
        }
        Ok(Self { name, comm, exe, cmdline, expect })
    }
}

fn expression(text: String) -> Result<Regex, RuleError> {
    Regex::new(&text).map_err(|error| RuleError::Regex { text, reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: RuleText) -> RuleError {
        Rule::try_from(text).err().unwrap()
    }

    #[test]
    fn a_rule_without_a_name_is_named_by_the_program() {
        let text = RuleText { comm: vec!["sh".to_owned()], ..RuleText::default() };
        let rule = Rule::try_from(text).unwrap();
        assert_eq!(rule.name, Template::parse("{{.ExeBase}}").unwrap());
    }

    #[test]
    fn a_group_is_expected_by_a_name_that_is_known_before() {
        let text = RuleText {
            name: Some("{{.Comm}}".to_owned()),
            comm: vec!["sh".to_owned()],
            expect: true,
            ..RuleText::default()
        };
        assert_eq!(refused(text.clone()), RuleError::ExpectedUnknown);
        assert!(
            Rule::try_from(RuleText { name: Some("shells".to_owned()), ..text }).unwrap().expect
        );
    }

    #[test]
    fn a_rule_for_nobody_in_particular_is_refused() {
        assert_eq!(refused(RuleText::default()), RuleError::ForNobody);
    }
}
