//! What templates mean, row by row, through the one door a user of the crate has.

use std::sync::Arc;

use intent::{Context, Error, Recogniser, Sentences};
use voice::{Intent, ListValue, Lists, SlotValue};

/// Lists and rules that the rows share.
const COMMON: &str = "
lists:
  brightness: {range: {from: 0, to: 100}}
  fives: {range: {from: 0, to: 100, step: 5}}
  halves: {range: {from: 0, to: 100, fractions: halves}}
  tenths: {range: {from: 10, to: 30, fractions: tenths}}
  scaled: {range: {from: 0, to: 10, multiplier: 2.5}}
  written: {range: {from: 0, to: 10, words: false}}
  anything: {wildcard: true}
  more: {wildcard: true}
  color:
    values:
      - red
      - in: \"[dark ]blue\"
        out: blue
      - light (green|lime)
expansion_rules:
  turn: (turn|switch)
  the: the
  turn_it: <turn> [<the>]
skip_words: [please, could you]
";

fn value(spoken: &str, out: &str, domain: &str) -> ListValue {
    let context = vec![("domain".to_owned(), domain.to_owned())];
    ListValue { spoken: spoken.to_owned(), out: out.to_owned(), context }
}

fn household() -> Lists {
    let mut lists = Lists::default();
    lists.push("name", value("Kitchen", "switch.kitchen", "switch"));
    lists.push("name", value("Kitchen Light", "light.kitchen", "light"));
    lists.push("name", value("Living-Room Lamp 2", "light.lamp", "light"));
    lists.push("name", value("Kit", "light.kit", "light"));
    lists.push("area", ListValue { context: Vec::new(), ..value("Kitchen", "kitchen", "") });
    lists
        .push("area", ListValue { context: Vec::new(), ..value("Living Room", "living_room", "") });
    lists
}

fn recogniser(files: &[&str]) -> Recogniser {
    let files: Vec<_> = files.iter().map(|text| ("test.yaml", *text)).collect();
    let sentences = Sentences::parse(&files).expect("the rows are valid templates");
    Recogniser::new(Arc::new(sentences), household()).expect("their lists exist")
}

/// `Intent slot=value …`, slots sorted.
fn shown(intent: Option<Intent>) -> String {
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
    slots.insert(0, intent.name);
    slots.join(" ")
}

/// The text against one template of the intent `X`; `-` is no match, `X` no slots.
fn check(template: &str, text: &str, expected: &str) {
    let sentence = template.replace('\\', "\\\\").replace('"', "\\\"");
    let own = format!("intents: {{X: {{data: [{{sentences: [\"{sentence}\"]}}]}}}}");
    let found = recogniser(&[COMMON, &own]).recognise(text, &Context::default());
    assert_eq!(shown(found), expected, "template `{template}`, text `{text}`");
}

