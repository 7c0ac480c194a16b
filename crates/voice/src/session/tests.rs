//! Traces: inputs and the commands they cause, one snapshot a story.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use super::*;
use crate::testing::GRAMMAR;
use crate::{SpeechSpan, Stage};

/// Says the key where there are words for it elsewhere.
struct Keys;

impl Wording for Keys {
    fn text(&self, speech: &[Speech]) -> PrivateText {
        let text = |speech: &Speech| match speech.as_verbatim() {
            Some(text) => text.expose().to_owned(),
            None => speech.key().to_owned(),
        };
        speech.iter().map(text).collect::<Vec<_>>().join(" ").into()
    }
}

/// The one door: feeds a story to a session and writes down what came out.
struct Trace {
    session: Session,
    now: Instant,
    begun: Instant,
    text: String,
}

impl Trace {
    fn new() -> Self {
        let now = Instant::now();
        let session = Session::new(Setup {
            config: Config::default(),
            satellite: SatelliteId::local(),
            muted: false,
            turns: TurnIds::default(),
            wording: Arc::new(Keys),
        });
        Self { session, now, begun: now, text: String::new() }
    }

    fn input(&mut self, label: &str, input: Input) -> &mut Self {
        self.now += Duration::from_millis(100);
        let at = self.now.duration_since(self.begun).as_millis();
        writeln!(self.text, "{at:>6} ms  {label}").unwrap();
        self.session.handle(input, self.now);
        self.commands();
        self
    }

    fn wait(&mut self, seconds: u64) -> &mut Self {
        self.now += Duration::from_secs(seconds);
        let at = self.now.duration_since(self.begun).as_millis();
        writeln!(self.text, "{at:>6} ms  (nothing happens)").unwrap();
        self.session.handle_timeout(self.now);
        self.commands();
        self
    }

    fn commands(&mut self) {
        while let Some(command) = self.session.poll_command() {
            writeln!(self.text, "              → {}", show(&command)).unwrap();
        }
        let waits = if self.session.poll_timeout().is_some() { "" } else { ", no timeout" };
        writeln!(self.text, "              = {}{waits}", self.session.phase().as_str()).unwrap();
    }

    fn wake(&mut self) -> &mut Self {
        let wake = Wake { word: "computer".into(), score: 0.9, threshold: 0.5, at: 16_000 };
        self.input("wake", Input::Wake(wake))
    }

    fn ended(&mut self, turn: u64) -> &mut Self {
        let speech = Some(SpeechSpan { start: 20_000, end: 40_000, decided: 48_000 });
        let input = Input::Ended { turn: TurnId(turn), reason: EndReason::Silence, speech };
        self.input(&format!("end of speech, turn {turn}"), input)
    }

    fn silence(&mut self, turn: u64) -> &mut Self {
        let input = Input::Ended { turn: TurnId(turn), reason: EndReason::NoSpeech, speech: None };
        self.input(&format!("no speech, turn {turn}"), input)
    }

    fn words(&mut self, turn: u64, text: &str) -> &mut Self {
        let transcript =
            Transcript { text: text.into(), confidence: 0.9, ..Transcript::nothing(GRAMMAR) };
        let heard = Box::new(Heard { transcript, clip: None, stt_ms: 12.0 });
        let input = Input::Transcribed { turn: TurnId(turn), heard };
        self.input(&format!("transcript of turn {turn}: {text:?}"), input)
    }

    fn reply(&mut self, turn: u64, reply: Reply) -> &mut Self {
        let label = format!("reply to turn {turn}: {}", reply.outcome.as_str());
        let intent = crate::Intent {
            name: "HassTurnOn".into(),
            slots: Vec::new(),
            stage: Stage::Exact,
            cost: 0.0,
            response: "default".into(),
            then: Vec::new(),
        };
        let acted = Box::new(Acted { intent: Some(intent), reply, intent_ms: 0.1, act_ms: 1.0 });
        self.input(&label, Input::Acted { turn: TurnId(turn), acted })
    }

    fn spoken(&mut self, turn: u64) -> &mut Self {
        let input = Input::Spoken { turn: TurnId(turn), first_audio_ms: Some(40.0) };
        self.input(&format!("spoken, turn {turn}"), input)
    }

    fn mute(&mut self, muted: bool) -> &mut Self {
        self.input(if muted { "mute" } else { "unmute" }, Input::Mute(muted))
    }
}

