//! Floor 11. What a person types to mean processes: `jest`, `/^node$/`, `command:--watch`, `command:/jest-worker/`.

use procmon_model::process::Image;
use regex_lite::Regex;

/// A text that a process's name or command line contains, or a regular expression that matches it.
#[derive(Debug, Clone)]
pub struct Pattern {
    side: Side,
    condition: Condition,
}

/// What is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    /// The name of the program.
    Name,
    /// The words of the command line with blanks between them.
    Command,
}

#[derive(Debug, Clone)]
enum Condition {
    Contains(String),
    Matches(Regex),
}

/// Why a pattern means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PatternError {
    /// Every process would match it.
    #[error("the pattern {0:?} is empty")]
    Empty(String),
    /// It is no regular expression.
    #[error("the regular expression in {pattern:?} is wrong: {reason}")]
    Regex {
        /// As it was typed.
        pattern: String,
        /// What is wrong with it.
        reason: String,
    },
}

impl Pattern {
    /// Reads one: `name:` or `command:` first (the name unless it is said), then a text, or a regular expression between
    /// two slashes.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let (side, rest) = match text.split_once(':') {
            Some(("name", rest)) => (Side::Name, rest),
            Some(("command", rest)) => (Side::Command, rest),
            _ => (Side::Name, text),
        };
        let expression = rest.strip_prefix('/').and_then(|rest| rest.strip_suffix('/'));
        if rest.is_empty() || expression == Some("") {
            return Err(PatternError::Empty(text.to_owned()));
        }
        let condition = match expression {
            Some(expression) => Condition::Matches(Regex::new(expression).map_err(|error| {
                PatternError::Regex { pattern: text.to_owned(), reason: error.to_string() }
            })?),
            None => Condition::Contains(rest.to_owned()),
        };
        Ok(Self { side, condition })
    }

    /// Whether it means a process that runs this.
    pub fn matches(&self, image: &Image) -> bool {
        match self.side {
            Side::Name => self.condition.holds(&image.name),
            Side::Command => self.condition.holds(&image.command.join(" ")),
        }
    }
}

impl Condition {
    fn holds(&self, text: &str) -> bool {
        match self {
            Self::Contains(part) => text.contains(part),
            Self::Matches(regex) => regex.is_match(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::support::process;
    use super::*;

    fn matches(pattern: &str, words: &[&str]) -> bool {
        Pattern::parse(pattern).unwrap().matches(&process(7, words).image)
    }

    #[test]
    fn a_text_is_looked_for_in_the_name_unless_the_command_is_said() {
        let words = ["/usr/bin/node", "jest.js", "--watch"];
        let told = ["nod", "jest", "command:jest", "command:js --w", "name:jest"]
            .map(|pattern| matches(pattern, &words));
        assert_eq!(told, [true, false, true, true, false]);
    }

    #[test]
    fn slashes_make_a_regular_expression_and_a_path_is_a_text() {
        let words = ["/usr/bin/node", "jest.js"];
        let told = ["/^node$/", "/^nod$/", "command:/j.st/", "command:/usr/bin"]
            .map(|pattern| matches(pattern, &words));
        assert_eq!(told, [true, false, true, true]);
    }

    #[test]
    fn what_means_nothing_is_refused_with_the_reason() {
        let error = |text: &str| Pattern::parse(text).unwrap_err().to_string();
        assert_eq!(error("command:"), "the pattern \"command:\" is empty");
        assert_eq!(error("//"), "the pattern \"//\" is empty");
        assert!(error("/(/").starts_with("the regular expression in \"/(/\" is wrong: "));
    }
}
