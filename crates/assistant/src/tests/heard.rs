//! What is done with what was heard: readings, certainty, questions.

use language::testing::english;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use voice::testing::{FREE, GRAMMAR, WHISPER};
use voice::{
    Alternative, BoxFuture, Context, EngineInfo, Handles, Intent, ListValue, Lists, Outcome, Reply,
    Request, Result, Risk, Role, SatelliteId, Skill, Target, Transcript, TurnId,
};

use crate::{Assistant, Conversation, Moment, Parts, Rules, SecondOpinion};

/// Does what it is asked and says what that was.
struct Does;

impl Skill for Does {
    fn name(&self) -> &'static str {
        "does"
    }

    fn intents(&self) -> &'static [Handles] {
        const {
            &[
                Handles::rated("HassTurnOn", opens),
                Handles::rated("HassTurnOff", opens),
                Handles::new("HassShoppingListAddItem", Risk::Comfort),
            ]
        }
    }

    fn handle<'a>(&'a self, intent: &'a Intent, _: &'a Context) -> BoxFuture<'a, Result<Reply>> {
        let speech = format!("{} {}", intent.name, intent.text("name").unwrap_or_default());
        Box::pin(std::future::ready(Ok(Reply::done(voice::Speech::verbatim(speech)))))
    }
}

/// Turning on opens doors, and turning off unlocks them.
fn opens(intent: &Intent, target: Option<&Target>) -> Risk {
    let on = intent.name == "HassTurnOn";
    match target.map(|target| (target.domain.as_str(), target.role)) {
        Some(("cover", Some(Role::Entrance))) if on => Risk::Security,
        Some(("lock", _)) if !on => Risk::Security,
        _ => Risk::Comfort,
    }
}

fn house() -> Assistant {
    let mut lists = Lists::default();
    for (spoken, out, class) in [
        ("kitchen light", "light.kitchen", None),
        ("front door", "lock.front", None),
        ("garage door", "cover.garage", Some("garage")),
    ] {
        let domain = out.split_once('.').map_or("", |(domain, _)| domain);
        let mut context = vec![("domain".to_owned(), domain.to_owned())];
        context.extend(class.map(|class| ("device_class".to_owned(), class.to_owned())));
        lists.push("name", ListValue { spoken: spoken.into(), out: out.into(), context });
    }
    let (skills, routines) = (vec![Arc::new(Does) as _], Vec::new());
    let parts = Parts { texts: super::texts(), lists, skills, routines, area: None };
    Assistant::new(parts).expect("a house")
}

fn heard(text: &str, confidence: f32) -> Transcript {
    Transcript { text: text.into(), confidence, ..Transcript::nothing(GRAMMAR) }
}

fn other(engine: EngineInfo, text: &str, confidence: f32) -> Alternative {
    Alternative { text: text.into(), engine, confidence, words: Vec::new() }
}

/// A transcript without words that may have been one of these.
fn perhaps(readings: &[(&str, f32)]) -> Transcript {
    let reading = |&(text, confidence): &(&str, f32)| other(GRAMMAR, text, confidence);
    Transcript { alternatives: readings.iter().map(reading).collect(), ..heard("", 0.0) }
}

/// A second engine that heard this, if it could tell.
struct Other {
    text: Option<&'static str>,
    asked: AtomicBool,
}

fn second(text: Option<&'static str>) -> Other {
    Other { text, asked: AtomicBool::new(false) }
}

impl SecondOpinion for Other {
    fn of(&self, turn: TurnId) -> BoxFuture<'_, Option<Transcript>> {
        assert!(turn == TurnId(7), "asked about another turn");
        self.asked.store(true, Ordering::Relaxed);
        let heard =
            self.text.map(|text| Transcript { text: text.into(), ..Transcript::nothing(WHISPER) });
        Box::pin(std::future::ready(heard))
    }
}

/// A day on which somebody speaks to the house, second by second.
struct Day {
    house: Assistant,
    conversation: Conversation,
    now: SystemTime,
    runtime: tokio::runtime::Runtime,
}

