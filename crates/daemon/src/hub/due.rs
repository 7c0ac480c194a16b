//! What is due: timers, alarms, reminders and scheduled actions.

use std::time::SystemTime;

use skills::Due;

use super::Driver;
use crate::error::warn_of;
use crate::queues::Order;

impl Driver {
    /// Has said and done what is due, each thing where it was ordered.
    pub(super) async fn announce(&mut self) {
        let now = SystemTime::now();
        let household = self.hub.household.clone();
        if let Some(step) = self.clock_moved(now) {
            tracing::info!(seconds = step.seconds, "the clock was set");
            let timers = household.timers.clock_moved(step).await;
            let agenda = household.agenda.clock_moved(step, now).await;
            if let Err(error) = timers.and(agenda) {
                warn_of!(error, "failed to move the timers; they may be early or late");
            }
        }
        match household.timers.due(now).await {
            Ok(replies) => {
                for (satellite, reply) in replies {
                    self.must(&satellite, Order::Announce(reply));
                }
            }
            Err(error) => {
                warn_of!(error, "failed to keep a timer; it rings again after a restart");
            }
        }
        let due = match household.agenda.due(now).await {
            Ok(due) => due,
            Err(error) => {
                warn_of!(error, "failed to keep the agenda; what is due is tried again");
                self.clock.wait_a_while();
                Vec::new()
            }
        };
        self.order_all(due);
        self.hub.household_changed.send_replace(());
    }

    /// A passphrase was given, or is waited for: what waited for it is taken up, and told.
    pub(super) async fn unlocked(&mut self) {
        if self.hub.store.as_ref().is_some_and(store::Store::is_locked) {
            return;
        }
        match self.hub.household.unlocked(SystemTime::now()).await {
            Ok(due) => self.order_all(due),
            Err(error) => warn_of!(error, "failed to read what was locked; restart hark"),
        }
        self.hub.household_changed.send_replace(());
        self.hub.report(voice::Event::HistoryChanged);
    }

    fn order_all(&mut self, due: Vec<Due>) {
        for due in due {
            match due {
                Due::Announce(satellite, reply) => self.must(&satellite, Order::Remind(reply)),
                Due::Act(request) => {
                    self.must(&request.satellite.clone(), Order::Act(Box::new(request)));
                }
            }
        }
    }
}
