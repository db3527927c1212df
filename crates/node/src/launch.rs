//! Floor 12. A command as JavaScript writes it: its words, its streams, and how it is ended.

use std::ffi::OsString;
use std::io;
use std::path::PathBuf;
use std::time::Duration;

use procmon_core::session::Target;
use procmon_model::event::Signal;
use procmon_model::ports::{Launch, Stdio, Stopping};
use procmon_sys::PipeEnd;
use serde::Deserialize;

use crate::error::Refusal;

/// What a session is about.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub(crate) enum TargetOption {
    /// A command that is to be launched.
    Launch(LaunchOption),
    /// A process that runs already.
    Attach(u32),
}

/// A command.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct LaunchOption {
    command: Vec<String>,
    cwd: Option<PathBuf>,
    env: Vec<(String, String)>,
    stdio: [StdioOption; 3],
    #[serde(default)]
    stopping: StoppingOption,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum StdioOption {
    Named(StdioName),
    Descriptor(i32),
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum StdioName {
    Inherit,
    Ignore,
    Pipe,
}

/// How it is ended. What is left out has the default of the core.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct StoppingOption {
    signal: Option<i32>,
    /// In milliseconds.
    grace: Option<Grace>,
    descendants: Option<bool>,
}

/// `false` for no end to the patience.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(untagged)]
enum Grace {
    Millis(u64),
    Ends(bool),
}

/// The descriptors of a command's standard streams.
#[derive(Debug, Default)]
pub(crate) struct Streams {
    /// Its own, which only have to last until it has them.
    pub(crate) theirs: Vec<PipeEnd>,
    /// Our ends of those that are pipes: where its input is written, and where its output and its errors are read.
    pub(crate) ours: [Option<PipeEnd>; 3],
}

impl TargetOption {
    /// Opens the descriptors that the command's streams lead to. Those of the user come first: a number that stands for
    /// nothing must not come to stand for a file of ours.
    pub(crate) fn open_streams(&mut self) -> Result<Streams, Refusal> {
        let mut streams = Streams::default();
        let Self::Launch(launch) = self else { return Ok(streams) };
        let refusal =
            |error: io::Error, call| Refusal::system(&error, call, launch.command.first().cloned());
        for stream in &mut launch.stdio {
            let StdioOption::Descriptor(number) = stream else { continue };
            let pinned = PipeEnd::duplicate_of(*number).map_err(|error| refusal(error, "spawn"))?;
            *number = pinned.number();
            streams.theirs.push(pinned);
        }
        for (number, (stream, ours)) in launch.stdio.iter_mut().zip(&mut streams.ours).enumerate() {
            if !matches!(stream, StdioOption::Named(StdioName::Pipe)) {
                continue;
            }
            let ends = procmon_sys::pipe();
            let (reader, writer) = ends.map_err(|error| refusal(error, "pipe"))?;
            let (their, our) = if number == 0 { (reader, writer) } else { (writer, reader) };
            *stream = StdioOption::Descriptor(their.number());
            *ours = Some(our);
            streams.theirs.push(their);
        }
        Ok(streams)
    }
}

impl From<TargetOption> for Target {
    fn from(target: TargetOption) -> Self {
        match target {
            TargetOption::Launch(launch) => Self::Launch(launch.into()),
            TargetOption::Attach(pid) => Self::Attach(pid),
        }
    }
}

impl From<LaunchOption> for Launch {
    fn from(option: LaunchOption) -> Self {
        let LaunchOption { command, cwd, env, stdio, stopping } = option;
        let environment: Vec<(OsString, OsString)> =
            env.into_iter().map(|(name, value)| (name.into(), value.into())).collect();
        Self {
            command: command.into_iter().map(Into::into).collect(),
            cwd,
            environment: Some(environment),
            stdio: stdio.map(Stdio::from),
            stopping: stopping.into(),
        }
    }
}

impl From<StdioOption> for Stdio {
    fn from(option: StdioOption) -> Self {
        match option {
            StdioOption::Named(StdioName::Inherit) => Self::Inherit,
            // A pipe that was asked for is a descriptor by now.
            StdioOption::Named(StdioName::Ignore | StdioName::Pipe) => Self::Null,
            StdioOption::Descriptor(fd) => Self::Descriptor(fd),
        }
    }
}

impl From<StoppingOption> for Stopping {
    fn from(option: StoppingOption) -> Self {
        let usual = Self::default();
        let grace = match option.grace {
            Some(Grace::Millis(millis)) => Some(Duration::from_millis(millis)),
            Some(Grace::Ends(false)) => None,
            Some(Grace::Ends(true)) | None => usual.grace,
        };
        Self {
            signal: option.signal.map_or(usual.signal, Signal),
            grace,
            descendants: option.descendants.unwrap_or(usual.descendants),
        }
    }
}
