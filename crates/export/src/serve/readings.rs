//! Floor 11. One reading of the page at a time, shared by all who ask meanwhile.

use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use flate2::Compression;
use flate2::write::GzEncoder;
use hyper::body::Bytes;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::page::Page;

/// The page, and who is reading it.
#[derive(Clone)]
pub(super) struct Readings {
    page: Arc<dyn Page>,
    underway: Arc<Mutex<Option<Underway>>>,
}

/// One reading of the page.
pub(super) struct Reading {
    pub(super) content_type: String,
    pub(super) body: Bytes,
    /// The body as gzip, made for the first who takes it so.
    compressed: OnceLock<Bytes>,
}

/// The page panicked, or the server is closing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Unreadable;

type Outcome = Result<Arc<Reading>, Unreadable>;

struct Underway {
    accept: Option<String>,
    outcome: watch::Receiver<Option<Outcome>>,
}

impl Readings {
    pub(super) fn new(page: Arc<dyn Page>) -> Self {
        Self { page, underway: Arc::default() }
    }

    /// The page for this `Accept`: of the reading that is under way if it is for the same, else of one of its own.
    pub(super) async fn read(&self, accept: Option<&str>) -> Outcome {
        loop {
            let (mut outcome, is_ours) = self.join(accept);
            let outcome = match outcome.wait_for(Option::is_some).await {
                Ok(outcome) => outcome.clone().unwrap_or(Err(Unreadable)),
                Err(_) => Err(Unreadable),
            };
            if is_ours {
                return outcome;
            }
        }
    }

    /// The reading that is under way, or a new one; and whether it is for this `Accept`.
    fn join(&self, accept: Option<&str>) -> (watch::Receiver<Option<Outcome>>, bool) {
        let mut underway = self.lock();
        if let Some(other) = &*underway {
            return (other.outcome.clone(), other.accept.as_deref() == accept);
        }
        let (sender, outcome) = watch::channel(None);
        let accept = accept.map(str::to_owned);
        *underway = Some(Underway { accept: accept.clone(), outcome: outcome.clone() });
        drop(underway);
        let readings = self.clone();
        spawn_blocking(move || {
            let read = catch_unwind(AssertUnwindSafe(|| readings.page.answer(accept.as_deref())));
            let outcome = read.map_err(|_| Unreadable).map(|answer| {
                Arc::new(Reading {
                    content_type: answer.content_type,
                    body: answer.body.into(),
                    compressed: OnceLock::new(),
                })
            });
            // Whoever is told of this reading and asks again gets a new one.
            *readings.lock() = None;
            sender.send_replace(Some(outcome));
        });
        (outcome, true)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Underway>> {
        self.underway.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Reading {
    /// The body as gzip; `None` where it could not be made.
    pub(super) async fn compressed(self: &Arc<Self>) -> Option<Bytes> {
        let reading = Arc::clone(self);
        spawn_blocking(move || reading.compressed.get_or_init(|| gzip(&reading.body)).clone())
            .await
            .ok()
            .filter(|bytes| !bytes.is_empty())
    }
}

/// Level 1: the text of a scrape shrinks to a ninth at it, and the levels above cost several times as much.
fn gzip(body: &[u8]) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 8), Compression::fast());
    let finished = encoder.write_all(body).and_then(|()| encoder.finish());
    finished.map(Bytes::from).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::pin::pin;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::{Receiver, channel};
    use std::task::{Context, Waker};

    use super::super::page::Answer;
    use super::*;

    /// A page that is read when it is let to, and tells how often and by whom.
    struct Gated {
        readings: AtomicUsize,
        gate: Mutex<Receiver<()>>,
    }

    impl Page for Gated {
        fn answer(&self, accept: Option<&str>) -> Answer {
            self.gate.lock().unwrap().recv().unwrap();
            let number = self.readings.fetch_add(1, Ordering::Relaxed);
            let content_type = accept.unwrap_or("any").to_owned();
            Answer { content_type, body: format!("{number}").into_bytes() }
        }
    }

    #[test]
    fn who_asks_for_the_same_meanwhile_shares_a_reading_and_others_get_their_own() {
        let (open, gate) = channel();
        let page = Gated { readings: AtomicUsize::new(0), gate: Mutex::new(gate) };
        let readings = Readings::new(Arc::new(page));
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let told = runtime.block_on(async {
            let mut one = pin!(readings.read(Some("text")));
            let mut two = pin!(readings.read(Some("text")));
            let mut other = pin!(readings.read(None));
            let mut context = Context::from_waker(Waker::noop());
            assert!(one.as_mut().poll(&mut context).is_pending());
            assert!(two.as_mut().poll(&mut context).is_pending());
            assert!(other.as_mut().poll(&mut context).is_pending());
            for _ in 0..3 {
                open.send(()).unwrap();
            }
            let later = async { readings.read(Some("text")).await };
            let outcomes = [one.await, two.await, other.await, later.await];
            outcomes.map(|outcome| {
                let reading = outcome.unwrap();
                format!("{} {}", reading.content_type, String::from_utf8_lossy(&reading.body))
            })
        });
        assert_eq!(told, ["text 0", "text 0", "any 1", "text 2"]);
    }
}
