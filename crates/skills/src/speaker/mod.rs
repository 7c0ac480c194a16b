//! The speaker itself: stop, repeat, mute, quiet, guests.

mod privacy;
mod volume;

use voice::{
    Answering, Context, Effect, Handles, Intent, Outcome, Reply, Result, Risk, Skill, Speech,
};

pub use privacy::{Forget, NoHistory, Privacy, Retention, Span};
pub use volume::Volume;

use crate::Household;

/// Answers what concerns the speaker itself.
pub struct Speaker {
    household: Household,
}

impl Speaker {
    /// "Stop" silences what rings in the household.
    pub fn new(household: Household) -> Self {
        Self { household }
    }

    async fn answer(&self, intent: &Intent, context: &Context) -> Result<Reply> {
        Ok(match intent.name.as_str() {
            "HarkMuteFor" => {
                let again = Intent::named("HarkUnmute");
                match self.household.agenda.later(intent, vec![again], context).await? {
                    Ok(when) => {
                        let speech = Speech::of("HarkMuteFor.done").with("when", when);
                        Reply::done(speech).and(Effect::Mute)
                    }
                    Err(refusal) => refusal,
                }
            }
            "HarkAnnounce"
                if intent.slot("area").is_some()
                    && intent.text("area") != context.area.as_deref() =>
            {
                Reply::with(Speech::of("HarkAnnounce.no_speaker"), Outcome::Refused)
            }
            "HarkAnnounce" => {
                let message = intent.text("message").unwrap_or_default();
                Reply::done(Speech::of("HarkAnnounce.done").with("message", message))
            }
            "HarkUnmute" => Reply::done(Speech::of("HarkUnmute.done")).and(Effect::Unmute),
            "HarkHeard" if context.heard.is_empty() => {
                Reply::with(Speech::of("HarkHeard.nothing"), Outcome::Failed)
            }
            "HarkHeard" => Reply::done(Speech::of("HarkHeard.heard").with("text", &context.heard)),
            "HarkGuestsOn" => {
                Reply::done(Speech::of("HarkGuestsOn.done")).and(Effect::Guests(true))
            }
            "HarkGuestsOff" => {
                Reply::done(Speech::of("HarkGuestsOff.done")).and(Effect::Guests(false))
            }
            "HarkQuietOn" => Reply::done(Speech::of("HarkQuietOn.done")).and(Effect::Quiet(true)),
            "HarkQuietOff" => Reply::done(Speech::of("hark.all_right")).and(Effect::Quiet(false)),
            "HarkStop" => {
                self.household.timers.stop_ringing().await?;
                self.household.agenda.stop_ringing().await?;
                Reply::silent()
            }
            "HarkRepeat" if context.last.is_empty() => {
                Reply::with(Speech::of("HarkRepeat.nothing"), Outcome::Failed)
            }
            "HarkRepeat" => Reply { speech: context.last.clone(), ..Reply::silent() },
            "HarkMute" => Reply::done(Speech::of("HarkMute.done")).and(Effect::Mute),
            // "Never mind" wants nothing, not even an answer.
            _ => Reply::silent(),
        })
    }
}

impl Skill for Speaker {
    fn name(&self) -> &'static str {
        "speaker"
    }

    fn intents(&self) -> &'static [Handles] {
        const {
            &[
                Handles::new("HarkStop", Risk::Comfort),
                Handles::new("HassNevermind", Risk::Comfort),
                Handles::new("HarkRepeat", Risk::Private),
                Handles::new("HarkMute", Risk::Comfort).asked_if_guessed(),
                Handles::new("HarkMuteFor", Risk::Comfort).asked_if_guessed(),
                Handles::new("HarkAnnounce", Risk::Comfort),
                Handles::new("HarkUnmute", Risk::Never),
                Handles::new("HarkHeard", Risk::Private),
                Handles::new("HarkGuestsOn", Risk::Comfort),
                Handles::new("HarkGuestsOff", Risk::Never),
                Handles::new("HarkQuietOn", Risk::Comfort),
                Handles::new("HarkQuietOff", Risk::Comfort),
            ]
        }
    }

    fn handle<'a>(&'a self, intent: &'a Intent, context: &'a Context) -> Answering<'a> {
        Box::pin(self.answer(intent, context))
    }
}
