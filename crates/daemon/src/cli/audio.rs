//! `hark audio`: find and judge microphone and loudspeaker.

use std::io::IsTerminal as _;
use std::path::PathBuf;

use audio::{Direction, Level, Meter, Microphone, Speaker, WavSink};
use clap::Subcommand;
use serde::Serialize;
use voice::{AudioSink as _, AudioSource as _, FRAME_SAMPLES, SAMPLE_RATE};

use super::{Common, json, line};

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Microphones and loudspeakers by stable name
    List,
    /// Draw how loud the microphone is; Ctrl-C ends it
    Level {
        /// A name from `hark audio list`
        #[arg(long, value_name = "NAME")]
        device: Option<String>,
        /// Stop after so many seconds
        #[arg(long, value_name = "S")]
        seconds: Option<u32>,
    },
    /// Record from the microphone
    Record {
        /// WAV file to write
        output: PathBuf,
        /// A name from `hark audio list`
        #[arg(long, value_name = "NAME")]
        device: Option<String>,
        /// How long
        #[arg(long, default_value_t = 5, value_name = "S")]
        seconds: u32,
    },
    /// Play a recording
    Play {
        /// WAV, FLAC or OGG; - is stdin
        file: PathBuf,
        /// A name from `hark audio list`
        #[arg(long, value_name = "NAME")]
        device: Option<String>,
    },
}

#[derive(Serialize)]
struct DeviceLine<'a> {
    name: &'a str,
    direction: &'static str,
    description: &'a str,
}

pub(super) fn run(command: Command, common: &Common) -> anyhow::Result<()> {
    let mut config = common.config()?.audio;
    match command {
        Command::List => list(common.json),
        Command::Level { device, seconds } => {
            config.microphone.device = device.unwrap_or(config.microphone.device);
            let mut microphone = Microphone::open(&config.microphone).map_err(super::failed)?;
            let mut meter = Meter::default();
            let most = seconds.map(|seconds| u64::from(seconds * SAMPLE_RATE));
            let draw = !common.json && std::io::stdout().is_terminal();
            read(&mut microphone, most, &mut |pcm| {
                let mut result = Ok(());
                meter.feed(pcm, &mut |level| {
                    if result.is_ok() {
                        result = show(level, common.json, draw);
                    }
                });
                result
            })?;
            if draw { line("") } else { Ok(()) }
        }
        Command::Record { output, device, seconds } => {
            config.microphone.device = device.unwrap_or(config.microphone.device);
            let mut microphone = Microphone::open(&config.microphone).map_err(super::failed)?;
            let mut sink = WavSink::create(&output).map_err(super::failed)?;
            let bar = progress(u64::from(seconds));
            let mut samples = 0;
            read(&mut microphone, Some(u64::from(seconds * SAMPLE_RATE)), &mut |pcm| {
                samples += pcm.len() as u64;
                bar.set_position(samples / u64::from(SAMPLE_RATE));
                Ok(sink.write(pcm)?)
            })?;
            bar.finish_and_clear();
            sink.drain()?;
            line(&format!("{seconds} s written to {}", output.display()))
        }
        Command::Play { file, device } => {
            let pcm = super::read_audio(&file)?;
            config.speaker.device = device.unwrap_or(config.speaker.device);
            let mut speaker = Speaker::open(&config.speaker).map_err(super::failed)?;
            speaker.write(pcm.samples())?;
            Ok(speaker.drain()?)
        }
    }
}

fn list(as_json: bool) -> anyhow::Result<()> {
    let devices = audio::list().map_err(super::failed)?;
    for (direction, title) in
        [(Direction::Input, "Microphones"), (Direction::Output, "Loudspeakers")]
    {
        let mut found = devices.iter().filter(|device| device.direction == direction).peekable();
        if !as_json {
            line(title)?;
            if found.peek().is_none() {
                line("  none; plug one in, a USB speakerphone works best")?;
            }
        }
        for device in found {
            if as_json {
                json(&DeviceLine {
                    name: &device.name,
                    direction: if direction == Direction::Input { "input" } else { "output" },
                    description: &device.description,
                })?;
            } else {
                line(&format!("  {}  {}", device.name, device.description))?;
            }
        }
    }
    Ok(())
}

/// Reads up to `most` samples in frames.
fn read(
    microphone: &mut Microphone,
    most: Option<u64>,
    take: &mut dyn FnMut(&[f32]) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let mut frame = [0.0; FRAME_SAMPLES];
    let mut left = most.unwrap_or(u64::MAX);
    while left > 0 {
        let count = microphone.read(&mut frame)?.min(left as usize);
        if count == 0 {
            break;
        }
        take(&frame[..count])?;
        left -= count as u64;
    }
    Ok(())
}

#[derive(Serialize)]
struct LevelLine {
    peak_dbfs: f32,
    rms_dbfs: f32,
}

fn show(level: Level, as_json: bool, draw: bool) -> anyhow::Result<()> {
    let Level { peak_dbfs, rms_dbfs } = level;
    if as_json {
        return json(&LevelLine { peak_dbfs, rms_dbfs });
    }
    if !draw {
        return line(&format!("peak {peak_dbfs:6.1} dB  rms {rms_dbfs:6.1} dB"));
    }
    draw_level(level, &mut std::io::stdout().lock())
}

/// Draws the level over the line that is there.
pub(super) fn draw_level(level: Level, out: &mut dyn std::io::Write) -> anyhow::Result<()> {
    let Level { peak_dbfs, rms_dbfs } = level;
    // 60 columns for 60 dB, so that a column is a decibel.
    let columns = |db: f32| (db + 60.0).clamp(0.0, 60.0) as usize;
    let (rms, peak) = (columns(rms_dbfs), columns(peak_dbfs));
    let bar: String = (0..60)
        .map(|at| {
            if at < rms {
                '█'
            } else if at < peak {
                '░'
            } else {
                ' '
            }
        })
        .collect();
    let advice = match peak_dbfs {
        db if db > -1.0 => "too loud",
        db if db < -50.0 => "very quiet",
        _ => "",
    };
    write!(out, "\r{bar}│ {peak_dbfs:6.1} dB {advice:10}")?;
    Ok(out.flush()?)
}

fn progress(seconds: u64) -> indicatif::ProgressBar {
    let style = indicatif::ProgressStyle::with_template("{bar:40} {pos}/{len} s");
    let bar = indicatif::ProgressBar::new(seconds);
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
