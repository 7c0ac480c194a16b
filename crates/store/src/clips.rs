//! Audio clips of turns: FLAC, sealed in pieces, in files with random names.
//!
//! FLAC and not Opus, because it is lossless, so that what was kept can still teach a wake word, needs
//! no C library, and every browser plays it; speech takes about half of its size as PCM.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::ops::Range;
use std::path::Path;
use std::time::SystemTime;

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, Stream, StreamInfo};
use flacenc::config::Encoder;
use flacenc::error::{Verified, Verify as _};
use flacenc::source::{Fill as _, FrameBuf};
use voice::{Pcm, RecordId, SAMPLE_RATE};
use zeroize::Zeroizing;

use crate::blur::blur;
use crate::error::{Doing as _, finished};
use crate::vault::PartId;
use crate::vault::seal::{Key, OVERHEAD};
use crate::{Result, Store};

/// Sound that is sealed together; about a second. A browser that seeks opens no more than it plays. Files have one,
/// two, four, eight … of them, so that their size says little.
const PIECE_BYTES: usize = 16 * 1024;
/// Samples of a frame of FLAC, the most that is encoded at once.
const FRAME_SAMPLES: usize = 4096;

/// The sound of a turn that is kept: a FLAC file (16 kHz mono, 16 bit) which is opened in pieces.
pub struct Clip {
    store: Store,
    turn: RecordId,
    part: PartId,
    key: Key,
    bytes: u64,
}

impl Clip {
    /// Bytes of the FLAC file.
    pub fn len(&self) -> u64 {
        self.bytes
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.bytes == 0
    }

    /// Bytes from the start of `range` up to its end or that of the piece it starts in; nothing if
    /// the sound has been deleted, or is due at `now`: whoever plays it must stop.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub async fn read(&self, range: Range<u64>, now: SystemTime) -> Result<Option<Vec<u8>>> {
        if !self.store.has_sound(self.turn, &self.part, now) {
            return Ok(None);
        }
        let range = range.start..range.end.min(self.bytes);
        if range.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let path = self.store.clip_path(&self.part);
        let (key, part) = (self.key.clone(), self.part);
        let file = path.clone();
        let read = tokio::task::spawn_blocking(move || {
            let index = range.start / PIECE_BYTES as u64;
            let begin = index * PIECE_BYTES as u64;
            let piece = read_piece(&path, &key, &part, index)?;
            let end = (range.end - begin).min(PIECE_BYTES as u64);
            Ok::<_, io::Error>(piece[(range.start - begin) as usize..end as usize].to_vec())
        });
        match finished("read a clip", read).await? {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            read => read.doing("read", &file).map(Some),
        }
    }

    /// The whole file; nothing if it was deleted meanwhile.
    ///
    /// # Errors
    /// As [`Clip::read`].
    pub async fn read_all(&self, now: SystemTime) -> Result<Option<Vec<u8>>> {
        let mut all = Vec::with_capacity(self.bytes as usize);
        while (all.len() as u64) < self.bytes {
            match self.read(all.len() as u64..self.bytes, now).await? {
                Some(bytes) => all.extend(bytes),
                None => return Ok(None),
            }
        }
        Ok(Some(all))
    }
}

impl Store {
    /// The sound of a turn, if it is kept and not due at `now`.
    pub fn clip(&self, id: RecordId, now: SystemTime) -> Option<Clip> {
        let index = self.read_index();
        let part = index.get(id)?.sound(&self.at(now))?;
        let key = Key::from_bytes(&part.content.key)?;
        Some(Clip { store: self.clone(), turn: id, part: part.id, key, bytes: part.content.bytes })
    }

    fn has_sound(&self, turn: RecordId, part: &PartId, now: SystemTime) -> bool {
        let index = self.read_index();
        let now = self.at(now);
        let sound = index.get(turn).and_then(|kept| kept.sound(&now));
        sound.is_some_and(|sound| sound.id == *part)
    }
}

