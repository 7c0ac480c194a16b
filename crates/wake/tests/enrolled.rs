//! A household that recorded the wake word.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use transducer::Model;
use voice::{FRAME_SAMPLES, WakeDetector};
use wake::{Config, Enrolment, Error, Flaw, FusionDetector, KeywordDetector, TAIL_MS, Templates};

/// One household, and which of its clips it recorded on purpose.
const HOUSEHOLD: &str = "speech/precise_community/computer/en";
const RECORDED: [usize; 5] = [2, 12, 21, 31, 45];

/// The folder with the recordings, and the network.
fn material() -> (PathBuf, Arc<Model>) {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../..");
    let data = std::env::var("HARK_TEST_DATA").unwrap_or_else(|_| format!("{root}/shared/data"));
    let models = std::env::var("HARK_MODELS").unwrap_or_else(|_| format!("{root}/shared/models"));
    let audio = PathBuf::from(data).join("audio");
    let model = Path::new(&models).join("zipformer-en-3.3M");
    assert!(audio.exists(), "{} is missing (HARK_TEST_DATA names another place)", audio.display());
    let there = Model::is_in(&model);
    assert!(there, "{} is missing (HARK_MODELS names another place)", model.display());
    (audio, Model::load(&model).expect("the network"))
}

fn clips(folder: &Path) -> Vec<Vec<f32>> {
    let entries = std::fs::read_dir(folder).expect("the folder");
    let mut files: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    files.sort();
    let read = |file| audio::read_file(file).expect("a recording").samples().to_vec();
    files.iter().map(read).collect()
}

fn enrolment(model: Option<&Arc<Model>>, clips: &[Vec<f32>]) -> Enrolment {
    let mut enrolment = Enrolment::new(&Config::default(), model);
    for index in RECORDED {
        assert_eq!(enrolment.add(&clips[index]).expect("heard"), Ok(()), "clip {index}");
    }
    enrolment
}

fn hears(detector: &mut dyn WakeDetector, pcm: &[f32]) -> bool {
    detector.reset();
    let silence = vec![0.0; voice::millis_to_samples(TAIL_MS) as usize];
    let pieces = silence.chunks(FRAME_SAMPLES);
    pieces
        .clone()
        .chain(pcm.chunks(FRAME_SAMPLES))
        .chain(pieces)
        .filter_map(|piece| detector.feed(piece).expect("heard"))
        .count()
        > 0
}

/// The clip with a noise, both as loud as `level` says.
fn over(clip: &[f32], noise: &[f32], level: f32) -> Vec<f32> {
    let power = |pcm: &[f32]| pcm.iter().map(|s| s * s).sum::<f32>() / pcm.len() as f32;
    let gain = level * (power(clip) / power(noise).max(1e-9)).sqrt();
    clip.iter().zip(noise.iter().cycle()).map(|(a, b)| a + gain * b).collect()
}

#[needs::test(recordings, network)]
fn a_household_is_told_how_well_it_works() {
    let (audio, model) = material();
    let clips = clips(&audio.join(HOUSEHOLD));
    for model in [Some(&model), None] {
        let enrolled = enrolment(model, &clips).finish().expect("made");
        assert_eq!(enrolled.heard.len(), RECORDED.len());
        // Without the network a voice must resemble another recording on its own.
        let least = if model.is_some() { 5 } else { 1 };
        assert!(
            enrolled.count() >= least,
            "{} of 5, network: {}",
            enrolled.count(),
            model.is_some()
        );
        assert_eq!(Templates::from_bytes(&enrolled.bytes).expect("read").word(), "computer");
    }
}

#[needs::test(recordings, network)]
fn known_voices_are_missed_less_and_others_wake_it_no_more() {
    let (audio, model) = material();
    let household = clips(&audio.join(HOUSEHOLD));
    let bytes = enrolment(Some(&model), &household).finish().expect("made").bytes;
    let config = Config::default();
    let mut alone = KeywordDetector::new(&model, &config).expect("made");
    let templates = vec![Templates::from_bytes(&bytes).expect("read")];
    let mut fusion = FusionDetector::new(&model, &config, templates).expect("made");
    let noises = clips(&audio.join("noise/esc10/002_-_Rain"));
    let (mut missed, mut missed_known) = (0, 0);
    for (index, clip) in household.iter().enumerate().step_by(3) {
        if RECORDED.contains(&index) {
            continue;
        }
        let pcm = over(clip, &noises[7 * index % noises.len()], 0.8);
        missed += usize::from(!hears(&mut alone, &pcm));
        missed_known += usize::from(!hears(&mut fusion, &pcm));
    }
    let (mut wrong, mut wrong_known) = (0, 0);
    for word in ["alexa", "jarvis", "snowboy"] {
        for clip in clips(&audio.join("wake").join(word)).iter().step_by(24) {
            wrong += usize::from(hears(&mut alone, clip));
            wrong_known += usize::from(hears(&mut fusion, clip));
        }
    }
    println!("missed {missed}, known {missed_known}; wrong {wrong}, known {wrong_known}");
    assert!(missed_known < missed, "missed {missed}, with enrolment {missed_known}");
    assert!(wrong_known <= wrong, "wrong {wrong}, with enrolment {wrong_known}");
}

