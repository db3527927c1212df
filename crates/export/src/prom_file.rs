//! Floor 11. A scene as a file for the textfile collector of `node_exporter`.
//!
//! The collector may read at any moment, so a file is there as a whole or not at all. It reads the text format alone,
//! refuses timestamps, and runs as a user of its own, for which the file is open to everybody's reading.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use procmon_core::draft::Draft;
use procmon_sys::open_to_readers;
use thiserror::Error;

use crate::census::Scene;
use crate::exposition::{Exposition, Format};

/// What the names of files end with that the collector reads.
const ENDING: &str = "prom";

/// The file could not be written.
#[derive(Debug, Error)]
#[error("write {}: {source}", path.display())]
#[non_exhaustive]
pub struct PromFileError {
    /// Which file.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

/// Writes a scene in the text format, whatever the format of the exposition. A device or a pipe at the path is written
/// to; anything else is replaced.
pub fn write(path: &Path, scene: &Scene, exposition: &Exposition) -> Result<(), PromFileError> {
    let mut text = String::new();
    exposition.in_format(Format::Text).encode(scene, &mut text);
    put(path, text.as_bytes()).map_err(|source| PromFileError { path: path.to_owned(), source })
}

/// A sentence for a person whose file the collector would pass over for its name; `None` for a good name, and for a
/// device or a pipe, which is for somebody else.
pub fn name_warning(path: &Path) -> Option<String> {
    let is_read = path.extension().is_some_and(|ending| ending == ENDING) || !is_replaced(path);
    let name = path.display();
    (!is_read)
        .then(|| format!("node_exporter reads files that end in .{ENDING}, and {name} does not"))
}

fn put(path: &Path, text: &[u8]) -> io::Result<()> {
    if !is_replaced(path) {
        return OpenOptions::new().write(true).open(path)?.write_all(text);
    }
    // A link goes on leading to where it leads.
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let draft = Draft::beside(path, &mut OpenOptions::new())?;
    open_to_readers(draft.file())?;
    draft.file().write_all(text)?;
    draft.become_the_file(path)
}

/// Whether there is a file, or nothing yet.
fn is_replaced(path: &Path) -> bool {
    fs::metadata(path).map_or(true, |there| there.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exposition::Names;

    fn exposition() -> Exposition {
        Exposition::new(Names::Procmon, Vec::new(), Format::OpenMetrics).unwrap()
    }

    #[test]
    fn a_file_is_replaced_as_a_whole_and_nothing_stays_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.prom");
        fs::write(&path, "old").unwrap();
        write(&path, &Scene::default(), &exposition()).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        assert!(
            text.contains(
                "# TYPE procmon_events_lost_total counter\nprocmon_events_lost_total 0\n"
            )
        );
        assert!(!text.contains("# EOF"), "{text}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }

    #[test]
    fn an_error_names_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("nowhere").join("run.prom");
        let error = write(&path, &Scene::default(), &exposition()).unwrap_err();
        assert_eq!(error.source.kind(), io::ErrorKind::NotFound);
        assert!(error.to_string().starts_with(&format!("write {}: ", path.display())), "{error}");
    }

    #[test]
    fn a_name_that_the_collector_passes_over_is_warned_of() {
        assert_eq!(name_warning(Path::new("/var/lib/node_exporter/run.prom")), None);
        let warning = "node_exporter reads files that end in .prom, and run.txt does not";
        assert_eq!(name_warning(Path::new("run.txt")).as_deref(), Some(warning));
        assert_eq!(name_warning(Path::new("/dev/null")), None);
    }
}
