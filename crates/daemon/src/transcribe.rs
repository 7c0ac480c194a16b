//! The transcriber thread: owns the speech models and is fed while the person speaks.

use std::sync::mpsc::Receiver;
use std::time::Instant;

use tokio::sync::mpsc;
use voice::session::{Heard, Input, Worker};
use voice::{Error, Pcm, Transcriber, TurnId, WordGraph};

use crate::Message;

/// What the transcriber is told. Audio may be dropped when the queue is full, the rest may not.
pub(crate) enum Utterance {
    /// A command begins.
    Begin(TurnId),
    /// Its next samples, 16 kHz mono.
    Audio(Box<[f32]>),
    /// It is over: what was it?
    End(TurnId),
    /// Forget it.
    Cancel(TurnId),
}

/// A transcriber whose sentences can be changed between two utterances.
pub trait Grammar: Transcriber {
    /// Takes the sentences that may be heard from now on.
    ///
    /// # Errors
    /// When they cannot be used; the old ones stay.
    fn set_graph(&mut self, graph: &WordGraph) -> voice::Result<()>;
}

pub(crate) struct Transcribe {
    pub(crate) transcriber: Box<dyn Grammar>,
    pub(crate) utterances: Receiver<Utterance>,
    pub(crate) session: mpsc::Sender<Message>,
}

impl Transcribe {
    /// Runs until nobody can send an utterance any more.
    pub(crate) fn run(mut self) {
        let mut current: Option<(TurnId, Vec<f32>)> = None;
        while let Ok(utterance) = self.utterances.recv() {
            match utterance {
                Utterance::Begin(turn) => {
                    self.transcriber.reset();
                    current = Some((turn, Vec::new()));
                }
                Utterance::Audio(pcm) => {
                    if let Some((turn, clip)) = &mut current {
                        clip.extend_from_slice(&pcm);
                        let turn = *turn;
                        if let Err(error) = self.transcriber.feed(&pcm) {
                            current = None;
                            self.failed(turn, &error);
                        }
                    }
                }
                Utterance::End(turn) => {
                    if let Some((begun, clip)) = current.take()
                        && begun == turn
                    {
                        self.finish(turn, clip);
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

    fn failed(&mut self, turn: TurnId, error: &Error) {
        tracing::warn!(error = error as &dyn std::error::Error, "the transcriber failed");
        self.transcriber.reset();
        let input = Input::WorkerFailed { turn: Some(turn), worker: Worker::Transcribe };
        let _ = self.session.blocking_send(Message::Input(input));
    }
}
