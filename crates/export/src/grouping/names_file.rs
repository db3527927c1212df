//! Floor 11. The file of process names of prometheus-process-exporter, with `expect` for groups that are 0 when absent.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::names::{ProcessNames, Rule};
use super::rule_text::{RuleError, RuleText};

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
    /// It is no such file; the message names the line.
    #[error("{}: {message}", .path.display())]
    Shape {
        /// Which.
        path: PathBuf,
        /// What is wrong, and where.
        message: String,
    },
    /// A rule makes no sense.
    #[error("{}: rule {number}: {source}", .path.display())]
    Rule {
        /// Which file.
        path: PathBuf,
        /// Which rule, from 1 on.
        number: usize,
        /// What is wrong with it.
        source: RuleError,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Contents {
    process_names: Vec<RuleText>,
}

/// Reads a file of process names. `children`: whether who fits no rule belongs to the group of its parent.
pub fn process_names(path: &Path, children: bool) -> Result<ProcessNames, NamesFileError> {
    let text = fs::read_to_string(path)
        .map_err(|source| NamesFileError::Read { path: path.to_owned(), source })?;
    let contents: Contents = serde_saphyr::from_str(&text).map_err(|error| {
        NamesFileError::Shape { path: path.to_owned(), message: error.to_string() }
    })?;
    let rule = |(index, text): (usize, RuleText)| {
        Rule::try_from(text).map_err(|source| NamesFileError::Rule {
            path: path.to_owned(),
            number: index + 1,
            source,
        })
    };
    let rules = contents.process_names.into_iter().enumerate().map(rule);
    Ok(ProcessNames { rules: rules.collect::<Result<_, _>>()?, children })
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
        assert_eq!(told, "names.yml: rule 1: none of comm, exe and cmdline says whom it is for");
        let told = error("process_names:\n- cmdline: ['(']\n");
        assert!(told.starts_with("names.yml: rule 1: the regular expression \"(\" is wrong: "));
        let told = error("process_names:\n- {name: '{{.Matches.a}}', comm: [x]}\n");
        assert!(told.ends_with("captures \"a\", which the name has"), "{told}");
        let told = error("process_names:\n- comm: [x]\n  exes: [y]\n");
        assert!(told.contains("exes") && told.contains("line 3"), "{told}");
    }

    #[test]
    fn a_file_that_is_not_there_is_named() {
        let error = process_names(Path::new("/nowhere/names.yml"), true).unwrap_err().to_string();
        assert_eq!(error, "/nowhere/names.yml: No such file or directory (os error 2)");
    }
}
