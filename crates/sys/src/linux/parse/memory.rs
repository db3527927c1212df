//! Floor 7. `/proc/pid/statm` and `/proc/pid/smaps_rollup`: the memory of a process.

use super::text::{kilobytes, number, words_of_line};

/// The sizes of `/proc/pid/statm`, in pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Statm {
    /// Address space; 0 where the process has none (any more).
    pub(crate) size: u64,
    pub(crate) resident: u64,
    /// The resident pages that a file or shared memory backs.
    pub(crate) shared: u64,
}

impl Statm {
    pub(crate) fn parse(line: &[u8]) -> Option<Self> {
        let mut fields = words_of_line(line);
        Some(Self {
            size: number(fields.next()?)?,
            resident: number(fields.next()?)?,
            shared: number(fields.next()?)?,
        })
    }
}

/// The proportional set size, in bytes, as `/proc/pid/smaps_rollup` has it.
pub(crate) fn proportional_set_size(smaps_rollup: &[u8]) -> Option<u64> {
    kilobytes(smaps_rollup, b"Pss:")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_sizes_in_pages() {
        let statm = Statm { size: 10, resident: 4, shared: 3 };
        assert_eq!(Statm::parse(b"10 4 3 1 0 2 0\n"), Some(statm));
        assert_eq!(Statm::parse(b"10 4"), None);
    }

    #[test]
    fn reads_the_whole_proportional_set_size_and_none_of_its_parts() {
        let text = b"5598986ab000-7ffcc7308000 ---p 00000000 00:00 0   [rollup]\nRss:   1752 kB\n\
            Pss:                 228 kB\nPss_Dirty:           116 kB\nPss_Anon:  116 kB\n";
        assert_eq!(proportional_set_size(text), Some(228 * 1024));
        assert_eq!(proportional_set_size(b"Pss_Anon:  116 kB\n"), None);
    }
}
