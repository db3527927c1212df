//! Floor 2. Package managers: what they were asked to run.

use super::path;

const NAMES: &[&str] = &["corepack", "npm", "npx", "pnpm", "pnpx", "yarn"];

/// Start scripts that are not called like their manager.
const SCRIPTS: &[(&str, &str)] = &[("npm-cli", "npm"), ("npx-cli", "npx"), ("yarnpkg", "yarn")];

/// Options whose value is the next argument, and yarn's subcommand that names a package before the script.
const WITH_VALUE: &[&str] = &[
    "-C",
    "-F",
    "-c",
    "-p",
    "-w",
    "--cache",
    "--call",
    "--cwd",
    "--dir",
    "--filter",
    "--loglevel",
    "--package",
    "--prefix",
    "--registry",
    "--reporter",
    "--userconfig",
    "--workspace",
    "workspace",
];

/// The package manager of this name.
pub(super) fn named(name: &str) -> Option<&'static str> {
    NAMES.iter().copied().find(|known| *known == name)
}

/// The package manager whose start script this is: `/usr/bin/npm`, `npm-cli.js`, `yarn-4.5.0.cjs`.
pub(super) fn of_script(script: &str) -> Option<&'static str> {
    let stem = path::stem(script);
    let renamed = SCRIPTS.iter().find(|(script, _)| *script == stem).map(|(_, name)| *name);
    let release = || {
        stem.strip_prefix("yarn-")
            .filter(|version| version.starts_with(|v: char| v.is_ascii_digit()))
    };
    named(stem).or(renamed).or_else(|| release().map(|_| "yarn"))
}

/// What the manager was asked for, in its own words but one spelling each: `npm t` is `npm test`.
pub(super) fn label(manager: &str, arguments: &[&str]) -> String {
    let (word, rest) = next_word(arguments);
    let Some(word) = word else { return manager.to_owned() };
    if manager == "corepack" && NAMES.contains(&word) {
        return label(word, rest);
    }
    let target = || next_word(rest).0;
    match (manager, word) {
        (_, "run" | "run-script" | "rum" | "urn") => joined(&format!("{manager} run"), target()),
        ("npm", "exec" | "x") => joined("npx", target()),
        (_, "exec" | "dlx") => joined(&format!("{manager} {word}"), target()),
        (_, "t" | "tst") => format!("{manager} test"),
        (_, "i") | ("npm", "add") => format!("{manager} install"),
        _ => format!("{manager} {word}"),
    }
}

/// The first argument that is no option, and what follows it.
fn next_word<'a>(arguments: &'a [&'a str]) -> (Option<&'a str>, &'a [&'a str]) {
    let mut rest = arguments;
    while let Some((word, after)) = rest.split_first() {
        if WITH_VALUE.contains(word) {
            rest = after.get(1..).unwrap_or_default();
        } else if word.starts_with('-') {
            rest = after;
        } else {
            return (Some(word), after);
        }
    }
    (None, rest)
}

fn joined(start: &str, word: Option<&str>) -> String {
    word.map_or_else(|| start.to_owned(), |word| format!("{start} {word}"))
}
