//! Speaking through the espeak-ng of this machine.

use std::ops::ControlFlow;

use tts::{Config, Espeak};
use voice::Synthesizer;

fn say(espeak: &mut Espeak, text: &str) -> voice::Result<Vec<f32>> {
    let mut sound = Vec::new();
    espeak.speak(text, &mut |pcm| {
        sound.extend_from_slice(pcm);
        ControlFlow::Continue(())
    })?;
    Ok(sound)
}

fn espeak() -> Espeak {
    Espeak::new(&Config::default(), "en-gb").expect("espeak-ng is installed")
}

#[test]
fn it_speaks_again_and_again() {
    let mut espeak = espeak();
    assert_eq!(espeak.sample_rate(), 22_050);
    let short = say(&mut espeak, "Done.").expect("spoken");
    let long =
        say(&mut espeak, "Turned on the kitchen light.\nIt is half past ten.").expect("spoken");
    assert!((4_000..40_000).contains(&short.len()), "{} samples", short.len());
    assert!(long.len() > 2 * short.len());
    for sound in [&short, &long] {
        assert!(sound.iter().any(|s| s.abs() > 0.1) && sound.iter().all(|s| s.abs() <= 1.0));
    }
    assert!(say(&mut espeak, " …! ").expect("nothing to say").is_empty());
    assert!(!say(&mut espeak, "Müller's café – naïve").expect("spoken").is_empty());
}

#[test]
fn it_stops_when_told() {
    let mut espeak = espeak();
    let mut pieces = 0;
    let result = espeak.speak(&"A very long story. ".repeat(200), &mut |_| {
        pieces += 1;
        ControlFlow::Break(())
    });
    assert!(result.is_ok() && pieces == 1);
    assert!(!say(&mut espeak, "Stopped.").expect("spoken").is_empty());
}

#[test]
fn text_is_no_argument() {
    // What looks like an option or like markup is read aloud, not obeyed.
    let mut espeak = espeak();
    for text in ["-w /tmp/x.wav", "--help", "<audio src='x'/> end"] {
        assert!(!say(&mut espeak, text).expect("spoken").is_empty(), "{text}");
    }
}

#[test]
fn a_missing_program_says_what_to_do() {
    let missing = Espeak::with_program("espeak-ng-that-is-not-there", &Config::default(), "en-gb");
    let line = missing.err().expect("not there").to_string();
    assert!(line.contains("sudo apt install espeak-ng") && line.lines().count() == 1, "{line}");
}
