//! Floor 2. The table of rules that turns a process into its role.
//!
//! A process says what it is by its executable and argv. Its `comm` says nothing: node calls its main thread
//! `node`, `MainThread` or `node-MainThread`, as its version has it. The environment only adds to what argv
//! told: a worker's variables are inherited by all that the worker starts.

use super::facts::{Facts, words};
use super::label::tidy;
use super::managers;
use super::path;
use super::portrait::{Portrait, Role};
use super::shell::shell;
use super::tools::Tool;
use super::workers::worker_process;

type Rule = fn(&Facts<'_>) -> Option<Role>;

/// The rules, from the particular to the general; the first that fits is the last that is asked.
///
/// Titles come first, since behind one there is no command line. Workers come before tools, in whose packages
/// their scripts lie, and every rule for a script before that for scripts as such.
const RULES: &[Rule] = &[
    titled_vitest,
    titled_next,
    package_manager,
    titled_tool,
    titled,
    worker_process,
    nx_task,
    nx_daemon,
    tsx_script,
    tool_script,
    node_script,
    esbuild_service,
    shell,
];

/// What the process is there for, in at most 40 letters.
pub fn role(portrait: &Portrait<'_>) -> Role {
    let words = words(portrait.command);
    let facts = Facts::of(portrait, &words);
    let role =
        RULES.iter().find_map(|rule| rule(&facts)).unwrap_or_else(|| Role::named(facts.program));
    let labels = [role.label.as_str(), facts.program, "unknown"].map(tidy);
    let label = labels.into_iter().find(|label| !label.is_empty()).unwrap_or_default();
    Role { label, numbered: role.numbered }
}

/// vitest up to its third version calls itself `node (vitest)`, and its forks `node (vitest 2)`.
fn titled_vitest(facts: &Facts<'_>) -> Option<Role> {
    let name = facts.title?.strip_prefix("node (vitest")?.strip_suffix(')')?;
    Some(Role::named(match name.trim() {
        "" => "vitest".to_owned(),
        number => format!("vitest fork {number}"),
    }))
}

/// next's processes: `next-build (v16.4.6)`.
fn titled_next(facts: &Facts<'_>) -> Option<Role> {
    let word = facts.title?.split(' ').next()?;
    let part = word.strip_prefix("next-")?;
    Some(Role::named(format!("next {}", part.replace('-', " "))))
}

/// npm and its like, by title, by script or as a program of their own.
fn package_manager(facts: &Facts<'_>) -> Option<Role> {
    if let Some(title) = facts.title {
        let words: Vec<&str> = title.split_whitespace().collect();
        let (manager, arguments) = words.split_first()?;
        return Some(Role::named(managers::label(managers::named(manager)?, arguments)));
    }
    if let Some(call) = &facts.node {
        return Some(Role::named(managers::label(
            managers::of_script(call.script?)?,
            call.arguments,
        )));
    }
    Some(Role::named(managers::label(managers::named(facts.program)?, facts.arguments)))
}

/// A tool under its bare name, as webpack's command line calls itself.
fn titled_tool(facts: &Facts<'_>) -> Option<Role> {
    let words: Vec<&str> = facts.title?.split_whitespace().collect();
    let (name, arguments) = words.split_first()?;
    Some(Role::named(Tool::named(name)?.label(arguments)))
}

/// Any other title is what its program wants to be called.
fn titled(facts: &Facts<'_>) -> Option<Role> {
    facts.title.map(Role::named)
}

/// nx runs each target in a process of its own, which finds its orders in the environment.
fn nx_task(facts: &Facts<'_>) -> Option<Role> {
    let script = facts.script()?;
    if path::stem(script) != "run-executor" || !path::lies_in(script, "nx") {
        return None;
    }
    let named = |name| facts.environment(name).filter(|value| !value.is_empty());
    Some(Role::named(match (named("NX_TASK_TARGET_PROJECT"), named("NX_TASK_TARGET_TARGET")) {
        (Some(project), Some(target)) => format!("nx run {project}:{target}"),
        _ => "nx run".to_owned(),
    }))
}

/// The server that nx leaves running between its calls.
fn nx_daemon(facts: &Facts<'_>) -> Option<Role> {
    let script = facts.script()?;
    let is_daemon = path::stem(script) == "start"
        && path::lies_in(script, "nx")
        && path::lies_in(script, "daemon");
    is_daemon.then(|| Role::named("nx daemon"))
}

/// tsx starts node anew with itself loaded before the script.
fn tsx_script(facts: &Facts<'_>) -> Option<Role> {
    let call = facts.node.as_ref()?;
    let is_tsx = |file: &&str| path::stem(file) == "preflight" && path::lies_in(file, "tsx");
    call.required.iter().find(|file| is_tsx(file))?;
    Some(Role::named(format!("tsx {}", path::base(call.script?))))
}

/// A tool from its start script.
fn tool_script(facts: &Facts<'_>) -> Option<Role> {
    let call = facts.node.as_ref()?;
    Some(Role::named(Tool::of_script(call.script?)?.label(call.arguments)))
}

/// Whatever else node runs.
fn node_script(facts: &Facts<'_>) -> Option<Role> {
    let call = facts.node.as_ref()?;
    let script = call.script.map(|script| format!("node {}", path::base(script)));
    Some(Role::named(script.or_else(|| call.instead.clone()).unwrap_or_else(|| "node".to_owned())))
}

/// esbuild as other tools keep it: one process that answers over a pipe.
fn esbuild_service(facts: &Facts<'_>) -> Option<Role> {
    let serves = facts.arguments.iter().any(|word| word.starts_with("--service"));
    (facts.program == "esbuild" && serves).then(|| Role::named("esbuild service"))
}
