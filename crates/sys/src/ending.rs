//! Floor 7. The status that wait(2) gives, as an ending.

use procmon_model::event::{Ending, Signal};

/// How the process of this status ended. Bit 7 only says that a core was written.
pub(crate) const fn ending(status: i32) -> Ending {
    match status & 0x7f {
        0 => Ending::Code(status >> 8 & 0xff),
        signal => Ending::Signal(Signal(signal)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_an_exit_code_or_a_signal() {
        assert_eq!(ending(0), Ending::Code(0));
        assert_eq!(ending(0x0700), Ending::Code(7));
        assert_eq!(ending(0xff00), Ending::Code(255));
        assert_eq!(ending(9), Ending::Signal(Signal(9)));
    }

    #[test]
    fn a_written_core_does_not_change_the_signal() {
        assert_eq!(ending(0x8b), Ending::Signal(Signal(11)));
    }
}
