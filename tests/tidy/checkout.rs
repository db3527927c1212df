//! The rules over this checkout itself.

use std::fs;
use std::path::Path;

use super::rules::violations;
use super::source::SourceFile;

/// Where files that people write lie; what they install or build is skipped below these.
const FOLDERS: [&str; 8] = ["__test__", "bench", "bin", "crates", "fuzz", "js", "scripts", "tests"];
const FILES: [&str; 3] = ["index.cjs", "index.d.ts", "index.mjs"];
const ENDINGS: [&str; 7] = ["rs", "js", "cjs", "mjs", "ts", "cts", "mts"];
const SKIPPED: [&str; 2] = ["node_modules", "target"];

#[test]
fn every_file_keeps_the_rules_of_the_house() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut files = Vec::new();
    for folder in FOLDERS {
        collect(&root, folder, &mut files);
    }
    for file in FILES {
        read(&root, file, &mut files);
    }
    assert!(files.iter().any(|file| file.path == "crates/model/src/lib.rs"), "no sources found");
    let broken: Vec<String> = violations(&files).iter().map(ToString::to_string).collect();
    assert!(broken.is_empty(), "{} violations:\n{}", broken.len(), broken.join("\n"));
}

/// Reads all sources below `folder`, in the order of their names.
fn collect(root: &Path, folder: &str, files: &mut Vec<SourceFile>) {
    let Ok(entries) = fs::read_dir(root.join(folder)) else { return };
    let mut names: Vec<(String, bool)> = entries
        .flatten()
        .map(|entry| {
            let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
            (entry.file_name().to_string_lossy().into_owned(), is_folder)
        })
        .collect();
    names.sort();
    for (name, is_folder) in names {
        let path = format!("{folder}/{name}");
        if !is_folder {
            read(root, &path, files);
        } else if !SKIPPED.contains(&name.as_str()) {
            collect(root, &path, files);
        }
    }
}

fn read(root: &Path, path: &str, files: &mut Vec<SourceFile>) {
    let is_source = path.rsplit_once('.').is_some_and(|(_, ending)| ENDINGS.contains(&ending));
    if let Some(text) = is_source.then(|| fs::read_to_string(root.join(path)).ok()).flatten() {
        files.push(SourceFile { path: path.to_owned(), text });
    }
}
