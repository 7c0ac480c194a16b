//! The transcriber thread: owns the speech models and is fed while the person speaks.

use std::sync::mpsc::{Receiver, SyncSender};
use std::time::Instant;

use stt::{Prepared, Preparer};
use tokio::sync::{mpsc, oneshot};
use voice::session::{Heard, Input, Worker};
use voice::{Error, Partial, Pcm, Transcriber, Transcript, TurnId};

use crate::queues::Message;

/// What the transcriber is told. Audio may be dropped when the queue is full, the rest may not.
pub(crate) enum Utterance {
    /// A command begins.
    Begin(TurnId),
    /// Its next samples, 16 kHz mono.
    Audio(Box<[f32]>),
    /// The person has paused.
    Pause,
    /// It is over: what was it?
    End(TurnId),
    /// Forget it.
    Cancel(TurnId),
    /// What does the other engine make of the one that was transcribed?
    Second(TurnId, oneshot::Sender<Option<Transcript>>),
    /// That will not be asked any more.
    Forget(TurnId),
    /// Other sentences, between two utterances.
    Adopt(Box<Prepared>),
}

/// How far the transcriber is with a turn. Each piece of audio and each pause has one answer.
pub(crate) struct Progress {
    /// Which turn, if it is one that the transcriber works on.
    pub(crate) turn: Option<TurnId>,
    pub(crate) state: State,
}

/// What the transcriber knows of the sentence.
pub(crate) enum State {
    /// Whether the words are a whole sentence, if it can tell, and for how many samples they have
    /// not changed.
    Audio { complete: Option<bool>, stable_for: u64 },
    /// Whether they would be one if nothing more came.
    Paused(Option<bool>),
}

/// A transcriber whose sentences can be changed between two utterances.
pub trait Grammar: Transcriber {
    /// What makes sentences ready for it, on any thread.
    fn preparer(&self) -> Preparer;

    /// Takes the sentences that may be heard from now on, without much work.
    ///
    /// # Errors
    /// When they cannot be used.
    fn adopt(&mut self, prepared: Prepared) -> voice::Result<()>;

    /// Whether a second engine can say what it makes of an utterance.
    fn has_second(&self) -> bool {
        false
    }

    /// What the second engine makes of the utterance that was transcribed last; `None` if it is the
    /// one that did it, or there is none.
    ///
    /// # Errors
    /// As [`Transcriber::finish`].
    fn second(&mut self) -> voice::Result<Option<Transcript>> {
        Ok(None)
    }
}

pub(crate) struct Transcribe {
    pub(crate) transcriber: Box<dyn Grammar>,
    pub(crate) utterances: Receiver<Utterance>,
    pub(crate) progress: SyncSender<Progress>,
    pub(crate) session: mpsc::Sender<Message>,
}

impl Transcribe {
    /// Runs until nobody can send an utterance any more.
    pub(crate) fn run(mut self) {
        let mut current: Option<(TurnId, Vec<f32>)> = None;
        // The last turn that was transcribed, until it is forgotten.
        let mut last = None;
        while let Ok(utterance) = self.utterances.recv() {
            match utterance {
                Utterance::Begin(turn) => {
                    self.transcriber.reset();
                    last = None;
                    current = Some((turn, Vec::new()));
                }
                Utterance::Audio(pcm) => {
                    if let Some((_, clip)) = &mut current {
                        clip.extend_from_slice(&pcm);
                    }
                    let partial = self.ask(&mut current, |transcriber| transcriber.feed(&pcm));
                    let (complete, stable_for) = partial.map_or((None, 0), |p| (p.complete, p.stable_for_samples));
                    self.report(current.as_ref(), State::Audio { complete, stable_for });
                }
                Utterance::Pause => {
                    let partial = self.ask(&mut current, |transcriber| transcriber.pause());
                    let complete = partial.and_then(|partial| partial.complete);
                    self.report(current.as_ref(), State::Paused(complete));
                }
                Utterance::End(turn) => {
                    if let Some((begun, clip)) = current.take()
                        && begun == turn
                    {
                        last = Some(turn);
                        self.finish(turn, clip);
                    }
                }
                Utterance::Second(turn, answer) => {
                    let second = if last == Some(turn) { self.second() } else { None };
                    // Whoever asked may have gone on without it.
                    let _ = answer.send(second);
                }
                Utterance::Forget(turn) => {
                    if last == Some(turn) {
                        last = None;
                        self.transcriber.reset();
                    }
                }
                Utterance::Adopt(prepared) => {
                    if let Err(error) = self.transcriber.adopt(*prepared) {
                        let error = &error as &dyn std::error::Error;
                        tracing::warn!(error, "failed to apply the new grammar");
                    }
                }
                Utterance::Cancel(turn) => {
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
                let error = &error as &dyn std::error::Error;
                tracing::warn!(error, "the second engine failed");
                None
            }
        }
    }

    fn failed(&mut self, turn: TurnId, error: &Error) {
        tracing::warn!(error = error as &dyn std::error::Error, "the transcriber failed");
        self.transcriber.reset();
        let input = Input::WorkerFailed { turn: Some(turn), worker: Worker::Transcribe };
        let _ = self.session.blocking_send(Message::Input(input));
    }
}
