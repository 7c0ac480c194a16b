//! A satellite: a microphone and a loudspeaker in an area, with a session and a conversation of its
//! own. Its loop feeds the session what happened and carries out what it decides.

mod commands;
mod ring;
mod settings;
mod start;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::SyncSender;
use std::time::{Duration, Instant};

use assistant::{Assistant, Conversation, Rules};
use tokio::sync::{mpsc, oneshot, watch};
use voice::session::{Input, Ticket, Worker};
use voice::{
    Answer, AudioFault, EndReason, Outcome, Phase, Reply, SatelliteId, Session, Speech, Stopper,
    TurnId,
};

pub(crate) use self::ring::Ringing;
pub(crate) use self::settings::Volume;
pub(crate) use self::start::{Start, Started};
use crate::hub::Hub;
use crate::queues::{
    End, ListenOrder, Message, Order, Renamed, SpeakOrder, TranscribeCommand, changed,
};
use crate::workers::second_opinion::SecondOpinion;

/// That the microphone is gone is not said again for so long.
const DEAF_AGAIN: Duration = Duration::from_secs(600);

/// What one step of the loop found.
enum Next {
    Message(Option<Message>),
    Order(Option<Order>),
    Mute,
    Timeout,
    Ring,
    Rules,
    Settings,
    Erased,
    Household,
}

pub(crate) struct Satellite {
    pub(crate) id: SatelliteId,
    /// Id of the area in which it stands; without it nobody knows which players are near.
    pub(crate) area: Option<String>,
    pub(crate) hub: Arc<Hub>,
    pub(crate) session: Session,
    pub(crate) conversation: Arc<Conversation>,
    /// What is understood, together with the grammar that the transcriber has.
    pub(crate) assistant: Arc<Assistant>,
    /// Names that wait for the end of the turn.
    pub(crate) renamed: Option<Renamed>,
    pub(crate) messages: mpsc::Receiver<Message>,
    pub(crate) sender: mpsc::Sender<Message>,
    pub(crate) orders: mpsc::Receiver<Order>,
    /// The hub's orders to close and to open the microphone.
    pub(crate) muting: Option<watch::Receiver<bool>>,
    pub(crate) listen: SyncSender<ListenOrder>,
    /// Whether the microphone is to be closed: what the listen thread is told holds where its queue is full.
    pub(crate) closed: Arc<AtomicBool>,
    pub(crate) speak: SyncSender<SpeakOrder>,
    pub(crate) transcribe: SyncSender<TranscribeCommand>,
    /// The turn that listened last.
    pub(crate) listening: Option<TurnId>,
    /// The second recogniser, if there are two.
    pub(crate) second: Option<SecondOpinion>,
    pub(crate) abort: stt::Canceller,
    pub(crate) stopper: Stopper,
    /// What rings, while something does.
    pub(crate) ringing: Option<Ringing>,
    pub(crate) volume: Volume,
    /// Whether there has been any sound.
    pub(crate) has_heard: bool,
    /// When it was said last that the microphone is gone.
    pub(crate) told_deaf: Option<Instant>,
    /// Who waits for the answer to a typed command.
    pub(crate) answers: HashMap<Ticket, oneshot::Sender<Answer>>,
    pub(crate) last_ticket: u64,
    /// Orders that did not fit into a queue fail their turn; this remembers which.
    pub(crate) failed: VecDeque<(Option<TurnId>, Worker)>,
}

/// What a satellite watches of the hub.
struct Watched {
    settings: Option<watch::Receiver<store::Settings>>,
    erasures: Option<watch::Receiver<u64>>,
    rules: watch::Receiver<Rules>,
    household: watch::Receiver<()>,
    guests: bool,
}

impl Satellite {
    /// Runs until the hub gives no orders any more, or until the source has ended and the last turn is
    /// over.
    ///
    /// # Errors
    /// When a worker died.
    pub(crate) async fn run(mut self) -> anyhow::Result<End> {
        let end = self.drive().await;
        // Players do not stay soft for somebody who is gone.
        self.end_ringing();
        end
    }

