//! What Hark keeps: the history of turns, which expires, and the household's settings, timers and
//! lists, which do not.
//!
//! The two live in separate databases, so that losing one does not lose the other. Nobody outside
//! sees SQL or file names; nothing here knows a page or a sentence. Times are passed in.
#![cfg_attr(not(test), deny(clippy::print_stdout, clippy::print_stderr))]

mod backup;
mod blur;
mod caps;
mod clips;
pub mod clock;
mod content;
mod damage;
mod database;
mod erase;
mod error;
mod filter;
mod folder;
mod household;
mod index;
mod line;
mod lists;
mod passphrase;
mod prove;
mod receipts;
mod record;
mod reserve;
mod retention;
mod root;
mod search;
mod settings;
mod sqlite;
mod statements;
mod sweep;
mod things;
mod time;
mod trace;
mod turns;
mod vault;
mod voices;
mod wal;
mod when;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Instant;

use serde::{Deserialize, Serialize};
use tokio::sync::{MappedMutexGuard, MutexGuard, watch};

use folder::Folder;
use household::Household;
use index::Index;
use root::{Doubts, Roots};
use vault::{LoadReport, Opened, PartId, Seat, Vault};
use when::When;

pub use backup::Backup;
pub use clips::Clip;
pub use damage::Damage;
pub use erase::Selection;
pub use error::{Error, Result};
pub use filter::{Filter, Page};
pub use line::{Place as PlaceInLine, line_up};
pub use lists::StoredList;
pub use passphrase::Lock;
pub use prove::Proof;
pub use receipts::{Receipt, are_whole};
pub use record::{ClipInfo, Entry, StoredIntent};
pub use retention::{Keep, Retention};
pub use root::{Doubt, Tier, chips, doubts_of, uncertain};
pub use search::Searched;
pub use settings::{SatelliteSettings, Settings, Switch, Switches};
pub use sweep::Swept;
pub use things::Thing;
pub use trace::{Place, Trace};
#[doc(hidden)]
pub use vault::fuzz;
pub use wal::is_log_damaged;

/// What the file says about the store; what the household changed later overrides it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the root of all keys lives.
    pub root: Tier,
    /// The memory of the clock chip as a file, for `root = "chip"`; or the raw partition that holds
    /// the root in place of a file in the data folder, for `root = "card"`.
    pub root_at: PathBuf,
    /// How long things are kept until the household says otherwise.
    pub retention: Retention,
}

/// The store; cheap to clone. One process has a folder at a time.
#[derive(Clone)]
pub struct Store {
    vault: Arc<tokio::sync::Mutex<Seat>>,
    lock: Arc<watch::Sender<Lock>>,
    /// Whoever tries a passphrase holds it.
    guesses: Arc<tokio::sync::Mutex<()>>,
    index: Arc<RwLock<Index>>,
    household: Arc<Household>,
    folder: Arc<Folder>,
    settings: Arc<watch::Sender<Settings>>,
    /// When the last sweep erased something.
    swept_ms: Arc<Mutex<Option<i64>>>,
    when: Arc<Mutex<When>>,
    /// When all of it was deleted last; what began before that is not kept.
    cleared: Arc<Mutex<Option<Instant>>>,
    /// How often something was erased.
    erasures: Arc<watch::Sender<u64>>,
    /// How often other voices were enrolled, or could be opened.
    voices: Arc<watch::Sender<u64>>,
    tier: Tier,
    /// What speaks against relying on an erasure, of the history and of the household.
    doubts: [Doubts; 2],
    found: Arc<Mutex<LoadReport>>,
}

impl Store {
    /// Opens the store in `folder`, making what is missing, and finishes deletions that a power cut
    /// interrupted.
    ///
    /// # Errors
    /// [`Error::Folder`] when the folder cannot be used, [`Error::InUse`] when another process has
    /// it, [`Error::Root`] when the place of the root cannot be used, [`Error::Damaged`] when the
    /// settings are no longer a database. A history that is none is begun anew.
    pub async fn open(folder: &Path, config: &Config) -> Result<Self> {
        let folder = Folder::open(folder).await?;
        if folder.is_being_reset() {
            reset(&folder, config)?;
        }
        let household = Arc::new(Household::open(folder.path(), config).await?);
        let folder = Arc::new(folder);
        let opened = Self::open_with(&folder, &household, config).await;
        if opened.is_err() {
            // Its log would stay behind otherwise.
            household.close().await;
        }
        opened
    }

    async fn open_with(
        folder: &Arc<Folder>,
        household: &Arc<Household>,
        config: &Config,
    ) -> Result<Self> {
        let settings = Settings::load(household, config).await?;
        let kept = when::load(household).await?;
        let opened = match open_vault(folder, config).await {
            Err(Error::Damaged { .. }) => {
                // No copy is put aside: the root goes, so that nothing of it can be read by anyone.
                folder.remove_history()?;
                let mut opened = open_vault(folder, config).await?;
                opened.loaded.found.lost = true;
                opened
            }
            opened => opened?,
        };
        let Opened { seat, loaded } = opened;
        let of_history = match &seat {
            Seat::Open(vault) => vault.doubts(),
            Seat::Locked(locked) => locked.doubts(),
        };
        let doubts = [of_history, household.doubts()];
        let store = Self {
            vault: Arc::new(tokio::sync::Mutex::new(seat)),
            lock: watch::Sender::new(Lock::None).into(),
            guesses: Arc::default(),
            index: Arc::default(),
            household: household.clone(),
            folder: folder.clone(),
            settings: watch::Sender::new(settings).into(),
            swept_ms: Arc::default(),
            when: Arc::new(Mutex::new(When::new(kept))),
            cleared: Arc::default(),
            erasures: watch::Sender::new(0).into(),
            voices: watch::Sender::new(0).into(),
            tier: config.root,
            doubts,
            found: Arc::new(Mutex::new(loaded.found)),
        };
        if matches!(&*store.vault.lock().await, Seat::Open(vault) if vault.factor().is_none()) {
            // A history that was lost took its passphrase along; without words there is nothing to guard.
            household.unguard_nothing().await?;
        }
        store.say_lock(&*store.vault.lock().await).await;
        if let Ok(mut vault) = store.vault().await {
            store.hold(&mut vault).await?;
            store.show_loaded(loaded, vault.caps())?;
        }
        store.take_over_voices().await?;
        Ok(store)
    }

