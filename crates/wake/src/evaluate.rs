//! Offline evaluation: finds the wake words of a whole recording, with the best score anywhere in it.

use std::sync::Arc;

use transducer::Model;
use voice::{FRAME_SAMPLES, Wake, WakeDetector, millis_to_samples};

use crate::cnn::{self, SmallDetector};
use crate::error::Error;
use crate::fusion::FusionDetector;
use crate::rustpotter::{self, RustpotterDetector};
use crate::{Choice, Config, TAIL_MS, choose, has_first_stage, keyword};

/// Hits that end so close together are the same word: 1 s.
const SAME_WORD: u64 = millis_to_samples(1_000);

/// The wake words of a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The best score anywhere, be it enough or not, 0…1; a score of the network below 0.01 is 0.
    pub best: f32,
    /// The threshold for voices that nobody enrolled.
    pub threshold: f32,
    /// The wake words.
    pub wakes: Vec<Wake>,
}

/// Finds the wake words of the configuration in a recording, 16 kHz mono `f32`.
///
/// # Errors
/// As [`detector`](crate::detector).
pub fn evaluate(
    config: &Config,
    model: Option<&Arc<Model>>,
    pcm: &[f32],
) -> Result<Evaluation, Error> {
    let mut samples = pcm.to_vec();
    samples.resize(samples.len() + millis_to_samples(TAIL_MS) as usize, 0.0);
    match choose(config, model)? {
        Choice::Network(model, templates) => {
            let has_first_stage = has_first_stage(config, &templates);
            let mut detector = FusionDetector::noting_all(model, config, templates)?;
            let mut wakes = wakes(&mut detector, &samples)?;
            if has_first_stage {
                wakes = self::wakes(&mut *crate::detector(config, Some(model))?, &samples)?;
            }
            let threshold = config.threshold.unwrap_or(keyword::THRESHOLD);
            Ok(Evaluation { best: detector.best(), threshold, wakes })
        }
        Choice::Small => {
            let mut detector = SmallDetector::new(config)?;
            let wakes = wakes(&mut detector, &samples)?;
            let threshold = config.threshold.unwrap_or(cnn::THRESHOLD);
            Ok(Evaluation { best: detector.best(), threshold, wakes })
        }
        Choice::Recordings => {
            let threshold = config.threshold.unwrap_or(rustpotter::THRESHOLD);
            let best = rustpotter::best_score(config, &samples)?;
            let wakes = wakes(&mut RustpotterDetector::new(config)?, &samples)?;
            Ok(Evaluation { best, threshold, wakes })
        }
    }
}

fn wakes(detector: &mut dyn WakeDetector, pcm: &[f32]) -> Result<Vec<Wake>, Error> {
    let mut wakes: Vec<Wake> = Vec::new();
    for piece in pcm.chunks(FRAME_SAMPLES) {
        let wake = detector.feed(piece).map_err(Error::Detector)?;
        if let Some(wake) = wake
            && wakes.last().is_none_or(|last| wake.at > last.at + SAME_WORD)
        {
            wakes.push(wake);
        }
    }
    Ok(wakes)
}
