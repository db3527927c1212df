//! Floor 7. Real commands, and what is to be known of them.

use std::ffi::OsString;
use std::fs;
use std::io::{self, Read};
use std::os::fd::AsRawFd;
use std::os::unix::fs::PermissionsExt;
use std::sync::Arc;

use procmon_model::event::Ending;
use procmon_model::ports::{Child, Launch, LaunchError, Launcher, Stdio, Suspended};
use procmon_model::record::Totals;

use crate::linux::launch::Starter;
use crate::linux::support::{Folder, within};
use crate::world::{Inside, SignalMask};

pub(super) const FOREIGN: Inside = Inside::ForeignProcess;

pub(super) fn command(words: &[&str]) -> Launch {
    let command = words.iter().map(OsString::from).collect();
    Launch { command, stdio: [Stdio::Null; 3], ..Launch::default() }
}

pub(super) fn sh(script: &str) -> Launch {
    command(&["sh", "-c", script])
}

pub(super) fn held(launch: &Launch) -> Result<Box<dyn Suspended>, LaunchError> {
    Starter::new(FOREIGN, SignalMask::default(), None, Arc::default()).launch(launch)
}

pub(super) fn started(launch: &Launch) -> Box<dyn Child> {
    held(launch).unwrap().release().unwrap()
}

pub(super) fn end_of(child: &mut dyn Child) -> (Ending, Totals) {
    within("the end of a command", || child.ended())
}

pub(super) fn ending(launch: &Launch) -> Ending {
    end_of(started(launch).as_mut()).0
}

/// What a command writes to its standard output.
pub(super) fn output(mut launch: Launch) -> String {
    let (mut reader, writer) = io::pipe().unwrap();
    launch.stdio[1] = Stdio::Descriptor(writer.as_raw_fd());
    let mut child = started(&launch);
    drop(writer);
    let mut text = String::new();
    reader.read_to_string(&mut text).unwrap();
    end_of(child.as_mut());
    text
}

/// Why a command cannot be run, at whichever of the two steps that shows.
pub(super) fn refusal(launch: &Launch) -> LaunchError {
    match held(launch).and_then(Suspended::release) {
        Err(error) => error,
        Ok(_) => panic!("{launch:?} runs"),
    }
}

pub(super) fn script(folder: &Folder, name: &str, text: &str, mode: u32) -> String {
    let path = folder.file(name);
    fs::write(&path, text).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path.to_str().unwrap().to_owned()
}