fn show(command: &Command) -> String {
    match command {
        Command::Listen { turn, follow_up } => format!("listen {} follow_up={follow_up}", turn.0),
        Command::Rest => "rest".into(),
        Command::Cancel { turn } => format!("cancel {}", turn.0),
        Command::Act { turn, request, ticket } => {
            let text = match &request.what {
                What::Heard(transcript) => transcript.text.expose(),
                What::Text(text) => text.expose(),
                _ => "",
            };
            let ticket = ticket.map_or(String::new(), |ticket| format!(" for {}", ticket.0));
            format!("act {} on {text:?}{ticket}", turn.0)
        }
        Command::Busy(ticket) => format!("busy, {}", ticket.0),
        Command::Chime(chime) => format!("chime {chime:?}"),
        Command::Speak { turn, speech } => format!("speak {} {:?}", turn.0, speech.expose()),
        Command::Hush => "hush".into(),
        Command::CloseMicrophone => "close the microphone".into(),
        Command::OpenMicrophone => "open the microphone".into(),
        Command::Apply(effect) => format!("apply {effect:?}"),
        Command::Record(turn) => format!(
            "record {} {} {:?} reply {:?} endpoint {} ms",
            turn.id.0,
            turn.outcome.as_str(),
            turn.transcript.as_ref().map(|t| t.text.expose()),
            turn.reply.expose(),
            turn.timings.endpoint_ms,
        ),
        Command::Report(Event::Phase { phase, .. }) => format!("report Phase({phase:?})"),
        Command::Report(event) => format!("report {event:?}").replace("satellite: local, ", ""),
    }
}

fn light() -> Reply {
    Reply::done(Speech::verbatim("Turned on the light."))
}

#[test]
fn plain_turn() {
    let mut trace = Trace::new();
    trace.wake().ended(1).words(1, "turn on the light").reply(1, light()).spoken(1);
    insta::assert_snapshot!(trace.text);
}

#[test]
fn no_speech() {
    let mut trace = Trace::new();
    trace.wake().silence(1);
    insta::assert_snapshot!(trace.text);
}

#[test]
fn not_understood() {
    let mut trace = Trace::new();
    trace.wake().ended(1).words(1, "").spoken(1);
    insta::assert_snapshot!(trace.text);
}

#[test]
fn hardly_heard() {
    let mut trace = Trace::new();
    let perhaps = crate::Alternative {
        text: "turn on the light".into(),
        engine: crate::testing::GRAMMAR,
        confidence: 0.4,
        words: Vec::new(),
    };
    let transcript = Transcript { alternatives: vec![perhaps], ..Transcript::nothing(GRAMMAR) };
    let heard = Box::new(Heard { transcript, clip: None, stt_ms: 12.0 });
    trace.wake().ended(1).input("perhaps", Input::Transcribed { turn: TurnId(1), heard });
    trace
        .reply(1, Reply::with(Speech::verbatim("Did you mean turn on the light?"), Outcome::Asked))
        .spoken(1)
        .ended(2);
    insta::assert_snapshot!(trace.text);
}

#[test]
fn wake_while_speaking() {
    let mut trace = Trace::new();
    trace.wake().ended(1).words(1, "turn on the light").reply(1, light());
    trace.wake().spoken(1).ended(2).words(2, "stop").reply(2, Reply::silent()).spoken(2);
    insta::assert_snapshot!(trace.text);
}

#[test]
fn its_own_words_do_not_wake_it() {
    let mut trace = Trace::new();
    let named = Reply::done(Speech::verbatim("Turned on Anna's computer."));
    trace.wake().ended(1).words(1, "turn on the computer").reply(1, named);
    trace.wake().spoken(1);
    trace.input(
        "announcement",
        Input::Announce(Reply::done(Speech::verbatim("The Computer has finished."))),
    );
    trace.wake().spoken(2).wake();
    insta::assert_snapshot!(trace.text);
}

#[test]
fn mute_in_every_state() {
    let mut trace = Trace::new();
    trace.mute(true).mute(true).wake().mute(false);
    trace.wake().mute(true).ended(1).mute(false);
    trace.wake().ended(2).mute(true).words(2, "turn on the light").reply(2, light()).spoken(2);
    trace.mute(false).wake().ended(3).words(3, "turn on the light").reply(3, light()).mute(true);
    trace.spoken(3);
    insta::assert_snapshot!(trace.text);
}

