//! What is due: timers, alarms, reminders and what was ordered before.

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use skills::Due;
use voice::session::{Chime, Input};
use voice::{Outcome, Phase, PrivateText, Reply};

use super::Driver;
use crate::{Message, speak};

/// Pause between two alarms of a ringing timer.
const RING_EVERY: Duration = Duration::from_secs(3);

impl Driver {
    /// Says and does what is due.
    pub(super) async fn announce(&mut self) {
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

    /// Lets the alarm sound as long as something rings.
    pub(super) fn keep_ringing(&mut self) {
        let ringing = self.household.timers.is_ringing() || self.household.agenda.is_ringing();
        self.ring_at = ringing.then(|| self.ring_at.unwrap_or(Instant::now() + RING_EVERY));
    }

    /// Sounds the alarm again, unless someone is being served.
    pub(super) fn ring(&mut self, now: Instant) {
        self.ring_at = Some(now + RING_EVERY);
        if matches!(self.session.phase(), Phase::Idle | Phase::Muted) {
            let stops = self.stopper.stops();
            self.speak(speak::Order::Chime { chime: Chime::Alarm, stops });
        }
    }
}
