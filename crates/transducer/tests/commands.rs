//! Commands that people spoke, against small grammars.

mod common;

use std::sync::Arc;

use transducer::{Config, Grammar, Model, Part, Search, SearchResult, Stream};
use voice::WordGraph;

fn hear(search: &mut Search, stream: &mut Stream, sound: &[f32]) -> SearchResult {
    stream.reset();
    search.reset();
    stream.feed(sound, |frame| search.accept_frame(frame));
    stream.finish(|frame| search.accept_frame(frame));
    search.result()
}

fn ears(model: &Arc<Model>, grammar: Grammar) -> (Search, Stream) {
    (Search::new(model.clone(), grammar, Config::default()), Stream::new(model))
}

#[needs::test(recordings, network)]
fn commands_are_understood_and_other_speech_scores_below() {
    let model = common::model();
    let commands: Vec<(String, String)> =
        common::commands().into_iter().filter(|(file, _)| !file.starts_with("oov")).collect();
    let texts = commands.iter().map(|(_, text)| text.as_str());
    let (mut search, mut stream) = ears(&model, common::grammar(&model, texts));
    let mut wrong = Vec::new();
    for (file, text) in &commands {
        let heard =
            hear(&mut search, &mut stream, common::sound(&format!("commands/{file}")).samples());
        let found = heard.sentences.first().map(transducer::Sentence::text);
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

#[needs::test(recordings, network)]
fn names_and_free_words_are_told_with_their_times() {
    let model = common::model();
    let mut graph = WordGraph::new();
    let names = ["living room lamp", "lamp", "bed light", "kitchen fan"];
    let list = graph.add_list(Arc::new(common::sentences(names)));
    let (turn, on, play) = (graph.add_node(), graph.add_node(), graph.add_node());
    graph.add_arc(graph.start(), turn, Some("turn"), 0.0);
    graph.add_arc(turn, on, Some("on"), 0.0);
    graph.add_call(on, graph.end(), list);
    let the = graph.add_node();
    graph.add_arc(on, the, Some("the"), 0.0);
    graph.add_call(the, graph.end(), list);
    graph.add_arc(graph.start(), play, Some("play"), 0.0);
    graph.add_open(play, graph.end());
    let (mut search, mut stream) = ears(&model, Grammar::compile(&graph, model.tokens()));

    let sound = common::sound("commands/rhasspy_turn_on_living_room_lamp.flac");
    let heard = hear(&mut search, &mut stream, sound.samples());
    let best = heard.sentences.first().expect("a sentence");
    let words: Vec<(&str, bool)> =
        best.words.iter().map(|word| (word.text.as_str(), word.part == Part::List(list))).collect();
    let name = [("living", true), ("room", true), ("lamp", true)];
    assert!(words.ends_with(&name) && words.starts_with(&[("turn", false), ("on", false)]));
    assert!(best.words.windows(2).all(|pair| pair[0].start < pair[1].start));
    assert!(best.words.iter().all(|word| word.start < word.end));
    assert!(best.words[0].start > 3_200, "there is silence before the first word");
    let end = best.words.last().map_or(0, |word| word.end);
    assert!(end < sound.samples().len() as u64 + 3_200, "{end}");
    assert!(best.per_token > -1.0 && best.posterior > 0.5);

    let sound = common::sound("commands/rhasspy_play_the_beatles.flac");
    let heard = hear(&mut search, &mut stream, sound.samples());
    let best = heard.sentences.first().expect("a sentence");
    assert_eq!(best.text(), "play the beetles");
    let parts: Vec<Part> = best.words.iter().map(|word| word.part).collect();
    assert_eq!(parts, [Part::Sentence, Part::Open, Part::Open]);

    // Another list, and the same sound means another name.
    let graph = graph.with_lists(vec![Arc::new(common::sentences(["bed light"]))]);
    search.set_grammar(Grammar::compile(&graph, model.tokens()));
    let sound = common::sound("commands/rhasspy_turn_on_living_room_lamp.flac");
    let heard = hear(&mut search, &mut stream, sound.samples());
    let named = |word: &transducer::Word| word.part == Part::List(list) && word.text == "lamp";
    assert!(heard.sentences.iter().all(|sentence| !sentence.words.iter().any(named)));
}

#[needs::test(recordings, network)]
fn a_beginning_is_not_complete_and_a_sentence_is() {
    let model = common::model();
    let texts = ["turn on the lamp", "turn on the lamp in the kitchen", "turn off the lamp"];
    let (mut search, mut stream) = ears(&model, common::grammar(&model, texts));
    let sound = common::sound("commands/rhasspy_turn_on_the_lamp.flac");
    let heard = hear(&mut search, &mut stream, sound.samples());
    let best = heard.sentences.first().expect("a sentence");
    assert_eq!(best.text(), "turn on the lamp");
    let complete = search.complete().expect("it can end here");
    assert!(complete.behind < 1.0, "{}", complete.behind);
    assert!(complete.trailing_frames > 5, "{}", complete.trailing_frames);
    assert_eq!(search.partial(), "turn on the lamp");

    // Up to the beginning of the last word.
    let said = best.words[2].end as usize;
    hear(&mut search, &mut stream, &sound.samples()[..said]);
    let complete = search.complete();
    assert!(complete.is_none_or(|complete| complete.behind > 3.0), "{complete:?}");
    // Silence is no sentence.
    search.reset();
    assert!(search.complete().is_none() && search.partial().is_empty());
    assert!(search.result().sentences.is_empty());
}

#[needs::test(recordings, network)]
fn other_readings_are_told_in_order() {
    let model = common::model();
    let texts = ["turn on the lamp", "turn on the ramp", "turn off the lamp", "turn on the lamps"];
    let (mut search, mut stream) = ears(&model, common::grammar(&model, texts));
    let sound = common::sound("commands/rhasspy_turn_on_the_lamp.flac");
    let heard = hear(&mut search, &mut stream, sound.samples());
    assert_eq!(heard.sentences[0].text(), "turn on the lamp");
    assert!(heard.sentences.len() >= 2);
    assert!(heard.sentences.windows(2).all(|pair| pair[0].posterior >= pair[1].posterior));
    let all: f32 = heard.sentences.iter().map(|sentence| sentence.posterior).sum();
    assert!((all - 1.0).abs() < 1e-3);
    let mut texts: Vec<String> = heard.sentences.iter().map(transducer::Sentence::text).collect();
    texts.sort();
    texts.dedup();
    assert_eq!(texts.len(), heard.sentences.len());
}

#[needs::test(recordings, network)]
fn silence_and_nonsense_are_no_sentence() {
    let model = common::model();
    let texts = ["turn on the lamp", "stop", "what time is it"];
    let (mut search, mut stream) = ears(&model, common::grammar(&model, texts));
    let tone: Vec<f32> = (0..32_000).map(|n| (n as f32 * 0.3).sin()).collect();
    for sound in [vec![0.0; 32_000], vec![f32::NAN; 32_000], vec![1.0; 32_000], tone, Vec::new()] {
        let heard = hear(&mut search, &mut stream, &sound);
        // In silence a sentence may fit no worse than nothing; there the free text has no words.
        let free = heard.free_per_token.unwrap_or(f32::NEG_INFINITY);
        let score = heard.sentences.first().map_or(f32::NEG_INFINITY, |best| best.per_token);
        assert!(score.min(free) < -2.4, "{score} {free}");
    }
}
