//! The sound of turns, as files with random names.

use std::collections::HashSet;
use std::io::Cursor;
use std::path::Path;
use std::time::SystemTime;

use voice::{Pcm, RecordId, SAMPLE_RATE};

use crate::{Error, Result, Store, time};

impl Store {
    /// The sound of a turn as a WAV file (16 kHz mono, 16 bit), if it is kept and not due at `now`.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn clip(&self, id: RecordId, now: SystemTime) -> Result<Option<Vec<u8>>> {
        let row: Option<(String,)> =
            sqlx::query_as("SELECT clip FROM turn WHERE id = ?1 AND clip_due_ms > ?2")
                .bind(id.0.to_be_bytes().to_vec())
                .bind(time::to_ms(now))
                .fetch_optional(&self.history)
                .await?;
        let Some((name,)) = row else { return Ok(None) };
        match tokio::fs::read(self.clips.join(name)).await {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(Error::Clip(error)),
        }
    }

    /// Writes a clip under a new random name, which says nothing about when or what.
    pub(crate) async fn write_clip(&self, clip: &Pcm) -> Result<String> {
        let (name,): (String,) =
            sqlx::query_as("SELECT lower(hex(randomblob(16)))").fetch_one(&self.history).await?;
        let path = self.clips.join(&name);
        let clip = clip.clone();
        let written = tokio::task::spawn_blocking(move || write_wav(&path, &clip)).await;
        let written = written.map_err(|error| Error::Clip(std::io::Error::other(error)))?;
        if let Err(error) = written {
            // Half a file is of no use to anyone.
            self.remove_clip(&name).await?;
            return Err(error.into());
        }
        Ok(name)
    }

    pub(crate) async fn remove_clip(&self, name: &str) -> Result<()> {
        match tokio::fs::remove_file(self.clips.join(name)).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::Clip(error)),
            _ => Ok(()),
        }
    }

    /// Makes the removal of files durable.
    pub(crate) async fn sync_clips(&self) -> Result<()> {
        let folder = tokio::fs::File::open(&self.clips).await?;
        folder.sync_all().await?;
        Ok(())
    }

    /// Mends what a power cut left: removes files that no turn names, and forgets clips whose file
    /// is gone. For whoever records, before the first turn: another process that does this could
    /// take away a file whose row is about to be written.
    ///
    /// # Errors
    /// When the database or the folder cannot be used.
    pub async fn recover(&self) -> Result<()> {
        let named: Vec<(String,)> = sqlx::query_as("SELECT clip FROM turn WHERE clip IS NOT NULL")
            .fetch_all(&self.history)
            .await?;
        let mut named: HashSet<String> = named.into_iter().map(|(name,)| name).collect();
        let mut files = tokio::fs::read_dir(&self.clips).await?;
        while let Some(file) = files.next_entry().await? {
            let name = file.file_name().to_string_lossy().into_owned();
            if !named.remove(&name) {
                tracing::info!("removing a clip that belongs to no turn");
                self.remove_clip(&name).await?;
            }
        }
        for name in named {
            sqlx::query(
                "UPDATE turn SET clip = NULL, clip_seconds = NULL, clip_peaks = NULL,
                                 clip_due_ms = NULL WHERE clip = ?1",
            )
            .bind(name)
            .execute(&self.history)
            .await?;
        }
        self.sync_clips().await
    }
}

fn write_wav(path: &Path, clip: &Pcm) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let spec = hound::WavSpec {
        channels: 1,
        sample_rate: SAMPLE_RATE,
        bits_per_sample: 16,
        sample_format: hound::SampleFormat::Int,
    };
    let mut bytes = Cursor::new(Vec::with_capacity(clip.samples().len() * 2 + 64));
    let mut wav = hound::WavWriter::new(&mut bytes, spec).map_err(std::io::Error::other)?;
    for sample in clip.samples() {
        let sample = (sample.clamp(-1.0, 1.0) * f32::from(i16::MAX)).round() as i16;
        wav.write_sample(sample).map_err(std::io::Error::other)?;
    }
    wav.finalize().map_err(std::io::Error::other)?;
    let mut file =
        std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(bytes.get_ref())?;
    file.sync_all()
}
