//! Floor 9. The window of the latest records between the session that fills it and those who read it.
//!
//! The session never waits for a reader for longer than it takes to copy references: texts are put together afterwards.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use procmon_model::ports::Sink;
use procmon_model::record::Record;

use super::window::{Limits, Window};
use crate::format::jsonl;
use crate::sink::past::Line;

/// The sink that keeps the latest records.
pub struct Ring {
    /// Whether samples are kept.
    samples: bool,
    text: Vec<u8>,
    window: Arc<Mutex<Window>>,
}

/// Reads what a [`Ring`] keeps, while the session runs and after it.
#[derive(Clone)]
pub struct History {
    window: Arc<Mutex<Window>>,
}

/// A ring for that many samples and what happened meanwhile, up to 64 MiB. For 0 it keeps who is alive, the header and
/// the end.
pub fn ring(samples: usize) -> (Ring, History) {
    let window = Arc::new(Mutex::new(Window::new(Limits::of(samples))));
    let history = History { window: Arc::clone(&window) };
    (Ring { samples: samples > 0, text: Vec::new(), window }, history)
}

impl Sink for Ring {
    fn write(&mut self, record: &Record) {
        self.text.clear();
        // A sample that only has to be counted needs no text.
        let needed = self.samples || !matches!(record, Record::Sample(_));
        if needed && jsonl::encode(record, &mut self.text).is_err() {
            return;
        }
        let line = Line::from(self.text.as_slice());
        lock(&self.window).push(record, line);
    }

    fn finish(&mut self) {}
}

impl History {
    /// The kept samples as JSON Lines, oldest first.
    pub fn lines(&self) -> Vec<u8> {
        let samples = lock(&self.window).samples();
        samples.concat()
    }

    /// What is kept as a recording in JSON Lines: the header, the births of those that were alive when the kept part begins,
    /// a warning where something came before it that is missing, and every record since. `None` before the header.
    pub fn recording(&self) -> Option<Vec<u8>> {
        let window = lock(&self.window).clone();
        window.recording()
    }
}

fn lock(window: &Mutex<Window>) -> MutexGuard<'_, Window> {
    window.lock().unwrap_or_else(PoisonError::into_inner)
}
