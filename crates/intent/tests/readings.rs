//! What a transcript with other readings may mean.

use std::sync::Arc;

use intent::{Context, Meaning, Recogniser, Sentences, Verdict};
use voice::testing::{FREE, GRAMMAR, WHISPER};
use voice::{Alternative, EngineInfo, Lists, PrivateText, SpokenWord, Transcript};

const SENTENCES: &str = r#"
language: en
words:
  function_words: [a, and, at, my, on, the, these, to]
  guarded: [up]
lists:
  item: {wildcard: true}
  place: {values: [{in: shopping, out: shop}, {in: grocery, out: shop}, work]}
intents:
  Add:
    data:
      - sentences: ["(add|put) {item} (to|on) [the|my] {place} list"]
  Complete:
    data:
      - sentences: ["complete {item} on [the|my] {place} list"]
  Play:
    data:
      - sentences: ["play {item}"]
  Clear:
    data:
      - sentences: ["clear [the|my] {place} list"]
"#;

fn recogniser() -> Recogniser {
    let sentences = Sentences::parse(&[("test.yaml", SENTENCES)]).expect("sentences");
    Recogniser::new(Arc::new(sentences), Lists::default()).expect("a recogniser")
}

/// Words of which those in brackets stand where any may be said.
fn words(text: &str) -> Vec<SpokenWord> {
    let word = |word: &str| SpokenWord {
        text: word.trim_matches(['[', ']']).into(),
        confidence: 0.9,
        open: word.starts_with('['),
    };
    text.split_whitespace().map(word).collect()
}

fn text(words: &[SpokenWord]) -> PrivateText {
    words.iter().map(|word| word.text.expose()).collect::<Vec<_>>().join(" ").into()
}

fn heard(engine: EngineInfo, said: &str, others: &[(EngineInfo, &str, f32)]) -> Transcript {
    let other = |&(engine, said, confidence): &(EngineInfo, &str, f32)| {
        let words = words(said);
        Alternative { text: text(&words), engine, confidence, words }
    };
    let words = words(said);
    let alternatives = others.iter().map(other).collect();
    let text = text(&words);
    let nothing = Transcript::nothing(engine);
    Transcript { text, confidence: 0.8, alternatives, words, ..nothing }
}

fn told(meanings: &[Meaning<'_>]) -> Vec<String> {
    let told = |meaning: &Meaning<'_>| {
        let slots: Vec<_> =
            ["item", "place"].iter().filter_map(|slot| meaning.intent.text(slot)).collect();
        let engines: Vec<_> = meaning.engines.iter().map(|engine| engine.id.as_str()).collect();
        let (text, by) = (if meaning.is_text { "" } else { "?" }, engines.join("+"));
        format!("{}{text} {} by {by}", meaning.intent.name, slots.join("/"))
    };
    meanings.iter().map(told).collect()
}

#[test]
fn free_words_that_no_open_engine_heard_are_unknown() {
    let recogniser = recogniser();
    let tolerance = recogniser.tolerance(&Context::default());
    let unknown = |said: &str, others: &[(EngineInfo, &str, f32)]| {
        let transcript = heard(GRAMMAR, said, others);
        let meanings = recogniser.meanings(&transcript, &tolerance, &Context::default(), |_| None);
        meanings[0].has_unknown_words
    };
    let said = "add [oak] [mill] to my shopping list";
    assert!(
        unknown(said, &[]) && unknown(said, &[(FREE, "add oak mill to my shopping list", 0.9)])
    );
    assert!(!unknown(said, &[(WHISPER, "Add oat milk to my shopping list.", 0.7)]));
    assert!(!unknown("clear my work list", &[]));
}

#[test]
fn free_words_are_those_of_the_open_engine_if_it_heard_the_same_sentence() {
    let recogniser = recogniser();
    let tolerance = recogniser.tolerance(&Context::default());
    let check = |whisper: &str, expected: &[&str]| {
        let others = [(GRAMMAR, "clear my work list", 0.1), (WHISPER, whisper, 0.7)];
        let transcript = heard(GRAMMAR, "add [oak] [mill] to my shopping list", &others);
        let meanings = recogniser.meanings(&transcript, &tolerance, &Context::default(), |_| None);
        assert_eq!(told(&meanings), expected);
    };
    check(
        "Add oat milk to my grocery list.",
        &["Add oat milk/shop by grammar+whisper", "Clear? work by grammar"],
    );
    // Another sentence is another meaning.
    check(
        "Add oat milk to my work list.",
        &[
            "Add oak mill/shop by grammar",
            "Clear? work by grammar",
            "Add? oat milk/work by whisper",
        ],
    );
    check("That oat milk.", &["Add oak mill/shop by grammar", "Clear? work by grammar"]);
}

