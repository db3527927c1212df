//! Floor 12. Where a setting comes from, and which of two places is the stronger.

/// The places of settings, the weaker before the stronger.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    /// The top of the file, for every command that has the option.
    Top,
    /// The command's own table in the file.
    Table,
    /// The environment.
    Environment,
    /// The command line.
    Words,
}

/// Where a setting comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    /// It was typed.
    CommandLine,
    /// The variable of this name.
    Variable(String),
    /// A line of a file.
    File {
        /// The file.
        file: String,
        /// Its line, counted from 1.
        line: usize,
        /// The key, behind its table's name and a dot where it has one.
        key: String,
    },
    /// The profile of this name.
    Profile(String),
    /// Nobody said anything.
    Default,
}

impl Source {
    /// What kind of place it is.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::CommandLine => "command line",
            Self::Variable(_) => "variable",
            Self::File { .. } => "file",
            Self::Profile(_) => "profile",
            Self::Default => "default",
        }
    }

    /// Which one of its kind it is.
    pub(crate) fn place(&self) -> Option<String> {
        match self {
            Self::CommandLine | Self::Default => None,
            Self::Variable(name) | Self::Profile(name) => Some(name.clone()),
            Self::File { file, line, .. } => Some(format!("{file}:{line}")),
        }
    }

    /// How a sentence about the setting begins.
    pub(crate) fn subject(&self) -> String {
        match self {
            Self::Variable(name) | Self::Profile(name) => name.clone(),
            Self::File { file, line, key } => format!("{file} line {line}: {key}"),
            Self::CommandLine | Self::Default => self.kind().to_owned(),
        }
    }
}
