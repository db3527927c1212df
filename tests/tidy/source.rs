//! A source file with its text, and what is said about one.

use std::fmt;

/// The first words of every source file; the floor's number follows.
const FLOOR_HEADER: &str = "//! Floor ";

/// One file: its path from the root of the checkout, with `/`, and its whole text.
pub(super) struct SourceFile {
    pub(super) path: String,
    pub(super) text: String,
}

impl SourceFile {
    /// The folder name of the crate whose sources the file belongs to, and its path below `src/`;
    /// `None` for files that are not sources of a crate.
    pub(super) fn place(&self) -> Option<(&str, &str)> {
        let (krate, inner) = self.path.strip_prefix("crates/")?.split_once("/src/")?;
        inner.strip_suffix(".rs").map(|module| (krate, module))
    }

    /// The floor that the first line names; `None` where it names none.
    pub(super) fn floor(&self) -> Option<u32> {
        let (floor, sentence) =
            self.text.lines().next()?.strip_prefix(FLOOR_HEADER)?.split_once(". ")?;
        if sentence.trim().is_empty() { None } else { floor.parse().ok() }
    }
}

/// Where a file breaks a rule, and which.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Violation {
    pub(super) path: String,
    pub(super) line: usize,
    pub(super) message: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path, self.line, self.message)
    }
}
