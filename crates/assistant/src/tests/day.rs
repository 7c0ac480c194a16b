//! A day of a household to which somebody speaks.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use home::House;
use jiff::civil::DateTime;
use language::Language;
use language::testing::Known;
use skills::{Books, Due, Home, Household, Kind, NoHistory, Place};
use voice::session::Acted;
use voice::testing::{FREE, GRAMMAR, WHISPER};
use voice::{
    Alternative, Intent, Outcome, PrivateText, Request, SatelliteId, Skill, SlotValue, Speech,
    Transcript, TurnId, Via, What, Wording as _,
};

use crate::{Assistant, Conversation, Moment, Parts, Routine, Rules, Texts};

/// How long a turn takes.
pub(super) const TURN: Duration = Duration::from_secs(2);

/// A household on Sunday, 22 November 2026, 15:10 in Berlin.
pub(super) struct Day {
    house: Arc<House>,
    household: Household,
    assistant: Assistant,
    conversation: Conversation,
    pub(super) rules: Rules,
    pub(super) now: SystemTime,
    runtime: tokio::runtime::Runtime,
    language: Arc<Language>,
    /// The same household in the pseudo-language, which hears all that this one hears.
    twin: Option<Box<Twin>>,
}

/// A household that is to say nothing but what stands in its language.
struct Twin {
    day: Day,
    /// Names of the house, and what was said to it.
    known: Known,
}

impl Day {
    pub(super) fn new(home: &str) -> Self {
        Self::with_routines(home, Vec::new())
    }

    /// The same with these routines.
    pub(super) fn with_routines(home: &str, routines: Vec<Routine>) -> Self {
        let mut day = Self::speaking(super::texts(), home, routines.clone());
        let mut known = Known::default();
        known.learn(&names(home));
        for Routine { say, commands, reply } in &routines {
            say.iter().chain(commands).chain([reply]).for_each(|text| known.learn(text));
        }
        let twin = Self::speaking(super::pseudo_texts(), home, routines);
        day.twin = Some(Box::new(Twin { day: twin, known }));
        day
    }

    /// The same in English only, which takes half the time.
    pub(super) fn in_english(home: &str, routines: Vec<Routine>) -> Self {
        Self::speaking(super::texts(), home, routines)
    }

    /// The same with these texts.
    fn speaking(texts: Texts, home: &str, routines: Vec<Routine>) -> Self {
        let noon = jiff::civil::date(2026, 11, 22).at(15, 10, 0, 0);
        Self::of(texts, home, routines, Some("living_room".to_owned()), noon)
    }

    /// A household that speaks English only, with the speaker in that room at that time.
    pub(super) fn alone(home: &str, area: Option<String>, clock: DateTime) -> Self {
        Self::of(super::texts(), home, Vec::new(), area, clock)
    }

