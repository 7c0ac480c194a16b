//! Numbers are never split, joined or dropped, wherever one may stand in the built-in sentences.

use std::path::Path;
use std::sync::Arc;

use voice::{Intent, ListValue, Lists, SlotValue};

use super::sample;
use crate::{Context, Recogniser, Sentences, Tolerance};

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
        let area = "den".to_owned();
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
    let read = written.replace('\u{2212}', "-").replace('½', ".5");
    let read = read.replace('\u{ff12}', "2").replace('\u{ff14}', "4");
    let (mut texts, mut values) = (String::new(), String::new());
    for slot in &intent.slots {
        match &slot.value {
            SlotValue::Number(number)
                if value.is_some_and(|value| (number.abs() - value.abs()).abs() < 1e-9) =>
            {
                return true;
            }
            SlotValue::Number(number) => {
                texts.push_str(slot.text.expose());
                values.push_str(&number.abs().to_string());
            }
            SlotValue::Text(text) if text.expose().contains(&read) => return true,
            SlotValue::Text(_) => {}
        }
    }
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).collect::<String>();
    // "24 1/2 hours" are 24 hours and 30 minutes.
    let plain = [digits(&read), digits(&read.replace("1/2", "30"))];
    plain.iter().any(|plain| digits(&texts).contains(plain) || digits(&values).contains(plain))
}

#[test]
fn a_number_is_taken_whole_or_not_at_all() {
    let house = House::new();
    assert!(house.understand("set the desk lamp to 24 percent").is_some());
    let mut wrong = Vec::new();
    let texts = sample::with_number(&house.recogniser);
    assert!(texts.len() > 183, "{} texts", texts.len());
    let forms = texts.iter().enumerate().flat_map(|text| FORMS.map(|form| (text, form)));
    for ((index, text), (number, value)) in forms {
        let text = text.replace('N', number);
        // Tolerance is slow, so not everything is misspelt.
        let misspelt = (index % 8 == 0).then(|| text.replacen("the", "teh", 1));
        for text in std::iter::once(text).chain(misspelt) {
            if let Some(intent) = house.understand(&text)
                && !has(&intent, number, value)
            {
                let slots = intent.slots.iter().map(|slot| (&slot.name, slot.text.expose()));
                wrong.push(format!("{text}: {} {:?}", intent.name, slots.collect::<Vec<_>>()));
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
