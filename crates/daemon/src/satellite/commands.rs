//! Executes the commands of the session: they become orders to workers and tasks.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::TrySendError;
use std::time::{Instant, SystemTime};

use assistant::Moment;
use voice::session::{Command, Input, Ticket, Worker};
use voice::{Answer, Outcome, Reply, Request, Speech, Turn, TurnId, What, Wording as _};

use super::Satellite;
use crate::queues::{ListenOrder, Message, RecorderEntry, Renamed, SpeakOrder, TranscribeCommand};

impl Satellite {
    /// Carries out commands until there are none.
    pub(super) async fn carry_out(&mut self) {
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
                self.listen(ListenOrder::Listen { turn, follow_up });
            }
            Command::Rest => self.listen(ListenOrder::Rest),
            Command::Cancel { turn } => {
                self.abort.cancel();
                self.listen(ListenOrder::Cancel(turn));
            }
            Command::Act { turn, request, ticket } => self.act(turn, *request, ticket),
            Command::Busy(ticket) => {
                if let Some(answer) = self.answers.remove(&ticket) {
                    // Whoever typed it may have gone.
                    let _ = answer.send(Answer::Busy);
                }
            }
            Command::Chime(chime) => self.chime(chime),
            Command::Speak { turn, speech } => {
                let stops = self.stopper.stops();
                let order = SpeakOrder::Say { turn, speech, stops };
                if !self.speak(order) {
                    self.failed.push_back((Some(turn), Worker::Speak));
                }
            }
            Command::Hush => self.stopper.stop(),
            Command::CloseMicrophone => self.mute(true).await,
            Command::OpenMicrophone => self.mute(false).await,
            Command::Apply(effect) => self.apply(&effect).await,
            Command::Record(turn) => self.record(turn).await,
            Command::Report(event) => self.hub.report(event),
        }
    }

    /// Has a request understood and done in a task of its own.
    fn act(&mut self, turn: TurnId, request: Request, ticket: Option<Ticket>) {
        let answer = ticket.and_then(|ticket| self.answers.remove(&ticket));
        let (assistant, conversation) =
            (Arc::clone(&self.assistant), Arc::clone(&self.conversation));
        let hub = Arc::clone(&self.hub);
        let (sender, second, volume) =
            (self.sender.clone(), self.second.clone(), self.volume.percent);
        tokio::spawn(async move {
            // What a skill finds in the history must hold the turns before this one.
            hub.flush().await;
            let moment = Moment {
                now: SystemTime::now(),
                rules: *hub.rules.borrow(),
                volume,
                second: second.as_ref().map(|second| second as _),
            };
            let acted = conversation.act(&assistant, turn, &request, moment).await;
            if let Some(second) = second {
                second.forget(turn);
            }
            hub.household_changed.send_replace(());
            if let Some(answer) = answer {
                let speech = assistant.language().text(&acted.reply.speech);
                let outcome = acted.reply.outcome;
                let intent = acted.intent.as_ref().map(|intent| intent.name.clone());
                // Whoever typed it may have gone.
                let _ = answer.send(Answer::Given { speech, outcome, intent });
            }
            let input = Input::Acted { turn, acted: Box::new(acted) };
            // The session may have ended meanwhile.
            let _ = sender.send(Message::Input(input)).await;
        });
    }

    /// Carries out a scheduled action, next to the turn under way. Only what goes wrong is said.
    pub(super) fn act_scheduled(&self, request: Request) {
        let (assistant, conversation) =
            (Arc::clone(&self.assistant), Arc::clone(&self.conversation));
        let (hub, sender, volume) =
            (Arc::clone(&self.hub), self.sender.clone(), self.volume.percent);
        tokio::spawn(async move {
            let (now, rules) = (SystemTime::now(), *hub.rules.borrow());
            let moment = Moment { now, rules, volume, second: None };
            let turn = hub.turn_ids.draw();
            let reply = conversation.act(&assistant, turn, &request, moment).await.reply;
            hub.household_changed.send_replace(());
            // Opening the microphone again is such an effect.
            let effects = Message::Effects(reply.effects);
            if sender.send(effects).await.is_err() || reply.outcome == Outcome::Done {
                return;
            }
            let What::Steps(label, _) = request.what else { return };
            let mut speech = vec![Speech::of("hark.was_due").with("label", label)];
            speech.extend(reply.speech);
            let reply = Reply { speech, outcome: reply.outcome, ..Reply::silent() };
            // The session may have ended meanwhile.
            let _ = sender.send(Message::Input(Input::Announce(reply))).await;
        });
    }

    /// Takes new names between two turns: what was heard with the old ones is understood with them.
    /// The listener begins the next utterance only when it is ordered to, which comes later.
    pub(super) fn rename(&mut self) {
        if !self.is_at_rest() {
            return;
        }
        let Some(Renamed { satellite, assistant, prepared, shadowed }) = self.renamed.take() else {
            return;
        };
        match self.transcribe.try_send(TranscribeCommand::Adopt(prepared)) {
            Ok(()) => {
                self.session.set_wording(assistant.language().clone());
                self.assistant = assistant;
            }
            // The transcriber has not yet dealt with all of the last turn: next time.
            Err(TrySendError::Full(TranscribeCommand::Adopt(prepared))) => {
                self.renamed = Some(Renamed { satellite, assistant, prepared, shadowed });
            }
            // A thread that died says so itself.
            Err(_) => {}
        }
    }

    async fn record(&mut self, turn: Box<Turn>) {
        if let Some(turns) = &self.hub.turns {
            // Whoever asked for turns may have seen enough.
            let _ = turns.send((*turn).clone()).await;
        }
        let at = SystemTime::now() - turn.started.elapsed();
        // History is not on the critical path: the speaker goes on when the disk does not.
        if self.hub.recorder.try_send(RecorderEntry::Turn(turn, at)).is_err()
            && self.hub.store.is_some()
        {
            tracing::warn!("recorder queue full; a turn was not kept");
        }
    }

    /// Closes or opens the microphone, and says so before it is written, which may take its time.
    async fn mute(&mut self, muted: bool) {
        self.closed.store(muted, Ordering::Release);
        self.listen(if muted { ListenOrder::Close } else { ListenOrder::Open });
        self.hub.show(&self.id, |status| status.muted = muted);
        self.remember_mute(muted).await;
    }

    fn listen(&mut self, order: ListenOrder) {
        match self.listen.try_send(order) {
            // A thread that has ended with its source says so itself.
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => {
                tracing::error!("listen queue full; the turn fails");
                self.failed.push_back((None, Worker::Listen));
            }
        }
    }

    pub(super) fn speak(&mut self, order: SpeakOrder) -> bool {
        let taken = self.speak.try_send(order).is_ok();
        if !taken {
            tracing::warn!("speak queue full; dropped a sound");
        }
        taken
    }
}
