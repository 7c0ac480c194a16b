//! Conversations: what is said, and what is answered.

use super::day::Day;

const HOUSE: &str = "
areas:
  kitchen: {name: Kitchen}
  bedroom: {name: Bedroom}
  living_room: {name: Living Room}
entities:
  light.kitchen: {name: Kitchen Light, area: kitchen}
  light.bed: {name: Bed Light, area: bedroom}
  light.desk: {name: Desk Lamp, area: living_room}
  fan.ceiling: {name: Ceiling Fan, area: living_room}
  cover.garage: {name: Garage Door, device_class: garage}
  lock.front: {name: Front Door}
";

/// Says these one after the other and compares the answers.
#[track_caller]
fn talk(turns: &[(&str, &str)]) -> Day {
    let mut day = Day::new(HOUSE);
    for (text, answer) in turns {
        assert_eq!(day.say(text).1, *answer, "`{text}`");
    }
    day
}

#[test]
fn it_is_what_was_talked_about_last() {
    talk(&[
        ("turn it off", "[refused] I don't know what you mean."),
        ("turn on the desk lamp", "Turned on the desk lamp."),
        ("make it blue", "Set the desk lamp to blue."),
        ("lock it", "[refused] I don't know what you mean."),
        ("turn on the bed light", "Turned on the bed light."),
        ("turn the other one off", "Turned off the desk lamp."),
        ("turn off the bed light", "Turned off the bed light."),
        ("and the kitchen too", "Turned off the lights in the kitchen."),
        ("turn it on in ten minutes", "In 10 minutes: turn it on."),
    ]);
}

#[test]
fn what_was_done_is_taken_back_for_half_a_minute() {
    let mut day = talk(&[
        ("undo", "[refused] There's nothing to undo."),
        (
            "turn on the desk lamp and the bed light",
            "Turned on the desk lamp. Turned on the bed light.",
        ),
        ("undo that", "All right, undone."),
        ("are any lights on", "No, none of the lights are on."),
        ("add milk to my shopping list", "Added milk to the shopping list."),
        ("undo that", "All right, undone."),
        ("what's on my shopping list", "The shopping list is empty."),
        ("turn on the desk lamp", "Turned on the desk lamp."),
        ("no the bed light", "Turned on the bed light."),
        ("is the desk lamp on", "No, the desk lamp is off."),
        ("set a timer for 5 minutes", "Timer set for 5 minutes."),
    ]);
    day.now += std::time::Duration::from_secs(30);
    assert_eq!(day.say("undo").1, "[refused] That was too long ago to undo.");
}

#[test]
fn what_is_missing_is_asked_for_and_answered() {
    talk(&[
        ("set an alarm", "[asked] For what time?"),
        ("7 am", "Alarm set for 7 AM tomorrow."),
        ("set an alarm", "[asked] For what time?"),
        ("never mind", ""),
        ("7 am", "[refused] I'm not sure what that's about."),
        ("set a pasta timer for 9 minutes", "Pasta timer set for 9 minutes."),
        ("set an egg timer for 5 minutes", "Egg timer set for 5 minutes."),
        ("cancel the timer", "[asked] Which one, the pasta timer or the egg timer?"),
        ("the egg one", "Cancelled the egg timer."),
        ("set an egg timer for 5 minutes", "Egg timer set for 5 minutes."),
        ("cancel the timer", "[asked] Which one, the pasta timer or the egg timer?"),
        ("the first one", "Cancelled the pasta timer."),
    ]);
}

#[test]
fn missing_words_are_asked_for_and_taken_as_they_come() {
    talk(&[
        ("set a timer", "[asked] For how long?"),
        ("five minutes", "Timer set for 5 minutes."),
        ("cancel that", "All right, undone."),
        ("add something to my shopping list", "[asked] What should I add?"),
        ("oat milk and eggs", "Added oat milk and eggs to the shopping list."),
        ("remind me", "[asked] What should I remind you about?"),
        ("call the plumber", "[asked] When?"),
        ("tomorrow at 9 am", "I'll remind you at 9 AM tomorrow: call the plumber."),
        ("remind me tomorrow at 8 am", "[asked] What should I remind you about?"),
        ("cancel that", "All right."),
        // A command is no answer.
        ("add something to my shopping list", "[asked] What should I add?"),
        ("turn on the desk lamp", "Turned on the desk lamp."),
        ("what's on my shopping list", "On the shopping list: oat milk and eggs."),
        ("set a timer called eggs for 5 minutes", "Eggs timer set for 5 minutes."),
        ("cancel the egg timer", "Cancelled the eggs timer."),
    ]);
}

