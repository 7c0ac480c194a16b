//! Numbers are never split, joined or dropped, in the built-in sentences.

use std::path::Path;
use std::sync::Arc;

use intent::{AreaRef, Context, Recogniser, Sentences, Tolerance};
use voice::{Intent, ListValue, Lists, SlotValue};

/// Texts with one number, `N`.
const TEXTS: [&str; 16] = [
    "set the desk lamp to N percent",
    "set the desk lamp to N%",
    "lamp N%",
    "lamp N percent",
    "set a timer for N minutes",
    "set a N minute timer",
    "set the thermostat to N degrees",
    "set the thermostat to N",
    "set the volume to N",
    "volume N",
    "turn it up by N",
    "remind me on december N to buy gifts",
    "wake me up on june N",
    "wake me up at N",
    "N squared",
    "what is N plus 5",
];
/// What may be made of a number, with its value where it has a usual one.
const FORMS: [(&str, Option<f64>); 14] = [
    ("24", Some(24.0)),
    ("150", Some(150.0)),
    ("900", Some(900.0)),
    ("20.5", Some(20.5)),
    ("20,5", Some(20.5)),
    ("1,069", Some(1069.0)),
    ("-24", Some(-24.0)),
    ("\u{2212}24", Some(-24.0)),
    ("+24", Some(24.0)),
    ("21½", Some(21.5)),
    ("24/2", None),
    ("24 1/2", None),
    ("80-7", None),
    ("\u{ff12}\u{ff14}", Some(24.0)),
];

struct House {
    recogniser: Recogniser,
    tolerance: Tolerance,
    context: Context,
}

impl House {
    fn new() -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../language/en");
        let files = std::fs::read_dir(folder.join("sentences")).expect("sentences");
        let mut files: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
        files.sort();
        files.push(folder.join("words/common.txt"));
        let read = |path: &std::path::PathBuf| std::fs::read_to_string(path).expect("a text");
        let texts: Vec<_> = files.iter().map(|f| (f.display().to_string(), read(f))).collect();
        let texts: Vec<_> = texts.iter().map(|(f, text)| (f.as_str(), text.as_str())).collect();
        let sentences = Arc::new(Sentences::parse(&texts).expect("sentences"));
        let mut lists = Lists::default();
        let names = ["Desk Lamp", "Lamp 1", "Lamp 2", "Thermostat"];
        for (name, domain) in names.into_iter().zip(["light", "light", "light", "climate"]) {
            let context = vec![("domain".to_owned(), domain.to_owned())];
            lists
                .push("name", ListValue { spoken: name.to_owned(), out: name.to_owned(), context });
        }
        let recogniser = Recogniser::new(sentences, lists).expect("a recogniser");
        let area = AreaRef { out: "den".to_owned(), spoken: "Den".to_owned() };
        let context = Context::in_area(Some(area));
        let tolerance = recogniser.tolerance(&context);
        Self { recogniser, tolerance, context }
    }

    fn understand(&self, text: &str) -> Option<Intent> {
        let guess = self.recogniser.understand(&self.tolerance, text, &self.context)?;
        guess.rival.is_none().then_some(guess.intent)
    }
}

/// Whether the slots have the value, in one of them or in parts that a skill puts together (sums and
/// times), or as words.
fn has(intent: &Intent, written: &str, value: Option<f64>) -> bool {
    let is_free = |text: &str| text.contains(written);
    let mut together = String::new();
    for slot in &intent.slots {
        match &slot.value {
            SlotValue::Number(number)
                if value.is_some_and(|value| (number.abs() - value.abs()).abs() < 1e-9) =>
            {
                return true;
            }
            SlotValue::Number(_) => together.push_str(slot.text.expose()),
            SlotValue::Text(text) if is_free(text.expose()) => return true,
            SlotValue::Text(_) => {}
        }
    }
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    let plain = written.replace('½', "5");
    digits(&together).starts_with(&digits(&plain)) && !digits(&plain).is_empty()
}

#[test]
fn a_number_is_taken_whole_or_not_at_all() {
    let house = House::new();
    assert!(house.understand("set the desk lamp to 24 percent").is_some());
    let mut wrong = Vec::new();
    for (text, (number, value)) in TEXTS.iter().flat_map(|text| FORMS.map(|form| (text, form))) {
        let text = text.replace('N', number);
        for text in [text.clone(), format!("um {text}"), text.replacen("the", "teh", 1)] {
            if let Some(intent) = house.understand(&text)
                && !has(&intent, number, value)
            {
                wrong.push(format!("{text}: {}", intent.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{} texts:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn number_words_that_stand_side_by_side_are_not_parted_by_a_minus() {
    let house = House::new();
    for text in ["what is fifty five", "what is ninety nine", "what is twenty twenty plus 5"] {
        assert!(house.understand(text).is_none(), "{text}");
    }
    assert!(house.understand("what is 50-5").is_some());
}
