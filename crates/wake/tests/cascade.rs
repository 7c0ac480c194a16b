//! The detector cascade: the small network in front of another detector.

use std::path::PathBuf;

use voice::testing::FakeDetector;
use voice::{FRAME_SAMPLES, Wake, WakeDetector, millis_to_samples};
use wake::{Config, DetectorCascade, KeywordDetector};

fn data() -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    std::env::var_os("HARK_TEST_DATA").map_or_else(|| default.into(), PathBuf::from).join("audio")
}

fn read(name: &str) -> Vec<f32> {
    audio::read_file(data().join(name)).expect("a recording").samples().to_vec()
}

fn folder(name: &str) -> Vec<String> {
    let entries = std::fs::read_dir(data().join(name)).expect("the folder");
    let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> = names.map(|file| format!("{name}/{file}")).collect();
    names.sort();
    names
}

fn quiet(millis: u32) -> impl Iterator<Item = f32> {
    (0..millis_to_samples(millis)).map(|n| if n % 2 == 0 { 1e-4 } else { -1e-4 })
}

fn first(detector: &mut dyn WakeDetector, pcm: &[f32]) -> Option<Wake> {
    pcm.chunks(FRAME_SAMPLES).find_map(|piece| detector.feed(piece).expect("heard"))
}

#[test]
fn a_quiet_room_and_a_tone_wake_nobody_up() {
    let mut cascade = DetectorCascade::new(FakeDetector::new([0])).expect("built in");
    let mut sound: Vec<f32> = quiet(5_000).collect();
    sound.extend((0..80_000).map(|n| 0.2 * (n as f32 * 0.17).sin()));
    assert_eq!(first(&mut cascade, &sound), None);
    assert_eq!(cascade.verified(), 0);
}

#[needs::test(recordings)]
fn what_was_said_before_is_heard_too() {
    // Half a second after the beginning of what it is fed.
    let mut cascade = DetectorCascade::new(FakeDetector::new([8_000])).expect("built in");
    let mut sound: Vec<f32> = quiet(4_000).collect();
    let begin = sound.len() as u64;
    let word = read(&folder("wake/computer")[3]);
    let end = begin + word.len() as u64;
    sound.extend(word);
    sound.extend(quiet(1_500));
    let wake = first(&mut cascade, &sound).expect("woken");
    // The position counts in the sound that came in, and what was before the word was not lost.
    assert!(wake.at > begin - 16_000 && wake.at < end, "{} of {begin}..{end}", wake.at);
    assert!(cascade.verified() < end - begin + 60_000, "{} samples verified", cascade.verified());
}

#[needs::test(recordings, network)]
fn people_are_heard_at_the_same_place_as_without_it() {
    let home = std::env::var_os("HARK_MODELS").map(PathBuf::from);
    let default = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/models"));
    let named = home.into_iter().chain([default]).map(|home| home.join("zipformer-en-3.3M"));
    let network = named.into_iter().find(|folder| folder.is_dir()).expect("the network");
    let model = transducer::Model::load(network).expect("the network");
    let keyword = || KeywordDetector::new(&model, &Config::default()).expect("made");
    let talk = read("speech/common_voice/data/common_voice_en_20288523.flac");
    let (mut both, mut lost) = (0, 0);
    for word in folder("wake/computer").iter().step_by(12) {
        let mut sound = talk.clone();
        sound.extend(quiet(1_000));
        sound.extend(read(word));
        sound.extend(quiet(1_500));
        let Some(alone) = first(&mut keyword(), &sound) else { continue };
        let mut cascade = DetectorCascade::new(keyword()).expect("built in");
        let Some(staged) = first(&mut cascade, &sound) else {
            lost += 1;
            continue;
        };
        assert!(alone.at.abs_diff(staged.at) <= 3_200, "{} and {}", alone.at, staged.at);
        both += 1;
    }
    println!("{both} heard, {lost} lost");
    assert!(both >= 15 && lost <= 1, "{both} heard, {lost} lost");
}
