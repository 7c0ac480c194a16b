//! The listen thread: reads the source in frames and hands a command to the transcriber while it
//! is spoken.

use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError};

use tokio::sync::mpsc;
use voice::session::{Input, Worker};
use voice::{AudioFault, AudioSource, EndReason, Error, FRAME_SAMPLES, TurnId};
use wake::{Heard, Listener};

use super::source::Source;
use super::transcribe::{Progress, State, Utterance};
use crate::queues::Message;

/// What the session tells the listen thread.
pub(crate) enum Order {
    /// Hand out the coming command.
    Listen { turn: TurnId, follow_up: bool },
    /// Wait for the wake word.
    Rest,
    /// This turn is off.
    Cancel(TurnId),
    /// Close the device.
    Close,
    /// Open it again.
    Open,
}

pub(crate) struct Listen {
    pub(crate) source: Source,
    pub(crate) listener: Listener,
    pub(crate) orders: Receiver<Order>,
    pub(crate) utterances: SyncSender<Utterance>,
    /// How far the transcriber is; one for each piece of audio and each pause.
    pub(crate) progress: Receiver<Progress>,
    pub(crate) session: mpsc::Sender<Message>,
    /// Files as fast as possible: no audio passes while the session thinks or speaks.
    pub(crate) lockstep: bool,
    pub(crate) muted: bool,
}

/// Why the loop ends: nobody is left to talk to.
struct Gone;

type Step<T = ()> = Result<T, Gone>;

/// What a frame brought, gathered so that it can be sent after the listener is done with it.
#[derive(Default)]
struct Found {
    wake: Option<voice::Wake>,
    end: Option<(EndReason, Option<voice::SpeechSpan>)>,
    wedged: bool,
    /// Pieces and pauses that the transcriber will answer.
    asked: usize,
}

impl Listen {
    /// Runs until the source ends or the session is gone.
    pub(crate) fn run(mut self) {
        let mut source: Option<Box<dyn AudioSource>> = None;
        let _ = self.hear(&mut source);
        // Dropping the channels tells the transcriber; this tells the session.
        let _ = self.session.blocking_send(Message::SourceEnded);
    }

    fn hear(&mut self, source: &mut Option<Box<dyn AudioSource>>) -> Step {
        let mut turn = None;
        let mut frame = [0.0; FRAME_SAMPLES];
        let mut lost_device = false;
        loop {
            loop {
                match self.orders.try_recv() {
                    Ok(order) => self.obey(&order, &mut turn, source)?,
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return Err(Gone),
                }
            }
            if self.muted {
                if self.lockstep {
                    // Nobody will open the microphone of a recording again.
                    break;
                }
                let order = self.orders.recv().map_err(|_| Gone)?;
                self.obey(&order, &mut turn, source)?;
                continue;
            }
            let open = source.get_or_insert_with(|| self.source.open());
            let read = fill(open.as_mut(), &mut frame);
            let lost = open.take_lost();
            if lost > 0 {
                self.listener.gap();
                self.tell(Input::Microphone(AudioFault::Gap { samples: lost }))?;
            }
            match read {
                Ok(0) => {
                    let Some(next) = self.source.next() else { break };
                    *source = Some(next);
                }
                Ok(count) => {
                    if std::mem::take(&mut lost_device) {
                        tracing::info!("the microphone is back");
                        self.tell(Input::Microphone(AudioFault::MicrophoneBack))?;
                    }
                    self.frame(&frame[..count], &mut turn, source)?;
                }
                Err(Error::DeviceLost { what, .. }) => {
                    if !std::mem::replace(&mut lost_device, true) {
                        tracing::warn!("failed to {what}; looking for it again until it is there");
                        self.listener.gap();
                        self.tell(Input::Microphone(AudioFault::MicrophoneLost))?;
                    }
                }
                Err(error) => {
                    tracing::error!(error = &error as &dyn std::error::Error, "the source broke");
                    break;
                }
            }
        }
        let mut found = Found::default();
        let utterances = &self.utterances;
        self.listener.end(&mut |heard| note(heard, utterances, &mut found));
        self.pass_on(found, &mut turn, source)
    }

