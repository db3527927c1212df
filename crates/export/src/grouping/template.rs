//! Floor 11. Names of groups with holes: `{{.Comm}}-{{.Matches.port}}`, as prometheus-process-exporter writes them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::grouper::Member;

/// A text with holes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Hole(Hole),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Hole {
    Comm,
    ExeBase,
    ExeFull,
    Username,
    Pid,
    StartTime,
    Cgroups,
    Match(String),
}

/// Why a template means nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateError {
    /// There is no such hole.
    #[error(
        "{{{{{0}}}}} is unknown: there are .Comm, .ExeBase, .ExeFull, .Username, .PID, .StartTime, .Cgroups and .Matches.name"
    )]
    Unknown(String),
    /// A hole does not end.
    #[error("{{{{ has no }}}} in {0:?}")]
    Open(String),
}

impl Template {
    /// Reads one.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut rest = text;
        while let Some((before, behind)) = rest.split_once("{{") {
            let (inside, after) =
                behind.split_once("}}").ok_or_else(|| TemplateError::Open(text.to_owned()))?;
            if !before.is_empty() {
                parts.push(Part::Text(before.to_owned()));
            }
            parts.push(Part::Hole(hole(inside.trim())?));
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(Part::Text(rest.to_owned()));
        }
        Ok(Self { parts })
    }

    /// The name that it makes of a process. What is unknown leaves its hole empty.
    pub fn fill(&self, member: Member<'_>, matches: &BTreeMap<String, String>) -> Arc<str> {
        let fill = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Hole(hole) => hole.fill(member, matches),
        };
        Arc::from(self.parts.iter().map(fill).collect::<String>())
    }

    /// The captured texts that it needs.
    pub fn matches(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|part| match part {
            Part::Hole(Hole::Match(name)) => Some(name.as_str()),
            _ => None,
        })
    }

    /// The name where it has no holes.
    pub fn fixed(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Text(text)] => Some(text),
            _ => None,
        }
    }
}

fn hole(inside: &str) -> Result<Hole, TemplateError> {
    Ok(match inside {
        ".Comm" => Hole::Comm,
        ".ExeBase" => Hole::ExeBase,
        ".ExeFull" => Hole::ExeFull,
        ".Username" => Hole::Username,
        ".PID" => Hole::Pid,
        ".StartTime" => Hole::StartTime,
        ".Cgroups" => Hole::Cgroups,
        other => match other.strip_prefix(".Matches.") {
            Some(name) if !name.is_empty() => Hole::Match(name.to_owned()),
            _ => return Err(TemplateError::Unknown(other.to_owned())),
        },
    })
}

impl Hole {
    fn fill(&self, member: Member<'_>, matches: &BTreeMap<String, String>) -> String {
        let Member { process, facts, .. } = member;
        let image = &process.image;
        match self {
            Self::Comm => comm(member).to_string(),
            Self::ExeBase => image.name.clone(),
            Self::ExeFull => image.exe.clone().unwrap_or_default(),
            Self::Username => process.uid.map_or_else(String::new, |uid| {
                facts.user(uid).map_or_else(|| uid.to_string(), |name| name.to_string())
            }),
            Self::Pid => process.key.pid.to_string(),
            Self::StartTime => process.key.start.to_string(),
            Self::Cgroups => facts.cgroup(process.key).unwrap_or_default().to_string(),
            Self::Match(name) => matches.get(name).cloned().unwrap_or_default(),
        }
    }
}

/// The kernel's name for a process; where that is not known any more, what it would have been at the start.
pub(super) fn comm(member: Member<'_>) -> Arc<str> {
    /// What the kernel keeps of a name (`TASK_COMM_LEN` less the 0 at its end).
    const LONGEST: usize = 15;
    let Member { process, facts, .. } = member;
    facts.kernel_name(process.key).unwrap_or_else(|| {
        let mut bytes = 0;
        let fits = |letter: &char| {
            bytes += letter.len_utf8();
            bytes <= LONGEST
        };
        Arc::from(process.image.name.chars().take_while(fits).collect::<String>())
    })
}

#[cfg(test)]
mod tests {
    use super::super::support::{Known, process};
    use super::*;

    fn filled(template: &str) -> String {
        let process = process(7, &["/usr/bin/node", "x.js"]);
        let member = Member { process: &process, parent_group: None, facts: &Known };
        let matches = BTreeMap::from([("port".to_owned(), "80".to_owned())]);
        Template::parse(template).unwrap().fill(member, &matches).to_string()
    }

    #[test]
    fn every_hole_is_filled_with_what_it_is_called() {
        let text = "{{.Comm}} {{.ExeBase}} {{ .ExeFull }} {{.Username}} {{.PID}} {{.StartTime}} {{.Cgroups}}";
        assert_eq!(filled(text), "comm7 node /usr/bin/node alice 7 700 /ci/job");
        assert_eq!(filled("a-{{.Matches.port}}{{.Matches.none}}-b"), "a-80-b");
    }

    #[test]
    fn a_template_without_holes_is_a_name() {
        assert_eq!(Template::parse("postgres").unwrap().fixed(), Some("postgres"));
        assert_eq!(Template::parse("x{{.PID}}").unwrap().fixed(), None);
    }

    #[test]
    fn an_unknown_hole_and_an_open_one_are_refused() {
        let error = |text: &str| Template::parse(text).unwrap_err().to_string();
        assert!(error("{{.Comn}}").starts_with("{{.Comn}} is unknown: there are .Comm, "));
        assert_eq!(error("a{{.PID"), "{{ has no }} in \"a{{.PID\"");
    }
}
