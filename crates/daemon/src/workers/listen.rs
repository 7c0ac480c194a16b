//! The listen thread: reads the source in frames and streams a command to the transcriber while it
//! is spoken.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, TrySendError};

use tokio::sync::{mpsc, watch};
use voice::session::{Input, Worker};
use voice::{AudioFault, AudioSource, EndReason, Error, FRAME_SAMPLES, TurnId};
use wake::{Listener, ListenerEvent};
use zeroize::Zeroize as _;

use super::source::Source;
use crate::engines::Ears;
use crate::error::warn_of;
use crate::queues::{ListenOrder as Order, Message, Progress, State, TranscribeCommand as Command};

pub(crate) struct Listen {
    pub(crate) source: Source,
    /// The source, while it is open.
    pub(crate) open: Option<Box<dyn AudioSource>>,
    /// The turn whose command is handed out.
    pub(crate) turn: Option<TurnId>,
    pub(crate) listener: Listener,
    /// By which it hears when other voices are enrolled.
    pub(crate) ears: Ears,
    /// The enrolled voices.
    pub(crate) voices: watch::Receiver<wake::Voices>,
    pub(crate) orders: Receiver<Order>,
    pub(crate) transcribe: SyncSender<Command>,
    /// How far the transcriber is; one for each piece of audio and each pause.
    pub(crate) progress: Receiver<Progress>,
    pub(crate) session: mpsc::Sender<Message>,
    /// Files as fast as possible: no audio passes while the session thinks or speaks.
    pub(crate) lockstep: bool,
    pub(crate) muted: bool,
    /// Whether it is to be, where an order found no room.
    pub(crate) closed: Arc<AtomicBool>,
}

/// Why the loop ends: nobody is left to talk to.
struct Gone;

type Step = Result<(), Gone>;

/// What a frame brought, gathered so that it can be sent after the listener is done with it.
#[derive(Default)]
struct FrameOutcome {
    wake: Option<voice::Wake>,
    end: Option<(EndReason, Option<voice::SpeechSpan>)>,
    wedged: bool,
    /// Pieces and pauses that the transcriber will answer.
    asked: usize,
}

impl Listen {
    /// Runs until the source ends or the session is gone.
    pub(crate) fn run(mut self) {
        let _ = self.hear();
        // Dropping the channels ends the transcriber; this ends the session.
        let _ = self.session.blocking_send(Message::SourceEnded);
    }

