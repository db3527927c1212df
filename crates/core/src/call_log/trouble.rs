//! Floor 10. What goes wrong with a log, in sentences for a person.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// A reader that never asks is told of so many things at most.
const MOST: usize = 100;

/// Sentences that nobody has asked for yet. To ask is cheap where there are none.
#[derive(Debug, Default)]
pub(super) struct Troubles {
    are_new: AtomicBool,
    sentences: Mutex<Vec<String>>,
}

impl Troubles {
    pub(super) fn tell(&self, sentence: String) {
        let mut sentences = self.sentences.lock().unwrap_or_else(PoisonError::into_inner);
        if sentences.len() < MOST {
            sentences.push(sentence);
            self.are_new.store(true, Ordering::Release);
        }
    }

    /// Those since this was asked last.
    pub(super) fn take(&self) -> Vec<String> {
        if !self.are_new.load(Ordering::Acquire) {
            return Vec::new();
        }
        let mut sentences = self.sentences.lock().unwrap_or_else(PoisonError::into_inner);
        self.are_new.store(false, Ordering::Release);
        std::mem::take(&mut sentences)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sentence_is_told_once() {
        let troubles = Troubles::default();
        assert_eq!(troubles.take(), Vec::<String>::new());
        troubles.tell("first".to_owned());
        troubles.tell("second".to_owned());
        assert_eq!(troubles.take(), ["first", "second"]);
        assert_eq!(troubles.take(), Vec::<String>::new());
    }

    #[test]
    fn a_reader_that_never_asks_keeps_a_bounded_number_waiting() {
        let troubles = Troubles::default();
        (0..1000).for_each(|number| troubles.tell(number.to_string()));
        assert_eq!(troubles.take().len(), MOST);
    }
}
