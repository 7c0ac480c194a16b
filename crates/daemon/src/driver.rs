//! Drives the session: feeds it what happened and carries out what it decides.

use std::collections::VecDeque;
use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{SyncSender, TrySendError};
use std::time::{Duration, Instant, SystemTime};

use skills::{Due, Household};
use store::{Store, Switch};
use tokio::sync::{broadcast, mpsc, watch};
use voice::session::{Chime, Command, Input, Worker};
use voice::{
    Effect, Event, Outcome, Phase, PrivateText, Reply, Session, Status, Stopper, Turn, TurnId,
};

use crate::names::Renamed;
use crate::recorder::Entry;
use crate::second::SecondOpinion;
use crate::transcribe::Utterance;
use crate::understand::Understanding;
pub(crate) use crate::wall::WallClock;
use crate::{Message, listen, speak};

/// Pause between two alarms of a ringing timer.
const RING_EVERY: Duration = Duration::from_secs(3);

/// Reminders that wait for somebody who wants to hear them; more replace the oldest.
const WAITING: usize = 32;

/// Settings that change what may be said.
#[derive(Default)]
pub(crate) struct Modes {
    pub(crate) guests: bool,
    pub(crate) quiet: bool,
    waiting: VecDeque<Reply>,
}

impl Modes {
    pub(crate) fn new(settings: Option<&store::Settings>) -> Self {
        let of = |mode: fn(&store::Settings) -> bool| settings.is_some_and(mode);
        Self { guests: of(|s| s.guests), quiet: of(|s| s.quiet), waiting: VecDeque::new() }
    }

    fn wait(&mut self, reply: Reply) {
        if self.waiting.len() == WAITING {
            tracing::warn!("too many reminders wait; the oldest is not said");
            self.waiting.pop_front();
        }
        self.waiting.push_back(reply);
    }
}

