//! The speaker: joins the parts, owns the threads and the configuration.
//!
//! [`run`] is the whole speaker; microphone and loudspeaker are [`Parts`], so that recordings can
//! take their place. Nothing below this crate knows a configuration file, a thread or another part
//! of the house.

pub mod clock;
pub mod config;
mod engines;
mod error;
mod hub;
#[cfg(test)]
mod logged;
mod nearby;
mod opening;
mod queues;
mod satellite;
mod sentences;
pub mod terminal;
mod unclassed;
mod workers;

use std::future::Future;
use std::sync::Arc;

use anyhow::Context as _;
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};
use voice::{AudioSink, SatelliteId, Synthesizer, Turn};

use hub::background::Background;
use hub::names::Names;
use hub::{Handle, Hub};
use queues::{End, HUB_INBOX, RECORDER_ENTRIES, ToHub};
use satellite::{Start, Started};
use workers::{join, worker};

pub use assistant::Assistant;
pub use assistant::Texts;
pub use config::Config;
pub use engines::{
    Ears, Engines, Grammar, assistant, cascade, engines, home_of, network, synthesizer, voices,
};
pub use error::{failed, one_line};
pub use nearby::{passed_over, warn_of_passed_over};
pub use opening::{Opened, opened};
pub use sentences::{texts, watched, with_folder, words};
pub use unclassed::unclassed;
pub use workers::{Source, speak};

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
    /// What is understood; [`texts`] are the built-in ones.
    pub texts: Texts,
    /// What is understood instead from then on, by [`watched`].
    pub written: watch::Receiver<Option<Texts>>,
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
    /// Counts the turns that are over, those that asked to be forgotten among them.
    pub ended: watch::Sender<usize>,
}

/// Runs the speaker until `shutdown` ends or the source has ended and its last turn is over.
///
/// # Errors
/// When it cannot start, or when a worker died.
pub async fn run(parts: Parts, shutdown: impl Future<Output = ()>) -> anyhow::Result<()> {
    let books = hub::books::books(parts.store.clone());
    run_with(parts, books, shutdown).await
}

/// Runs the speaker on a recording until it has ended and its last turn is over. Timers, alarms,
/// reminders and scheduled actions that are stored stay there untouched, and those of the recording end
/// with it; its lists and its history are kept.
///
/// # Errors
/// As [`run`].
pub async fn run_recording(parts: Parts) -> anyhow::Result<()> {
    let books = hub::books::books_of_recording(parts.store.clone());
    run_with(parts, books, std::future::pending()).await
}

async fn run_with(
    parts: Parts,
    books: skills::Books,
    shutdown: impl Future<Output = ()>,
) -> anyhow::Result<()> {
    let Parts { config, source, sink, engines, texts, synthesizer, store, .. } = parts;
    let Parts { written, listener, lockstep, turns, ended, .. } = parts;

    // The hub.
    clock::report(store.as_ref()).await;
    let (inbox, taken) = mpsc::channel(HUB_INBOX);
    let (recorder, entries) = mpsc::channel(RECORDER_ENTRIES);
    let hub = Arc::new(Hub::open(&config, store, books, recorder, (turns, ended)).await?);
    let assistant = Arc::new(assistant_of(&config, texts, &hub)?);
    for warning in unclassed(&hub.house) {
        tracing::warn!("{warning}");
    }

    // The local satellite: the models, and what it hears and says with them.
    let Engines { listener: hearing, ears, mut transcriber, abort } = engines;
    let preparer = transcriber.preparer();
    hub.show_shadowed(assistant.shadowed(&hub.house.lists()));
    let grammar = preparer.prepare(assistant.graph());
    transcriber.adopt(grammar).context("failed to build the grammar")?;
    let start = Start {
        id: SatelliteId::local(),
        area: config.area.clone(),
        hub: Arc::clone(&hub),
        assistant: Arc::clone(&assistant),
        source,
        sink,
        synthesizer,
        listener: hearing,
        ears,
        transcriber,
        abort,
        lockstep,
    };
    let Started { satellite, orders, mut threads } = start.start()?;

    // What else the hub does.
    let names = Names::of(&hub.house, &assistant, preparer, &inbox, written);
    let runtime = tokio::runtime::Handle::current();
    let (telling, naming) = (inbox.clone(), move || runtime.block_on(names.run()));
    let died = move || drop(telling.blocking_send(ToHub::WorkerDied("names")));
    threads.push(worker("names", died, naming)?);
    let language = Arc::clone(assistant.language());
    let mut driver = hub::Driver::new(Arc::clone(&hub), taken);
    let background = Background::start(&config, &driver, listener, language, entries, &inbox);
    drop(inbox);
    let (id, stopper) = (satellite.id.clone(), satellite.stopper.clone());
    driver.satellites.push(Handle { id, orders, renamed: None });
    driver.running.spawn(satellite.run());
    let finished = driver.run(shutdown).await;

    // The loops are gone and their channels with them: threads end, then what they fed.
    hub.flush().await;
    drop(hub);
    join(threads, (!matches!(finished, Ok(End::Source))).then_some(stopper)).await;
    background.stop().await;
    finished.map(|_| ())
}

/// The assistant: sentences with the names of the house, and the skills that answer them.
fn assistant_of(config: &Config, texts: Texts, hub: &Hub) -> anyhow::Result<Assistant> {
    let history = hub::books::history(hub.store.clone(), hub.recorder.clone(), hub.events.clone());
    assistant(config, texts, &hub.house, &hub.household, history)
}