    fn hear(&mut self) -> Step {
        let mut frame = [0.0; FRAME_SAMPLES];
        let (mut hears, mut lost_device) = (false, false);
        loop {
            loop {
                match self.orders.try_recv() {
                    Ok(order) => self.obey(&order)?,
                    Err(TryRecvError::Empty) => break,
                    Err(TryRecvError::Disconnected) => return Err(Gone),
                }
            }
            let closed = self.closed.load(Ordering::Acquire);
            if closed != self.muted {
                self.obey(if closed { &Order::Close } else { &Order::Open })?;
            }
            if self.voices.has_changed().unwrap_or(false) {
                self.take_up_voices();
            }
            if self.muted {
                if self.lockstep {
                    // Nobody will open the microphone of a recording again.
                    break;
                }
                frame.zeroize();
                let order = self.orders.recv().map_err(|_| Gone)?;
                self.obey(&order)?;
                continue;
            }
            let open = self.open.get_or_insert_with(|| self.source.open());
            let read = fill(open.as_mut(), &mut frame);
            let lost = open.take_lost();
            if lost > 0 {
                self.listener.gap();
                self.report(Input::Microphone(AudioFault::Gap { samples: lost }))?;
            }
            match read {
                Ok(0) => {
                    let Some(next) = self.source.next() else { break };
                    self.open = Some(next);
                }
                Ok(count) => {
                    if !std::mem::replace(&mut hears, true) {
                        self.session.blocking_send(Message::Hears).map_err(|_| Gone)?;
                    }
                    if std::mem::take(&mut lost_device) {
                        tracing::info!("the microphone is back");
                        self.report(Input::Microphone(AudioFault::MicrophoneBack))?;
                    }
                    self.frame(&frame[..count])?;
                }
                Err(Error::DeviceLost { what, .. }) => {
                    if !std::mem::replace(&mut lost_device, true) {
                        tracing::warn!("failed to {what}; trying again until it is there");
                        self.listener.gap();
                        self.report(Input::Microphone(AudioFault::MicrophoneLost))?;
                    }
                }
                Err(error @ Error::RestartNeeded { .. }) => {
                    tracing::error!("failed to {error}");
                    let _ = self.session.blocking_send(Message::WorkerDied("listen"));
                    return Err(Gone);
                }
                Err(error) => {
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "failed to read the audio source; the satellite stops"
                    );
                    break;
                }
            }
        }
        let mut found = FrameOutcome::default();
        let transcribe = &self.transcribe;
        self.listener.end(&mut |heard| note(heard, transcribe, &mut found));
        self.pass_on(found)
    }

    fn frame(&mut self, frame: &[f32]) -> Step {
        let mut found = FrameOutcome::default();
        let transcribe = &self.transcribe;
        let result = self.listener.frame(frame, &mut |heard| note(heard, transcribe, &mut found));
        if let Err(error) = result {
            warn_of!(error, "failed to detect the wake word; listening goes on");
        }
        self.follow_progress(found.asked)?;
        self.pass_on(found)
    }

    /// Reports to the listener how far the transcriber is. A recording waits for it, so that the same
    /// recording always ends at the same sample.
    fn follow_progress(&mut self, asked: usize) -> Step {
        let mut take = |progress: Progress| match progress.state {
            _ if progress.turn != self.turn => {}
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

    fn pass_on(&mut self, found: FrameOutcome) -> Step {
        if let Some(wake) = found.wake {
            self.report(Input::Wake(wake))?;
            // The answer takes no longer than the driver's next step; the ring holds the audio.
            self.wait_for_answer()?;
        }
        if found.wedged
            && let Some(turn) = self.turn.take()
        {
            self.listener.rest();
            self.report(Input::WorkerFailed { turn: Some(turn), worker: Worker::Transcribe })?;
        }
        if let Some((reason, speech)) = found.end
            && let Some(ended) = self.turn.take()
        {
            // The session hears of the end before the transcriber can answer.
            self.report(Input::Ended { turn: ended, reason, speech })?;
            let nothing = speech.is_none() || reason == EndReason::NoSpeech;
            let last = if nothing { Command::Cancel(ended) } else { Command::End(ended) };
            self.transcribe.send(last).map_err(|_| Gone)?;
            if self.lockstep {
                self.wait_for_answer()?;
            }
        }
        Ok(())
    }

    /// Waits until the session says whether to listen or to rest.
    fn wait_for_answer(&mut self) -> Step {
        loop {
            let order = self.orders.recv().map_err(|_| Gone)?;
            let answer = matches!(order, Order::Listen { .. } | Order::Rest | Order::Close);
            self.obey(&order)?;
            if answer {
                return Ok(());
            }
        }
    }

    fn obey(&mut self, order: &Order) -> Step {
        match *order {
            Order::Listen { turn: new, follow_up } => {
                if let Some(old) = self.turn.replace(new) {
                    self.transcribe.send(Command::Cancel(old)).map_err(|_| Gone)?;
                }
                self.transcribe.send(Command::Begin(new)).map_err(|_| Gone)?;
                self.listener.listen(follow_up);
            }
            // A listener that hears no command already waits for the wake word.
            Order::Rest if self.turn.is_none() => self.listener.rest(),
            Order::Rest => {}
            Order::Forget => self.listener.forget(),
            Order::Cancel(off) => {
                if self.turn == Some(off) {
                    self.turn = None;
                    self.listener.rest();
                }
                self.transcribe.send(Command::Cancel(off)).map_err(|_| Gone)?;
            }
            Order::Close => {
                self.muted = true;
                // Nothing of the room stays in memory, however long the device takes.
                self.listener.rest();
                self.listener.forget();
                self.source.close(&mut self.open);
            }
            Order::Open => self.muted = false,
        }
        Ok(())
    }

    /// Hears the wake word with the help of other voices, as soon as nobody gives a command.
    fn take_up_voices(&mut self) {
        if self.turn.is_some() {
            return;
        }
        let voices = self.voices.borrow().clone();
        let adopted = match self.ears.detector(voices) {
            Ok(detector) => self.listener.adopt(detector),
            Err(error) => {
                warn_of!(
                    error,
                    "failed to hear with the enrolled voices; those of before are used"
                );
                true
            }
        };
        if adopted {
            self.voices.mark_unchanged();
        }
    }

    fn report(&self, input: Input) -> Step {
        self.session.blocking_send(Message::Input(input)).map_err(|_| Gone)
    }
}

fn note(heard: ListenerEvent<'_>, transcribe: &SyncSender<Command>, found: &mut FrameOutcome) {
    match heard {
        ListenerEvent::Wake(wake) => found.wake = Some(wake),
        ListenerEvent::Audio(pcm) => send(Command::Audio(pcm.into()), transcribe, found),
        ListenerEvent::Pause => send(Command::Pause, transcribe, found),
        ListenerEvent::End { reason, speech } => found.end = Some((reason, speech)),
    }
}

fn send(command: Command, transcribe: &SyncSender<Command>, found: &mut FrameOutcome) {
    match transcribe.try_send(command) {
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
