//! What people say, and what it means: one row each in `sentences.tsv`.

use language::testing::language;
use std::sync::Arc;

use home::{Config, House};
use intent::{Context, Recogniser, Sentences};
use jiff::tz::TimeZone;
use skills::{Books, Home, Household, NoHistory};
use voice::{Intent, SlotValue};

const ROWS: &str = include_str!("sentences.tsv");

const HOUSE: &str = "
areas:
  kitchen: {name: Kitchen, floor: ground}
  living_room: {name: Living Room}
  bedroom: {name: Bedroom}
  office: {name: Office}
  garage: {name: Garage}
floors:
  ground: {name: Ground Floor}
  up: {name: Upstairs}
entities:
  light.kitchen: {name: Kitchen Light, area: kitchen}
  light.lamp: {name: Living Room Lamp, area: living_room, aliases: [Lamp]}
  light.bed: {name: Bed Light, area: bedroom}
  light.standing: {name: Standing Light, area: living_room}
  switch.coffee: {name: Coffee Maker, area: kitchen}
  fan.bedroom: {name: Bedroom Fan, area: bedroom}
  cover.garage: {name: Garage Door, area: garage, device_class: garage}
  cover.blinds: {name: Bedroom Blinds, area: bedroom, device_class: blind}
  lock.front: {name: Front Door}
  climate.ecobee: {name: EcoBee, area: living_room}
  sensor.humidity: {name: Outdoor Humidity, device_class: humidity}
  media_player.tv: {name: TV, area: living_room}
  scene.mood: {name: Mood Lighting}
  script.party: {name: Party Time}
";

fn house() -> House {
    House::new(&Config::from_yaml(HOUSE).expect("a valid house")).expect("a valid house")
}

fn recogniser() -> (Recogniser, Context) {
    let sentences = Sentences::parse(&language().sentences()).expect("valid sentences");
    let recogniser = Recogniser::new(Arc::new(sentences), house().lists());
    let area = "kitchen".to_owned();
    (recogniser.expect("all lists exist"), Context::in_area(Some(area)))
}

/// `Intent slot=value …`, slots sorted.
fn shown(intent: Option<&Intent>) -> String {
    let Some(intent) = intent else { return "-".to_owned() };
    let mut slots: Vec<_> = intent
        .slots
        .iter()
        .map(|slot| match &slot.value {
            SlotValue::Text(text) => format!("{}={}", slot.name, text.expose()),
            SlotValue::Number(number) => format!("{}={number}", slot.name),
        })
        .collect();
    slots.sort();
    slots.insert(0, intent.name.clone());
    slots.join(" ")
}

#[test]
fn rows() {
    let (recogniser, context) = recogniser();
    let mut wrong = Vec::new();
    let mut count = 0;
    for row in ROWS.lines().filter(|row| !row.is_empty() && !row.starts_with('#')) {
        let (text, expected) = row.split_once('\t').expect("text, tab, meaning");
        let found = shown(recogniser.recognise(text, &context).as_ref());
        count += 1;
        if found != expected {
            wrong.push(format!("{text}\n  expected {expected}\n  found    {found}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {count} rows:\n{}", wrong.len(), wrong.join("\n"));
    assert!(count >= 120, "only {count} rows");
}

#[tokio::test]
async fn somebody_answers_every_intent() {
    let home = Home { zone: TimeZone::UTC, place: None };
    let household = Household::open(Books::in_memory(), home).await.unwrap();
    let mut skills = skills::all(&household, Arc::new(NoHistory));
    skills.push(Arc::new(house()));
    let intents = skills.iter().flat_map(|skill| skill.intents());
    let mut answered: Vec<_> = intents.map(|handles| handles.name).collect();
    let sentences = Sentences::parse(&language().sentences()).unwrap();
    for intent in sentences.intents() {
        // These are made of other commands, by whoever understands them.
        if assistant::Dialogue::INTENTS.contains(&intent) || intent == "HarkRoutine" {
            continue;
        }
        assert!(answered.contains(&intent), "nobody answers {intent}");
    }
    answered.sort_unstable();
    for pair in answered.windows(2) {
        assert_ne!(pair[0], pair[1], "two skills answer it");
    }
    // It is made of two sentences, and asked on the way.
    answered.retain(|intent| !["HarkSchedule", "HarkIsDark"].contains(intent));
    for intent in answered {
        assert!(sentences.intents().contains(&intent), "no sentence leads to {intent}");
    }
}
