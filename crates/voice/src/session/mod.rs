//! The session: the state machine of a pipeline run, from the wake word to the answer, with barge-in
//! (a wake word during playback ends the answer).
//!
//! [`Session`] is pure, without clock, channel or device: inputs go in with the time at
//! which they happened, commands come out until there are none, and [`Session::poll_timeout`] says
//! when it wants to be called even if nothing happens. Every command and answer carries the
//! [`TurnId`] it belongs to; an answer to a turn that is no longer the current one is ignored.

mod io;
mod state;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

pub use io::{Acted, Chime, Command, Config, Heard, Input, Setup, Ticket, Worker};
use state::{Draft, State};

use crate::{
    AudioFault, Effect, EndReason, Event, Outcome, Phase, PrivateText, Reply, Request, SatelliteId,
    Speech, Transcript, TurnId, TurnIds, Wake, What, Wording,
};

const NOT_CAUGHT: Speech = Speech::of("hark.not_caught");
const CANNOT_HEAR: Speech = Speech::of("hark.cannot_hear");
const NO_WORDS: Speech = Speech::of("hark.no_words");
const FAILED: Speech = Speech::of("hark.failed");

/// Announcements that may wait for a turn to end; a further one replaces the oldest.
const ANNOUNCEMENTS_WAITING: usize = 8;

/// The state machine; see the module.
pub struct Session {
    config: Config,
    satellite: SatelliteId,
    turns: TurnIds,
    wording: Arc<dyn Wording>,
    state: State,
    muted: bool,
    deadline: Option<Instant>,
    commands: VecDeque<Command>,
    /// Announcements that wait for the turn under way.
    waiting: VecDeque<Reply>,
    /// A typed command that waits for it.
    typed: Option<(Ticket, Box<Request>)>,
    phase: Phase,
}

impl Session {
    /// A session at rest.
    pub fn new(setup: Setup) -> Self {
        let Setup { config, satellite, muted, turns, wording } = setup;
        let phase = if muted { Phase::Muted } else { Phase::Idle };
        Self {
            config,
            satellite,
            turns,
            wording,
            state: State::Idle,
            muted,
            deadline: None,
            commands: VecDeque::new(),
            waiting: VecDeque::new(),
            typed: None,
            phase,
        }
    }

    /// Speaks by other response tables from now on.
    pub fn set_wording(&mut self, wording: Arc<dyn Wording>) {
        self.wording = wording;
    }

    /// What the speaker is doing.
    pub fn phase(&self) -> Phase {
        self.phase
    }

    /// Takes something that happened at `now`.
    pub fn handle(&mut self, input: Input, now: Instant) {
        match input {
            Input::Wake(wake) => self.wake(wake, now),
            Input::Ended { turn, reason, speech } => {
                if let State::Listening(draft) = &mut self.state
                    && draft.id == turn
                {
                    draft.speech = speech;
                    self.listening_ended(reason, now);
                }
            }
            Input::Transcribed { turn, heard } => self.transcribed(turn, *heard, now),
            Input::Typed { ticket, request } => self.typed(ticket, request, now),
            Input::Acted { turn, acted } => self.acted(turn, *acted, now),
            Input::Spoken { turn, first_audio_ms } => self.spoken(turn, first_audio_ms, now),
            Input::Announce(reply) => self.announce(reply, now),
            Input::Mute(muted) => self.mute(muted, now),
            Input::Hush => self.hush(now),
            Input::WorkerFailed { turn, worker } => self.worker_failed(turn, worker, now),
            Input::Microphone(fault) => self.microphone(fault, now),
        }
        self.report_phase();
    }

    /// The next thing to do; `None` when everything was said.
    pub fn poll_command(&mut self) -> Option<Command> {
        self.commands.pop_front()
    }

    /// When [`Session::handle_timeout`] wants to be called.
    pub fn poll_timeout(&self) -> Option<Instant> {
        self.deadline
    }