/// What one step of the loop found.
enum Next {
    Message(Option<Message>),
    Timeout,
    Due,
    Ring,
    House,
    Settings,
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
    /// When the alarm sounds next, while a timer rings.
    pub(crate) ring_at: Option<Instant>,
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
        let mut shutdown = std::pin::pin!(shutdown);
        let mut settings = self.store.as_ref().map(Store::settings);
        let mut ended = false;
        self.speak(speak::Order::Volume(loudness(self.volume)));
        self.show_house();
        self.household.volume.store(self.volume, Ordering::Relaxed);
        self.obey_modes();
        self.announce().await;
        loop {
            self.carry_out().await;
            self.rename();
            self.show_timers();
            if ended && matches!(self.session.phase(), Phase::Idle | Phase::Muted) {
                return Ok(End::Source);
            }
            let next = self.next(&mut shutdown, &mut settings).await;
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
                Next::Settings => {
                    if let Some(settings) = &mut settings {
                        let settings = *settings.borrow_and_update();
                        if settings.volume != self.volume {
                            self.volume = settings.volume;
                            self.household.volume.store(self.volume, Ordering::Relaxed);
                            self.speak(speak::Order::Volume(loudness(self.volume)));
                        }
                        (self.modes.guests, self.modes.quiet) = (settings.guests, settings.quiet);
                        self.obey_modes();
                    }
                }
            }
        }
    }

    async fn next(
        &mut self,
        shutdown: &mut (impl Future<Output = ()> + Unpin),
        settings: &mut Option<watch::Receiver<store::Settings>>,
    ) -> Next {
        let timeout = self.session.poll_timeout();
        let due = [self.household.timers.next_due(), self.household.agenda.next_due()];
        let due = due.into_iter().flatten().min();
        let settings_changed = async {
            let changed = match settings {
                Some(settings) => settings.changed().await.is_ok(),
                None => false,
            };
            if !changed {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            () = shutdown => Next::Shutdown,
            message = self.messages.recv() => Next::Message(message),
            () = at(timeout) => Next::Timeout,
            () = self.clock.at(due) => Next::Due,
            () = at(self.ring_at) => Next::Ring,
            Ok(()) = self.house.changed() => Next::House,
            () = settings_changed => Next::Settings,
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
                    let acted = understanding.act(turn, &transcript, second.as_ref(), now).await;
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
            Command::Chime(chime) => {
                let stops = self.stopper.stops();
                self.speak(speak::Order::Chime { chime, stops });
            }
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

    async fn apply(&mut self, effect: &Effect) {
        let volume = match effect {
            Effect::SetVolume(volume) => *volume,
            Effect::ChangeVolume(change) => self.volume.saturating_add_signed(*change).min(100),
            // The session has seen to these itself.
            Effect::Mute | Effect::ForgetTurn => return,
            Effect::Unmute => return self.session.handle(Input::Mute(false), Instant::now()),
            Effect::Guests(on) => return self.switch(Switch::Guests, *on).await,
            Effect::Quiet(on) => return self.switch(Switch::Quiet, *on).await,
        };
        self.volume = volume.min(100);
        self.household.volume.store(self.volume, Ordering::Relaxed);
        self.speak(speak::Order::Volume(loudness(self.volume)));
        if let Some(store) = &self.store
            && let Err(error) = store.set_volume(self.volume).await
        {
            tracing::warn!("failed to {error}; the volume holds until a restart");
        }
        self.report(Event::SettingsChanged);
    }

    async fn switch(&mut self, switch: Switch, on: bool) {
        // Without a store nothing is kept anyway; what holds until a restart holds here.
        match switch {
            Switch::Guests => self.modes.guests = on,
            Switch::Quiet => self.modes.quiet = on,
            Switch::Storing => {}
        }
        if let Some(store) = &self.store
            && let Err(error) = store.set_switch(switch, on).await
        {
            tracing::warn!("failed to {error}; the setting holds until a restart");
        }
        self.obey_modes();
        self.report(Event::SettingsChanged);
    }

    /// Guests hear nothing private, and what can wait is said when nobody minds any more.
    fn obey_modes(&mut self) {
        self.understanding.set_guests(self.modes.guests);
        if !self.modes.quiet {
            for reply in std::mem::take(&mut self.modes.waiting) {
                self.session.handle(Input::Announce(reply), Instant::now());
            }
        }
    }

    async fn order(&mut self, order: web::Order) {
        let now = Instant::now();
        match order {
            web::Order::Ask(text) => self.session.handle(Input::Typed(text), now),
            web::Order::Mute(muted) => self.session.handle(Input::Mute(muted), now),
            web::Order::Hush => {
                let timers = self.household.timers.stop_ringing().await;
                let agenda = self.household.agenda.stop_ringing().await;
                if let Err(error) = timers.and(agenda) {
                    tracing::warn!("failed to {error}");
                }
                self.session.handle(Input::Hush, now);
            }
            web::Order::CancelTimer(id) => {
                if let Err(error) = self.household.timers.cancel(id).await {
                    tracing::warn!("failed to {error}");
                }
            }
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

    async fn remember_mute(&mut self, muted: bool) {
        if let Some(store) = &self.store
            && let Err(error) = store.set_muted(muted).await
        {
            tracing::warn!("failed to {error}; the mute holds until a restart");
        }
    }

    /// Says and does what is due.
    async fn announce(&mut self) {
        let now = SystemTime::now();
        let moved = self.clock.moved(Instant::now(), now);
        if moved != 0 {
            tracing::info!(seconds = moved, "the clock was set");
            let timers = self.household.timers.clock_moved(moved).await;
            let agenda = self.household.agenda.clock_moved(moved, now).await;
            if let Err(error) = timers.and(agenda) {
                tracing::warn!("failed to {error}; timers may be early or late after a restart");
            }
        }
        let replies: Vec<Reply> = match self.household.timers.due(now).await {
            Ok(replies) => replies,
            Err(error) => {
                tracing::warn!("failed to {error}; a timer rings again after a restart");
                Vec::new()
            }
        };
        for reply in replies {
            self.session.handle(Input::Announce(reply), Instant::now());
        }
        let due = match self.household.agenda.due(now).await {
            Ok(due) => due,
            Err(error) => {
                tracing::warn!("failed to {error}; what is due is tried again");
                self.clock.wait_a_while();
                Vec::new()
            }
        };
        for due in due {
            match due {
                Due::Announce(reply) if self.modes.quiet && !self.household.agenda.is_ringing() => {
                    self.modes.wait(reply);
                }
                Due::Announce(reply) => {
                    self.session.handle(Input::Announce(reply), Instant::now());
                }
                Due::Run(label, steps) => self.run_later(label, steps),
            }
        }
    }

    /// Carries out what was ordered before, beside the loop. Only what goes wrong is said.
    fn run_later(&self, label: PrivateText, steps: Vec<voice::Intent>) {
        let (understanding, sender) = (Arc::clone(&self.understanding), self.sender.clone());
        tokio::spawn(async move {
            let reply = understanding.carry_out(&steps, SystemTime::now()).await;
            // Opening the microphone again is such an effect.
            let effects = Message::Effects(reply.effects);
            if sender.send(effects).await.is_err() || reply.outcome == Outcome::Done {
                return;
            }
            let speech =
                format!("It was time for this: {}. {}", label.expose(), reply.speech.expose());
            let input = Input::Announce(Reply::with(speech, reply.outcome));
            // The session may have ended meanwhile.
            let _ = sender.send(Message::Input(input)).await;
        });
    }

    fn show_house(&mut self) {
        let devices = self.house.borrow_and_update().clone();
        self.status.send_modify(|status| status.devices = devices);
        let _ = self.events.send(Event::HouseChanged);
    }

    fn show_timers(&mut self) {
        let timers = self.household.timers.views();
        let changed = self.status.send_if_modified(|status| {
            let changed = status.timers != timers;
            status.timers = timers;
            changed
        });
        if changed {
            let _ = self.events.send(Event::TimersChanged);
        }
        let ringing = self.household.timers.is_ringing() || self.household.agenda.is_ringing();
        self.ring_at = ringing.then(|| self.ring_at.unwrap_or(Instant::now() + RING_EVERY));
    }

    /// Sounds the alarm again, unless someone is being served.
    fn ring(&mut self, now: Instant) {
        self.ring_at = Some(now + RING_EVERY);
        if matches!(self.session.phase(), Phase::Idle | Phase::Muted) {
            let stops = self.stopper.stops();
            self.speak(speak::Order::Chime { chime: Chime::Alarm, stops });
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

/// Loudness where nobody can have set another.
pub(crate) const FULL_VOLUME: u8 = 100;

/// What a person hears as half as loud is about a tenth of the power.
fn loudness(volume: u8) -> f32 {
    (f32::from(volume) / 100.0).powi(2)
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}
