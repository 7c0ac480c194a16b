//! Proof of deletion on this machine: something is kept, deleted, and searched for.

use std::path::Path;
use std::time::{Instant, SystemTime};

use voice::{Outcome, Pcm, Timings, Transcript, Turn, TurnId};
use zeroize::Zeroizing;

use crate::content::Written;
use crate::error::{Doing as _, finished};
use crate::record::Record;
use crate::search::{Needle, search_file, search_memory, searched};
use crate::trace::{Place, Trace};
use crate::turns::{new_id, new_record_id, written};
use crate::vault::NewPart;
use crate::vault::seal::fill_random;
use crate::{Error, Result, Selection, Store, Tier};

/// What was found of something that had been deleted.
#[derive(Clone, Debug)]
pub struct Proof {
    /// Where the root lives.
    pub tier: Tier,
    /// Where it was searched for, and what was found.
    pub places: Vec<Searched>,
    /// Numbers of the roots before and after.
    pub roots: (u32, u32),
}

/// A place where something deleted was searched for.
#[derive(Clone, Debug)]
pub struct Searched {
    /// Which.
    pub place: Place,
    /// How much was searched, in bytes; an error says why nothing was.
    pub bytes: std::result::Result<u64, String>,
    /// What was found.
    pub found: Vec<Trace>,
}

impl Proof {
    /// Whether nothing was found anywhere.
    pub fn holds(&self) -> bool {
        self.places.iter().all(|place| place.found.is_empty())
    }
}

impl Searched {
    /// A sign for what came of it, and the same in words.
    pub fn verdict(&self) -> (char, String) {
        match (&self.bytes, &self.found[..]) {
            (Err(why), _) => ('–', format!("not looked through ({why})")),
            (Ok(bytes), []) => ('✓', format!("nothing of it in {} MB", bytes.div_ceil(1_000_000))),
            (Ok(_), found) => {
                let names: Vec<_> = found.iter().map(|found| found.as_str()).collect();
                ('✗', format!("found {}", names.join(", ")))
            }
        }
    }
}

impl Store {
    /// Keeps a made-up turn, reads it, deletes it, and looks for it and its keys in the files of the
    /// store, in the memory of this process and, if `raw` names it, on the raw card.
    ///
    /// # Errors
    /// When it could not be kept or deleted, which is no proof of anything.
    pub async fn prove(&self, raw: Option<&Path>, now: SystemTime) -> Result<Proof> {
        let mut needles = Vec::new();
        let before = {
            let word = canary()?;
            needles.push(Needle::new(Trace::Words, word.as_bytes()));
            let text = word.to_string();
            let (id, parts) = self.keep_canary(&text, now).await?;
            let found = self.get(id, now);
            let is_there = found.is_some_and(|entry| entry.text.expose() == text);
            if !is_there {
                return Err(Error::Invalid("read back what was kept for the proof".to_owned()));
            }
            let vault = self.vault().await?;
            for (name, key) in vault.keys_of(&parts) {
                needles.push(Needle::new(name, key.bytes()));
            }
            let before = vault.generation();
            drop(vault);
            self.delete(&Selection::Ids(vec![id]), now).await?;
            before
        };
        let after = self.vault().await?.generation();
        let (store, raw) = (self.clone(), raw.map(Path::to_owned));
        // It takes a second or more, in which the speaker has to listen.
        let looking = tokio::task::spawn_blocking(move || {
            let files = store.search_files(&needles)?;
            let mut places = vec![files, search_memory(&needles)];
            if let Some(raw) = raw {
                places.push(searched(Place::Card, search_file(&raw, &needles)));
            }
            Ok::<_, Error>(places)
        });
        let places = finished("look for what was erased", looking).await??;
        Ok(Proof { tier: self.tier, places, roots: (before, after) })
    }

    /// Keeps a turn that nobody said, whatever the settings say.
    async fn keep_canary(
        &self,
        text: &str,
        now: SystemTime,
    ) -> Result<(voice::RecordId, Vec<crate::vault::PartId>)> {
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
        Ok((id, vec![words, sound]))
    }

    fn search_files(&self, needles: &[Needle]) -> Result<Searched> {
        let mut all = Searched { place: Place::Files, bytes: Ok(0), found: Vec::new() };
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
