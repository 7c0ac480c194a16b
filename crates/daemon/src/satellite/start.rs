//! Starts a satellite: its queues and its three workers.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use assistant::{Assistant, Conversation};
use tokio::sync::{mpsc, watch};
use voice::session::Setup;
use voice::{AudioSink, Phase, SatelliteId, Session, Stopper, Synthesizer};
use wake::Listener;

use super::{Satellite, Volume};
use crate::hub::Hub;
use crate::queues::{
    HUB_ORDERS, INPUTS, LISTEN_ORDERS, ListenOrder, Message, PROGRESS, SPEAK_ORDERS, SpeakOrder,
    TRANSCRIBE_COMMANDS, ToSatellite, TranscribeCommand,
};
use crate::workers::listen::Listen;
use crate::workers::second_opinion::SecondOpinion;
use crate::workers::speak::Speak;
use crate::workers::transcribe::Transcribe;
use crate::workers::worker;
use crate::{Ears, Grammar, Source};

/// What a satellite is made of.
pub(crate) struct Start {
    pub(crate) id: SatelliteId,
    /// Id of the area in which it stands.
    pub(crate) area: Option<String>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) assistant: Arc<Assistant>,
    pub(crate) source: Source,
    pub(crate) sink: Box<dyn AudioSink>,
    pub(crate) synthesizer: Box<dyn Synthesizer>,
    pub(crate) listener: Listener,
    pub(crate) ears: Ears,
    /// It has the grammar of the assistant already.
    pub(crate) transcriber: Box<dyn Grammar>,
    /// Stops a transcription that nobody waits for any more.
    pub(crate) abort: stt::Canceller,
    /// Whether audio stands still while the speaker thinks and speaks.
    pub(crate) lockstep: bool,
}

/// A satellite whose threads run.
pub(crate) struct Started {
    pub(crate) satellite: Satellite,
    /// By which the hub gives it orders; it ends when nobody can.
    pub(crate) orders: ToSatellite,
    pub(crate) threads: Vec<JoinHandle<()>>,
}

/// The ends of a satellite's queues from which its workers take.
pub(crate) struct Ends {
    pub(crate) listen: Receiver<ListenOrder>,
    pub(crate) speak: Receiver<SpeakOrder>,
    pub(crate) transcribe: Receiver<TranscribeCommand>,
}

impl Start {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system has none left.
    pub(crate) fn start(self) -> anyhow::Result<Started> {
        let Self { id, area, hub, assistant, source, sink, .. } = self;
        let Self { synthesizer, listener, ears, transcriber, abort, lockstep, .. } = self;
        let (mut satellite, orders, ends) =
            Satellite::new(id, area, hub, assistant, timeouts(lockstep));
        let Ends { listen, speak, transcribe } = ends;
        satellite.abort = abort;
        satellite.stopper = sink.stopper();
        let commands = &satellite.transcribe;
        satellite.second = transcriber.has_second().then(|| SecondOpinion(commands.clone()));

        let (progress, progress_taken) = sync_channel(PROGRESS);
        let session = || satellite.sender.clone();
        let listen = Listen {
            source,
            open: None,
            turn: None,
            listener,
            ears,
            voices: satellite.hub.voices.subscribe(),
            orders: listen,
            transcribe: commands.clone(),
            progress: progress_taken,
            session: session(),
            lockstep,
            muted: satellite.session.phase() == Phase::Muted,
            closed: Arc::clone(&satellite.closed),
        };
        let transcribe =
            Transcribe { transcriber, commands: transcribe, progress, session: session() };
        let language = satellite.assistant.language().clone();
        // Nobody waits for the answers to a recording, and most of this would never be said in it.
        let stock = if lockstep { Vec::new() } else { language.stock() };
        let speak = Speak { synthesizer, sink, orders: speak, language, stock, session: session() };
        let died = |name| {
            let sender = session();
            move || drop(sender.blocking_send(Message::WorkerDied(name)))
        };
        let threads = vec![
            worker("listen", died("listen"), || listen.run())?,
            worker("transcribe", died("transcribe"), || transcribe.run())?,
            worker("speak", died("speak"), || speak.run())?,
        ];
        Ok(Started { satellite, orders, threads })
    }
}

impl Satellite {
    /// A satellite at rest, as its settings say, without ears and voice yet.
    pub(crate) fn new(
        id: SatelliteId,
        area: Option<String>,
        hub: Arc<Hub>,
        assistant: Arc<Assistant>,
        config: voice::session::Config,
    ) -> (Self, ToSatellite, Ends) {
        let settings = hub.store.as_ref().map(|store| store.settings().borrow().satellite(&id));
        let muted = settings.is_some_and(|settings| settings.muted);
        hub.show(&id, |status| {
            status.phase = if muted { Phase::Muted } else { Phase::Idle };
            status.muted = muted;
        });
        let setup = Setup {
            config,
            satellite: id.clone(),
            muted,
            turns: hub.turn_ids.clone(),
            wording: assistant.language().clone(),
        };
        let (sender, messages) = mpsc::channel(INPUTS);
        let (orders, taken) = mpsc::channel(HUB_ORDERS);
        let (mute, muting) = watch::channel(muted);
        let (listen, listen_taken) = sync_channel(LISTEN_ORDERS);
        let (speak, speak_taken) = sync_channel(SPEAK_ORDERS);
        let (transcribe, transcribe_taken) = sync_channel(TRANSCRIBE_COMMANDS);
        let satellite = Self {
            conversation: Arc::new(Conversation::new(id.clone(), area.clone())),
            session: Session::new(setup),
            id,
            area,
            hub,
            assistant,
            renamed: None,
            messages,
            sender,
            orders: taken,
            muting: Some(muting),
            listen,
            closed: Arc::new(AtomicBool::new(muted)),
            speak,
            transcribe,
            listening: None,
            second: None,
            abort: stt::Canceller::default(),
            stopper: Stopper::default(),
            ringing: None,
            volume: Volume::new(settings),
            has_heard: false,
            told_deaf: None,
            answers: HashMap::new(),
            last_ticket: 0,
            failed: VecDeque::new(),
        };
        let (listen, speak, transcribe) = (listen_taken, speak_taken, transcribe_taken);
        (satellite, ToSatellite { orders, mute }, Ends { listen, speak, transcribe })
    }
}

/// How long workers may take. A recording is decoded as fast as the machine can, not in its own time,
/// so that a slow machine is no wedged one.
fn timeouts(lockstep: bool) -> voice::session::Config {
    let usual = voice::session::Config::default();
    if !lockstep {
        return usual;
    }
    let long = Duration::from_secs(600);
    voice::session::Config { listen_timeout: long, think_timeout: long, ..usual }
}
