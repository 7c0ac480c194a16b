//! What the household may take along, and how everything goes.

use store::{Backup, Filter, Retention, Selection, Store, StoredEntry, are_whole};

use crate::common::{HOUR, keep, noon, private_folder, rig};

fn alarm() -> StoredEntry {
    StoredEntry {
        id: 0,
        kind: "alarm".into(),
        rule: "once".into(),
        label: Some("tea".into()),
        steps: "[]".into(),
        next: Some(noon() + HOUR),
        snoozed: None,
        ringing: None,
        missed: None,
    }
}

/// F1: a backup brings back what is the household's own, and nothing that was said.
#[tokio::test]
async fn a_backup_holds_no_history() {
    let rig = rig(&keep("1h", "1d")).await;
    rig.say("xylophone", noon()).await.unwrap();
    rig.store.set_volume(35).await.unwrap();
    let list = rig.store.create_list("shopping").await.unwrap();
    rig.store.add_list_items(list, &["milk".to_owned(), "eggs".to_owned()]).await.unwrap();
    rig.store.save_entry(&alarm()).await.unwrap();
    let text = serde_json::to_string(&rig.store.backup().await.unwrap()).unwrap();
    assert!(!text.contains("xylophone") && text.contains("milk"));
    rig.store.delete(&Selection::All, noon()).await.unwrap();

    let folder = private_folder();
    let new = Store::open(folder.path(), &keep("none", "7d")).await.unwrap();
    let backup: Backup = serde_json::from_str(&text).unwrap();
    new.restore(&backup, noon()).await.unwrap();
    assert_eq!(new.count(&Filter::default(), noon()), 0);
    let settings = *new.settings().borrow();
    let expected = Retention { text: "1d".parse().unwrap(), ..settings.retention };
    assert_eq!(settings.retention, expected, "the shorter time holds");
    assert_eq!((settings.volume, settings.retention.audio.to_string()), (35, "none".to_owned()));
    let lists = new.lists().await.unwrap();
    assert_eq!(
        lists[0].items.iter().map(|(_, text)| &**text).collect::<Vec<_>>(),
        ["milk", "eggs"]
    );
    assert!(new.agenda().await.unwrap()[0].label == alarm().label);
    let again = new.restore(&backup, noon()).await.unwrap_err().to_string();
    assert!(again.contains("there are lists or alarms already"), "{again}");
}

/// F6: everything goes, and a reset that was interrupted goes on at the next start.
#[tokio::test]
async fn a_reset_leaves_nothing_and_is_finished_after_a_power_cut() {
    for interrupted in [false, true] {
        let rig = rig(&keep("1h", "1d")).await;
        rig.say("xylophone", noon()).await.unwrap();
        rig.store.set_volume(35).await.unwrap();
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
        assert_eq!(new.settings().borrow().volume, 70);
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
