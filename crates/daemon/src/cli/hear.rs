//! `hark hear`: the whole path on recordings.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use audio::WavSink;
use daemon::{Config, Parts, Source};
use serde::Serialize;
use store::Store;
use tokio::sync::{mpsc, watch};
use voice::{AudioSink, SAMPLE_RATE, Stopper, Turn, Wake, WakeDetector, millis_to_samples};
use wake::Listener;

use super::{Common, json, line, runtime};

/// Turns of one recording that may wait to be printed.
const TURNS: usize = 64;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Recordings: WAV, FLAC or OGG; - is stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// A house in place of the configured one (YAML)
    #[arg(long, value_name = "FILE")]
    home: Option<PathBuf>,
    /// Id of the room the speaker stands in
    #[arg(long, value_name = "NAME")]
    area: Option<String>,
    /// Sentences in place of the built-in ones (YAML file or folder)
    #[arg(long, value_name = "FILE|DIR")]
    sentences: Option<PathBuf>,
    /// How to turn speech into text
    #[arg(long, value_parser = super::transcribe::engines())]
    engine: Option<stt::Engines>,
    /// Take the whole file as a command, without a wake word
    #[arg(long)]
    no_wake: bool,
    /// Write what is answered to this WAV file
    #[arg(long, value_name = "FILE")]
    sink: Option<PathBuf>,
}

pub(super) fn run(args: &Args, common: &Common) -> anyhow::Result<()> {
    let mut config = common.config()?;
    super::with_home(&mut config, args.home.as_deref(), args.area.clone())?;
    if let Some(engine) = args.engine {
        config.stt.engine = engine;
    }
    if args.no_wake {
        // Only the end of the file ends the command.
        config.wake.no_speech_ms = u32::MAX;
        config.wake.end_silence_ms = u32::MAX;
        config.wake.complete_silence_ms = u32::MAX;
        config.wake.incomplete_silence_ms = u32::MAX;
        config.wake.max_speech_ms = u32::MAX;
    }
    let runtime = runtime()?;
    let mut failed = 0_usize;
    for file in &args.files {
        // One bad file does not keep the others from being heard.
        if let Err(error) = runtime.block_on(hear(file, args, &config, common)) {
            if args.files.len() == 1 {
                return Err(error);
            }
            let _ = writeln!(std::io::stderr(), "hark: {error:#}");
            failed += 1;
        }
    }
    anyhow::ensure!(failed == 0, "failed to hear {failed} of {} files", args.files.len());
    Ok(())
}

async fn hear(file: &Path, args: &Args, config: &Config, common: &Common) -> anyhow::Result<()> {
    // The detector decides a moment after the word, and the end of speech needs silence.
    let source = super::audio_source(file, 0, millis_to_samples(wake::TAIL_MS) as usize)?;
    let store = match &common.data {
        Some(data) => Some(Store::open(data, &config.store).await.map_err(super::failed)?),
        None => None,
    };
    let mut config = config.clone();
    if let Some(store) = &store {
        config.wake.voices = daemon::voices(store).await;
    }
    let config = &config;
    let mut engines = daemon::engines(config)?;
    if args.no_wake {
        engines.listener = Listener::new(Box::new(PushToTalk(false)), &config.wake);
    }
    let sink: Box<dyn AudioSink> = match &args.sink {
        Some(path) => Box::new(WavSink::create(path).map_err(super::failed)?),
        None => Box::new(Nowhere::default()),
    };
    let (turns, mut heard) = mpsc::channel(TURNS);
    let (ended, over) = watch::channel(0);
    let parts = Parts {
        config: config.clone(),
        source: Source::File(Some(Box::new(source))),
        sink,
        engines,
        texts: super::texts(&config.language, args.sentences.as_deref())?,
        // A recording is over before anybody writes a sentence.
        written: daemon::watched(&config.language, None),
        synthesizer: daemon::synthesizer(config),
        store,
        listener: None,
        lockstep: true,
        turns: Some(turns),
        ended,
    };
    let printing = async {
        let mut number = 0;
        while let Some(turn) = heard.recv().await {
            number += 1;
            print(file, number, &turn, common.json)?;
        }
        if number == 0 && !common.json {
            // What was to be forgotten is told to nobody.
            let why = if *over.borrow() > 0 { "nothing that may be told" } else { "no wake word" };
            line(&format!("{}: {why}", file.display()))?;
        }
        anyhow::Ok(())
    };
    let (ran, printed) = tokio::join!(daemon::run_recording(parts), printing);
    ran?;
    printed
}

