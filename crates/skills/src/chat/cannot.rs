//! Unsupported requests, answered with the reason.

use voice::{Answering, Context, Handles, Intent, Outcome, Reply, Risk, Skill, Speech};

/// Says honestly what cannot be done, which is better than not understanding it.
pub struct Cannot;

impl Skill for Cannot {
    fn name(&self) -> &'static str {
        "cannot"
    }

    fn intents(&self) -> &'static [Handles] {
        const {
            &[
                Handles::new("HarkCannotBuy", Risk::Public),
                Handles::new("HarkCannotCalendar", Risk::Public),
                Handles::new("HarkCannotCall", Risk::Public),
                Handles::new("HarkCannotExchange", Risk::Public),
                Handles::new("HarkCannotFindPhone", Risk::Public),
                Handles::new("HarkCannotMessage", Risk::Public),
                Handles::new("HarkCannotNews", Risk::Public),
                Handles::new("HarkCannotRestart", Risk::Public),
                Handles::new("HarkCannotSearch", Risk::Public),
                Handles::new("HarkCannotShow", Risk::Public),
                Handles::new("HarkCannotSpeakSlower", Risk::Public),
                Handles::new("HarkCannotTellStories", Risk::Public),
                Handles::new("HarkCannotTranslate", Risk::Public),
                Handles::new("HarkCannotTravel", Risk::Public),
                Handles::new("HarkCannotUpdate", Risk::Public),
            ]
        }
    }

    fn handle<'a>(&'a self, intent: &'a Intent, _: &'a Context) -> Answering<'a> {
        let response = if intent.response == "emergency" { "emergency" } else { "default" };
        let speech = Speech::keyed(format!("{}.{response}", intent.name));
        Box::pin(std::future::ready(Ok(Reply::with(speech, Outcome::Refused))))
    }
}