    fn frame(
        &mut self,
        frame: &[f32],
        turn: &mut Option<TurnId>,
        source: &mut Option<Box<dyn AudioSource>>,
    ) -> Step {
        let mut found = Found::default();
        let utterances = &self.utterances;
        let result = self.listener.frame(frame, &mut |heard| note(heard, utterances, &mut found));
        if let Err(error) = result {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "the wake word detector failed"
            );
        }
        self.follow_progress(found.asked, *turn)?;
        self.pass_on(found, turn, source)
    }

    /// Tells the listener how far the transcriber is. A recording waits for it, so that the same
    /// recording always ends at the same sample.
    fn follow_progress(&mut self, asked: usize, turn: Option<TurnId>) -> Step {
        let mut take = |progress: Progress| match progress.state {
            _ if progress.turn != turn => {}
            State::Paused(complete) => self.listener.paused(complete),
            State::Audio { complete, stable_for } => self.listener.progress(complete, stable_for),
        };
        if self.lockstep {
            for _ in 0..asked {
                take(self.progress.recv().map_err(|_| Gone)?);
            }
        } else {
            self.progress.try_iter().for_each(take);
        }
        Ok(())
    }

    fn pass_on(
        &mut self,
        found: Found,
        turn: &mut Option<TurnId>,
        source: &mut Option<Box<dyn AudioSource>>,
    ) -> Step {
        if let Some(wake) = found.wake {
            self.tell(Input::Wake(wake))?;
            // The answer takes no longer than the driver's next step; the ring holds the audio.
            self.wait_for_answer(turn, source)?;
        }
        if found.wedged
            && let Some(turn) = turn.take()
        {
            self.listener.rest();
            self.tell(Input::WorkerFailed { turn: Some(turn), worker: Worker::Transcribe })?;
        }
        if let Some((reason, speech)) = found.end
            && let Some(ended) = turn.take()
        {
            // The session hears of the end before the transcriber can answer.
            self.tell(Input::Ended { turn: ended, reason, speech })?;
            let nothing = speech.is_none() || reason == EndReason::NoSpeech;
            let last = if nothing { Utterance::Cancel(ended) } else { Utterance::End(ended) };
            self.utterances.send(last).map_err(|_| Gone)?;
            if self.lockstep {
                self.wait_for_answer(turn, source)?;
            }
        }
        Ok(())
    }

    /// Waits until the session says whether to listen or to rest.
    fn wait_for_answer(
        &mut self,
        turn: &mut Option<TurnId>,
        source: &mut Option<Box<dyn AudioSource>>,
    ) -> Step {
        loop {
            let order = self.orders.recv().map_err(|_| Gone)?;
            let answer = matches!(order, Order::Listen { .. } | Order::Rest | Order::Close);
            self.obey(&order, turn, source)?;
            if answer {
                return Ok(());
            }
        }
    }

    fn obey(
        &mut self,
        order: &Order,
        turn: &mut Option<TurnId>,
        source: &mut Option<Box<dyn AudioSource>>,
    ) -> Step {
        match *order {
            Order::Listen { turn: new, follow_up } => {
                if let Some(old) = turn.replace(new) {
                    self.utterances.send(Utterance::Cancel(old)).map_err(|_| Gone)?;
                }
                self.utterances.send(Utterance::Begin(new)).map_err(|_| Gone)?;
                self.listener.listen(follow_up);
            }
            // A listener that hears no command already waits for the wake word.
            Order::Rest if turn.is_none() => self.listener.rest(),
            Order::Rest => {}
            Order::Cancel(off) => {
                if *turn == Some(off) {
                    *turn = None;
                    self.listener.rest();
                }
                self.utterances.send(Utterance::Cancel(off)).map_err(|_| Gone)?;
            }
            Order::Close => {
                self.muted = true;
                self.source.close(source);
                self.listener.gap();
            }
            Order::Open => self.muted = false,
        }
        Ok(())
    }

    fn tell(&self, input: Input) -> Step {
        self.session.blocking_send(Message::Input(input)).map_err(|_| Gone)
    }
}

fn note(heard: Heard<'_>, utterances: &SyncSender<Utterance>, found: &mut Found) {
    match heard {
        Heard::Wake(wake) => found.wake = Some(wake),
        Heard::Audio(pcm) => send(Utterance::Audio(pcm.into()), utterances, found),
        Heard::Pause => send(Utterance::Pause, utterances, found),
        Heard::End { reason, speech } => found.end = Some((reason, speech)),
    }
}

fn send(utterance: Utterance, utterances: &SyncSender<Utterance>, found: &mut Found) {
    match utterances.try_send(utterance) {
        Ok(()) => found.asked += 1,
        Err(TrySendError::Disconnected(_)) => {}
        // Twenty seconds are queued: the transcriber is wedged.
        Err(TrySendError::Full(_)) => found.wedged = true,
    }
}

/// Fills a frame; less only at the end of the source.
fn fill(source: &mut dyn AudioSource, frame: &mut [f32]) -> voice::Result<usize> {
    let mut count = 0;
    while count < frame.len() {
        match source.read(&mut frame[count..])? {
            0 => break,
            read => count += read,
        }
    }
    Ok(count)
}
