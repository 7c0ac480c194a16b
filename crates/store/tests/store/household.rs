//! What the household may take along, and how everything goes.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::{Value, json};
use sqlx::migrate::Migrator;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use store::{Backup, Filter, Retention, Selection, Store, Thing, are_whole};

use voice::SatelliteId;

use crate::common::{HOUR, keep, noon, private_folder, rig, volume};

fn alarm(label: &str) -> Value {
    json!({
        "satellite": "bedroom", "known": true, "kind": "alarm", "rule": "once", "label": label,
        "steps": "[]", "next_ms": 1_795_003_600_000_i64, "snoozed_ms": 7, "ringing_ms": null,
        "missed_ms": null
    })
}

async fn agenda(store: &Store) -> Vec<(i64, Value)> {
    store.things(Thing::Entry).await.unwrap()
}

/// F1: a backup brings back what is the household's own, and nothing that was said.
#[tokio::test]
async fn a_backup_holds_no_history() {
    let rig = rig(&keep("1h", "1d")).await;
    rig.say("xylophone", noon()).await.unwrap();
    rig.store.set_volume(&SatelliteId::local(), 35).await.unwrap();
    rig.store.set_volume(&SatelliteId::new("bedroom"), 20).await.unwrap();
    let list = rig.store.create_list("shopping").await.unwrap();
    rig.store.add_list_items(list, &["milk".to_owned(), "eggs".to_owned()]).await.unwrap();
    rig.store.put_thing(Thing::Entry, 0, &alarm("tea")).await.unwrap();
    let text = serde_json::to_string(&rig.store.backup().await.unwrap()).unwrap();
    assert!(!text.contains("xylophone") && text.contains("milk"));
    rig.store.delete(&Selection::All, noon()).await.unwrap();

    let folder = private_folder();
    let new = Store::open(folder.path(), &keep("none", "7d")).await.unwrap();
    let backup: Backup = serde_json::from_str(&text).unwrap();
    new.restore(&backup, noon()).await.unwrap();
    assert_eq!(new.count(&Filter::default(), noon()), 0);
    let settings = new.settings().borrow().clone();
    let expected = Retention { text: "1d".parse().unwrap(), ..settings.retention };
    assert_eq!(settings.retention, expected, "the shorter time holds");
    assert_eq!((volume(&new), settings.retention.audio.to_string()), (35, "none".to_owned()));
    assert_eq!(settings.satellite(&SatelliteId::new("bedroom")).volume, 20);
    let lists = new.lists().await.unwrap();
    assert_eq!(
        lists[0].items.iter().map(|(_, text)| &**text).collect::<Vec<_>>(),
        ["milk", "eggs"]
    );
    let mut expected = alarm("tea");
    for of_the_moment in ["snoozed_ms", "ringing_ms", "missed_ms"] {
        expected.as_object_mut().unwrap().remove(of_the_moment);
    }
    assert_eq!(agenda(&new).await, [(1, expected)]);
    let again = new.restore(&backup, noon()).await.unwrap_err().to_string();
    assert!(again.contains("there are lists or alarms already"), "{again}");
}

/// F6: everything goes, and a reset that was interrupted goes on at the next start.
#[tokio::test]
async fn a_reset_leaves_nothing_and_is_finished_after_a_power_cut() {
    for interrupted in [false, true] {
        let rig = rig(&keep("1h", "1d")).await;
        rig.say("xylophone", noon()).await.unwrap();
        rig.store.set_volume(&SatelliteId::local(), 35).await.unwrap();
        rig.store.close().await;
        std::fs::create_dir(rig.folder.path().join("wake")).unwrap();
        std::fs::write(rig.folder.path().join("wake/computer.rpw"), b"a voice").unwrap();
        if interrupted {
            std::fs::write(rig.folder.path().join("reset"), b"").unwrap();
        } else {
            Store::reset(rig.folder.path(), &keep("1h", "1d")).await.unwrap();
            let left: Vec<_> =
                rig.files().iter().map(|f| f.file_name().unwrap().to_owned()).collect();
            assert_eq!(left, ["lock"]);
        }
        let new = Store::open(rig.folder.path(), &keep("1h", "1d")).await.unwrap();
        assert_eq!(new.count(&Filter::default(), noon()), 0);
        assert!(new.notice().is_none(), "nobody is told of a loss that they asked for");
        assert_eq!(volume(&new), 70);
        assert!(!rig.folder.path().join("wake/computer.rpw").exists());
    }
}

/// Receipts say that something went, never what; each follows from the one before.
#[tokio::test]
async fn deletions_leave_receipts_without_content() {
    let rig = rig(&keep("1h", "1d")).await;
    for text in ["xylophone", "aardvark", "bumblebee"] {
        let id = rig.say(text, noon()).await.unwrap();
        rig.store.delete(&Selection::Ids(vec![id]), noon()).await.unwrap();
    }
    let mut receipts = rig.store.receipts().await.unwrap();
    assert_eq!(receipts.len(), 3);
    assert!(receipts.iter().all(|receipt| receipt.parts == 2));
    assert!(receipts.windows(2).all(|pair| pair[0].roots.1 == pair[1].roots.0));
    assert!(are_whole(&receipts));
    receipts[1].parts = 1;
    assert!(!are_whole(&receipts), "one was changed");
    receipts.remove(1);
    assert!(!are_whole(&receipts), "one was taken out");
    // They go, too.
    let later = noon() + 91 * 24 * HOUR;
    let id = rig.say("later", later).await.unwrap();
    rig.store.delete(&Selection::Ids(vec![id]), later).await.unwrap();
    assert_eq!(rig.store.receipts().await.unwrap().len(), 1);
}

