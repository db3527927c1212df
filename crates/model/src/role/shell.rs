//! Floor 2. Shells: the script they were handed, and which hook of a package it is.

use super::facts::Facts;
use super::managers;
use super::path;
use super::portrait::Role;

/// The names of shells, as whoever starts one writes them.
pub const SHELLS: &[&str] = &["ash", "bash", "cmd", "dash", "fish", "ksh", "sh", "zsh"];

/// Whether the role of a program of this name can depend on its environment: that of a shell, which runs the scripts of
/// a package, and that of a runtime of JavaScript. Of others it need not be read.
pub fn depends_on_environment(name: &str) -> bool {
    let is_runtime = ["bun", "deno", "electron", "node"].iter().any(|it| name.starts_with(it));
    is_runtime || SHELLS.contains(&name)
}

/// The scripts that package managers run while they install.
const INSTALL_EVENTS: &[&str] = &["install", "postinstall", "preinstall", "prepare"];

/// What a shell runs: `sh: jest -w 3` for `sh -c`, `sh build.sh` for a file.
pub(super) fn shell(facts: &Facts<'_>) -> Option<Role> {
    let shell = facts.program;
    if !SHELLS.contains(&shell) {
        return None;
    }
    let (is_text, words) = script(facts.arguments);
    Some(Role::named(match words.first() {
        None => shell.to_owned(),
        Some(text) if is_text => {
            format!("{}: {}", hook(facts).unwrap_or_else(|| shell.to_owned()), unquoted(text))
        }
        Some(file) => format!("{shell} {}", path::base(file)),
    }))
}

/// Whether a shell was given its script as text, and the arguments from the script on.
fn script<'a>(arguments: &'a [&'a str]) -> (bool, &'a [&'a str]) {
    let mut rest = arguments;
    let mut is_text = false;
    while let Some((word, after)) = rest.split_first() {
        if word.starts_with("--") && word.len() > 2 {
            rest = after;
            continue;
        }
        let Some(letters) = word.strip_prefix(['-', '+']).or_else(|| windows_option(word)) else {
            break;
        };
        is_text |= letters.contains('c');
        // `-o pipefail` takes its value apart, also at the end of `-euo`.
        rest =
            if letters.ends_with(['o', 'O']) { after.get(1..).unwrap_or_default() } else { after };
    }
    (is_text, rest)
}

/// The letter of `/c`, as cmd.exe takes its options.
fn windows_option(word: &str) -> Option<&str> {
    word.strip_prefix('/').filter(|letters| letters.len() == 1)
}

/// The name of the package script, where it is not the one that the package manager was asked for:
/// `prebuild` under `npm run build`, `esbuild postinstall` under `npm install`.
fn hook(facts: &Facts<'_>) -> Option<String> {
    let asked = facts.ancestors().first()?;
    managers::named(asked.split(' ').next()?)?;
    let event = facts.environment("npm_lifecycle_event")?;
    let installs = INSTALL_EVENTS.contains(&event) && !asked.contains(" run ");
    if let Some(package) = facts.environment("npm_package_name").filter(|_| installs) {
        return Some(format!("{package} {event}"));
    }
    let is_hook = event.starts_with("pre") || event.starts_with("post");
    (is_hook && asked.rsplit(' ').next() != Some(event)).then(|| event.to_owned())
}

/// The text without the quotes that npm exec puts around its first word.
fn unquoted(text: &str) -> String {
    let plain = |quote: char| {
        let (word, rest) = text.strip_prefix(quote)?.split_once(quote)?;
        word.bytes().all(|byte| byte.is_ascii_graphic()).then(|| format!("{word}{rest}"))
    };
    plain('\'').or_else(|| plain('"')).unwrap_or_else(|| text.to_owned())
}