#[test]
fn one_breath_is_done_step_by_step() {
    talk(&[
        (
            "turn on the desk lamp, the bed light and the ceiling fan",
            "Turned on the desk lamp. Turned on the bed light. Turned on the ceiling fan.",
        ),
        (
            "turn off the kitchen and bedroom lights",
            "Turned off the lights in the kitchen. Turned off the lights in the bedroom.",
        ),
        (
            "set a timer for 5 minutes and turn off the desk lamp",
            "Timer set for 5 minutes. Turned off the desk lamp.",
        ),
        ("add milk and eggs to my shopping list", "Added milk and eggs to the shopping list."),
    ]);
}

#[test]
fn the_gate_stands_where_things_are_done() {
    // However it is said: alone, in a row, later, again, in place of another, by "it".
    let no = "[refused] I can't let anyone in by voice.";
    talk(&[
        ("open the garage door", no),
        ("open the garage door in ten minutes", no),
        ("close the garage door", "Closed the garage door."),
        ("undo that", "[refused] I can't undo that."),
        ("open it", no),
        ("lock the front door", "Locked the front door."),
        ("unlock it", no),
        ("turn on the desk lamp", "Turned on the desk lamp."),
        (
            "turn on the desk lamp and open the garage door",
            &format!(
                "[refused] Turned on the desk lamp. The garage door stays as it is. {}",
                &no[10..]
            ),
        ),
        (
            "turn on guest mode",
            "Guest mode is on. I won't store anything or say anything private. (Guests(true))",
        ),
        ("turn off guest mode", "[refused] I can't do that by voice. You can do it on my page."),
        ("unmute", "[refused] I can't do that by voice. You can do it on my page."),
    ]);
}

#[test]
fn what_was_said_last_is_said_again() {
    talk(&[
        ("say that again", "[failed] I haven't said anything."),
        ("what day is it", "It's Sunday."),
        ("say that again", "It's Sunday."),
        ("turn off the desk lamp", "Turned off the desk lamp."),
        ("never mind", ""),
        ("what did you say", "Turned off the desk lamp."),
        ("what did you say", "Turned off the desk lamp."),
    ]);
}

#[test]
fn guests_are_told_nothing_private() {
    let mut day = talk(&[("add milk to my shopping list", "Added milk to the shopping list.")]);
    day.rules.guests = true;
    let no = "[refused] Not while guests are here. Check my page.";
    for text in ["what's on my shopping list", "what alarms do i have", "say that again"] {
        assert_eq!(day.say(text).1, no, "`{text}`");
    }
    assert_eq!(day.say("turn on the desk lamp").1, "Turned on the desk lamp.");
}

#[test]
fn a_thing_of_the_house_is_no_name_of_a_timer() {
    talk(&[
        ("set a timer for 5 minutes", "Timer set for 5 minutes."),
        ("and the front door", "[refused] I don't know what to do with that."),
        ("set a timer", "[asked] For how long?"),
        ("the front door", "[refused] I'm not sure what that's about."),
        ("set a timer", "[asked] For how long?"),
        ("and the front door", "[refused] I don't know what to do with that."),
        ("set a timer", "[asked] For how long?"),
        ("the kitchen", "[refused] I'm not sure what that's about."),
        ("set a timer", "[asked] For how long?"),
        ("7 minutes", "Timer set for 7 minutes."),
    ]);
}

#[test]
fn a_routine_is_carried_out_later() {
    let routine = |say: &str, commands: &[&str]| crate::Routine {
        say: vec![say.to_owned()],
        commands: commands.iter().map(|&command| command.to_owned()).collect(),
        reply: "Sleep well.".to_owned(),
    };
    let routines = vec![
        routine("good night", &["turn off the bed light", "turn off the desk lamp"]),
        routine("movie time", &["turn off the bed light in ten minutes"]),
    ];
    let mut day = Day::with_routines(HOUSE, routines);
    for (text, answer) in [
        (
            "turn on the bed light and the desk lamp",
            "Turned on the bed light. Turned on the desk lamp.",
        ),
        ("good night in ten minutes", "In 10 minutes: good night."),
        ("is the desk lamp on", "Yes, the desk lamp is on."),
    ] {
        assert_eq!(day.say(text).1, answer, "`{text}`");
    }
    day.wait(10);
    assert_eq!(day.say("is the bed light on").1, "No, the bed light is off.");
    assert_eq!(day.say("is the desk lamp on").1, "No, the desk lamp is off.");
    // What it puts off itself cannot be put off again, which is said at once.
    assert_eq!(day.say("movie time in an hour").1, "[refused] Sorry, I can't do that yet.");
}

/// An engine that knows nothing but sentences hears one of them in anything.
#[test]
fn nobody_is_asked_to_delete_what_another_verb_was_said_for() {
    let mut day = Day::new(HOUSE);
    for (free, asks) in [
        ("open everything", false),
        ("close everything", false),
        ("keep everything", false),
        ("wide everything", true),
        ("erase everything", true),
    ] {
        let answer = day.mumble_freely("wipe everything", free);
        assert_eq!(answer.contains("wipe everything?"), asks, "`{free}`: {answer}");
        assert!(asks || answer.contains("can't help"), "`{free}`: {answer}");
    }
}
