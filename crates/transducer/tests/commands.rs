//! Commands that people spoke, against small grammars.

mod common;

use transducer::{Config, Grammar, Heard, Model, Part, Search, Stream};

fn hear(search: &mut Search, stream: &mut Stream, sound: &[f32]) -> Heard {
    stream.reset();
    search.reset();
    stream.feed(sound, |frame| search.frame(frame));
    stream.finish(|frame| search.frame(frame));
    search.heard()
}

fn ears(model: &std::sync::Arc<Model>, grammar: Grammar) -> (Search, Stream) {
    (Search::new(model.clone(), grammar, Config::default()), Stream::new(model))
}

#[test]
fn commands_are_understood_and_other_speech_scores_below() {
    let (Some(model), Some(_)) = (common::model(), common::data()) else { return };
    let commands: Vec<(String, String)> =
        common::commands().into_iter().filter(|(file, _)| !file.starts_with("oov")).collect();
    let texts = commands.iter().map(|(_, text)| text.as_str());
    let (mut search, mut stream) = ears(&model, common::grammar(&model, texts));
    let mut wrong = Vec::new();
    for (file, text) in &commands {
        let heard =
            hear(&mut search, &mut stream, common::sound(&format!("commands/{file}")).samples());
        let found = heard.sentences.first().map(|best| best.text());
        if found.as_ref() != Some(text) {
            wrong.push(format!("{file}: {found:?}"));
        }
    }
    assert!(wrong.len() <= 2, "{} of {} wrong: {wrong:?}", wrong.len(), commands.len());

    for foreign in ["commands/oov_2.flac", "commands/oov_3.flac", "commands/oov_4.flac"] {
        let heard = hear(&mut search, &mut stream, common::sound(foreign).samples());
        let score = heard.sentences.first().map_or(f32::NEG_INFINITY, |best| best.per_token);
        assert!(score < -2.4, "{foreign}: {score}");
    }
}