    /// Makes the folder as if it were new: the roots first, then everything else. If the power goes
    /// meanwhile, the next start goes on with it. Returns what speaks against relying on it.
    ///
    /// # Errors
    /// [`Error::InUse`] while a speaker runs, and when something cannot be removed.
    pub async fn reset(folder: &Path, config: &Config) -> Result<Vec<Doubt>> {
        let folder = Folder::open(folder).await?;
        folder.begin_reset()?;
        reset(&folder, config)
    }

    /// What happened to the history before it was opened, in words, if the household should know.
    pub fn notice(&self) -> Option<String> {
        self.damage().map(|damage| damage.to_string())
    }

    /// What happened to the history before it was opened, if the household should know.
    pub fn damage(&self) -> Option<Damage> {
        match *self.found() {
            // What is in memory only is lost at every start, as it was said it would be.
            LoadReport { lost: true, .. } if self.tier == Tier::Memory => None,
            LoadReport { lost: true, .. } => Some(Damage::Lost),
            LoadReport { log_damaged: true, .. } => Some(Damage::Log),
            LoadReport { damaged: 0, .. } => None,
            LoadReport { damaged, .. } => Some(Damage::Parts(damaged)),
        }
    }

    /// Changes whenever something was erased: what somebody remembers of it outside the store has to
    /// go, too.
    pub fn erasures(&self) -> watch::Receiver<u64> {
        self.erasures.subscribe()
    }

    /// Changes whenever there are other enrolled voices: one was enrolled or forgotten, or all were unlocked.
    pub fn voice_changes(&self) -> watch::Receiver<u64> {
        self.voices.subscribe()
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// What speaks against relying on it that what was deleted cannot be read any more; it may grow while the
    /// store is open. Nothing does where it is empty.
    pub fn doubts(&self) -> Vec<Doubt> {
        let all = self.doubts.iter();
        let all = all.flat_map(|it| it.lock().unwrap_or_else(PoisonError::into_inner).clone());
        root::once_each(all.collect())
    }

    /// Where the root lives.
    pub fn tier(&self) -> Tier {
        self.tier
    }

    /// Waits for what is under way and closes the files.
    pub async fn close(&self) {
        match &*self.vault.lock().await {
            Seat::Open(vault) => vault.close().await,
            Seat::Locked(locked) => locked.close().await,
        }
        self.household.close().await;
        self.write_index().clear();
        self.folder.release();
    }

    /// The vault, for whoever changes it.
    async fn vault(&self) -> Result<MappedMutexGuard<'_, Vault>> {
        let seat = self.vault.lock().await;
        let vault = MutexGuard::try_map(seat, |seat| match seat {
            Seat::Open(vault) => Some(&mut **vault),
            Seat::Locked(_) => None,
        });
        vault.map_err(|_| Error::Locked)
    }

    /// Whether what is kept waits for its passphrase.
    pub fn is_locked(&self) -> bool {
        *self.lock.borrow() == Lock::Closed
    }

    fn cleared(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.cleared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn found(&self) -> std::sync::MutexGuard<'_, LoadReport> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn read_index(&self) -> RwLockReadGuard<'_, Index> {
        self.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write_index(&self) -> RwLockWriteGuard<'_, Index> {
        self.index.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn when(&self) -> std::sync::MutexGuard<'_, When> {
        self.when.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn swept_ms(&self) -> std::sync::MutexGuard<'_, Option<i64>> {
        self.swept_ms.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn clip_path(&self, part: &PartId) -> PathBuf {
        self.folder.clips().join(vault::clip_name(part))
    }
}

fn reset(folder: &Folder, config: &Config) -> Result<Vec<Doubt>> {
    let mut found = Vec::new();
    for mut roots in [
        Roots::open(config.root, &config.root_at, folder.path())?,
        Roots::of_household(config, folder.path())?,
    ] {
        for slot in root::Slot::BOTH {
            roots.erase(slot)?;
        }
        let doubts = roots.doubts();
        found.extend(doubts.lock().unwrap_or_else(PoisonError::into_inner).drain(..));
    }
    folder.remove_everything()?;
    // Nobody needs what stood there; a device that is told so does not keep it for long.
    root::give_back(folder.path());
    Ok(root::once_each(found))
}

async fn open_vault(folder: &Folder, config: &Config) -> Result<Opened> {
    let path = folder.path().join("vault.db");
    let db = sqlite::open(&path).await?;
    let opened = async {
        sqlite::migrate(&path, &db, sqlx::migrate!("migrations/vault")).await?;
        let roots = Roots::open(config.root, &config.root_at, folder.path())?;
        Vault::open(db.clone(), folder.path(), roots).await
    };
    match opened.await {
        Err(Error::Database(error)) => {
            db.close().await;
            Err(sqlite::damaged_or(&path, error))
        }
        Err(error) => {
            db.close().await;
            Err(error)
        }
        opened => opened,
    }
}
