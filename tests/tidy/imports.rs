//! Finds the paths that a file's tokens name: in `use` items, in expressions and types, and inside
//! the calls of macros. Comments and strings name nothing, and items for tests are left out.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// One path as it is written, with the line where it begins.
pub(super) struct Import {
    pub(super) line: usize,
    /// The modules written out in the same file (`mod name { … }`) that the path stands in.
    pub(super) inline: Vec<String>,
    pub(super) segments: Vec<String>,
    /// The name that a `use` item gives to what it imports.
    pub(super) binding: Option<String>,
}

/// What one file names.
#[derive(Default)]
pub(super) struct Imports {
    pub(super) paths: Vec<Import>,
    /// The modules that the file declares for tests alone (`#[cfg(test)] mod stories;`).
    pub(super) test_modules: Vec<String>,
}

/// Collects all that `tokens` name.
pub(super) fn imports(tokens: TokenStream) -> Imports {
    let mut scanner = Scanner { found: Imports::default(), inline: Vec::new() };
    scanner.walk(tokens);
    scanner.found
}

struct Scanner {
    found: Imports,
    inline: Vec<String>,
}

impl Scanner {
    fn walk(&mut self, tokens: TokenStream) {
        let tokens: Vec<TokenTree> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(rest) = tokens.get(at..).filter(|rest| !rest.is_empty()) {
            at += self.step(rest);
        }
    }

    /// Takes what stands at the beginning of `rest` and says how many tokens that were.
    fn step(&mut self, rest: &[TokenTree]) -> usize {
        if is_test_attribute(rest) {
            return self.test_item(rest);
        }
        if starts_with_colons(rest) {
            // The rest of a path that began with a type (`<T as X>::y`) or at the root (`::std`).
            return 2 + path_at(&rest[2..]).1;
        }
        match (word(rest.first()).as_deref(), rest.get(1)) {
            (Some("use"), Some(next)) if !is_punct(next, '<') => self.use_item(rest),
            (Some("pub"), Some(next)) if is_group(next, Delimiter::Parenthesis) => 2,
            (Some("mod"), Some(TokenTree::Ident(name))) => {
                self.module(&name.to_string(), rest.get(2))
            }
            (Some(_), _) => self.path(rest),
            (None, _) => {
                if let Some(TokenTree::Group(group)) = rest.first() {
                    self.walk(group.stream());
                }
                1
            }
        }
    }

    fn test_item(&mut self, rest: &[TokenTree]) -> usize {
        let length = item_length(&rest[2..]);
        let item = &rest[2..2 + length];
        if let [.., keyword, TokenTree::Ident(name), end] = item
            && word(Some(keyword)).as_deref() == Some("mod")
            && is_punct(end, ';')
        {
            self.found.test_modules.push(name.to_string());
        }
        2 + length
    }

    fn module(&mut self, name: &str, body: Option<&TokenTree>) -> usize {
        if let Some(TokenTree::Group(group)) = body {
            self.inline.push(name.to_owned());
            self.walk(group.stream());
            self.inline.pop();
        }
        3
    }

    fn path(&mut self, rest: &[TokenTree]) -> usize {
        let (segments, length) = path_at(rest);
        if segments.len() > 1 {
            self.record(rest, segments, None);
        }
        length
    }

    fn use_item(&mut self, rest: &[TokenTree]) -> usize {
        let length = length_to(rest, |token| is_punct(token, ';'));
        self.use_tree(&rest[1..length], &[]);
        length
    }

    /// Reads `a::b`, `a::{b, c::*}` and `a::b as c` below `prefix`.
    fn use_tree(&mut self, tree: &[TokenTree], prefix: &[String]) {
        if starts_with_colons(tree) {
            return;
        }
        let mut segments = prefix.to_vec();
        let (own, length) = path_at(tree);
        segments.extend(own);
        let after = &tree[length..];
        match after.iter().find(|token| !is_punct(token, ':')) {
            Some(TokenTree::Group(group)) => {
                let branches: Vec<TokenTree> = group.stream().into_iter().collect();
                for branch in branches.split(|token| is_punct(token, ',')) {
                    if !branch.is_empty() {
                        self.use_tree(branch, &segments);
                    }
                }
            }
            Some(star) if is_punct(star, '*') => self.record(tree, segments, Some("*".into())),
            Some(TokenTree::Ident(_)) => self.record(tree, segments, word(after.get(1))),
            _ => {
                if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
                    segments.pop();
                }
                let binding = segments.last().cloned();
                self.record(tree, segments, binding);
            }
        }
    }

    fn record(&mut self, at: &[TokenTree], segments: Vec<String>, binding: Option<String>) {
        let line = at.first().map_or(1, |token| token.span().start().line);
        self.found.paths.push(Import { line, inline: self.inline.clone(), segments, binding });
    }
}

