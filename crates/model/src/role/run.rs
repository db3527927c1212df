//! Floor 2. Which tool a process is a run of, and which script of a package asked for it.

use crate::process::Image;

use super::facts::{Facts, words};
use super::managers;
use super::path;
use super::portrait::Portrait;
use super::shell::SHELLS;

/// The tool that a process is a run of, in one word: that of its role (`jest` of `jest worker 2`), the package of a
/// script that has no role of its own, a shell's own name whatever it runs, and else the program's name.
pub fn tool(image: &Image) -> String {
    let words = words(&image.command);
    let portrait = Portrait {
        command: &image.command,
        exe: image.exe.as_deref(),
        environment: &image.environment,
        ancestors: &[],
    };
    let facts = Facts::of(&portrait, &words);
    let role = image.role.as_deref().unwrap_or_default();
    let first = role.split_whitespace().next().unwrap_or_default();
    if SHELLS.contains(&facts.program) {
        return facts.program.to_owned();
    }
    // The text before a colon is a shell, or the hook of a package that a shell runs.
    if let Some(hook) = role.split_once(": ").map(|(hook, _)| hook) {
        return if SHELLS.contains(&hook) { hook.to_owned() } else { image.name.clone() };
    }
    if first != "node" && !first.is_empty() {
        return first.to_owned();
    }
    let package = facts.script().and_then(path::package);
    package.unwrap_or_else(|| if first.is_empty() { image.name.clone() } else { first.to_owned() })
}

/// The script of a package that a process was started for, as far as the process itself tells: a package manager by
/// what it was asked to run, and others by the name that it left in their environment.
pub fn package_script(image: &Image) -> Option<&str> {
    asked(image.role.as_deref().unwrap_or_default()).or_else(|| {
        let event = image.environment.get("npm_lifecycle_event")?;
        Some(event.as_str()).filter(|event| !event.is_empty())
    })
}

/// The script in the role of a package manager: `build` of `npm run build`, `test` of `yarn test`.
fn asked(role: &str) -> Option<&str> {
    let mut words = role.split(' ');
    let (manager, verb) = (words.next()?, words.next()?);
    let is_manager = managers::named(manager).is_some();
    match verb {
        "run" if is_manager => words.next(),
        "--run" if manager == "node" => words.next(),
        "test" | "start" | "stop" | "restart" if is_manager => Some(verb),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn image(role: &str, command: &[&str]) -> Image {
        Image {
            name: "program".to_owned(),
            command: command.iter().map(|word| (*word).to_owned()).collect(),
            role: (!role.is_empty()).then(|| role.to_owned()),
            ..Image::default()
        }
    }

    #[test]
    fn the_tool_of_a_process_is_one_word() {
        let cases = [
            (
                "jest worker 2",
                &["node", "/app/node_modules/jest-worker/processChild.js"][..],
                "jest",
            ),
            ("npm run build", &["npm run build"], "npm"),
            ("sh: tsc -p .", &["sh", "-c", "tsc -p ."], "sh"),
            ("prebuild: tsc", &["/bin/bash", "-c", "tsc"], "bash"),
            ("prebuild: tsc (fork)", &[], "program"),
            ("sh: tsc -p . (fork)", &[], "sh"),
            ("node cli.js", &["node", "/app/node_modules/@scope/tool/cli.js"], "@scope/tool"),
            ("node build.js", &["node", "build.js"], "node"),
            ("git", &["git", "status"], "git"),
            ("", &["/usr/bin/ld"], "program"),
        ];
        for (role, command, expected) in cases {
            assert_eq!(tool(&image(role, command)), expected, "{role}: {command:?}");
        }
    }

    #[test]
    fn a_manager_is_known_by_what_it_was_asked_for_and_others_by_their_environment() {
        let environment = [("npm_lifecycle_event".to_owned(), "build".to_owned())].into();
        let inside = |role: &str| Image { environment, ..image(role, &[]) };
        assert_eq!(package_script(&inside("npm run clean")), Some("clean"));
        let cases = [
            ("npm run build (fork)", Some("build")),
            ("yarn test", Some("test")),
            ("node --run lint", Some("lint")),
            ("npm install", None),
            ("npx jest", None),
            ("run build", None),
        ];
        for (role, expected) in cases {
            assert_eq!(package_script(&image(role, &[])), expected, "{role}");
        }
        let environment = [("npm_lifecycle_event".to_owned(), "build".to_owned())].into();
        let child = Image { environment, ..image("sh: tsc", &[]) };
        assert_eq!(package_script(&child), Some("build"));
    }
}
