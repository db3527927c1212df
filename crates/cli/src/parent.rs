//! Floor 12. Noticing that whoever started procmon has gone, so that the command is not left behind.
//!
//! A signal that ends `npx` ends its shell too and reaches nothing below it: the build would run on, unseen, until it
//! is done. So the way down from npm is watched: npm itself, the `sh -c` that it starts scripts with, and the shim of
//! the npm package where that stays in between (Node before 22.15 cannot become another program).
//!
//! Everywhere else a command outlives whoever started it, and that is often meant. So nothing is watched
//! - without npm in the environment and without the shim;
//! - above a shell that is no `-c` of npm's: a person's, which may be closed while its jobs go on;
//! - where INT or HUP was ignored when we began: nohup(1) ignores HUP, and a shell without job control ignores INT for
//!   what it starts with `&`. Both say that it is to go on alone;
//! - where a session was made for us (setsid(2)), as Node does for what it starts detached;
//! - where we read from the null device and the shell above does not. That shell has started us with `&`, too: Node
//!   forgets which signals were ignored, and a shim written in it hands us none.

use std::env;

use procmon_model::role::SHELLS;
use procmon_sys::ancestors::{self, Ancestor};
use procmon_sys::signals::{self, HUP, INT};

/// The environment variable in which the npm package's shim tells its number, where it stays our parent.
pub(crate) const SHIM_PID: &str = "PROCMON_SHIM_PID";

/// What npm, npx, yarn and pnpm put into the environment of what they start.
const NPM_NAMES: [&str; 3] = ["npm_command", "npm_execpath", "npm_config_user_agent"];

/// The processes whose end is to end the watching, and a command with it.
pub(crate) fn lifelines() -> Vec<Ancestor> {
    let shim = env::var(SHIM_PID).ok().and_then(|pid| pid.parse().ok());
    let by_npm = NPM_NAMES.iter().any(|name| env::var_os(name).is_some());
    let is_to_go_on =
        || signals::is_ignored(INT) || signals::is_ignored(HUP) || signals::leads_session();
    if shim.is_none() && !by_npm || is_to_go_on() {
        return Vec::new();
    }
    let stdin_is_null = ancestors::stdin_is_null();
    let mut lifelines = Vec::new();
    let mut next = ancestors::parent();
    while let Some(ancestor) = next {
        let place = place(ancestor.pid(), ancestor.command(), shim);
        if place == Place::Script && stdin_is_null && !ancestor.stdin_is_null() {
            return Vec::new();
        }
        next = match place {
            Place::Shim | Place::Script => ancestor.parent(),
            Place::Starter if by_npm => None,
            Place::Starter | Place::Shell => break,
        };
        lifelines.push(ancestor);
    }
    lifelines
}

/// What an ancestor is on the way down to us.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The npm package's shim.
    Shim,
    /// A shell that runs one line.
    Script,
    /// A shell of another kind.
    Shell,
    /// Whatever else.
    Starter,
}

fn place(pid: u32, command: &[String], shim: Option<u32>) -> Place {
    if shim == Some(pid) {
        return Place::Shim;
    }
    let Some((program, words)) = command.split_first() else { return Place::Starter };
    let name = program.rsplit('/').next().unwrap_or(program).trim_start_matches('-');
    if !SHELLS.contains(&name) {
        return Place::Starter;
    }
    let mut options = words.iter().take_while(|word| word.starts_with('-'));
    let runs_one_line = options.any(|word| !word.starts_with("--") && word.contains('c'));
    if runs_one_line { Place::Script } else { Place::Shell }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place_of(command: &[&str]) -> Place {
        let command: Vec<String> = command.iter().map(|word| (*word).to_owned()).collect();
        place(7, &command, Some(8))
    }

    #[test]
    fn npms_shell_is_told_from_a_persons() {
        assert_eq!(place_of(&["sh", "-c", "procmon run jest"]), Place::Script);
        assert_eq!(place_of(&["/bin/bash", "-e", "-lc", "procmon run jest"]), Place::Script);
        assert_eq!(place_of(&["-bash"]), Place::Shell);
        assert_eq!(place_of(&["/usr/bin/zsh", "--login"]), Place::Shell);
        assert_eq!(place_of(&["-fish"]), Place::Shell);
        assert_eq!(place_of(&["/bin/sh", "./check.sh", "-c"]), Place::Shell);
    }

    #[test]
    fn everything_else_is_taken_for_the_starter() {
        assert_eq!(place_of(&["npm exec procmon run jest"]), Place::Starter);
        assert_eq!(place_of(&["node", "/usr/bin/pnpm", "test"]), Place::Starter);
        assert_eq!(place_of(&[]), Place::Starter);
        assert_eq!(place(8, &[], Some(8)), Place::Shim);
    }
}
