//! Floor 7. A mounted procfs (proc(5)): our own at /proc, or that of others, such as a host's inside of a container.

use std::ffi::OsString;
use std::fmt::{Display, Write as _};
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::{fs, io, iter};

use crate::linux::parse::Stat;

/// The first process of a pid namespace, which takes in those that lose their parents.
pub(crate) const INIT: u32 = 1;

/// A mounted procfs. The default is our own at `/proc`.
///
/// The numbers in another one are those of another pid namespace: of its processes nothing can be known but what its
/// files tell, since every call of the kernel takes a number for one of ours.
#[derive(Debug, Clone, Default)]
pub struct Procfs(Option<Arc<Path>>);

impl Procfs {
    /// Our own.
    pub const fn own() -> Self {
        Self(None)
    }

    /// The one that is mounted at this folder, whose processes count as others' even where they are ours.
    ///
    /// Fails where there is no such folder or it holds no procfs, with a sentence for a person.
    pub fn at(folder: &Path) -> io::Result<Self> {
        let procfs = Self(Some(Arc::from(folder)));
        procfs.check().map(|()| procfs)
    }

    /// Whether it is there, or else why not, in a sentence for a person.
    pub(crate) fn check(&self) -> io::Result<()> {
        let folder = self.folder().display();
        if let Err(error) = fs::read_dir(self.folder()) {
            let why = match error.kind() {
                io::ErrorKind::NotFound => format!("{folder} does not exist"),
                _ => format!("{folder} cannot be listed: {error}"),
            };
            return Err(io::Error::new(error.kind(), why));
        }
        let tells_of_a_machine =
            fs::read(self.path("stat")).is_ok_and(|stat| stat.starts_with(b"cpu"));
        if tells_of_a_machine || self.stat(INIT).is_some() {
            return Ok(());
        }
        let why =
            format!("{folder} is no procfs: it has neither a stat of the machine nor a process 1");
        Err(io::Error::new(io::ErrorKind::InvalidInput, why))
    }

    /// Whether it is the one whose numbers the kernel's calls take.
    pub(crate) const fn is_own(&self) -> bool {
        self.0.is_none()
    }

    /// Where it is mounted.
    pub(crate) fn folder(&self) -> &Path {
        self.0.as_deref().unwrap_or_else(|| Path::new("/proc"))
    }

    /// The path of a process's folder.
    pub(crate) fn of(&self, pid: u32) -> PathBuf {
        self.path(format_args!("{pid}"))
    }

    /// The path of a file of a process.
    pub(crate) fn file(&self, pid: u32, name: impl Display) -> PathBuf {
        self.path(format_args!("{pid}/{name}"))
    }

    /// The path of a file below its folder.
    pub(crate) fn path(&self, name: impl Display) -> PathBuf {
        let folder = self.folder().as_os_str();
        // Made in one piece: whoever reads hundreds of processes makes thousands of these.
        let mut path = OsString::with_capacity(folder.len() + 32);
        path.push(folder);
        let written = write!(path, "/{name}");
        debug_assert!(written.is_ok(), "a string takes whatever is written");
        path.into()
    }

    /// The numbers of all processes that it lists.
    pub(crate) fn pids(&self) -> io::Result<impl Iterator<Item = u32> + use<>> {
        let mut entries = fs::read_dir(self.folder())?.flatten();
        Ok(iter::from_fn(move || {
            entries.find_map(|entry| entry.file_name().to_str()?.parse().ok())
        }))
    }

    /// What the scheduler knows of a process; `None` where there is none, or we may not see it.
    pub(crate) fn stat(&self, pid: u32) -> Option<Stat> {
        self.line(pid).ok().flatten().map(|(stat, _)| stat)
    }

    /// What the scheduler knows of a process, with the line that tells it; `None` where that is none, or one of a
    /// process on its way out.
    pub(crate) fn line(&self, pid: u32) -> io::Result<Option<(Stat, Vec<u8>)>> {
        let line = self.contents(pid, "stat", u64::MAX)?;
        Ok(Stat::parse(&line).filter(|stat| stat.threads > 0).map(|stat| (stat, line)))
    }

    /// What a file of a process holds, up to a length.
    pub(crate) fn contents(&self, pid: u32, name: &str, most: u64) -> io::Result<Vec<u8>> {
        let file = File::open(self.file(pid, name))?;
        // With room from the start, a short text takes two reads: itself, and its end.
        let mut bytes = Vec::with_capacity(4096);
        file.take(most).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}
