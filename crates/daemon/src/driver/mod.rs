//! Drives the session: feeds it what happened and carries out what it decides.

mod due;
mod pages;
mod ring;
mod settings;

use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::{Instant, SystemTime};

use assistant::Understanding;
use skills::Household;
use store::Store;
use tokio::sync::{broadcast, mpsc, watch};
use voice::session::{Command, Input, Worker};
use voice::{EndReason, Event, Phase, Session, Status, Stopper, Turn, TurnId};

pub(crate) use self::ring::{Ringing, Room};
pub(crate) use self::settings::{FULL_VOLUME, Modes};
use crate::names::Renamed;
use crate::recorder::Entry;
use crate::second::SecondOpinion;
use crate::transcribe::Utterance;
pub(crate) use crate::wall::WallClock;
use crate::{Message, listen, speak};

/// What one step of the loop found.
enum Next {
    Message(Option<Message>),
    Timeout,
    Due,
    Ring,
    House,
    Settings,
    Erased,
    Shutdown,
}

/// Why the speaker stops.
pub(crate) enum End {
    /// The recording is over and its last turn too.
    Source,
    /// It was told to.
    Shutdown,
}

pub(crate) struct Driver {
    pub(crate) session: Session,
    pub(crate) messages: mpsc::Receiver<Message>,
    pub(crate) sender: mpsc::Sender<Message>,
    pub(crate) listen: SyncSender<listen::Order>,
    pub(crate) speak: SyncSender<speak::Order>,
    pub(crate) utterances: SyncSender<Utterance>,
    /// The turn that listened last.
    pub(crate) listening: Option<TurnId>,
    /// Names that wait for the end of the turn.
    pub(crate) renamed: Option<Renamed>,
    /// The second engine, if there are two.
    pub(crate) second: Option<SecondOpinion>,
    pub(crate) abort: stt::Canceller,
    pub(crate) stopper: Stopper,
    pub(crate) understanding: Arc<Understanding>,
    pub(crate) household: Household,
    /// Notices when somebody sets the clock.
    pub(crate) clock: WallClock,
    /// What rings, while something does.
    pub(crate) ringing: Option<Ringing>,
    /// Where the speaker stands.
    pub(crate) room: Room,
    pub(crate) house: watch::Receiver<Vec<voice::Device>>,
    pub(crate) store: Option<Store>,
    pub(crate) recorder: mpsc::Sender<Entry>,
    pub(crate) events: broadcast::Sender<Event>,
    pub(crate) status: watch::Sender<Status>,
    /// Sees every turn, in place of the history, for whoever runs recordings.
    pub(crate) turns: Option<mpsc::Sender<Turn>>,
    pub(crate) volume: u8,
    /// Whether guests are here, and whether anybody wants to be disturbed.
    pub(crate) modes: Modes,
    /// Orders that did not fit into a queue fail their turn; this remembers which.
    pub(crate) failed: VecDeque<(Option<TurnId>, Worker)>,
}

impl Driver {
    /// Runs until `shutdown` ends, or until the source has ended and the last turn is over.
    ///
    /// # Errors
    /// When a worker died: the process cannot go on and whoever supervises it starts it again.
    pub(crate) async fn run(mut self, shutdown: impl Future<Output = ()>) -> anyhow::Result<End> {
        let end = self.drive(shutdown).await;
        // Players do not stay soft for somebody who is gone.
        self.end_ringing();
        end
    }

