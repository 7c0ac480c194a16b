//! What the household changes about the speaker itself.

use std::collections::VecDeque;
use std::sync::atomic::Ordering;
use std::time::Instant;

use store::Switch;
use voice::session::Input;
use voice::{Effect, Event, Reply};

use super::Driver;
use crate::speak;

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
        Self {
            guests: of(|s| s.switches.guests),
            quiet: of(|s| s.switches.quiet),
            waiting: VecDeque::new(),
        }
    }

    pub(super) fn wait(&mut self, reply: Reply) {
        if self.waiting.len() == WAITING {
            tracing::warn!("too many reminders wait; the oldest is not said");
            self.waiting.pop_front();
        }
        self.waiting.push_back(reply);
    }
}

/// Loudness where nobody can have set another.
pub(crate) const FULL_VOLUME: u8 = 100;

/// What a person hears as half as loud is about a tenth of the power.
pub(super) fn loudness(volume: u8) -> f32 {
    (f32::from(volume) / 100.0).powi(2)
}

impl Driver {
    /// Takes over settings that a page has changed.
    pub(super) fn obey(&mut self, settings: store::Settings) {
        if settings.volume != self.volume {
            self.set_loudness(settings.volume);
        }
        let store::Switches { guests, quiet, .. } = settings.switches;
        self.modes.quiet = quiet;
        self.host(guests);
        self.obey_modes();
    }

    /// Guests come or go. When they go, nobody is told what they said last.
    fn host(&mut self, guests: bool) {
        if std::mem::replace(&mut self.modes.guests, guests) && !guests {
            self.forget();
        }
    }

    /// Forgets what was heard and said last.
    pub(super) fn forget(&self) {
        self.understanding.forget_heard();
        self.household.forget_last();
    }

    pub(super) fn set_loudness(&mut self, volume: u8) {
        self.volume = volume;
        self.household.volume.store(volume, Ordering::Relaxed);
        self.speak(speak::Order::Volume(loudness(volume)));
    }

    pub(super) async fn apply(&mut self, effect: &Effect) {
        let volume = match effect {
            Effect::SetVolume(volume) => *volume,
            Effect::ChangeVolume(change) => self.volume.saturating_add_signed(*change).min(100),
            // The session has seen to these itself.
            Effect::Mute | Effect::ForgetTurn => return,
            Effect::Unmute => return self.session.handle(Input::Mute(false), Instant::now()),
            Effect::Guests(on) => return self.switch(Switch::Guests, *on).await,
            Effect::Quiet(on) => return self.switch(Switch::Quiet, *on).await,
        };
        self.set_loudness(volume.min(100));
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
            Switch::Guests => self.host(on),
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
    pub(super) fn obey_modes(&mut self) {
        self.understanding.set_guests(self.modes.guests);
        if !self.modes.quiet {
            for reply in std::mem::take(&mut self.modes.waiting) {
                self.session.handle(Input::Announce(reply), Instant::now());
            }
        }
    }

    pub(super) async fn remember_mute(&mut self, muted: bool) {
        if let Some(store) = &self.store
            && let Err(error) = store.set_muted(muted).await
        {
            tracing::warn!("failed to {error}; the mute holds until a restart");
        }
    }
}
