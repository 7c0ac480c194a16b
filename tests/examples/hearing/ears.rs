//! Listener and transcriber as the speaker runs them, without threads and without a clock.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use stt::Cascade;
use transducer::Model;
use voice::{EndReason, FRAME_SAMPLES, SpeechSpan, Transcriber as _, Transcript, Wake};
use wake::{Listener, ListenerEvent};

use crate::mind::Mind;

/// One turn.
pub struct Turn {
    pub wake: Wake,
    pub reason: EndReason,
    pub speech: Option<SpeechSpan>,
    pub transcript: Transcript,
    /// From the decision that speech is over to the transcript.
    pub finishing: Duration,
}

/// What hears, and the mind that makes something of it.
pub struct Ears {
    pub mind: Mind,
    cascade: Cascade,
    model: Arc<Model>,
    config: wake::Config,
}

enum Event {
    Wake(Wake),
    Audio(Vec<f32>),
    Pause,
    End(EndReason, Option<SpeechSpan>),
}

impl Ears {
    pub fn new(model: Arc<Model>, mind: Mind, stt: &stt::Config) -> Result<Self> {
        let config = daemon::Config { stt: stt.clone(), ..daemon::Config::default() };
        let mut cascade = daemon::cascade(&config, Some(&model))?;
        // An engine that was asked for and is missing is no result.
        ensure!(cascade.notice().is_none(), "{}", cascade.notice().unwrap_or_default());
        let (graph, begun) = (mind.graph(), Instant::now());
        cascade.set_graph(graph).context("failed to build the grammar")?;
        println!(
            "{} sentences: {} nodes, {} steps, {} lists; compiled in {:.2} s",
            mind.name(),
            graph.node_count(),
            graph.arcs().len(),
            graph.lists().len(),
            begun.elapsed().as_secs_f32(),
        );
        Ok(Self { mind, cascade, model, config: wake::Config::default() })
    }

    /// What a whole recording is heard as, without a wake word and without a decision when it ends.
    pub fn command(&mut self, pcm: &[f32]) -> Result<Transcript> {
        self.cascade.reset();
        for piece in pcm.chunks(FRAME_SAMPLES) {
            self.cascade.feed(piece)?;
        }
        Ok(self.cascade.finish()?)
    }

    /// All turns of a recording.
    pub fn hear(&mut self, pcm: &[f32]) -> Result<Vec<Turn>> {
        let detector = wake::detector(&self.config, Some(&self.model))?;
        let mut listener = Listener::new(detector, &self.config);
        let mut turns = Vec::new();
        let mut wake = None;
        for piece in pcm.chunks(FRAME_SAMPLES) {
            let mut events = Vec::new();
            listener.frame(piece, &mut |heard| events.push(Event::of(heard)))?;
            self.follow(events, &mut listener, &mut wake, &mut turns)?;
        }
        let mut events = Vec::new();
        listener.end(&mut |heard| events.push(Event::of(heard)));
        self.follow(events, &mut listener, &mut wake, &mut turns)?;
        Ok(turns)
    }

    fn follow(
        &mut self,
        events: Vec<Event>,
        listener: &mut Listener,
        wake: &mut Option<Wake>,
        turns: &mut Vec<Turn>,
    ) -> Result<()> {
        for event in events {
            match event {
                Event::Wake(heard) => {
                    *wake = Some(heard);
                    self.cascade.reset();
                    listener.listen(false);
                }
                Event::Audio(pcm) => {
                    if let Some(partial) = self.cascade.feed(&pcm)? {
                        listener.progress(partial.complete, partial.stable_for_samples);
                    }
                }
                Event::Pause => {
                    let partial = self.cascade.pause()?;
                    listener.paused(partial.and_then(|partial| partial.complete));
                }
                Event::End(reason, speech) => {
                    let begun = Instant::now();
                    let mut transcript = self.cascade.finish()?;
                    if speech.is_none() || reason == EndReason::NoSpeech {
                        transcript = Transcript::nothing(transcript.engine);
                    }
                    let finishing = begun.elapsed();
                    let Some(wake) = wake.take() else { continue };
                    turns.push(Turn { wake, reason, speech, transcript, finishing });
                }
            }
        }
        Ok(())
    }
}

impl Event {
    fn of(heard: ListenerEvent<'_>) -> Self {
        match heard {
            ListenerEvent::Wake(wake) => Self::Wake(wake),
            ListenerEvent::Audio(pcm) => Self::Audio(pcm.to_vec()),
            ListenerEvent::Pause => Self::Pause,
            ListenerEvent::End { reason, speech } => Self::End(reason, speech),
        }
    }
}