    async fn drive(&mut self, shutdown: impl Future<Output = ()>) -> anyhow::Result<End> {
        let mut shutdown = std::pin::pin!(shutdown);
        let mut settings = self.store.as_ref().map(Store::settings);
        let mut erasures = self.store.as_ref().map(Store::erasures);
        let mut ended = false;
        self.set_loudness(self.volume);
        self.show_house();
        self.obey_modes();
        self.announce().await;
        loop {
            self.carry_out().await;
            self.rename();
            self.show_household();
            self.follow_ringing(Instant::now());
            if ended && self.stop_listening() {
                continue;
            }
            if ended && matches!(self.session.phase(), Phase::Idle | Phase::Muted) {
                return Ok(End::Source);
            }
            let next = self.next(&mut shutdown, &mut settings, &mut erasures).await;
            let now = Instant::now();
            match next {
                Next::Message(Some(Message::Input(input))) => self.session.handle(input, now),
                Next::Message(Some(Message::Order(order))) => self.order(order).await,
                Next::Message(Some(Message::Effects(effects))) => {
                    for effect in &effects {
                        self.apply(effect).await;
                    }
                }
                Next::Message(Some(Message::Renamed(renamed))) => self.renamed = Some(renamed),
                Next::Message(Some(Message::SourceEnded)) => ended = true,
                Next::Message(Some(Message::WorkerDied(name))) => {
                    anyhow::bail!("the {name} thread died; see the log above and start hark again");
                }
                Next::Message(None) | Next::Shutdown => return Ok(End::Shutdown),
                Next::Timeout => self.session.handle_timeout(now),
                Next::Due => self.announce().await,
                Next::Ring => self.ring(now),
                Next::House => self.show_house(),
                Next::Erased => {
                    self.forget();
                    self.report(Event::HistoryChanged);
                }
                Next::Settings => {
                    if let Some(settings) = &mut settings {
                        let settings = *settings.borrow_and_update();
                        self.obey(settings);
                    }
                }
            }
        }
    }

    async fn next(
        &mut self,
        shutdown: &mut (impl Future<Output = ()> + Unpin),
        settings: &mut Option<watch::Receiver<store::Settings>>,
        erasures: &mut Option<watch::Receiver<u64>>,
    ) -> Next {
        let timeout = self.session.poll_timeout();
        let due = [self.household.timers.next_due(), self.household.agenda.next_due()];
        let due = due.into_iter().flatten().min();
        tokio::select! {
            biased;
            () = shutdown => Next::Shutdown,
            // What was set or erased holds before anything that is asked afterwards.
            () = changed(settings) => Next::Settings,
            () = changed(erasures) => Next::Erased,
            message = self.messages.recv() => Next::Message(message),
            () = at(timeout) => Next::Timeout,
            () = self.clock.at(due) => Next::Due,
            () = at(self.ringing.as_ref().map(|ringing| ringing.next)) => Next::Ring,
            Ok(()) = self.house.changed() => Next::House,
        }
    }

    /// Carries out commands until there are none.
    async fn carry_out(&mut self) {
        loop {
            while let Some((turn, worker)) = self.failed.pop_front() {
                self.session.handle(Input::WorkerFailed { turn, worker }, Instant::now());
            }
            let Some(command) = self.session.poll_command() else { break };
            self.command(command).await;
        }
    }

