//! Floor 2. The tools of the trade, and how to know one from the script that node runs.

use super::path;

/// A tool that people call by its name.
#[derive(Debug)]
pub(super) struct Tool {
    name: &'static str,
    /// The packages that its script comes in; the tool's own name when there are none.
    packages: &'static [&'static str],
    /// The subcommands that tell what a run of it does.
    subcommands: &'static [&'static str],
}

const TOOLS: &[Tool] = &[
    tool("ava", &[], &[]),
    tool("babel", &["@babel/cli", "babel-cli"], &[]),
    tool("biome", &["@biomejs/biome"], &[]),
    tool("c8", &[], &[]),
    tool("concurrently", &[], &[]),
    tool("cypress", &[], &["open", "run"]),
    tool("esbuild", &[], &[]),
    tool("eslint", &[], &[]),
    tool("gatsby", &["gatsby-cli"], &["build", "develop"]),
    tool("jest", &["jest-cli"], &[]),
    tool("karma", &[], &[]),
    tool("lerna", &[], &[]),
    tool("mocha", &[], &[]),
    tool("next", &[], &["build", "dev", "start"]),
    tool("ng", &["@angular/cli"], &["build", "lint", "serve", "test"]),
    tool("nodemon", &[], &[]),
    tool("nx", &[], &[]),
    tool("nyc", &[], &[]),
    tool("parcel", &[], &["build", "serve", "watch"]),
    tool("playwright", &["@playwright/test"], &["test"]),
    tool("prettier", &[], &[]),
    tool("rollup", &[], &[]),
    tool("rspack", &["@rspack/cli"], &[]),
    tool("storybook", &["@storybook/cli"], &["build", "dev"]),
    tool("swc", &["@swc/cli"], &[]),
    tool("terser", &[], &[]),
    tool("ts-node", &[], &[]),
    tool("tsc", &["typescript"], &[]),
    tool("tsup", &[], &[]),
    tool("tsx", &[], &[]),
    tool("turbo", &[], &[]),
    tool("vite", &[], &["build", "dev", "preview"]),
    tool("vitest", &[], &[]),
    tool("webpack", &["webpack-cli"], &[]),
];

/// Names of a package's own start script that do not repeat the tool's.
const ENTRIES: &[&str] = &["bin", "cli", "dispatcher", "index"];

const fn tool(
    name: &'static str,
    packages: &'static [&'static str],
    subcommands: &'static [&'static str],
) -> Tool {
    Tool { name, packages, subcommands }
}

impl Tool {
    /// The tool of this name.
    pub(super) fn named(name: &str) -> Option<&'static Self> {
        TOOLS.iter().find(|tool| tool.name == name)
    }

    /// The tool whose start script this is: `NM/.bin/jest`, `NM/vitest/vitest.mjs`, `/opt/playwright/cli.js`.
    ///
    /// A file of a tool's package that is not its start script, such as a language server, is not the tool.
    pub(super) fn of_script(script: &str) -> Option<&'static Self> {
        let stem = path::stem(script);
        if matches!(path::folder(script), Some("bin" | ".bin")) && Self::named(stem).is_some() {
            return Self::named(stem);
        }
        let package = path::package(script);
        let package = package.as_deref().or_else(|| path::folder(script))?;
        let tool =
            TOOLS.iter().find(|tool| tool.name == package || tool.packages.contains(&package))?;
        let starts = tool.name == stem || tool.packages.contains(&stem) || ENTRIES.contains(&stem);
        starts.then_some(tool)
    }

    /// Its name, and the subcommand where that says more.
    pub(super) fn label(&self, arguments: &[&str]) -> String {
        let word = arguments.iter().find(|word| !word.starts_with('-'));
        match word.filter(|word| self.subcommands.contains(word)) {
            Some(subcommand) => format!("{} {subcommand}", self.name),
            None => self.name.to_owned(),
        }
    }
}
