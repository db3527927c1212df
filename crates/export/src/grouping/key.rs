//! Floor 11. Groups by what a process itself tells: its name, user, command, executable, control group, role or tool.

use std::sync::Arc;

use procmon_model::role;

use super::grouper::{Grouper, Member};

/// What processes are grouped by. Who does not tell it is in the group `unknown`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum By {
    /// The file name of the program.
    #[default]
    Name,
    /// The user that it runs as.
    User,
    /// The first word of the command line.
    Command,
    /// The path of the executable.
    Exe,
    /// The path of the control group.
    Cgroup,
    /// What it does, without running numbers: every `jest worker` is in one group.
    Role,
    /// The tool that it is a run of: `jest`, `webpack`, `tsc`.
    Tool,
}

/// The group of those who do not tell what is asked for.
const UNKNOWN: &str = "unknown";

impl By {
    /// Each with its name.
    pub const ALL: [(Self, &'static str); 7] = [
        (Self::Name, "name"),
        (Self::User, "user"),
        (Self::Command, "command"),
        (Self::Exe, "exe"),
        (Self::Cgroup, "cgroup"),
        (Self::Role, "role"),
        (Self::Tool, "tool"),
    ];

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, own)| *own == name).map(|(by, _)| *by)
    }
}

impl Grouper for By {
    fn group(&mut self, member: Member<'_>) -> Option<Arc<str>> {
        let Member { process, facts, .. } = member;
        let image = &process.image;
        let told: Option<Arc<str>> = match self {
            Self::Name => Some(Arc::from(image.name.as_str())),
            Self::User => {
                process.uid.map(|uid| facts.user(uid).unwrap_or_else(|| Arc::from(uid.to_string())))
            }
            Self::Command => image.command.first().map(|word| Arc::from(word.as_str())),
            Self::Exe => image.exe.as_deref().map(Arc::from),
            Self::Cgroup => facts.cgroup(process.key),
            Self::Role => image.role.as_deref().map(|role| Arc::from(unnumbered(role))),
            Self::Tool => Some(Arc::from(role::tool(image))),
        };
        Some(told.filter(|name| !name.is_empty()).unwrap_or_else(|| Arc::from(UNKNOWN)))
    }
}

/// A role without its running number.
fn unnumbered(role: &str) -> &str {
    match role.rsplit_once(' ') {
        Some((label, number)) if number.bytes().all(|byte| byte.is_ascii_digit()) => label,
        _ => role,
    }
}

#[cfg(test)]
mod tests {
    use super::super::support::{Known, process};
    use super::*;

    fn group(by: By, words: &[&str]) -> String {
        let mut process = process(7, words);
        process.image.role = Some("jest worker 12".to_owned());
        let member = Member { process: &process, parent_group: None, facts: &Known };
        let mut by = by;
        by.group(member).unwrap().to_string()
    }

    #[test]
    fn each_way_takes_what_it_is_called_after() {
        let told: Vec<String> =
            By::ALL.iter().map(|(by, _)| group(*by, &["/usr/bin/node", "x.js"])).collect();
        let expected =
            ["node", "alice", "/usr/bin/node", "/usr/bin/node", "/ci/job", "jest worker", "jest"];
        assert_eq!(told, expected);
    }

    #[test]
    fn who_does_not_tell_is_in_the_group_unknown() {
        assert_eq!([group(By::Command, &[]), group(By::Exe, &[])], ["unknown", "unknown"]);
    }

    #[test]
    fn a_role_that_ends_with_a_word_keeps_it() {
        assert_eq!(unnumbered("npm run build"), "npm run build");
        assert_eq!(unnumbered("jest worker 2"), "jest worker");
    }
}
