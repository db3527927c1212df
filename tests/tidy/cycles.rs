//! Cycles: no file imports, by whatever way round, a file of its crate that imports it.

use std::collections::VecDeque;

use super::house::{Edge, House};
use super::source::Violation;

/// One violation for each knot of files that import each other, at the first import of its shortest
/// cycle.
pub(super) fn cycles(house: &House<'_>, edges: &[Edge]) -> Vec<Violation> {
    let inside: Vec<&Edge> = edges
        .iter()
        .filter(|edge| house.rooms[edge.from].krate == house.rooms[edge.to].krate)
        .collect();
    let all = (0..house.rooms.len()).filter_map(|start| shortest_cycle(start, &inside));
    // The same cycle is found from each of its files; it is told once, from the first of them.
    all.filter(|cycle| cycle.iter().all(|edge| edge.from >= cycle[0].from))
        .map(|cycle| describe(house, &cycle))
        .collect()
}

/// The shortest way from a file back to itself.
fn shortest_cycle<'a>(start: usize, edges: &[&'a Edge]) -> Option<Vec<&'a Edge>> {
    let mut ways: VecDeque<Vec<&'a Edge>> = VecDeque::from([Vec::new()]);
    let mut seen = Vec::new();
    while let Some(way) = ways.pop_front() {
        let here = way.last().map_or(start, |edge| edge.to);
        for edge in edges.iter().filter(|edge| edge.from == here) {
            let longer = [way.as_slice(), &[*edge]].concat();
            if edge.to == start {
                return Some(longer);
            }
            if !seen.contains(&edge.to) {
                seen.push(edge.to);
                ways.push_back(longer);
            }
        }
    }
    None
}

fn describe(house: &House<'_>, cycle: &[&Edge]) -> Violation {
    let path = |at: usize| house.rooms[at].file.path.clone();
    let steps: Vec<String> = cycle
        .iter()
        .map(|edge| format!("{}:{} imports {}", path(edge.from), edge.line, path(edge.to)))
        .collect();
    Violation {
        path: path(cycle[0].from),
        line: cycle[0].line,
        message: format!("files import each other: {}", steps.join(", ")),
    }
}
