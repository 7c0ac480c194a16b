//! The transcribe thread: owns the recognisers, which decode while the person speaks.

use std::sync::mpsc::{Receiver, SyncSender};
use std::time::Instant;

use tokio::sync::mpsc;
use voice::session::{Heard, Input, Worker};
use voice::{Error, Partial, Pcm, Transcript, TurnId};

use crate::engines::Grammar;
use crate::error::warn_of;
use crate::queues::{Message, Progress, State, TranscribeCommand as Command};

pub(crate) struct Transcribe {
    pub(crate) transcriber: Box<dyn Grammar>,
    pub(crate) commands: Receiver<Command>,
    pub(crate) progress: SyncSender<Progress>,
    pub(crate) session: mpsc::Sender<Message>,
}

impl Transcribe {
    /// Runs until nobody can send a command any more.
    pub(crate) fn run(mut self) {
        let mut current: Option<(TurnId, Vec<f32>)> = None;
        // The last turn that was transcribed, until it is forgotten.
        let mut last = None;
        while let Ok(command) = self.commands.recv() {
            match command {
                Command::Begin(turn) => {
                    self.transcriber.reset();
                    last = None;
                    current = Some((turn, Vec::new()));
                }
                Command::Audio(pcm) => {
                    if let Some((_, clip)) = &mut current {
                        clip.extend_from_slice(&pcm);
                    }
                    let partial = self.ask(&mut current, |transcriber| transcriber.feed(&pcm));
                    let (complete, stable_for) =
                        partial.map_or((None, 0), |p| (p.complete, p.stable_for_samples));
                    self.report(current.as_ref(), State::Audio { complete, stable_for });
                }
                Command::Pause => {
                    let partial = self.ask(&mut current, |transcriber| transcriber.pause());
                    let complete = partial.and_then(|partial| partial.complete);
                    self.report(current.as_ref(), State::Paused(complete));
                }
                Command::End(turn) => {
                    if let Some((begun, clip)) = current.take()
                        && begun == turn
                    {
                        last = Some(turn);
                        self.finish(turn, clip);
                    }
                }
                Command::Second(turn, answer) => {
                    let second = if last == Some(turn) { self.second() } else { None };
                    // Whoever asked may have gone on without it.
                    let _ = answer.send(second);
                }
                Command::Forget(turn) => {
                    if last == Some(turn) {
                        last = None;
                        self.transcriber.reset();
                    }
                }
                Command::Wipe => {
                    if current.is_none() {
                        last = None;
                        self.transcriber.reset();
                    }
                }
                Command::Adopt(prepared) => {
                    if let Err(error) = self.transcriber.adopt(*prepared) {
                        warn_of!(error, "failed to apply the new grammar");
                    }
                }
                Command::Cancel(turn) => {
                    if current.as_ref().is_some_and(|(begun, _)| *begun == turn) {
                        current = None;
                        self.transcriber.reset();
                    }
                }
            }
        }
    }

    /// Asks the transcriber about the utterance, if there is one.
    fn ask(
        &mut self,
        current: &mut Option<(TurnId, Vec<f32>)>,
        question: impl FnOnce(&mut dyn Grammar) -> voice::Result<Option<Partial>>,
    ) -> Option<Partial> {
        let turn = current.as_ref()?.0;
        match question(self.transcriber.as_mut()) {
            Ok(partial) => partial,
            Err(error) => {
                *current = None;
                self.failed(turn, &error);
                None
            }
        }
    }

    /// A listener that is behind takes the next one.
    fn report(&self, current: Option<&(TurnId, Vec<f32>)>, state: State) {
        let turn = current.map(|(turn, _)| *turn);
        let _ = self.progress.try_send(Progress { turn, state });
    }

    fn finish(&mut self, turn: TurnId, clip: Vec<f32>) {
        let begun = Instant::now();
        match self.transcriber.finish() {
            Ok(transcript) => {
                let stt_ms = begun.elapsed().as_secs_f32() * 1000.0;
                let heard = Heard { transcript, clip: Some(Pcm::new(clip)), stt_ms };
                let input = Input::Transcribed { turn, heard: Box::new(heard) };
                let _ = self.session.blocking_send(Message::Input(input));
            }
            Err(Error::Cancelled) => {}
            Err(error) => self.failed(turn, &error),
        }
    }

    fn second(&mut self) -> Option<Transcript> {
        match self.transcriber.second() {
            Ok(second) => second,
            // Somebody said the wake word instead of waiting for it.
            Err(Error::Cancelled) => None,
            Err(error) => {
                warn_of!(error, "failed to get a second opinion; the gate decides without it");
                None
            }
        }
    }

    fn failed(&mut self, turn: TurnId, error: &Error) {
        tracing::warn!(
            error = error as &dyn std::error::Error,
            "failed to transcribe; the turn fails"
        );
        self.transcriber.reset();
        let input = Input::WorkerFailed { turn: Some(turn), worker: Worker::Transcribe };
        let _ = self.session.blocking_send(Message::Input(input));
    }
}
