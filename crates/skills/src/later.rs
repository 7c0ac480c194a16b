//! What people ask for and we cannot do.

use voice::{BoxFuture, Context, Intent, Outcome, Reply, Result, Skill};

/// Says honestly what cannot be done, which is better than not understanding it.
pub struct Later;

impl Skill for Later {
    fn name(&self) -> &'static str {
        "later"
    }

    fn intents(&self) -> &'static [&'static str] {
        &["HassGetWeather"]
    }

    fn handle<'a>(&'a self, _: &'a Intent, _: &'a Context) -> BoxFuture<'a, Result<Reply>> {
        let speech = "I can't tell the weather. I never ask the internet.";
        Box::pin(std::future::ready(Ok(Reply::with(speech, Outcome::Refused))))
    }
}