/// The path that `tokens` begin with, and how many tokens it takes (none where there is no path).
fn path_at(tokens: &[TokenTree]) -> (Vec<String>, usize) {
    let mut segments: Vec<String> = word(tokens.first()).into_iter().collect();
    let mut length = 1;
    while !segments.is_empty() && starts_with_colons(tokens.get(length..).unwrap_or_default()) {
        let Some(segment) = word(tokens.get(length + 2)) else { break };
        segments.push(segment);
        length += 3;
    }
    if segments.is_empty() { (segments, 0) } else { (segments, length) }
}

/// Whether `tokens` begin with `#[test]`, `#[cfg(test)]` or `#[cfg(all(test, …))]`.
fn is_test_attribute(tokens: &[TokenTree]) -> bool {
    let [hash, TokenTree::Group(attribute), ..] = tokens else { return false };
    if !is_punct(hash, '#') {
        return false;
    }
    let inner: Vec<TokenTree> = attribute.stream().into_iter().collect();
    match inner.as_slice() {
        [only] => word(Some(only)).as_deref() == Some("test"),
        [cfg, TokenTree::Group(condition)] => {
            word(Some(cfg)).as_deref() == Some("cfg") && means_test(condition.stream())
        }
        _ => false,
    }
}

fn means_test(condition: TokenStream) -> bool {
    let condition: Vec<TokenTree> = condition.into_iter().collect();
    match condition.as_slice() {
        [only] => word(Some(only)).as_deref() == Some("test"),
        [all, TokenTree::Group(parts)] if word(Some(all)).as_deref() == Some("all") => {
            parts.stream().into_iter().any(|part| word(Some(&part)).as_deref() == Some("test"))
        }
        _ => false,
    }
}

/// How many tokens the item takes that `tokens` begin with: up to its `;` or its body in braces.
fn item_length(tokens: &[TokenTree]) -> usize {
    const BEFORE_AN_ITEM: [&str; 4] = ["pub", "unsafe", "async", "extern"];
    let mut words = tokens.iter().filter_map(|token| word(Some(token)));
    let keyword = words.find(|word| !BEFORE_AN_ITEM.contains(&word.as_str()));
    let braces_may_come_before_the_end = match keyword.as_deref() {
        Some("use" | "static" | "type" | "let") => true,
        Some("const") => {
            !matches!(words.next().as_deref(), Some("fn" | "unsafe" | "async" | "extern"))
        }
        _ => false,
    };
    length_to(tokens, |token| {
        is_punct(token, ';') || !braces_may_come_before_the_end && is_group(token, Delimiter::Brace)
    })
}

/// The number of tokens up to and with the first that is an end; all of them where none is.
fn length_to(tokens: &[TokenTree], is_end: impl Fn(&TokenTree) -> bool) -> usize {
    tokens.iter().position(is_end).map_or(tokens.len(), |at| at + 1)
}

fn starts_with_colons(tokens: &[TokenTree]) -> bool {
    matches!(tokens, [first, second, ..] if is_punct(first, ':') && is_punct(second, ':'))
}

fn is_punct(token: &TokenTree, sign: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == sign)
}

fn is_group(token: &TokenTree, delimiter: Delimiter) -> bool {
    matches!(token, TokenTree::Group(group) if group.delimiter() == delimiter)
}

fn word(token: Option<&TokenTree>) -> Option<String> {
    match token {
        Some(TokenTree::Ident(ident)) => Some(ident.to_string()),
        _ => None,
    }
}
