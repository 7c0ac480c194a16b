//! How loud the speaker is.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use voice::{BoxFuture, Context, Effect, Intent, Question, Reply, Result, Skill};

/// Sets the loudness of the speaker.
pub struct Volume {
    now: Arc<AtomicU8>,
}

impl Volume {
    /// `now` is the loudness that is set, 0…100.
    pub fn new(now: Arc<AtomicU8>) -> Self {
        Self { now }
    }
}

impl Skill for Volume {
    fn name(&self) -> &'static str {
        "volume"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["HassSetVolume", "HassSetVolumeRelative", "HarkGetVolume"]
    }

    fn handle<'a>(&'a self, intent: &'a Intent, _: &'a Context) -> BoxFuture<'a, Result<Reply>> {
        let now = self.now.load(Ordering::Relaxed);
        if intent.name == "HarkGetVolume" {
            let reply = Reply::done(format!("The volume is {now} percent."));
            return Box::pin(std::future::ready(Ok(reply)));
        }
        let back = vec![Intent::named("HassSetVolume").with_number("volume_level", now.into())];
        let reply = match (intent.number("volume_level"), intent.number("volume_step")) {
            (Some(level), _) => {
                let level = level.clamp(0.0, 100.0) as u8;
                Reply::done(format!("Volume {level} percent."))
                    .and(Effect::SetVolume(level))
                    .undone_by(back)
            }
            (None, Some(step)) => {
                let speech = if step < 0.0 { "Quieter." } else { "Louder." };
                let step = step.clamp(-100.0, 100.0) as i8;
                Reply::done(speech).and(Effect::ChangeVolume(step)).undone_by(back)
            }
            (None, None) => Reply::ask("How loud?", Question::Missing(intent.clone())),
        };
        Box::pin(std::future::ready(Ok(reply)))
    }
}
