//! A speaker hears people, acts, answers, remembers and forgets.
//!
//! Where the recordings are missing, the tests that need them are reported as ignored, or fail in
//! CI. The synthetic voice is heard everywhere.

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use e2e::rig::{self, Pace, Rig, seconds_of_sound};
use e2e::{recordings, traces};
use language::testing::{Known, pseudo};
use libtest_mimic::{Arguments, Failed, Trial};
use regex::Regex;
use serde::Deserialize;
use serde_json::Value;
use store::Thing;
use voice::{Outcome, Pcm};

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Speech needs a whole core; two speakers at once would only be slow together.
    arguments.test_threads.get_or_insert(1);
    let tests: [(&str, fn()); 4] = [
        ("a_timer_survives_a_restart_and_rings", a_timer_survives_a_restart_and_rings),
        ("mute_closes_the_microphone", mute_closes_the_microphone),
        ("settings_hold", settings_hold),
        ("what_was_said_is_forgotten_by_voice", what_was_said_is_forgotten_by_voice),
    ];
    let tests = tests.map(|(name, test)| Trial::test(name, move || check(test)));
    let tests = tests.into_iter().chain(people()).chain(synthetic()).collect();
    libtest_mimic::run(&arguments, tests).exit_code()
}

#[expect(clippy::unnecessary_wraps, reason = "libtest-mimic wants a result; a panic is one too")]
fn check(test: impl FnOnce()) -> Result<(), Failed> {
    test();
    Ok(())
}

/// A row of `utterances/*.toml`.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Utterance {
    /// Recordings of the wake word and of the command,
    #[serde(default)]
    wake: String,
    #[serde(default)]
    command: String,
    /// or what the synthetic voice says.
    #[serde(default)]
    says: String,
    /// Regular expressions for all of what was understood, and for all of the reply.
    transcript: String,
    reply: String,
    /// Words that the reply repeats although the transcript is empty.
    #[serde(default)]
    repeats: String,
    #[serde(default = "done")]
    outcome: String,
    #[serde(default)]
    intent: Option<String>,
    #[serde(default)]
    slots: BTreeMap<String, String>,
    #[serde(default)]
    state: BTreeMap<String, String>,
}

fn done() -> String {
    Outcome::Done.as_str().to_owned()
}

fn rows(table: &str) -> Vec<Utterance> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Table {
        utterance: Vec<Utterance>,
    }
    toml::from_str::<Table>(table).expect("utterances as described in people.toml").utterance
}

/// What is done with a recording.
type Act = fn(&Utterance, daemon::Config, &Pcm);

fn people() -> impl Iterator<Item = Trial> {
    let missing = !recordings::are_there();
    rows(include_str!("utterances/people.toml")).into_iter().flat_map(move |row| {
        let name = row.command.rsplit('/').next().unwrap_or_default().to_owned();
        let ways: [(&str, Act); 2] = [("people", utterance), ("pseudo::people", pseudo_reply)];
        ways.map(|(way, act)| {
            let row = row.clone();
            let test = Trial::test(format!("{way}::{name}"), move || {
                if missing {
                    let place = recordings::place();
                    return Err(format!("the recordings are missing in {}", place.display()).into());
                }
                let speech = recordings::joined(&row.wake, &row.command);
                check(|| act(&row, rig::config(), &speech))
            });
            test.with_ignored_flag(missing && !recordings::are_required())
        })
    })
}

/// The synthetic voice is what a newcomer without a microphone hears, so both engines understand it.
fn synthetic() -> impl Iterator<Item = Trial> {
    let missing = recordings::model().is_none();
    rows(include_str!("utterances/synthetic.toml")).into_iter().flat_map(move |row| {
        let name = row.says.replace(' ', "_");
        let (again, accented) = (row.clone(), row.clone());
        let sphinx = Trial::test(format!("synthetic::{name}"), move || {
            let speech = recordings::synthetic(&row.says);
            check(|| utterance(&row, rig::synthetic_config(), &speech))
        });
        let pseudo = Trial::test(format!("pseudo::synthetic::{name}"), move || {
            let speech = recordings::synthetic(&accented.says);
            check(|| pseudo_reply(&accented, rig::synthetic_config(), &speech))
        });
        let network = Trial::test(format!("synthetic::network::{name}"), move || {
            let speech = recordings::synthetic(&again.says);
            check(|| utterance(&again, rig::rehearsal_config(), &speech))
        });
        [sphinx, pseudo, network.with_ignored_flag(missing && !recordings::are_required())]
    })
}

/// Sound that a reply has at least beyond the chimes, in seconds.
const LEAST_REPLY_S: f64 = 0.8;

