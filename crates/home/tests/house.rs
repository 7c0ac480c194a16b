//! What happens in the house, and what it says, row by row.

use language::testing::english;
use std::time::SystemTime;

use home::{Config, Error, House};
use voice::Outcome::{self, Done, Failed, Refused};
use voice::{Context, Intent, Question, Skill as _, Slot, SlotValue, Stage};

/// `Intent slot=value …`; values that are numbers become numbers.
fn intent(text: &str) -> Intent {
    let mut words = text.split(", ");
    let name = words.next().unwrap_or_default().to_owned();
    let mut response = "default".to_owned();
    let mut slots = Vec::new();
    for slot in words {
        let (name, value) = slot.split_once('=').expect("slot=value");
        if name == "response" {
            value.clone_into(&mut response);
            continue;
        }
        slots.push(Slot {
            name: name.to_owned(),
            value: match value.parse() {
                Ok(number) => SlotValue::Number(number),
                Err(_) => SlotValue::Text(value.into()),
            },
            text: value.into(),
        });
    }
    Intent { name, slots, stage: Stage::Exact, cost: 0.0, response, then: Vec::new() }
}

async fn ask(house: &House, text: &str) -> (String, Outcome) {
    let context = Context::at(SystemTime::UNIX_EPOCH);
    let reply = house.handle(&intent(text), &context).await.expect("the house always answers");
    (english(&reply.speech), reply.outcome)
}

fn state(house: &House, id: &str) -> String {
    let device = house.devices().into_iter().find(|device| device.id == id);
    device.expect("the device exists").state
}

#[tokio::test]
async fn the_demo_house_does_what_it_is_told() {
    let house = House::new(&Config::default()).unwrap();
    for (text, speech, outcome) in [
        ("HassTurnOn, name=light.kitchen", "Turned on the kitchen light.", Done),
        ("HassGetState, name=light.kitchen", "The kitchen light is on.", Done),
        ("HassToggle, name=light.kitchen", "Turned off the kitchen light.", Done),
        ("HassGetState, name=light.kitchen, state=on", "No, the kitchen light is off.", Done),
        ("HassTurnOn, name=cover.garage_door", "Opened the garage door.", Done),
        ("HassGetState, name=cover.garage_door, state=open", "Yes, the garage door is open.", Done),
        ("HassTurnOff, name=cover.garage_door", "Closed the garage door.", Done),
        (
            "HassSetPosition, name=cover.bedroom_blinds, position=50",
            "Set the bedroom blinds to 50 percent.",
            Done,
        ),
        ("HassGetState, name=cover.bedroom_blinds", "The bedroom blinds are open.", Done),
        (
            "HassLightSet, name=light.bedroom, brightness=50",
            "Set the bedroom lamp to 50 percent.",
            Done,
        ),
        (
            "HassLightSet, area=kitchen, color=green",
            "Set the lights in the kitchen to green.",
            Done,
        ),
        (
            "HassLightSet, name=switch.coffee_maker, brightness=5",
            "I can't dim or color the coffee maker.",
            Refused,
        ),
        ("HassTurnOff, area=office, domain=light", "Turned off the lights in the office.", Done),
        ("HassTurnOff, domain=light", "Turned off all the lights.", Done),
        ("HassTurnOn, area=office, domain=fan", "There are no fans in the office.", Failed),
        ("HassTurnOff, name=lock.front_door", "Unlocked the front door.", Done),
        ("HassTurnOn, name=lock.front_door", "Locked the front door.", Done),
        (
            "HassGetState, name=lock.front_door, state=locked",
            "Yes, the front door is locked.",
            Done,
        ),
        ("HassTurnOn, name=light.nowhere", "I don't know that device.", Failed),
        ("HassTurnOff, name=climate.thermostat", "Turned off the thermostat.", Done),
        ("HassTurnOn, name=climate.thermostat", "Turned on the thermostat.", Done),
        ("HassClimateGetTemperature", "It's 21 degrees.", Done),
        (
            "HassClimateSetTemperature, temperature=19.5",
            "Set the thermostat to 19.5 degrees.",
            Done,
        ),
        ("HassMediaPause", "There's no music player here.", Failed),
        ("HassMediaSearchAndPlay, search_query=jazz", "There's no music player here.", Failed),
        ("HassGetState, domain=light, state=on", "No, none of the lights are on.", Done),
        ("HassTurnOff, target=it, only=light", "I don't know what you mean.", Failed),
        ("HassGetWeather", "I don't know the weather. I never go online.", Refused),
    ] {
        assert_eq!(ask(&house, text).await, (speech.to_owned(), outcome), "{text}");
    }
}

#[tokio::test]
async fn changes_are_seen() {
    let house = House::new(&Config::default()).unwrap();
    let mut changes = house.subscribe();
    ask(&house, "HassTurnOn, area=bedroom, domain=light").await;
    assert!(changes.has_changed().unwrap());
    let seen = changes.borrow_and_update().clone();
    assert!(seen.iter().any(|d| d.id == "light.bedroom" && d.state == "on"));
    assert_eq!(state(&house, "light.bedroom"), "on");
    assert_eq!(state(&house, "light.kitchen"), "off");
    // Whether somebody may unlock is not decided here.
    ask(&house, "HassTurnOff, name=lock.front_door").await;
    assert_eq!(state(&house, "lock.front_door"), "unlocked");
}

