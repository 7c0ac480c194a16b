//! Contract suites: what every implementation of a seam does, be it a fake or a real one.

use std::ops::Range;

use crate::{AudioSink, AudioSource, FRAME_SAMPLES, Transcriber, Wake, WakeDetector};

/// Samples of each sound that [`check_sink`] plays: half a second.
const PLAYED: usize = 8_000;
/// How many of them may be heard with another loudness: 125 ms, in which the volume moves and what
/// was queued before is over.
const BLURRED: usize = 2_000;
/// How many samples of another sound may be taken for one: its beginnings and ends.
const PASSING: usize = 4;
/// How far the place of a wake word may depend on the pieces in which sound is fed: 200 ms.
const MOVED: u64 = 3_200;

/// Reads up to `most` samples in pieces of `sizes`, in turns, and gives them out.
///
/// A source fills at least one sample of each piece and writes nothing beyond it; what it gives is
/// sound; an end stays the end.
///
/// # Panics
/// When the source does not keep that.
pub fn check_source(source: &mut dyn AudioSource, sizes: &[usize], most: usize) -> Vec<f32> {
    const UNTOUCHED: f32 = 7.0;
    let mut heard = Vec::new();
    for &size in sizes.iter().cycle() {
        if heard.len() >= most {
            return heard;
        }
        let mut piece = vec![UNTOUCHED; size + 1];
        let Ok(count) = source.read(&mut piece[..size]) else { panic!("reading failed") };
        assert!(count <= size, "{count} samples in a piece of {size}");
        assert!(piece[..count].iter().all(|sample| sample.abs() <= 1.0), "it is sound");
        assert!(piece[size] >= UNTOUCHED, "it wrote beyond the piece");
        if count == 0 {
            break;
        }
        heard.extend_from_slice(&piece[..count]);
    }
    let ended = (0..3).all(|_| matches!(source.read(&mut [0.0; 8]), Ok(0)));
    assert!(ended, "the end stays the end");
    heard
}

/// Plays three sounds: one that is heard; one after a stop that is not acknowledged, which is not; and
/// one with another volume after it is. What was heard goes to [`check_heard`].
///
/// # Panics
/// When the sink fails.
pub fn check_sink(sink: &mut dyn AudioSink) {
    let play = |sink: &mut dyn AudioSink, amplitude: f32| {
        assert!(sink.write(&vec![amplitude; PLAYED / 2]).is_ok(), "writing failed");
        assert!(sink.write(&vec![amplitude; PLAYED / 2]).is_ok(), "writing failed");
        assert!(sink.drain().is_ok(), "draining failed");
    };
    play(sink, 0.5);
    sink.stopper().stop();
    play(sink, 0.9);
    sink.resume();
    sink.set_volume(0.25);
    play(sink, 0.8);
}

/// Whether what was heard, 16 kHz mono with any silence around the sounds, is what [`check_sink`]
/// played.
///
/// # Panics
/// When it is not.
pub fn check_heard(heard: &[f32]) {
    let about = |amplitude: f32| -> Vec<usize> {
        let near = |(_, sample): &(usize, &f32)| (**sample - amplitude).abs() < 0.02;
        heard.iter().enumerate().filter(near).map(|(at, _)| at).collect()
    };
    let (first, quiet) = (about(0.5), about(0.2));
    for (found, what) in [(&first, "the first sound"), (&quiet, "the quiet sound")] {
        let count = found.len();
        // The other sound passes this amplitude where it begins and ends.
        let most = PLAYED + PASSING;
        assert!((PLAYED - BLURRED..=most).contains(&count), "{what}: {count} samples heard");
    }
    assert!(heard.iter().all(|&sample| sample < 0.7), "a sound between stop and resume was heard");
    // A sound that begins or ends may pass the other's amplitude, so the middle of each counts.
    let [first, quiet] = [first, quiet].map(|found| found[found.len() / 2]);
    assert!(first < quiet, "the sounds are heard in their order");
}

/// Feeds `pcm`, in which a wake word ends within `ends`.
///
/// A detector wakes once it was heard, says so before the end of the sound with a score that reached
/// the threshold, and does exactly the same again after a reset; the place hardly depends on the
/// pieces in which the sound comes.
///
/// # Panics
/// When the detector does not keep that.
pub fn check_detector(detector: &mut dyn WakeDetector, pcm: &[f32], ends: Range<u64>) {
    let mut hear = |size: usize| -> Wake {
        detector.reset();
        let mut fed = 0;
        for piece in pcm.chunks(size) {
            let Ok(wake) = detector.feed(piece) else { panic!("feeding failed") };
            fed += piece.len() as u64;
            if let Some(wake) = wake {
                assert!(wake.at <= fed, "a word cannot end later than it was heard");
                return wake;
            }
        }
        panic!("nothing was heard");
    };
    let first = hear(FRAME_SAMPLES);
    assert!(ends.contains(&first.at), "it ends at {}", first.at);
    assert!(
        (first.threshold..=1.0).contains(&first.score),
        "{} of {}",
        first.score,
        first.threshold
    );
    assert!(!first.word.is_empty(), "it says which word");
    assert_eq!(first, hear(FRAME_SAMPLES), "the same again after a reset");
    for size in [113, 777, 4_096] {
        let other = hear(size);
        let moved = other.at.abs_diff(first.at);
        assert!(other.word == first.word && moved <= MOVED, "in pieces of {size}: {moved} samples");
    }
}

/// Transcribes `utterance`, in pieces of two sizes.
///
/// A transcriber gives the same words for the same sound, whatever its pieces, and can be used again;
/// a confidence lies in 0…1, and words without text have no confidence of their own; after a reset
/// nothing is left of the utterance, and nothing at all is no words.
///
/// # Panics
/// When the transcriber does not keep that.
pub fn check_transcriber(transcriber: &mut dyn Transcriber, utterance: &[f32]) {
    let once = |transcriber: &mut dyn Transcriber, size: usize| {
        for piece in utterance.chunks(size) {
            assert!(transcriber.feed(piece).is_ok(), "feeding failed");
        }
        let Ok(transcript) = transcriber.finish() else { panic!("finishing failed") };
        let confidences = transcript
            .words
            .iter()
            .map(|word| word.confidence)
            .chain(transcript.alternatives.iter().map(|other| other.confidence))
            .chain([transcript.confidence]);
        for confidence in confidences {
            assert!((0.0..=1.0).contains(&confidence), "a confidence of {confidence}");
        }
        assert!(!transcript.text.is_empty() || transcript.words.is_empty(), "words of no text");
        transcript.text
    };
    let first = once(transcriber, FRAME_SAMPLES);
    assert!(first == once(transcriber, FRAME_SAMPLES), "the same utterance gives the same words");
    assert!(first == once(transcriber, 777), "the pieces do not matter");
    assert!(transcriber.feed(utterance).is_ok(), "feeding failed");
    transcriber.reset();
    for _ in 0..2 {
        let Ok(nothing) = transcriber.finish() else { panic!("finishing nothing failed") };
        assert!(nothing.text.is_empty(), "after a reset there is nothing left of the utterance");
    }
}
