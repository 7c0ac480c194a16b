//! What texts are taken for that fit no sentence.

use std::sync::Arc;

use intent::{Context, Recogniser, Sentences, Tolerance};
use voice::{ListValue, Lists, Stage};

/// Fillers, words with opposites and the like.
const WORDS: &str = include_str!("../../language/en/sentences/tolerance.yaml");
/// Common words and their sounds.
const COMMON: &str = include_str!("../../language/en/words/common.txt");
const SENTENCES: &str = r#"
language: en
lists:
  percent: {range: {from: 0, to: 100}}
  item: {wildcard: true}
intents:
  On:
    data:
      - sentences: ["turn on [the] {name}"]
      - sentences: ["turn on [the|all the] lights"]
        requires_context: {area: {slot: true}}
      - sentences: ["turn on [the] lights in [the] {area}"]
  Off:
    data:
      - sentences: ["turn off [the] {name}"]
  Open:
    data:
      - sentences: ["open [the] {name}"]
  Close:
    data:
      - sentences: ["close [the] {name}"]
  Set:
    data:
      - sentences: ["set [the] {name} to {percent} percent"]
  Add:
    data:
      - sentences: ["add {item} to my list"]
  Cancel:
    data:
      - sentences: ["cancel [the] timer", "cancel [the] {item} timer"]
  Yes:
    data:
      - sentences: ["[yes] do it"]
"#;

struct House {
    recogniser: Recogniser,
    tolerance: Tolerance,
    context: Context,
}

impl House {
    fn new() -> Self {
        Self::of(&[("test.yaml", SENTENCES), ("words.yaml", WORDS)])
    }

    fn of(files: &[(&str, &str)]) -> Self {
        let sentences = Sentences::parse(files).expect("sentences");
        let mut lists = Lists::default();
        let mut add = |list: &str, spoken: &str| {
            let (spoken, out) = (spoken.to_owned(), spoken.replace(' ', "_").to_lowercase());
            lists.push(list, ListValue { spoken, out, context: Vec::new() });
        };
        for name in ["Kitchen Light", "Hall Lamp", "Hall Clamp", "Television", "Garage Door"] {
            add("name", name);
        }
        add("area", "Kitchen");
        let recogniser = Recogniser::new(Arc::new(sentences), lists).expect("a recogniser");
        let here = "den".to_owned();
        let context = Context::in_area(Some(here));
        let tolerance = recogniser.tolerance(&context);
        Self { recogniser, tolerance, context }
    }

    /// What a text is taken for: intent and slots, and what else it may be.
    fn guess(&self, text: &str) -> String {
        assert!(self.recogniser.recognise(text, &self.context).is_none(), "{text} needs no guess");
        let Some(guess) = self.recogniser.guess(&self.tolerance, text, &self.context) else {
            return "-".to_owned();
        };
        assert!(guess.intent.stage == Stage::Tolerant && guess.intent.cost > 0.0, "{text}");
        let mut told = guess.intent.name.clone();
        for slot in &guess.intent.slots {
            let value = slot.value.as_text().map(str::to_owned);
            let value = value.or_else(|| slot.value.as_number().map(|number| number.to_string()));
            told = format!("{told} {}", value.unwrap_or_default());
        }
        match guess.rival {
            Some(rival) => format!("{told} or \"{rival}\""),
            None => told,
        }
    }
}

#[test]
fn what_was_nearly_said_is_understood() {
    let house = House::new();
    for (text, expected) in [
        // Mis-heard by sound, and by letters.
        ("turn on the kitten light", "On kitchen_light"),
        ("clothes the garage door", "Close garage_door"),
        ("turn off the televison", "Off television"),
        // Split, joined.
        ("turn off the telly vision", "Off television"),
        ("turn on the kitchenlight", "On kitchen_light"),
        // Fillers, words said twice, small words missing or too many.
        ("um turn on uh the the kitchen light", "On kitchen_light"),
        ("turn on the kitchen like light", "On kitchen_light"),
        ("turn on lights kitchen", "On kitchen"),
        ("set the television at to 50 percent", "Set television 50"),
        ("add milk to the my list", "Add milk"),
    ] {
        assert_eq!(house.guess(text), expected, "{text}");
    }
}