    fn of(
        texts: Texts,
        home: &str,
        routines: Vec<Routine>,
        area: Option<String>,
        clock: DateTime,
    ) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let runtime = runtime.expect("a runtime");
        let zone = jiff::tz::TimeZone::get("Europe/Berlin").expect("a zone");
        let now = clock.to_zoned(zone.clone()).expect("a time").timestamp().into();
        let place = Some(Place { latitude: 52.52, longitude: 13.405 });
        let home_of = Home { zone, place };
        let household = runtime.block_on(Household::open(Books::in_memory(), home_of));
        let household = household.expect("memory can be read");
        let config = home::Config::from_yaml(home).expect("a house");
        let house = Arc::new(House::new(&config).expect("a house"));
        let mut skills = skills::all(&household, Arc::new(NoHistory));
        skills.push(Arc::clone(&house) as Arc<dyn Skill>);
        let lists = house.lists();
        let language = Arc::clone(&texts.language);
        let parts = Parts { texts, lists, skills, routines, area: area.clone() };
        let assistant = Assistant::new(parts).expect("an assistant");
        let conversation = Conversation::new(SatelliteId::local(), area);
        let rules = Rules::default();
        Self {
            house,
            household,
            assistant,
            conversation,
            rules,
            now,
            runtime,
            language,
            twin: None,
        }
    }

    /// Names that are also commands, with these.
    pub(super) fn shadowed(&self) -> Vec<(String, String)> {
        let shadowed = self.assistant.shadowed(&self.house.lists()).into_iter();
        shadowed.map(|shadowed| (shadowed.name, shadowed.command)).collect()
    }

    /// Says a text and returns what it meant and the answer.
    pub(super) fn say(&mut self, text: &str) -> (String, String) {
        self.now += TURN;
        let heard =
            Transcript { text: text.into(), confidence: 0.95, ..Transcript::nothing(WHISPER) };
        self.ask(&Request::spoken(SatelliteId::local(), heard))
    }

    /// Says a text that two recognisers hear, and returns the answer.
    pub(super) fn say_to_two(&mut self, text: &str) -> String {
        self.now += TURN;
        let (engine, words) = (WHISPER, Vec::new());
        let other = Alternative { text: text.into(), engine, confidence: 0.95, words };
        let nothing = Transcript::nothing(GRAMMAR);
        let alternatives = vec![other];
        let heard = Transcript { text: text.into(), confidence: 0.95, alternatives, ..nothing };
        self.ask(&Request::spoken(SatelliteId::local(), heard)).1
    }

    /// Mumbles a text.
    pub(super) fn mumble(&mut self, text: &str) -> String {
        self.now += TURN;
        let heard =
            Transcript { text: text.into(), confidence: 0.6, ..Transcript::nothing(GRAMMAR) };
        self.ask(&Request::spoken(SatelliteId::local(), heard)).1
    }

    /// Mumbles something that is heard as a sentence, and as other words by an engine that hears any.
    pub(super) fn mumble_freely(&mut self, sentence: &str, free: &str) -> String {
        self.now += TURN;
        let words = Vec::new();
        let other = Alternative { text: free.into(), engine: FREE, confidence: 0.7, words };
        let nothing = Transcript::nothing(GRAMMAR);
        let alternatives = vec![other];
        let heard = Transcript { text: sentence.into(), confidence: 0.6, alternatives, ..nothing };
        self.ask(&Request::spoken(SatelliteId::local(), heard)).1
    }

    /// Types a text.
    pub(super) fn type_(&mut self, text: &str) -> String {
        self.now += TURN;
        self.ask(&Request::typed(text)).1
    }

    /// Lets so many minutes pass, and what is due happen.
    pub(super) fn wait(&mut self, minutes: u64) -> Vec<String> {
        if let Some(mut twin) = self.twin.take() {
            (twin.day.now, twin.day.rules) = (self.now, self.rules);
            for said in twin.day.wait(minutes) {
                twin.check("what was due", &said);
            }
            self.twin = Some(twin);
        }
        self.now += Duration::from_secs(60 * minutes);
        let due = self.runtime.block_on(self.household.agenda.due(self.now));
        let due = due.expect("memory can be written");
        let act = |due| match due {
            Due::Announce(_, reply) => self.text(&reply.speech),
            Due::Act(request) => self.ask_alone(&request).1,
        };
        due.into_iter().map(act).collect()
    }

    /// Switches on, opens and unlocks whatever can be.
    pub(super) fn switch_all_on(&mut self) {
        let devices = self.house.devices().into_iter().filter_map(|device| {
            let intent = match device.domain.as_str() {
                "light" | "switch" | "fan" | "media_player" | "cover" | "valve" => "HassTurnOn",
                "lock" => "HassTurnOff",
                _ => return None,
            };
            Some(Intent::named(intent).with_text("name", device.id))
        });
        let steps: Vec<_> = devices.collect();
        let what = What::Steps(PrivateText::default(), steps);
        // What was judged when it was ordered is done.
        self.act(&Request { what, via: Via::Scheduled, ..Request::typed("") });
    }

    /// Lets time pass until something is due, if anything is, and that happen.
    pub(super) fn until_due(&mut self) {
        let agenda = self.household.agenda.next_due();
        let timers = self.household.timers.next_due();
        let Some(due) = agenda.into_iter().chain(timers).min() else { return };
        self.now = self.now.max(due);
        self.runtime.block_on(self.household.timers.due(self.now)).expect("memory can be written");
        self.wait(0);
    }

    /// Types a text and returns how it ended, what was answered, and what follows from it.
    pub(super) fn answer(&mut self, text: &str) -> (Outcome, String, Vec<String>) {
        self.now += TURN;
        let acted = self.act(&Request::typed(text));
        let effects = acted.reply.effects.iter().map(|effect| format!("{effect:?}"));
        (acted.reply.outcome, self.text(&acted.reply.speech), effects.collect())
    }

    /// The state of each device.
    pub(super) fn details(&self) -> Vec<(String, String)> {
        self.house.details()
    }

    /// What the household keeps.
    pub(super) fn household(&self) -> &Household {
        &self.household
    }

    /// In which state a device is.
    pub(super) fn device(&self, id: &str) -> String {
        self.house.details().into_iter().find(|(known, _)| known == id).expect("a device").1
    }

    /// Asks for something and returns what it meant and the answer.
    pub(super) fn ask(&mut self, request: &Request) -> (String, String) {
        if let Some(mut twin) = self.twin.take() {
            (twin.day.now, twin.day.rules) = (self.now, self.rules);
            twin.hear(request);
            self.twin = Some(twin);
        }
        self.ask_alone(request)
    }

    fn text(&self, speech: &[Speech]) -> String {
        self.language.text(speech).into_exposed()
    }

    fn act(&self, request: &Request) -> Acted {
        let moment = Moment { now: self.now, rules: self.rules, volume: 100, second: None };
        let acting = self.conversation.act(&self.assistant, TurnId(1), request, moment);
        self.runtime.block_on(acting)
    }

    fn ask_alone(&mut self, request: &Request) -> (String, String) {
        let acted = self.act(request);
        let intent = acted.intent.as_ref().map_or_else(|| "-".to_owned(), shown);
        let outcome = match acted.reply.outcome {
            voice::Outcome::Done => String::new(),
            other => format!("[{}] ", other.as_str()),
        };
        let mut answer = format!("{outcome}{}", self.text(&acted.reply.speech));
        for effect in &acted.reply.effects {
            write!(answer, " ({effect:?})").expect("a string takes all");
        }
        (intent, answer)
    }

    /// Everything that can change, by what it is called.
    pub(super) fn state(&self) -> BTreeMap<String, String> {
        let mut state = BTreeMap::new();
        for device in self.house.details() {
            state.insert(device.0, device.1);
        }
        for timer in self.household.timers.views() {
            let left = timer.due.duration_since(self.now).unwrap_or_default().as_secs();
            let name = timer.name.unwrap_or_default();
            state.insert(format!("timer {}", timer.id), format!("{name} {left} s"));
        }
        for kind in [Kind::Alarm, Kind::Reminder, Kind::Job] {
            for entry in self.household.agenda.entries(kind) {
                let label = entry.label.as_ref().map_or("", |label| label.expose());
                let next = entry.next.map(|next| {
                    next.to_zoned(self.household.agenda.home().zone.clone())
                        .strftime("%F %R")
                        .to_string()
                });
                let repeats = if entry.rule.repeats() { " again and again" } else { "" };
                state.insert(
                    format!("{} {}", kind.as_str(), entry.id),
                    format!("{label} {}{repeats}", next.unwrap_or_default()),
                );
            }
        }
        for list in self.household.lists.views() {
            state.insert(format!("list {}", list.name), list.items.join(", "));
        }
        state
    }
}

