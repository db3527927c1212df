//! The rules that one file keeps or breaks by itself, and the list of all rules.

use proc_macro2::{TokenStream, TokenTree};

use super::cycles::cycles;
use super::floors::{missing_floors, upward_imports};
use super::house::House;
use super::source::{SourceFile, Violation};

/// A file that is longer says more than one thing.
const MOST_LINES: usize = 400;

/// The one file that may ask which system it is built for.
const KNOWS_THE_SYSTEM: &str = "crates/sys/src/lib.rs";

/// The one crate that may be unsafe.
const MAY_BE_UNSAFE: &str = "sys";

/// Everything that `files` do against the rules, in the order of files and lines.
pub(super) fn violations(files: &[SourceFile]) -> Vec<Violation> {
    let mut found = Vec::new();
    let house = House::build(files, &mut found);
    let edges = house.edges();
    found.extend(upward_imports(&house, &edges));
    found.extend(cycles(&house, &edges));
    found.extend(missing_floors(files));
    found.extend(files.iter().filter_map(too_long));
    found.extend(files.iter().flat_map(forbidden_words));
    found.sort();
    found.dedup();
    found
}

fn too_long(file: &SourceFile) -> Option<Violation> {
    let lines = file.text.lines().count();
    (lines > MOST_LINES).then(|| Violation {
        path: file.path.clone(),
        line: MOST_LINES + 1,
        message: format!("{lines} lines, the most is {MOST_LINES}"),
    })
}

/// Words that stand for a decision which only certain files may make.
fn forbidden_words(file: &SourceFile) -> Vec<Violation> {
    let Some((krate, _)) = file.place() else { return Vec::new() };
    let mut forbidden = Vec::new();
    if file.path != KNOWS_THE_SYSTEM {
        forbidden
            .push(("target_os", format!("`cfg(target_os)` stands in {KNOWS_THE_SYSTEM} alone")));
    }
    if krate != MAY_BE_UNSAFE {
        forbidden.push(("unsafe", format!("`unsafe` stands in crates/{MAY_BE_UNSAFE} alone")));
    }
    // A file that is no Rust is told so where its imports are read.
    let words = file.text.parse().map(words).unwrap_or_default();
    let mut found = Vec::new();
    for (word, message) in forbidden {
        let lines = words.iter().filter(|(_, found)| *found == word).map(|(line, _)| *line);
        found.extend(lines.map(|line| Violation {
            path: file.path.clone(),
            line,
            message: message.clone(),
        }));
    }
    found
}

/// Every name and keyword with its line, at any depth.
fn words(tokens: TokenStream) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Ident(ident) => found.push((ident.span().start().line, ident.to_string())),
            TokenTree::Group(group) => found.extend(words(group.stream())),
            TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    found
}