/// Writes a clip and returns how long it is. At most a frame and a piece of it are in memory besides
/// the samples themselves.
pub(crate) fn write(path: &Path, key: &Key, part: &PartId, clip: &Pcm) -> io::Result<u64> {
    use std::os::unix::fs::OpenOptionsExt as _;
    let file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    let mut pieces =
        Pieces { file, key, part, plain: Zeroizing::new(Vec::new()), index: 0, bytes: 0 };
    let samples = clip.samples();
    let stream = header(samples.len()).map_err(io::Error::other)?;
    pieces.put(&bytes_of(&stream)?)?;
    let encoder = Encoder::default().into_verified().map_err(|(_, error)| refused(error))?;
    for (number, samples) in samples.chunks(FRAME_SAMPLES).enumerate() {
        pieces.put(&frame(&encoder, samples, number, stream.stream_info())?)?;
    }
    pieces.finish()
}

fn header(samples: usize) -> Result<Stream, flacenc::error::VerifyError> {
    let mut stream = Stream::new(SAMPLE_RATE as usize, 1, 16)?;
    let info = stream.stream_info_mut();
    info.set_block_sizes(FRAME_SAMPLES, FRAME_SAMPLES)?;
    info.set_total_samples(samples);
    Ok(stream)
}

fn frame(
    encoder: &Verified<Encoder>,
    samples: &[f32],
    number: usize,
    info: &StreamInfo,
) -> io::Result<Zeroizing<Vec<u8>>> {
    let full = f32::from(i16::MAX);
    let samples: Vec<i32> =
        samples.iter().map(|sample| (sample.clamp(-1.0, 1.0) * full).round() as i32).collect();
    // The format has a least block; the last one is filled with silence that the header leaves out.
    let mut buffer = FrameBuf::with_size(1, samples.len().max(flacenc::constant::MIN_BLOCK_SIZE))
        .map_err(io::Error::other)?;
    buffer.fill_interleaved(&samples).map_err(refused)?;
    let frame =
        flacenc::encode_fixed_size_frame(encoder, &buffer, number, info).map_err(refused)?;
    bytes_of(&frame)
}

/// Errors of the encoder cannot cross threads, so that only their words are kept; they quote no sound.
fn refused(error: impl std::fmt::Display) -> io::Error {
    io::Error::other(error.to_string())
}

fn bytes_of(part: &impl BitRepr) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut sink = ByteSink::new();
    part.write(&mut sink).map_err(io::Error::other)?;
    Ok(Zeroizing::new(sink.into_inner()))
}

/// A file that is written in sealed pieces.
struct Pieces<'a> {
    file: File,
    key: &'a Key,
    part: &'a PartId,
    plain: Zeroizing<Vec<u8>>,
    index: u64,
    bytes: u64,
}

impl Pieces<'_> {
    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.bytes += bytes.len() as u64;
        let mut rest = bytes;
        while !rest.is_empty() {
            let (now, later) = rest.split_at(rest.len().min(PIECE_BYTES - self.plain.len()));
            self.plain.extend_from_slice(now);
            rest = later;
            if self.plain.len() == PIECE_BYTES {
                self.seal()?;
            }
        }
        Ok(())
    }

    fn seal(&mut self) -> io::Result<()> {
        self.plain.resize(PIECE_BYTES, 0);
        self.file.write_all(&self.key.seal(&about(self.part, self.index), &self.plain)?)?;
        self.index += 1;
        self.plain.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<u64> {
        if !self.plain.is_empty() {
            self.seal()?;
        }
        while !self.index.is_power_of_two() {
            self.seal()?;
        }
        blur(&self.file)?;
        self.file.sync_all()?;
        Ok(self.bytes)
    }
}

fn read_piece(path: &Path, key: &Key, part: &PartId, index: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut file = File::open(path)?;
    let sealed_bytes = PIECE_BYTES + OVERHEAD;
    file.seek(SeekFrom::Start(index * sealed_bytes as u64))?;
    let mut sealed = vec![0; sealed_bytes];
    file.read_exact(&mut sealed)?;
    key.open(&about(part, index), &sealed)
        .ok_or_else(|| io::Error::other("the clip was changed by something else"))
}

fn about(part: &PartId, index: u64) -> Vec<u8> {
    [b"hark clip 1".as_slice(), part, &index.to_le_bytes()].concat()
}
