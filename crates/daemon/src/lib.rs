//! The speaker: joins the parts, owns the threads and the configuration.
//!
//! [`run`] is the whole speaker; microphone and loudspeaker are [`Parts`], so that recordings can
//! take their place. Nothing below this crate knows a configuration file, a thread or another part
//! of the house.

mod adapters;
mod beside;
pub mod clock;
pub mod config;
mod driver;
mod engines;
mod listen;
mod names;
mod recorder;
mod second;
mod sentences;
mod speak;
mod steps;
pub mod terminal;
mod transcribe;
mod wall;

use std::future::Future;
use std::sync::Arc;
use std::sync::mpsc::sync_channel;
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::Context as _;
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::{broadcast, mpsc, oneshot, watch};
use voice::{AudioSink, AudioSource, Event, Phase, Session, Status, Stopper, Synthesizer, Turn};

use beside::Beside;

pub use assistant::Understanding;
pub use config::Config;
pub use engines::{Engines, engines, home_of, network, synthesizer, understanding};
pub use sentences::{sentences, with_folder};
pub use transcribe::Grammar;

/// Messages that may wait for the session.
const MESSAGES: usize = 64;
/// Orders that may wait for the listen thread, which takes none for a second while it looks for a lost
/// microphone.
const LISTEN_ORDERS: usize = 64;
/// Orders that may wait for the speak thread: chimes and answers of a turn and the next.
const SPEAK_ORDERS: usize = 8;
/// Pieces of audio that may wait for the transcriber: 20 s of frames.
const UTTERANCE_PIECES: usize = 1_000;
/// Reports on how far the transcriber is that may wait for the listen thread; more are dropped, since
/// only the newest count.
const PROGRESS: usize = 64;
/// Turns that may wait to be written.
const RECORDER_ENTRIES: usize = 16;
/// Events that a page may be behind.
const EVENTS: usize = 64;
/// Orders of pages that may wait.
const PAGE_ORDERS: usize = 16;

/// Where the sound comes from.
pub enum Source {
    /// The microphone; closed while muted.
    Microphone(audio::MicConfig),
    /// A file; the run ends with it. Taken while it is read.
    File(Option<Box<dyn AudioSource>>),
    /// A file first, then the microphone.
    FileThenMicrophone(Option<Box<dyn AudioSource>>, audio::MicConfig),
}

/// What a run is made of.
pub struct Parts {
    /// The checked configuration.
    pub config: Config,
    /// Where the sound comes from.
    pub source: Source,
    /// Where it goes.
    pub sink: Box<dyn AudioSink>,
    /// Recognition.
    pub engines: Engines,
    /// What is understood; [`sentences`] are the built-in ones.
    pub sentences: intent::Sentences,
    /// Text to sound.
    pub synthesizer: Box<dyn Synthesizer>,
    /// History, settings and timers; without it nothing is kept.
    pub store: Option<Store>,
    /// An open port for the pages.
    pub listener: Option<TcpListener>,
    /// Whether audio stands still while the speaker thinks and speaks: for recordings that are
    /// read faster than real time.
    pub lockstep: bool,
    /// Gets every turn, for whoever runs recordings.
    pub turns: Option<mpsc::Sender<Turn>>,
}

