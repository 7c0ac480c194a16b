//! The connections of the page: how they are taken, how long they may take, and that nobody keeps others out or the
//! speaker from stopping.

use std::collections::HashMap;
use std::convert::Infallible;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use axum::body::{Body, Bytes, HttpBody};
use axum::{Error as BodyError, Router};
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{AbortHandle, JoinSet};
use tower::ServiceExt as _;

use crate::connections::{Admitted, Busy, Connections, Guest, Most};
use crate::stall::Unstalled;

/// How long a connection may take for what.
#[derive(Clone, Copy)]
pub(crate) struct Patience {
    /// For the head of a request, and between two requests.
    pub(crate) head: Duration,
    /// To take the next piece of an answer.
    pub(crate) write: Duration,
    /// To end when the page closes.
    pub(crate) grace: Duration,
    /// After a connection could not be taken, most likely for want of files.
    pub(crate) retry: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        Self {
            head: seconds(10),
            write: seconds(30),
            grace: seconds(1),
            retry: Duration::from_millis(250),
        }
    }
}

/// Why connections cannot be taken is told no more often.
const TOLD_EVERY: Duration = Duration::from_secs(60);

/// Answers by `router` until `shutdown` ends. What is not over a moment later is cut.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    patience: Patience,
    shutdown: impl Future<Output = ()>,
) {
    let files = rustix::process::getrlimit(rustix::process::Resource::Nofile).current;
    let connections = Arc::new(Mutex::new(Connections::new(Most::of(files))));
    let (open, closing) = watch::channel(());
    let mut tasks = JoinSet::new();
    let mut cutters: HashMap<u64, AbortHandle> = HashMap::new();
    let mut told = None;
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let taken = tokio::select! {
            biased;
            () = &mut shutdown => break,
            taken = taken(&listener, patience.retry, &mut told) => taken,
        };
        while tasks.try_join_next().is_some() {}
        cutters.retain(|_, cutter| !cutter.is_finished());
        let Some((stream, peer)) = taken else { continue };
        let admitted = {
            let mut connections = connections.lock().unwrap_or_else(PoisonError::into_inner);
            connections.admit(peer.ip())
        };
        let Admitted::As(number, gone) = admitted else { continue };
        if let Some(cutter) = gone.and_then(|gone| cutters.remove(&gone)) {
            cutter.abort();
        }
        let guest = Guest::new(&connections, number);
        let connection = connection(stream, guest, router.clone(), patience, closing.clone());
        cutters.insert(number, tasks.spawn(connection));
    }
    drop((listener, open));
    let ended = async { while tasks.join_next().await.is_some() {} };
    // Those that are left are cut when they are dropped.
    let _ = tokio::time::timeout(patience.grace, ended).await;
}

/// The next connection, or none after one that failed and a pause.
async fn taken(
    listener: &TcpListener,
    retry: Duration,
    told: &mut Option<Instant>,
) -> Option<(TcpStream, std::net::SocketAddr)> {
    let error = match listener.accept().await {
        Ok(taken) => return Some(taken),
        Err(error) => error,
    };
    // Whoever went away before they were taken is none of our troubles.
    if error.kind() == std::io::ErrorKind::ConnectionAborted {
        return None;
    }
    if told.is_none_or(|told: Instant| told.elapsed() >= TOLD_EVERY) {
        *told = Some(Instant::now());
        let error = &error as &dyn std::error::Error;
        tracing::warn!(error, "failed to take a connection of the page; it is tried again");
    }
    tokio::time::sleep(retry).await;
    None
}

async fn connection(
    stream: TcpStream,
    guest: Guest,
    router: Router,
    patience: Patience,
    mut closing: watch::Receiver<()>,
) {
    let answer = service_fn(|request: hyper::Request<Incoming>| {
        let busy = guest.busy();
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(guest.clone());
        let answer = router.clone().oneshot(request);
        async move {
            let response = answer.await?;
            Ok::<_, Infallible>(response.map(|body| Answered { body, _busy: busy }))
        }
    });
    let stream = TokioIo::new(Unstalled::new(stream, patience.write));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(patience.head)
        .serve_connection(stream, answer);
    let mut connection = std::pin::pin!(connection);
    // How it ends is the browser's own doing, and no failure.
    let _ = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = closing.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
}

/// A connection is at work until its answer has been sent.
struct Answered {
    body: Body,
    _busy: Busy,
}

impl HttpBody for Answered {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use axum::routing::get;
    use futures_util::StreamExt as _;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::{mpsc, oneshot};
    use tokio::task::JoinHandle;

    use super::*;

