//! What people say to a house, and what it says and does: one row each in `asked.tsv`, one after
//! the other in the same house.

use language::testing::{english, language};
use std::sync::Arc;
use std::time::SystemTime;

use home::{Config, House};
use intent::{AreaRef, Recogniser, Sentences};
use voice::{Context, Skill as _};

const HOUSE: &str = include_str!("house.yaml");
const ROWS: &str = include_str!("asked.tsv");

#[tokio::test]
async fn rows() {
    let house = House::new(&Config::from_yaml(HOUSE).unwrap()).unwrap();
    let sentences = Arc::new(Sentences::parse(&language().sentences()).unwrap());
    let recogniser = Recogniser::new(sentences, house.lists()).unwrap();
    let area = AreaRef { out: "living_room".into(), spoken: "Living Room".into() };
    let heard_in = intent::Context::in_area(Some(area));
    let context = Context {
        area: Some("living_room".to_owned()),
        confirmed: true,
        ..Context::at(SystemTime::UNIX_EPOCH)
    };
    let mut wrong = Vec::new();
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

/// The states of all devices, as the page shows them.
fn state(house: &House) -> Vec<String> {
    house.devices().into_iter().map(|device| format!("{} {}", device.id, device.state)).collect()
}
