//! Names that are also words of a command.

use super::day::Day;

const HOUSE: &str = "
areas:
  kitchen: {name: Kitchen}
entities:
  switch.alarm: {name: Alarm, area: kitchen}
  scene.stop: {name: Stop}
  scene.night: {name: Good Night}
  light.desk: {name: Desk Lamp, area: kitchen}
  light.all: {name: Kitchen Lights, area: kitchen}
  switch.heater: {name: Water Heater}
";

#[test]
fn names_with_which_a_command_is_meant_are_warned_of() {
    let clock = jiff::civil::date(2026, 11, 29).at(15, 10, 0, 0);
    let mut day = Day::alone(HOUSE, Some("kitchen".to_owned()), clock);
    let found = day.shadowed();
    let found: Vec<_> = found.iter().map(|(name, said)| (name.as_str(), said.as_str())).collect();
    assert_eq!(
        found,
        [("Good Night", "good night"), ("Stop", "stop"), ("Alarm", "turn on the alarm")]
    );
    // The warning is right: it is the alarm of the clock that was meant.
    day.switch_all_on();
    day.answer("turn off the alarm");
    assert_eq!(day.device("switch.alarm"), "on");
}