    async fn drive(&mut self) -> anyhow::Result<End> {
        let rules = self.hub.rules.subscribe();
        let guests = rules.borrow().guests;
        let mut watched = Watched {
            settings: self.hub.store.as_ref().map(store::Store::settings),
            erasures: self.hub.store.as_ref().map(store::Store::erasures),
            guests,
            rules,
            household: self.hub.household_changed.subscribe(),
        };
        let mut ended = false;
        self.set_loudness(self.volume.percent);
        loop {
            self.carry_out().await;
            self.rename();
            self.follow_ringing(Instant::now());
            if ended && self.stop_listening() {
                continue;
            }
            if ended && self.is_at_rest() {
                return Ok(End::Source);
            }
            let next = self.next(&mut watched).await;
            let now = Instant::now();
            match next {
                Next::Message(Some(Message::Input(input))) => self.take(input, now),
                Next::Message(Some(Message::Effects(effects))) => {
                    for effect in &effects {
                        self.apply(effect).await;
                    }
                }
                Next::Message(Some(Message::Hears)) => self.has_heard = true,
                Next::Message(Some(Message::SourceEnded)) => ended = true,
                Next::Message(Some(Message::WorkerDied(name))) => {
                    anyhow::bail!("the {name} thread died; see the log above and start hark again");
                }
                Next::Order(Some(order)) => self.obey(order, now),
                Next::Message(None) | Next::Order(None) => return Ok(End::Shutdown),
                Next::Mute => {
                    if let Some(muting) = &mut self.muting {
                        let muted = *muting.borrow_and_update();
                        self.session.handle(Input::Mute(muted), now);
                    }
                }
                Next::Timeout => self.session.handle_timeout(now),
                Next::Ring => self.ring(now),
                Next::Erased => self.forget(),
                Next::Household => {}
                Next::Rules => self.follow_rules(&mut watched),
                Next::Settings => {
                    if let Some(settings) = &mut watched.settings {
                        let settings = settings.borrow_and_update().satellite(&self.id);
                        self.follow_settings(settings);
                    }
                }
            }
        }
    }

    async fn next(&mut self, watched: &mut Watched) -> Next {
        let timeout = self.session.poll_timeout();
        let ring = self.ringing.as_ref().map(|ringing| ringing.next);
        tokio::select! {
            biased;
            // What was set or erased holds before anything that is asked afterwards.
            () = changed(&mut watched.settings) => Next::Settings,
            () = changed(&mut watched.erasures) => Next::Erased,
            Ok(()) = watched.rules.changed() => Next::Rules,
            () = changed(&mut self.muting) => Next::Mute,
            order = self.orders.recv() => Next::Order(order),
            message = self.messages.recv() => Next::Message(message),
            () = at(timeout) => Next::Timeout,
            () = at(ring) => Next::Ring,
            Ok(()) = watched.household.changed() => Next::Household,
        }
    }

    fn is_at_rest(&self) -> bool {
        matches!(self.session.phase(), Phase::Idle | Phase::Muted)
    }

    /// Drops what was said last from memory, the sound of it too.
    fn forget(&mut self) {
        self.conversation.forget();
        // A microphone that is lost, for which nobody takes orders, was forgotten when it was; and what
        // fills the other queue is the sound of a turn, which is forgotten at its end.
        let _ = self.listen.try_send(ListenOrder::Forget);
        let _ = self.transcribe.try_send(TranscribeCommand::Wipe);
    }

    /// When guests go, nobody hears what they said last.
    fn follow_rules(&mut self, watched: &mut Watched) {
        let guests = watched.rules.borrow_and_update().guests;
        if std::mem::replace(&mut watched.guests, guests) && !guests {
            self.forget();
        }
    }

    /// Does what the hub orders.
    fn obey(&mut self, order: Order, now: Instant) {
        match order {
            Order::Typed(request, answer) => {
                self.last_ticket += 1;
                let ticket = Ticket(self.last_ticket);
                if let Some(answer) = answer {
                    self.answers.insert(ticket, answer);
                }
                self.session.handle(Input::Typed { ticket, request }, now);
            }
            Order::Remind(reply) if self.volume.quiet && !self.hub.rings(&self.id) => {
                self.volume.wait(reply);
            }
            Order::Announce(reply) | Order::Remind(reply) => self.announce(reply),
            Order::Act(request) => self.act_scheduled(*request),
            Order::Hush => self.session.handle(Input::Hush, now),
            Order::Rename(renamed) => self.renamed = Some(renamed),
        }
    }

    /// Takes what a worker reports.
    fn take(&mut self, input: Input, now: Instant) {
        let deaf = match &input {
            Input::Microphone(AudioFault::MicrophoneLost) => Some(true),
            Input::Microphone(AudioFault::MicrophoneBack) => Some(false),
            _ => None,
        };
        self.session.handle(input, now);
        let Some(deaf) = deaf else { return };
        self.hub.show(&self.id, |status| status.deaf = deaf);
        // Whoever knows by now what is wrong need not hear it again, and one that was never there was never heard.
        let is_told = self.told_deaf.is_some_and(|told| now < told + DEAF_AGAIN);
        if deaf && self.has_heard && !is_told && !self.volume.quiet {
            self.told_deaf = Some(now);
            self.announce(Reply::with(Speech::of("hark.deaf"), Outcome::Failed));
        }
    }

    /// Says something unasked, now or when the turn under way is over.
    fn announce(&mut self, reply: Reply) {
        self.conversation.said(&reply.speech);
        self.session.handle(Input::Announce(reply), Instant::now());
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
}

async fn at(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}
