//! Floor 7. The processes above us, held so that their ends are noticed and no other process is mistaken for them.

use std::fs;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use crate::linux::image;
use crate::linux::kernel::pidfd::Pidfd;

/// A process above us.
#[derive(Debug)]
pub struct Ancestor {
    pid: u32,
    held: Pidfd,
    command: Vec<String>,
}

/// The process that started us; `None` where it has gone or cannot be held.
pub fn parent() -> Option<Ancestor> {
    above(std::process::id())
}

/// Whether our standard input is the null device.
pub fn stdin_is_null() -> bool {
    reads_null("self")
}

impl Ancestor {
    /// Its number.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The words of its command line, secrets masked.
    pub fn command(&self) -> &[String] {
        &self.command
    }

    /// Whether its standard input is the null device.
    pub fn stdin_is_null(&self) -> bool {
        reads_null(&self.pid.to_string())
    }

    /// The process that started it, likewise.
    pub fn parent(&self) -> Option<Self> {
        above(self.pid)
    }

    /// Becomes readable when it ends.
    pub(crate) fn end(&self) -> BorrowedFd<'_> {
        self.held.as_fd()
    }
}

fn above(pid: u32) -> Option<Ancestor> {
    let parent = parent_of(pid)?;
    let held = Pidfd::open(parent).ok()?;
    let command = image::image(parent)?.command;
    // Asked again: the number could have gone to somebody else before it was held.
    (parent_of(pid) == Some(parent)).then_some(Ancestor { pid: parent, held, command })
}

/// `None` for a process without one in our namespace.
fn parent_of(pid: u32) -> Option<u32> {
    image::stat(pid).map(|stat| stat.parent).filter(|parent| *parent > 0)
}

fn reads_null(process: &str) -> bool {
    fs::read_link(format!("/proc/{process}/fd/0")).is_ok_and(|path| path == Path::new("/dev/null"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_parent_is_found_with_its_command_line() {
        let parent = parent().unwrap();
        assert_eq!(parent.pid(), std::os::unix::process::parent_id());
        assert!(!parent.command().is_empty());
    }
}
