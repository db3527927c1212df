//! Floor 11. How a file was, to tell when it has changed.

use std::fs::{self, Metadata};
use std::path::PathBuf;

use procmon_sys::is_same_file;

/// A file as it was. It is taken before the file is read: what changes meanwhile is read once more and not missed.
pub(super) struct Stamp {
    path: PathBuf,
    /// `None` where there was no such file.
    metadata: Option<Metadata>,
}

impl Stamp {
    /// The file as it is now.
    pub(super) fn of(path: PathBuf) -> Self {
        let metadata = fs::metadata(&path).ok();
        Self { path, metadata }
    }

    /// Whether there is another file now, or the same with another content.
    pub(super) fn has_changed(&self) -> bool {
        match (&self.metadata, fs::metadata(&self.path).ok()) {
            (None, None) => false,
            (Some(was), Some(is)) => {
                let is_same = is_same_file(was, &is);
                let is_untouched = was.modified().ok() == is.modified().ok();
                !(is_same && is_untouched && was.len() == is.len())
            }
            _ => true,
        }
    }
}
