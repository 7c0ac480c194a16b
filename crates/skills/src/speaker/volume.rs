//! The volume of a satellite.

use voice::{Answering, Context, Effect, Handles, Intent, Question, Reply, Risk, Skill, Speech};

/// Sets the loudness of the satellite that was asked.
pub struct Volume;

impl Skill for Volume {
    fn name(&self) -> &'static str {
        "volume"
    }

    fn intents(&self) -> &'static [Handles] {
        const {
            &[
                Handles::new("HassSetVolume", Risk::Comfort),
                Handles::new("HassSetVolumeRelative", Risk::Comfort),
                Handles::new("HarkGetVolume", Risk::Public),
            ]
        }
    }

    fn handle<'a>(&'a self, intent: &'a Intent, context: &'a Context) -> Answering<'a> {
        let now = context.volume;
        if intent.name == "HarkGetVolume" {
            let reply = Reply::done(Speech::of("HarkGetVolume.now").with("percent", now));
            return Box::pin(std::future::ready(Ok(reply)));
        }
        let back = vec![Intent::named("HassSetVolume").with_number("volume_level", now.into())];
        let reply = match (intent.number("volume_level"), intent.number("volume_step")) {
            (Some(level), _) => {
                let level = level.clamp(0.0, 100.0) as u8;
                Reply::done(Speech::of("HassSetVolume.done").with("percent", level))
                    .and(Effect::SetVolume(level))
                    .undone_by(back)
            }
            (None, Some(step)) => {
                let key = if step < 0.0 { "softer" } else { "louder" };
                let speech = Speech::keyed(format!("HassSetVolumeRelative.{key}"));
                let step = step.clamp(-100.0, 100.0) as i8;
                Reply::done(speech).and(Effect::ChangeVolume(step)).undone_by(back)
            }
            (None, None) => {
                Reply::ask(Speech::of("HassSetVolume.how_loud"), Question::Missing(intent.clone()))
            }
        };
        Box::pin(std::future::ready(Ok(reply)))
    }
}
