//! Floor 12. Options that are of use beside others only, such as a format beside a file: without those they are left out.

use std::collections::BTreeSet;

use clap::Error;
use clap::error::{ContextKind, ContextValue};

use crate::config::layers::{LeftOut, Setting};

/// What is missing where these settings are in force; `None` where something else is wrong with them.
pub(super) type Missing<'a> = &'a dyn Fn(&[Setting]) -> Option<BTreeSet<String>>;

/// Those of the settings that lack nothing; the others are left out.
///
/// One that needs another may stand before it, so that all are looked at until none can be taken in any more.
pub(super) fn met(settings: Vec<Setting>, missing: Missing<'_>) -> (Vec<Setting>, Vec<LeftOut>) {
    let (mut met, mut waiting): (Vec<_>, Vec<_>) =
        settings.into_iter().partition(|setting| setting.words.is_empty());
    let mut lacking = missing(&met).unwrap_or_default();
    loop {
        let before = waiting.len();
        let mut unmet = Vec::new();
        for setting in waiting {
            met.push(setting);
            match missing(&met) {
                Some(more) if !more.is_subset(&lacking) => unmet.extend(met.pop()),
                less => lacking = less.unwrap_or(lacking),
            }
        }
        waiting = unmet;
        if waiting.len() == before {
            let why = "it needs another option that is not given".to_owned();
            let left_out = |setting| LeftOut { setting, why: why.clone() };
            return (met, waiting.into_iter().map(left_out).collect());
        }
    }
}

/// The arguments that are missing, as the grammar's error calls them.
pub(super) fn named(error: &Error) -> BTreeSet<String> {
    match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(names)) => names.iter().cloned().collect(),
        _ => BTreeSet::new(),
    }
}
