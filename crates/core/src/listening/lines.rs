//! Floor 8. Bytes as they arrive, cut into lines.

use super::wire::LINE_MAX;

/// The beginning of a line whose end is still to come.
#[derive(Debug, Default)]
pub(super) struct Lines {
    begun: Vec<u8>,
}

/// More came without an end than a line may have.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TooLong;

impl Lines {
    /// Hands over each line that these bytes end, without its end.
    pub(super) fn take(
        &mut self,
        bytes: &[u8],
        mut hand_over: impl FnMut(&[u8]),
    ) -> Result<(), TooLong> {
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.begun.len() + part.len() > LINE_MAX {
                return Err(TooLong);
            }
            match part.strip_suffix(b"\n") {
                Some(whole) if self.begun.is_empty() => hand_over(whole),
                Some(rest) => {
                    self.begun.extend_from_slice(rest);
                    hand_over(&self.begun);
                    // What one long line took is not kept for all the short ones.
                    self.begun = Vec::new();
                }
                None => self.begun.extend_from_slice(part),
            }
        }
        Ok(())
    }

    /// Whether a line has begun that has not ended.
    pub(super) fn is_torn(&self) -> bool {
        !self.begun.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn lines_come_out_whole_however_they_arrive(
            text in "[a\n]{0,40}", cuts in prop::collection::vec(0_usize..41, 0..5)
        ) {
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(text.len())).collect();
            cuts.extend([0, text.len()]);
            cuts.sort_unstable();
            let (mut lines, mut found) = (Lines::default(), Vec::new());
            for pair in cuts.windows(2) {
                let taken = lines.take(&text.as_bytes()[pair[0]..pair[1]], |line| {
                    found.push(String::from_utf8(line.to_vec()).unwrap());
                });
                prop_assert_eq!(taken, Ok(()));
            }
            let mut expected: Vec<&str> = text.split('\n').collect();
            let rest = expected.pop().unwrap();
            prop_assert_eq!(found, expected);
            prop_assert_eq!(lines.is_torn(), !rest.is_empty());
        }
    }

    #[test]
    fn a_line_may_be_as_long_as_it_may_be_and_no_longer() {
        let mut lines = Lines::default();
        let mut longest = vec![b'x'; LINE_MAX - 1];
        longest.push(b'\n');
        let mut lengths = Vec::new();
        assert_eq!(lines.take(&longest, |line| lengths.push(line.len())), Ok(()));
        assert_eq!(lines.take(&longest[..7], |_| {}), Ok(()));
        assert_eq!(lines.take(&longest[7..], |line| lengths.push(line.len())), Ok(()));
        assert_eq!(lengths, [LINE_MAX - 1, LINE_MAX - 1]);
        assert_eq!(lines.take(&longest[..7], |_| {}), Ok(()));
        assert_eq!(lines.take(&longest, |_| {}), Err(TooLong));
    }
}