    /// Gives up on a worker that did not answer in time.
    pub fn handle_timeout(&mut self, now: Instant) {
        if self.deadline.is_none_or(|deadline| now < deadline) {
            return;
        }
        self.deadline = None;
        match &self.state {
            State::Idle => {}
            State::Listening(draft) => {
                let turn = draft.id;
                self.worker_failed(Some(turn), Worker::Listen, now);
            }
            State::Thinking(draft) => {
                let turn = draft.id;
                let heard = draft.transcript.is_some();
                let worker = if heard { Worker::Act } else { Worker::Transcribe };
                self.worker_failed(Some(turn), worker, now);
            }
            State::Speaking { turn, .. } => {
                let turn = *turn;
                self.commands.push_back(Command::Hush);
                self.spoken(turn, None, now);
            }
        }
        self.report_phase();
    }

    fn wake(&mut self, wake: Wake, now: Instant) {
        // Its own voice may not wake it: a device may be called "computer" too.
        if self.muted || self.state.says(&wake.word) {
            self.commands.push_back(Command::Rest);
            return;
        }
        match std::mem::take(&mut self.state) {
            State::Idle => {}
            State::Listening(draft) => self.commands.push_back(Command::Cancel { turn: draft.id }),
            // What was said is history even if the person interrupts the answer.
            State::Thinking(draft) => {
                self.commands.push_back(Command::Cancel { turn: draft.id });
                self.close(draft, PrivateText::default(), Outcome::Failed);
            }
            // Barge-in.
            State::Speaking { speech, draft, .. } => {
                self.commands.push_back(Command::Hush);
                if let Some(answered) = draft {
                    let (draft, outcome) = *answered;
                    self.close(draft, speech, outcome);
                }
            }
        }
        let mut draft = Draft::new(self.turns.draw(), now);
        let satellite = self.satellite.clone();
        self.report(Event::Woke { satellite, turn: draft.id, score: wake.score });
        draft.wake = Some(wake);
        self.listen(draft, false, now);
    }

    fn listen(&mut self, draft: Draft, follow_up: bool, now: Instant) {
        self.commands.push_back(Command::Listen { turn: draft.id, follow_up });
        self.commands.push_back(Command::Chime(Chime::Wake));
        self.deadline = Some(now + self.config.listen_timeout);
        self.state = State::Listening(draft);
    }

    fn listening_ended(&mut self, reason: EndReason, now: Instant) {
        let State::Listening(draft) = std::mem::take(&mut self.state) else { return };
        if reason == EndReason::NoSpeech || draft.speech.is_none() {
            // A speaker that talks after a false wake is worse than one that stays quiet.
            self.commands.push_back(Command::Cancel { turn: draft.id });
            self.commands.push_back(Command::Chime(Chime::End));
            if draft.wake.is_some() {
                self.close(draft, PrivateText::default(), Outcome::FalseWake);
            } else {
                self.report_end(draft.id, Outcome::FalseWake);
            }
            self.rest(now);
            return;
        }
        self.commands.push_back(Command::Chime(Chime::Heard));
        self.deadline = Some(now + self.config.think_timeout);
        self.state = State::Thinking(draft);
    }

    fn transcribed(&mut self, turn: TurnId, heard: Heard, now: Instant) {
        let State::Thinking(draft) = &mut self.state else { return };
        if draft.id != turn {
            return;
        }
        draft.clip = heard.clip;
        draft.timings.stt_ms = heard.stt_ms;
        // What it might have been is worth a look, if only to ask.
        let nothing = heard.transcript.text.is_empty() && heard.transcript.alternatives.is_empty();
        draft.transcript = Some(heard.transcript.clone());
        self.deadline = Some(now + self.config.think_timeout);
        if nothing {
            self.answer(Reply::with(NOT_CAUGHT, Outcome::NotUnderstood), now);
        } else {
            let request = Request::spoken(self.satellite.clone(), heard.transcript);
            let request = Box::new(request);
            self.commands.push_back(Command::Act { turn, request, ticket: None });
        }
    }

