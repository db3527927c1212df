//! Floor 11. Who is counted together with whom, and who is counted at all.

mod grouper;
mod key;
mod names;
#[cfg(feature = "yaml")]
mod names_file;
mod pattern;
mod rule_text;
mod selected;
#[cfg(test)]
mod support;
mod template;

pub use grouper::{Grouper, Member};
pub use key::By;
pub use names::{ProcessNames, Rule};
#[cfg(feature = "yaml")]
pub use names_file::{NamesFileError, process_names};
pub use pattern::{Pattern, PatternError};
pub use rule_text::{RuleError, RuleText};
pub use selected::{Selected, Selection};
pub use template::{Template, TemplateError};
