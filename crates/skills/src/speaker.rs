//! The speaker itself: silence, saying it again, not listening.

use voice::{
    BoxFuture, Context, Effect, Handles, Intent, Outcome, PrivateText, Reply, Result, Risk, Skill,
};

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
                let label = PrivateText::from("listen again");
                match self.household.agenda.later(intent, label, vec![again], context).await? {
                    Ok(when) => {
                        Reply::done(format!("My microphone is off until {when}.")).and(Effect::Mute)
                    }
                    Err(refusal) => refusal,
                }
            }
            "HarkAnnounce"
                if intent.slot("area").is_some()
                    && intent.text("area") != context.area.as_deref() =>
            {
                Reply::with("I have no speaker there.", Outcome::Refused)
            }
            "HarkAnnounce" => {
                let message = intent.text("message").unwrap_or_default();
                Reply::done(format!("Announcement: {message}."))
            }
            "HarkUnmute" => Reply::done("I'm listening again.").and(Effect::Unmute),
            "HarkHeard" if context.heard.is_empty() => {
                Reply::with("I haven't heard anything.", Outcome::Failed)
            }
            "HarkHeard" => Reply::done(format!("I heard: {}.", context.heard.expose())),
            "HarkGuestsOn" => {
                let speech = "Guest mode is on. I store nothing and tell nothing private.";
                Reply::done(speech).and(Effect::Guests(true))
            }
            "HarkGuestsOff" => Reply::done("Guest mode is off.").and(Effect::Guests(false)),
            "HarkQuietOn" => {
                let speech = "I won't disturb you. Alarms and timers still ring.";
                Reply::done(speech).and(Effect::Quiet(true))
            }
            "HarkQuietOff" => Reply::done("All right.").and(Effect::Quiet(false)),
            "HarkStop" => {
                self.household.timers.stop_ringing().await?;
                self.household.agenda.stop_ringing().await?;
                Reply::silent()
            }
            "HarkRepeat" if context.last.is_empty() => {
                Reply::with("I haven't said anything.", Outcome::Failed)
            }
            "HarkRepeat" => Reply { speech: context.last.clone(), ..Reply::silent() },
            "HarkMute" => {
                let speech = "My microphone is off. You can turn it on again on my page.";
                Reply::done(speech).and(Effect::Mute)
            }
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
                Handles::new("HarkMute", Risk::Comfort),
                Handles::new("HarkMuteFor", Risk::Comfort),
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

    fn handle<'a>(
        &'a self,
        intent: &'a Intent,
        context: &'a Context,
    ) -> BoxFuture<'a, Result<Reply>> {
        Box::pin(self.answer(intent, context))
    }
}
