//! Floor 11. What the sending thread is told: messages, the end, and what happens on the connection.

use tokio::sync::mpsc::UnboundedSender;

use super::message::Message;

/// Where signals are sent to. The other end never waits for anything, so that they do not pile up.
pub(super) type Signals = UnboundedSender<Signal>;

/// Something happened.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Signal {
    /// There is a message to send.
    Message(Message),
    /// There will be no more.
    Over,
    /// The broker has taken us in. It takes packets of so many bytes; `None` for any size.
    Connected {
        /// The largest packet, in bytes.
        largest: Option<u32>,
    },
    /// There is no connection, or none any more.
    Lost(Trouble),
    /// What has become of a message.
    Settled {
        /// The number that it was handed over under.
        number: u64,
        /// What has become of it.
        fate: Fate,
    },
    /// We have said good-bye.
    Left,
}

/// What has become of a message.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// The broker has it.
    Accepted,
    /// The broker does not want it, for this reason.
    Refused(String),
    /// The broker has forgotten us and it with us: it must be sent again.
    Forgotten,
}

/// Why there is no connection.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Trouble {
    /// In one sentence for a person, without secrets.
    pub(super) sentence: String,
    /// Whether it may be otherwise in a moment.
    pub(super) prospect: Prospect,
}

/// Whether it may be otherwise in a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Prospect {
    /// It may.
    Open,
    /// Nobody listens there, which is so for a moment at most while a broker restarts.
    NobodyThere,
    /// The same would happen again: a password is wrong, a certificate is not trusted.
    None,
}

/// A connection to a broker that comes back by itself.
pub(super) trait Client {
    /// Hands over a message; what has become of it is told as [`Signal::Settled`] with this number. Answers whether
    /// there was room for it.
    fn publish(&self, number: u64, message: &Message) -> bool;

    /// From now on waits only a moment between two tries to connect.
    fn hurry(&self);

    /// Says good-bye to the broker, which then forgets us; answered by [`Signal::Left`].
    fn leave(&self);
}