impl Day {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        Self {
            house: house(),
            conversation: Conversation::new(SatelliteId::local(), None),
            now: SystemTime::UNIX_EPOCH,
            runtime: runtime.expect("a runtime"),
        }
    }

    fn hear(
        &mut self,
        transcript: &Transcript,
        second: Option<&dyn SecondOpinion>,
    ) -> (String, Outcome) {
        self.now += Duration::from_secs(1);
        let request = match transcript.engine {
            EngineInfo::TYPED => Request::typed(transcript.text.clone()),
            _ => Request::spoken(SatelliteId::local(), transcript.clone()),
        };
        let rules = Rules { doors_by_voice: true, ..Rules::default() };
        let moment = Moment { now: self.now, rules, volume: 100, second };
        let acting = self.conversation.act(&self.house, TurnId(7), &request, moment);
        let reply = self.runtime.block_on(acting).reply;
        (english(&reply.speech), reply.outcome)
    }

    #[track_caller]
    fn check(&mut self, transcript: &Transcript, speech: &str, outcome: Outcome) {
        assert_eq!(self.hear(transcript, None), (speech.to_owned(), outcome));
    }

    #[track_caller]
    fn check_two(&mut self, transcript: &Transcript, other: Option<&'static str>, speech: &str) {
        assert_eq!(self.hear(transcript, Some(&second(other))).0, speech);
    }
}

const DID_LIGHT: &str = "HassTurnOn light.kitchen";
const DID_GARAGE: &str = "HassTurnOn cover.garage";
const ASKS_GARAGE: &str = "Did you want to open the garage door?";

#[test]
fn another_reading_is_taken_when_the_first_means_nothing() {
    let mut day = Day::new();
    let light = "turn on the kitchen light";
    day.check(&perhaps(&[("turn on the kitten", 0.8), (light, 0.6)]), DID_LIGHT, Outcome::Done);
    let first = Transcript {
        text: "Turn on the kitten light.".into(),
        ..perhaps(&[("turn off the kitchen light", 0.7), (light, 0.6)])
    };
    day.check(&first, "HassTurnOff light.kitchen", Outcome::Done);
    // Not if it is unlikely, nor what must not happen by guessing.
    let unlikely = Transcript { text: "What a day.".into(), ..perhaps(&[(light, 0.3)]) };
    day.check(&unlikely, "Sorry, I can't help with that.", Outcome::NotUnderstood);
    for sentence in ["open the garage door", "unlock the front door"] {
        let guess = perhaps(&[(sentence, 0.9)]);
        day.check(&guess, "Sorry, I didn't catch that.", Outcome::NotUnderstood);
    }
}

#[test]
fn what_was_hardly_heard_is_asked_about() {
    let mut day = Day::new();
    let hardly = perhaps(&[("please turn on the kitchen light", 0.45)]);
    let question = "Did you mean turn on the kitchen light?";
    day.check(&hardly, question, Outcome::Asked);
    day.check(&heard("yes", 0.9), DID_LIGHT, Outcome::Done);
    // An engine that does not stand for it may have been near to that.
    let nearly = perhaps(&[("please turn on the kitchen light", Transcript::BELIEVED - 0.01)]);
    day.check(&nearly, question, Outcome::Asked);
    day.check(&heard("no", 0.9), "All right.", Outcome::Done);
    // One question has one answer.
    day.check(&heard("yes", 0.9), "I didn't ask anything.", Outcome::Refused);
    let noise = perhaps(&[("turn on the kitchen light", 0.39)]);
    day.check(&noise, "Sorry, I didn't catch that.", Outcome::NotUnderstood);
}

#[test]
fn what_may_have_been_a_negation_is_asked_about() {
    let mut day = Day::new();
    let light = |text: &str, confidence| Transcript {
        alternatives: vec![other(GRAMMAR, text, confidence)],
        ..heard("turn on the kitchen light", 0.9)
    };
    let asks = "Did you mean turn on the kitchen light?";
    day.check(&light("don't turn on the kitchen light", 0.25), asks, Outcome::Asked);
    day.check(&light("don't turn on the kitchen light", 0.1), DID_LIGHT, Outcome::Done);
    day.check(&light("turn off the kitchen light", 0.25), DID_LIGHT, Outcome::Done);
    day.check(&heard("don't turn on the kitchen light", 0.9), "OK, I won't.", Outcome::Done);
}

#[test]
fn words_behind_a_misheard_verb_that_begin_with_a_negation_are_asked_about() {
    let mut day = Day::new();
    let whisper = |text: &str| Transcript { engine: WHISPER, ..heard(text, 0.9) };
    let asks = "Did you mean add don't milk to my shopping list?";
    day.check(&whisper("I don't milk to my shopping list."), asks, Outcome::Asked);
    let does = "HassShoppingListAddItem ";
    day.check(&whisper("Ad milk to my shopping list."), does, Outcome::Done);
    day.check(&whisper("Add don't panic to my shopping list."), does, Outcome::Done);
}