#[test]
fn fillers_are_no_free_words() {
    let house = House::new();
    let understand = |text: &str| {
        let guess = house.recogniser.understand(&house.tolerance, text, &house.context);
        guess.map(|guess| (guess.intent.text("item").map(str::to_owned), guess.intent.stage))
    };
    assert_eq!(understand("add milk to my list"), Some((Some("milk".to_owned()), Stage::Exact)));
    assert_eq!(understand("cancel pasta timer"), Some((Some("pasta".to_owned()), Stage::Exact)));
    // To pass over them is no tolerance.
    assert_eq!(understand("cancel like the timer"), Some((None, Stage::Exact)));
    assert_eq!(understand("um cancel pasta timer"), Some((Some("pasta".to_owned()), Stage::Exact)));
    // There is nothing else that it could be.
    assert_eq!(understand("add um to my list"), Some((Some("um".to_owned()), Stage::Tolerant)));
}

#[test]
fn what_may_do_harm_is_not_guessed() {
    let house = House::new();
    for text in [
        // Neither the opposite nor anything for it.
        ("unlock the garage door"),
        ("turn up the television"),
        // No other room than the one that was not understood.
        ("turn on the lights in the attic"),
        ("turn on the orchid lights"),
        // Nothing in place of the word that matters.
        ("the kitchen light"),
        ("turn the television"),
        ("television on off"),
        // Talk.
        ("oh all right"),
        ("i saw a light in the kitchen window last night"),
        (""),
        ("\u{1f600}\u{202e}\u{0}"),
    ] {
        assert_eq!(house.guess(text), "-", "{text}");
    }
    // Fifteen is not fifty.
    assert!(!house.guess("set the television two fifteen percent").contains("50"));
}

#[test]
fn a_common_word_is_meant_for_what_sounds_like_it_only() {
    let files = [("test.yaml", SENTENCES), ("words.yaml", WORDS), ("common.txt", COMMON)];
    let house = House::of(&files);
    for (text, expected) in [
        ("turn on the kitten light", "On kitchen_light"),
        ("clothes the garage door", "Close garage_door"),
        ("turn off the telly vision", "Off television"),
        ("turn on the table lamp", "-"),
        ("turn on the shed light", "-"),
        ("open the oven", "-"),
        ("turn on all the candles", "-"),
        ("open the garage door not", "-"),
        ("is the kitchen light on", "-"),
        // The rest of the name is missing; several have these words.
        ("open the garage", "Open garage_door"),
        ("turn on the hall", "On hall_lamp or \"turn on the hall clamp\""),
    ] {
        assert_eq!(house.guess(text), expected, "{text}");
    }
}

#[test]
fn two_things_that_are_as_near_are_asked_about() {
    let house = House::new();
    assert_eq!(house.guess("turn on the hall blamp"), "On hall_lamp or \"turn on the hall clamp\"");
}

/// "Do it" is small words only, all of which may be missing.
#[test]
fn small_words_alone_are_no_sentence() {
    let house = House::new();
    for text in ["please", "the", "it", "um, please.", "well, you know"] {
        let guess = house.recogniser.guess(&house.tolerance, text, &house.context);
        assert!(guess.is_none(), "{text}");
    }
    let said = house.recogniser.guess(&house.tolerance, "yes please do it", &house.context);
    assert!(said.is_some_and(|said| said.intent.name == "Yes"));
}

#[test]
fn a_text_without_end_is_no_command() {
    let house = House::new();
    for text in ["turn on the ".repeat(1_000), "kitchen".repeat(2_000), "\u{e9} ".repeat(5_000)] {
        assert_eq!(house.guess(&text), "-");
    }
}

#[test]
fn odd_texts_do_no_harm() {
    let house = House::new();
    let long = "turn on the café light and then ".repeat(330);
    for text in [
        "turn on the café light",
        "größe",
        "שלום turn on the light",
        "\u{202e}thgil nehctik eht no nrut",
        "💡💡 turn on the kitchen light 💡",
        "turn\u{0}on\u{7}the light",
        "ﬁﬂ ǅ İ",
        long.as_str(),
    ] {
        // Whatever it is taken for, nobody panics.
        let guess = house.recogniser.understand(&house.tolerance, text, &Context::default());
        assert!(guess.is_none_or(|guess| !guess.intent.name.is_empty()), "{text:.30}");
        let mut words = text.split_whitespace();
        assert!(words.all(|word| house.tolerance.heard_within(word).is_empty()), "{text:.30}");
    }
}
