//! What people say to a house, and what it says and does: one row each in `asked.tsv`, one after
//! the other in the same house.

use language::testing::{Known, english, language, pseudo};
use std::sync::Arc;
use std::time::SystemTime;

use home::{Config, House};
use intent::{Recogniser, Sentences};
use voice::{Context, Skill as _, Wording as _};

const HOUSE: &str = include_str!("house.yaml");
const ROWS: &str = include_str!("asked.tsv");

#[tokio::test]
async fn rows() {
    let house = House::new(&Config::from_yaml(HOUSE).unwrap()).unwrap();
    let sentences = Arc::new(Sentences::parse(&language().sentences()).unwrap());
    let recogniser = Recogniser::new(sentences, house.lists()).unwrap();
    let area = "living_room".to_owned();
    let heard_in = intent::Context::in_area(Some(area));
    let context = Context {
        area: Some("living_room".to_owned()),
        confirmed: true,
        ..Context::at(SystemTime::UNIX_EPOCH)
    };
    let mut wrong = Vec::new();
    let (pseudo, mut known) = (pseudo(), Known::default());
    known.learn(&names());
    for row in ROWS.lines().filter(|row| !row.is_empty() && !row.starts_with('#')) {
        let (text, expected) = row.split_once('\t').expect("text, tab, reply");
        let before = state(&house);
        let said = match recogniser.recognise(text, &heard_in) {
            Some(intent)
                if house.intents().iter().any(|handles| handles.name == intent.name.as_str()) =>
            {
                let reply = house.handle(&intent, &context).await.unwrap();
                // What a row changes stays, unless it can be taken back and done again.
                let after = state(&house);
                for undo in &reply.undo {
                    house.handle(undo, &context).await.unwrap();
                }
                if !reply.undo.is_empty() && state(&house) != before {
                    wrong.push(format!("{text}\n  is not taken back"));
                }
                if !reply.undo.is_empty() {
                    house.handle(&intent, &context).await.unwrap();
                }
                if state(&house) != after {
                    wrong.push(format!("{text}\n  is not the same when done again"));
                }
                for slot in &intent.slots {
                    if IS_VALUE.contains(&slot.name.as_str()) {
                        known.learn(slot.text.expose());
                    }
                }
                let accented = pseudo.text(&reply.speech).into_exposed();
                let unknown = known.unknown(&accented);
                if !unknown.is_empty() {
                    wrong.push(format!("{text}\n  in another language: {accented} {unknown:?}"));
                }
                english(&reply.speech)
            }
            Some(intent) => format!("({})", intent.name),
            None => "-".to_owned(),
        };
        if said != expected {
            wrong.push(format!("{text}\n  expected {expected}\n  said     {said}"));
        }
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
}

/// Slots that hold what the household calls its things, or what is looked for.
const IS_VALUE: [&str; 4] = ["name", "area", "search_query", "color"];

/// The names in the configuration of the house.
fn names() -> String {
    let names = HOUSE.split("name: ").skip(1);
    names.filter_map(|name| name.split([',', '}']).next()).collect::<Vec<_>>().join(" ")
}

/// The states of all devices, as the page shows them.
fn state(house: &House) -> Vec<String> {
    house.devices().into_iter().map(|device| format!("{} {}", device.id, device.state)).collect()
}
