//! Files as devices: a recording in the place of the microphone, a WAV file in that of the loudspeaker.

use std::fs::File;
use std::io::{BufReader, BufWriter, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rodio::Source as _;
use voice::{AudioSink, AudioSource, Pcm, SAMPLE_RATE, Stopper};

use crate::error::{Error, Result};
use crate::foreign::decode;
use crate::resample::Resampler;

/// Most that is read from a pipe, in bytes: an hour of 48 kHz stereo.
const PIPE_BYTES: u64 = 700 << 20;
/// Samples of a channel that are decoded at once.
const PIECE: usize = 4096;

/// Reads a whole WAV, FLAC or OGG Vorbis file of any rate and channel count as 16 kHz mono;
/// channels are averaged.
///
/// # Errors
/// [`Error::File`] when it cannot be read, [`Error::NotAudio`] when it is no audio.
pub fn read_file(path: impl AsRef<Path>) -> Result<Pcm> {
    Recording::open(path.as_ref()).map(Recording::whole)
}

/// Reads a whole audio file from a stream that cannot seek, such as standard input; `name` is what
/// an error calls it.
///
/// # Errors
/// As [`read_file`].
pub fn read_from(reader: impl Read, name: &str) -> Result<Pcm> {
    let path = PathBuf::from(name);
    let mut bytes = Vec::new();
    if let Err(source) = reader.take(PIPE_BYTES).read_to_end(&mut bytes) {
        return Err(Error::File { doing: "read", path, source });
    }
    let length = bytes.len() as u64;
    Recording::new(Box::new(Cursor::new(bytes)), length, &path).map(Recording::whole)
}

/// What an audio file is read from.
trait Data: Read + Seek + Send + Sync {}

impl<T: Read + Seek + Send + Sync> Data for T {}

/// An audio file that is decoded while it is read.
struct Recording {
    decoder: rodio::Decoder<Box<dyn Data>>,
    resampler: Resampler,
    mono: Vec<f32>,
    /// Whether the decoder broke on the way.
    ended: bool,
}

impl Recording {
    fn open(path: &Path) -> Result<Self> {
        let error = |source| Error::File { doing: "open", path: path.to_owned(), source };
        let file = File::open(path).map_err(error)?;
        let metadata = file.metadata().map_err(error)?;
        if metadata.is_dir() {
            return Err(error(std::io::ErrorKind::IsADirectory.into()));
        }
        Self::new(Box::new(BufReader::new(file)), metadata.len(), path)
    }

    fn new(data: Box<dyn Data>, length: u64, path: &Path) -> Result<Self> {
        let not_audio = || Error::NotAudio { path: path.to_owned() };
        let decoder =
            rodio::Decoder::builder().with_data(data).with_byte_len(length).with_seekable(true);
        let decoder = decode(|| decoder.build()).and_then(std::result::Result::ok);
        let decoder = decoder.ok_or_else(not_audio)?;
        let rate = decoder.sample_rate().get();
        let resampler = Resampler::new(rate, SAMPLE_RATE).map_err(|_| not_audio())?;
        Ok(Self { decoder, resampler, mono: Vec::with_capacity(PIECE), ended: false })
    }

    /// Appends the next piece as 16 kHz mono; what is left in the resampler, and nothing more, at the
    /// end, where it says `false`.
    fn read(&mut self, out: &mut Vec<f32>) -> bool {
        self.mono.clear();
        if !self.ended {
            let decoded = decode(|| read_frames(&mut self.decoder, &mut self.mono));
            self.ended = decoded.is_none();
            if self.ended {
                tracing::warn!("a recording is damaged and ends early");
            }
        }
        if self.mono.is_empty() {
            self.resampler.finish(out);
            return false;
        }
        self.resampler.process(&self.mono, out);
        true
    }

    fn whole(mut self) -> Pcm {
        let mut out = Vec::new();
        while self.read(&mut out) {}
        Pcm::new(out)
    }
}

/// Decodes the next piece; channels are averaged.
fn read_frames(decoder: &mut rodio::Decoder<Box<dyn Data>>, mono: &mut Vec<f32>) {
    let channels = usize::from(decoder.channels().get());
    while mono.len() < PIECE {
        let frame = decoder.by_ref().take(channels);
        let (sum, count) = frame.fold((0.0, 0), |(sum, n), sample| (sum + sample, n + 1));
        if count == 0 {
            break;
        }
        let mean = sum / count as f32;
        mono.push(if mean.is_finite() { mean.clamp(-1.0, 1.0) } else { 0.0 });
    }
}

/// A recording in the place of the microphone: 16 kHz mono. It is given out as fast as it is read,
/// or in real time, and never drops anything. Of a file only a moment is in memory.
pub struct FileSource {
    /// What was decoded and not given out yet, from `at` on.
    pcm: Vec<f32>,
    at: usize,
    /// What is not decoded yet.
    recording: Option<Recording>,
    /// Samples of silence behind it.
    quiet: usize,
    /// Samples given out.
    given: usize,
    paced_from: Option<Instant>,
    paced: bool,
}

impl FileSource {
    /// Opens a WAV, FLAC or OGG Vorbis file of any rate and channel count.
    ///
    /// # Errors
    /// As [`read_file`].
    pub fn open(path: impl AsRef<Path>) -> Result<Self> {
        let recording = Recording::open(path.as_ref())?;
        Ok(Self { recording: Some(recording), ..Self::from_pcm(&Pcm::default()) })
    }

    /// Plays sound that is already in memory.
    pub fn from_pcm(pcm: &Pcm) -> Self {
        let pcm = pcm.samples().to_vec();
        Self { pcm, at: 0, recording: None, quiet: 0, given: 0, paced_from: None, paced: false }
    }

    /// With so many samples of silence before and behind it.
    #[must_use]
    pub fn within_silence(mut self, before: usize, behind: usize) -> Self {
        self.pcm.splice(..0, std::iter::repeat_n(0.0, before));
        self.quiet = behind;
        self
    }

    /// Gives it out in real time from the first read on.
    #[must_use]
    pub fn paced(mut self) -> Self {
        self.paced = true;
        self
    }

    /// Puts what follows into the emptied memory; `false` when nothing does.
    fn decode(&mut self) -> bool {
        self.pcm.clear();
        self.at = 0;
        if let Some(recording) = &mut self.recording {
            if !recording.read(&mut self.pcm) {
                self.recording = None;
            }
            return true;
        }
        let quiet = self.quiet.min(PIECE);
        self.quiet -= quiet;
        self.pcm.resize(quiet, 0.0);
        quiet > 0
    }

    /// Waits until the sample at `index` would have been heard.
    fn wait_for(&mut self, index: usize) {
        if !self.paced {
            return;
        }
        let began = *self.paced_from.get_or_insert_with(Instant::now);
        let due = began + Duration::from_secs_f64(index as f64 / f64::from(SAMPLE_RATE));
        wait_until(due, || false);
    }
}

impl AudioSource for FileSource {
    fn read(&mut self, out: &mut [f32]) -> voice::Result<usize> {
        while self.at == self.pcm.len() && self.decode() {}
        let count = out.len().min(self.pcm.len() - self.at);
        self.given += count;
        self.wait_for(self.given);
        out[..count].copy_from_slice(&self.pcm[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

/// Waits until `due` or until `over` holds, whichever is first; checks `over` whenever the thread is
/// woken.
pub(crate) fn wait_until(due: Instant, over: impl Fn() -> bool) {
    loop {
        let now = Instant::now();
        if now >= due || over() {
            return;
        }
        std::thread::park_timeout(due - now);
    }
}

/// A WAV file in the place of the loudspeaker: 16 kHz mono, 16 bit. What it holds is what would
/// have been heard; it is a valid file after every [`AudioSink::drain`] and when it is dropped.
pub struct WavSink {
    writer: hound::WavWriter<BufWriter<File>>,
    path: PathBuf,
    stopper: Stopper,
    seen: u64,
    volume: f32,
}

impl WavSink {
    /// Creates the file, or empties it.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be written.
    pub fn create(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref().to_owned();
        let spec = hound::WavSpec {
            channels: 1,
            sample_rate: SAMPLE_RATE,
            bits_per_sample: 16,
            sample_format: hound::SampleFormat::Int,
        };
        let writer = hound::WavWriter::create(&path, spec).and_then(|mut writer| {
            writer.flush()?;
            Ok(writer)
        });
        match writer {
            Ok(writer) => {
                Ok(Self { writer, path, stopper: Stopper::default(), seen: 0, volume: 1.0 })
            }
            Err(source) => Err(write_error(path, source)),
        }
    }

    fn check(&self, result: hound::Result<()>) -> voice::Result<()> {
        result.map_err(|source| write_error(self.path.clone(), source).into())
    }
}

fn write_error(path: PathBuf, error: hound::Error) -> Error {
    let source = match error {
        hound::Error::IoError(source) => source,
        other => std::io::Error::other(other),
    };
    Error::File { doing: "write", path, source }
}

/// The 16-bit value of a sample in −1…1; what is louder is clipped.
fn to_i16(sample: f32) -> i16 {
    (sample * 32768.0).round().clamp(-32768.0, 32767.0) as i16
}

impl AudioSink for WavSink {
    fn write(&mut self, pcm: &[f32]) -> voice::Result<()> {
        if self.stopper.stops() != self.seen {
            return Ok(());
        }
        let volume = self.volume;
        let result = pcm.iter().try_for_each(|s| self.writer.write_sample(to_i16(s * volume)));
        self.check(result)
    }

    fn drain(&mut self) -> voice::Result<()> {
        let result = self.writer.flush();
        self.check(result)
    }

    fn stopper(&self) -> Stopper {
        self.stopper.clone()
    }

    fn resume(&mut self) {
        self.seen = self.stopper.stops();
    }

    fn set_volume(&mut self, volume: f32) {
        self.volume = volume.clamp(0.0, 1.0);
    }
}

/// Writes sound as a 16 kHz mono 16-bit WAV file.
///
/// # Errors
/// [`Error::File`] when it cannot be written.
pub fn write_file(path: impl AsRef<Path>, pcm: &[f32]) -> Result<()> {
    let mut sink = WavSink::create(path)?;
    let result = pcm
        .iter()
        .try_for_each(|&s| sink.writer.write_sample(to_i16(s)))
        .and_then(|()| sink.writer.flush());
    result.map_err(|source| write_error(sink.path.clone(), source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_file_only_a_moment_is_in_memory() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("long.wav");
        let minute: Vec<f32> =
            (0..60 * SAMPLE_RATE).map(|n| (n as f32 * 0.1).sin() / 2.0).collect();
        write_file(&path, &minute).unwrap();
        let mut source = FileSource::open(&path).unwrap().within_silence(160, 320);
        let mut heard = Vec::new();
        let mut piece = [0.0; 320];
        loop {
            let count = source.read(&mut piece).unwrap();
            heard.extend_from_slice(&piece[..count]);
            assert!(source.pcm.capacity() <= 4 * PIECE, "{}", source.pcm.capacity());
            if count == 0 {
                break;
            }
        }
        assert_eq!(heard.len(), 160 + minute.len() + 320);
        assert!(
            heard[..160].iter().chain(&heard[160 + minute.len()..]).all(|&sample| sample == 0.0)
        );
        assert_eq!(heard[160..160 + minute.len()], *read_file(&path).unwrap().samples());
    }
}
