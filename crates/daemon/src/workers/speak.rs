//! The speak thread: owns the synthesizer and the loudspeaker.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Instant;

use audio::Resampler;
use language::Language;
use tokio::sync::mpsc;
use voice::session::{Chime, Input, Worker};
use voice::{
    AudioSink, Error, Pcm, PrivateText, Result, SAMPLE_RATE, Stopper, Synthesizer, TurnId,
};

use crate::error::warn_of;
use crate::queues::{Message, SpeakOrder};

/// Loudness of a sink that nobody has turned down.
const FULL: f32 = 1.0;

pub(crate) struct Speak {
    pub(crate) synthesizer: Box<dyn Synthesizer>,
    pub(crate) sink: Box<dyn AudioSink>,
    pub(crate) orders: Receiver<SpeakOrder>,
    /// How text is read aloud.
    pub(crate) language: Arc<Language>,
    /// What is often said, to be made ready before the first answer.
    pub(crate) stock: Vec<String>,
    pub(crate) session: mpsc::Sender<Message>,
}

impl Speak {
    /// Runs until the session is gone.
    pub(crate) fn run(mut self) {
        let stopper = self.sink.stopper();
        let mut volume = FULL;
        let mut failing = false;
        let stock = std::mem::take(&mut self.stock);
        if let Err(error) = self.synthesizer.prepare(stock) {
            let error = &error as &dyn std::error::Error;
            tracing::debug!(error, "failed to prepare stock replies");
        }
        while let Ok(order) = self.orders.recv() {
            let result = match order {
                SpeakOrder::Volume(loudness) => {
                    volume = loudness;
                    self.sink.set_volume(volume);
                    continue;
                }
                SpeakOrder::Chime { stops, .. } if stopper.stops() != stops => continue,
                SpeakOrder::Chime { chime, loudness: None, .. } => {
                    self.sink.resume();
                    self.sink.write(chime_pcm(chime).samples())
                }
                SpeakOrder::Chime { chime, loudness: Some(loudness), .. } => {
                    let result = self.chime_at(chime, loudness);
                    self.sink.set_volume(volume);
                    result
                }
                SpeakOrder::Say { turn, speech, stops } => self.say(turn, &speech, stops, &stopper),
            };
            // Said once, not for every answer that nobody can hear.
            match result {
                Ok(()) => failing = false,
                Err(error @ Error::RestartNeeded { .. }) => {
                    tracing::error!("failed to {error}");
                    let _ = self.session.blocking_send(Message::WorkerDied("speak"));
                    return;
                }
                Err(error) => {
                    if !std::mem::replace(&mut failing, true) {
                        warn_of!(error, "failed to speak; answers are on the page meanwhile");
                    }
                }
            }
        }
        // What was still to be heard is heard before the device closes, unless it was stopped.
        let _ = self.sink.drain();
    }

    /// A chime that is louder or softer than everything else. The loudness is that of the sink, so
    /// what was queued before is heard first, and the chime before anything else.
    fn chime_at(&mut self, chime: Chime, loudness: f32) -> Result<()> {
        self.sink.drain()?;
        self.sink.resume();
        self.sink.set_volume(loudness);
        self.sink.write(chime_pcm(chime).samples())?;
        self.sink.drain()
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
            let speech = self.language.speakable(speech.expose());
            for sentence in tts::sentences(&speech) {
                let (synthesizer, sink) = (self.synthesizer.as_mut(), self.sink.as_mut());
                result =
                    speak(synthesizer, sink, sentence, &|| stopper.stops() != stops, &mut || {
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
}

/// Speaks a sentence into a sink until it is `stopped`; `sounded` hears of each piece.
///
/// # Errors
/// When there is no voice, or the sink broke.
pub fn speak(
    synthesizer: &mut dyn Synthesizer,
    sink: &mut dyn AudioSink,
    sentence: &str,
    stopped: &dyn Fn() -> bool,
    sounded: &mut dyn FnMut(),
) -> Result<()> {
    let mut resampler = Resampler::new(synthesizer.sample_rate(), SAMPLE_RATE)
        .map_err(|error| Error::failed("change the rate of speech", error))?;
    let mut written = Ok(());
    let mut pcm = Vec::new();
    synthesizer.speak(sentence, &mut |piece| {
        pcm.clear();
        resampler.process(piece, &mut pcm);
        if stopped() {
            return ControlFlow::Break(());
        }
        written = sink.write(&pcm);
        sounded();
        if written.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    written?;
    pcm.clear();
    resampler.finish(&mut pcm);
    if stopped() { Ok(()) } else { sink.write(&pcm) }
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc::sync_channel;
    use std::sync::{Mutex, PoisonError};

    use voice::testing::FakeSynthesizer;

    use super::*;

    /// What was heard, in samples, and how loud. What is queued sounds as loud as the sink is when
    /// it is waited for.
    type Heard = Arc<Mutex<Vec<(usize, f32)>>>;

    struct Loudness {
        heard: Heard,
        queued: usize,
        volume: f32,
        stopper: Stopper,
    }

    impl AudioSink for Loudness {
        fn write(&mut self, pcm: &[f32]) -> Result<()> {
            self.queued += pcm.len();
            Ok(())
        }

        fn drain(&mut self) -> Result<()> {
            if self.queued > 0 {
                let queued = std::mem::take(&mut self.queued);
                let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
                heard.push((queued, self.volume));
            }
            Ok(())
        }

        fn stopper(&self) -> Stopper {
            self.stopper.clone()
        }

        fn resume(&mut self) {}

        fn set_volume(&mut self, volume: f32) {
            self.volume = volume;
        }
    }

    fn language() -> Arc<Language> {
        Arc::new(Language::built_in("en").expect("a language"))
    }

    #[test]
    fn a_ring_has_its_own_loudness_and_answers_keep_theirs() {
        let heard = Heard::default();
        let sink = Loudness {
            heard: Arc::clone(&heard),
            queued: 0,
            volume: FULL,
            stopper: Stopper::default(),
        };
        let (orders, taken) = sync_channel(8);
        let (session, _spoken) = mpsc::channel(8);
        let speak = Speak {
            synthesizer: Box::new(FakeSynthesizer),
            sink: Box::new(sink),
            orders: taken,
            language: language(),
            stock: Vec::new(),
            session,
        };
        let chime = |chime, loudness| SpeakOrder::Chime { chime, loudness, stops: 0 };
        for order in [
            SpeakOrder::Volume(0.25),
            chime(Chime::Wake, None),
            chime(Chime::Alarm, Some(0.75)),
            SpeakOrder::Say { turn: TurnId(1), speech: "Done.".into(), stops: 0 },
            // An order from before a stop is not obeyed.
            SpeakOrder::Chime { chime: Chime::Alarm, loudness: Some(1.0), stops: 1 },
        ] {
            assert!(orders.send(order).is_ok());
        }
        drop(orders);
        speak.run();
        let samples = |chime| chime_pcm(chime).samples().len();
        let expected = [(samples(Chime::Wake), 0.25), (samples(Chime::Alarm), 0.75), (50, 0.25)];
        assert_eq!(*heard.lock().unwrap_or_else(PoisonError::into_inner), expected);
    }
}