    fn typed(&mut self, ticket: Ticket, request: Box<Request>, now: Instant) {
        if !matches!(self.state, State::Idle) {
            // Somebody is being served: one command waits for that, and no more.
            if self.typed.is_none() {
                self.typed = Some((ticket, request));
            } else {
                self.commands.push_back(Command::Busy(ticket));
            }
            return;
        }
        let mut draft = Draft::new(self.turns.draw(), now);
        if let What::Text(text) = &request.what {
            draft.transcript = Some(Transcript::typed(text.clone()));
        }
        self.commands.push_back(Command::Act { turn: draft.id, request, ticket: Some(ticket) });
        self.deadline = Some(now + self.config.think_timeout);
        self.state = State::Thinking(draft);
    }

    fn acted(&mut self, turn: TurnId, acted: Acted, now: Instant) {
        let State::Thinking(draft) = &mut self.state else { return };
        if draft.id != turn {
            return;
        }
        draft.intent = acted.intent;
        draft.timings.intent_ms = acted.intent_ms;
        draft.timings.act_ms = acted.act_ms;
        self.answer(acted.reply, now);
    }

    /// Says the reply of the turn in [`State::Thinking`].
    fn answer(&mut self, reply: Reply, now: Instant) {
        let State::Thinking(mut draft) = std::mem::take(&mut self.state) else { return };
        for effect in &reply.effects {
            match effect {
                Effect::Mute => self.close_microphone(),
                Effect::ForgetTurn => draft.forget = true,
                other => self.commands.push_back(Command::Apply(other.clone())),
            }
        }
        let turn = draft.id;
        self.say(turn, Some(draft), reply, now);
    }

    fn say(&mut self, turn: TurnId, draft: Option<Draft>, reply: Reply, now: Instant) {
        let Reply { speech, outcome, .. } = reply;
        let speech = self.wording.text(&speech);
        self.commands.push_back(Command::Speak { turn, speech: speech.clone() });
        self.deadline = Some(now + self.config.speak_timeout);
        let draft = draft.map(|draft| Box::new((draft, outcome)));
        self.state = State::Speaking { turn, speech, draft };
    }

    fn spoken(&mut self, turn: TurnId, first_audio_ms: Option<f32>, now: Instant) {
        if !matches!(&self.state, State::Speaking { turn: current, .. } if *current == turn) {
            return;
        }
        let state = std::mem::take(&mut self.state);
        let State::Speaking { speech, draft, .. } = state else { return };
        let mut asked = false;
        if let Some(answered) = draft {
            let (mut draft, outcome) = *answered;
            draft.timings.first_audio_ms = first_audio_ms.unwrap_or_default();
            asked = outcome == Outcome::Asked && draft.spoken();
            self.close(draft, speech, outcome);
        }
        if asked && !self.muted {
            let draft = Draft::new(self.turns.draw(), now);
            self.listen(draft, true, now);
        } else {
            self.rest(now);
        }
    }

    fn announce(&mut self, reply: Reply, now: Instant) {
        if !matches!(self.state, State::Idle) {
            if self.waiting.len() == ANNOUNCEMENTS_WAITING {
                self.waiting.pop_front();
            }
            self.waiting.push_back(reply);
            return;
        }
        let turn = self.turns.draw();
        self.commands.push_back(Command::Chime(Chime::Alarm));
        self.say(turn, None, reply, now);
    }

    fn mute(&mut self, muted: bool, now: Instant) {
        if muted == self.muted {
            return;
        }
        if muted {
            self.close_microphone();
            if let State::Listening(draft) = &self.state {
                // Half a sentence that the household did not want heard is thrown away whole.
                let turn = draft.id;
                self.commands.push_back(Command::Cancel { turn });
                self.report_end(turn, Outcome::Refused);
                self.rest(now);
            }
        } else {
            self.muted = false;
            self.commands.push_back(Command::OpenMicrophone);
            self.report(Event::SettingsChanged);
        }
    }

