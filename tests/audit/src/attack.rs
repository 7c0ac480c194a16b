//! A2: an attacker who has every byte that was ever written, and the running speaker.

use std::collections::BTreeSet;
use std::fs;
use std::ops::Range;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use disk::{Disk, Event, History, Mounted};
use store::{Store, Tier};
use tempfile::TempDir;

use crate::place::{self, CARD_SLOT, CHIP_SLOT, Place};
use crate::script::{self, Op};
use crate::sealed::{self, Attacker, Key, Sealed};
use crate::turns;

/// Bytes of the card: little, since every one of them is tried.
pub const CARD: u64 = 8 << 20;

/// Bytes of a block of its file system.
pub const BLOCK: usize = 1024;

/// A page of a card, the least that it loses.
const PAGE: usize = 4096;

/// A store on a card that remembers, with its chip off that card.
pub struct Scene {
    /// The card.
    pub disk: Disk,
    /// The store on it.
    pub place: Place,
    /// What keeps the chip.
    _memory: TempDir,
    /// Of its turns.
    pub seed: u64,
}

impl Scene {
    /// A card with no store on it yet.
    ///
    /// # Errors
    /// If there can be no such card.
    pub fn new(tier: Tier, seed: u64) -> Result<Self> {
        let disk = Disk::new(CARD)?;
        let memory = place::in_memory()?;
        let place = Place::new(disk.path(), memory.path(), tier)?;
        Ok(Self { disk, place, _memory: memory, seed })
    }

    /// A card with the chip as a file on it, as no chip is: what it held is in the card's history.
    ///
    /// # Errors
    /// If there can be no such card.
    pub fn with_chip_on_card(seed: u64) -> Result<Self> {
        let scene = Self::new(Tier::Chip, seed)?;
        let place = Place::new(scene.disk.path(), scene.disk.path(), Tier::Chip)?;
        scene.disk.sync()?;
        Ok(Self { place, ..scene })
    }

    /// Does what a script says.
    ///
    /// # Errors
    /// What the store says.
    pub async fn perform(&self, store: &Store, ops: &[Op]) -> Result<()> {
        for op in ops {
            script::perform(store, self.seed, op).await.with_context(|| op.to_string())?;
        }
        Ok(())
    }

    /// The slots in which roots stand now, as whoever has the speaker reads them.
    ///
    /// # Errors
    /// If they cannot be read.
    pub fn roots(&self) -> Result<Vec<Key>> {
        let (bytes, slot) = match self.place.tier {
            Tier::Memory => return Ok(Vec::new()),
            Tier::Chip => (fs::read(&self.place.chip)?, CHIP_SLOT),
            Tier::Card => (fs::read(self.place.folder.join("root"))?, CARD_SLOT),
        };
        Ok(sealed::root_keys(&bytes, slot).into_iter().map(|(_, key)| key).collect())
    }
}

/// A way to recover what was deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// With the root from before the deletion. If this does not recover it, the attack is none, and
    /// proves nothing. The memory of the process is not read, so that the tier without a place for
    /// its root has no control.
    Control,
    /// With the roots of the running speaker.
    Running,
    /// With any bytes ever written, as the key of a root, a bucket or a part.
    Windows,
    /// With a slot that stood on the card once, if all of it is there.
    Slots,
    /// With such a slot of which a page is missing.
    TornSlots,
}

