//! Floor 12. The file of settings: the one that was named, or the nearest above the working directory.

use std::env;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};

use procmon_sys::is_ours_or_roots;

use crate::config::sheet::Sheet;
use crate::failure::Failure;

/// What it is called unless it is named.
const NAME: &str = "procmon.toml";
/// What the topmost folder of a project holds.
const TOP: &str = ".git";
/// The variable that names it.
const VARIABLE: &str = "PROCMON_CONFIG";

/// The file of settings in force: that of the option, that of the variable, or one that is found; `None` where there is
/// none.
pub(crate) fn sheet(option: Option<&Path>) -> Result<Option<Sheet>, Failure> {
    let variable = env::var_os(VARIABLE).filter(|value| !value.is_empty()).map(PathBuf::from);
    if let Some(path) = option.map(Path::to_owned).or(variable) {
        return named(&path).map(Some);
    }
    let Ok(cwd) = env::current_dir() else { return Ok(None) };
    let Some(path) = nearest(&cwd) else { return Ok(None) };
    found(&path, &cwd).map(Some)
}

fn named(path: &Path) -> Result<Sheet, Failure> {
    let name = path.display().to_string();
    let text = File::open(path).and_then(text).map_err(|error| unreadable(&name, &error))?;
    Sheet::read(name, &text)
}

/// Somebody else's file could have us run what they like, where its folder is open to all.
fn found(path: &Path, cwd: &Path) -> Result<Sheet, Failure> {
    let short = path.strip_prefix(cwd).unwrap_or(path);
    let name = short.display().to_string();
    let file = File::open(path).map_err(|error| unreadable(&name, &error))?;
    let both = [fs::symlink_metadata(path), file.metadata()];
    if !both.iter().all(|owner| owner.as_ref().is_ok_and(is_ours_or_roots)) {
        let message = format!("{name} belongs to another user, and its settings are not used");
        let hint = format!("`--config {name}` uses it all the same");
        return Err(Failure::hinted(message, hint));
    }
    let text = text(file).map_err(|error| unreadable(&name, &error))?;
    Sheet::read(name, &text)
}

/// The file in this folder, or in the nearest above it that is no higher than the top of the project.
fn nearest(cwd: &Path) -> Option<PathBuf> {
    for folder in cwd.ancestors() {
        let path = folder.join(NAME);
        if fs::metadata(&path).is_ok_and(|file| file.is_file()) {
            return Some(path);
        }
        if fs::symlink_metadata(folder.join(TOP)).is_ok() {
            return None;
        }
    }
    None
}

fn text(mut file: File) -> io::Result<String> {
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    Ok(text)
}

fn unreadable(name: &str, error: &io::Error) -> Failure {
    let why = match error.kind() {
        ErrorKind::InvalidData => "it is no text in UTF-8".to_owned(),
        _ => error.to_string(),
    };
    Failure::new(format!("{name} could not be read: {why}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_file_is_taken_up_to_the_top_of_the_project() {
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("project/packages/a");
        fs::create_dir_all(&deep).unwrap();
        let above = root.path().join(NAME);
        fs::write(&above, "").unwrap();
        assert_eq!(nearest(&deep), Some(above));
        fs::create_dir(root.path().join("project/.git")).unwrap();
        assert_eq!(nearest(&deep), None);
        let at_the_top = root.path().join("project").join(NAME);
        fs::write(&at_the_top, "").unwrap();
        assert_eq!(nearest(&deep), Some(at_the_top));
        let own = deep.join(NAME);
        fs::write(&own, "").unwrap();
        assert_eq!(nearest(&deep), Some(own));
    }
}
