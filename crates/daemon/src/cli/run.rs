//! `hark run`: the whole speaker.

use std::path::PathBuf;

use anyhow::Context as _;
use audio::{Speaker, WavSink};
use daemon::{Opened, Parts, Source};
use tokio::sync::watch;
use tracing::{info, warn};
use voice::{AudioSink, millis_to_samples};

use super::{Common, runtime};

/// Silence put around a recording, 2 s: a microphone has heard the room before anyone speaks, and
/// hears it afterwards.
const QUIET_SAMPLES: usize = millis_to_samples(2_000) as usize;

#[derive(clap::Args)]
pub(crate) struct Args {
    /// Hear this recording in place of the microphone, in real time, and stop at its end
    #[arg(long, value_name = "FILE")]
    source: Option<PathBuf>,
    /// Write what is said to this WAV file in place of the loudspeaker
    #[arg(long, value_name = "FILE")]
    sink: Option<PathBuf>,
    /// Hear this recording first, then go on with the microphone
    #[arg(long, value_name = "FILE", conflicts_with = "source")]
    rehearse: Option<PathBuf>,
}

pub(super) fn run(args: &Args, common: &Common) -> anyhow::Result<()> {
    let mut config = common.config()?;
    let data = common.data()?;
    let recorded = |path: &PathBuf| -> anyhow::Result<_> {
        let file = super::audio_source(path, QUIET_SAMPLES, QUIET_SAMPLES)?.paced();
        Ok(Some(Box::new(file) as Box<dyn voice::AudioSource>))
    };
    let source = match (&args.source, &args.rehearse) {
        (Some(file), _) => Source::File(recorded(file)?),
        (_, Some(file)) => {
            Source::FileThenMicrophone(recorded(file)?, config.audio.microphone.clone())
        }
        _ => Source::Microphone(config.audio.microphone.clone()),
    };
    let sink: Box<dyn AudioSink> = match &args.sink {
        Some(path) => Box::new(WavSink::create(path).map_err(super::failed)?),
        None => Box::new(Speaker::absent(&config.audio.speaker)),
    };
    runtime()?.block_on(async {
        let (language, folder) = (&config.language, config.sentences.as_deref());
        let written = daemon::watched(language, folder);
        let (texts, problems) = daemon::with_folder(language, folder)?;
        for problem in problems {
            warn!("{problem}; its sentences are left out");
        }
        let mut shutdown = std::pin::pin!(shutdown());
        let opened = tokio::select! {
            opened = daemon::opened(&config, &data, &texts.language) => opened?,
            () = &mut shutdown => return Ok(()),
        };
        let Opened { store, listener } = opened;
        if let Some(notice) = store.notice() {
            warn!("{notice}");
        }
        if let Some(uncertain) = store::uncertain(&store.doubts()) {
            warn!("{uncertain}");
        }
        config.wake.voices = daemon::voices(&store).await;
        let engines = daemon::engines(&config)?;
        if let Some(listener) = &listener {
            let address = listener.local_addr().context("failed to read the page's address")?;
            info!(
                "the page is at http://{address} for whoever runs the speaker; `hark page` opens it"
            );
        }
        info!("say \"{}\", then what you want", config.wake.word);
        let parts = Parts {
            source,
            sink,
            engines,
            texts,
            written,
            synthesizer: daemon::synthesizer(&config),
            store: Some(store),
            listener,
            lockstep: false,
            turns: None,
            ended: watch::Sender::default(),
            config,
        };
        daemon::run(parts, shutdown).await
    })
}

/// Ends when the service is stopped or someone presses Ctrl-C.
async fn shutdown() {
    use tokio::signal::unix::{SignalKind, signal};
    let ctrl_c = tokio::signal::ctrl_c();
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = ctrl_c => {}
                _ = terminate.recv() => {}
            }
        }
        Err(_) => drop(ctrl_c.await),
    }
    info!("stopping");
}
