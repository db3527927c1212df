//! Floor 8. The records of denet 0.10 as they stand in its files.

use serde::Deserialize;
use serde::de::{self, Deserializer, IgnoredAny, Visitor};

use crate::format::jsonl::DecodeError;

/// One record.
#[derive(Debug)]
pub(super) enum Line {
    /// The machine.
    Env(Env),
    /// What was watched. Without a `kind` it was written by whoever saved the samples, and is about the saving program.
    Metadata { about: Metadata, is_savers: bool },
    /// A process of the tree, when it was seen first or runs another program.
    Child(Child),
    /// The root has ended.
    Exit(Exit),
    /// Numbers of the root, or of the whole tree where they have a number of processes.
    Numbers(Box<Metrics>),
    /// Numbers of each process.
    Tree(Box<Tree>),
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Env {
    pub(super) kernel: Option<String>,
    pub(super) lscpu: Lscpu,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Lscpu {
    #[serde(deserialize_with = "whole")]
    pub(super) sockets: Option<u64>,
    #[serde(deserialize_with = "whole")]
    pub(super) cores_per_socket: Option<u64>,
    #[serde(deserialize_with = "whole")]
    pub(super) threads_per_core: Option<u64>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Metadata {
    pub(super) pid: u32,
    pub(super) cmd: Vec<String>,
    pub(super) executable: Option<String>,
    pub(super) t0_ms: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Child {
    pub(super) ts_ms: u64,
    pub(super) pid: u32,
    pub(super) ppid: Option<u32>,
    #[serde(default)]
    pub(super) cmd: Vec<String>,
    pub(super) exe: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Exit {
    pub(super) ts_ms: u64,
}

#[derive(Debug, Deserialize)]
pub(super) struct Tree {
    pub(super) ts_ms: u64,
    pub(super) parent: Option<Metrics>,
    #[serde(default)]
    pub(super) children: Vec<Use>,
    pub(super) aggregated: Metrics,
}

#[derive(Debug, Deserialize)]
pub(super) struct Use {
    pub(super) pid: u32,
    #[serde(default)]
    pub(super) command: String,
    pub(super) metrics: Metrics,
}

/// The numbers of a process or a tree; `None` is unknown. Windows of samples have means, which may have fractions.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(default)]
pub(super) struct Metrics {
    #[serde(deserialize_with = "whole")]
    pub(super) ts_ms: Option<u64>,
    pub(super) cpu_usage: Option<f64>,
    #[serde(deserialize_with = "whole")]
    pub(super) mem_rss_kb: Option<u64>,
    #[serde(deserialize_with = "whole")]
    pub(super) mem_vms_kb: Option<u64>,
    #[serde(deserialize_with = "whole")]
    pub(super) disk_read_bytes: Option<u64>,
    #[serde(deserialize_with = "whole")]
    pub(super) disk_write_bytes: Option<u64>,
    #[serde(deserialize_with = "whole")]
    pub(super) syscall_read_bytes: Option<u64>,
    #[serde(deserialize_with = "whole")]
    pub(super) syscall_write_bytes: Option<u64>,
    #[serde(deserialize_with = "whole")]
    pub(super) page_faults_cached: Option<u64>,
    #[serde(deserialize_with = "whole")]
    pub(super) page_faults_disk: Option<u64>,
    #[serde(deserialize_with = "whole")]
    pub(super) thread_count: Option<u64>,
    #[serde(deserialize_with = "whole")]
    pub(super) process_count: Option<u64>,
    #[serde(deserialize_with = "whole")]
    pub(super) uptime_secs: Option<u64>,
}

/// What tells the kinds from each other.
#[derive(Debug, Deserialize)]
struct Marks {
    kind: Option<String>,
    ts_ms: Option<IgnoredAny>,
    t0_ms: Option<IgnoredAny>,
    pid: Option<IgnoredAny>,
    cpu_usage: Option<IgnoredAny>,
    aggregated: Option<IgnoredAny>,
}

/// The kinds of records.
enum Kind {
    Env,
    Metadata,
    Child,
    Exit,
    Numbers,
    Tree,
}

impl Marks {
    /// The kind; what a record calls itself if it is none that is known, and nothing where it calls itself nothing.
    fn kind(self) -> Result<Kind, Option<String>> {
        match self.kind.as_deref() {
            Some("env") => Ok(Kind::Env),
            Some("metadata") => Ok(Kind::Metadata),
            Some("child") => Ok(Kind::Child),
            Some("exit") => Ok(Kind::Exit),
            Some("sample") => Ok(Kind::Numbers),
            Some("tree") => Ok(Kind::Tree),
            Some(_) => Err(self.kind),
            None if self.ts_ms.is_some() && self.aggregated.is_some() => Ok(Kind::Tree),
            None if self.ts_ms.is_some() && self.cpu_usage.is_some() => Ok(Kind::Numbers),
            None if self.pid.is_some() && self.t0_ms.is_some() => Ok(Kind::Metadata),
            None => Err(None),
        }
    }
}

/// Whether a text is a record of denet's.
pub fn is_record(text: &[u8]) -> bool {
    serde_json::from_slice::<Marks>(text).is_ok_and(|marks| marks.kind().is_ok())
}

/// Reads a record.
pub(super) fn decode(text: &[u8]) -> Result<Line, DecodeError> {
    let marks: Marks = serde_json::from_slice(text)?;
    let is_savers = marks.kind.is_none();
    let kind = match marks.kind() {
        Ok(kind) => kind,
        Err(Some(name)) => return Err(DecodeError::UnknownType(name)),
        Err(None) => return Err(DecodeError::Malformed(de::Error::missing_field("kind"))),
    };
    Ok(match kind {
        Kind::Env => Line::Env(serde_json::from_slice(text)?),
        Kind::Metadata => Line::Metadata { about: serde_json::from_slice(text)?, is_savers },
        Kind::Child => Line::Child(serde_json::from_slice(text)?),
        Kind::Exit => Line::Exit(serde_json::from_slice(text)?),
        Kind::Numbers => Line::Numbers(serde_json::from_slice(text)?),
        Kind::Tree => Line::Tree(serde_json::from_slice(text)?),
    })
}

/// A number that is not negative, rounded where it has a fraction.
fn whole<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    struct Whole;

    impl<'de> Visitor<'de> for Whole {
        type Value = Option<u64>;

        fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            formatter.write_str("a number from 0 on")
        }

        fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_none<E: de::Error>(self) -> Result<Self::Value, E> {
            Ok(None)
        }

        fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Self::Value, D::Error> {
            inner.deserialize_any(self)
        }

        fn visit_u64<E: de::Error>(self, value: u64) -> Result<Self::Value, E> {
            Ok(Some(value))
        }

        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "the range is checked before"
        )]
        fn visit_f64<E: de::Error>(self, value: f64) -> Result<Self::Value, E> {
            let rounded = value.round();
            let fits = rounded >= 0.0 && rounded < u64::MAX as f64;
            fits.then_some(Some(rounded as u64)).ok_or_else(|| E::custom("a number out of range"))
        }
    }

    deserializer.deserialize_option(Whole)
}
