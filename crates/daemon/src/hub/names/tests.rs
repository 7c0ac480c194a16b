use std::sync::Mutex;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;
use std::time::Duration;

use assistant::Parts;
use stt::Prepared;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use tracing::instrument::WithSubscriber as _;
use voice::session::Input;
use voice::testing::GRAMMAR;
use voice::{
    BoxFuture, Context, EndReason, Handles, Intent, ListValue, Outcome, Partial, Reply, Request,
    Risk, Skill, SpeechSpan, Transcriber, Transcript, Turn, TurnId, Wake, WordGraph,
};

use super::*;
use crate::Grammar;
use crate::logged::Log;
use crate::queues::{ListenOrder, Message, Order, SpeakOrder, TranscribeCommand};
use crate::satellite::tests::{at_rest, driver, empty, hub};
use crate::workers::transcribe::Transcribe;

/// How long a test waits for what must come.
const DEADLINE: Duration = Duration::from_secs(60);

/// Hears the first of these sentences that is one of its own.
#[derive(Default)]
struct Hears(WordGraph);

const HOUSE: &str = r#"
language: en
intents:
  HassTurnOn:
    data:
      - sentences: ["turn on the {name}"]
"#;
const SENTENCES: [&str; 2] = ["turn on the lamp", "turn on the lantern"];

impl Transcriber for Hears {
    fn feed(&mut self, _: &[f32]) -> voice::Result<Option<Partial>> {
        Ok(None)
    }

    fn finish(&mut self) -> voice::Result<Transcript> {
        let known = SENTENCES.into_iter().find(|sentence| self.0.accepts(sentence.split(' ')));
        let text = known.unwrap_or_default().into();
        Ok(Transcript { text, confidence: 0.9, ..Transcript::nothing(GRAMMAR) })
    }

    fn reset(&mut self) {}
}

impl Grammar for Hears {
    fn preparer(&self) -> Preparer {
        Preparer::default()
    }

    fn adopt(&mut self, prepared: Prepared) -> voice::Result<()> {
        self.0 = prepared.graph().expect("a graph").clone();
        Ok(())
    }
}

struct Obeys;

impl Skill for Obeys {
    fn name(&self) -> &'static str {
        "obeys"
    }

    fn intents(&self) -> &'static [Handles] {
        const { &[Handles::new("HassTurnOn", Risk::Comfort)] }
    }

    fn handle<'a>(&'a self, _: &'a Intent, _: &'a Context) -> BoxFuture<'a, voice::Result<Reply>> {
        Box::pin(std::future::ready(Ok(Reply::done(voice::Speech::verbatim("Done.")))))
    }
}

fn names(spoken: &str) -> Lists {
    let mut lists = Lists::default();
    let context = vec![("domain".to_owned(), "light".to_owned())];
    lists.push("name", ListValue { spoken: spoken.into(), out: "light.one".into(), context });
    lists
}

/// A speaker without ears and voice, whose house can change its names.
struct Rig {
    runtime: Runtime,
    house: watch::Sender<()>,
    lists: Arc<Mutex<Lists>>,
    /// What the thread of the names has to say, before the hub gets it.
    renamed: mpsc::Receiver<ToHub>,
    hub: mpsc::Sender<ToHub>,
    orders: mpsc::Sender<Order>,
    satellite: mpsc::Sender<Message>,
    utterances: SyncSender<TranscribeCommand>,
    listen: Receiver<ListenOrder>,
    speak: Receiver<SpeakOrder>,
    turns: mpsc::Receiver<Turn>,
    threads: Vec<JoinHandle<()>>,
    shutdown: oneshot::Sender<()>,
}

