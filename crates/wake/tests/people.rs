//! The wake word and commands behind it, spoken by people.

use std::path::{Path, PathBuf};

use voice::{EndReason, FRAME_SAMPLES, SpeechSpan, Wake, samples_to_millis};
use wake::{Config, Listener, ListenerEvent, TAIL_MS};

/// The folder with the recordings.
fn recordings() -> PathBuf {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let data = std::env::var("HARK_TEST_DATA").unwrap_or_else(|_| default.to_owned());
    let audio = PathBuf::from(data).join("audio");
    assert!(audio.exists(), "{} is missing (HARK_TEST_DATA names another place)", audio.display());
    audio
}

fn read(path: &Path) -> Vec<f32> {
    audio::read_file(path).expect("a recording").samples().to_vec()
}

fn folder(path: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(path).expect("the folder");
    let mut files: Vec<PathBuf> = entries.filter_map(|e| e.ok().map(|e| e.path())).collect();
    files.sort();
    files
}

/// What a listener that always listens after a wake word hears.
#[derive(Default, PartialEq, Debug)]
struct Conversation {
    wakes: Vec<Wake>,
    ends: Vec<(EndReason, Option<SpeechSpan>)>,
    audio: Vec<f32>,
}

fn listen(pcm: &[f32], pieces: usize) -> Conversation {
    let config = Config::default();
    let detector = wake::detector(&config, None).expect("built in");
    let mut listener = Listener::new(detector, &config);
    let mut heard = Conversation::default();
    for piece in pcm.chunks(pieces) {
        let mut woke = false;
        let mut note = |what: ListenerEvent<'_>| match what {
            ListenerEvent::Wake(wake) => {
                heard.wakes.push(wake);
                woke = true;
            }
            ListenerEvent::Audio(audio) => heard.audio.extend_from_slice(audio),
            ListenerEvent::Pause => {}
            ListenerEvent::End { reason, speech } => heard.ends.push((reason, speech)),
        };
        listener.frame(piece, &mut note).expect("heard");
        if woke {
            listener.listen(false);
        }
    }
    listener.end(&mut |what| {
        if let ListenerEvent::End { reason, speech } = what {
            heard.ends.push((reason, speech));
        }
    });
    heard
}

fn silence(millis: u32) -> Vec<f32> {
    // As quiet as a quiet room, because digital silence is not what a microphone gives.
    let count = voice::millis_to_samples(millis);
    (0..count).map(|n| if n % 2 == 0 { 1e-4 } else { -1e-4 }).collect()
}

/// A recording without the silence at its ends.
fn trimmed(pcm: &[f32]) -> &[f32] {
    let mut vad = wake::Vad::default();
    let mut voiced = Vec::new();
    vad.feed(pcm, &mut |probability| voiced.push(probability >= 0.5));
    let first = voiced.iter().position(|&v| v).unwrap_or(0);
    let last = voiced.iter().rposition(|&v| v).map_or(voiced.len(), |last| last + 1);
    &pcm[(first * 256).saturating_sub(800)..(last * 256 + 800).min(pcm.len())]
}

