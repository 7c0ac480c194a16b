//! `hark say`

use std::ops::ControlFlow;
use std::path::PathBuf;

use audio::{Resampler, Speaker, WavSink};
use voice::{AudioSink, SAMPLE_RATE};

use super::Common;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// What to say
    #[arg(required = true, value_name = "TEXT")]
    text: Vec<String>,
    /// Write a WAV file in place of speaking
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(args: &Args, common: &Common) -> anyhow::Result<()> {
    let config = common.config()?;
    let mut sink: Box<dyn AudioSink> = match &args.output {
        Some(path) => Box::new(WavSink::create(path).map_err(super::failed)?),
        None => Box::new(Speaker::open(&config.audio.speaker).map_err(super::failed)?),
    };
    let mut synthesizer = daemon::synthesizer(&config);
    for sentence in tts::sentences(&args.text.join(" ")) {
        let mut resampler = Resampler::new(synthesizer.sample_rate(), SAMPLE_RATE)?;
        let mut written = Ok(());
        let mut pcm = Vec::new();
        synthesizer.speak(sentence, &mut |piece| {
            pcm.clear();
            resampler.process(piece, &mut pcm);
            written = sink.write(&pcm);
            if written.is_err() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        written?;
        pcm.clear();
        resampler.finish(&mut pcm);
        sink.write(&pcm)?;
    }
    sink.drain()?;
    Ok(())
}