#[test]
fn what_is_for_all_things_is_asked_about_where_something_else_is_as_likely() {
    let mut day = Day::new();
    let all = |confidence| Transcript {
        alternatives: vec![other(GRAMMAR, "turn off the kitchen light", confidence)],
        ..heard("turn off all the lights", 0.9)
    };
    day.check(&all(0.6), "Did you mean turn off all the lights?", Outcome::Asked);
    day.check(&all(0.1), "HassTurnOff ", Outcome::Done);
    let mut two = all(0.1);
    two.alternatives.push(other(GRAMMAR, "turn on the kitchen light", 0.1));
    day.check(&two, "Did you mean turn off all the lights?", Outcome::Asked);
    // Something else was said that no sentence has, perhaps; two engines that agree know better.
    let unclear = |transcript| Transcript { clarity: 0.7, ..transcript };
    let alone = unclear(heard("turn off all the lights", 0.9));
    day.check(&alone, "Did you mean turn off all the lights?", Outcome::Asked);
    let mut agreed = alone;
    agreed.alternatives.push(other(WHISPER, "Turn off all the lights.", 0.9));
    day.check(&agreed, "HassTurnOff ", Outcome::Done);
    day.check(&unclear(heard("turn on the kitchen light", 0.9)), DID_LIGHT, Outcome::Done);
    let mut lists = Lists::default();
    let (spoken, out) = ("cellar".to_owned(), "cellar".to_owned());
    lists.push("area", ListValue { spoken, out, context: Vec::new() });
    day.house = day.house.with_lists(lists, None).expect("a house");
    let of_a_room = heard("turn on the lights in the cellar", 0.9);
    let asks = "Did you mean turn on the lights in the cellar?";
    day.check(&unclear(of_a_room.clone()), asks, Outcome::Asked);
    day.check(&of_a_room, "HassTurnOn ", Outcome::Done);
}

#[test]
fn one_engine_is_not_enough_for_what_lets_somebody_in() {
    let mut day = Day::new();
    let open = |confidence| heard("please open the garage door", confidence);
    day.check(&open(0.99), ASKS_GARAGE, Outcome::Asked);
    day.check(&open(0.7), ASKS_GARAGE, Outcome::Asked);
    day.check(&heard("yes", 0.9), DID_GARAGE, Outcome::Done);
    let unlock = heard("unlock the front door", 0.7);
    day.check(&unlock, "Did you want to unlock the front door?", Outcome::Asked);
    // What does no harm is done, and so is what was typed.
    day.check(&heard("close the garage door", 0.55), "HassTurnOff cover.garage", Outcome::Done);
    day.check(&heard("lock the front door", 0.55), "HassTurnOn lock.front", Outcome::Done);
    day.check(&Transcript { engine: EngineInfo::TYPED, ..open(0.0) }, DID_GARAGE, Outcome::Done);
}

#[test]
fn two_engines_must_agree_on_what_is_risky() {
    let mut day = Day::new();
    let sure = heard("open the garage door", 0.95);
    day.check_two(
        &heard("open the garage door", 0.6),
        Some("Open up the garage door."),
        DID_GARAGE,
    );
    day.check_two(&sure, Some("Open the garbage door."), ASKS_GARAGE);
    day.check_two(&sure, Some("Close the garage door."), ASKS_GARAGE);
    day.check_two(&sure, Some(""), ASKS_GARAGE);
    day.check_two(&sure, None, ASKS_GARAGE);
    // The sentences of the house were asked first and knew nothing.
    let alone = Transcript { engine: WHISPER, ..sure.clone() };
    day.check_two(&alone, Some("unused"), ASKS_GARAGE);
    // That it thought of it and did not believe it is no second opinion.
    let unbelieved = Transcript {
        alternatives: vec![other(GRAMMAR, "open the garage door", 0.3)],
        ..alone.clone()
    };
    day.check_two(&unbelieved, Some("unused"), ASKS_GARAGE);
    // Nobody is asked about a lamp.
    let other = second(None);
    let light = heard("turn on the kitchen light", 0.6);
    assert_eq!(day.hear(&light, Some(&other)).0, DID_LIGHT);
    assert!(!other.asked.load(Ordering::Relaxed));
}