/// One spoken command goes the whole way, and is forgotten.
fn utterance(row: &Utterance, config: daemon::Config, speech: &Pcm) {
    let folder = tempfile::tempdir().expect("a folder");
    let devices: Vec<_> = config.home.device.iter().map(|device| device.id.clone()).collect();
    let rig = Rig::start(folder.path(), config, Pace::Lockstep);
    let before: BTreeMap<_, _> =
        devices.iter().map(|id| (id.clone(), rig.page.state(id))).collect();

    let id = rig.hear(speech);

    // What is stored is what was said and what came of it.
    let entry = rig.store.get(id, SystemTime::now());
    let entry = entry.expect("the turn is in the store");
    assert_whole(&row.transcript, entry.text.expose());
    assert_eq!(entry.outcome.as_str(), row.outcome);
    let (intent, slots) = entry.intent.map_or((None, Vec::new()), |i| (Some(i.name), i.slots));
    assert_eq!(intent, row.intent);
    let slots: BTreeMap<_, _> =
        slots.into_iter().map(|(name, value)| (name, value.expose().to_owned())).collect();
    assert_eq!(slots, row.slots);
    assert_whole(&row.reply, entry.reply.expose());

    // The house has changed as it should, and not otherwise.
    for (id, before) in before {
        let expected = row.state.get(&id).unwrap_or(&before);
        assert_eq!(&rig.page.state(&id), expected, "{id}");
    }

    // The answer was heard.
    let played = rig.played();
    let heard = seconds_of_sound(&played);
    assert!(heard > LEAST_REPLY_S, "{heard} s of sound");

    // It stands on the page, and can be played.
    let page = rig.page.text("/");
    assert!(page.contains(&format!("data-id=\"{id}\" data-outcome=\"{}\"", row.outcome)));
    assert!(
        page.contains(&html(entry.text.expose())) && page.contains(&html(entry.reply.expose()))
    );
    let clip = rig.page.get(&format!("/clips/{id}"));
    assert_eq!(clip.status, 200);
    let said = if entry.text.is_empty() { &entry.reply } else { &entry.text };
    let words = said.expose();
    // A search that could not find anything would prove nothing.
    let decoy = rig.data.join("decoy");
    std::fs::write(&decoy, &clip.body).expect("a decoy");
    assert_eq!(
        traces::of_sound(&rig.data, &clip.body),
        std::slice::from_ref(&decoy),
        "sound is sealed"
    );
    std::fs::write(&decoy, words).expect("a decoy");
    assert_eq!(
        traces::of_words(&rig.data, words),
        std::slice::from_ref(&decoy),
        "words are sealed"
    );
    std::fs::remove_file(&decoy).expect("the decoy goes");

    // And it is gone when it is deleted, at once and for good.
    rig.page.post(&format!("/turns/{id}/delete"), "");
    assert!(!rig.page.text("/").contains(&id.to_string()));
    assert_eq!(rig.page.get(&format!("/clips/{id}")).status, 404);
    let data = rig.data.clone();
    let gone = |when: &str| {
        assert!(traces::of_words(&data, words).is_empty(), "words are left {when}");
        assert!(traces::of_words(&data, entry.reply.expose()).is_empty(), "the reply {when}");
        assert!(traces::of_sound(&data, &clip.body).is_empty(), "sound is left {when}");
    };
    gone("after deletion");
    rig.stop();
    gone("after the end");
}

/// One spoken command is answered in the pseudo-language: only names and what was said are plain.
fn pseudo_reply(row: &Utterance, config: daemon::Config, speech: &Pcm) {
    let mut known = Known::default();
    for device in &config.home.device {
        known.learn(&device.name);
    }
    for area in &config.home.area {
        known.learn(&area.name);
    }
    let folder = tempfile::tempdir().expect("a folder");
    let english = daemon::texts("en").unwrap_or_else(|error| panic!("{error:#}"));
    let texts = daemon::Texts { language: pseudo(), ..english };
    let rig = Rig::speaking(texts, folder.path(), config, Pace::Lockstep);
    let id = rig.hear(speech);
    let entry = rig.store.get(id, SystemTime::now()).expect("the turn is in the store");
    assert_whole(&row.transcript, entry.text.expose());
    known.learn(entry.text.expose());
    known.learn(&row.repeats);
    let reply = entry.reply.expose();
    let unknown = known.unknown(reply);
    assert!(unknown.is_empty(), "`{reply}` says {unknown:?}");
    assert!(row.reply.is_empty() || reply.contains('⟦'), "`{reply}` is in the language");
    rig.stop();
}

fn assert_whole(pattern: &str, text: &str) {
    let regex = Regex::new(&format!("^(?:{pattern})$")).expect("a regular expression");
    assert!(regex.is_match(text), "\"{text}\" is not \"{pattern}\"");
}

/// As the page writes it.
fn html(text: &str) -> String {
    text.replace('\'', "&#39;")
}

