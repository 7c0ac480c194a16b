//! What pages order and what they are shown.

use std::time::Instant;

use voice::Event;
use voice::session::Input;

use super::Driver;

impl Driver {
    pub(super) async fn order(&mut self, order: web::Order) {
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

    pub(super) fn show_house(&mut self) {
        let devices = self.house.borrow_and_update().clone();
        self.status.send_modify(|status| status.devices = devices);
        let _ = self.events.send(Event::HouseChanged);
    }
}
