//! Floor 2. The worker processes that tools fork, by the script they run.

use super::facts::Facts;
use super::path;
use super::portrait::Role;

/// A script that some tool forks.
struct Worker {
    /// The package that it lies in, with its scope.
    package: &'static str,
    /// Its name without extension.
    file: &'static str,
    label: &'static str,
    /// The variable with the worker's own number.
    number: Option<&'static str>,
}

/// Further packages that use jest's workers stand before jest: the first that fits names the worker.
const WORKERS: &[Worker] = &[
    worker("next/dist", "processChild", "next worker", None),
    worker("terser-webpack-plugin", "processChild", "terser worker", Some("JEST_WORKER_ID")),
    worker("minimizer-webpack-plugin", "processChild", "terser worker", Some("JEST_WORKER_ID")),
    worker("rollup-plugin-terser", "processChild", "terser worker", Some("JEST_WORKER_ID")),
    worker(
        "css-minimizer-webpack-plugin",
        "processChild",
        "css minify worker",
        Some("JEST_WORKER_ID"),
    ),
    worker("jest-worker", "processChild", "jest worker", Some("JEST_WORKER_ID")),
    worker("vitest/dist/workers", "forks", "vitest fork", None),
    worker("vitest/dist/workers", "vmForks", "vitest fork", None),
    worker("vitest/node_modules/tinypool", "process", "vitest fork", Some("TINYPOOL_WORKER_ID")),
    worker("tinypool", "process", "tinypool worker", Some("TINYPOOL_WORKER_ID")),
    worker("mocha/lib/nodejs", "worker", "mocha worker", Some("MOCHA_WORKER_ID")),
    worker("ava/lib/worker", "base", "ava worker", None),
    worker("playwright/lib", "workerProcessEntry", "playwright worker", None),
    worker("thread-loader", "worker", "thread-loader worker", None),
    worker("fork-ts-checker-webpack-plugin", "get-issues-worker", "type check worker", None),
    worker(
        "fork-ts-checker-webpack-plugin",
        "get-dependencies-worker",
        "type dependency worker",
        None,
    ),
    worker("@parcel/workers", "ProcessChild", "parcel worker", None),
    worker("nx", "plugin-worker", "nx plugin worker", None),
];

/// Tools that run jest's workers for themselves, by the first word of their label.
const BORROWERS: &[(&str, &str)] =
    &[("jest", "jest worker"), ("webpack", "webpack minify worker"), ("rollup", "terser worker")];

const fn worker(
    package: &'static str,
    file: &'static str,
    label: &'static str,
    number: Option<&'static str>,
) -> Worker {
    Worker { package, file, label, number }
}

/// The role of a worker, with the number that its tool gave it.
pub(super) fn worker_process(facts: &Facts<'_>) -> Option<Role> {
    let script = facts.script()?;
    let file = path::stem(script);
    let worker = WORKERS
        .iter()
        .find(|worker| worker.file == file && path::lies_in(script, worker.package))?;
    let label = label(worker, facts);
    let number =
        worker.number.and_then(|name| facts.environment(name)).filter(|number| is_number(number));
    Some(match number {
        Some(number) => Role::named(format!("{label} {number}")),
        None => Role::one_of(label),
    })
}

/// The worker's label, corrected by whose work it does.
fn label(worker: &Worker, facts: &Facts<'_>) -> &'static str {
    match worker.number {
        Some("JEST_WORKER_ID") => borrower(facts.ancestors(), worker.label).unwrap_or(worker.label),
        Some("TINYPOOL_WORKER_ID") if facts.environment("VITEST").is_some() => "vitest fork",
        _ => worker.label,
    }
}

/// The label that the nearest tool with jest's workers gives to its own.
///
/// A plugin's private copy of them is no worker of jest's even when jest runs the bundler.
fn borrower(ancestors: &[&str], own: &str) -> Option<&'static str> {
    let mut tools = ancestors.iter().filter_map(|ancestor| ancestor.split(' ').next());
    let (_, label) = tools.find_map(|tool| BORROWERS.iter().find(|(name, _)| *name == tool))?;
    (*label != "jest worker" || own == *label).then_some(*label)
}

fn is_number(text: &str) -> bool {
    (1..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
}
