//! A Piper voice (VITS) says a text: espeak-ng writes its phonemes, the voice's own network makes their sound.
//!
//! A voice that sounds like somebody, beside those of espeak-ng that sound like nobody.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use fastrand::Rng;
use fastrand_contrib::RngExt as _;
use indexmap::IndexMap;
use rten::{Model, NodeId, ValueOrView};
use rten_tensor::{Layout as _, NdTensor, Tensor};
use serde::Deserialize;

/// The phoneme in front of all others.
const BEGIN: &str = "^";
/// The one behind all others.
const END: &str = "$";
/// What stands between any two, so that each has time.
const PAD: &str = "_";
/// Where the network draws noise: for the lengths of the phonemes, and for their sound.
const NOISES: [&str; 2] = ["/dp/RandomNormalLike_output_0", "/RandomNormalLike_output_0"];
/// Lengths are drawn from two numbers for each phoneme.
const NUMBERS_FOR_A_LENGTH: usize = 2;
/// The loudest sample: about as loud as a voice of espeak-ng.
const PEAK: f32 = 0.5;

/// A voice, ready to speak.
pub struct Piper {
    network: Model,
    description: Description,
}

/// What stands beside the network: how text becomes its input.
#[derive(Deserialize)]
struct Description {
    audio: Audio,
    espeak: Espeak,
    inference: Inference,
    phoneme_id_map: IndexMap<String, Vec<i32>>,
}

#[derive(Deserialize)]
struct Audio {
    sample_rate: u32,
}

#[derive(Deserialize)]
struct Espeak {
    voice: String,
}

#[derive(Deserialize)]
struct Inference {
    noise_scale: f32,
    length_scale: f32,
    noise_w: f32,
}

impl Piper {
    /// Reads a voice: a file `.onnx`, and beside it one with `.json` behind the name.
    ///
    /// # Errors
    /// When one of them is missing or no voice.
    pub fn load(network: &Path) -> Result<Self> {
        let description = std::fs::read_to_string(network.with_extension("onnx.json"))
            .context("read what the voice is")?;
        let description = serde_json::from_str(&description).context("read what the voice is")?;
        let network = Model::load_file(network).context("read the network of the voice")?;
        Ok(Self { network, description })
    }

    /// Says a text: 16 kHz mono. The voice says a text a little differently each time; here the noise of which
    /// that comes is the same every time, so that a table can be compared.
    ///
    /// # Errors
    /// When espeak-ng is missing, or the network is no VITS.
    pub fn say(&self, text: &str) -> Result<Vec<f32>> {
        let phonemes = self.phonemes(text)?;
        let Inference { noise_scale, length_scale, noise_w } = self.description.inference;
        let lengths = NdTensor::from([i32::try_from(phonemes.len())?]);
        let scales = NdTensor::from([noise_scale, length_scale, noise_w]);
        let mut random = Rng::with_seed(0);
        let noise = drawn(&mut random, &[1, NUMBERS_FOR_A_LENGTH, phonemes.len()]);
        let phonemes = NdTensor::from_data([1, phonemes.len()], phonemes);
        let mut inputs = vec![
            (self.network.node_id("input")?, phonemes.into()),
            (self.network.node_id("input_lengths")?, lengths.into()),
            (self.network.node_id("scales")?, scales.into()),
            (self.network.node_id(NOISES[0])?, noise.into()),
        ];
        // How long all phonemes are together says how much noise their sound needs.
        let noises = self.network.node_id(NOISES[1])?;
        let shape = self.run(inputs.clone(), noises)?;
        inputs.push((noises, drawn(&mut random, shape.shape()).into()));
        let output = self.network.output_ids().first().context("the network has no output")?;
        let sound = self.run(inputs, *output)?.into_data();
        let peak = sound.iter().fold(f32::MIN_POSITIVE, |peak, sample| peak.max(sample.abs()));
        self.at_16_khz(sound.iter().map(|sample| sample / peak * PEAK))
    }

    fn run(&self, inputs: Vec<(NodeId, ValueOrView)>, output: NodeId) -> Result<Tensor<f32>> {
        let [value] = self.network.run_n(inputs, [output], None)?;
        value.into_tensor().context("the network gives numbers")
    }

    /// The numbers of a text's phonemes.
    fn phonemes(&self, text: &str) -> Result<Vec<i32>> {
        let voice = &self.description.espeak.voice;
        let spelt = Command::new("espeak-ng").args(["-q", "--ipa", "-v", voice, text]).output();
        let spelt = spelt.context("start espeak-ng")?;
        ensure!(spelt.status.success(), "espeak-ng spells `{text}`");
        // The copy of espeak-ng with which the voice was made writes this vowel so.
        let spelt =
            String::from_utf8(spelt.stdout)?.trim().replace("oːɹ", "ɔːɹ").replace('\n', " ");
        let numbers = |phoneme: &str| {
            self.description.phoneme_id_map.get(phoneme).map(Vec::as_slice).unwrap_or_default()
        };
        let mut all = numbers(BEGIN).to_vec();
        all.extend(numbers(PAD));
        for phoneme in spelt.chars() {
            let known = numbers(phoneme.encode_utf8(&mut [0; 4]));
            if !known.is_empty() {
                all.extend(known);
                all.extend(numbers(PAD));
            }
        }
        all.extend(numbers(END));
        Ok(all)
    }

    /// Sound at the voice's own rate as 16 kHz mono.
    fn at_16_khz(&self, samples: impl Iterator<Item = f32>) -> Result<Vec<f32>> {
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: self.description.audio.sample_rate,
            bits_per_sample: 32,
            sample_format: hound::SampleFormat::Float,
        };
        let file = tempfile::NamedTempFile::with_suffix(".wav")?;
        let mut wav = hound::WavWriter::create(file.path(), spec)?;
        for sample in samples {
            wav.write_sample(sample)?;
        }
        wav.finalize()?;
        Ok(audio::read_file(file.path())?.samples().to_vec())
    }
}

/// Normally distributed numbers.
fn drawn(random: &mut Rng, shape: &[usize]) -> Tensor<f32> {
    let numbers = std::iter::repeat_with(|| random.f32_normal(0.0, 1.0));
    Tensor::from_data(shape, numbers.take(shape.iter().product()).collect::<Vec<_>>())
}