#[test]
fn a_question_is_forgotten() {
    let mut day = Day::new();
    let open = heard("open the garage door", 0.6);
    let yes = heard("yes", 0.9);
    day.check(&open, ASKS_GARAGE, Outcome::Asked);
    day.now += Duration::from_secs(60);
    day.check(&yes, "I didn't ask anything.", Outcome::Refused);
    // By another command, too, and by words that mean nothing.
    day.check(&open, ASKS_GARAGE, Outcome::Asked);
    day.check(&heard("turn on the kitchen light", 0.9), DID_LIGHT, Outcome::Done);
    day.check(&yes, "I didn't ask anything.", Outcome::Refused);
    day.check(&open, ASKS_GARAGE, Outcome::Asked);
    day.check(&heard("well well", 0.9), "Sorry, I can't help with that.", Outcome::NotUnderstood);
    day.check(&yes, "I didn't ask anything.", Outcome::Refused);
}

#[test]
fn a_question_outlives_a_change_of_names() {
    let mut day = Day::new();
    day.check(&heard("open the garage door", 0.6), ASKS_GARAGE, Outcome::Asked);
    let mut lists = Lists::default();
    let context = vec![("domain".to_owned(), "light".to_owned())];
    let (spoken, out) = ("lantern".to_owned(), "light.lantern".to_owned());
    lists.push("name", ListValue { spoken, out, context });
    day.house = day.house.with_lists(lists, None).expect("a house");
    day.check(&heard("yes", 0.9), DID_GARAGE, Outcome::Done);
    day.check(&heard("turn on the lantern", 0.9), "HassTurnOn light.lantern", Outcome::Done);
    let old = heard("turn on the kitchen light", 0.9);
    day.check(&old, "Sorry, I can't help with that.", Outcome::NotUnderstood);
}

#[test]
fn what_the_network_wrote_by_itself_is_asked_about_unless_a_sentence_agrees() {
    let mut day = Day::new();
    let light = "turn on the kitchen light";
    let wrote = |text, confidence| Transcript {
        alternatives: vec![other(FREE, text, confidence)],
        ..heard("", 0.3)
    };
    day.check(&wrote(light, 0.9), "Did you mean turn on the kitchen light?", Outcome::Asked);
    day.check(&heard("yes", 0.9), DID_LIGHT, Outcome::Done);
    let nothing = "Sorry, I didn't catch that.";
    day.check(&wrote(light, 0.39), nothing, Outcome::NotUnderstood);
    // Anybody says that.
    day.check(&wrote("stop", 0.9), nothing, Outcome::NotUnderstood);
    // With a sentence of the house that was hardly heard it is enough, in whatever words.
    let both = |sentence, confidence| Transcript {
        alternatives: vec![other(GRAMMAR, sentence, confidence), other(FREE, light, 0.8)],
        ..heard("", 0.5)
    };
    day.check(&both("turn the kitchen light on", 0.45), DID_LIGHT, Outcome::Done);
    // Not if they differ, and not for what is risky.
    let off = both("turn off the kitchen light", 0.45);
    day.check(&off, "Did you mean turn off the kitchen light?", Outcome::Asked);
    let door = Transcript {
        alternatives: vec![
            other(GRAMMAR, "open the garage door", 0.5),
            other(FREE, "open the garage door", 0.9),
        ],
        ..heard("", 0.5)
    };
    day.check(&door, nothing, Outcome::NotUnderstood);
}

#[test]
fn what_was_nearly_a_sentence_is_understood_and_nothing_risky_done_by_that() {
    let mut day = Day::new();
    let whisper = |text: &str| Transcript { engine: WHISPER, ..heard(text, 0.9) };
    day.check(&whisper("Turn on the, um, kitten light."), DID_LIGHT, Outcome::Done);
    day.check(
        &whisper("What a kitchen."),
        "Sorry, I can't help with that.",
        Outcome::NotUnderstood,
    );
    // Not even if it is typed.
    let typed = Transcript { engine: EngineInfo::TYPED, ..heard("open the garge door", 1.0) };
    day.check(&typed, ASKS_GARAGE, Outcome::Asked);
    day.check(&heard("yes", 0.9), DID_GARAGE, Outcome::Done);
    // What an engine heard that knows the sentences is one, or nothing.
    let grammar = heard("turn on the kitten light", 0.9);
    day.check(&grammar, "Sorry, I can't help with that.", Outcome::NotUnderstood);
}

#[test]
fn what_cannot_be_taken_apart_means_nothing() {
    let house = house();
    for text in
        ["add milk, eggs and set a timer for 5 minutes", "make a list called x and add y to it"]
    {
        assert!(house.likely(text).is_none() && house.recognise(text).is_none(), "{text}");
    }
    let two = house.likely("set a pasta timer for 5 minutes and a pizza timer for 8 minutes");
    assert_eq!(two.map(|first| first.then.len()), Some(1));
}
