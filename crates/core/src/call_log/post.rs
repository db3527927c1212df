//! Floor 10. The way of calls to the sessions that watch this process.

use crate::call_log::order::TimedCall;

/// Sends calls to the sessions that watch this process, if there are any.
#[derive(Debug, Default)]
pub struct Post;

impl Post {
    /// Hands calls over without waiting. What a session cannot take at the moment is counted and told to it.
    pub fn offer(&mut self, _calls: &[TimedCall]) {}
}
