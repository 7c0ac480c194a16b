//! The socket between a terminal and the running speaker. Only who may look into the data folder can
//! reach it. A request is a line of JSON; the answer comes in frames: a byte that says what it is,
//! four with its length (little endian), and its bytes.

use std::io::{self, BufReader, Read as _, Write};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use store::Store;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{UnixListener, unix};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use web::SignIn;

use super::slots::Slots;
use super::{PIECES, Request, answer, ask, page};
use crate::error::warn_of;
use crate::queues::ToHub;

/// A frame with a part of the answer.
const PIECE: u8 = b'p';
/// A frame that ends an answer which is whole.
const END: u8 = b'e';
/// A frame with one line that says why there is no more.
const FAILED: u8 = b'f';
/// A longer request is no request, in bytes: thousands of ids fit.
const LONGEST_REQUEST: u64 = 1024 * 1024;
/// A longer frame is none, in bytes.
const LONGEST_FRAME: u32 = 64 * 1024 * 1024;
/// Connections at the same time; more wait until one of them ends.
const CONNECTIONS: usize = 256;
/// After a connection that failed, most likely for want of files, the next is waited for so long.
const RETRY: Duration = Duration::from_secs(1);
/// Who connects and asks nothing is sent away after this.
const ASKS_WITHIN: Duration = Duration::from_secs(5);
/// A speaker that has not answered for so long hangs.
const ANSWERS_WITHIN: Duration = Duration::from_secs(2);

fn place(folder: &Path) -> PathBuf {
    folder.join("socket")
}

/// Who answers.
#[derive(Clone)]
pub(crate) struct Answerer {
    /// What is kept.
    pub(crate) store: Store,
    /// Who does what is typed.
    pub(crate) hub: mpsc::Sender<ToHub>,
    /// Who lets people in to the page, if there is one.
    pub(crate) sign_in: Option<SignIn>,
}

/// Answers terminals until it is dropped.
///
/// # Errors
/// When the socket cannot be made.
pub(crate) async fn serve(answerer: Answerer) -> io::Result<()> {
    let place = place(answerer.store.folder());
    // Whoever has the folder is the only one, so that what is there was left by a crash.
    match std::fs::remove_file(&place) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let listener = UnixListener::bind(&place)?;
    let slots = Arc::new(Slots::default());
    let mut terminals = JoinSet::new();
    let mut failed = false;
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                if !std::mem::replace(&mut failed, true) {
                    warn_of!(error, "failed to answer a terminal; it is tried again");
                }
                tokio::time::sleep(RETRY).await;
                continue;
            }
        };
        failed = false;
        while terminals.try_join_next().is_some() {}
        if terminals.len() >= CONNECTIONS {
            terminals.join_next().await;
        }
        let (answerer, slots) = (answerer.clone(), Arc::clone(&slots));
        terminals.spawn(async move {
            let (asking, mut answering) = stream.into_split();
            // A terminal that goes away in the middle has seen enough.
            let _ = attend(asking, &mut answering, &answerer, &slots).await;
        });
    }
}

async fn attend(
    asking: unix::OwnedReadHalf,
    answering: &mut unix::OwnedWriteHalf,
    answerer: &Answerer,
    slots: &Slots,
) -> io::Result<()> {
    let mut line = String::new();
    let mut asking = tokio::io::BufReader::new(asking.take(LONGEST_REQUEST));
    tokio::time::timeout(ASKS_WITHIN, asking.read_line(&mut line)).await??;
    // The words of one that cannot be understood may be private, so that they are not repeated.
    let Ok(request) = serde_json::from_str::<Request>(&line) else {
        let why =
            b"failed to understand the request: the speaker is of another version; restart it";
        return frame(answering, FAILED, why).await;
    };
    let _slot = slots.enter().await;
    let mut erasures = answerer.store.erasures();
    // What was deleted must not be sent any more, nor wait here for a terminal that does not read on.
    let erased = async {
        if !request.reveals_history() || erasures.changed().await.is_err() {
            std::future::pending::<()>().await;
        }
    };
    let sent = respond(request.clone(), answering, answerer, slots);
    tokio::select! {
        biased;
        () = erased => Ok(()),
        sent = sent => sent,
    }
}

