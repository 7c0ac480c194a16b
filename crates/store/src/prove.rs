//! Proof of deletion on this machine: something is kept, deleted, and searched for.

use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use voice::{Outcome, Pcm, Timings, Transcript, Turn, TurnId};
use zeroize::Zeroizing;

use crate::content::Written;
use crate::error::{Doing as _, finished};
use crate::record::Record;
use crate::search::{Needle, Searched, search_file, search_memory, search_raw, searched};
use crate::trace::{Place, Trace};
use crate::turns::{new_id, new_record_id, written};
use crate::vault::seal::fill_random;
use crate::vault::{NewPart, PartId};
use crate::{Doubt, Error, Result, Selection, Store, Tier};

/// What was found of something that had been deleted.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Where the root lives.
    pub tier: Tier,
    /// Where it was searched for, and what was found.
    pub places: Vec<Searched>,
    /// Numbers of the roots before and after.
    pub roots: (u32, u32),
    /// What speaks against relying on an erasure here: where there is something, nothing is proved.
    pub doubts: Vec<Doubt>,
}

impl Proof {
    /// Whether nothing was found anywhere.
    pub fn holds(&self) -> bool {
        self.places.iter().all(|place| place.found.is_empty())
    }

    /// Whether nothing was found, everything could be looked through, and nothing speaks against relying on it.
    pub fn is_certain(&self) -> bool {
        self.holds()
            && self.doubts.is_empty()
            && self.places.iter().all(|place| place.bytes.is_ok())
    }
}

impl Store {
    /// Keeps a made-up turn and a made-up list, reads them, deletes them, and looks for them, their keys and the
    /// slots that the roots stood in, in the files of the store, in the memory of this process and, if `raw` names
    /// it, on the raw card. A place counts only if what was there before the deletion was seen in it then.
    ///
    /// # Errors
    /// When it could not be kept or deleted, which is no proof of anything.
    pub async fn prove(&self, raw: Option<&Path>, now: SystemTime) -> Result<Proof> {
        let word = canary()?;
        let (id, parts) = self.keep_canary(&word, now).await?;
        let found = self.get(id, now);
        if found.is_none_or(|entry| entry.text.expose() != word.as_str()) {
            return Err(Error::Invalid("read back what was kept for the proof".to_owned()));
        }
        let list = self.create_list(&word).await?;
        self.add_list_items(list, &[word.to_string()]).await?;
        let mut needles = vec![Needle::new(Trace::Words, word.as_bytes())];
        drop(word);
        let vault = self.vault().await?;
        needles.extend(
            vault.keys_of(&parts).iter().map(|(name, key)| Needle::new(*name, key.bytes())),
        );
        needles.extend(vault.telling()?.iter().map(|slot| Needle::new(Trace::Slot, slot)));
        let before = vault.generation();
        drop(vault);
        let household = self.household.keys().await?;
        needles.extend(household.telling.iter().map(|it| Needle::new(Trace::HouseholdSlot, it)));
        let keys = household.others.iter().chain([&household.root]);
        needles.extend(keys.map(|key| Needle::new(Trace::HouseholdKey, key.bytes())));
        drop(household);
        let clip = self.clip_path(&parts[1]);
        let sealed = std::fs::read(&clip).doing("read", &clip)?;
        let there = needles.iter().filter(|it| it.name.is_seen_before()).cloned();
        let there: Vec<_> = there.chain([Needle::new(Trace::Clip, &sealed[..64])]).collect();
        drop(sealed);
        let seen = self.look(raw, there).await?;
        self.delete(&Selection::Ids(vec![id]), now).await?;
        self.delete_list(list).await?;
        let after = self.vault().await?.generation();
        let doubts = self.doubts();
        let mut places = self.look(raw, needles).await?;
        for (place, seen) in places.iter_mut().zip(seen) {
            place.in_doubt = !doubts.is_empty();
            if self.expected(place.place).iter().any(|trace| !seen.found.contains(trace)) {
                let blind = "what was kept could not be seen there before it was deleted";
                place.bytes = place.bytes.clone().and(Err(blind.to_owned()));
            }
        }
        Ok(Proof { tier: self.tier, places, roots: (before, after), doubts })
    }

