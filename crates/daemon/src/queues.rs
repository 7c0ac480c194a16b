//! Queues: what travels between threads and tasks, and how much of it may wait. What happens when one
//! is full stands in the map.

use std::sync::Arc;
use std::time::SystemTime;

use assistant::Assistant;
use stt::Prepared;
use tokio::sync::{mpsc, oneshot, watch};
use voice::session::Chime;
use voice::{Answer, PrivateText, Reply, Request, SatelliteId, Shadowed, Transcript, Turn, TurnId};

/// Messages of workers that may wait for a satellite.
pub(crate) const INPUTS: usize = 64;
/// Orders of the hub that may wait for a satellite.
pub(crate) const HUB_ORDERS: usize = 64;
/// Messages that may wait for the hub.
pub(crate) const HUB_INBOX: usize = 64;
/// Orders that may wait for the listen thread, which takes none for a second while it looks for a lost
/// microphone.
pub(crate) const LISTEN_ORDERS: usize = 64;
/// Orders that may wait for the speak thread: chimes and answers of a turn and the next.
pub(crate) const SPEAK_ORDERS: usize = 8;
/// Pieces of audio that may wait for the transcriber: 20 s of frames.
pub(crate) const TRANSCRIBE_COMMANDS: usize = 1_000;
/// Reports on how far the transcriber is that may wait for the listen thread; more are dropped, since
/// only the newest count.
pub(crate) const PROGRESS: usize = 64;
/// Turns that may wait to be written.
pub(crate) const RECORDER_ENTRIES: usize = 16;
/// Events that a page may be behind.
pub(crate) const EVENTS: usize = 64;
/// Requests of pages that may wait.
pub(crate) const PAGE_REQUESTS: usize = 16;

/// What its workers send to a satellite.
pub(crate) enum Message {
    /// For the session.
    Input(voice::session::Input),
    /// A scheduled action wants something of the satellite itself.
    Effects(Vec<voice::Effect>),
    /// The first sound has come.
    Hears,
    /// There will be no more sound.
    SourceEnded,
    /// A thread ended that should not have.
    WorkerDied(&'static str),
}

/// What the session orders from the listen thread.
pub(crate) enum ListenOrder {
    /// Hand out the coming command.
    Listen { turn: TurnId, follow_up: bool },
    /// Wait for the wake word.
    Rest,
    /// Forget what was heard, unless somebody is giving a command.
    Forget,
    /// This turn is off.
    Cancel(TurnId),
    /// Close the device.
    Close,
    /// Open it again.
    Open,
}

/// What the session orders from the speak thread. `stops` is the number of stops when the order was
/// given: one that was given before a stop is not obeyed after it.
pub(crate) enum SpeakOrder {
    Chime {
        chime: Chime,
        /// How loud, 0…1, where it is not as loud as everything else.
        loudness: Option<f32>,
        stops: u64,
    },
    Say {
        turn: TurnId,
        speech: PrivateText,
        stops: u64,
    },
    /// Loudness, 0…1.
    Volume(f32),
}

/// What the transcribe thread is to do. Audio may be dropped when the queue is full, the rest may not.
pub(crate) enum TranscribeCommand {
    /// A command begins.
    Begin(TurnId),
    /// Its next samples, 16 kHz mono.
    Audio(Box<[f32]>),
    /// The person has paused.
    Pause,
    /// It is over: what was it?
    End(TurnId),
    /// Forget it.
    Cancel(TurnId),
    /// Forget the last one, unless one is under way.
    Wipe,
    /// What does the second recogniser make of the one that was transcribed?
    Second(TurnId, oneshot::Sender<Option<Transcript>>),
    /// That will not be asked any more.
    Forget(TurnId),
    /// Take another grammar, between two utterances.
    Adopt(Box<Prepared>),
}

/// How far the transcriber is with a turn. Each piece of audio and each pause has one answer.
pub(crate) struct Progress {
    /// Which turn, if it is one that the transcriber works on.
    pub(crate) turn: Option<TurnId>,
    pub(crate) state: State,
}

/// What the recogniser knows of the partial hypothesis.
pub(crate) enum State {
    /// Whether it is a whole sentence, if the recogniser can tell, and for how many samples it has
    /// been stable.
    Audio { complete: Option<bool>, stable_for: u64 },
    /// Whether it would be one if nothing more came.
    Paused(Option<bool>),
}

/// What the hub orders from a satellite.
pub(crate) enum Order {
    /// Answer a typed command.
    Typed(Box<Request>, Option<oneshot::Sender<Answer>>),
    /// Say this: somebody waits for it.
    Announce(Reply),
    /// Say this, unless nobody wants to be disturbed.
    Remind(Reply),
    /// Carry out a scheduled action.
    Act(Box<Request>),
    /// Silence what is said.
    Hush,
    /// Take other names, between two turns.
    Rename(Renamed),
}

/// By which the hub gives orders to a satellite.
#[derive(Clone)]
pub(crate) struct ToSatellite {
    /// In their order.
    pub(crate) orders: mpsc::Sender<Order>,
    /// Close (`true`) or open the microphone. The latest wins, so that there is always room for a mute, and none
    /// waits behind other orders.
    pub(crate) mute: watch::Sender<bool>,
}

/// What is sent to the hub.
pub(crate) enum ToHub {
    /// Somebody typed or pressed something.
    Request(Box<Request>, Option<oneshot::Sender<Answer>>),
    /// The house has other names, which are ready.
    Renamed(Renamed),
    /// A thread of the hub ended that should not have.
    WorkerDied(&'static str),
}

/// What the recorder gets.
pub(crate) enum RecorderEntry {
    /// Write this turn, which began at this time.
    Turn(Box<Turn>, SystemTime),
    /// Answer when everything before this is written.
    Flush(oneshot::Sender<()>),
}

/// Assistant and grammar with other names: never one without the other.
pub(crate) struct Renamed {
    /// For which satellite they were prepared.
    pub(crate) satellite: SatelliteId,
    pub(crate) assistant: Arc<Assistant>,
    pub(crate) prepared: Box<Prepared>,
    /// Which of the names are also commands.
    pub(crate) shadowed: Vec<Shadowed>,
}

/// Why a satellite, or the speaker, stops.
pub(crate) enum End {
    /// The recording is over and its last turn too.
    Source,
    /// It was ordered to.
    Shutdown,
}

/// Waits until something else is there; for ever if nobody can change it.
pub(crate) async fn changed<T>(value: &mut Option<watch::Receiver<T>>) {
    let changed = match value {
        Some(value) => value.changed().await.is_ok(),
        None => false,
    };
    if !changed {
        std::future::pending::<()>().await;
    }
}
