//! Floor 11. One message for a broker.

/// One message for a broker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Message {
    /// Where it goes.
    pub(super) topic: String,
    /// What it says.
    pub(super) payload: Vec<u8>,
    /// Whether the broker keeps it for those who subscribe later.
    pub(super) retained: bool,
    /// After how many seconds the broker forgets it; `None` for never.
    pub(super) expiry: Option<u32>,
    /// What it is worth.
    pub(super) worth: Worth,
}

/// What a message is worth when there is no room for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Worth {
    /// One of many: it goes first.
    Sample,
    /// Told once.
    Record,
}