    async fn command(&mut self, command: Command) {
        match command {
            Command::Listen { turn, follow_up } => {
                self.listening = Some(turn);
                if self.ringing.is_some() {
                    // Nobody shouts against a ring that has just begun.
                    self.stopper.stop();
                }
                self.listen(listen::Order::Listen { turn, follow_up });
            }
            Command::Rest => self.listen(listen::Order::Rest),
            Command::Cancel { turn } => {
                self.abort.cancel();
                self.listen(listen::Order::Cancel(turn));
            }
            Command::Act { turn, transcript } => {
                let understanding = Arc::clone(&self.understanding);
                let sender = self.sender.clone();
                let recorder = self.recorder.clone();
                let second = self.second.clone();
                tokio::spawn(async move {
                    // What a skill finds in the history must hold the turns before this one.
                    crate::flush(&recorder).await;
                    let now = SystemTime::now();
                    let acted = understanding
                        .act(turn, &transcript, second.as_ref().map(|second| second as _), now)
                        .await;
                    if let Some(second) = second {
                        second.forget(turn);
                    }
                    let acted = Box::new(acted);
                    let input = Input::Acted { turn, acted };
                    // The session may have ended meanwhile.
                    let _ = sender.send(Message::Input(input)).await;
                });
            }
            Command::Busy => tracing::info!("a typed command came while another was answered"),
            Command::Chime(chime) => self.chime(chime),
            Command::Speak { turn, speech } => {
                let stops = self.stopper.stops();
                let order = speak::Order::Say { turn, speech, stops };
                if !self.speak(order) {
                    self.failed.push_back((Some(turn), Worker::Speak));
                }
            }
            Command::Hush => self.stopper.stop(),
            Command::CloseMicrophone => {
                self.listen(listen::Order::Close);
                self.remember_mute(true).await;
            }
            Command::OpenMicrophone => {
                self.listen(listen::Order::Open);
                self.remember_mute(false).await;
            }
            Command::Apply(effect) => self.apply(&effect).await,
            Command::Record(turn) => self.record(turn).await,
            Command::Report(event) => self.report(event),
        }
    }

    /// Where the source has ended, nobody answers any more: the turn that waits for it is over.
    fn stop_listening(&mut self) -> bool {
        if self.session.phase() != Phase::Listening {
            return false;
        }
        let Some(turn) = self.listening.take() else { return false };
        let ended = Input::Ended { turn, reason: EndReason::NoSpeech, speech: None };
        self.session.handle(ended, Instant::now());
        true
    }

    /// Takes new names between two turns: what was heard with the old ones is understood with them.
    /// The listener begins the next utterance only when it is told to, which comes later.
    fn rename(&mut self) {
        if !matches!(self.session.phase(), Phase::Idle | Phase::Muted) {
            return;
        }
        let Some(Renamed { understanding, prepared }) = self.renamed.take() else { return };
        match self.utterances.try_send(Utterance::Adopt(prepared)) {
            Ok(()) => self.understanding = understanding,
            // The transcriber has not yet dealt with all of the last turn: next time.
            Err(TrySendError::Full(Utterance::Adopt(prepared))) => {
                self.renamed = Some(Renamed { understanding, prepared });
            }
            // A thread that died says so itself.
            Err(_) => {}
        }
    }

    async fn record(&mut self, turn: Box<Turn>) {
        if let Some(turns) = &self.turns {
            // Whoever asked for turns may have seen enough.
            let _ = turns.send((*turn).clone()).await;
        }
        let at = SystemTime::now() - turn.started.elapsed();
        // History sits beside the path: the speaker goes on when the disk does not.
        if self.recorder.try_send(Entry::Turn(turn, at)).is_err() && self.store.is_some() {
            tracing::warn!("the history cannot keep up; a turn was not kept");
        }
    }

    fn report(&mut self, event: Event) {
        if let Event::Phase(phase) = event {
            self.status.send_modify(|status| status.phase = phase);
            tracing::debug!(phase = phase.as_str());
        }
        // Nobody may be watching, which is no failure.
        let _ = self.events.send(event);
    }

    fn listen(&mut self, order: listen::Order) {
        match self.listen.try_send(order) {
            // A thread that has ended with its source says so itself.
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => {
                tracing::error!("the listen thread does not take orders");
                self.failed.push_back((None, Worker::Listen));
            }
        }
    }

    fn speak(&mut self, order: speak::Order) -> bool {
        let taken = self.speak.try_send(order).is_ok();
        if !taken {
            tracing::warn!("the loudspeaker is behind; a sound was left out");
        }
        taken
    }
}

/// Waits until something else is there; for ever if nobody can change it.
async fn changed<T>(value: &mut Option<watch::Receiver<T>>) {
    let changed = match value {
        Some(value) => value.changed().await.is_ok(),
        None => false,
    };
    if !changed {
        std::future::pending::<()>().await;
    }
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
pub(crate) mod tests;