/// What workers and pages tell the driver.
pub(crate) enum Message {
    /// For the session.
    Input(voice::session::Input),
    /// From a page.
    Order(web::Order),
    /// What was done later wants something of the speaker itself.
    Effects(Vec<voice::Effect>),
    /// The house has other names, which are ready.
    Renamed(names::Renamed),
    /// There will be no more sound.
    SourceEnded,
    /// A thread ended that should not have.
    WorkerDied(&'static str),
}

/// What the first page that is asked for shows.
fn at_first(house: &home::House, muted: bool) -> Status {
    let phase = if muted { Phase::Muted } else { Phase::Idle };
    let devices = house.subscribe().borrow().clone();
    Status { phase, devices, ..Status::default() }
}

/// Runs the speaker until `shutdown` ends or the source has ended and its last turn is over.
///
/// # Errors
/// When it cannot start, or when a worker died.
pub async fn run(parts: Parts, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
    let Parts {
        config,
        source,
        sink,
        engines,
        sentences,
        synthesizer,
        store,
        listener,
        lockstep,
        turns,
    } = parts;
    let (sender, messages) = mpsc::channel(MESSAGES);
    let (listen_orders, listen_taken) = sync_channel(LISTEN_ORDERS);
    let (speak_orders, speak_taken) = sync_channel(SPEAK_ORDERS);
    let (utterances, utterances_taken) = sync_channel(UTTERANCE_PIECES);
    let (progress, progress_taken) = sync_channel(PROGRESS);
    let (recorder, entries) = mpsc::channel(RECORDER_ENTRIES);
    let events = broadcast::Sender::<Event>::new(EVENTS);
    clock::tell(store.as_ref()).await;
    let settings = store.as_ref().map(|store| *store.settings().borrow());
    let muted = settings.is_some_and(|settings| settings.muted);

    let house = Arc::new(home::House::new(&config.home).context("failed to read the house")?);
    let status = watch::Sender::new(at_first(&house, muted));
    let household = household(&config, store.clone()).await?;
    let history = adapters::history(store.clone(), recorder.clone(), events.clone());
    let understanding = Arc::new(understanding(&config, sentences, &house, &household, history)?);

    let Engines { listener: ears, mut transcriber, abort } = engines;
    let preparer = transcriber.preparer();
    let grammar = preparer.prepare(understanding.graph());
    transcriber.adopt(grammar).context("failed to build the grammar")?;
    let written = watch::Sender::new(None);
    let names = names::Names::of(&house, &understanding, preparer, &sender, written.subscribe());
    if let Some(folder) = config.sentences.clone() {
        tokio::spawn(sentences::watch(folder, sentences::LOOK_EVERY, written));
    }
    let second = transcriber.has_second().then(|| second::SecondOpinion(utterances.clone()));
    let stopper = sink.stopper();
    let listen = listen::Listen {
        source,
        listener: ears,
        orders: listen_taken,
        utterances: utterances.clone(),
        progress: progress_taken,
        session: sender.clone(),
        lockstep,
        muted,
    };
    let transcribe = transcribe::Transcribe {
        transcriber,
        utterances: utterances_taken,
        progress,
        session: sender.clone(),
    };
    let speak = speak::Speak { synthesizer, sink, orders: speak_taken, session: sender.clone() };
    let runtime = tokio::runtime::Handle::current();
    let threads = [
        worker("listen", &sender, || listen.run())?,
        worker("transcribe", &sender, || transcribe.run())?,
        worker("speak", &sender, || speak.run())?,
        worker("names", &sender, move || runtime.block_on(names.run()))?,
    ];

    let beside =
        Beside::start(&config, store.clone(), listener, entries, &sender, &status, &events);

    let driver = driver::Driver {
        session: Session::new(patience(lockstep), muted),
        messages,
        sender,
        listen: listen_orders,
        speak: speak_orders,
        utterances,
        listening: None,
        renamed: None,
        second,
        abort,
        stopper: stopper.clone(),
        understanding,
        household,
        ringing: None,
        room: driver::Room { house: Arc::clone(&house), area: config.area.clone() },
        clock: driver::WallClock::new(),
        house: house.subscribe(),
        store: store.clone(),
        recorder: recorder.clone(),
        events,
        status,
        turns,
        volume: settings.map_or(driver::FULL_VOLUME, |settings| settings.volume),
        modes: driver::Modes::new(settings.as_ref()),
        failed: std::collections::VecDeque::new(),
    };
    let finished = driver.run(shutdown).await;

    // The driver is gone and its channels with it: threads end, then what they fed.
    flush(&recorder).await;
    drop(recorder);
    join(threads, (!matches!(finished, Ok(driver::End::Source))).then_some(stopper)).await;
    beside.stop().await;
    finished.map(|_| ())
}

/// Timers, reminders and lists.
async fn household(config: &Config, store: Option<Store>) -> anyhow::Result<skills::Household> {
    let books = adapters::books(store);
    let household = skills::Household::open(books, home_of(config)).await;
    household.context("failed to read what the household keeps")
}

/// How long workers may take. A recording is decoded as fast as the machine can, not in its own time,
/// so that a slow machine is no wedged one.
fn patience(lockstep: bool) -> voice::session::Config {
    let usual = voice::session::Config::default();
    if !lockstep {
        return usual;
    }
    let long = Duration::from_secs(600);
    voice::session::Config { listen_timeout: long, think_timeout: long, ..usual }
}

/// Waits until everything sent to the recorder before is written.
pub(crate) async fn flush(recorder: &mpsc::Sender<recorder::Entry>) {
    let (done, written) = oneshot::channel();
    if recorder.send(recorder::Entry::Flush(done)).await.is_ok() {
        // Without a recorder there is nothing to wait for.
        let _ = written.await;
    }
}

/// Tells the driver when a thread unwinds.
struct Watch {
    name: &'static str,
    session: mpsc::Sender<Message>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.session.blocking_send(Message::WorkerDied(self.name));
        }
    }
}

fn worker(
    name: &'static str,
    session: &mpsc::Sender<Message>,
    work: impl FnOnce() + Send + 'static,
) -> anyhow::Result<JoinHandle<()>> {
    let watch = Watch { name, session: session.clone() };
    std::thread::Builder::new()
        .name(name.to_owned())
        .spawn(move || {
            let _watch = watch;
            work();
        })
        .with_context(|| format!("failed to start the {name} thread"))
}

/// Waits for the threads. Only a recording is answered to its end: anything else is silenced.
async fn join(threads: [JoinHandle<()>; 4], silenced: Option<Stopper>) {
    if let Some(stopper) = silenced {
        stopper.stop();
    }
    let joined = tokio::task::spawn_blocking(move || {
        for thread in threads {
            // A thread that panicked has told the driver already.
            let _ = thread.join();
        }
    });
    let _ = joined.await;
}