#[needs::test(recordings)]
fn a_wake_word_a_pause_and_a_command() {
    let audio = recordings();
    let wakes = folder(&audio.join("wake/computer"));
    let (mut tried, mut woken, mut covered, mut ended) = (0, 0, 0, 0);
    for (index, command) in folder(&audio.join("commands")).iter().enumerate() {
        let name = command.file_stem().and_then(|name| name.to_str()).unwrap_or_default();
        if name == "transcripts" || name.starts_with("oov") || index % 3 != 0 {
            continue;
        }
        let wake = read(&wakes[index * 5 % wakes.len()]);
        let command = read(command);
        let command = trimmed(&command);
        for pause in [100, 500, 1_500] {
            let mut pcm = silence(1_500);
            pcm.extend_from_slice(trimmed(&wake));
            pcm.extend(silence(pause));
            let begin = pcm.len() as u64;
            pcm.extend_from_slice(command);
            let end = pcm.len() as u64;
            pcm.extend(silence(3_000));
            let heard = listen(&pcm, FRAME_SAMPLES);
            tried += 1;
            let (Some(wake), Some((reason, Some(speech)))) =
                (heard.wakes.first(), heard.ends.first())
            else {
                woken += usize::from(!heard.wakes.is_empty());
                continue;
            };
            woken += 1;
            // From the first 100 ms of the command, which begins with 50 ms of silence, and until
            // nothing but its breath is left: recordings end with up to 300 ms of that.
            let covers = speech.start <= begin + 2_400 && speech.end + 5_600 >= end;
            covered += usize::from(covers);
            let late = samples_to_millis(speech.decided.saturating_sub(end));
            ended += usize::from(covers && *reason == EndReason::Silence && late <= 1_000);
            assert!(wake.at <= begin + 3_200, "the wake word ends before the command");
            if !covers {
                println!(
                    "{name} pause {pause}: {speech:?}, command {begin}..{end}, wake at {}",
                    wake.at
                );
            }
        }
    }
    println!("{tried} tried, {woken} woken, {covered} covered, {ended} ended in time");
    assert!(woken * 100 >= tried * 70, "{woken} of {tried} woken");
    // In a fifth of them the voice activity takes a click at the edge of the recording for speech.
    assert!(covered * 100 >= woken * 80, "{covered} of {woken} covered");
    assert!(ended * 100 >= covered * 90, "{ended} of {covered} ended in time");
}

#[needs::test(recordings)]
fn other_words_do_not_wake_it() {
    let audio = recordings();
    let mut wakes = 0;
    let mut samples = 0;
    for word in ["jarvis", "alexa"] {
        for file in folder(&audio.join("wake").join(word)).iter().step_by(6) {
            let mut pcm = read(file);
            pcm.extend(silence(TAIL_MS));
            wakes += listen(&pcm, FRAME_SAMPLES).wakes.len();
            samples += pcm.len();
        }
    }
    println!("{wakes} false wakes in {} s", samples / 16_000);
    assert!(wakes <= 2, "{wakes} false wakes in {} s", samples / 16_000);
}

#[needs::test(recordings)]
fn the_best_score_tells_the_word_from_others() {
    let audio = recordings();
    let config = Config::default();
    let mean = |word: &str| {
        let files = folder(&audio.join("wake").join(word));
        let scores = files.iter().skip(7).step_by(16).map(|file| {
            let mut pcm = read(file);
            pcm.extend(silence(TAIL_MS));
            wake::best_score(&config, &pcm).expect("scored")
        });
        let scores: Vec<f32> = scores.collect();
        scores.iter().sum::<f32>() / scores.len() as f32
    };
    let (word, other) = (mean("computer"), mean("snowboy"));
    println!("{word} for the word, {other} for another");
    assert!(word > other + 0.05, "{word} for the word, {other} for another");
}

#[needs::test(recordings)]
fn any_pieces_give_the_same() {
    let audio = recordings();
    let mut pcm = silence(700);
    let wakes = folder(&audio.join("wake/computer"));
    pcm.extend_from_slice(trimmed(&read(&wakes[3])));
    pcm.extend(silence(400));
    pcm.extend_from_slice(&read(&audio.join("commands/what_time_is_it.flac")));
    pcm.extend(silence(2_000));
    let whole = listen(&pcm, FRAME_SAMPLES);
    assert_eq!((whole.wakes.len(), whole.ends.len()), (1, 1));
    // The detector decides every 30 ms and the pieces are all shorter, so decisions are the same.
    for pieces in [160, 480] {
        let other = listen(&pcm, pieces);
        assert_eq!(other.wakes, whole.wakes);
        assert_eq!(other.ends, whole.ends);
    }
}