impl Rig {
    /// A speaker whose household may write sentences of its own.
    fn new(written: watch::Receiver<Option<Texts>>) -> Self {
        let runtime = Runtime::new().expect("a runtime");
        let sentences = intent::Sentences::parse(&[("house.yaml", HOUSE)]).expect("sentences");
        let built_in = crate::texts("en").expect("the built-in sentences");
        let texts = Texts { sentences: Arc::new(sentences), ..built_in };
        let skills: Vec<Arc<dyn Skill>> = vec![Arc::new(Obeys)];
        let parts = Parts { texts, lists: names("lamp"), skills, routines: Vec::new(), area: None };
        let assistant = Arc::new(Assistant::new(parts).expect("a house"));
        let mut transcriber = Hears::default();
        let prepared = transcriber.preparer().prepare(assistant.graph());
        transcriber.adopt(prepared).expect("adopted");

        let lists = Arc::new(Mutex::new(names("lamp")));
        let (house, changed) = watch::channel(());
        let (session, renamed) = mpsc::channel(4);
        let renaming = Names {
            changed,
            lists: Box::new({
                let lists = Arc::clone(&lists);
                move || lists.lock().expect("not poisoned").clone()
            }),
            known: names("lamp"),
            written,
            satellite: SatelliteId::local(),
            assistant: Arc::clone(&assistant),
            preparer: transcriber.preparer(),
            hub: session,
        };
        let (hub, turns) = hub(&runtime, empty(), skills::Books::in_memory());
        let (satellite, orders, ends) = at_rest(assistant, None, hub);
        let (telling, utterances) = (satellite.sender.clone(), satellite.transcribe.clone());
        let (driving, hub) = driver(&runtime, satellite, orders.clone());
        let (progress, _) = sync_channel(64);
        let transcribe = Transcribe {
            transcriber: Box::new(transcriber),
            commands: ends.transcribe,
            progress,
            session: telling.clone(),
        };
        let handle = runtime.handle().clone();
        let threads = vec![
            std::thread::spawn(move || transcribe.run()),
            std::thread::spawn(move || handle.block_on(renaming.run())),
        ];
        let (shutdown, stopped) = oneshot::channel::<()>();
        runtime.spawn(driving.run(async { drop(stopped.await) }));
        Self {
            runtime,
            house,
            lists,
            renamed,
            hub,
            orders: orders.orders,
            satellite: telling,
            utterances,
            listen: ends.listen,
            speak: ends.speak,
            turns,
            threads,
            shutdown,
        }
    }

    fn tell(&self, input: Input) {
        assert!(self.satellite.blocking_send(Message::Input(input)).is_ok());
    }

    /// Somebody says the wake word and begins to speak.
    fn begin(&self) -> TurnId {
        self.tell(Input::Wake(Wake { word: "computer".into(), score: 1.0, threshold: 0.5, at: 0 }));
        let turn = loop {
            let order = self.listen.recv_timeout(DEADLINE).expect("an order");
            if let ListenOrder::Listen { turn, .. } = order {
                break turn;
            }
        };
        self.utterances.send(TranscribeCommand::Begin(turn)).expect("the transcriber runs");
        self.utterances
            .send(TranscribeCommand::Audio([0.1; 320].into()))
            .expect("the transcriber runs");
        turn
    }

    /// They stop: what was understood, and what came of it.
    fn end(&mut self, turn: TurnId) -> (String, Outcome) {
        let speech = Some(SpeechSpan { start: 0, end: 320, decided: 640 });
        self.tell(Input::Ended { turn, reason: EndReason::Silence, speech });
        self.utterances.send(TranscribeCommand::End(turn)).expect("the transcriber runs");
        self.answered()
    }

    /// Waits for the answer, hears it out, and gives the turn.
    fn answered(&mut self) -> (String, Outcome) {
        loop {
            let order = self.speak.recv_timeout(DEADLINE).expect("an answer");
            if let SpeakOrder::Say { turn, .. } = order {
                self.tell(Input::Spoken { turn, first_audio_ms: None });
                break;
            }
        }
        let turn = self.turns.blocking_recv().expect("the turn is over");
        let text = turn.transcript.map(|t| t.text.into_exposed()).unwrap_or_default();
        (text, turn.outcome)
    }

    fn rename(&mut self, spoken: &str) {
        *self.lists.lock().expect("not poisoned") = names(spoken);
        self.house.send_replace(());
        self.adopt();
    }

    /// Waits for other names or sentences and hands them over.
    fn adopt(&mut self) {
        let next = async { tokio::time::timeout(DEADLINE, self.renamed.recv()).await };
        let Ok(Some(ToHub::Renamed(renamed))) = self.runtime.block_on(next) else {
            panic!("other names are ready");
        };
        // As the hub does, but not at a moment of its own.
        assert!(self.orders.blocking_send(Order::Rename(renamed)).is_ok());
    }

