//! Floors: every source file names its own, and imports from none that lies higher.

use super::house::{Edge, House};
use super::source::{SourceFile, Violation};

/// The files of crates that do not begin with their floor.
pub(super) fn missing_floors(files: &[SourceFile]) -> Vec<Violation> {
    let sources = files.iter().filter(|file| file.place().is_some());
    sources
        .filter(|file| file.floor().is_none())
        .map(|file| Violation {
            path: file.path.clone(),
            line: 1,
            message: "the first line is not `//! Floor N. <what this is, in one sentence>`".into(),
        })
        .collect()
}

/// The imports that climb. A file without a floor is told so elsewhere and climbs nowhere.
pub(super) fn upward_imports(house: &House<'_>, edges: &[Edge]) -> Vec<Violation> {
    edges.iter().filter_map(|edge| upward_import(house, edge)).collect()
}

fn upward_import(house: &House<'_>, edge: &Edge) -> Option<Violation> {
    let (from, to) = (house.floor(edge.from)?, house.floor(edge.to)?);
    let above = &house.rooms[edge.to].file.path;
    (to > from).then(|| Violation {
        path: house.rooms[edge.from].file.path.clone(),
        line: edge.line,
        message: format!("floor {from} imports `{}` of floor {to} ({above})", edge.text),
    })
}
