//! Floor 11. How long a client may keep its connection waiting.
//!
//! hyper has one time limit for what comes before a request, whether the client has begun it or not. Here the two
//! differ: a request that was begun is finished soon, while a connection between two scrapes is kept for a while.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep_until};

/// From the connection or the first byte of a request to the end of its headers; the handshake of TLS counts.
pub(super) const HEADERS: Duration = Duration::from_secs(5);
/// Between an answer and the next request.
const IDLE: Duration = Duration::from_secs(30);
/// For a client to take anything of what waits for it.
const WRITING: Duration = Duration::from_secs(10);

/// Where a connection is in its round of requests; shared by its stream and those who answer.
#[derive(Clone)]
pub(super) struct Pace {
    phase: Arc<Mutex<Phase>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A request is awaited to its end until then.
    Headers(Instant),
    /// It is being answered.
    Answering,
    /// Nothing is owed to the client, and the connection is kept until then.
    Idle(Instant),
}

/// A connection that fails with `TimedOut` when its client is too slow.
pub(super) struct PacedStream {
    inner: TcpStream,
    pace: Pace,
    reading: Pin<Box<Sleep>>,
    writing: Option<Pin<Box<Sleep>>>,
}

impl Pace {
    pub(super) fn new() -> Self {
        Self { phase: Arc::new(Mutex::new(Phase::Headers(Instant::now() + HEADERS))) }
    }

    /// A request is there.
    pub(super) fn answering(&self) {
        *self.lock() = Phase::Answering;
    }

    /// Its answer is ready to be written.
    pub(super) fn answered(&self) {
        *self.lock() = Phase::Idle(Instant::now() + IDLE);
    }

    /// Whether the client has not asked for anything that it has not got.
    pub(super) fn owes_nothing(&self) -> bool {
        matches!(*self.lock(), Phase::Headers(_))
    }

    fn received(&self) {
        let mut phase = self.lock();
        if let Phase::Idle(_) = *phase {
            *phase = Phase::Headers(Instant::now() + HEADERS);
        }
    }

    fn sent(&self) {
        let mut phase = self.lock();
        if let Phase::Idle(_) = *phase {
            *phase = Phase::Idle(Instant::now() + IDLE);
        }
    }

    fn read_deadline(&self) -> Option<Instant> {
        match *self.lock() {
            Phase::Headers(deadline) | Phase::Idle(deadline) => Some(deadline),
            Phase::Answering => None,
        }
    }

    fn lock(&self) -> MutexGuard<'_, Phase> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl PacedStream {
    pub(super) fn new(inner: TcpStream, pace: Pace) -> Self {
        let reading = Box::pin(sleep_until(Instant::now() + HEADERS));
        Self { inner, pace, reading, writing: None }
    }

    /// What a write comes to, after the client's time for it is looked at.
    fn written(
        &mut self,
        context: &mut Context<'_>,
        result: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        if let Poll::Ready(result) = result {
            self.writing = None;
            self.pace.sent();
            return Poll::Ready(result);
        }
        let timer =
            self.writing.get_or_insert_with(|| Box::pin(sleep_until(Instant::now() + WRITING)));
        ready!(timer.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for PacedStream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if let Poll::Ready(result) = Pin::new(&mut self.inner).poll_read(context, buffer) {
            if buffer.filled().len() > before {
                self.pace.received();
            }
            return Poll::Ready(result);
        }
        let Some(deadline) = self.pace.read_deadline() else { return Poll::Pending };
        if self.reading.deadline() != deadline {
            self.reading.as_mut().reset(deadline);
        }
        ready!(self.reading.as_mut().poll(context));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncWrite for PacedStream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write(context, bytes);
        self.written(context, result)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let result = Pin::new(&mut self.inner).poll_write_vectored(context, slices);
        self.written(context, result)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(context)
    }
}
