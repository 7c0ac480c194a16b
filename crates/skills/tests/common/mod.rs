//! Talks to a skill: a sentence is understood by our own sentences and the skill answers it.

use language::testing::{english, language};
use std::sync::{Arc, LazyLock};
use std::time::SystemTime;

use voice::{Context, Intent, Reply, Skill};

static RECOGNISER: LazyLock<intent::Recogniser> = LazyLock::new(|| {
    let sentences = intent::Sentences::parse(&language().sentences()).expect("valid sentences");
    let recogniser = intent::Recogniser::new(Arc::new(sentences), voice::Lists::default());
    recogniser.expect("all lists exist")
});

/// What a skill answers to a sentence.
pub async fn say(skill: &dyn Skill, text: &str, now: SystemTime) -> Reply {
    let found = RECOGNISER.recognise(text, &intent::Context::default());
    let found = found.unwrap_or_else(|| panic!("nothing is understood by `{text}`"));
    assert!(
        skill.intents().iter().any(|handles| handles.name == found.name.as_str()),
        "`{text}` is {}",
        found.name
    );
    act(skill, &found, now, false).await
}

/// What a skill answers to an intent, after a yes or without having been asked.
pub async fn act(skill: &dyn Skill, intent: &Intent, now: SystemTime, confirmed: bool) -> Reply {
    let context = Context { confirmed, ..Context::at(now) };
    skill.handle(intent, &context).await.expect("nothing can fail here")
}

/// Asserts what a skill says to each sentence, one after the other.
pub async fn talk(skill: &dyn Skill, now: SystemTime, rows: &[(&str, &str)]) {
    for (text, speech) in rows {
        assert_eq!(english(&say(skill, text, now).await.speech), *speech, "`{text}`");
    }
}
