//! Adds one recording of the wake word to a file of references:
//! `cargo run --release -p wake --example rehearsal -- REFERENCES.rpw WORD.wav OUT.rpw`
//!
//! `WORD.wav` is 16 kHz mono with silence around the word. With the word spoken by the synthetic
//! voice of the demonstration, the result hears both people and that voice.

use std::collections::HashMap;
use std::path::PathBuf;

use anyhow::{Result, bail};
use rustpotter::{
    WakewordLoad as _, WakewordRef, WakewordRefBuildFromBuffers as _, WakewordSave as _,
};

/// Loudness below which it is silence, 0…1.
const SILENCE: f32 = 0.01;
/// Silence that is left around the word, in samples.
const MARGIN: usize = 800;

fn main() -> Result<()> {
    let mut args = std::env::args_os().skip(1).map(PathBuf::from);
    let (Some(references), Some(word), Some(out)) = (args.next(), args.next(), args.next()) else {
        bail!("usage: rehearsal REFERENCES.rpw WORD.wav OUT.rpw");
    };
    let mut references: WakewordRef =
        WakewordRef::load_from_buffer(&std::fs::read(references)?).map_err(anyhow::Error::msg)?;
    let mut reader = hound::WavReader::open(word)?;
    let spec = reader.spec();
    let pcm: Vec<i16> = reader.samples().collect::<Result<_, _>>()?;
    let loud = |sample: &i16| f32::from(sample.unsigned_abs()) > SILENCE * 32768.0;
    let (Some(start), Some(end)) = (pcm.iter().position(loud), pcm.iter().rposition(loud)) else {
        bail!("the recording is silent");
    };
    let mut bytes = std::io::Cursor::new(Vec::new());
    let mut writer = hound::WavWriter::new(&mut bytes, spec)?;
    for &sample in &pcm[start.saturating_sub(MARGIN)..(end + MARGIN).min(pcm.len())] {
        writer.write_sample(sample)?;
    }
    writer.finalize()?;
    let samples = HashMap::from([("rehearsal".to_owned(), bytes.into_inner())]);
    let size = references.mfcc_size;
    let added = WakewordRef::new_from_sample_buffers("computer".into(), None, None, samples, size)
        .map_err(anyhow::Error::msg)?;
    references.samples_features.extend(added.samples_features);
    std::fs::write(&out, references.save_to_buffer().map_err(anyhow::Error::msg)?)?;
    println!("{} references", references.samples_features.len());
    Ok(())
}
