//! A passphrase guards the history.

use std::path::Path;

use store::{Config, Error, Filter, Keep, Lock, Retention, Selection, Store, Tier};
use voice::PrivateText;

use crate::common::{HOUR, MINUTE, Rig, keep, noon, private_folder, rig};

const GIVEN: &str = "correct horse battery";

fn text(text: &str) -> PrivateText {
    PrivateText::from(text)
}

fn state(store: &Store) -> Lock {
    *store.lock().borrow()
}

/// The same household after its power was cut.
async fn again(rig: Rig, config: &Config) -> Rig {
    rig.store.close().await;
    Rig { store: Store::open(rig.folder.path(), config).await.unwrap(), folder: rig.folder }
}

async fn locked(config: &Config) -> Rig {
    let rig = rig(config).await;
    rig.say("xylophone", noon()).await.unwrap();
    rig.store.set_passphrase(None, Some(&text(GIVEN))).await.unwrap();
    assert_eq!(state(&rig.store), Lock::Open);
    rig.say("zither", noon() + MINUTE).await.unwrap();
    let rig = again(rig, config).await;
    assert_eq!(state(&rig.store), Lock::Closed);
    rig
}

/// Tries a passphrase; whether the history opened.
async fn opens(store: &Store, passphrase: &str) -> bool {
    match store.unlock(&text(passphrase)).await {
        Ok(()) => true,
        Err(Error::Passphrase) => false,
        Err(error) => panic!("{error}"),
    }
}

#[tokio::test]
async fn after_a_power_cut_nothing_is_shown_or_kept_until_the_passphrase_is_given() {
    let config = keep("1h", "1d");
    let rig = locked(&config).await;
    let shown = rig.store.list(&Filter::default(), None, 10, noon());
    assert!(matches!(shown, Err(Error::Locked)));
    assert_eq!(rig.store.count(&Filter::default(), noon()), 0);
    assert!(rig.say("yodel", noon() + 2 * MINUTE).await.is_none());
    let latest = rig.store.delete(&Selection::LatestOf(voice::SatelliteId::local()), noon()).await;
    assert!(matches!(latest, Err(Error::Locked)), "what cannot be done is not said to be done");
    let proof = rig.store.prove(None, noon()).await;
    assert!(matches!(proof, Err(Error::Locked)));
    rig.store.sweep(noon()).await.unwrap();

    assert!(!opens(&rig.store, "correct horse batter").await);
    assert!(!opens(&rig.store, "").await);
    assert!(opens(&rig.store, &format!("{GIVEN} ")).await, "telephones add a space");
    assert_eq!(state(&rig.store), Lock::Open);
    assert_eq!(rig.texts(&Filter::default(), noon() + 2 * MINUTE), ["zither", "xylophone"]);
    rig.say("yodel", noon() + 2 * MINUTE).await.unwrap();
    let rig = again(rig, &config).await;
    assert!(opens(&rig.store, GIVEN).await);
    let expected = ["yodel", "zither", "xylophone"];
    assert_eq!(rig.texts(&Filter::default(), noon() + 2 * MINUTE), expected);
}

/// What becomes due while the history is locked is not shown when it opens, and neither is what a
/// shorter time, set meanwhile, makes due.
#[tokio::test]
async fn time_does_not_stand_still_behind_the_lock() {
    let rig = locked(&keep("1h", "1d")).await;
    let ten_minutes = Retention {
        audio: "10m".parse().unwrap(),
        text: "10m".parse().unwrap(),
        false_wakes: Keep::None,
    };
    rig.store.set_retention(ten_minutes, noon() + 2 * MINUTE).await.unwrap();
    assert!(opens(&rig.store, GIVEN).await);
    assert_eq!(rig.texts(&Filter::default(), noon() + 10 * MINUTE + MINUTE / 2), ["zither"]);
    assert_eq!(rig.store.sweep(noon() + 11 * MINUTE).await.unwrap().texts, 2);
}

/// Whoever may delete everything need not know the passphrase; and a thief has nothing of the
/// history's, even with the root.
#[tokio::test]
async fn everything_can_be_deleted_without_the_passphrase() {
    let config = keep("1h", "1d");
    let rig = locked(&config).await;
    rig.store.delete(&Selection::All, noon()).await.unwrap();
    assert_eq!(state(&rig.store), Lock::None);
    assert!(rig.texts(&Filter::default(), noon()).is_empty());
    rig.say("yodel", noon()).await.unwrap();
    let rig = again(rig, &config).await;
    assert_eq!(rig.texts(&Filter::default(), noon()), ["yodel"]);
    assert!(rig.store.notice().is_none());
}

#[tokio::test]
async fn only_who_knows_the_passphrase_changes_it() {
    let config = keep("1h", "1d");
    let rig = locked(&config).await;
    let new = text("a drawer of old keys");
    let set = |current: Option<&'static str>| {
        let (store, new) = (rig.store.clone(), new.clone());
        async move { store.set_passphrase(current.map(text).as_ref(), Some(&new)).await }
    };
    assert!(matches!(set(Some(GIVEN)).await, Err(Error::Locked)));
    assert!(opens(&rig.store, GIVEN).await);
    assert!(matches!(set(None).await, Err(Error::Passphrase)));
    assert!(matches!(set(Some("correct horse batter")).await, Err(Error::Passphrase)));
    set(Some(GIVEN)).await.unwrap();
    let rig = again(rig, &config).await;
    assert!(!opens(&rig.store, GIVEN).await);
    assert!(opens(&rig.store, "a drawer of old keys").await);
    rig.store.set_passphrase(Some(&new), None).await.unwrap();
    assert_eq!(state(&rig.store), Lock::None);
    let rig = again(rig, &config).await;
    assert_eq!(rig.texts(&Filter::default(), noon()), ["zither", "xylophone"]);
}

#[tokio::test]
async fn a_passphrase_that_guards_nothing_is_refused() {
    let rig = rig(&keep("1h", "1d")).await;
    let short = rig.store.set_passphrase(None, Some(&text(" eleven char "))).await.unwrap_err();
    assert!(short.to_string().contains("12 letters or more"), "{short}");
    let memory = Config { root: Tier::Memory, ..keep("1h", "1d") };
    let folder = private_folder();
    let store = Store::open(folder.path(), &memory).await.unwrap();
    let refused = store.set_passphrase(None, Some(&text(GIVEN))).await.unwrap_err();
    assert!(refused.to_string().contains("memory only"), "{refused}");
}

/// A lost root is lost with a passphrase, too, and nobody is asked for one in vain.
#[tokio::test]
async fn without_its_root_a_locked_history_is_lost() {
    let folder = private_folder();
    let chip = folder.path().join("chip");
    std::fs::write(&chip, [0; 56]).unwrap();
    let data = folder.path().join("data");
    let config = Config { root: Tier::Chip, root_at: chip.clone(), ..keep("1h", "1d") };
    let open = async |path: &Path| Store::open(path, &config).await.unwrap();
    let store = open(&data).await;
    store.set_passphrase(None, Some(&text(GIVEN))).await.unwrap();
    store.close().await;
    std::fs::write(&chip, [0xff; 56]).unwrap();
    let store = open(&data).await;
    assert_eq!(state(&store), Lock::None);
    assert!(store.notice().unwrap().contains("lost"));
    assert!(
        store
            .record(&crate::common::turn("yodel", voice::Outcome::Done), noon() + HOUR, "k")
            .await
            .unwrap()
            .is_some()
    );
}