#[test]
fn templates() {
    for (template, text, expected) in [
        // A number in words is taken whole, and ends no wildcard.
        ("time {anything} {brightness}", "time rice twenty five", "X anything=rice brightness=25"),
        ("time {anything} {brightness}", "time rice one five", "X anything=rice one brightness=5"),
        ("{brightness}-{fives}", "sixty-nine", "-"),
        ("{brightness}-{fives}", "sixty-five", "-"),
        ("{brightness} minus {fives}", "sixty-five minus five", "X brightness=65 fives=5"),
        // A number among free words may be one of the sentence.
        ("play (the next one|{anything})", "play the next 1", "X"),
        ("play (the next one|{anything})", "play 1 song", "X anything=1 song"),
        // Text: case, space and punctuation around words do not matter; words do.
        ("turn on the light", "Turn  ON the light!", "X"),
        ("turn on the light", "turn on the lights", "-"),
        ("turn on the light", "turn on light", "-"),
        ("light[s]", "lights", "X"),
        ("light[s]", "light", "X"),
        ("light[s]", "light s", "-"),
        ("turn(s|ed) on", "turned on", "X"),
        ("turn [on] light", "turn light", "X"),
        ("what's up", "what’s up?", "X"),
        ("living room", "living-room", "X"),
        ("living-room", "living room", "X"),
        ("wake( |-)up", "wake-up", "X"),
        ("a|b", "b", "X"),
        (r"a\|b", "a|b", "X"),
        // Any order.
        ("(TV;pause)", "pause tv", "X"),
        ("a;b", "b a", "X"),
        ("a (b;c;d) e", "a c d b e", "X"),
        ("a (b;c;d) e", "a cdb e", "-"),
        ("a (b;c;d) e", "a c d e", "-"),
        ("[a;b] c", "c", "X"),
        // Rules.
        ("<turn_it> light", "switch the light", "X"),
        ("<turn_it> light", "turn light", "X"),
        // Words that change nothing.
        ("turn on", "could you please turn on please", "X"),
        ("turn on", "turn pleased on", "-"),
        ("turn on please", "turn on please", "X"),
        ("add {anything}", "please add please", "X anything=please"),
        // Lists.
        ("paint it {color}", "paint it red", "X color=red"),
        ("paint it {color:paint}", "paint it dark blue", "X paint=blue"),
        ("paint it {color}", "paint it light lime", "X color=light lime"),
        ("paint it {color:@c}", "paint it red", "X"),
        ("paint it {@color}", "paint it red", "X"),
        ("{name} on", "kitchen light on", "X name=light.kitchen"),
        ("{name} on", "kitchen on", "X name=switch.kitchen"),
        ("{name} on", "kitch on", "-"),
        ("{name} on", "living room lamp two on", "X name=light.lamp"),
        ("{name} on", "Living-Room Lamp 2 on", "X name=light.lamp"),
        ("{name}['s] (light|color)", "kitchen's light", "X name=switch.kitchen"),
        (
            "{area} {name} [light] on",
            "living room kitchen light on",
            "X area=living_room name=light.kitchen",
        ),
        // Numbers.
        ("{brightness}%", "50%", "X brightness=50"),
        ("{brightness}[%| percent]", "twenty-one percent", "X brightness=21"),
        ("{brightness} percent", "Twenty One percent", "X brightness=21"),
        ("{brightness} percent", "one hundred percent", "X brightness=100"),
        ("{brightness} percent", "a hundred percent", "-"),
        ("{brightness} percent", "101 percent", "-"),
        ("{brightness} percent", "-5 percent", "-"),
        ("to {brightness}", "to 5.5", "-"),
        ("to {brightness}", "to 5,5", "-"),
        ("to {halves}", "to 100.5", "X halves=100.5"),
        ("to {halves}", "to 20,5", "X halves=20.5"),
        ("to {halves}", "to twenty point five", "X halves=20.5"),
        ("to {halves}", "to 20.4", "-"),
        ("to {tenths}", "to twenty one point three", "X tenths=21.3"),
        ("to {fives}", "to 96", "-"),
        ("to {fives}", "to ninety five", "X fives=95"),
        ("to {scaled}", "to four", "X scaled=10"),
        ("to {written}", "to four", "X written=4"),
        ("to {written}", "to 4", "X written=4"),
        ("{1..60:minutes} minute[s]", "ten minutes", "X minutes=10"),
        ("{1..60:minutes} minute[s]", "61 minutes", "-"),
        ("{0..60,15:minutes} minutes", "45 minutes", "X minutes=45"),
        ("{0..60,15:minutes} minutes", "40 minutes", "-"),
        ("at {1..12:h} {0..59:m}", "at 12:30", "-"),
        ("at {1..12:h} {0..59:m}", "at 12 30", "X h=12 m=30"),
        // Wildcards.
        ("add {anything} to {more}", "add a to b to c", "X anything=a more=b to c"),
        ("add {anything} to list", "add to list", "-"),
        ("add {anything} to list", "Add Blue Cheese to list", "X anything=Blue Cheese"),
        ("add {anything} {color}", "add one red red", "X anything=one red color=red"),
        ("add {anything} {brightness}", "add it 5", "X anything=it brightness=5"),
        ("say {anything} {more}", "say a b", "-"),
        ("say {anything} again", "say xagain", "-"),
    ] {
        check(template, text, expected);
    }
}

#[test]
fn conditions_on_the_context() {
    let house = recogniser(&[
        COMMON,
        "
intents:
  On:
    data:
      - sentences: ['turn on {name}']
        requires_context: {domain: [light, switch]}
        slots: {kind: device, name: never}
        response: device
      - sentences: ['turn on [the] lights']
        requires_context: {area: {slot: true}}
        slots: {domain: light}
  Ring:
    data:
      - sentences: ['ring {name}']
        requires_context: {domain: bell}
      - sentences: ['chime {name}']
        excludes_context: {domain: light}
",
    ]);
    let kitchen = Context::in_area(Some("kitchen".to_owned()));
    let nowhere = Context::default();
    for (text, context, expected) in [
        ("turn on kitchen light", &nowhere, "On kind=device name=light.kitchen"),
        ("turn on the lights", &nowhere, "-"),
        ("turn on the lights", &kitchen, "On area=kitchen domain=light"),
        ("ring kitchen light", &nowhere, "-"),
        ("chime kitchen light", &nowhere, "-"),
        ("chime kitchen", &nowhere, "Ring name=switch.kitchen"),
    ] {
        assert_eq!(shown(house.recognise(text, context)), expected, "{text}");
    }
    let found = house.recognise("turn on kitchen light", &nowhere).unwrap();
    assert_eq!(found.response, "device");
    let texts: Vec<_> = found.slots.iter().map(|s| (s.name.as_str(), s.text.expose())).collect();
    assert_eq!(texts, [("name", "kitchen light"), ("kind", "")]);
}