/// What was made up is found nowhere in the files.
#[tokio::test]
async fn a_proof_finds_nothing_in_the_files() {
    let rig = rig(&keep("none", "none")).await;
    let proof = rig.store.prove(None, noon()).await.unwrap();
    assert_eq!(proof.roots, (1, 2));
    let files = &proof.places[0];
    assert!(files.found.is_empty() && files.bytes.as_ref().unwrap() > &500_000, "{files:?}");
    assert!(rig.store.count(&Filter::default(), noon()) == 0);
}

/// The household's words stand in no file, and both files together open them.
#[tokio::test]
async fn lists_and_alarms_are_sealed_under_a_key_of_their_own() {
    let config = keep("1h", "1d");
    let rig = rig(&config).await;
    let list = rig.store.create_list("groceries").await.unwrap();
    rig.store.add_list_items(list, &["rhubarb".to_owned()]).await.unwrap();
    rig.store.put_thing(Thing::Entry, 0, &alarm("dentist")).await.unwrap();
    rig.store.set_volume(&SatelliteId::local(), 35).await.unwrap();
    rig.store.close().await;
    for path in rig.files() {
        let bytes = std::fs::read(&path).unwrap();
        for word in ["rhubarb", "groceries", "dentist", "volume"] {
            let stands_there = bytes.windows(word.len()).any(|part| part == word.as_bytes());
            assert!(!stands_there, "{word} in {}", path.display());
        }
    }
    // The history may be lost, and these stay.
    std::fs::remove_file(rig.folder.path().join("root")).unwrap();
    let again = Store::open(rig.folder.path(), &config).await.unwrap();
    assert_eq!(again.lists().await.unwrap()[0].items[0].1, "rhubarb");
    assert_eq!(volume(&again), 35);
    again.close().await;

    let key = rig.folder.path().join("household.root");
    let right = std::fs::read(&key).unwrap();
    std::fs::remove_file(&key).unwrap();
    let refused = Store::open(rig.folder.path(), &config).await.err().unwrap().to_string();
    assert!(refused.contains("household.root") && refused.contains("put it back"), "{refused}");
    std::fs::write(&key, right).unwrap();
    let again = Store::open(rig.folder.path(), &config).await.unwrap();
    assert_eq!(agenda(&again).await[0].1, alarm("dentist"));
}

/// F4: what a version before kept in the open is sealed, and nothing of it is left.
#[tokio::test]
async fn what_was_kept_in_the_open_is_taken_over_and_erased() {
    let folder = private_folder();
    let path = folder.path().join("household.db");
    let mut before = Migrator::new(Path::new("migrations/household")).await.unwrap();
    before.migrations.to_mut().retain(|migration| migration.version < 5);
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let old = SqlitePool::connect_with(options).await.unwrap();
    before.run(&old).await.unwrap();
    for insert in [
        "INSERT INTO setting VALUES ('volume', '35'), ('muted', 'true'), ('quiet', 'true'),
         ('retention.text', '7d')",
        "INSERT INTO timer VALUES (3, 'rhubarb', 1795000000000, 60000, NULL, 0)",
        "INSERT INTO list VALUES (2, 'groceries')",
        "INSERT INTO list_item VALUES (5, 2, 'rhubarb', 2), (6, 2, 'butter', 1)",
        "INSERT INTO agenda VALUES (4, 'alarm', 'once', 'dentist', '[]', 1, NULL, NULL, 2)",
        "INSERT INTO receipt VALUES (1, 20000, 2, 5, 6, x'0102', x'0304')",
    ] {
        sqlx::query(insert).execute(&old).await.unwrap();
    }
    old.close().await;
    for path in [&path, &folder.path().join("household.db-wal")] {
        if path.exists() {
            std::fs::set_permissions(path, Permissions::from_mode(0o600)).unwrap();
        }
    }
    let store = Store::open(folder.path(), &keep("1h", "1d")).await.unwrap();
    let settings = store.settings().borrow().clone();
    assert_eq!(settings.retention.text.to_string(), "7d");
    let local = settings.satellite(&SatelliteId::local());
    assert_eq!((local.volume, local.muted, local.quiet), (35, true, true));
    let timer = json!({
        "name": "rhubarb", "due_ms": 1_795_000_000_000_i64, "total_ms": 60_000,
        "paused_left_ms": null, "ringing": false
    });
    assert_eq!(store.things::<Value>(Thing::Timer).await.unwrap(), [(3, timer)]);
    let lists = store.lists().await.unwrap();
    let items = [(6, "butter".to_owned()), (5, "rhubarb".to_owned())];
    assert!(lists[0].name == "groceries" && lists[0].items == items);
    let entry = json!({
        "kind": "alarm", "rule": "once", "label": "dentist", "steps": "[]", "next_ms": 1,
        "snoozed_ms": null, "ringing_ms": null, "missed_ms": 2
    });
    assert_eq!(agenda(&store).await, [(4, entry)]);
    assert_eq!(store.receipts().await.unwrap()[0].roots, (5, 6));
    for name in ["household.db", "household.db-wal"] {
        let bytes = std::fs::read(folder.path().join(name)).unwrap_or_default();
        for word in ["rhubarb", "groceries", "dentist", "retention.text"] {
            let stands_there = bytes.windows(word.len()).any(|part| part == word.as_bytes());
            assert!(!stands_there, "{word} in {name}");
        }
    }
}
