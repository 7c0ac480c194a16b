//! A conversation about what is kept, with a history on disk behind it.

use std::time::SystemTime;

use store::Store;
use tokio::sync::oneshot;
use voice::session::Heard;
use voice::testing::GRAMMAR;
use voice::{Outcome, SpeechSpan, Transcript, Wake};

use super::*;
use crate::hub::{books, recorder};

const HOUSE: &str = "
entities:
  light.desk: {name: Desk Lamp}
";

/// How long a test waits for what must come.
const DEADLINE: Duration = Duration::from_secs(20);

/// Somebody who talks to a speaker and hears its answers out.
struct Person {
    ends: Ends,
    driver: mpsc::Sender<Message>,
    events: broadcast::Receiver<Event>,
    asked: bool,
}

impl Person {
    fn tell(&self, input: Input) {
        assert!(self.driver.blocking_send(Message::Input(input)).is_ok());
    }

    /// Says a text through the air and returns the answer.
    fn say(&mut self, text: &str) -> String {
        if !self.asked {
            let word = "computer".to_owned();
            self.tell(Input::Wake(Wake { word, score: 1.0, threshold: 0.5, at: 0 }));
        }
        let turn = loop {
            let order = self.ends.listen.recv_timeout(DEADLINE).expect("the speaker listens");
            if let ListenOrder::Listen { turn, .. } = order {
                break turn;
            }
        };
        let speech = Some(SpeechSpan { start: 0, end: 320, decided: 640 });
        self.tell(Input::Ended { turn, reason: EndReason::Silence, speech });
        let nothing = Transcript::nothing(GRAMMAR);
        let transcript = Transcript { text: text.into(), confidence: 0.95, ..nothing };
        let heard = Box::new(Heard { transcript, clip: None, stt_ms: 0.0 });
        self.tell(Input::Transcribed { turn, heard });
        let answer = loop {
            let order = self.ends.speak.recv_timeout(DEADLINE).expect("the speaker answers");
            if let SpeakOrder::Say { speech, .. } = order {
                self.tell(Input::Spoken { turn, first_audio_ms: None });
                break speech.into_exposed();
            }
        };
        // A turn that is to be forgotten ends and is shown to nobody.
        let outcome = loop {
            match self.events.blocking_recv().expect("the turn ends") {
                Event::TurnEnded { turn: ended, outcome, .. } if ended == turn => break outcome,
                _ => {}
            }
        };
        self.asked = outcome == Outcome::Asked;
        match outcome {
            Outcome::Done => answer,
            other => format!("[{}] {answer}", other.as_str()),
        }
    }
}

#[test]
fn what_is_kept_is_asked_about_deleted_and_ended_by_voice() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = Runtime::new().expect("a runtime");
    let store =
        runtime.block_on(Store::open(&folder.path().join("data"), &store::Config::default()));
    let store = store.expect("a store");
    let (recorded, entries) = mpsc::channel(16);
    let events = broadcast::Sender::new(64);
    let recording = recorder::record(store.clone(), "kitchen".to_owned(), entries, events.clone());
    runtime.spawn(recording);

    let home = home::Config::from_yaml(HOUSE).expect("a house");
    let config = crate::Config { home, ..crate::Config::default() };
    let (hub, _) =
        hub(&runtime, Arc::new(House::new(&config.home).expect("a house")), Books::in_memory());
    let books = books::books(Some(store.clone()));
    let household = runtime.block_on(Household::open(books, crate::home_of(&config)));
    let household = household.expect("the store can be read");
    let history = books::history(Some(store.clone()), recorded.clone(), events.clone());
    let texts = crate::texts("en").expect("the built-in sentences");
    let assistant = crate::assistant(&config, texts, &hub.house, &household, history);
    let assistant = Arc::new(assistant.expect("an assistant"));
    let heard = events.subscribe();
    let kept = Some(store.clone());
    let hub = Hub { household, store: kept, recorder: recorded, events, turns: None, ..hub };
    let (satellite, orders, ends) = at_rest(assistant, None, hub);
    let sender = satellite.sender.clone();
    let (driver, _inbox) = driver(&runtime, satellite, orders);

    let mut person = Person { ends, driver: sender, events: heard, asked: false };
    let (shutdown, stopped) = oneshot::channel::<()>();
    let running = runtime.spawn(driver.run(async { drop(stopped.await) }));
    let page = "[refused] I can't do that by voice. You can do it on my page.";
    // What is deleted on the page is not told again by voice.
    assert_eq!(person.say("turn on the desk lamp"), "Turned on the desk lamp.");
    let mut changes = person.events.resubscribe();
    let erase = async {
        while store.count(&store::Filter::default(), SystemTime::now()) == 0 {
            tokio::task::yield_now().await;
        }
        store.delete(&store::Selection::All, SystemTime::now()).await.expect("it is deleted");
        while !matches!(changes.recv().await, Ok(Event::HistoryChanged)) {}
    };
    runtime.block_on(erase);
    assert_eq!(person.say("say that again"), "[failed] I haven't said anything.");
    for (text, answer) in [
        ("delete everything", "[asked] This deletes everything I have recorded. Are you sure?"),
        ("yes", "Deleted 2 entries in all."),
        ("what did you store today", "I haven't stored anything today."),
        ("turn on the desk lamp", "Turned on the desk lamp."),
        ("what did you store today", "Today I stored 2 commands, without sound."),
        // Both what was said and the request to delete it are gone.
        ("delete what i just said", "Deleted the last thing you said."),
        ("what did you store today", "Today I stored 2 commands, without sound."),
        ("delete everything", "[asked] This deletes everything I have recorded. Are you sure?"),
        ("no", "All right."),
        ("what did you store today", "Today I stored 5 commands, without sound."),
        ("delete everything", "[asked] This deletes everything I have recorded. Are you sure?"),
        ("yes", "Deleted 7 entries in all."),
        ("what did you store today", "I haven't stored anything today."),
        ("how long do you keep things", "I keep the words for 1 day and the sound not at all."),
        (
            "stop storing",
            "From now on, I won't store anything. What I have is deleted when it's due. \
             You can change that on my page.",
        ),
        ("how long do you keep things", "I'm not keeping anything new right now."),
        ("start storing", page),
        ("what did you store today", "Today I stored 2 commands, without sound."),
        ("turn on guest mode", "Guest mode is on. I won't store anything or say anything private."),
        ("what's on my shopping list", "[refused] Not while guests are here. Check my page."),
        ("turn on the desk lamp", "Turned on the desk lamp."),
        ("turn off guest mode", page),
        ("what did you store today", "Today I stored 2 commands, without sound."),
    ] {
        assert_eq!(person.say(text), answer, "`{text}`");
    }
    let switches = store.settings().borrow().switches;
    assert!(!switches.storing && switches.guests);
    // G3: when guests go, nobody is told what they said last.
    assert_eq!(person.say("turn off the desk lamp"), "Turned off the desk lamp.");
    runtime.block_on(store.set_switch(store::Switch::Guests, false)).expect("guests have gone");
    assert_eq!(person.say("what did you hear"), "[failed] I haven't heard anything.");
    drop(shutdown);
    assert!(runtime.block_on(running).is_ok_and(|end| end.is_ok()));
}
