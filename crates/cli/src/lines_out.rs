//! Floor 12. The records on stdout: a queue, and the thread that waits for whoever reads them.

use std::io::{self, Write};
use std::thread::{self, JoinHandle};

use procmon_core::sink::{Queue, Receiver, queue};
use procmon_model::ports::{Loss, LossKind};

use crate::patient::Patient;

/// So many lines wait for a slow reader: some megabytes at most.
const CAPACITY: usize = 16 * 1024;

/// The thread that writes the records.
pub(crate) struct LinesOut {
    thread: JoinHandle<Option<Loss>>,
}

impl LinesOut {
    /// Begins to write to stdout what goes into the queue.
    pub(crate) fn start() -> io::Result<(Queue, Self)> {
        // Of our own, so that nothing is buffered a second time.
        let stdout = Patient(procmon_sys::duplicate(&io::stdout())?);
        let (queue, receiver) = queue(CAPACITY, || {});
        let writer = thread::Builder::new().name("records".to_owned());
        let thread = writer.spawn(move || write_all(&receiver, stdout))?;
        Ok((queue, Self { thread }))
    }

    /// Waits until every record is written or lost.
    pub(crate) fn finish(self) -> Option<Loss> {
        let panicked = || Loss {
            kind: LossKind::OutputFailed,
            records: 0,
            message: "the writer of the records failed".to_owned(),
        };
        self.thread.join().unwrap_or_else(|_| Some(panicked()))
    }
}

/// Writes until the queue is over. A reader that has gone does not come back, so that the first failure is the last
/// attempt; what comes after it is counted.
fn write_all(receiver: &Receiver, mut writer: impl Write) -> Option<Loss> {
    let mut failure = None;
    let mut lost = 0;
    let mut text = Vec::new();
    while receiver.wait(&mut text) {
        let mut written = 0;
        while failure.is_none() && written < text.len() {
            match writer.write(&text[written..]) {
                Ok(0) => failure = Some(io::ErrorKind::WriteZero.into()),
                Ok(count) => written += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => failure = Some(error),
            }
        }
        lost += text[written..].split(|byte| *byte == b'\n').skip(1).count() as u64;
        text.clear();
    }
    let error: io::Error = failure?;
    let words = if lost == 1 { "record" } else { "records" };
    let message = format!("{lost} {words} could not be written to stdout: {error}");
    Some(Loss { kind: LossKind::OutputFailed, records: lost, message })
}

#[cfg(test)]
mod tests {
    use procmon_model::ports::Sink;
    use procmon_model::record::{Mark, Record};
    use procmon_model::units::Elapsed;

    use super::*;

    /// Takes so many bytes and then has gone.
    struct Reader(usize);

    impl Write for Reader {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            let count = bytes.len().min(self.0);
            self.0 -= count;
            Ok(count)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn loss_of(reader: Reader) -> Option<Loss> {
        let (mut queue, receiver) = queue(100, || {});
        for text in ["one", "two", "three"] {
            queue.write(&Record::Mark(Mark { at: Elapsed::ZERO, text: text.to_owned() }));
        }
        drop(queue);
        write_all(&receiver, reader)
    }

    #[test]
    fn a_line_that_was_cut_counts_as_lost() {
        let line = "{\"type\":\"mark\",\"atMs\":0,\"text\":\"one\"}\n".len();
        assert_eq!(loss_of(Reader(1000)), None);
        assert_eq!(loss_of(Reader(line)).map(|loss| loss.records), Some(2));
        assert_eq!(loss_of(Reader(line - 1)).map(|loss| loss.records), Some(3));
        let message = loss_of(Reader(2 * line + 1)).unwrap().message;
        assert_eq!(message, "1 record could not be written to stdout: broken pipe");
    }
}
