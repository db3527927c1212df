//! Floor 7. `/proc/pid/schedstat`: how long one thread ran, and how long it waited to.

use super::text::{number, words_of_line};

/// A line of `/proc/pid/schedstat`, of the first thread, or of `/proc/pid/task/tid/schedstat`; in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Schedstat {
    /// Time on a processor.
    pub(crate) ran: u64,
    /// Time that it was ready to run and waited for a processor.
    pub(crate) waited: u64,
    /// How often it was given a processor. 0 for a thread that has run is a kernel that does not count any of this.
    pub(crate) turns: u64,
}

impl Schedstat {
    pub(crate) fn parse(line: &[u8]) -> Option<Self> {
        let mut fields = words_of_line(line);
        Some(Self {
            ran: number(fields.next()?)?,
            waited: number(fields.next()?)?,
            turns: number(fields.next()?)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_three_figures_or_nothing() {
        let expected = Schedstat { ran: 5, waited: 6, turns: 7 };
        assert_eq!(Schedstat::parse(b"5 6 7\n"), Some(expected));
        assert_eq!(Schedstat::parse(b"5 6\n"), None);
        assert_eq!(Schedstat::parse(b"5 -6 7\n"), None);
    }
}
