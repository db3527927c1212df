//! Floor 8. A file under a name of its own until it is whole.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::process;

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
            let path = path.with_file_name(format!(".procmon-{}-{number}", process::id()));
            match options.open(&path) {
                Ok(file) => return Ok(Self { path, file, is_ours: true }),
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
}
