//! The speak thread: owns the synthesizer and the loudspeaker.

use std::ops::ControlFlow;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use audio::Resampler;
use tokio::sync::mpsc;
use voice::session::{Chime, Input, Worker};
use voice::{
    AudioSink, Error, Pcm, PrivateText, Result, SAMPLE_RATE, Stopper, Synthesizer, TurnId,
};

use crate::Message;

/// What the session tells the speak thread. `stops` is the number of stops when the order was
/// given: one that was given before a stop is not obeyed after it.
pub(crate) enum Order {
    Chime {
        chime: Chime,
        stops: u64,
    },
    Say {
        turn: TurnId,
        speech: PrivateText,
        stops: u64,
    },
    /// Loudness, 0…1.
    Volume(f32),
}

pub(crate) struct Speak {
    pub(crate) synthesizer: Box<dyn Synthesizer>,
    pub(crate) sink: Box<dyn AudioSink>,
    pub(crate) orders: Receiver<Order>,
    pub(crate) session: mpsc::Sender<Message>,
}

impl Speak {
    /// Runs until the session is gone.
    pub(crate) fn run(mut self) {
        let stopper = self.sink.stopper();
        let mut deaf = false;
        while let Ok(order) = self.orders.recv() {
            let result = match order {
                Order::Volume(volume) => {
                    self.sink.set_volume(volume);
                    continue;
                }
                Order::Chime { chime, stops } => {
                    if stopper.stops() != stops {
                        continue;
                    }
                    self.sink.resume();
                    self.sink.write(chime_pcm(chime).samples())
                }
                Order::Say { turn, speech, stops } => self.say(turn, &speech, stops, &stopper),
            };
            // Said once, not for every answer that nobody can hear.
            match result {
                Ok(()) => deaf = false,
                Err(error) => {
                    if !std::mem::replace(&mut deaf, true) {
                        tracing::warn!("failed to {error}; answers are on the page meanwhile");
                    }
                }
            }
        }
        // What was still to be heard is heard before the device closes, unless it was stopped.
        let _ = self.sink.drain();
    }

    fn say(
        &mut self,
        turn: TurnId,
        speech: &PrivateText,
        stops: u64,
        stopper: &Stopper,
    ) -> Result<()> {
        let begun = Instant::now();
        let mut first = None;
        let mut result = Ok(());
        if stopper.stops() == stops && !speech.is_empty() {
            self.sink.resume();
            for sentence in tts::sentences(speech.expose()) {
                result = self.sentence(sentence, stops, stopper, &mut || {
                    first.get_or_insert_with(|| begun.elapsed().as_secs_f32() * 1000.0);
                });
                if result.is_err() || stopper.stops() != stops {
                    break;
                }
            }
            if result.is_ok() {
                result = self.sink.drain();
            }
        }
        let input = match &result {
            Ok(()) => Input::Spoken { turn, first_audio_ms: first },
            Err(_) => Input::WorkerFailed { turn: Some(turn), worker: Worker::Speak },
        };
        let _ = self.session.blocking_send(Message::Input(input));
        result
    }

    fn sentence(
        &mut self,
        sentence: &str,
        stops: u64,
        stopper: &Stopper,
        sounded: &mut dyn FnMut(),
    ) -> Result<()> {
        let rate = self.synthesizer.sample_rate();
        let mut resampler = Resampler::new(rate, SAMPLE_RATE)
            .map_err(|error| Error::failed("change the rate of speech", error))?;
        let sink = &mut self.sink;
        let mut written = Ok(());
        let mut pcm = Vec::new();
        self.synthesizer.speak(sentence, &mut |piece| {
            pcm.clear();
            resampler.process(piece, &mut pcm);
            if stopper.stops() != stops {
                return ControlFlow::Break(());
            }
            written = sink.write(&pcm);
            sounded();
            if written.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        written?;
        pcm.clear();
        resampler.finish(&mut pcm);
        if stopper.stops() == stops { sink.write(&pcm) } else { Ok(()) }
    }
}

fn chime_pcm(chime: Chime) -> Pcm {
    match chime {
        Chime::Wake => tts::Chime::Wake,
        // The end of a command and the return to rest sound alike: listening is over.
        Chime::Heard | Chime::End => tts::Chime::End,
        Chime::Error => tts::Chime::Error,
        Chime::Alarm => tts::Chime::Ring,
    }
    .pcm()
}
