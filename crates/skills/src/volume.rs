//! How loud the speaker is.

use voice::{BoxFuture, Context, Effect, Intent, Question, Reply, Result, Skill};

/// Sets the loudness of the speaker.
pub struct Volume;

impl Skill for Volume {
    fn name(&self) -> &'static str {
        "volume"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["HassSetVolume", "HassSetVolumeRelative"]
    }

    fn handle<'a>(&'a self, intent: &'a Intent, _: &'a Context) -> BoxFuture<'a, Result<Reply>> {
        let reply = match (intent.number("volume_level"), intent.number("volume_step")) {
            (Some(level), _) => {
                let level = level.clamp(0.0, 100.0) as u8;
                Reply::done(format!("Volume {level} percent.")).and(Effect::SetVolume(level))
            }
            (None, Some(step)) => {
                let speech = if step < 0.0 { "Quieter." } else { "Louder." };
                let step = step.clamp(-100.0, 100.0) as i8;
                Reply::done(speech).and(Effect::ChangeVolume(step))
            }
            (None, None) => Reply::ask("How loud?", Question::Missing(intent.clone())),
        };
        Box::pin(std::future::ready(Ok(reply)))
    }
}