async fn respond(
    request: Request,
    answering: &mut unix::OwnedWriteHalf,
    answerer: &Answerer,
    slots: &Slots,
) -> io::Result<()> {
    let (pieces, mut taken) = mpsc::channel::<Vec<u8>>(PIECES);
    let answered = async {
        let done = match request {
            Request::Ask { text, json } => ask::ask(&text, json, &answerer.hub, &pieces).await,
            Request::Page => page::link(answerer.sign_in.as_ref(), &pieces).await,
            request => answer(request, &answerer.store, &pieces).await,
        };
        drop(pieces);
        done
    };
    // When it ends, nobody takes pieces any more, so that the answer ends with it.
    let passed_on = async move {
        while let Some(piece) = taken.recv().await {
            tokio::select! {
                sent = frame(answering, PIECE, &piece) => sent?,
                () = slots.wanted() => return Err(io::ErrorKind::TimedOut.into()),
            }
        }
        io::Result::Ok(answering)
    };
    let (done, answering) = tokio::join!(answered, passed_on);
    let answering = answering?;
    match done {
        Ok(()) => frame(answering, END, &[]).await,
        Err(error) => frame(answering, FAILED, crate::one_line(&error).as_bytes()).await,
    }
}

async fn frame(to: &mut unix::OwnedWriteHalf, kind: u8, bytes: &[u8]) -> io::Result<()> {
    to.write_u8(kind).await?;
    to.write_u32_le(bytes.len() as u32).await?;
    to.write_all(bytes).await
}

/// Whether a speaker runs on this folder and still answers, of whatever version.
pub(crate) async fn is_answered(folder: &Path) -> bool {
    let asked = async {
        let mut stream = tokio::net::UnixStream::connect(place(folder)).await?;
        // Nothing is asked, which is answered too.
        stream.write_all(b"\n").await?;
        stream.read_u8().await
    };
    matches!(tokio::time::timeout(ANSWERS_WITHIN, asked).await, Ok(Ok(_)))
}

/// Asks the speaker that runs on this folder and writes its answer to `out`; false if none runs.
///
/// # Errors
/// What the speaker says, or that it went away.
pub fn ask_speaker(folder: &Path, request: &Request, out: &mut dyn Write) -> anyhow::Result<bool> {
    let Ok(mut stream) = UnixStream::connect(place(folder)) else { return Ok(false) };
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line).context(GONE)?;
    read_answer(BufReader::new(stream), out)?;
    Ok(true)
}

/// Writes an answer in frames to `out`, as far as it came.
///
/// # Errors
/// What the speaker says, or that it went away.
pub fn read_answer(mut stream: impl io::Read, out: &mut dyn Write) -> anyhow::Result<()> {
    loop {
        let mut head = [0; 5];
        stream.read_exact(&mut head).context(GONE)?;
        let length = u32::from_le_bytes([head[1], head[2], head[3], head[4]]);
        anyhow::ensure!(length <= LONGEST_FRAME, "failed to understand the speaker: restart it");
        // Room is taken for what comes, not for what is said to come.
        let mut bytes = Vec::new();
        stream.by_ref().take(length.into()).read_to_end(&mut bytes).context(GONE)?;
        anyhow::ensure!(bytes.len() == length as usize, GONE);
        match head[0] {
            PIECE => out.write_all(&bytes)?,
            END => return Ok(()),
            FAILED => anyhow::bail!("{}", String::from_utf8_lossy(&bytes)),
            _ => anyhow::bail!("failed to understand the speaker: restart it"),
        }
    }
}

const GONE: &str = "failed to ask the speaker: it has just stopped, or something was deleted while it \
                    answered; try again";