#[tokio::test]
async fn a_house_from_a_file() {
    let yaml = "
areas: {kitchen: {name: Kitchen, floor: down}, hall: {name: Hall, floor: down}}
floors: {down: {name: Downstairs}}
entities:
  light.a: {name: Counter Light, domain: light, area: kitchen, aliases: [Counter]}
  light.b: {name: Hall Light, area: hall, state: 'on'}
  light.c: {name: Attic Light}
  scene.movie: {name: Movie Night}
  sensor.out: {name: Outdoor Humidity, device_class: humidity, state: '55'}
  media_player.tv: {name: TV, state: playing}
";
    let house = House::new(&Config::from_yaml(yaml).unwrap()).unwrap();
    for (text, speech) in [
        ("HassGetState, domain=light, state=on, floor=down", "Yes, the hall light is on."),
        ("HassTurnOn, domain=light, floor=down", "Turned on the lights downstairs."),
        (
            "HassGetState, domain=light, state=on, floor=down, response=all",
            "Yes, the lights downstairs are on.",
        ),
        ("HassGetState, domain=light, state=on, response=all", "No, not all the lights are on."),
        (
            "HassGetState, domain=light, state=on, response=how_many",
            "2 are on: the counter light and the hall light.",
        ),
        ("HassTurnOn, name=scene.movie", "Started Movie Night."),
        ("HassGetState, name=sensor.out", "The outdoor humidity is 55 percent."),
        ("HassMediaNext", "Skipped ahead on the TV."),
    ] {
        assert_eq!(ask(&house, text).await.0, speech, "{text}");
    }
    let lists = house.lists();
    let counter = lists.get("name").iter().find(|value| value.spoken == "Counter").unwrap();
    assert_eq!(counter.out, "light.a");
    let known = [("domain", "light"), ("room", "kitchen")];
    let known = known.map(|(key, value)| (key.to_owned(), value.to_owned()));
    assert_eq!(counter.context, known);
    assert_eq!((lists.get("area").len(), lists.get("floor").len()), (2, 1));
}

#[tokio::test]
async fn of_two_devices_with_one_name_the_near_one_is_meant() {
    let config: Config = toml::from_str(
        "
[[area]]
id = 'den'
name = 'Den'
[[device]]
id = 'light.one'
name = 'Lamp'
area = 'attic'
[[device]]
id = 'light.two'
name = 'Lamp'
area = 'den'
",
    )
    .unwrap();
    let house = House::new(&config).unwrap();
    let mut intent = intent("HassTurnOn, name=light.one");
    intent.slots[0].text = "lamp".into();
    let context = Context { area: Some("den".to_owned()), ..Context::at(SystemTime::UNIX_EPOCH) };
    house.handle(&intent, &context).await.unwrap();
    assert_eq!(state(&house, "light.two"), "on");
    assert_eq!(house.area_name("attic"), Some("attic"));
}

#[test]
fn errors_say_which_device_without_its_name() {
    let mut config = Config::default();
    config.device[1].id = "light.kitchen".to_owned();
    let Err(Error::Device { number, .. }) = House::new(&config) else { panic!("no error") };
    assert_eq!(number, 2);
    config.device[1].id = "lamp".to_owned();
    let Err(error) = House::new(&config) else { panic!("no error") };
    assert_eq!(
        error.to_string(),
        "set up device number 2 of the house: the id must look like `light.kitchen`"
    );
    assert!(matches!(Config::from_yaml("entities: 5"), Err(Error::Yaml { .. })));
}

#[test]
fn the_defaults_survive_the_configuration_file() {
    let config = Config::default();
    let text = toml::to_string(&config).unwrap();
    assert_eq!(toml::from_str::<Config>(&text).unwrap(), config);
    assert_eq!(toml::from_str::<Config>("").unwrap(), config);
}

#[tokio::test]
async fn of_several_players_it_asks_which() {
    let yaml = "
entities:
  media_player.one: {name: Radio}
  media_player.two: {name: Sonos}
  media_player.three: {name: TV, area: den}
  weather.home: {name: Home, state: partlycloudy}
";
    let house = House::new(&Config::from_yaml(yaml).unwrap()).unwrap();
    let context = Context::at(SystemTime::UNIX_EPOCH);
    let play = intent("HassMediaSearchAndPlay, search_query=jazz");
    let reply = house.handle(&play, &context).await.unwrap();
    assert_eq!(english(&reply.speech), "Which one, the radio, the TV or the sonos?");
    assert_eq!(reply.outcome, Outcome::Asked);
    let Some(Question::Which(choices)) = reply.question else { panic!("no question") };
    let names: Vec<_> =
        choices.iter().map(|(name, _)| english(std::slice::from_ref(name))).collect();
    assert_eq!(names, ["Radio", "TV", "Sonos"]);
    let reply = house.handle(&choices[2].1, &context).await.unwrap();
    assert_eq!(english(&reply.speech), "Playing jazz on the sonos.");
    // The one that is playing is meant, or else the one in the room.
    let den = Context { area: Some("den".to_owned()), ..context.clone() };
    assert_eq!(ask(&house, "HassMediaPause").await.0, "Paused the sonos.");
    assert_eq!(ask(&house, "HassTurnOff, name=media_player.two").await.1, Done);
    let reply = house.handle(&play, &den).await.unwrap();
    assert_eq!(english(&reply.speech), "Playing jazz on the TV.");
    assert_eq!(ask(&house, "HassGetWeather").await.0, "Right now it's partly cloudy.");
}
