//! Floor 7. The files of one process in a procfs, opened once and read again and again.
//!
//! A kept descriptor costs a third of opening anew, and it can never show another process: once its own has been
//! reaped it answers ESRCH, even when the number is in use again. Opening goes by number, so files count as the
//! process's only after [`Files::stat`], read after the opening, has shown the right start time.

use std::fs::{File, Metadata, OpenOptions};
use std::io;
use std::os::fd::{AsRawFd, RawFd};
use std::os::unix::fs::{FileExt, OpenOptionsExt};
use std::path::PathBuf;

use procmon_model::metrics::MetricSet;

use crate::linux::parse::{Io, Schedstat, Stat, Statm, Status};
use crate::linux::procfs::Procfs;

/// Holds every text that is read here: a status may be long where a user has many groups.
const BUFFER_BYTES: usize = 8192;

/// Knows where the files are, and reads their texts.
pub(super) struct Reader {
    pub(super) procfs: Procfs,
    /// Where they are read to.
    bytes: Box<[u8]>,
    /// How many times a file was read.
    pub(super) reads: u64,
}

impl Reader {
    pub(super) fn of(procfs: Procfs) -> Self {
        Self { procfs, bytes: vec![0; BUFFER_BYTES].into_boxed_slice(), reads: 0 }
    }

    /// The text of a file, as much as there is room for.
    pub(super) fn fill(&mut self, file: &File) -> io::Result<&[u8]> {
        self.reads += 1;
        let length = file.read_at(&mut self.bytes, 0)?;
        Ok(&self.bytes[..length])
    }
}

/// The open files of one process; `None` where not asked for, or refused.
pub(super) struct Files {
    asked: MetricSet,
    stat: File,
    statm: Option<File>,
    status: Option<File>,
    schedstat: Option<File>,
    io: Option<File>,
    /// The folder of its descriptors, whose size is their number since Linux 6.2.
    folder: Option<File>,
    /// Whether one was refused for want of a right.
    pub(super) refused: bool,
}

impl Files {
    /// Opens what these metrics need.
    pub(super) fn open(procfs: &Procfs, pid: u32, asked: MetricSet) -> io::Result<Self> {
        let stat = File::open(procfs.file(pid, "stat"))?;
        let mut files = Self {
            asked,
            stat,
            statm: None,
            status: None,
            schedstat: None,
            io: None,
            folder: None,
            refused: false,
        };
        let mut plain = OpenOptions::new();
        plain.read(true);
        if asked.has(MetricSet::MEMORY) {
            files.statm = files.part(&plain, procfs.file(pid, "statm"))?;
        }
        if asked.has(MetricSet::MEMORY) || asked.has(MetricSet::DELAYS) {
            files.status = files.part(&plain, procfs.file(pid, "status"))?;
        }
        if asked.has(MetricSet::DELAYS) {
            files.schedstat = files.part(&plain, procfs.file(pid, "schedstat"))?;
        }
        if asked.has(MetricSet::IO) {
            files.io = files.part(&plain, procfs.file(pid, "io"))?;
        }
        if asked.has(MetricSet::FDS) {
            // A path descriptor needs no right to list the folder, and its size is all that is asked.
            let mut path = OpenOptions::new();
            path.read(true).custom_flags(libc::O_PATH | libc::O_DIRECTORY);
            files.folder = files.part(&path, procfs.file(pid, "fd"))?;
        }
        Ok(files)
    }

    /// A file that may be missing or refused, unlike a lack of descriptors, which concerns all.
    fn part(&mut self, options: &OpenOptions, path: PathBuf) -> io::Result<Option<File>> {
        match options.open(path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if is_exhausted(&error) => Err(error),
            Err(error) => {
                self.refused |= is_refused(&error);
                Ok(None)
            }
        }
    }

    /// Whether all that these metrics need is open, as far as it can be.
    pub(super) fn covers(&self, metrics: MetricSet) -> bool {
        self.asked.has(metrics)
    }

    /// Everything that was ever asked of this process.
    pub(super) fn asked(&self) -> MetricSet {
        self.asked
    }

    /// The largest number among its descriptors.
    pub(super) fn highest(&self) -> RawFd {
        [&self.statm, &self.status, &self.schedstat, &self.io, &self.folder]
            .into_iter()
            .flatten()
            .fold(self.stat.as_raw_fd(), |highest, file| highest.max(file.as_raw_fd()))
    }

    /// What the scheduler knows; `None` where the process is on its way out of the table of processes.
    pub(super) fn stat(&self, reader: &mut Reader) -> io::Result<Option<Stat>> {
        // A process that the kernel is just letting go of has no threads, and zeros for most of what it used.
        Ok(Stat::parse(reader.fill(&self.stat)?).filter(|stat| stat.threads > 0))
    }

    /// Sizes in pages; `None` where the process has no memory (any more).
    pub(super) fn statm(&self, reader: &mut Reader) -> io::Result<Option<Statm>> {
        let Some(file) = &self.statm else { return Ok(None) };
        Ok(Statm::parse(reader.fill(file)?).filter(|statm| statm.size > 0))
    }

    /// What no cheaper file tells.
    pub(super) fn status(&self, reader: &mut Reader) -> io::Result<Option<Status>> {
        let Some(file) = &self.status else { return Ok(None) };
        Ok(Some(Status::parse(reader.fill(file)?)))
    }

    /// How long the first thread ran, and waited to.
    pub(super) fn schedstat(&self, reader: &mut Reader) -> io::Result<Option<Schedstat>> {
        let Some(file) = &self.schedstat else { return Ok(None) };
        Ok(Schedstat::parse(reader.fill(file)?))
    }

    /// Bytes read and written. The right to know is asked for at each reading.
    pub(super) fn io(&self, reader: &mut Reader) -> io::Result<Option<Io>> {
        let Some(file) = &self.io else { return Ok(None) };
        Ok(Some(Io::parse(reader.fill(file)?)))
    }

    /// The number of its descriptors.
    pub(super) fn descriptors(&self) -> io::Result<Option<u64>> {
        self.folder
            .as_ref()
            .map(File::metadata)
            .transpose()
            .map(|data| data.as_ref().map(Metadata::len))
    }
}

/// Whether the process is not there (any more).
pub(crate) fn is_gone(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::ESRCH | libc::ENOENT))
}

/// Whether a right is missing.
pub(super) fn is_refused(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EACCES | libc::EPERM))
}

/// Whether descriptors have run out, ours or the machine's.
pub(super) fn is_exhausted(error: &io::Error) -> bool {
    matches!(error.raw_os_error(), Some(libc::EMFILE | libc::ENFILE))
}
