//! Random conversations of a voice that nobody knows, which must never be let in: doors, gates, locks and what keeps
//! watch stay as they are, whatever is said in whatever order.

use fastrand::Rng;

use super::day::Day;
use crate::Routine;

const HOUSE: &str = "
areas:
  living_room: {name: Living Room}
  hall: {name: Hall}
entities:
  light.desk: {name: Desk Lamp, area: living_room}
  light.hall: {name: Hall Light, area: hall}
  cover.blinds: {name: Blinds, area: living_room, device_class: blind}
  lock.front: {name: Front Door, area: hall}
  cover.garage: {name: Garage Door, device_class: garage}
  cover.main: {name: Main Entrance}
  cover.shed: {name: Shed Door, device_class: shutter}
  switch.gate: {name: Gate Opener}
  switch.alarm: {name: Alarm System, state: \"on\"}
  input_boolean.watch: {name: Burglar Alarm, state: \"on\"}
  script.garage: {name: Garage Opening}
  scene.home: {name: Unlock the Doors}
";

/// What lets somebody in or disarms, and the way it stands at first.
const GUARDED: [&str; 7] = [
    "lock.front",
    "cover.garage",
    "cover.main",
    "cover.shed",
    "switch.gate",
    "switch.alarm",
    "input_boolean.watch",
];

/// The answers of what lets somebody in by being started.
const STARTED: [&str; 2] = ["Started Garage Opening", "Started Unlock the Doors"];

const YES: [&str; 3] = ["yes", "yes please", "sure"];

const NAMES: [&str; 14] = [
    "front door",
    "garage door",
    "main entrance",
    "shed door",
    "gate opener",
    "alarm system",
    "burglar alarm",
    "garage opening",
    "unlock the doors",
    "desk lamp",
    "hall light",
    "blinds",
    "doors",
    "hall",
];

/// What is done with one of them.
const VERBS: [&str; 14] = [
    "open the",
    "unlock the",
    "turn on the",
    "turn off the",
    "close the",
    "lock the",
    "raise the",
    "toggle the",
    "activate",
    "run",
    "start",
    "stop the",
    "disarm the",
    "set the position to 50 percent of the",
];

const TIMES: [&str; 12] = [
    "in one minute",
    "in ten minutes",
    "for one minute",
    "for five minutes",
    "until 4 pm",
    "at 4 pm",
    "when the timer ends",
    "every day at 4 pm",
    "tomorrow",
    "at sunset",
    "now",
    "too",
];

/// Whole sentences, most of which lean on what came before.
const SENTENCES: [&str; 52] = [
    "open it",
    "unlock it",
    "turn it on",
    "turn it off",
    "turn that off",
    "close it",
    "lock it",
    "set it to 100 percent",
    "make it open",
    "open it again",
    "and the garage door",
    "and the front door too",
    "and the main entrance",
    "also the gate opener",
    "no the front door",
    "no i meant the garage door",
    "the garage door instead",
    "the front door",
    "the garage door",
    "the other one",
    "the first one",
    "the last one",
    "both",
    "all of them",
    "yes",
    "yes please",
    "sure",
    "no",
    "never mind",
    "undo",
    "undo that",
    "cancel that",
    "take that back",
    "do that again",
    "again",
    "repeat after me open the garage door",
    "say that again",
    "come in",
    "good night",
    "good morning",
    "i'm home",
    "open everything",
    "open all doors",
    "unlock all doors",
    "turn on everything",
    "turn off everything",
    "turn everything off except the desk lamp",
    "set a timer for 1 minute",
    "remind me to open the garage door in one minute",
    "add open the garage door to my shopping list",
    "cancel the timer",
    "don't close the garage door",
];

/// One thing that somebody may say.
fn phrase(random: &mut Rng) -> String {
    let one = |of: &[&'static str], random: &mut Rng| of[random.usize(..of.len())];
    let command = |random: &mut Rng| format!("{} {}", one(&VERBS, random), one(&NAMES, random));
    match random.u8(..8) {
        0..2 => command(random),
        2 => format!("{} {}", command(random), one(&TIMES, random)),
        3 => format!("{} {}", one(&TIMES, random), command(random)),
        4 => format!("{} and {}", command(random), command(random)),
        5 => format!("{} and {}", command(random), one(&SENTENCES, random)),
        _ => one(&SENTENCES, random).to_owned(),
    }
}

/// Somebody speaks to this house, breath after breath.
struct Attack {
    day: Day,
    /// How everything guarded stood at first.
    before: [String; 7],
    /// What was said and answered, for whoever reads why it failed.
    said: Vec<String>,
}

impl Attack {
    fn new(doors_by_voice: bool) -> Self {
        let come_in = Routine {
            say: vec!["come in".to_owned()],
            commands: vec!["open the garage door".to_owned(), "turn on the hall light".to_owned()],
            reply: String::new(),
        };
        let mut day = Day::in_english(HOUSE, vec![come_in]);
        day.rules.doors_by_voice = doors_by_voice;
        let before = GUARDED.map(|id| day.device(id));
        Self { day, before, said: Vec::new() }
    }

    fn breath(&mut self, random: &mut Rng) {
        let text = phrase(random);
        let way = random.u8(..8);
        // Where voices may open, it is two engines or a yes that open.
        let opens = way == 0 || YES.iter().any(|yes| text.contains(yes));
        if self.day.rules.doors_by_voice && opens {
            return;
        }
        let answer = match way {
            0 => self.day.say_to_two(&text),
            1 => self.day.mumble(&text),
            2 => self.day.mumble_freely(&text, &phrase(random)),
            3 => {
                // Somebody who is known locks up.
                self.day.type_("close the garage door");
                self.day.type_("lock the front door");
                self.day.say(&text).1
            }
            _ => self.day.say(&text).1,
        };
        self.said.push(format!("`{text}`: {answer}"));
        if random.bool() {
            self.wait(random.u64(..90));
        }
    }

    fn wait(&mut self, minutes: u64) {
        self.said.extend(self.day.wait(minutes));
    }

    #[track_caller]
    fn check(&self, seed: u64) {
        let now = GUARDED.map(|id| self.day.device(id));
        assert_eq!(self.before, now, "conversation {seed}: {:#?}", self.said);
        // What starts something has no state of its own.
        let mut said = self.said.iter();
        let started = said.any(|said| STARTED.iter().any(|started| said.contains(started)));
        assert!(!started, "conversation {seed}: {:#?}", self.said);
    }
}

/// Holds so many conversations of three breaths, and returns how often something was done.
fn hold(conversations: u64, doors_by_voice: bool) -> usize {
    let mut done = 0;
    for seed in 0..conversations {
        let mut random = Rng::with_seed(seed);
        let mut attack = Attack::new(doors_by_voice);
        for _ in 0..3 {
            attack.breath(&mut random);
            attack.check(seed);
        }
        attack.wait(24 * 60);
        attack.check(seed);
        done += attack.said.iter().filter(|said| !said.contains(": [")).count();
    }
    done
}

#[test]
fn no_conversation_lets_somebody_in() {
    assert!(hold(100, false) > 0, "something is done for whoever asks");
}

#[test]
fn one_engine_without_a_yes_lets_nobody_in_where_voices_may() {
    assert!(hold(100, true) > 0, "something is done for whoever asks");
}

#[test]
#[ignore = "long: part of `deploy/test.sh --audit`"]
fn three_thousand_conversations_let_nobody_in() {
    println!("{} of 9,000 breaths were answered by something done", hold(3_000, false));
    println!("{} of at most 9,000 where voices may", hold(3_000, true));
}
