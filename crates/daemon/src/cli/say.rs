//! `hark say`: text to speech.

use std::path::PathBuf;

use audio::{Speaker, WavSink};
use voice::AudioSink;

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
        daemon::speak(synthesizer.as_mut(), sink.as_mut(), sentence, &|| false, &mut || ())?;
    }
    sink.drain()?;
    Ok(())
}
