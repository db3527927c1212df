//! Floor 7. Files and children on Windows, where a folder decides who has access to a file.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::windows::io::AsHandle;
/// Something open that this process can pass on: a file, a pipe, a terminal.
pub use std::os::windows::io::AsHandle as Stream;
use std::os::windows::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// No path leads to a pipe that somebody else has yet to open.
pub fn without_waiting(options: &mut OpenOptions) -> &mut OpenOptions {
    options
}

/// A new file has the access that its folder gives it.
pub fn as_private_as<'a>(options: &'a mut OpenOptions, _: &Metadata) -> &'a mut OpenOptions {
    options
}

/// A new file has taken after its folder, as the other one had.
pub fn take_after(_: &File, _: &Metadata) -> bool {
    true
}

/// A file has the access that its folder gives it.
pub fn open_to_readers(_: &File) -> io::Result<()> {
    Ok(())
}

/// No path leads to a stream of ours, so that none is found at the end of one.
pub fn is_same_file(_: &Metadata, _: &Metadata) -> bool {
    false
}

/// Whether a path leads to this file still, as far as lengths and moments tell: a file has no number here that we could read.
pub fn is_still_at(file: &File, path: &Path) -> io::Result<bool> {
    let own = file.metadata()?;
    match std::fs::metadata(path) {
        Ok(there) => Ok(own.len() == there.len() && own.created().ok() == there.created().ok()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Who may put a file there is decided by its folder.
pub fn is_ours_or_roots(_: &Metadata) -> bool {
    true
}

/// A process that is started so has no window, and is of no console's group: what that sends to all of ours is not for it.
pub fn apart(command: &mut Command) -> &mut Command {
    const NEW_PROCESS_GROUP: u32 = 0x200;
    const NO_WINDOW: u32 = 0x0800_0000;
    command.creation_flags(NEW_PROCESS_GROUP | NO_WINDOW)
}

/// The same stream once more, without a buffer.
pub fn duplicate(stream: &impl AsHandle) -> io::Result<File> {
    stream.as_handle().try_clone_to_owned().map(File::from)
}
