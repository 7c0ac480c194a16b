//! Speculative decoding: an offline recogniser begins in a pause, and gives up when someone goes on.

use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::Duration;

use stt::SpeculativeTranscriber;
use voice::testing::{WHISPER, check_transcriber};
use voice::{SAMPLE_RATE, Transcriber, Transcript};

/// How long a test waits for what must come.
const DEADLINE: Duration = Duration::from_secs(60);

/// What a fake engine saw.
enum Seen {
    /// It was given so many samples,
    Begun(usize),
    /// and nobody wanted the words any more.
    GivenUp,
}

/// An engine that answers the number of samples when it is let go, or gives up when it is stopped.
fn engine() -> (SpeculativeTranscriber, Receiver<Seen>, SyncSender<()>) {
    let (seen, sees) = sync_channel(16);
    let (go, going) = sync_channel::<()>(16);
    let transcriber = SpeculativeTranscriber::new("fake", move |pcm, stop| {
        seen.send(Seen::Begun(pcm.len())).expect("the test waits");
        loop {
            if stop.is_asked() {
                // The test may be over.
                let _ = seen.send(Seen::GivenUp);
                return Err(voice::Error::Cancelled);
            }
            if going.recv_timeout(Duration::from_millis(1)).is_ok() {
                let text = format!("{} samples", pcm.len()).into();
                return Ok(Transcript { text, confidence: 1.0, ..Transcript::nothing(WHISPER) });
            }
        }
    });
    (transcriber.expect("a thread"), sees, go)
}

fn begun(seen: &Receiver<Seen>) -> usize {
    match seen.recv_timeout(DEADLINE) {
        Ok(Seen::Begun(samples)) => samples,
        _ => panic!("the engine did not begin"),
    }
}

fn given_up(seen: &Receiver<Seen>) {
    assert!(matches!(seen.recv_timeout(DEADLINE), Ok(Seen::GivenUp)));
}

const SECOND: usize = SAMPLE_RATE as usize;

/// A second of someone speaking, or of a quiet room.
fn second(amplitude: f32) -> Vec<f32> {
    (0..SECOND).map(|n| if n % 40 < 20 { amplitude } else { -amplitude }).collect()
}

fn feed(transcriber: &mut SpeculativeTranscriber, pcm: &[f32]) {
    for piece in pcm.chunks(voice::FRAME_SAMPLES) {
        assert!(transcriber.feed(piece).expect("fed").is_none());
    }
}

#[test]
fn the_work_begins_in_the_pause_and_is_done_once() {
    let (mut transcriber, seen, go) = engine();
    feed(&mut transcriber, &second(0.2));
    feed(&mut transcriber, &second(0.002));
    assert!(transcriber.pause().expect("paused").is_none());
    assert_eq!(begun(&seen), 2 * SECOND);
    // The pause goes on, and the room with it.
    feed(&mut transcriber, &second(0.003));
    go.send(()).expect("it works");
    let words = transcriber.finish().expect("finished").text;
    assert_eq!(words.expose(), "32000 samples");
    assert!(seen.try_recv().is_err(), "once is enough");
    // And without a pause all of it is decoded in the end.
    feed(&mut transcriber, &second(0.2));
    go.send(()).expect("it works");
    assert_eq!(transcriber.finish().expect("finished").text.expose(), "16000 samples");
}

#[test]
fn who_goes_on_is_heard_to_the_end() {
    let (mut transcriber, seen, go) = engine();
    feed(&mut transcriber, &second(0.2));
    feed(&mut transcriber, &second(0.002));
    assert!(transcriber.pause().is_ok());
    assert_eq!(begun(&seen), 2 * SECOND);
    feed(&mut transcriber, &second(0.1));
    given_up(&seen);
    // What is said so softly that it could be the room is noticed at the next pause.
    feed(&mut transcriber, &second(0.002));
    assert!(transcriber.pause().is_ok());
    assert_eq!(begun(&seen), 4 * SECOND);
    feed(&mut transcriber, &second(0.004));
    assert!(transcriber.pause().is_ok());
    given_up(&seen);
    assert_eq!(begun(&seen), 5 * SECOND);
    go.send(()).expect("it works");
    assert_eq!(transcriber.finish().expect("finished").text.expose(), "80000 samples");
}

#[test]
fn what_nobody_waits_for_is_given_up() {
    let (mut transcriber, seen, go) = engine();
    feed(&mut transcriber, &second(0.2));
    assert!(transcriber.pause().is_ok());
    begun(&seen);
    transcriber.reset();
    given_up(&seen);
    // A stop from outside while the words are waited for, and one before.
    let canceller = transcriber.canceller();
    feed(&mut transcriber, &second(0.2));
    let stopper = std::thread::spawn({
        let canceller = canceller.clone();
        move || {
            begun(&seen);
            canceller.cancel();
            seen
        }
    });
    assert!(matches!(transcriber.finish(), Err(voice::Error::Cancelled)));
    let seen = stopper.join().expect("joined");
    given_up(&seen);
    feed(&mut transcriber, &second(0.2));
    canceller.cancel();
    assert!(matches!(transcriber.finish(), Err(voice::Error::Cancelled)));
    go.send(()).expect("it works");
    feed(&mut transcriber, &second(0.2));
    assert_eq!(transcriber.finish().expect("finished").text.expose(), "16000 samples");
}

#[test]
fn its_thread_ends_with_it() {
    let (mut transcriber, seen, go) = engine();
    feed(&mut transcriber, &second(0.2));
    assert!(transcriber.pause().is_ok());
    begun(&seen);
    drop(transcriber);
    // The engine and all it held are gone.
    given_up(&seen);
    assert!(seen.recv().is_err() && go.send(()).is_err());
}

#[test]
fn a_panic_of_the_engine_is_one_of_its_owner() {
    let broken = SpeculativeTranscriber::new("broken", |_, _| panic!("out of order"));
    let mut transcriber = broken.expect("a thread");
    feed(&mut transcriber, &second(0.2));
    let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| transcriber.finish()));
    let panic = ended.err().expect("it panics");
    assert_eq!(panic.downcast_ref::<&str>(), Some(&"out of order"));
}

#[test]
fn it_keeps_the_contract_of_transcribers() {
    let counts = SpeculativeTranscriber::new("counts", |pcm, _| {
        let text = if pcm.is_empty() { String::new() } else { format!("{} samples", pcm.len()) };
        Ok(Transcript { text: text.into(), ..Transcript::nothing(WHISPER) })
    });
    check_transcriber(&mut counts.expect("a thread"), &second(0.2));
}
