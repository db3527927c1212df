//! Floor 7. `/proc/pid/io`: what a process has read and written.

use super::text::{number, words_of_line};

/// The bytes of `/proc/pid/io`; a kernel may be built without some of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Io {
    pub(crate) read_chars: Option<u64>,
    pub(crate) written_chars: Option<u64>,
    pub(crate) read: Option<u64>,
    pub(crate) written: Option<u64>,
}

impl Io {
    pub(crate) fn parse(text: &[u8]) -> Self {
        let mut io = Self::default();
        for line in text.split(|byte| *byte == b'\n') {
            let mut words = words_of_line(line);
            let (Some(name), value) = (words.next(), words.next().and_then(number)) else {
                continue;
            };
            match name {
                b"rchar:" => io.read_chars = value,
                b"wchar:" => io.written_chars = value,
                b"read_bytes:" => io.read = value,
                b"write_bytes:" => io.written = value,
                _ => {}
            }
        }
        io
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_bytes_of_io_by_name_and_passes_over_others() {
        let text = b"rchar: 1\nwchar: 2\nsyscr: 3\nread_bytes: 5\nwrite_bytes: x\n";
        let io = Io { read_chars: Some(1), written_chars: Some(2), read: Some(5), written: None };
        assert_eq!(Io::parse(text), io);
    }
}
