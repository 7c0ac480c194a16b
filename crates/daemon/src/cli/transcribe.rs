//! `hark transcribe`: speech to text.

use std::path::PathBuf;
use std::time::Instant;

use anyhow::Context as _;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use serde::Serialize;
use voice::{FRAME_SAMPLES, Transcriber as _};

use super::{Common, json, line};

/// The engines by name.
pub(crate) fn engines() -> impl TypedValueParser<Value = stt::Engines> {
    let value =
        |(_, name, about): (_, &'static str, &'static str)| PossibleValue::new(name).help(about);
    PossibleValuesParser::new(stt::Engines::ALL.map(value)).map(|given| {
        let named = stt::Engines::ALL.into_iter().find(|(_, name, _)| *name == given);
        named.map_or_else(stt::Engines::default, |(engine, ..)| engine)
    })
}

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Recordings: WAV, FLAC or OGG; - is stdin
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// How
    #[arg(long, value_parser = engines())]
    engine: Option<stt::Engines>,
    /// The names in the grammar (YAML) in place of the configured house
    #[arg(long, value_name = "FILE")]
    home: Option<PathBuf>,
    /// The sentences of the grammar in place of the built-in ones (YAML file or folder)
    #[arg(long, value_name = "FILE|DIR")]
    sentences: Option<PathBuf>,
}

#[derive(Serialize)]
struct Line<'a> {
    file: String,
    text: &'a str,
    engine: &'static str,
    confidence: f32,
    alternatives: Vec<AlternativeLine<'a>>,
    ms: f64,
    audio_s: f64,
    rtf: f64,
}

#[derive(Serialize)]
struct AlternativeLine<'a> {
    text: &'a str,
    engine: &'static str,
    confidence: f32,
}

pub(super) fn run(args: &Args, common: &Common) -> anyhow::Result<()> {
    let mut config = common.config()?;
    super::with_home(&mut config, args.home.as_deref(), None)?;
    if let Some(engine) = args.engine {
        config.stt.engine = engine;
    }
    let texts = super::texts(&config.language, args.sentences.as_deref())?;
    let assistant = super::understand::assistant(&config, texts)?;
    let graph = assistant.graph();
    let mut cascade = daemon::cascade(&config, daemon::network(&config)?.as_ref())?;
    daemon::warn_of_passed_over(&config.stt);
    cascade.set_graph(graph).context("failed to build the grammar")?;
    for file in &args.files {
        let pcm = super::read_audio(file)?;
        let begun = Instant::now();
        for piece in pcm.samples().chunks(FRAME_SAMPLES) {
            cascade.feed(piece).with_context(|| format!("failed on {}", file.display()))?;
        }
        let ended = Instant::now();
        let transcript =
            cascade.finish().with_context(|| format!("failed on {}", file.display()))?;
        let (took, finishing) = (begun.elapsed(), ended.elapsed());
        let text = transcript.text.expose();
        if !common.json {
            line(&format!("{}: {text}", file.display()))?;
            continue;
        }
        json(&Line {
            file: file.display().to_string(),
            text,
            engine: transcript.engine.id.as_str(),
            confidence: transcript.confidence,
            alternatives: transcript
                .alternatives
                .iter()
                .map(|other| AlternativeLine {
                    text: other.text.expose(),
                    engine: other.engine.id.as_str(),
                    confidence: other.confidence,
                })
                .collect(),
            ms: finishing.as_secs_f64() * 1000.0,
            audio_s: pcm.seconds(),
            rtf: took.as_secs_f64() / pcm.seconds().max(f64::MIN_POSITIVE),
        })?;
    }
    Ok(())
}