    fn close_microphone(&mut self) {
        if !self.muted {
            self.muted = true;
            self.commands.push_back(Command::CloseMicrophone);
            self.report(Event::SettingsChanged);
        }
    }

    fn hush(&mut self, now: Instant) {
        self.waiting.clear();
        if let State::Speaking { turn, .. } = &self.state {
            let turn = *turn;
            self.commands.push_back(Command::Hush);
            self.spoken(turn, None, now);
        }
    }

    fn worker_failed(&mut self, turn: Option<TurnId>, worker: Worker, now: Instant) {
        let current = self.state.turn();
        if current.is_none() || turn.is_some_and(|turn| Some(turn) != current) {
            return;
        }
        match std::mem::take(&mut self.state) {
            State::Idle => {}
            State::Listening(draft) | State::Thinking(draft) => {
                self.commands.push_back(Command::Cancel { turn: draft.id });
                self.commands.push_back(Command::Chime(Chime::Error));
                let reply = match worker {
                    Worker::Listen => Reply::with(CANNOT_HEAR, Outcome::Failed),
                    Worker::Transcribe => Reply::with(NO_WORDS, Outcome::Failed),
                    Worker::Act => Reply::with(FAILED, Outcome::Failed),
                    Worker::Speak => Reply { outcome: Outcome::Failed, ..Reply::silent() },
                };
                let turn = draft.id;
                self.say(turn, Some(draft), reply, now);
            }
            State::Speaking { speech, draft, .. } => {
                if let Some(answered) = draft {
                    let (draft, outcome) = *answered;
                    self.close(draft, speech, outcome);
                }
                self.rest(now);
            }
        }
    }

    fn microphone(&mut self, fault: AudioFault, now: Instant) {
        let lost = fault == AudioFault::MicrophoneLost;
        self.report(Event::Audio { satellite: self.satellite.clone(), fault });
        if lost && let State::Listening(draft) = &self.state {
            let turn = draft.id;
            self.worker_failed(Some(turn), Worker::Listen, now);
        }
    }

    /// Ends a turn: it is recorded, unless it asked to be forgotten.
    fn close(&mut self, draft: Draft, reply: PrivateText, outcome: Outcome) {
        self.report_end(draft.id, outcome);
        if !draft.forget {
            let turn = draft.into_turn(self.satellite.clone(), reply, outcome);
            self.commands.push_back(Command::Record(Box::new(turn)));
        }
    }

    /// Back to waiting, or on to the announcement or the typed command that waited for this moment.
    fn rest(&mut self, now: Instant) {
        self.state = State::Idle;
        self.deadline = None;
        self.commands.push_back(Command::Rest);
        if let Some(reply) = self.waiting.pop_front() {
            self.announce(reply, now);
        } else if let Some((ticket, request)) = self.typed.take() {
            self.typed(ticket, request, now);
        }
    }

    fn report_end(&mut self, turn: TurnId, outcome: Outcome) {
        self.report(Event::TurnEnded { satellite: self.satellite.clone(), turn, outcome });
    }

    fn report(&mut self, event: Event) {
        self.commands.push_back(Command::Report(event));
    }

    fn report_phase(&mut self) {
        let phase = match &self.state {
            State::Idle if self.muted => Phase::Muted,
            State::Idle => Phase::Idle,
            State::Listening(_) => Phase::Listening,
            State::Thinking(_) => Phase::Thinking,
            State::Speaking { .. } => Phase::Speaking,
        };
        if phase != self.phase {
            self.phase = phase;
            self.report(Event::Phase { satellite: self.satellite.clone(), phase });
        }
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen_timeout: Duration::from_secs(30),
            think_timeout: Duration::from_secs(15),
            speak_timeout: Duration::from_secs(120),
        }
    }
}
