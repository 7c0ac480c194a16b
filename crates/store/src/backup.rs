//! A backup of what is the household's own: settings, lists, alarms and reminders. Never the history,
//! nor anything that could open it; so no backup brings back what was deleted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use voice::SatelliteId;

use crate::household::Kind;
use crate::settings::{self, LOUDEST, VOLUME_NAME, retention_values, stored_name};
use crate::{Error, Result, Retention, Store, Thing, lists, time};

/// The form of a backup.
const VERSION: u32 = 1;

/// What a backup holds. It has the household's words, so it has no `Debug`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Backup {
    version: u32,
    /// Of the local satellite.
    volume: u8,
    /// Of the others, by their names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    volumes: BTreeMap<String, u8>,
    retention: Retention,
    storing: bool,
    lists: Vec<List>,
    agenda: Vec<Entry>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct List {
    name: String,
    items: Vec<String>,
}

/// An entry of the agenda, in the form that only the agenda knows.
type Entry = serde_json::Map<String, serde_json::Value>;

/// What is going on with an entry at the moment, which no backup takes along.
const OF_THE_MOMENT: [&str; 3] = ["snoozed_ms", "ringing_ms", "missed_ms"];

impl Store {
    /// What the household would want back on a new card.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn backup(&self) -> Result<Backup> {
        let settings = self.settings.borrow().clone();
        let lists = self.lists().await?.into_iter().map(|list| List {
            name: list.name,
            items: list.items.into_iter().map(|(_, text)| text).collect(),
        });
        let agenda =
            self.things(Thing::Entry).await?.into_iter().map(|(_, mut entry): (_, Entry)| {
                entry.retain(|field, _| !OF_THE_MOMENT.contains(&field.as_str()));
                entry
            });
        Ok(Backup {
            version: VERSION,
            volume: settings.satellite(&SatelliteId::local()).volume,
            volumes: settings
                .others()
                .map(|(id, it)| (id.as_str().to_owned(), it.volume))
                .collect(),
            retention: settings.retention,
            storing: settings.switches.storing,
            lists: lists.collect(),
            agenda: agenda.collect(),
        })
    }

    /// Takes a backup into a store that has none of this yet. What is shorter of the two times that
    /// things are kept stays.
    ///
    /// # Errors
    /// [`Error::Invalid`] when the store has lists or alarms already, or the backup is of another
    /// form.
    pub async fn restore(&self, backup: &Backup, now: std::time::SystemTime) -> Result<()> {
        let wrong = |why: &str| Err(Error::Invalid(format!("restore the backup: {why}")));
        if backup.version != VERSION {
            return wrong("it was made by another version of hark");
        }
        let agenda = self.things::<serde::de::IgnoredAny>(Thing::Entry).await?;
        if !self.lists().await?.is_empty() || !agenda.is_empty() {
            return wrong("there are lists or alarms already; restore into an empty data folder");
        }
        let held = self.settings.borrow().retention;
        let retention = held.shortest(&backup.retention);
        // In one step, so that a power cut leaves a store that can be restored into.
        let mut change = self.household.begin().await;
        let others = backup.volumes.iter().map(|(name, volume)| (SatelliteId::new(name), *volume));
        let volumes: Vec<_> = others.chain([(SatelliteId::local(), backup.volume)]).collect();
        let stored = |(satellite, volume): &(SatelliteId, u8)| {
            (stored_name(VOLUME_NAME, satellite), (*volume).min(LOUDEST).to_string())
        };
        let mut values: Vec<_> = volumes.iter().map(stored).collect();
        values.push(("storing".to_owned(), backup.storing.to_string()));
        let times = retention_values(&retention, time::to_ms(self.at(now).time));
        values.extend(times.map(|(name, value)| (name.to_owned(), value)));
        settings::write(&mut change, &values).await?;
        for List { name, items } in &backup.lists {
            let list = change.put(Kind::List, None, &lists::List { name: name.clone() }).await?;
            for (text, position) in items.iter().zip(1..) {
                let item = lists::Item { list, text: text.clone(), position };
                change.put(Kind::Item, None, &item).await?;
            }
        }
        for entry in &backup.agenda {
            change.put_fields(Thing::Entry, None, entry.clone(), true).await?;
        }
        change.commit().await?;
        self.settings.send_modify(|settings| {
            for (satellite, volume) in &volumes {
                settings.of(satellite).volume = (*volume).min(LOUDEST);
            }
            settings.switches.storing = backup.storing;
        });
        self.apply_retention(retention, now).await
    }
}
