//! The listener with a scripted detector.

use proptest::prelude::*;
use voice::testing::FakeDetector;
use voice::{EndReason, millis_to_samples};
use wake::{Config, Listener, ListenerEvent};

/// How long after the end of the word the detector decides: 200 ms.
const LATE: u64 = 3_200;

/// A listener whose detector decides once, after so much sound.
fn listener(after_ms: u32) -> Listener {
    let ends = millis_to_samples(after_ms) - LATE;
    let detector = FakeDetector::new([ends]).late(LATE).until_reset();
    Listener::new(Box::new(detector), &Config::default())
}

/// Samples that carry their own position, quiet enough to be no speech.
fn numbered(count: usize) -> Vec<f32> {
    (0..count).map(|n| n as f32 * 1e-9).collect()
}

fn first_position(audio: &[f32]) -> u64 {
    (audio[0] / 1e-9).round() as u64
}

#[test]
fn audio_begins_behind_the_wake_word_without_a_gap() {
    let mut listener = listener(1_000);
    let pcm = numbered(32_000);
    let mut audio = Vec::new();
    for frame in pcm.chunks(320) {
        let mut woke = false;
        let mut note = |heard: ListenerEvent<'_>| match heard {
            ListenerEvent::Wake(wake) => woke = wake.at == 12_800,
            ListenerEvent::Audio(piece) => audio.extend_from_slice(piece),
            _ => {}
        };
        assert!(listener.frame(frame, &mut note).is_ok());
        if woke {
            listener.listen(false);
        }
    }
    let first = first_position(&audio);
    assert!((12_800 - 2_400..=12_800 + 1_600).contains(&first), "begins at {first}");
    assert_eq!(audio, pcm[first as usize..], "nothing lost, nothing twice");
}

#[test]
fn a_late_answer_to_a_wake_word_loses_nothing() {
    let mut listener = listener(1_000);
    let pcm = numbered(40_000);
    let mut audio = Vec::new();
    for (index, frame) in pcm.chunks(320).enumerate() {
        let mut note = |heard: ListenerEvent<'_>| {
            if let ListenerEvent::Audio(piece) = heard {
                audio.extend_from_slice(piece);
            }
        };
        assert!(listener.frame(frame, &mut note).is_ok());
        if index == 80 {
            listener.listen(false);
        }
    }
    assert!(first_position(&audio) <= 12_800 + 1_600);
    assert_eq!(audio.last(), pcm.last());
}

/// Whoever is enrolled, or unlocked, while the speaker runs is heard from then on; a command is heard to its end.
#[test]
fn another_detector_hears_from_when_it_is_adopted_on() {
    let deaf = || Box::new(FakeDetector::new([u64::MAX]).until_reset());
    let mut listener = Listener::new(deaf(), &Config::default());
    let frame = [0.0; 320];
    let hear = |listener: &mut Listener| {
        let mut woke = 0;
        for _ in 0..100 {
            let mut note = |heard: ListenerEvent<'_>| {
                woke += usize::from(matches!(heard, ListenerEvent::Wake(_)));
            };
            listener.frame(&frame, &mut note).expect("it is heard");
        }
        woke
    };
    assert_eq!(hear(&mut listener), 0);
    let ends = millis_to_samples(1_000) - LATE;
    let hears = FakeDetector::new([ends]).late(LATE);
    assert!(listener.adopt(Box::new(hears)));
    assert_eq!(hear(&mut listener), 1);
    listener.listen(false);
    assert!(!listener.adopt(deaf()), "somebody gives a command");
    listener.rest();
    assert!(listener.adopt(deaf()));
    assert_eq!(hear(&mut listener), 0);
}

#[test]
fn silence_after_the_wake_word_ends_as_no_speech_and_it_rests() {
    let mut listener = listener(500);
    let mut ends = Vec::new();
    let mut wakes = 0;
    for frame in numbered(16_000 * 8).chunks(320) {
        let mut woke = false;
        let mut note = |heard: ListenerEvent<'_>| match heard {
            ListenerEvent::Wake(_) => woke = true,
            ListenerEvent::End { reason, speech } => ends.push((reason, speech)),
            _ => {}
        };
        assert!(listener.frame(frame, &mut note).is_ok());
        if woke {
            wakes += 1;
            listener.listen(false);
        }
    }
    assert_eq!((wakes, ends), (1, vec![(EndReason::NoSpeech, None)]));
}

#[test]
fn a_follow_up_hears_only_what_comes_and_the_end_of_the_source_ends_it() {
    let mut listener = listener(100_000);
    let pcm = numbered(6_400);
    let mut audio = Vec::new();
    for frame in pcm.chunks(320).take(10) {
        assert!(listener.frame(frame, &mut |_| {}).is_ok());
    }
    assert_eq!(listener.position(), 3_200);
    listener.listen(true);
    let mut ends = Vec::new();
    let mut note = |heard: ListenerEvent<'_>| match heard {
        ListenerEvent::Audio(piece) => audio.extend_from_slice(piece),
        ListenerEvent::End { reason, .. } => ends.push(reason),
        _ => {}
    };
    for frame in pcm.chunks(320).skip(10) {
        assert!(listener.frame(frame, &mut note).is_ok());
    }
    listener.end(&mut note);
    listener.end(&mut note);
    assert_eq!(audio, pcm[3_200..]);
    assert_eq!(ends, [EndReason::EndOfStream]);
}

#[test]
fn a_gap_starts_the_detector_afresh() {
    let mut listener = listener(1_000);
    let mut wakes = 0;
    for (index, frame) in numbered(32_000).chunks(320).enumerate() {
        let mut note =
            |heard: ListenerEvent<'_>| wakes += u32::from(matches!(heard, ListenerEvent::Wake(_)));
        assert!(listener.frame(frame, &mut note).is_ok());
        if index == 40 {
            listener.gap();
        }
    }
    // The scripted detector does not fire any more once it was reset.
    assert_eq!(wakes, 0);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]
    #[test]
    fn any_pieces_give_the_same_events(cuts in prop::collection::vec(1_usize..640, 1..20)) {
        let run = |cuts: &[usize]| {
            let mut listener = listener(500);
            let pcm = numbered(16_000 * 6);
            let (mut events, mut rest) = (Vec::new(), &pcm[..]);
            let mut count = 0;
            for &cut in cuts.iter().cycle() {
                if rest.is_empty() {
                    break;
                }
                let (now, later) = rest.split_at(rest.len().min(cut));
                rest = later;
                let mut woke = false;
                let mut note = |heard: ListenerEvent<'_>| match heard {
                    ListenerEvent::Wake(wake) => {
                        woke = true;
                        events.push(wake.at);
                    }
                    ListenerEvent::Audio(piece) => count += piece.len(),
                    ListenerEvent::Pause => {}
                    ListenerEvent::End { reason, speech } => {
                        assert_eq!((reason, speech), (EndReason::NoSpeech, None));
                    }
                };
                assert!(listener.frame(now, &mut note).is_ok());
                if woke {
                    listener.listen(false);
                }
            }
            (events, count > 0)
        };
        prop_assert_eq!(run(&cuts), run(&[320]));
    }
}