    /// Everything ends with the speaker.
    fn end_all(self) {
        let Self {
            shutdown, utterances, hub, orders, satellite, renamed, threads, runtime, ..
        } = self;
        drop((shutdown, utterances, hub, orders, satellite, renamed));
        for thread in threads {
            thread.join().expect("it ends well");
        }
        drop(runtime);
    }

    fn typed(&mut self, text: &str) -> Outcome {
        let typed = ToHub::Request(Box::new(Request::typed(text)), None);
        assert!(self.hub.blocking_send(typed).is_ok());
        self.answered().1
    }
}

#[test]
fn names_change_between_two_utterances() {
    let mut rig = Rig::new(watch::Sender::new(None).subscribe());
    let turn = rig.begin();
    // While they speak, the lamp gets another name; what they say is heard and understood with the
    // old one.
    rig.rename("lantern");
    assert_eq!(rig.end(turn), ("turn on the lamp".to_owned(), Outcome::Done));
    let turn = rig.begin();
    assert_eq!(rig.end(turn), ("turn on the lantern".to_owned(), Outcome::Done));
    // A speaker at rest takes new names at once, also for those who type.
    rig.rename("lamp");
    assert_eq!(rig.typed("turn on the lamp"), Outcome::Done);
    assert_eq!(rig.typed("turn on the lantern"), Outcome::NotUnderstood);
    // A lamp that is switched is no other name.
    rig.house.send_replace(());
    rig.rename("lantern");
    let turn = rig.begin();
    assert_eq!(rig.end(turn), ("turn on the lantern".to_owned(), Outcome::Done));
    rig.end_all();
}

#[test]
fn the_household_writes_sentences_while_the_speaker_runs() {
    let folder = tempfile::tempdir().expect("a folder");
    // Nobody sees half a file that way.
    let write = |name: &str, text: &str| {
        let draft = folder.path().join("draft");
        std::fs::write(&draft, text).expect("a file");
        std::fs::rename(draft, folder.path().join(name)).expect("it gets its name");
    };
    let own = |sentence: &str| {
        format!(
            "language: en\nintents:\n  HassTurnOn:\n    data:\n      \
             - {{sentences: [\"{sentence}\"], slots: {{domain: light}}}}\n"
        )
    };
    let (sender, written) = watch::channel(None);
    let mut rig = Rig::new(written);
    let log = Log::default();
    let logged = log.clone();
    let subscriber = tracing_subscriber::fmt().with_ansi(false);
    let subscriber = subscriber.with_writer(move || logged.clone()).finish();
    let every = Duration::from_millis(5);
    let watching =
        crate::sentences::watch("en".to_owned(), folder.path().to_owned(), every, sender);
    assert_eq!(rig.typed("abracadabra"), Outcome::NotUnderstood);
    // However long it takes until the folder is looked at for the first time.
    write("magic.yaml", &own("abracadabra"));
    rig.runtime.spawn(watching.with_subscriber(subscriber));
    rig.adopt();
    assert_eq!(rig.typed("abracadabra"), Outcome::Done);
    assert!(!log.text().contains("WARN"), "{}", log.text());

    // One that is broken is named, with the line, and the others go on.
    write("broken.yaml", "language: en\nintents:\n  Odd: [\n");
    rig.adopt();
    let warned = log.text();
    let warned = warned.lines().find(|line| line.contains("WARN")).expect("a warning");
    assert!(warned.contains("broken.yaml") && warned.contains("line 3"), "{warned}");
    assert!(warned.ends_with("its sentences are left out"), "{warned}");
    assert_eq!(rig.typed("abracadabra"), Outcome::Done);
    write("broken.yaml", &own("simsalabim"));
    rig.adopt();
    assert_eq!(rig.typed("simsalabim"), Outcome::Done);
    assert_eq!(log.text().matches("WARN").count(), 1, "{}", log.text());

    std::fs::remove_file(folder.path().join("magic.yaml")).expect("it was there");
    rig.adopt();
    assert_eq!(rig.typed("abracadabra"), Outcome::NotUnderstood);
    assert_eq!(rig.typed("simsalabim"), Outcome::Done);
    rig.end_all();
}