#[needs::test(recordings, network)]
fn a_recording_that_is_no_use_is_refused_with_the_reason() {
    let (audio, model) = material();
    let clip = clips(&audio.join(HOUSEHOLD)).swap_remove(RECORDED[0]);
    let other = clips(&audio.join("wake/alexa")).swap_remove(0);
    let by = |gain: f32| clip.iter().map(|s| (gain * s).clamp(-1.0, 1.0)).collect::<Vec<_>>();
    let cases = [
        (vec![0.0; 16_000], Flaw::NoSpeech),
        (Vec::new(), Flaw::NoSpeech),
        (vec![f32::NAN; 16_000], Flaw::NoSpeech),
        (by(30.0), Flaw::Clipped),
        (by(0.01), Flaw::TooQuiet),
        (other, Flaw::OtherWord),
    ];
    let mut enrolment = Enrolment::new(&Config::default(), Some(&model));
    for (pcm, flaw) in cases {
        assert_eq!(enrolment.add(&pcm).expect("added"), Err(flaw));
        assert_eq!(flaw.to_string().lines().count(), 1);
    }
    assert_eq!(enrolment.takes(), 0);
    assert!(matches!(enrolment.finish(), Err(Error::TooFew { have: 0, need: 3 })));
}

#[needs::test(recordings, network)]
fn the_file_of_a_household_is_used_and_a_broken_one_does_no_harm() {
    let (audio, model) = material();
    let folder = std::env::temp_dir().join(format!("hark-enrolled-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder");
    let config = Config { enrolled: Some(folder.clone()), ..Config::default() };
    let file = config.enrolled_file("computer").expect("named");
    let clips = clips(&audio.join(HOUSEHOLD));
    let noises = self::clips(&audio.join("noise/esc10/002_-_Rain"));
    let mut verdicts = Vec::new();
    for bytes in [&b"no references"[..], &enrolment(Some(&model), &clips).finish().expect("").bytes]
    {
        std::fs::write(&file, bytes).expect("written");
        let evaluate = |(index, clip): (usize, &Vec<f32>)| {
            let pcm = over(clip, &noises[7 * index % noises.len()], 0.8);
            wake::evaluate(&config, Some(&model), &pcm).expect("evaluated")
        };
        verdicts.push(clips.iter().enumerate().step_by(6).map(evaluate).collect::<Vec<_>>());
    }
    std::fs::remove_dir_all(&folder).expect("removed");
    let known = verdicts[1]
        .iter()
        .flat_map(|found| found.wakes.iter().map(|wake| wake.threshold < found.threshold));
    assert!(known.clone().any(|known| known), "a voice was known");
    for (broken, whole) in verdicts[0].iter().zip(&verdicts[1]) {
        assert!((broken.best - whole.best).abs() < f32::EPSILON);
        assert!(broken.wakes.iter().all(|wake| wake.score >= broken.threshold));
        assert!(whole.wakes.len() >= broken.wakes.len());
        assert!(broken.best >= broken.wakes.iter().map(|wake| wake.score).fold(0.0, f32::max));
    }
}

#[needs::test(recordings, network)]
fn words_that_will_not_do_are_said_with_a_better_one() {
    let (_, model) = material();
    let advice = |word: &str| {
        let config = Config { word: word.to_owned(), ..Config::default() };
        wake::advice(&config, Some(&model))
    };
    assert_eq!(advice("computer"), Vec::<String>::new());
    assert_eq!(advice("view glass"), Vec::<String>::new());
    let short = advice("mike");
    assert!(short.len() == 1 && short[0].contains("hey mike"), "{short:?}");
    let common = advice("okay");
    assert!(common.len() == 1 && common[0].lines().count() == 1, "{common:?}");
}

#[test]
fn a_word_names_a_file_in_the_folder_and_nowhere_else() {
    let config = Config { enrolled: Some("/voices".into()), ..Config::default() };
    for (word, file) in [
        ("computer", "/voices/computer.rpw"),
        ("View Glass", "/voices/view_glass.rpw"),
        ("../../etc/passwd", "/voices/______etc_passwd.rpw"),
    ] {
        assert_eq!(config.enrolled_file(word), Some(file.into()));
    }
    assert_eq!(Config::default().enrolled_file("computer"), None);
}