    /// What has to be seen in a place before it is deleted.
    fn expected(&self, place: Place) -> Vec<Trace> {
        let is_in_folder = |name| self.folder().join(name).exists();
        match place {
            Place::Memory => vec![Trace::Words],
            Place::Files | Place::Card => {
                let is_raw = place == Place::Card;
                let slot = self.tier == Tier::Card && (is_raw || is_in_folder("root"));
                let household = is_raw || is_in_folder(crate::root::HOUSEHOLD);
                let slots = [(slot, Trace::Slot), (household, Trace::HouseholdSlot)];
                let slots =
                    slots.into_iter().filter_map(|(is_there, slot)| is_there.then_some(slot));
                slots.chain([Trace::Clip]).collect()
            }
        }
    }

    /// Looks for that everywhere.
    async fn look(&self, raw: Option<&Path>, needles: Vec<Needle>) -> Result<Vec<Searched>> {
        let (store, raw) = (self.clone(), raw.map(Path::to_owned));
        // It takes a second or more, in which the speaker has to listen.
        let looking = tokio::task::spawn_blocking(move || {
            // What is on its way to the card is not seen on it.
            let folder = store.folder();
            let synced = std::fs::File::open(folder).and_then(|it| Ok(rustix::fs::syncfs(it)?));
            synced.doing("write", folder)?;
            let mut places = vec![store.search_files(&needles)?, search_memory(&needles)];
            let card = |raw: PathBuf| searched(Place::Card, search_raw(&raw, &needles));
            places.extend(raw.map(card));
            Ok::<_, Error>(places)
        });
        finished("look for what was erased", looking).await?
    }

    /// Keeps a turn that nobody said, whatever the settings say.
    async fn keep_canary(
        &self,
        text: &str,
        now: SystemTime,
    ) -> Result<(voice::RecordId, [PartId; 2])> {
        let turn = canary_turn(text);
        let mut vault = self.vault().await?;
        let (id, words, sound) = (new_record_id()?, new_id()?, new_id()?);
        let stamp = self.born(now).stamp(std::time::Duration::from_secs(3600));
        let empty = || written(&turn, id, now, "proof", stamp);
        let said = Written { words: Some(Record::of(&turn)), ..empty() };
        vault.add(&[NewPart { id: words, plain: said.to_bytes()? }]).await?;
        let sealed = self.write_clip(&sound, &noise()?).await?;
        let heard = Written { sound: Some(sealed), ..empty() };
        vault.add(&[NewPart { id: sound, plain: heard.to_bytes()? }]).await?;
        drop(vault);
        self.show(words, said, id, turn.outcome);
        self.show(sound, heard, id, turn.outcome);
        Ok((id, [words, sound]))
    }

    fn search_files(&self, needles: &[Needle]) -> Result<Searched> {
        let mut all = searched(Place::Files, Ok((0, Vec::new())));
        let mut folders = vec![self.folder().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in crate::folder::entries(&folder)? {
                let path = entry.path();
                let kind = entry.file_type().doing("read", &path)?;
                if kind.is_dir() {
                    folders.push(path);
                } else if kind.is_file() {
                    let (bytes, found) = search_file(&path, needles).doing("read", &path)?;
                    all.bytes = all.bytes.map(|before| before + bytes);
                    all.found.extend(found);
                }
            }
        }
        Ok(all)
    }
}

/// A turn that nobody said.
fn canary_turn(text: &str) -> Turn {
    Turn {
        id: TurnId(0),
        satellite: voice::SatelliteId::local(),
        started: Instant::now(),
        wake: None,
        speech: None,
        transcript: Some(Transcript::typed(text.into())),
        intent: None,
        reply: text.into(),
        outcome: Outcome::Done,
        timings: Timings::default(),
        clip: None,
    }
}

/// A sound that is like nothing else on the card.
fn noise() -> Result<Pcm> {
    let mut noise = vec![0; 32_000];
    fill_random(&mut noise).map_err(Error::Random)?;
    Ok(Pcm::new(
        noise
            .chunks_exact(2)
            .map(|b| f32::from(i16::from_le_bytes([b[0], b[1]])) / 32_768.0)
            .collect::<Vec<_>>(),
    ))
}

/// A word that nobody says.
fn canary() -> Result<Zeroizing<String>> {
    let mut bytes = [0; 24];
    fill_random(&mut bytes).map_err(Error::Random)?;
    let letters = bytes.iter().map(|byte| char::from(b'a' + byte % 26));
    Ok(Zeroizing::new(letters.collect()))
}
