//! Floor 11. One client's connection, from its first byte to its last answer.

use std::convert::Infallible;
use std::future::{Future, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::answers::Answers;
use super::pace::{HEADERS, Pace, PacedStream};
use super::web_config::Policy;

/// The most that a request may bring before its body, which it must not have.
const MOST_HEADER_BYTES: usize = 16 * 1024;

/// Room for what a client sends ahead of its turn.
const BUFFER_BYTES: usize = 2 * MOST_HEADER_BYTES;

/// How long a client that is turned away has for reading the reason.
const FAREWELL: Duration = Duration::from_secs(1);

/// The first byte of TLS: a record of a handshake (RFC 8446, section 5.1).
const TLS_HANDSHAKE: u8 = 22;

const SPEAKS_HTTPS: &[u8] = b"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 27\r\nConnection: close\r\n\r\nThis server speaks HTTPS.\r\n";
const IS_FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 33\r\nRetry-After: 5\r\nConnection: close\r\n\r\nThere are too many connections.\r\n";

/// Answers a client's requests until it goes, is too slow, or the server closes.
pub(super) async fn attend(
    stream: TcpStream,
    answers: Arc<Answers>,
    closing: watch::Receiver<bool>,
) {
    let policy = answers.watch.policy().await;
    // An answer is written at once as a whole: waiting for more to send would only delay its end.
    drop(stream.set_nodelay(true));
    let Some(tls) = policy.tls() else {
        let pace = Pace::new();
        let stream = PacedStream::new(stream, pace.clone());
        return converse(stream, Conversation { answers, policy, pace, closing }).await;
    };
    let mut first = [0];
    match timeout(HEADERS, stream.peek(&mut first)).await {
        Ok(Ok(1)) if first[0] == TLS_HANDSHAKE => {}
        Ok(Ok(1)) => return turn_away(stream, SPEAKS_HTTPS).await,
        _ => return,
    }
    let pace = Pace::new();
    let stream = PacedStream::new(stream, pace.clone());
    let handshake = TlsAcceptor::from(Arc::clone(tls)).accept(stream);
    // A handshake that fails is the client's affair: it is told so by TLS itself.
    if let Some(Ok(stream)) = unless_closing(handshake, closing.clone()).await {
        converse(stream, Conversation { answers, policy, pace, closing }).await;
    }
}

/// Tells a client that there is no room for it; over TLS it would have to wait for its turn to be told.
pub(super) async fn refuse(stream: TcpStream, policy: &Policy) {
    if policy.tls().is_none() {
        turn_away(stream, IS_FULL).await;
    }
}

/// Ends when the server closes.
pub(super) async fn closed(mut closing: watch::Receiver<bool>) {
    // Without a server there is nobody to tell any more, and that is the same.
    drop(closing.wait_for(|is_closing| *is_closing).await);
}

/// What is said on a connection, and when it is to end.
struct Conversation {
    answers: Arc<Answers>,
    /// What was in force when it was made.
    policy: Arc<Policy>,
    pace: Pace,
    closing: watch::Receiver<bool>,
}

async fn converse<S>(stream: S, conversation: Conversation)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let Conversation { answers, policy, pace, closing } = conversation;
    let service = service_fn(|request| {
        pace.answering();
        let (answers, policy, pace) = (Arc::clone(&answers), Arc::clone(&policy), pace.clone());
        async move {
            let reply = answers.reply(request, &policy).await;
            pace.answered();
            Ok::<_, Infallible>(reply)
        }
    });
    let mut builder = http1::Builder::new();
    builder.header_read_timeout(None).max_header_size(MOST_HEADER_BYTES).max_buf_size(BUFFER_BYTES);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut closed = pin!(closed(closing));
    let mut is_closing = false;
    poll_fn(|context| {
        if !is_closing && closed.as_mut().poll(context).is_ready() {
            is_closing = true;
            if pace.owes_nothing() {
                return Poll::Ready(());
            }
            connection.as_mut().graceful_shutdown();
        }
        // What goes wrong with a connection is the client's affair.
        connection.as_mut().poll(context).map(|_| ())
    })
    .await;
}

/// What the future comes to; `None` when the server closes before.
async fn unless_closing<F: Future>(future: F, closing: watch::Receiver<bool>) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut closed = pin!(closed(closing));
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => closed.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// Sends the reason and waits for the client to go: to close with something unread would take the reason from it.
async fn turn_away(mut stream: TcpStream, reason: &[u8]) {
    let farewell = async {
        stream.writable().await?;
        stream.try_write(reason)?;
        poll_fn(|context| Pin::new(&mut stream).poll_shutdown(context)).await?;
        let mut rest = [0; 1024];
        loop {
            stream.readable().await?;
            match stream.try_read(&mut rest) {
                Ok(0) => return Ok(()),
                Ok(_) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                Err(error) => return Err(error),
            }
        }
    };
    drop(timeout(FAREWELL, farewell).await);
}