impl Twin {
    fn hear(&mut self, request: &Request) {
        let said = match &request.what {
            What::Heard(transcript) => &transcript.text,
            What::Text(text) => text,
            _ => return,
        };
        self.known.learn(said.expose());
        let (_, answer) = self.day.ask_alone(request);
        self.check(said.expose(), &answer);
    }

    /// The answer is in the language, but for how it ended and what follows from it.
    fn check(&self, said: &str, answer: &str) {
        let words = answer.split_once("] ").map_or(answer, |(_, words)| words);
        let words = words.split_once(" (").map_or(words, |(words, _)| words);
        let unknown = self.known.unknown(words);
        assert!(unknown.is_empty(), "`{said}` is answered by `{answer}`: {unknown:?}");
    }
}

/// The names in a configuration of a house.
fn names(home: &str) -> String {
    let names = home.split("name: ").skip(1);
    names.filter_map(|name| name.split([',', '}', '\n']).next()).collect::<Vec<_>>().join(" ")
}

/// `Intent slot=value …`, slots sorted, and what comes then.
pub(super) fn shown(intent: &Intent) -> String {
    let mut slots: Vec<_> = intent
        .slots
        .iter()
        .map(|slot| match &slot.value {
            SlotValue::Text(text) => format!(" {}={}", slot.name, text.expose()),
            SlotValue::Number(number) => format!(" {}={number}", slot.name),
        })
        .collect();
    slots.sort();
    let then = intent.then.iter().map(|then| format!(" + {}", shown(then)));
    format!("{}{}{}", intent.name, slots.concat(), then.collect::<String>())
}