fn a_timer_survives_a_restart_and_rings() {
    let (speech, config) = rig::command("rhasspy_set_timer", "set a timer for ten minutes");
    let folder = tempfile::tempdir().expect("a folder");
    let rig = Rig::start(folder.path(), config.clone(), Pace::Lockstep);
    rig.hear(&speech);
    assert!(rig.page.text("/home").contains("data-due="), "the timer is on the page");
    let data = rig.data.clone();
    rig.stop();

    // Ten minutes pass while the speaker is off.
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = store::Store::open(&data, &config.store).await.expect("the store opens");
        let mut timers = store.things::<Value>(Thing::Timer).await.expect("the timers are there");
        let [(id, timer)] = &mut timers[..] else { panic!("{} timers", timers.len()) };
        assert_eq!(timer["total_ms"], 600_000);
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is set");
        timer["due_ms"] = (now.as_millis() as u64 - 1_000).into();
        store.put_thing(Thing::Timer, *id, timer).await.expect("the timer is written");
        store.close().await;
    });

    let rig = Rig::start(folder.path(), config, Pace::Live);
    let page = rig.page.clone();
    let mut events = page.events();
    events.wait_until(|| page.text("/home").contains("tile ringing"));
    // It is announced, then the speaker waits again, and the alarm goes on.
    events.wait_until(|| {
        page.text("/home").contains("data-phase=\"idle\"")
            && seconds_of_sound(&rig.played()) > LEAST_REPLY_S
    });
    page.post("/hush", "");
    events.wait_until(|| !page.text("/home").contains("data-due="));
    let store = rig.store.clone();
    let timers = rig.wait(store.things::<Value>(Thing::Timer));
    assert_eq!(timers.map(|timers| timers.len()).ok(), Some(0));
    rig.stop();
}

fn mute_closes_the_microphone() {
    let (speech, config) = rig::command("rhasspy_turn_on_living_room_lamp", "turn on the lamp");
    let folder = tempfile::tempdir().expect("a folder");
    let rig = Rig::start(folder.path(), config.clone(), Pace::Live);
    let mut events = rig.page.events();
    rig.page.post("/mute", "muted=true");
    assert!(rig.page.text("/").contains("Open microphone"));
    rig.tape.say(&speech);
    assert!(!rig.tape.heard_within(Duration::from_secs(1)), "a muted speaker takes no sound");
    // At most the frame that was being read when it was closed.
    assert!(rig.tape.waiting() + voice::FRAME_SAMPLES >= speech.samples().len());
    assert_eq!(rig.page.state("light.living_room"), "off");
    rig.stop();

    // It stays so over a restart, and ends when the household wants.
    let rig = Rig::start(folder.path(), config, Pace::Live);
    assert!(rig.page.text("/").contains("data-phase=\"muted\""));
    rig.tape.say(&speech);
    assert!(!rig.tape.heard_within(Duration::from_millis(500)), "muted over a restart");
    events = {
        drop(events);
        rig.page.events()
    };
    rig.page.post("/mute", "muted=false");
    rig::stored(&mut events);
    assert_eq!(rig.page.state("light.living_room"), "on");
    rig.stop();
}

fn settings_hold() {
    let (speech, config) = rig::command("rhasspy_turn_on_living_room_lamp", "turn on the lamp");
    let folder = tempfile::tempdir().expect("a folder");
    let rig = Rig::start(folder.path(), config.clone(), Pace::Lockstep);
    let mut events = rig.page.events();
    rig.page.post("/settings/retention", "audio=none&text=7d&false_wakes=1h");
    rig.page.post("/settings/volume", "volume=0");
    events.wait_for("settings");
    let id = rig.hear(&speech);
    let page = rig.page.text("/");
    assert!(page.contains(&id.to_string()) && !page.contains("data-clip"), "no sound is kept");
    assert!(page.contains("gone in 7 days"));
    assert_eq!(rig.page.get(&format!("/clips/{id}")).status, 404);
    let played = rig.played();
    assert!(played.seconds() > LEAST_REPLY_S, "something was said");
    assert!(seconds_of_sound(&played) < f64::EPSILON, "and nothing was heard");
    rig.stop();

    let rig = Rig::start(folder.path(), config, Pace::Lockstep);
    let page = rig.page.text("/settings");
    assert!(page.contains("<option value=\"7d\" selected>") && page.contains("value=\"0\""));
    rig.page.post("/settings/retention", "audio=none&text=none&false_wakes=none");
    assert!(rig.page.text("/").contains("Nothing is kept"), "a shorter time acts at once");
    rig.stop();
}

fn what_was_said_is_forgotten_by_voice() {
    let folder = tempfile::tempdir().expect("a folder");
    let rig = Rig::start(folder.path(), rig::synthetic_config(), Pace::Lockstep);
    let mut events = rig.page.events();
    rig.tape.say(&recordings::synthetic("turn on the kitchen light"));
    let id = rig::stored(&mut events);
    assert!(rig.page.text("/").contains(&id.to_string()));
    assert!(traces::of_words(&rig.data, "kitchen light").is_empty(), "it is sealed");
    rig.tape.say(&recordings::synthetic("delete what i just said"));
    assert_eq!(events.wait_for("ended"), Outcome::Done.as_str());
    assert!(rig.page.text("/").contains("Nothing is kept"));
    assert!(traces::of_words(&rig.data, "kitchen light").is_empty());
    assert_eq!(rig.page.state("light.kitchen"), "on", "what was done stays done");
    rig.stop();
}
