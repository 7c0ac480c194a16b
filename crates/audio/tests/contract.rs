//! Files as devices keep the contract of sources and sinks; and what else they do.

use std::path::{Path, PathBuf};

use audio::{FileSource, WavSink, read_file, read_from, write_file};
use voice::testing::{check_heard, check_sink, check_source};
use voice::{AudioSource, Pcm, SAMPLE_RATE};

fn tone(seconds: f32) -> Vec<f32> {
    let count = (SAMPLE_RATE as f32 * seconds) as usize;
    (0..count).map(|n| 0.5 * (n as f32 * 0.39).sin()).collect()
}

/// Whether a source that `make` makes anew each time gives `expected`, in pieces of any size.
fn gives(make: impl Fn() -> Box<dyn AudioSource>, expected: &[f32]) {
    for sizes in [&[320][..], &[1, 7, 4096], &[100_000]] {
        let mut source = make();
        let heard = check_source(source.as_mut(), sizes, usize::MAX);
        assert_eq!(source.take_lost(), 0, "a file loses nothing");
        assert_eq!(heard.len(), expected.len());
        assert!(heard.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-4));
    }
}

#[test]
fn memory_and_files_are_sources() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tone.wav");
    let tone = tone(0.3);
    write_file(&path, &tone).unwrap();
    gives(|| Box::new(FileSource::from_pcm(&Pcm::new(tone.clone()))), &tone);
    gives(|| Box::new(FileSource::from_pcm(&Pcm::new(tone.clone())).paced()), &tone);
    gives(|| Box::new(FileSource::open(&path).unwrap()), &tone);
}

#[test]
fn a_wav_file_is_a_sink() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("out.wav");
    let mut sink = WavSink::create(&path).unwrap();
    assert!(read_file(&path).is_ok_and(|pcm| pcm.is_empty()), "valid from the start");
    check_sink(&mut sink);
    let heard = read_file(&path).unwrap();
    check_heard(heard.samples());
    assert_eq!(heard.samples().len(), 16_000, "readable after draining, without a gap");
}

#[test]
fn any_rate_and_channel_count_becomes_16_khz_mono() {
    let folder = tempfile::tempdir().unwrap();
    for (rate, channels) in [(8_000, 1), (22_050, 2), (44_100, 1), (48_000, 2), (48_000, 6)] {
        let path = folder.path().join("any.wav");
        let spec = hound::WavSpec {
            channels,
            sample_rate: rate,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let mut writer = hound::WavWriter::create(&path, spec).unwrap();
        for n in 0..rate {
            let sample = (std::f32::consts::TAU * 440.0 * n as f32 / rate as f32).sin();
            (0..channels).for_each(|_| writer.write_sample((sample * 16384.0) as i16).unwrap());
        }
        writer.finalize().unwrap();
        let pcm = read_file(&path).unwrap();
        assert_eq!(pcm.samples().len(), SAMPLE_RATE as usize, "{rate} Hz, {channels} channels");
        let rms = audio::level(&pcm.samples()[4000..12000]).rms_dbfs;
        assert!((rms + 9.03).abs() < 0.2, "{rate} Hz, {channels} channels: {rms} dBFS");
    }
}

#[test]
fn a_pipe_is_read_like_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("tone.wav");
    write_file(&path, &tone(0.2)).unwrap();
    let bytes = std::fs::read(&path).unwrap();
    assert!(read_from(&bytes[..], "-").unwrap() == read_file(&path).unwrap());
}

#[test]
fn what_is_no_audio_is_named_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("notes.txt");
    std::fs::write(&text, "turn on the kitchen light ".repeat(500)).unwrap();
    let empty = folder.path().join("empty.wav");
    std::fs::write(&empty, "").unwrap();
    let torn = folder.path().join("torn.wav");
    std::fs::write(&torn, b"RIFF\xff\xff\xff\xffWAVEfmt ").unwrap();
    let cases: [(&Path, &str); 5] = [
        (&text, "give a WAV, FLAC or OGG Vorbis file"),
        (&empty, "give a WAV, FLAC or OGG Vorbis file"),
        (&torn, "give a WAV, FLAC or OGG Vorbis file"),
        (&folder.path().join("none.wav"), "No such file"),
        (folder.path(), "irectory"),
    ];
    for (path, part) in cases {
        let Err(error) = read_file(path) else { panic!("{} was read", path.display()) };
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        let line = format!("{error}: {}", cause.unwrap_or_default());
        assert!(line.contains(part) && line.contains(&*path.to_string_lossy()), "{line}");
        assert_eq!(line.lines().count(), 1, "{line}");
        assert!(!line.contains("kitchen"), "{line}");
    }
    assert!(WavSink::create(folder.path().join("no/such/folder.wav")).is_err());
}

#[needs::test(recordings)]
fn recordings_of_people_are_read() {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data");
    let data = PathBuf::from(std::env::var("HARK_TEST_DATA").unwrap_or(default.to_owned()));
    let path = data.join("audio/commands/what_time_is_it.flac");
    assert!(path.exists(), "{} is missing (HARK_TEST_DATA names another place)", data.display());
    let pcm = read_file(&path).unwrap();
    assert!((0.5..10.0).contains(&pcm.seconds()), "{} s", pcm.seconds());
    assert!(audio::level(pcm.samples()).peak_dbfs > -40.0);
}
