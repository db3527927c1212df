//! Floor 12. When to colour what people read.

use clap::ValueEnum;

/// When to colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColourChoice {
    /// On a terminal, unless the environment says otherwise
    Auto,
    /// In any case
    Always,
    /// In no case
    Never,
}
