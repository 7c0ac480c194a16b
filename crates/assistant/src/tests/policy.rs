//! Whether something may be done, through the real house: whoever asks, in whatever way.

use super::day::Day;
use crate::Routine;

const HOUSE: &str = "
areas:
  living_room: {name: Living Room}
entities:
  light.desk: {name: Desk Lamp, area: living_room}
  lock.front: {name: Front Door}
  cover.garage: {name: Garage Door, device_class: garage}
  switch.alarm: {name: House Alarm, state: \"on\"}
";
const NO: &str = "[refused] I can't let anyone in by voice.";
const UNLOCKED: &str = "Unlocked the front door.";

/// A day in a house where a routine unlocks the door, and whether voices may open doors.
fn day(doors_by_voice: bool) -> Day {
    let come_in = Routine {
        say: vec!["come in".to_owned()],
        commands: vec!["unlock the front door".to_owned()],
        reply: String::new(),
    };
    let mut day = Day::with_routines(HOUSE, vec![come_in]);
    day.rules.doors_by_voice = doors_by_voice;
    day
}

#[test]
fn a_voice_unlocks_nothing_however_it_asks() {
    let mut day = day(false);
    assert_eq!(day.say("lock the front door").1, "Locked the front door.");
    for text in [
        "unlock the front door",
        "unlock it",
        "unlock the front door in ten minutes",
        "come in",
        "open the garage door",
    ] {
        assert_eq!(day.say(text).1, NO, "{text}");
        // What the grammar alone hears is no scheduled action.
        if !text.ends_with("minutes") {
            assert_eq!(day.mumble(text), NO, "{text}");
        }
    }
    let chain = "[refused] Turned on the desk lamp. The front door stays as it is. I can't let \
                 anyone in by voice.";
    assert_eq!(day.say("turn on the desk lamp and unlock the front door").1, chain);
    assert!(day.wait(20).is_empty());
    // Nor by a yes to what was asked while it was allowed, nor by taking back what was typed.
    day.rules.doors_by_voice = true;
    assert!(day.mumble("unlock the front door").starts_with("[asked]"));
    day.rules.doors_by_voice = false;
    assert_eq!(day.say("yes").1, NO);
    assert_eq!(day.type_("close the garage door"), "Closed the garage door.");
    assert_eq!(day.say("undo").1, "[refused] I can't undo that.");
    assert_eq!(day.device("lock.front"), "locked");
    assert_eq!(day.device("cover.garage"), "closed 0 %");
}

#[test]
fn a_voice_that_may_unlocks_what_two_engines_hear_or_after_a_yes() {
    let mut day = day(true);
    assert_eq!(day.say_to_two("unlock the front door"), UNLOCKED);
    assert_eq!(day.device("lock.front"), "unlocked");
    assert_eq!(day.say("lock it").1, "Locked the front door.");
    assert_eq!(day.say_to_two("unlock it"), UNLOCKED);
    day.say("lock the front door");
    // One recogniser is as sure of a television.
    let asks = "[asked] Did you want to unlock the front door?";
    assert_eq!(day.say("unlock the front door").1, asks);
    assert_eq!(day.mumble("unlock the front door"), asks);
    assert_eq!(day.device("lock.front"), "locked");
    assert_eq!(day.say("yes").1, UNLOCKED);
    day.say("lock the front door");
    let chain = "Turned on the desk lamp. Unlocked the front door.";
    assert_eq!(day.say_to_two("turn on the desk lamp and unlock the front door"), chain);
    day.say("lock the front door");
    assert_eq!(day.say_to_two("come in"), UNLOCKED);
    assert_eq!(day.device("lock.front"), "unlocked");
}

#[test]
fn what_is_scheduled_is_judged_when_it_is_ordered_and_when_it_is_done() {
    let mut day = day(true);
    let ordered = "In 10 minutes: unlock the front door.";
    assert_eq!(day.say_to_two("unlock the front door in ten minutes"), ordered);
    assert_eq!(day.wait(11), [UNLOCKED]);
    assert_eq!(day.device("lock.front"), "unlocked");
    day.say("lock the front door");
    assert_eq!(day.say_to_two("unlock the front door in ten minutes"), ordered);
    day.rules.doors_by_voice = false;
    assert_eq!(day.wait(11), [NO]);
    assert_eq!(day.device("lock.front"), "locked");
    // Whoever typed it is known when it is due, too.
    assert_eq!(day.type_("unlock the front door in ten minutes"), ordered);
    assert_eq!(day.wait(11), [UNLOCKED]);
    // Muting for a while brings its end along; nobody else opens the microphone later.
    assert!(day.say("unmute in ten minutes").1.starts_with("[refused]"));
    assert!(day.say("stop listening for 5 minutes").1.ends_with("(Mute)"));
    assert_eq!(day.wait(6), ["I'm listening again. (Unmute)"]);
}

#[test]
fn what_is_typed_is_done_word_for_word_and_asked_about_if_it_is_only_nearly_that() {
    for doors_by_voice in [true, false] {
        let mut day = day(doors_by_voice);
        assert_eq!(day.type_("unlock the front door"), UNLOCKED);
        assert_eq!(day.device("lock.front"), "unlocked");
        day.type_("lock the front door");
        let asked = day.type_("unlock the frnt door");
        assert!(asked.starts_with("[asked] Did you want to unlock the front door?"), "{asked}");
        assert_eq!(day.device("lock.front"), "locked");
        assert_eq!(day.type_("yes"), UNLOCKED);
    }
}

#[test]
fn a_time_makes_no_guess_surer_and_opens_nothing_that_was_closed() {
    let mut day = day(true);
    let asked = day.type_("unlock the frnt door in ten minutes");
    assert!(asked.starts_with("[asked]"), "{asked}");
    assert_eq!(day.type_("no"), "All right.");
    // They are locked and closed already: nothing is put back at the end.
    for text in ["lock the front door for 5 minutes", "close the garage door until 4 pm"] {
        day.type_(text);
        day.say(text);
    }
    day.wait(120);
    assert_eq!(day.device("lock.front"), "locked");
    assert_eq!(day.device("cover.garage"), "closed 0 %");
}

#[test]
fn an_alarm_that_keeps_watch_is_no_lamp() {
    let mut day = day(false);
    assert_eq!(day.say("turn off the house alarm").1, NO);
    // That of the clock.
    assert_eq!(day.type_("turn off the alarm"), "You have no alarms set.");
    assert_eq!(day.device("switch.alarm"), "on");
    assert_eq!(day.type_("turn off the house alarm"), "Turned off the house alarm.");
    assert_eq!(day.say("turn on the house alarm").1, "Turned on the house alarm.");
}

#[test]
fn more_than_one_timer_or_alarm_goes_only_after_one_question() {
    let mut day = day(false);
    day.say("set a timer for 5 minutes");
    assert_eq!(day.say("cancel all timers").1, "Cancelled 1 timer.");
    day.say("set a timer for 5 minutes");
    day.say("set a timer for 10 minutes");
    assert_eq!(day.say("cancel all timers").1, "[asked] Cancel both timers?");
    assert_eq!(day.say("yes").1, "Cancelled 2 timers.");
    day.say("set an alarm for 7 am");
    day.say("set an alarm for 8 am");
    assert_eq!(day.mumble("cancel all alarms"), "[asked] Cancel both alarms?");
    assert_eq!(day.say("yes").1, "Cancelled 2 alarms.");
}