    /// Longest wait for what must come.
    const DEADLINE: Duration = Duration::from_secs(20);
    /// What is waited for in vain.
    const SHORT: Duration = Duration::from_millis(50);
    /// What is never waited for to its end.
    const LONG: Duration = Duration::from_secs(3600);
    const WHOLE: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    const HALF: &[u8] = b"GET / HTTP/1.1\r\nHost: x\r\n";

    struct Server {
        address: SocketAddr,
        running: JoinHandle<()>,
        open: oneshot::Sender<()>,
    }

    async fn server(router: Router, patience: Patience) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (open, closed) = oneshot::channel::<()>();
        let shutdown = async { drop(closed.await) };
        let running = tokio::spawn(serve(listener, router, patience, shutdown));
        Server { address, running, open }
    }

    fn patience() -> Patience {
        Patience { head: LONG, write: LONG, grace: LONG, retry: LONG }
    }

    fn hello() -> Router {
        Router::new().route("/", get(|| async { "hello" }))
    }

    async fn sent(server: &Server, bytes: &[u8]) -> TcpStream {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        stream.write_all(bytes).await.unwrap();
        stream
    }

    /// All that still comes before the connection ends, in whichever way.
    async fn rest(stream: &mut TcpStream) -> Vec<u8> {
        let mut bytes = Vec::new();
        let read = tokio::time::timeout(DEADLINE, stream.read_to_end(&mut bytes)).await;
        // One that is cut may be reset.
        let _ = read.expect("it ends");
        bytes
    }

    async fn answer(stream: &mut TcpStream) -> String {
        let mut bytes = vec![0; 1024];
        let read = tokio::time::timeout(DEADLINE, stream.read(&mut bytes)).await;
        let read = read.expect("it is answered").unwrap();
        String::from_utf8_lossy(&bytes[..read]).into_owned()
    }

    #[tokio::test]
    async fn who_says_nothing_or_half_of_it_is_cut() {
        let server = server(hello(), Patience { head: SHORT, ..patience() }).await;
        for said in [&b""[..], HALF, WHOLE] {
            let mut stream = sent(&server, said).await;
            let told = rest(&mut stream).await;
            assert_eq!(told.starts_with(b"HTTP/1.1 200 "), said == WHOLE);
        }
    }

    #[tokio::test]
    async fn half_requests_do_not_keep_it_from_answering() {
        let server = server(hello(), patience()).await;
        let mut first = sent(&server, HALF).await;
        let mut held = Vec::new();
        for _ in 0..300 {
            held.push(sent(&server, HALF).await);
            let mut whole = sent(&server, WHOLE).await;
            assert!(answer(&mut whole).await.ends_with("hello"));
        }
        assert!(rest(&mut first).await.is_empty(), "it has waited longest");
        let mut last = held.pop().unwrap();
        last.write_all(b"\r\n").await.unwrap();
        assert!(answer(&mut last).await.ends_with("hello"), "the newest is still served");
    }

    #[tokio::test]
    async fn half_a_request_does_not_keep_it_from_stopping() {
        let server = server(hello(), Patience { grace: SHORT, ..patience() }).await;
        let mut idle = sent(&server, WHOLE).await;
        assert!(answer(&mut idle).await.ends_with("hello"));
        let mut half = sent(&server, HALF).await;
        let mut whole = sent(&server, WHOLE).await;
        assert!(answer(&mut whole).await.ends_with("hello"), "the half has been taken before");
        drop(server.open);
        tokio::time::timeout(DEADLINE, server.running).await.expect("it stops").unwrap();
        assert!(rest(&mut half).await.is_empty() && rest(&mut idle).await.is_empty());
    }

    #[tokio::test]
    async fn who_reads_no_further_is_cut() {
        let (held, mut dropped) = mpsc::channel::<()>(1);
        let endless = move || {
            let held = held.clone();
            let pieces = futures_util::stream::repeat(Bytes::from(vec![0; 65_536]));
            let pieces = pieces.map(move |piece| {
                let _held = &held;
                Ok::<_, Infallible>(piece)
            });
            std::future::ready(Body::from_stream(pieces))
        };
        let router = Router::new().route("/", get(endless));
        let server = server(router, Patience { write: SHORT, ..patience() }).await;
        let mut reader = sent(&server, WHOLE).await;
        assert!(answer(&mut reader).await.starts_with("HTTP/1.1 200 "));
        drop(server.open);
        // The last sender goes with what was being sent.
        let over = tokio::time::timeout(DEADLINE, dropped.recv()).await;
        assert!(over.expect("it ends").is_none());
        drop(reader);
    }
}