#[test]
fn a_misheard_verb_is_known_by_what_stands_behind_it() {
    let recogniser = recogniser();
    let tolerance = recogniser.tolerance(&Context::default());
    let check = |whisper: &str, grammar: &str, expected: &[&str]| {
        let transcript = match grammar {
            "" => heard(WHISPER, whisper, &[]),
            grammar => heard(GRAMMAR, grammar, &[(WHISPER, whisper, 0.7)]),
        };
        let meanings = recogniser.meanings(&transcript, &tolerance, &Context::default(), |_| None);
        assert_eq!(told(&meanings), expected, "{whisper}");
    };
    check("And apples to my shopping list.", "", &["Add apples/shop by whisper"]);
    check("at cherry tomatoes to my shopping list", "", &["Add cherry tomatoes/shop by whisper"]);
    // "Complete" is too long a word to have been heard as "her".
    check("Her toothpaste on my shopping list.", "", &["Add toothpaste/shop by whisper"]);
    // The network knows the verb, Whisper the words.
    let put = "put [these] on my shopping list";
    check("Her toothpaste on my shopping list.", put, &["Add? toothpaste/shop by whisper+grammar"]);
    check("A tooth-paste on my shopping list", put, &["Add? tooth paste/shop by whisper+grammar"]);
    // Other words are no verbs, and whatever may stand behind one is no evidence of it.
    check("delete apples to my shopping list", "", &[]);
    check("the Beatles of my youth", "", &[]);
    let talk = heard(GRAMMAR, "", &[(FREE, "and apples to my shopping list", 0.7)]);
    let meanings = recogniser.meanings(&talk, &tolerance, &Context::default(), |_| None);
    assert!(meanings.is_empty(), "the network alone hears that in anybody's talk");
}

#[test]
fn a_misheard_verb_may_be_a_negation_where_more_was_said() {
    let recogniser = recogniser();
    let tolerance = recogniser.tolerance(&Context::default());
    let rival = |text: &str, clarity| {
        let transcript = Transcript { clarity, ..heard(WHISPER, text, &[]) };
        let meanings = recogniser.meanings(&transcript, &tolerance, &Context::default(), |_| None);
        assert_eq!(meanings.len(), 1, "{text}");
        meanings[0].rival.clone()
    };
    let negated = "One time milk to my shopping list.";
    assert_eq!(rival(negated, 0.5).as_deref(), Some(negated));
    assert_eq!(rival(negated, 1.0), None);
    assert_eq!(rival("Ad apples to my shopping list.", 0.5), None, "as good as the verb");
}

#[test]
fn a_function_word_alone_is_never_an_item() {
    let recogniser = recogniser();
    let tolerance = recogniser.tolerance(&Context::default());
    for said in ["put [to] on my shopping list", "put [up] on my shopping list", "play [at] [the]"]
    {
        let transcript = heard(GRAMMAR, said, &[(FREE, "put to my shopping list", 0.6)]);
        let meanings = recogniser.meanings(&transcript, &tolerance, &Context::default(), |_| None);
        assert!(told(&meanings).is_empty(), "{said}: {:?}", told(&meanings));
    }
}

#[test]
fn where_two_engines_hear_different_commands_it_is_asked_which() {
    let recogniser = recogniser();
    let tolerance = recogniser.tolerance(&Context::default());
    for (whisper, confidence, rival) in [
        ("Clear my shopping list.", 0.7, Some("Clear my shopping list.")),
        ("Clear my work list.", 0.7, None),
        ("Clear my shopping list.", 0.3, None),
        ("What a day.", 0.7, None),
    ] {
        let others = [(GRAMMAR, "clear my shopping list", 0.2), (WHISPER, whisper, confidence)];
        let transcript = heard(GRAMMAR, "clear my work list", &others[1..]);
        let meanings = recogniser.meanings(&transcript, &tolerance, &Context::default(), |_| None);
        assert_eq!(meanings[0].rival.as_deref(), rival, "{whisper}");
        // The more so where the network hesitated between the two.
        let transcript = heard(GRAMMAR, "clear my work list", &others);
        let meanings = recogniser.meanings(&transcript, &tolerance, &Context::default(), |_| None);
        assert_eq!(meanings[0].rival.is_some(), rival.is_some(), "{whisper}");
    }
}

#[test]
fn what_an_engine_hardly_believes_itself_is_asked_about() {
    let recogniser = recogniser();
    let tolerance = recogniser.tolerance(&Context::default());
    for (confidence, is_asked) in [(0.35, true), (0.45, false)] {
        let transcript = Transcript { confidence, ..heard(WHISPER, "clear my work list", &[]) };
        let meanings = recogniser.meanings(&transcript, &tolerance, &Context::default(), |_| None);
        let verdict = Verdict::of(&meanings, |_| true);
        assert_eq!(matches!(verdict, Verdict::Perhaps(_)), is_asked, "{confidence}");
        assert_eq!(matches!(verdict, Verdict::Said(_)), !is_asked, "{confidence}");
    }
}

#[test]
fn readings_that_mean_the_same_are_one_meaning_with_the_first_words() {
    let recogniser = recogniser();
    let tolerance = recogniser.tolerance(&Context::default());
    let others = [
        (GRAMMAR, "clear the shopping list", 0.5),
        (GRAMMAR, "clear my grocery list", 0.3),
        (FREE, "clear shopping list", 0.6),
        (FREE, "what a day", 0.6),
    ];
    let transcript = heard(GRAMMAR, "", &others);
    let meanings = recogniser.meanings(&transcript, &tolerance, &Context::default(), |_| None);
    assert_eq!(told(&meanings), ["Clear? shop by grammar+free"]);
    assert_eq!((&*meanings[0].text, meanings[0].confidence), ("clear the shopping list", 0.5));
}
