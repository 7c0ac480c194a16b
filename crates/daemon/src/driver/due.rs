//! What is due: timers, alarms, reminders and what was ordered before.

use std::sync::Arc;
use std::time::{Instant, SystemTime};

use skills::Due;
use voice::session::Input;
use voice::{Outcome, PrivateText, Reply};

use super::Driver;
use crate::Message;

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
        // Who is disturbed already is told what goes with it.
        let quiet = self.modes.quiet && !self.rings();
        for due in due {
            match due {
                Due::Announce(reply) if quiet => {
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
}
