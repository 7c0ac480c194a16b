//! Starts a satellite: its queues and its three threads.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Duration;

use assistant::{Assistant, Conversation};
use tokio::sync::mpsc;
use voice::session::Setup;
use voice::{AudioSink, Phase, SatelliteId, Session, Stopper, Synthesizer};
use wake::Listener;

use super::{Satellite, Volume};
use crate::hub::Hub;
use crate::queues::{
    HUB_ORDERS, INPUTS, LISTEN_ORDERS, Message, Order, PROGRESS, SPEAK_ORDERS, UTTERANCE_PIECES,
};
use crate::workers::second_opinion::SecondOpinion;
use crate::workers::transcribe::Transcribe;
use crate::workers::{listen, speak, worker};
use crate::{Grammar, Source};

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
    pub(crate) orders: mpsc::Sender<Order>,
    pub(crate) threads: Vec<JoinHandle<()>>,
    pub(crate) stopper: Stopper,
}

impl Start {
    /// Starts the threads.
    ///
    /// # Errors
    /// When the system has none left.
    pub(crate) fn start(self) -> anyhow::Result<Started> {
        let Self { id, area, hub, assistant, source, sink, .. } = self;
        let Self { synthesizer, listener, transcriber, abort, lockstep, .. } = self;
        let settings = hub.store.as_ref().map(|store| store.settings().borrow().satellite(&id));
        let muted = settings.is_some_and(|settings| settings.muted);
        hub.show_phase(&id, if muted { Phase::Muted } else { Phase::Idle });

        let (sender, messages) = mpsc::channel(INPUTS);
        let (orders, taken) = mpsc::channel(HUB_ORDERS);
        let (listen_orders, listen_taken) = sync_channel(LISTEN_ORDERS);
        let (speak_orders, speak_taken) = sync_channel(SPEAK_ORDERS);
        let (utterances, utterances_taken) = sync_channel(UTTERANCE_PIECES);
        let (progress, progress_taken) = sync_channel(PROGRESS);

        let second = transcriber.has_second().then(|| SecondOpinion(utterances.clone()));
        let stopper = sink.stopper();
        let listen = listen::Listen {
            source,
            listener,
            orders: listen_taken,
            utterances: utterances.clone(),
            progress: progress_taken,
            session: sender.clone(),
            lockstep,
            muted,
        };
        let (utterances_of, session) = (utterances_taken, sender.clone());
        let transcribe = Transcribe { transcriber, utterances: utterances_of, progress, session };
        let session = sender.clone();
        let language = assistant.language().clone();
        let speak = speak::Speak { synthesizer, sink, orders: speak_taken, language, session };
        let died = |name| {
            let sender = sender.clone();
            move || drop(sender.blocking_send(Message::WorkerDied(name)))
        };
        let threads = vec![
            worker("listen", died("listen"), || listen.run())?,
            worker("transcribe", died("transcribe"), || transcribe.run())?,
            worker("speak", died("speak"), || speak.run())?,
        ];

        let setup = Setup {
            config: timeouts(lockstep),
            satellite: id.clone(),
            muted,
            turns: hub.turn_ids.clone(),
            wording: assistant.language().clone(),
        };
        let satellite = Satellite {
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
            listen: listen_orders,
            speak: speak_orders,
            utterances,
            listening: None,
            second,
            abort,
            stopper: stopper.clone(),
            ringing: None,
            volume: Volume::new(settings),
            answers: HashMap::new(),
            last_ticket: 0,
            failed: VecDeque::new(),
        };
        Ok(Started { satellite, orders, threads, stopper })
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
