//! Audio sources: a microphone, or a recording.

use audio::Microphone;
use voice::AudioSource;

/// Where the sound comes from.
pub enum Source {
    /// The microphone; closed while muted.
    Microphone(audio::MicConfig),
    /// A file; the run ends with it. Taken while it is read.
    File(Option<Box<dyn AudioSource>>),
    /// A file first, then the microphone.
    FileThenMicrophone(Option<Box<dyn AudioSource>>, audio::MicConfig),
}

impl Source {
    /// The source as it is when the speaker starts, or after a mute.
    pub(super) fn open(&mut self) -> Box<dyn AudioSource> {
        match self {
            Self::Microphone(config) => Box::new(Microphone::absent(config)),
            Self::File(file) | Self::FileThenMicrophone(file, _) => match file.take() {
                Some(file) => file,
                None => self.next().unwrap_or_else(|| {
                    Box::new(audio::FileSource::from_pcm(&voice::Pcm::default()))
                }),
            },
        }
    }

    /// What follows when a source has ended.
    pub(super) fn next(&mut self) -> Option<Box<dyn AudioSource>> {
        match self {
            Self::Microphone(_) | Self::File(_) => None,
            Self::FileThenMicrophone(_, config) => {
                let config = config.clone();
                *self = Self::Microphone(config.clone());
                Some(Box::new(Microphone::absent(&config)))
            }
        }
    }

    /// Closes the device. A file has none; it waits where it is.
    pub(super) fn close(&mut self, open: &mut Option<Box<dyn AudioSource>>) {
        match self {
            Self::Microphone(_) => drop(open.take()),
            Self::File(file) | Self::FileThenMicrophone(file, _) => *file = open.take(),
        }
    }
}
