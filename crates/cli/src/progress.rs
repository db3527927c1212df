//! Floor 12. How far the reading of recordings has come, where somebody waits for it.
//!
//! There is a bar only while it is of use: from a second on, on a terminal of people's, until everything was read. It
//! moves with what is read, so that it needs no thread.

use std::cell::Cell;
use std::fs;
use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use procmon_core::load::Loader;

use crate::printer::is_stderr_for_people;

/// Who waits no longer needs no bar.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where it is known how much there is to read.
const SHARE: &str = "reading [{wide_bar}] {decimal_bytes} of {decimal_total_bytes}";
/// Where it is not.
const AMOUNT: &str = "reading: {decimal_bytes}";

/// The reading of some recordings. Whatever it shows is gone when this is dropped.
#[derive(Debug)]
pub(crate) struct Progress {
    bar: Option<Rc<Bar>>,
}

#[derive(Debug)]
struct Bar {
    began: Instant,
    shown: Cell<bool>,
    line: ProgressBar,
}

impl Progress {
    /// One that is never shown.
    pub(crate) fn unseen() -> Self {
        Self { bar: None }
    }

    /// One that begins now and is shown on stderr when it takes long and there is somebody to see it.
    pub(crate) fn of<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Self {
        if is_stderr_for_people() { Self::seen(paths) } else { Self::unseen() }
    }

    fn seen<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Self {
        let total = total(paths);
        let template = if total.is_some() { SHARE } else { AMOUNT };
        let line = ProgressBar::with_draw_target(total, ProgressDrawTarget::hidden());
        line.set_style(style(template));
        let bar = Bar { began: Instant::now(), shown: Cell::new(false), line };
        Self { bar: Some(Rc::new(bar)) }
    }

    /// What opens these recordings.
    pub(crate) fn loader(&self) -> Loader {
        match &self.bar {
            Some(bar) => {
                let bar = Rc::clone(bar);
                Loader::observed(Rc::new(move |bytes| bar.advance(bytes)))
            }
            None => Loader::default(),
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.line.finish_and_clear();
        }
    }
}

impl Bar {
    fn advance(&self, bytes: u64) {
        self.line.inc(bytes);
        if !self.shown.get() && self.began.elapsed() >= PATIENCE {
            self.shown.set(true);
            self.line.set_draw_target(ProgressDrawTarget::stderr());
            self.line.tick();
        }
    }
}

/// A template that makes no sense, which a test rules out, gives the library's own line.
fn style(template: &str) -> ProgressStyle {
    let style = ProgressStyle::with_template(template);
    style.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ")
}

/// The bytes of these files; `None` where one has no length, as standard input and pipes have none.
fn total<P: AsRef<Path>>(paths: impl IntoIterator<Item = P>) -> Option<u64> {
    let length = |path: P| fs::metadata(path).ok().filter(fs::Metadata::is_file).map(|it| it.len());
    // Files of /proc have no length and yet something in them.
    paths.into_iter().map(|path| length(path).filter(|length| *length > 0)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lines_are_templates_that_make_sense() {
        for template in [SHARE, AMOUNT] {
            assert_eq!(ProgressStyle::with_template(template).err().map(|it| it.to_string()), None);
        }
    }

    #[test]
    fn what_there_is_to_read_is_known_of_files_alone() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            fs::write(&path, text).unwrap();
            path
        };
        let (five, two, none) = (write("a", "12345"), write("b", "12"), write("c", ""));
        assert_eq!(total([&five, &two]), Some(7));
        assert_eq!(total([&five, &none]), None);
        assert_eq!(total([five.as_path(), Path::new("-")]), None);
        assert_eq!(total([five.as_path(), folder.path()]), None);
    }

    #[test]
    fn what_is_read_quickly_is_counted_and_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none.jsonl");
        fs::write(&path, "not a recording\n").unwrap();
        let progress = Progress::seen([&path]);
        assert!(progress.loader().open(&path).is_err_and(|error| error.to_string()
            == format!("{}: not a recording of procmon or denet", path.display())));
        let bar = progress.bar.as_deref().unwrap();
        assert_eq!((bar.line.position(), bar.line.length()), (16, Some(16)));
        assert_eq!((bar.shown.get(), bar.line.is_hidden()), (false, true));
    }
}