/// Wakes at the very beginning.
struct PushToTalk(bool);

impl WakeDetector for PushToTalk {
    fn feed(&mut self, _pcm: &[f32]) -> voice::Result<Option<Wake>> {
        let first = !std::mem::replace(&mut self.0, true);
        let wake = Wake { word: "button".to_owned(), score: 1.0, threshold: 0.0, at: 0 };
        Ok(first.then_some(wake))
    }

    fn reset(&mut self) {}
}

/// A loudspeaker that nobody hears.
#[derive(Default)]
struct Nowhere(Stopper);

impl AudioSink for Nowhere {
    fn write(&mut self, _pcm: &[f32]) -> voice::Result<()> {
        Ok(())
    }

    fn drain(&mut self) -> voice::Result<()> {
        Ok(())
    }

    fn stopper(&self) -> Stopper {
        self.0.clone()
    }

    fn resume(&mut self) {}

    fn set_volume(&mut self, _volume: f32) {}
}

#[derive(Serialize)]
struct Line<'a> {
    file: String,
    turn: u32,
    wake: Option<WakeLine<'a>>,
    speech: Option<SpeechLine>,
    transcript: Option<TranscriptLine<'a>>,
    intent: Option<super::understand::IntentLine>,
    reply: &'a str,
    outcome: &'static str,
    ms: Millis,
}

#[derive(Serialize)]
struct WakeLine<'a> {
    word: &'a str,
    score: f32,
    at_s: f64,
}

#[derive(Serialize)]
struct SpeechLine {
    start_s: f64,
    end_s: f64,
}

#[derive(Serialize)]
struct TranscriptLine<'a> {
    text: &'a str,
    engine: &'static str,
    confidence: f32,
}

#[derive(Serialize)]
struct Millis {
    endpoint: f32,
    stt: f32,
    intent: f32,
    act: f32,
    first_audio: f32,
}

fn seconds(samples: u64) -> f64 {
    samples as f64 / f64::from(SAMPLE_RATE)
}

fn print(file: &Path, number: u32, turn: &Turn, as_json: bool) -> anyhow::Result<()> {
    let timings = turn.timings;
    let text = turn.transcript.as_ref().map_or("", |transcript| transcript.text.expose());
    if !as_json {
        let intent = turn.intent.as_ref().map_or("no intent", |intent| intent.name.as_str());
        return line(&format!(
            "{}: \"{text}\" → {intent}, {}: \"{}\"",
            file.display(),
            turn.outcome.as_str(),
            turn.reply.expose()
        ));
    }
    json(&Line {
        file: file.display().to_string(),
        turn: number,
        wake: turn.wake.as_ref().map(|wake| WakeLine {
            word: &wake.word,
            score: wake.score,
            at_s: seconds(wake.at),
        }),
        speech: turn.speech.map(|speech| SpeechLine {
            start_s: seconds(speech.start),
            end_s: seconds(speech.end),
        }),
        transcript: turn.transcript.as_ref().map(|transcript| TranscriptLine {
            text: transcript.text.expose(),
            engine: transcript.engine.id.as_str(),
            confidence: transcript.confidence,
        }),
        intent: turn.intent.as_ref().map(super::understand::IntentLine::of),
        reply: turn.reply.expose(),
        outcome: turn.outcome.as_str(),
        ms: Millis {
            endpoint: timings.endpoint_ms,
            stt: timings.stt_ms,
            intent: timings.intent_ms,
            act: timings.act_ms,
            first_audio: timings.first_audio_ms,
        },
    })
}