#[test]
fn worker_failed() {
    let mut trace = Trace::new();
    let failed = |turn, worker| Input::WorkerFailed { turn: Some(TurnId(turn)), worker };
    trace.wake().ended(1).input("transcriber fails", failed(1, Worker::Transcribe)).spoken(1);
    trace.wake().ended(2).words(2, "turn on the light").wait(20).spoken(2);
    trace.wake().ended(3).words(3, "turn on the light").reply(3, light());
    trace.input("loudspeaker fails", failed(3, Worker::Speak));
    trace.wake().ended(4).wait(20).spoken(4);
    trace.wake().wait(40).spoken(5);
    insta::assert_snapshot!(trace.text);
}

#[test]
fn late_answer_of_an_abandoned_turn() {
    let mut trace = Trace::new();
    trace.wake().ended(1).words(1, "turn on the light");
    trace.wake().reply(1, light()).words(1, "turn on the light").spoken(1);
    trace
        .ended(2)
        .words(2, "turn on the fan")
        .reply(2, Reply::done(Speech::verbatim("Turned on the fan.")));
    trace.spoken(2);
    insta::assert_snapshot!(trace.text);
}

#[test]
fn follow_up_question() {
    let mut trace = Trace::new();
    trace.wake().ended(1).words(1, "delete everything");
    trace.reply(1, Reply::with(Speech::verbatim("Everything?"), Outcome::Asked)).spoken(1);
    trace
        .ended(2)
        .words(2, "yes")
        .reply(2, Reply::done(Speech::verbatim("Gone.")).and(Effect::ForgetTurn));
    trace.spoken(2);
    insta::assert_snapshot!(trace.text);
}

#[test]
fn unanswered_question() {
    let mut trace = Trace::new();
    trace.wake().ended(1).words(1, "delete everything");
    trace
        .reply(1, Reply::with(Speech::verbatim("Everything?"), Outcome::Asked))
        .spoken(1)
        .silence(2);
    insta::assert_snapshot!(trace.text);
}

#[test]
fn announcements_wait_their_turn() {
    let mut trace = Trace::new();
    let ring = || Input::Announce(Reply::done(Speech::verbatim("Your timer is done.")));
    trace.wake().input("timer rings", ring()).silence(1).spoken(2);
    trace.mute(true).input("timer rings", ring()).input("button", Input::Hush);
    insta::assert_snapshot!(trace.text);
}

#[test]
fn microphone_lost_while_listening() {
    let mut trace = Trace::new();
    trace.wake().input("unplugged", Input::Microphone(AudioFault::MicrophoneLost)).spoken(1);
    trace.input("plugged in", Input::Microphone(AudioFault::MicrophoneBack));
    insta::assert_snapshot!(trace.text);
}

#[test]
fn spoken_orders_change_the_speaker() {
    let mut trace = Trace::new();
    trace.wake().ended(1).words(1, "louder");
    trace.reply(1, Reply::silent().and(Effect::ChangeVolume(10))).spoken(1);
    trace
        .wake()
        .ended(2)
        .words(2, "mute")
        .reply(2, Reply::done(Speech::verbatim("Muted.")).and(Effect::Mute));
    trace.spoken(2);
    insta::assert_snapshot!(trace.text);
}

#[test]
fn typed_commands() {
    let mut trace = Trace::new();
    let typed = |ticket, text: &str| Input::Typed {
        ticket: Ticket(ticket),
        request: Box::new(Request::typed(text)),
    };
    trace.input("typed", typed(1, "turn on the light"));
    trace.input("typed meanwhile", typed(2, "turn on the fan"));
    trace.input("a third", typed(3, "turn on the heating"));
    trace.reply(1, light()).spoken(1);
    trace.reply(2, Reply::done(Speech::verbatim("Turned on the fan."))).spoken(2);
    // While somebody speaks, too; and what rings comes first.
    trace.wake().input("typed while listening", typed(4, "turn off the fan"));
    trace.input(
        "timer rings",
        Input::Announce(Reply::done(Speech::verbatim("Your timer is done."))),
    );
    trace
        .silence(3)
        .spoken(4)
        .reply(5, Reply::done(Speech::verbatim("Turned off the fan.")))
        .spoken(5);
    insta::assert_snapshot!(trace.text);
}
