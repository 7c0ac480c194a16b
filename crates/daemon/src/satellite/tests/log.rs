//! What the usual log tells of a command: never what it was, since a journal keeps the time of day with it.

use std::time::SystemTime;

use assistant::Moment;
use tracing::instrument::WithSubscriber as _;
use voice::testing::GRAMMAR;
use voice::{
    BoxFuture, Context, Handles, Intent, Outcome, Reply, Request, Risk, Skill, Transcript,
};

use super::*;
use crate::logged::Log;

const HOUSE: &str = r#"
language: en
intents:
  HassTurnOn:
    data:
      - sentences: ["turn on the lamp"]
  HassTurnOff:
    data:
      - sentences: ["turn off the freezer"]
"#;

/// Can do nothing, and part of that is risky.
struct Fails;

impl Skill for Fails {
    fn name(&self) -> &'static str {
        "fails"
    }

    fn intents(&self) -> &'static [Handles] {
        const { &[Handles::new("HassTurnOn", Risk::Comfort), Handles::new("HassTurnOff", Risk::Costly)] }
    }

    fn handle<'a>(&'a self, _: &'a Intent, _: &'a Context) -> BoxFuture<'a, voice::Result<Reply>> {
        let failed = voice::Error::Failed { what: "reach the switch".to_owned(), source: None };
        Box::pin(std::future::ready(Err(failed)))
    }
}

/// Says a sentence of which the recogniser is not sure: what came of it, and what is logged at this level.
fn said(text: &str, level: tracing::Level) -> (Outcome, String) {
    let runtime = Runtime::new().expect("a runtime");
    let sentences = intent::Sentences::parse(&[("house.yaml", HOUSE)]).expect("sentences");
    let built_in = crate::texts("en").expect("the built-in sentences");
    let texts = crate::Texts { sentences: Arc::new(sentences), ..built_in };
    let skills: Vec<Arc<dyn Skill>> = vec![Arc::new(Fails)];
    let lists = voice::Lists::default();
    let parts = Parts { texts, lists, skills, routines: Vec::new(), area: None };
    let assistant = Assistant::new(parts).expect("a house");
    let conversation = Conversation::new(SatelliteId::local(), None);
    let nothing = Transcript::nothing(GRAMMAR);
    let transcript = Transcript { text: text.into(), confidence: 0.6, ..nothing };
    let request = Request::spoken(SatelliteId::local(), transcript);
    let log = Log::default();
    let logged = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false).with_max_level(level);
    let subscriber = subscriber.with_writer(move || logged.clone()).finish();
    let turn = TurnIds::default().draw();
    let now = SystemTime::now();
    let moment = Moment { now, rules: Rules::default(), volume: 50, second: None };
    let acted = conversation.act(&assistant, turn, &request, moment).with_subscriber(subscriber);
    let outcome = runtime.block_on(acted).reply.outcome;
    (outcome, log.text())
}

/// E1
#[test]
fn the_usual_log_names_no_intent() {
    for (sentence, outcome, told) in [
        ("turn on the lamp", Outcome::Failed, "a skill failed"),
        ("turn off the freezer", Outcome::Asked, ""),
    ] {
        let (found, log) = said(sentence, tracing::Level::INFO);
        assert_eq!(found, outcome, "{sentence}: {log}");
        assert!(log.contains(told) && !log.contains("Hass"), "{sentence}: {log}");
        let (_, log) = said(sentence, tracing::Level::DEBUG);
        assert!(log.contains("Hass"), "who looks for it is told: {log}");
    }
}
