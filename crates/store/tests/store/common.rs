//! A store in a folder of its own, and turns to put into it.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use store::{Config, Filter, Keep, Retention, Store};
use voice::{Outcome, Pcm, SatelliteId, Turn, testing};

/// The moment at which the stories begin.
pub fn noon() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_000_000)
}

pub const MINUTE: Duration = Duration::from_secs(60);
pub const HOUR: Duration = Duration::from_secs(3600);

pub fn keep(audio: &str, text: &str) -> Config {
    let retention = Retention {
        audio: audio.parse().unwrap(),
        text: text.parse().unwrap(),
        false_wakes: Keep::For(HOUR),
    };
    Config { retention, ..Config::default() }
}

pub fn private_folder() -> tempfile::TempDir {
    tempfile::Builder::new().permissions(Permissions::from_mode(0o700)).tempdir().unwrap()
}

pub struct Rig {
    pub store: Store,
    pub folder: tempfile::TempDir,
}

pub async fn rig(config: &Config) -> Rig {
    let folder = private_folder();
    let store = Store::open(folder.path(), config).await.unwrap();
    Rig { store, folder }
}

/// A second of a tone: half of its period up, half down, so that its bytes can be looked for.
pub fn tone() -> Pcm {
    Pcm::new((0..16_000).map(|i| if i % 40 < 20 { 0.5 } else { -0.5 }).collect::<Vec<f32>>())
}

pub fn turn(text: &str, outcome: Outcome) -> Turn {
    Turn { outcome, ..testing::turn(text, tone()) }
}

/// The loudness of the local satellite.
pub fn volume(store: &Store) -> u8 {
    store.settings().borrow().satellite(&SatelliteId::local()).volume
}

impl Rig {
    pub async fn say(&self, text: &str, at: SystemTime) -> Option<voice::RecordId> {
        self.store.record(&turn(text, Outcome::Done), at, "kitchen").await.unwrap()
    }

    pub fn texts(&self, filter: &Filter, now: SystemTime) -> Vec<String> {
        let page = self.store.list(filter, None, 100, now).unwrap();
        assert_eq!(page.total, page.entries.len() as u64);
        page.entries.iter().map(|entry| entry.text.expose().to_owned()).collect()
    }

    pub fn files(&self) -> Vec<PathBuf> {
        files(self.folder.path())
    }

    /// Whether these bytes stand anywhere in the data folder.
    pub fn holds(&self, needle: &[u8]) -> bool {
        self.files().iter().any(|file| {
            let bytes = std::fs::read(file).unwrap();
            bytes.windows(needle.len()).any(|window| window == needle)
        })
    }

    pub fn clips(&self) -> usize {
        std::fs::read_dir(self.folder.path().join("clips")).unwrap().count()
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut all = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { all.extend(files(&path)) } else { all.push(path) }
    }
    all
}
