//! Floor 11. Labels that a user gives to every sample, and how any label's value is written.

use thiserror::Error;

use super::names::Names;

/// Why a label cannot be given to every sample.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LabelError {
    /// It is not a name.
    #[error(
        "use {0:?} as a label: a name has letters, digits and underscores, and begins with no digit"
    )]
    Name(String),
    /// Prometheus keeps such names for itself.
    #[error("use {0:?} as a label: names that begin with two underscores are for Prometheus alone")]
    Reserved(String),
    /// It was given before.
    #[error("use {0:?} as a label twice")]
    Repeated(String),
    /// Samples have it already.
    #[error("use {0:?} as a label: samples have one of that name")]
    Taken(String),
}

/// Whether each of them can stand at every sample of a table.
pub(super) fn check(labels: &[(String, String)], names: Names) -> Result<(), LabelError> {
    for (place, (name, _)) in labels.iter().enumerate() {
        if !is_label_name(name) {
            return Err(LabelError::Name(name.clone()));
        }
        if name.starts_with("__") {
            return Err(LabelError::Reserved(name.clone()));
        }
        if labels[..place].iter().any(|(other, _)| other == name) {
            return Err(LabelError::Repeated(name.clone()));
        }
        if names.table().uses(name) {
            return Err(LabelError::Taken(name.clone()));
        }
    }
    Ok(())
}

/// Whether it is the name of a label.
fn is_label_name(name: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    name.bytes().all(is_plain) && name.bytes().next().is_some_and(|first| !first.is_ascii_digit())
}

/// Appends `name="value"`, after a comma where something stands before it. A backslash, a quote and a newline are
/// escaped; every other character, a control character too, stands for itself in both formats.
pub(super) fn append(out: &mut String, is_first: bool, name: &str, value: &str) {
    if !is_first {
        out.push(',');
    }
    out.push_str(name);
    out.push_str("=\"");
    let mut rest = value;
    while let Some(place) = rest.bytes().position(|byte| matches!(byte, b'\\' | b'"' | b'\n')) {
        out.push_str(&rest[..place]);
        out.push_str(match rest.as_bytes()[place] {
            b'\n' => "\\n",
            b'"' => "\\\"",
            _ => "\\\\",
        });
        rest = &rest[place + 1..];
    }
    out.push_str(rest);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(names: Names, labels: &[&str]) -> Result<(), LabelError> {
        let labels: Vec<_> =
            labels.iter().map(|name| ((*name).to_owned(), String::new())).collect();
        check(&labels, names)
    }

    #[test]
    fn labels_that_samples_can_carry_are_taken() {
        assert_eq!(checked(Names::Procmon, &["team", "_ci", "branch_2", "host"]), Ok(()));
        assert_eq!(checked(Names::ProcessExporter, &["user"]), Ok(()));
    }

    #[test]
    fn labels_that_samples_cannot_carry_are_refused_by_name() {
        for name in ["", "2nd", "a-b", "a b", "ä", "a=\"x\"", "a:b"] {
            assert_eq!(checked(Names::Procmon, &[name]), Err(LabelError::Name(name.to_owned())));
        }
        let refused = |names, labels| checked(names, labels).unwrap_err().to_string();
        assert_eq!(
            refused(Names::Procmon, &["__name__"]),
            "use \"__name__\" as a label: names that begin with two underscores are for Prometheus alone"
        );
        assert_eq!(refused(Names::Procmon, &["a", "b", "a"]), "use \"a\" as a label twice");
        for (names, label) in [
            (Names::Procmon, "group"),
            (Names::Procmon, "mode"),
            (Names::Procmon, "exporter"),
            (Names::ProcessExporter, "groupname"),
            (Names::DarwinExporter, "user"),
            (Names::PerPid, "proc_pid"),
        ] {
            assert_eq!(checked(names, &[label]), Err(LabelError::Taken(label.to_owned())));
        }
    }
}
