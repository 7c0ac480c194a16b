//! What people ask for and we cannot do.

use voice::{BoxFuture, Context, Handles, Intent, Outcome, Reply, Result, Risk, Skill};

/// Says honestly what cannot be done, which is better than not understanding it.
pub struct Later;

impl Skill for Later {
    fn name(&self) -> &'static str {
        "later"
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

    fn handle<'a>(&'a self, intent: &'a Intent, _: &'a Context) -> BoxFuture<'a, Result<Reply>> {
        let speech = match (intent.name.as_str(), intent.response.as_str()) {
            ("HarkCannotBuy", _) => "I can't order anything. I never go to the internet.",
            ("HarkCannotCalendar", _) => {
                "I have no calendar. I can put it on your to do list, if you ask me to."
            }
            ("HarkCannotCall", "emergency") => "I can't make calls. Please use a phone, now.",
            ("HarkCannotCall", _) => "I can't make calls. I have no line to anybody.",
            ("HarkCannotExchange", _) => "I don't know exchange rates. I never go to the internet.",
            ("HarkCannotFindPhone", _) => "I can't find that. I don't know where your things are.",
            ("HarkCannotMessage", _) => {
                "I can't send or read messages. I have no account anywhere."
            }
            ("HarkCannotNews", _) => "I don't know the news. I never go to the internet.",
            ("HarkCannotRestart", _) => {
                "I can't do that by voice. Whoever looks after me can restart me."
            }
            ("HarkCannotSearch", _) => "I can't look that up. I never go to the internet.",
            ("HarkCannotShow", _) => "I have no display.",
            ("HarkCannotSpeakSlower", _) => {
                "I can't change how I speak. Whoever looks after me can, in my configuration."
            }
            ("HarkCannotTellStories", _) => "I don't know any. I can tell you a joke.",
            ("HarkCannotTranslate", _) => "I can't translate. I only know English.",
            ("HarkCannotTravel", _) => "I don't know the traffic. I never go to the internet.",
            ("HarkCannotUpdate", _) => {
                "I never go to the internet, so I can't look. Whoever looks after me updates me."
            }
            _ => "I can't tell the weather. I never ask the internet.",
        };
        Box::pin(std::future::ready(Ok(Reply::with(speech, Outcome::Refused))))
    }
}