/// Deletes the turns of `gone` and says in which ways they are recovered. Every `step`th window is
/// tried.
///
/// # Errors
/// If the store fails, or what was not deleted is not there.
pub async fn attack(
    scene: Scene,
    deletion: &[Op],
    gone: Range<u32>,
    step: usize,
) -> Result<BTreeSet<Way>> {
    let seed = scene.seed;
    let store = scene.place.open().await?;
    scene.perform(&store, &script::inserts(0..4)).await?;
    let roots_before = scene.roots()?;
    scene.disk.sync()?;
    // What is sealed is collected from before the deletion, after each step of it, and at the end.
    let mut moments = vec![scene.disk.mark()];
    for op in deletion {
        scene.perform(&store, std::slice::from_ref(op)).await?;
        moments.push(scene.disk.mark());
    }
    scene.perform(&store, &script::inserts(4..6)).await?;
    store.close().await;
    let roots_after = scene.roots()?;
    scene.disk.sync()?;
    let history = scene.disk.history();
    moments.push(history.events().len());
    let tier = scene.place.tier;
    drop(scene);

    let mut versions = Vec::new();
    for &moment in &moments {
        let mounted = Mounted::of(&history.image_after(moment))?;
        versions.push(Sealed::read(&mounted.path().join("data")).await?);
    }
    let traces = |turns: Range<u32>| -> Vec<Vec<u8>> {
        let tokens = turns.flat_map(|turn| turns::tokens(seed, turn));
        tokens.map(String::into_bytes).collect()
    };
    let deleted = traces(gone);
    let recovers = |roots: &[Key]| Attacker::open(roots, &versions).knows(&deleted);
    let mut found = BTreeSet::new();
    if tier != Tier::Memory {
        let control = Attacker::open(&roots_before, &versions);
        found.extend((control.knows(&deleted) && control.has_sound()).then_some(Way::Control));
        let running = Attacker::open(&roots_after, &versions);
        ensure!(running.knows(&traces(4..6)), "what was recorded later is not there");
        found.extend(running.knows(&deleted).then_some(Way::Running));
    }
    found.extend(windows(&history, &versions[0], &deleted, step).then_some(Way::Windows));
    if tier == Tier::Card {
        let slots = slots(&history, moments[0])?;
        let whole: Vec<Key> = slots.iter().map(|slot| sealed::root_key(slot)).collect();
        found.extend(recovers(&whole).then_some(Way::Slots));
        let torn: Vec<Key> = slots.iter().flat_map(|slot| torn(slot)).collect();
        found.extend(recovers(&torn).then_some(Way::TornSlots));
    }
    Ok(found)
}

/// Tries all that was ever written as a key to what was there before the deletion. A key to
/// something that lives on is none to what was deleted.
fn windows(history: &History, before: &Sealed, deleted: &[Vec<u8>], step: usize) -> bool {
    let opens_ring = |key: &Key| before.ring.iter().any(|(_, ring)| ring.open(key).is_some());
    let opens_bucket = |key: &Key| before.buckets.iter().any(|(_, b)| b.open(key).is_some());
    let opens_part = |key: &Key| {
        let mut parts = before.parts.iter().filter_map(|(_, part)| part.open(key));
        parts.any(|plain| deleted.iter().any(|trace| memchr::memmem::find(&plain, trace).is_some()))
    };
    let found = history.find_key(step, |window| {
        let is_root = opens_ring(window) || opens_ring(&sealed::root_key(&window[..16]));
        is_root || opens_bucket(window) || opens_part(window)
    });
    found.is_some()
}

/// The keys of a secret of which one page is missing, for each page.
fn torn(secret: &[u8]) -> impl Iterator<Item = Key> {
    (0..secret.len().div_ceil(PAGE)).map(|page| {
        let mut torn = secret.to_vec();
        let end = torn.len().min((page + 1) * PAGE);
        torn[page * PAGE..end].fill(0);
        sealed::root_key(&torn)
    })
}

/// All secrets that ever stood whole in a slot on the card, which has its file at some moment.
fn slots(history: &History, moment: usize) -> Result<Vec<Vec<u8>>> {
    let blocks = blocks(&history.image_after(moment), "/data/root")?;
    ensure!(blocks.len() == 2 * CARD_SLOT / BLOCK, "the slots have {} blocks", blocks.len());
    let mut image = history.base().to_vec();
    let mut secrets: Vec<Vec<u8>> = Vec::new();
    for event in history.events() {
        let Event::Write { at, bytes } = event else { continue };
        let at = *at as usize;
        image[at..at + bytes.len()].copy_from_slice(bytes);
        let touched = at / BLOCK..(at + bytes.len()).div_ceil(BLOCK);
        if !blocks.iter().any(|block| touched.contains(block)) {
            continue;
        }
        for slot in blocks.chunks_exact(CARD_SLOT / BLOCK) {
            let block = |block: &usize| &image[block * BLOCK..(block + 1) * BLOCK];
            let bytes: Vec<u8> = slot.iter().flat_map(block).copied().collect();
            if let Some((_, secret)) = sealed::unframe(&bytes)
                && !secrets.iter().any(|known| known == secret)
            {
                secrets.push(secret.to_vec());
            }
        }
    }
    Ok(secrets)
}

/// In which blocks of a card a file is.
///
/// # Errors
/// If it cannot be found.
pub fn blocks(image: &[u8], file: &str) -> Result<Vec<usize>> {
    let folder = TempDir::new()?;
    let card = folder.path().join("card");
    fs::write(&card, image)?;
    let asked = format!("blocks {file}");
    let said = Command::new("debugfs").args(["-R", &asked]).arg(card).output()?;
    let said = String::from_utf8(said.stdout)?;
    let blocks = said.split_whitespace().map(str::parse).collect::<Result<_, _>>();
    blocks.with_context(|| format!("{asked}: {said}"))
}