#[test]
fn the_best_of_several_meanings() {
    let house = recogniser(&[
        COMMON,
        "
intents:
  A: {data: [{sentences: ['(turn|switch) on {anything}']}]}
  B: {data: [{sentences: ['turn on {name} [light]']}]}
  C: {data: [{sentences: ['play {anything}', 'play {anything} in {area}']}]}
  D: {data: [{sentences: ['say {color}']}]}
  E: {data: [{sentences: ['say red']}]}
  F: {data: [{sentences: ['stop']}]}
  G: {data: [{sentences: ['stop']}]}
",
    ]);
    for (text, expected) in [
        ("turn on kitchen light", "B name=light.kitchen"),
        ("turn on something", "A anything=something"),
        ("play jazz in kitchen", "C anything=jazz area=kitchen"),
        ("say red", "E"),
        ("stop", "F"),
    ] {
        assert_eq!(shown(house.recognise(text, &Context::default())), expected, "{text}");
    }
}

#[test]
fn blocks_shadow_rules_and_lists() {
    let house = recogniser(&[
        COMMON,
        "
intents:
  Own:
    data:
      - sentences: ['<turn> {color}']
        expansion_rules: {turn: rotate}
        lists: {color: {values: [pink]}}
        required_keywords: [pink]
",
    ]);
    let say = |text| shown(house.recognise(text, &Context::default()));
    assert_eq!(say("rotate pink"), "Own color=pink");
    assert_eq!(say("turn pink"), "-");
    assert_eq!(say("rotate red"), "-");
}

#[test]
fn a_household_may_have_a_list_in_place_of_one_of_the_sentences() {
    let own = "intents: {X: {data: [{sentences: ['<turn> {color}', 'make it {color}']}]}}";
    let sentences = Sentences::parse(&[("a.yaml", COMMON), ("b.yaml", own)]);
    let mut lists = household();
    lists.push("color", value("Teal", "teal", "light"));
    let house = Recogniser::new(Arc::new(sentences.expect("valid templates")), lists);
    let house = house.expect("all lists exist");
    let say = |text| shown(house.recognise(text, &Context::default()));
    assert_eq!(say("turn teal"), "X color=teal");
    assert_eq!(say("make it red"), "-");
}

#[test]
fn errors_name_the_place() {
    let sentence = |text: &str| format!("intents: {{X: {{data: [{{sentences: ['{text}']}}]}}}}");
    let place = |text: &str| format!("a.yaml, block 1 of X, sentence `{text}`");
    for (yaml, expected) in [
        (sentence("turn (on"), format!("read {}, column 9: expected `)`", place("turn (on"))),
        (sentence("<no>"), format!("find rule `no`, which {} refers to", place("<no>"))),
        (
            sentence("<a>") + "\nexpansion_rules: {a: 'x <b>', b: '[<a>]'}",
            format!("use {}: rule `a` leads back to itself", place("<a>")),
        ),
        (
            sentence("{5..1:x}"),
            "use list `5..1` in a.yaml, block 1 of X: expected a range from the smaller number to \
             the larger"
                .to_owned(),
        ),
        (
            "lists: {l: {}}".to_owned(),
            "use list `l` in a.yaml: expected one of `values`, `range`, `wildcard: true`"
                .to_owned(),
        ),
        ("intents: 5".to_owned(), "read the sentence file a.yaml".to_owned()),
    ] {
        let Err(error) = Sentences::parse(&[("a.yaml", &yaml)]) else { panic!("{yaml}") };
        assert_eq!(error.to_string(), expected, "{yaml}");
    }
    let yaml = sentence("{nothing}");
    let sentences = Arc::new(Sentences::parse(&[("a.yaml", &yaml)]).unwrap());
    let Err(error) = Recogniser::new(sentences, Lists::default()) else { panic!("no error") };
    assert!(matches!(error, Error::Unknown { ref what, .. } if what == "list `nothing`"));
}
