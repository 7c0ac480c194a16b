//! A running speaker.

use std::path::{Path, PathBuf};

use audio::WavSink;
use daemon::{Config, Parts, Source, Texts};
use store::Store;
use tokio::runtime::Runtime;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;
use voice::{Pcm, RecordId, SAMPLE_RATE};

use crate::DEADLINE;
use crate::page::{Events, Page};
use crate::recordings;
use crate::tape::Tape;

/// A speaker that hears a [`Tape`] and shows its pages.
pub struct Rig {
    /// What it hears.
    pub tape: Tape,
    /// Its pages.
    pub page: Page,
    /// Its store.
    pub store: Store,
    /// Its data folder.
    pub data: PathBuf,
    replies: PathBuf,
    shutdown: oneshot::Sender<()>,
    running: JoinHandle<anyhow::Result<()>>,
    runtime: Runtime,
}

/// How sound passes.
#[derive(Clone, Copy, PartialEq)]
pub enum Pace {
    /// It stands still while the speaker thinks and speaks, as in `hark hear`.
    Lockstep,
    /// It goes on, as from a microphone.
    Live,
}

/// The house of the recordings, sound kept for an hour, and a port that is free.
pub fn config() -> Config {
    let mut config = Config {
        home: toml::from_str(include_str!("../house.toml")).expect("house.toml is a house"),
        ..Config::default()
    };
    config.store.retention.audio = "1h".parse().expect("an hour");
    config.web.listen.set_port(0);
    match recordings::model() {
        Some(network) => config.stt.models_dir = network.parent().map(Path::to_owned),
        None => assert!(!recordings::are_required(), "the network is missing: set HARK_MODELS"),
    }
    config
}

/// The same, and the synthetic voice wakes it too.
pub fn rehearsal_config() -> Config {
    let mut config = config();
    config.wake.references = Some(recordings::synthetic_references());
    config
}

/// The same without the network, as it is heard where that is missing.
pub fn synthetic_config() -> Config {
    let mut config = rehearsal_config();
    config.stt.grammar = stt::GrammarKind::Pocketsphinx;
    config
}

/// A command that is heard, and the configuration that hears it: a person's voice, or the
/// synthetic one saying `words` where the recordings are missing.
pub fn command(recording: &str, words: &str) -> (Pcm, Config) {
    if recordings::are_there() {
        let wake = "wake/computer/5bc12799-1268-4881-870c-fccf6e6bcc74.flac";
        (recordings::joined(wake, &format!("commands/{recording}.flac")), config())
    } else {
        (recordings::synthetic(words), synthetic_config())
    }
}

impl Rig {
    /// Starts a speaker whose data is under `folder`.
    pub fn start(folder: &Path, config: Config, pace: Pace) -> Self {
        let texts = daemon::texts("en").unwrap_or_else(|error| panic!("{error:#}"));
        Self::speaking(texts, folder, config, pace)
    }

    /// The same with these sentences and responses.
    pub fn speaking(texts: Texts, folder: &Path, config: Config, pace: Pace) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let data = folder.join("data");
        let replies = folder.join("replies.wav");
        let tape = Tape::default();
        let store = runtime.block_on(Store::open(&data, &config.store));
        let store = store.unwrap_or_else(|error| panic!("failed to {error}"));
        let listener = runtime.block_on(web::bind(&config.web));
        let listener = listener.unwrap_or_else(|error| panic!("failed to {error}"));
        let address = listener.local_addr().expect("the port has a number");
        let sink = WavSink::create(&replies).expect("a WAV file for the replies");
        let engines = daemon::engines(&config).unwrap_or_else(|error| panic!("{error:#}"));
        let watched = async { daemon::watched(&config.language, config.sentences.as_deref()) };
        let written = runtime.block_on(watched);
        let parts = Parts {
            source: Source::File(Some(tape.microphone())),
            sink: Box::new(sink),
            engines,
            texts,
            written,
            synthesizer: daemon::synthesizer(&config),
            store: Some(store.clone()),
            listener: Some(listener),
            lockstep: pace == Pace::Lockstep,
            turns: None,
            ended: watch::Sender::default(),
            config,
        };
        let (shutdown, stopped) = oneshot::channel();
        let shutdown_wanted = async { drop(stopped.await) };
        let running = runtime.spawn(daemon::run(parts, shutdown_wanted));
        let page = Page::entered(address, &data);
        Self { tape, page, store, data, replies, shutdown, running, runtime }
    }

    /// Someone speaks, and the turn stands in the history: its id.
    pub fn hear(&self, speech: &Pcm) -> RecordId {
        let mut events = self.page.events();
        self.tape.say(speech);
        stored(&mut events)
    }

    /// Runs a question to the store.
    pub fn wait<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// Stops the speaker as a service is stopped, and gives what the loudspeaker played.
    pub fn stop(self) -> Pcm {
        drop(self.shutdown);
        let ended =
            self.runtime.block_on(async { tokio::time::timeout(DEADLINE, self.running).await });
        let ended = ended.expect("the speaker stops in time").expect("it does not panic");
        ended.unwrap_or_else(|error| panic!("{error:#}"));
        played(&self.replies)
    }

    /// What the loudspeaker has played when the last reply ended.
    pub fn played(&self) -> Pcm {
        played(&self.replies)
    }
}

/// The next turn that stands in the history.
pub fn stored(events: &mut Events) -> RecordId {
    events.wait_for("turn").parse().expect("the event carries an id")
}

fn played(path: &Path) -> Pcm {
    audio::read_file(path)
        .unwrap_or_else(|error| panic!("failed to {:#}", anyhow::Error::new(error)))
}

/// Amplitude from which a sample is sound.
const LOUD: f32 = 0.01;

/// Seconds of sound in it, counted in pieces of 20 ms.
pub fn seconds_of_sound(pcm: &Pcm) -> f64 {
    let loud = pcm.samples().chunks(voice::FRAME_SAMPLES);
    let loud = loud.filter(|piece| piece.iter().any(|sample| sample.abs() > LOUD)).count();
    (loud * voice::FRAME_SAMPLES) as f64 / f64::from(SAMPLE_RATE)
}
