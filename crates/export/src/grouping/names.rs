//! Floor 11. Groups by rules: who fits the first is in its group, and who fits none is where its parent is.

use std::collections::BTreeMap;
use std::sync::Arc;

use procmon_model::process::Image;
use regex_lite::Regex;

use super::grouper::{Grouper, Member};
use super::template::{Template, comm};

/// Who is in a group. All of the three lists that are not empty have to fit.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The group's name.
    pub name: Template,
    /// The kernel's name is one of these.
    pub comm: Vec<String>,
    /// The executable is one of these: its path where it has a slash, its file name otherwise.
    pub exe: Vec<String>,
    /// Each of these matches the command line, with a blank between two words; what their named groups capture can be in
    /// the name.
    pub cmdline: Vec<Regex>,
    /// Whether the group is shown with zeros as long as nobody is in it; of a name without holes.
    pub expect: bool,
}

/// Rules, in their order.
#[derive(Debug, Clone, Default)]
pub struct ProcessNames {
    /// The rules.
    pub rules: Vec<Rule>,
    /// Whether who fits none belongs to the group of its parent; otherwise it is not counted.
    pub children: bool,
}

impl Rule {
    /// What its expressions captured; `None` for a process that it is not for.
    fn fits(&self, member: Member<'_>) -> Option<BTreeMap<String, String>> {
        let image = &member.process.image;
        let fits_name = self.comm.is_empty() || self.comm.iter().any(|name| *name == *comm(member));
        if !fits_name || !self.fits_program(image) {
            return None;
        }
        let mut captured = BTreeMap::new();
        if !self.cmdline.is_empty() {
            let line = image.command.join(" ");
            for regex in &self.cmdline {
                let found = regex.captures(&line)?;
                for name in regex.capture_names().flatten() {
                    if let Some(text) = found.name(name) {
                        captured.insert(name.to_owned(), text.as_str().to_owned());
                    }
                }
            }
        }
        Some(captured)
    }

    fn fits_program(&self, image: &Image) -> bool {
        let is_it = |exe: &String| {
            if exe.contains('/') { image.exe.as_ref() == Some(exe) } else { image.name == *exe }
        };
        self.exe.is_empty() || self.exe.iter().any(is_it)
    }
}

impl Grouper for ProcessNames {
    fn group(&mut self, member: Member<'_>) -> Option<Arc<str>> {
        let fitting = self
            .rules
            .iter()
            .find_map(|rule| rule.fits(member).map(|captured| rule.name.fill(member, &captured)));
        fitting.or_else(|| member.parent_group.filter(|_| self.children).cloned())
    }

    fn expected(&self) -> Vec<Arc<str>> {
        let expected = self.rules.iter().filter(|rule| rule.expect);
        expected.filter_map(|rule| rule.name.fixed().map(Arc::from)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::super::support::{Known, process};
    use super::*;

    fn rule(name: &str) -> Rule {
        let name = Template::parse(name).unwrap();
        Rule { name, comm: vec![], exe: vec![], cmdline: vec![], expect: false }
    }

    fn regexes(texts: &[&str]) -> Vec<Regex> {
        texts.iter().map(|text| Regex::new(text).unwrap()).collect()
    }

    fn group(rules: Vec<Rule>, words: &[&str], parent: Option<&str>) -> Option<String> {
        let process = process(7, words);
        let parent_group = parent.map(Arc::from);
        let member =
            Member { process: &process, parent_group: parent_group.as_ref(), facts: &Known };
        let mut names = ProcessNames { rules, children: true };
        names.group(member).map(|name| name.to_string())
    }

    #[test]
    fn the_first_rule_that_fits_names_the_group_with_what_its_expressions_captured() {
        let by_port = Rule {
            exe: vec!["node".to_owned()],
            cmdline: regexes(&["server", r"--port[ =](?P<port>\d+)"]),
            ..rule("{{.ExeBase}}:{{.Matches.port}}")
        };
        let rules = || vec![by_port.clone(), rule("rest")];
        let words = ["/usr/bin/node", "server.js", "--port", "80"];
        assert_eq!(group(rules(), &words, None).as_deref(), Some("node:80"));
        assert_eq!(group(rules(), &words[..2], None).as_deref(), Some("rest"));
    }

    #[test]
    fn a_path_is_compared_whole_and_a_name_with_the_file_name() {
        let exe = |exe: &str| vec![Rule { exe: vec![exe.to_owned()], ..rule("x") }];
        let words = ["/usr/bin/node"];
        let told = ["node", "/usr/bin/node", "/bin/node"].map(|it| group(exe(it), &words, None));
        assert_eq!(told.map(|group| group.is_some()), [true, true, false]);
    }

    #[test]
    fn the_kernels_name_is_compared_whole() {
        let named = |name: &str| vec![Rule { comm: vec![name.to_owned()], ..rule("x") }];
        assert_eq!(group(named("comm7"), &["/bin/sh"], None).as_deref(), Some("x"));
        assert_eq!(group(named("comm"), &["/bin/sh"], None), None);
    }

    #[test]
    fn who_fits_none_is_where_its_parent_is() {
        let none = || vec![Rule { exe: vec!["node".to_owned()], ..rule("x") }];
        assert_eq!(group(none(), &["/bin/sh"], Some("build")).as_deref(), Some("build"));
        assert_eq!(group(none(), &["/bin/sh"], None), None);
    }

    #[test]
    fn an_expected_group_has_a_name_before_anybody_is_in_it() {
        let rules = vec![
            Rule { expect: true, ..rule("postgres") },
            Rule { expect: true, ..rule("{{.Comm}}") },
            rule("other"),
        ];
        let expected = ProcessNames { rules, children: true }.expected();
        assert_eq!(expected, [Arc::from("postgres")]);
    }
}
