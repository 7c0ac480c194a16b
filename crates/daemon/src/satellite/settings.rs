//! Settings of a satellite: its volume, whether it may disturb, its microphone.

use std::collections::VecDeque;
use std::time::Instant;

use store::{SatelliteSettings, Switch};
use voice::session::Input;
use voice::{Effect, Event, Reply};

use super::Satellite;
use crate::error::warn_of;
use crate::queues::SpeakOrder;

/// Reminders that wait for somebody who wants to hear them; more replace the oldest.
const WAITING: usize = 32;

/// Loudness where nobody can have set another.
const FULL: u8 = 100;

/// How loud a satellite is, and whether anybody wants to be disturbed.
pub(crate) struct Volume {
    /// 0…100.
    pub(crate) percent: u8,
    pub(crate) quiet: bool,
    waiting: VecDeque<Reply>,
}

impl Volume {
    pub(crate) fn new(settings: Option<SatelliteSettings>) -> Self {
        Self {
            percent: settings.map_or(FULL, |settings| settings.volume),
            quiet: settings.is_some_and(|settings| settings.quiet),
            waiting: VecDeque::new(),
        }
    }

    pub(super) fn wait(&mut self, reply: Reply) {
        if self.waiting.len() == WAITING {
            tracing::warn!("reminder queue full; dropped the oldest");
            self.waiting.pop_front();
        }
        self.waiting.push_back(reply);
    }
}

/// What a person hears as half as loud is about a tenth of the power.
pub(super) fn loudness(volume: u8) -> f32 {
    (f32::from(volume) / 100.0).powi(2)
}

impl Satellite {
    /// Takes over settings that a page has changed.
    pub(super) fn follow_settings(&mut self, settings: SatelliteSettings) {
        if settings.volume != self.volume.percent {
            self.set_loudness(settings.volume);
        }
        self.set_quiet(settings.quiet);
    }

    pub(super) fn set_loudness(&mut self, percent: u8) {
        self.volume.percent = percent;
        self.speak(SpeakOrder::Volume(loudness(percent)));
    }

    /// What can wait is said when nobody minds any more.
    fn set_quiet(&mut self, quiet: bool) {
        self.volume.quiet = quiet;
        if !quiet {
            for reply in std::mem::take(&mut self.volume.waiting) {
                self.announce(reply);
            }
        }
    }

    pub(super) async fn apply(&mut self, effect: &Effect) {
        let percent = match effect {
            Effect::SetVolume(percent) => *percent,
            Effect::ChangeVolume(change) => self.volume.percent.saturating_add_signed(*change),
            // The session has seen to these itself.
            Effect::Mute | Effect::ForgetTurn => return,
            Effect::Unmute => return self.session.handle(Input::Mute(false), Instant::now()),
            Effect::Guests(on) => return self.hub.switch(Switch::Guests, *on).await,
            Effect::Quiet(on) => {
                self.remember_quiet(*on).await;
                return self.set_quiet(*on);
            }
        };
        self.set_loudness(percent.min(FULL));
        if let Some(store) = &self.hub.store
            && let Err(error) = store.set_volume(&self.id, self.volume.percent).await
        {
            warn_of!(error, "failed to store the volume; it holds until a restart");
        }
        self.hub.report(Event::SettingsChanged);
    }

    async fn remember_quiet(&mut self, quiet: bool) {
        if let Some(store) = &self.hub.store
            && let Err(error) = store.set_quiet(&self.id, quiet).await
        {
            warn_of!(error, "failed to store whether reminders wait; it holds until a restart");
        }
        self.hub.report(Event::SettingsChanged);
    }

    pub(super) async fn remember_mute(&mut self, muted: bool) {
        if let Some(store) = &self.hub.store
            && let Err(error) = store.set_muted(&self.id, muted).await
        {
            warn_of!(error, "failed to store the mute; it holds until a restart");
        }
    }
}
