//! Floor 12. Why something was refused, with all that JavaScript needs to make its own error of it.

use std::io::{self, ErrorKind};

use procmon_core::error::StartError;
use procmon_model::analysis::OptionsError;
use procmon_model::analysis::compare::CompareError;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Reads what the JavaScript half has checked and put into JSON.
pub(crate) fn read<T: DeserializeOwned>(text: String) -> Result<T, Refusal> {
    serde_json::from_slice(&text.into_bytes()).map_err(|error| Refusal::invalid(error.to_string()))
}

/// A refusal as it crosses the border.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Refusal {
    /// A code of ours, or of the system where its number is not known.
    code: Option<&'static str>,
    /// The system's number of the error.
    errno: Option<i32>,
    /// What was asked of the system.
    syscall: Option<&'static str>,
    /// The file or the command that it concerns.
    path: Option<String>,
    /// The process that it concerns.
    pid: Option<u32>,
    /// The same for a person, as a fragment.
    message: String,
}

impl Refusal {
    /// A bug of ours.
    pub(crate) fn internal(message: &str) -> Self {
        let code = Some("ERR_PROCMON_INTERNAL");
        Self { code, message: message.to_owned(), ..Self::default() }
    }

    /// Options that JavaScript should not have let through.
    pub(crate) fn invalid(message: String) -> Self {
        Self { code: Some("ERR_INVALID_ARG_VALUE"), message, ..Self::default() }
    }

    /// Something that has a code of ours.
    pub(crate) fn coded(code: &'static str, message: String) -> Self {
        Self { code: Some(code), message, ..Self::default() }
    }

    /// The same about this file.
    pub(crate) fn at(self, path: String) -> Self {
        Self { path: Some(path), ..self }
    }

    /// The system said no to this call.
    pub(crate) fn system(error: &io::Error, syscall: &'static str, path: Option<String>) -> Self {
        Self {
            code: Some("ERR_PROCMON_SYSTEM"),
            errno: error.raw_os_error(),
            syscall: Some(syscall),
            path,
            message: error.to_string(),
            ..Self::default()
        }
    }
}

impl From<StartError> for Refusal {
    fn from(error: StartError) -> Self {
        let message = error.to_string();
        let refusal = match error {
            StartError::NotFound { command } => Self::named("ENOENT", "spawn", Some(command)),
            StartError::NotExecutable { command, source } => {
                Self::system(&source, "spawn", Some(command)).or("ENOENT")
            }
            StartError::Launch { command, source } => Self::system(&source, "spawn", Some(command)),
            StartError::Directory { path, source } => {
                Self::system(&source, "chdir", Some(path.to_string_lossy().into_owned()))
            }
            StartError::NoSuchProcess { pid } => {
                Self { pid: Some(pid), ..Self::named("ESRCH", "attach", None) }
            }
            StartError::Denied { pid } => {
                Self { pid: Some(pid), ..Self::named("EPERM", "attach", None) }
            }
            StartError::Unseen { pid, source } => {
                Self { pid: Some(pid), ..Self::system(&source, "attach", None) }
            }
            StartError::World(source) if says_no_more_than_now(&source) => {
                Self::system(&source, "watch", None)
            }
            _ => Self { code: Some("ERR_PROCMON_UNSUPPORTED"), ..Self::default() },
        };
        Self { message, ..refusal }
    }
}

/// Whether the system has refused for the moment, as where there are no more descriptors to be had: what it can do, and
/// what we may, is another matter.
fn says_no_more_than_now(error: &io::Error) -> bool {
    let lasting = [ErrorKind::NotFound, ErrorKind::PermissionDenied, ErrorKind::Unsupported];
    error.raw_os_error().is_some() && !lasting.contains(&error.kind())
}

impl Refusal {
    fn named(code: &'static str, syscall: &'static str, path: Option<String>) -> Self {
        Self { code: Some(code), syscall: Some(syscall), path, ..Self::default() }
    }

    /// With this code where the system gave no number.
    fn or(self, code: &'static str) -> Self {
        Self { code: Some(code), ..self }
    }
}

impl From<OptionsError> for Refusal {
    fn from(error: OptionsError) -> Self {
        Self::invalid(error.to_string())
    }
}

impl From<CompareError> for Refusal {
    fn from(error: CompareError) -> Self {
        match error {
            CompareError::NoCommonMetric => {
                Self::coded("ERR_PROCMON_NOT_COMPARABLE", error.to_string())
            }
            _ => Self::invalid(error.to_string()),
        }
    }
}

impl From<serde_json::Error> for Refusal {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(&error.to_string())
    }
}

impl From<Refusal> for napi::Error {
    fn from(refusal: Refusal) -> Self {
        Self::from_reason(serde_json::to_string(&refusal).unwrap_or(refusal.message))
    }
}
