//! Floor 8. A file under a name of its own until it is whole.
//!
//! It is locked as long as it is written. One that nobody has locked was left by a process that was killed: its number alone
//! would not say so, since that may be another's by now, or one of a container that shares the folder.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process;

use procmon_sys::is_still_at;

use crate::patient_lock::{Lock, lock_at_once};

/// How the names of drafts begin; the number of a process and one of its own follow.
const BEGINNING: &str = ".procmon-";

/// How many names are tried for a new file, each of which somebody else may have taken.
const NAMES: u32 = 100;

/// A file of our own making beside another one, gone again unless it gets that one's name.
pub struct Draft {
    path: PathBuf,
    file: File,
    is_ours: bool,
}

impl Draft {
    /// In the folder of `path`, with these options beside those that make a new file.
    pub fn beside(path: &Path, options: &mut OpenOptions) -> io::Result<Self> {
        options.write(true).create_new(true);
        let mut taken = None;
        for number in 0..NAMES {
            let path = path.with_file_name(format!("{BEGINNING}{}-{number}", process::id()));
            match options.open(&path) {
                Ok(file) if is_kept(&file, &path) => {
                    return Ok(Self { path, file, is_ours: true });
                }
                // Whoever clears drafts away came between its making and its lock.
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => taken = Some(error),
                Err(error) => return Err(error),
            }
        }
        Err(taken.unwrap_or_else(|| io::ErrorKind::AlreadyExists.into()))
    }

    /// What is to be written to.
    pub fn file(&self) -> &File {
        &self.file
    }

    /// Its own name, which whoever ends this program early may want to clear away.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gets this name unless there is something of that name by now.
    pub fn become_a_new_file(self, path: &Path) -> io::Result<()> {
        match fs::hard_link(&self.path, path) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                // Not every file system has a second name for a file.
                self.become_the_file(path)
            }
            linked => linked,
        }
    }

    /// Takes the place of whatever is at `path`.
    pub fn become_the_file(mut self, path: &Path) -> io::Result<()> {
        fs::rename(&self.path, path)?;
        self.is_ours = false;
        Ok(())
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.is_ours {
            drop(fs::remove_file(&self.path));
        }
    }
}

/// Locks a draft that was just made; whether it is there to stay.
fn is_kept(file: &File, path: &Path) -> bool {
    match lock_at_once(file) {
        Lock::Ours => is_still_at(file, path).unwrap_or(true),
        Lock::Others => false,
        Lock::Nobody => true,
    }
}

/// Removes the drafts in a folder that nobody writes any more. Where the file system has no locks, all of them stay.
pub fn clear_abandoned(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let is_file = entry.file_type().is_ok_and(|kind| kind.is_file());
        if !is_file || !is_draft(&entry.file_name().to_string_lossy()) {
            continue;
        }
        let path = entry.path();
        // What is gone by now, or not ours to write, is left to others.
        let Ok(file) = OpenOptions::new().write(true).open(&path) else { continue };
        if lock_at_once(&file) == Lock::Ours && is_still_at(&file, &path).unwrap_or(false) {
            drop(fs::remove_file(&path));
        }
    }
}

fn is_draft(name: &str) -> bool {
    let numbers = name.strip_prefix(BEGINNING).and_then(|rest| rest.split_once('-'));
    let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    numbers.is_some_and(|(pid, number)| is_number(pid) && is_number(number))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    #[test]
    fn a_new_file_takes_nobodys_place_and_leaves_no_draft() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.csv");
        for (text, published) in [("first", true), ("second", false)] {
            let draft = Draft::beside(&path, &mut OpenOptions::new()).unwrap();
            draft.file().write_all(text.as_bytes()).unwrap();
            let result = draft.become_a_new_file(&path).map_err(|error| error.kind());
            assert_eq!(result, if published { Ok(()) } else { Err(io::ErrorKind::AlreadyExists) });
            assert_eq!(fs::read_to_string(&path).unwrap(), "first");
            assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
        }
    }

    #[test]
    fn drafts_that_nobody_writes_any_more_are_removed_and_nothing_else_is() {
        let folder = tempfile::tempdir().unwrap();
        let file = |name: &str| folder.path().join(name);
        let draft = Draft::beside(&file("run.csv"), &mut OpenOptions::new()).unwrap();
        let others = [".procmon-7", ".procmon-7-0.tmp", ".procmon-x-0", "procmon-7-0", "run.csv"];
        for name in others.iter().chain(&[".procmon-7-0", ".procmon-4194305-99"]) {
            fs::write(file(name), "left").unwrap();
        }
        fs::create_dir(file(".procmon-8-0")).unwrap();
        std::os::unix::fs::symlink("run.csv", file(".procmon-9-0")).unwrap();
        clear_abandoned(folder.path());
        let own = draft.path().file_name().unwrap().to_str().unwrap();
        let mut expected = [&others[..], &[own, ".procmon-8-0", ".procmon-9-0"]].concat();
        expected.sort_unstable();
        let names = fs::read_dir(folder.path()).unwrap();
        let mut names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        names.sort_unstable();
        assert_eq!(names, expected);
    }

    #[test]
    fn a_draft_that_is_being_cleared_away_is_none_to_write_to() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(".procmon-7-0");
        let made = File::create_new(&path).unwrap();
        let other = File::open(&path).unwrap();
        other.lock().unwrap();
        assert!(!is_kept(&made, &path));
        other.unlock().unwrap();
        assert!(is_kept(&made, &path));
        fs::remove_file(&path).unwrap();
        assert!(!is_kept(&made, &path));
    }
}
