//! Floor 11. What a server shows.

/// Something that is read anew whenever a client asks for it.
pub trait Page: Send + Sync {
    /// The page as it is now, in the best of the formats that the client's `Accept` header names.
    ///
    /// It is called on a thread that may wait, and never twice at a time.
    fn answer(&self, accept: Option<&str>) -> Answer;
}

/// A page as a client gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The value of `Content-Type`.
    pub content_type: String,
    /// The page.
    pub body: Vec<u8>,
}
