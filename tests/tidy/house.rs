//! The crates as modules in files: which file a path leads to, and which files a file imports.

use std::collections::HashMap;

use super::imports::{Import, Imports, imports};
use super::source::{SourceFile, Violation};

/// How many re-exports are followed from one to the next before the search gives up.
const LONGEST_CHAIN: usize = 8;

/// One source file as a module.
pub(super) struct Room<'a> {
    pub(super) file: &'a SourceFile,
    pub(super) krate: String,
    /// The module's path in its crate; empty for the crate's root.
    pub(super) names: Vec<String>,
    /// Whether the file only opens on others: `mod.rs`, `lib.rs` and `main.rs`.
    pub(super) is_door: bool,
    found: Imports,
}

/// One import that leads from a file to another.
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) line: usize,
    /// The path as it is written.
    pub(super) text: String,
}

/// All rooms, and the way between them.
pub(super) struct House<'a> {
    pub(super) rooms: Vec<Room<'a>>,
    index: HashMap<(String, Vec<String>), usize>,
}

impl<'a> House<'a> {
    /// Reads the sources of all crates among `files`; a file that is no Rust becomes a violation.
    pub(super) fn build(files: &'a [SourceFile], violations: &mut Vec<Violation>) -> Self {
        let mut house = House { rooms: Vec::new(), index: HashMap::new() };
        for file in files {
            let Some((krate, inner)) = file.place() else { continue };
            match file.text.parse() {
                Ok(tokens) => house.add(Room::new(file, krate, inner, imports(tokens))),
                Err(error) => violations.push(Violation {
                    path: file.path.clone(),
                    line: error.span().start().line,
                    message: format!("cannot be read as Rust: {error}"),
                }),
            }
        }
        house.forget_tests();
        house
    }

    fn add(&mut self, mut room: Room<'a>) {
        // A crate with a library and a program has two roots; the program is a crate of its own.
        if room.file.path.ends_with("/src/main.rs") && self.has_library(&room.krate) {
            room.krate.push_str("/main");
        }
        self.index.insert((room.krate.clone(), room.names.clone()), self.rooms.len());
        self.rooms.push(room);
    }

    fn has_library(&self, krate: &str) -> bool {
        self.index.contains_key(&(krate.to_owned(), Vec::new()))
    }

    /// Test modules may import what they like, and nothing else can import them.
    fn forget_tests(&mut self) {
        let declared: Vec<(String, Vec<String>)> = self.rooms.iter().flat_map(tests_of).collect();
        self.rooms.retain(|room| {
            let named_tests = room.names.iter().any(|name| name == "tests");
            !named_tests
                && !declared
                    .iter()
                    .any(|(krate, names)| *krate == room.krate && room.names.starts_with(names))
        });
        self.index = self
            .rooms
            .iter()
            .enumerate()
            .map(|(at, room)| ((room.krate.clone(), room.names.clone()), at))
            .collect();
    }

    /// Every import that leads to another file, in the order of the files.
    pub(super) fn edges(&self) -> Vec<Edge> {
        let mut edges = Vec::new();
        for (from, room) in self.rooms.iter().enumerate() {
            for import in &room.found.paths {
                if let Some(to) = self.target(room, import, LONGEST_CHAIN).filter(|to| *to != from)
                {
                    let text = import.segments.join("::");
                    edges.push(Edge { from, to, line: import.line, text });
                }
            }
        }
        edges
    }

    /// The floor of a room: its own, and of a door the highest that lies behind it.
    pub(super) fn floor(&self, at: usize) -> Option<u32> {
        let door = &self.rooms[at];
        if !door.is_door {
            return door.file.floor();
        }
        let behind = self
            .rooms
            .iter()
            .filter(|room| room.krate == door.krate && room.names.starts_with(&door.names));
        behind.filter_map(|room| room.file.floor()).max()
    }

    /// The file that an import of `room` leads to; `None` where that is no file of ours.
    fn target(&self, room: &Room<'_>, import: &Import, chain: usize) -> Option<usize> {
        let (krate, names) = self.absolute(room, import)?;
        let (depth, at) = (0..=names.len())
            .rev()
            .find_map(|depth| Some((depth, self.at(&krate, &names[..depth])?)))?;
        let reached = &self.rooms[at];
        let name = names.get(depth).filter(|_| reached.is_door && chain > 0);
        let behind = name.and_then(|name| {
            let exported = reached.found.paths.iter().find(|path| path.binds(name))?;
            self.target(reached, exported, chain - 1)
        });
        behind.or(Some(at))
    }

    /// The crate and the path in it that an import means where it stands.
    fn absolute(&self, room: &Room<'_>, import: &Import) -> Option<(String, Vec<String>)> {
        let mut here = [room.names.as_slice(), &import.inline].concat();
        let (first, mut rest) = import.segments.split_first()?;
        match first.as_str() {
            "crate" => here.clear(),
            "self" => {}
            "super" => {
                here.pop();
                while let Some(("super", above)) = rest.split_first().map(|(s, r)| (s.as_str(), r))
                {
                    here.pop();
                    rest = above;
                }
            }
            name => {
                if let Some(krate) = name.strip_prefix("procmon_").filter(|it| self.has_library(it))
                {
                    return Some((krate.to_owned(), rest.to_vec()));
                }
                here.push(name.to_owned());
                self.at(&room.krate, &here)?;
            }
        }
        here.extend_from_slice(rest);
        Some((room.krate.clone(), here))
    }

    fn at(&self, krate: &str, names: &[String]) -> Option<usize> {
        self.index.get(&(krate.to_owned(), names.to_vec())).copied()
    }
}

impl<'a> Room<'a> {
    fn new(file: &'a SourceFile, krate: &str, inner: &str, found: Imports) -> Self {
        let mut names: Vec<String> = inner.split('/').map(str::to_owned).collect();
        let is_root = names.len() == 1 && (names[0] == "lib" || names[0] == "main");
        let is_door = is_root || names.last().is_some_and(|name| name == "mod");
        if is_door {
            names.pop();
        }
        Room { file, krate: krate.to_owned(), names, is_door, found }
    }
}

impl Import {
    fn binds(&self, name: &str) -> bool {
        self.inline.is_empty() && self.binding.as_deref() == Some(name)
    }
}

/// The full paths of the modules that a room declares for tests alone.
fn tests_of(room: &Room<'_>) -> Vec<(String, Vec<String>)> {
    let full = |name| [room.names.as_slice(), std::slice::from_ref(name)].concat();
    room.found.test_modules.iter().map(|name| (room.krate.clone(), full(name))).collect()
}
