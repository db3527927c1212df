//! Floor 7. `/proc/pid/cmdline` and `/proc/pid/environ`: words that end in NULs.

/// The words of a `/proc/pid/cmdline`.
///
/// A program that has written a title over its command line leaves one word, padded with NULs or spaces; the
/// padding is left out. An empty last word is kept where other words stand before it.
pub(crate) fn words(cmdline: &[u8]) -> impl Iterator<Item = &[u8]> {
    let text = cmdline.strip_suffix(b"\0").unwrap_or(cmdline);
    let first = text.split(|byte| *byte == 0).next().unwrap_or_default();
    let alone = text[first.len()..].iter().all(|byte| *byte == 0);
    let text = if alone { first.trim_ascii_end() } else { text };
    let known = !text.is_empty();
    text.split(|byte| *byte == 0).filter(move |_| known)
}

/// Those variables of a `/proc/pid/environ` that have one of these names, each with its value.
pub(crate) fn variables<'a>(
    environ: &'a [u8],
    names: &'a [&'a str],
) -> impl Iterator<Item = (&'a str, &'a [u8])> {
    environ.split(|byte| *byte == 0).filter_map(|variable| {
        let equals = variable.iter().position(|byte| *byte == b'=')?;
        let name = names.iter().find(|name| name.as_bytes() == &variable[..equals])?;
        Some((*name, &variable[equals + 1..]))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn words_of(cmdline: &[u8]) -> Vec<&[u8]> {
        words(cmdline).collect()
    }

    #[test]
    fn splits_a_command_line_and_keeps_empty_words() {
        assert_eq!(words_of(b"node\0-e\0\0"), [&b"node"[..], b"-e", b""]);
        assert_eq!(words_of(b"sh\0\0x\0"), [&b"sh"[..], b"", b"x"]);
        assert_eq!(words_of(b"two words\0\xff\0"), [&b"two words"[..], b"\xff"]);
        assert!(words_of(b"").is_empty());
        assert!(words_of(b"\0\0\0").is_empty());
    }

    #[test]
    fn a_title_is_one_word_without_its_padding() {
        assert_eq!(words_of(b"npm run test\0\0\0\0"), [b"npm run test"]);
        assert_eq!(words_of(b"postgres: writer      "), [b"postgres: writer"]);
        assert_eq!(words_of(b"title \0\0"), [b"title"]);
    }

    #[test]
    fn picks_variables_by_their_whole_name() {
        let environ = b"A=1\0JEST_WORKER_ID=2\0XJEST_WORKER_ID=3\0B\0JEST_WORKER_ID_=4\0C==x\0";
        let found: Vec<_> = variables(environ, &["JEST_WORKER_ID", "B", "C"]).collect();
        assert_eq!(found, [("JEST_WORKER_ID", &b"2"[..]), ("C", b"=x")]);
    }

    proptest! {
        #[test]
        fn a_command_line_of_two_words_or_more_comes_back(
            command in prop::collection::vec("[^\0]{1,9}", 2..6),
        ) {
            let cmdline: Vec<u8> = command.iter().flat_map(|word| [word.as_bytes(), b"\0"].concat()).collect();
            prop_assert_eq!(words_of(&cmdline), command.iter().map(String::as_bytes).collect::<Vec<_>>());
        }
    }
}
