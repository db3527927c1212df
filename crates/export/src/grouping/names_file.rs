//! Floor 11. The file of process names of prometheus-process-exporter, with `expect` for groups that are 0 when absent.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_saphyr::Spanned;

use super::names::{ProcessNames, Rule};
use super::rule_text::RuleText;
use crate::yaml::told;

/// What is wrong, and in which line.
type Wrong = (Option<u64>, String);

/// Why a file of process names cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NamesFileError {
    /// It cannot be read.
    #[error("{}: {source}", .path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// It is no such file, or one of its rules makes no sense.
    #[error("{}{}: {message}", .path.display(), in_line(*.line))]
    Wrong {
        /// Which.
        path: PathBuf,
        /// The line in it, counted from 1; `None` where it is about the file as a whole.
        line: Option<u64>,
        /// What is wrong.
        message: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    process_names: Vec<Spanned<RuleText>>,
}

/// Reads a file of process names. `children`: whether who fits no rule belongs to the group of its parent.
pub fn process_names(path: &Path, children: bool) -> Result<ProcessNames, NamesFileError> {
    let text = fs::read_to_string(path)
        .map_err(|source| NamesFileError::Read { path: path.to_owned(), source })?;
    let wrong = |(line, message)| NamesFileError::Wrong { path: path.to_owned(), line, message };
    let contents: Contents = serde_saphyr::from_str(&text).map_err(|error| wrong(told(&error)))?;
    let rules = contents.process_names.into_iter().map(|text| rule(text).map_err(wrong));
    Ok(ProcessNames { rules: rules.collect::<Result<_, _>>()?, children })
}

fn rule(text: Spanned<RuleText>) -> Result<Rule, Wrong> {
    let line = Some(text.referenced.line());
    Rule::try_from(text.value).map_err(|error| (line, error.to_string()))
}

fn in_line(line: Option<u64>) -> String {
    line.map(|line| format!(", line {line}")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<ProcessNames, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("names.yml");
        fs::write(&path, text).unwrap();
        let folder = format!("{}/", folder.path().display());
        process_names(&path, true).map_err(|error| error.to_string().replace(&folder, ""))
    }

    #[test]
    fn reads_the_forms_that_process_exporter_documents() {
        let names = read(
            r#"
process_names:
  # comm is the second field of /proc/<pid>/stat minus parens.
  - comm:
    - bash
  - exe:
    - postgres
    - /usr/local/bin/process-exporter
  - name: "{{.ExeFull}}:{{.Matches.Cfgfile}}"
    exe:
    - prometheus
    cmdline:
    - -config.path\s+(?P<Cfgfile>\S+)
  - name: web
    expect: true
    cmdline: ['.+']
"#,
        )
        .unwrap();
        assert_eq!(names.rules.len(), 4);
        assert_eq!(names.rules[1].exe, ["postgres", "/usr/local/bin/process-exporter"]);
        assert_eq!(names.rules[2].cmdline[0].as_str(), r"-config.path\s+(?P<Cfgfile>\S+)");
        assert!(names.rules[3].expect);
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place() {
        let error = |text: &str| read(text).err().unwrap();
        let told = error("process_names:\n- name: x\n");
        assert_eq!(told, "names.yml, line 2: none of comm, exe and cmdline says whom it is for");
        let told = error("process_names:\n- comm: [x]\n- comm: [y]\n  cmdline:\n  - ok\n  - '('\n");
        assert!(told.starts_with("names.yml, line 3: the regular expression \"(\" is wrong: "));
        let told = error("process_names:\n- {name: '{{.Matches.a}}', comm: [x]}\n");
        let captured = "no expression of cmdline captures \"a\", which the name has";
        assert_eq!(told, format!("names.yml, line 2: {captured}"));
        let told = error("process_names:\n- comm: [x]\n  exes: [y]\n");
        assert!(told.starts_with("names.yml, line 3: unknown field `exes`"), "{told}");
        assert_eq!(told.lines().count(), 1);
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = process_names(Path::new("/nowhere/names.yml"), true).unwrap_err().to_string();
        assert_eq!(error, "/nowhere/names.yml: No such file or directory (os error 2)");
    }
}
