//! Floor 2. What the rules ask about a process, worked out once.

use super::label::tidy;
use super::node::NodeCall;
use super::path;
use super::portrait::Portrait;

/// A process, ready for the rules.
#[derive(Debug)]
pub(super) struct Facts<'a> {
    /// The program's own name: that of `argv[0]`, else that of the file it runs; empty when neither is known.
    pub(super) program: &'a str,
    /// argv without its first word.
    pub(super) arguments: &'a [&'a str],
    /// How node was called, when this is node and its argv is still its own.
    pub(super) node: Option<NodeCall<'a>>,
    /// What a program wrote over its argv to be seen under: `npm run build`.
    pub(super) title: Option<&'a str>,
    portrait: &'a Portrait<'a>,
}

impl<'a> Facts<'a> {
    /// Works out what there is to know; `words` are those of [`words`].
    pub(super) fn of(portrait: &'a Portrait<'a>, words: &'a [&'a str]) -> Self {
        let (first, arguments) =
            words.split_first().map_or(("", words), |(first, rest)| (*first, rest));
        let runs_node = portrait.exe.is_some_and(|exe| is_node(path::stem(exe)));
        let title = title(first, arguments, portrait.exe, runs_node);
        let node = (title.is_none() && (runs_node || is_node(path::stem(first))))
            .then(|| NodeCall::read(arguments));
        Self { program: program(first, portrait.exe), arguments, node, title, portrait }
    }

    /// The script that node runs.
    pub(super) fn script(&self) -> Option<&'a str> {
        self.node.as_ref()?.script
    }

    /// The value of one of the environment names.
    pub(super) fn environment(&self, name: &str) -> Option<&'a str> {
        self.portrait.environment.get(name).map(String::as_str)
    }

    /// The labels of the ancestors, nearest first.
    pub(super) fn ancestors(&self) -> &'a [&'a str] {
        self.portrait.ancestors
    }
}

/// The words of argv, without the zeros and spaces that a rewritten title leaves at its end.
pub(super) fn words(command: &[String]) -> Vec<&str> {
    let trimmed = command.iter().map(|word| word.trim_end_matches(['\0', ' ']));
    let mut words: Vec<&str> = trimmed.collect();
    let kept = words.iter().rposition(|word| !word.is_empty()).map_or(0, |last| last + 1);
    words.truncate(kept);
    words
}

/// argv when it is no command line but a title: one string, and no path to a file.
fn title<'a>(
    first: &'a str,
    arguments: &[&str],
    exe: Option<&str>,
    runs_node: bool,
) -> Option<&'a str> {
    let word = first.split_whitespace().next()?;
    let is_path =
        exe == Some(first) || path::parts(word).count() > 1 || word.starts_with(['/', '\\']);
    let is_rewritten = word.len() < first.len() || runs_node && !is_node(path::stem(first));
    (arguments.is_empty() && !is_path && is_rewritten).then_some(first)
}

/// The first of `argv[0]` and the executable that gives a name to print.
fn program<'a>(first: &'a str, exe: Option<&'a str>) -> &'a str {
    let exe = exe.unwrap_or_default();
    let first = if first == "/proc/self/exe" { exe } else { first };
    let login_shell = first.strip_prefix('-').unwrap_or(first);
    let names = [login_shell, exe.strip_suffix(" (deleted)").unwrap_or(exe)].map(path::stem);
    names.into_iter().find(|name| !tidy(name).is_empty()).unwrap_or_default()
}

fn is_node(name: &str) -> bool {
    matches!(name, "node" | "nodejs")
}
