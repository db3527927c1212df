//! Floor 2. The parts of a path in a command line, whichever way its slashes lean.

const EXTENSIONS: &[&str] = &[".js", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".exe", ".cmd"];

/// The last part of the path.
pub(super) fn base(path: &str) -> &str {
    parts(path).next_back().unwrap_or_default()
}

/// The last part of the path without the extension of a program or script.
pub(super) fn stem(path: &str) -> &str {
    let base = base(path);
    EXTENSIONS.iter().find_map(|extension| base.strip_suffix(extension)).unwrap_or(base)
}

/// The named parts of the path, from its root to its file.
pub(super) fn parts(path: &str) -> impl DoubleEndedIterator<Item = &str> {
    path.split(['/', '\\']).filter(|part| !part.is_empty())
}

/// Whether the file lies in the folder, or in the scoped package, of this name.
pub(super) fn lies_in(path: &str, folder: &str) -> bool {
    let wanted: Vec<&str> = parts(folder).collect();
    let folders: Vec<&str> = parts(path).rev().skip(1).collect();
    folders.windows(wanted.len()).any(|folders| folders.iter().rev().eq(wanted.iter()))
}

/// The folder that holds the file.
pub(super) fn folder(path: &str) -> Option<&str> {
    parts(path).rev().nth(1)
}

/// The package that the file belongs to, with its scope; `None` outside of `node_modules`.
pub(super) fn package(path: &str) -> Option<String> {
    let (_, inside) = path.rsplit_once("node_modules")?;
    let mut parts = parts(inside);
    let first = parts.next()?;
    if first.starts_with('@') {
        return Some(format!("{first}/{}", parts.next()?));
    }
    Some(first.to_owned())
}
