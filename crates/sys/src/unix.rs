//! Floor 7. Files and children on systems of the Unix family, where files have a mode, an owner and a number.

use std::fs::{File, Metadata, OpenOptions, Permissions};
use std::io::{self, ErrorKind};
use std::os::fd::AsFd;
/// Something open that this process can pass on: a file, a pipe, a terminal.
pub use std::os::fd::AsFd as Stream;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt, fchown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// Who may read and write a file; what else a mode says is of no use to a file of text.
const ACCESS: u32 = 0o666;

/// A FIFO without a reader, or one with a slow one, is then to fail instead of keeping us waiting.
pub fn without_waiting(options: &mut OpenOptions) -> &mut OpenOptions {
    options.custom_flags(libc::O_NONBLOCK)
}

/// A new file is then open to nobody who has no access to this other one, from its first moment.
pub fn as_private_as<'a>(options: &'a mut OpenOptions, other: &Metadata) -> &'a mut OpenOptions {
    options.mode(other.mode() & ACCESS)
}

/// Gives a file the owner and the mode of another one; whether that was possible.
pub fn take_after(file: &File, other: &Metadata) -> bool {
    let owner = |of: &Metadata| (of.uid(), of.gid());
    let has_owner = file.metadata().is_ok_and(|own| owner(&own) == owner(other))
        || fchown(file, Some(other.uid()), Some(other.gid())).is_ok();
    // The mode comes last: a change of the owner takes something away from it, and it is meant for that owner.
    has_owner && file.set_permissions(other.permissions()).is_ok()
}

/// Everybody may read a file from now on, whatever the mask of this process says, and its owner alone write it.
pub fn open_to_readers(file: &File) -> io::Result<()> {
    file.set_permissions(Permissions::from_mode(0o644))
}

/// Whether both are of one file.
pub fn is_same_file(one: &Metadata, other: &Metadata) -> bool {
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Whether a path leads to this file still, which others may have renamed or deleted since it was opened.
pub fn is_still_at(file: &File, path: &Path) -> io::Result<bool> {
    match std::fs::metadata(path) {
        Ok(there) => Ok(is_same_file(&file.metadata()?, &there)),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// Whether a file belongs to whoever we act for or to root, and to no other user.
pub fn is_ours_or_roots(file: &Metadata) -> bool {
    // SAFETY: the call takes nothing and cannot fail.
    let ours = unsafe { libc::geteuid() };
    file.uid() == 0 || file.uid() == ours
}

/// A process that is started so is of no job of a terminal's: what that sends to all of ours is not for it.
pub fn apart(command: &mut Command) -> &mut Command {
    command.process_group(0)
}

/// The same stream once more, without a buffer.
pub fn duplicate(stream: &impl AsFd) -> io::Result<File> {
    stream.as_fd().try_clone_to_owned().map(File::from)
}
