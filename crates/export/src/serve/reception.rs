//! Floor 11. Takes connections in, as many as there is room for.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

use super::answers::Answers;
use super::connection::{attend, closed, refuse};
use super::error::OnTrouble;

/// Connections that are attended to at a time.
const MOST_CONNECTIONS: usize = 64;

/// Connections that are told at a time that there is no room; those beyond are closed without a word.
const MOST_REFUSALS: usize = 16;

/// The pause after the system could not give us a connection, for want of descriptors or memory.
const PAUSE: Duration = Duration::from_millis(100);

/// How long answers that were begun may take when the server closes.
const LAST_ANSWERS: Duration = Duration::from_secs(1);

/// Where connections come from, and what becomes of them.
pub(super) struct Reception {
    pub(super) listener: TcpListener,
    pub(super) answers: Arc<Answers>,
    pub(super) closing: watch::Receiver<bool>,
    pub(super) on_trouble: OnTrouble,
}

impl Reception {
    /// Attends to everybody who comes until the server closes.
    pub(super) async fn run(self) {
        let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        let doorstep = Arc::new(Semaphore::new(MOST_REFUSALS));
        let mut has_complained = false;
        while let Some(next) = self.next().await {
            match next {
                Ok(stream) => self.receive(stream, &room, &doorstep),
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) => {
                    if !std::mem::replace(&mut has_complained, true) {
                        (self.on_trouble)(format!("connections cannot be taken: {error}"));
                    }
                    sleep(PAUSE).await;
                }
            }
        }
        let Self { listener, .. } = self;
        drop(listener);
        let all = u32::try_from(MOST_CONNECTIONS).unwrap_or(u32::MAX);
        drop(timeout(LAST_ANSWERS, room.acquire_many(all)).await);
    }

    /// The next connection; `None` when the server closes.
    async fn next(&self) -> Option<io::Result<TcpStream>> {
        let mut closed = pin!(closed(self.closing.clone()));
        poll_fn(|context| {
            if closed.as_mut().poll(context).is_ready() {
                return Poll::Ready(None);
            }
            self.listener.poll_accept(context).map(|next| Some(next.map(|(stream, _)| stream)))
        })
        .await
    }

    fn receive(&self, stream: TcpStream, room: &Arc<Semaphore>, doorstep: &Arc<Semaphore>) {
        let answers = Arc::clone(&self.answers);
        if let Ok(place) = Arc::clone(room).try_acquire_owned() {
            let closing = self.closing.clone();
            tokio::spawn(async move {
                attend(stream, answers, closing).await;
                drop(place);
            });
        } else if let Ok(place) = Arc::clone(doorstep).try_acquire_owned() {
            tokio::spawn(async move {
                refuse(stream, &answers.watch.in_force()).await;
                drop(place);
            });
        }
    }
}
