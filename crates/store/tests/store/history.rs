//! What a household sees of its history, and what is left of what it deleted.

use crate::common::{HOUR, MINUTE, keep, noon, rig, tone, turn};
use store::{Error, Filter, Keep, Retention, Selection, Store};
use voice::Outcome;

#[tokio::test]
async fn a_turn_is_found_by_word_date_and_outcome() {
    let rig = rig(&keep("1h", "7d")).await;
    rig.say("turn on the kitchen light", noon()).await;
    rig.say("what time is it", noon() + HOUR).await;
    let refused = turn("unlock 100% of_doors", Outcome::Refused);
    rig.store.record(&refused, noon() + 2 * HOUR, "hall").await.unwrap();
    let now = noon() + 3 * HOUR;
    let find = |text: &str| Filter { text: Some(text.into()), ..Filter::default() };
    for (filter, expected) in [
        (
            Filter::default(),
            vec!["unlock 100% of_doors", "what time is it", "turn on the kitchen light"],
        ),
        (find("KITCHEN"), vec!["turn on the kitchen light"]),
        (find("100%"), vec!["unlock 100% of_doors"]),
        (find("of_"), vec!["unlock 100% of_doors"]),
        (find("%"), vec!["unlock 100% of_doors"]),
        (find("bathroom"), vec![]),
        (
            Filter { since: Some(noon() + HOUR), ..find("") },
            vec!["unlock 100% of_doors", "what time is it"],
        ),
        (Filter { until: Some(noon() + HOUR), ..find("") }, vec!["turn on the kitchen light"]),
        (Filter { outcome: Some(Outcome::Refused), ..find("") }, vec!["unlock 100% of_doors"]),
    ] {
        assert_eq!(rig.texts(&filter, now).await, expected);
    }
}

#[tokio::test]
async fn pages_follow_one_another_without_gap_or_overlap() {
    let rig = rig(&keep("none", "1d")).await;
    // Three in one millisecond, so that time alone does not order them.
    for i in 0..25_u32 {
        rig.say(&format!("command {i}"), noon() + MINUTE * (i / 3)).await;
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page =
            rig.store.list(&Filter::default(), after.as_deref(), 7, noon() + HOUR).await.unwrap();
        assert_eq!(page.total, 25);
        seen.extend(page.entries.iter().map(|entry| entry.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 25);
    assert_eq!(seen.iter().collect::<std::collections::HashSet<_>>().len(), 25);
    let wrong = rig.store.list(&Filter::default(), Some("x"), 7, noon()).await;
    assert!(matches!(wrong, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn a_clip_plays_until_it_is_due() {
    let rig = rig(&keep("10m", "1d")).await;
    let id = rig.say("turn on the light", noon()).await.unwrap();
    let wav = rig.store.clip(id, noon()).await.unwrap().unwrap();
    assert_eq!(wav.len(), 44 + 2 * tone().samples().len());
    let entry = rig.store.get(id, noon()).await.unwrap().unwrap();
    assert_eq!(entry.clip.unwrap().peaks, vec![128; 100]);
    // Unreadable at the minute, even before a sweep.
    assert!(rig.store.clip(id, noon() + 10 * MINUTE).await.unwrap().is_none());
    assert_eq!(rig.clips(), 1);
    let swept = rig.store.sweep(noon() + 10 * MINUTE).await.unwrap();
    assert_eq!((swept.texts, swept.clips), (0, 1));
    assert_eq!(rig.clips(), 0);
    assert_eq!(rig.texts(&Filter::default(), noon() + 10 * MINUTE).await, ["turn on the light"]);
}

#[tokio::test]
async fn nothing_is_written_that_may_not_be_kept() {
    let rig = rig(&keep("none", "none")).await;
    assert!(rig.say("aardvark", noon()).await.is_none());
    assert!(!rig.holds(b"aardvark"));
    assert_eq!(rig.clips(), 0);
    let wake = turn("", Outcome::FalseWake);
    assert!(rig.store.record(&wake, noon(), "kitchen").await.unwrap().is_some());
    assert_eq!(rig.clips(), 0, "audio none holds for false wakes too");
}

#[tokio::test]
async fn sound_may_be_kept_without_words() {
    let rig = rig(&keep("1h", "none")).await;
    let id = rig.say("aardvark", noon()).await.unwrap();
    assert!(!rig.holds(b"aardvark"));
    assert!(rig.store.clip(id, noon()).await.unwrap().is_some());
    assert_eq!(rig.texts(&Filter::default(), noon()).await, [""]);
}

#[tokio::test]
async fn what_is_deleted_is_in_no_byte_of_the_folder() {
    let rig = rig(&keep("1h", "1d")).await;
    let wav = |store: &Store, id| {
        let store = store.clone();
        async move { store.clip(id, noon()).await.unwrap().unwrap()[100..200].to_vec() }
    };
    for i in 0..40 {
        rig.say(&format!("filler number {i}"), noon()).await;
    }
    let id = rig.say("xylophone quagmire", noon() + MINUTE).await.unwrap();
    let sound = wav(&rig.store, id).await;
    assert!(rig.holds(b"xylophone quagmire") && rig.holds(&sound));
    let gone = rig.store.delete(&Selection::Ids(vec![id]), noon()).await.unwrap();
    assert_eq!(gone, 1);
    assert!(!rig.holds(b"xylophone"), "the words are still there");
    assert!(rig.holds(b"filler number 7"), "the others stay");
    assert_eq!(rig.store.delete(&Selection::Ids(vec![id]), noon()).await.unwrap(), 0);
    assert_eq!(rig.store.delete(&Selection::All, noon()).await.unwrap(), 40);
    assert!(!rig.holds(b"filler number") && !rig.holds(&sound));
    assert_eq!(rig.clips(), 0);
}

#[tokio::test]
async fn latest_and_range_delete_what_they_say() {
    let rig = rig(&keep("1h", "1d")).await;
    for i in 0..4_u32 {
        rig.say(&format!("command {i}"), noon() + HOUR * i).await;
    }
    let now = noon() + 4 * HOUR;
    assert_eq!(rig.store.delete(&Selection::Latest, now).await.unwrap(), 1);
    assert_eq!(rig.texts(&Filter::default(), now).await, ["command 2", "command 1", "command 0"]);
    let since = Filter { since: Some(noon() + HOUR), ..Filter::default() };
    assert_eq!(rig.store.delete(&Selection::Filter(since), now).await.unwrap(), 2);
    assert_eq!(rig.texts(&Filter::default(), now).await, ["command 0"]);
}

#[tokio::test]
async fn shortening_acts_at_once_and_lengthening_revives_nothing() {
    let rig = rig(&keep("7d", "7d")).await;
    rig.say("aardvark", noon()).await;
    rig.say("bumblebee", noon() + 2 * HOUR).await;
    let now = noon() + 2 * HOUR;
    let hour = Retention { audio: Keep::None, text: Keep::For(HOUR), false_wakes: Keep::None };
    rig.store.set_retention(hour, now).await.unwrap();
    assert!(!rig.holds(b"aardvark"), "an hour has passed for it");
    assert_eq!(rig.clips(), 0);
    let week = Retention { text: Keep::For(24 * 7 * HOUR), ..hour };
    rig.store.set_retention(week, now).await.unwrap();
    assert_eq!(rig.texts(&Filter::default(), now).await, ["bumblebee"]);
    assert_eq!(rig.texts(&Filter::default(), now + HOUR).await, Vec::<String>::new());
}

#[tokio::test]
async fn settings_and_timers_survive_a_restart() {
    let rig = rig(&keep("none", "1d")).await;
    rig.store.set_volume(35).await.unwrap();
    rig.store.set_muted(true).await.unwrap();
    rig.store.set_switch(store::Switch::Quiet, true).await.unwrap();
    let mut timer = store::StoredTimer {
        id: 0,
        name: Some("pizza".into()),
        due: noon() + MINUTE,
        total: 10 * MINUTE,
        paused_left: None,
        ringing: false,
    };
    timer.id = rig.store.save_timer(&timer).await.unwrap();
    let mut entry = store::StoredEntry {
        id: 0,
        kind: "alarm".into(),
        rule: "once".into(),
        label: Some("tea".into()),
        steps: "[]".into(),
        next: Some(noon()),
        snoozed: None,
        ringing: None,
        missed: Some(noon()),
    };
    entry.id = rig.store.save_entry(&entry).await.unwrap();
    entry.snoozed = Some(noon() + MINUTE);
    assert_eq!(rig.store.save_entry(&entry).await.unwrap(), entry.id);
    timer.paused_left = Some(MINUTE);
    assert_eq!(rig.store.save_timer(&timer).await.unwrap(), timer.id);
    rig.store.close().await;
    let again = Store::open(rig.folder.path(), &keep("none", "1d")).await.unwrap();
    let settings = *again.settings().borrow();
    assert_eq!((settings.volume, settings.muted), (35, true));
    assert!(again.timers().await.unwrap() == [timer.clone()]);
    again.remove_timer(timer.id).await.unwrap();
    assert!(again.timers().await.unwrap().is_empty());
    assert!(again.agenda().await.unwrap() == [entry.clone()]);
    again.remove_entry(entry.id).await.unwrap();
    assert!(again.agenda().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_power_cut_leaves_no_orphans() {
    let rig = rig(&keep("1h", "1d")).await;
    let id = rig.say("turn on the light", noon()).await.unwrap();
    rig.store.close().await;
    let clips = rig.folder.path().join("clips");
    std::fs::write(clips.join("00112233445566778899aabbccddeeff"), b"sound").unwrap();
    let again = Store::open(rig.folder.path(), &keep("1h", "1d")).await.unwrap();
    again.recover().await.unwrap();
    assert_eq!(rig.clips(), 1, "the file without a turn is gone");
    again.close().await;
    for file in std::fs::read_dir(&clips).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    let again = Store::open(rig.folder.path(), &keep("1h", "1d")).await.unwrap();
    again.recover().await.unwrap();
    assert!(again.get(id, noon()).await.unwrap().unwrap().clip.is_none());
}

#[tokio::test]
async fn a_reader_elsewhere_does_not_make_a_deletion_a_lie() {
    let rig = rig(&keep("none", "1d")).await;
    let id = rig.say("xylophone", noon()).await.unwrap();
    // Another process in the middle of reading keeps the log from being cut.
    let other =
        sqlx::sqlite::SqliteConnectOptions::new().filename(rig.folder.path().join("history.db"));
    let other = sqlx::SqlitePool::connect_with(other).await.unwrap();
    let mut reading = other.begin().await.unwrap();
    sqlx::query("SELECT count(*) FROM turn").execute(&mut *reading).await.unwrap();
    let before = log_length(&rig);
    let store = rig.store.clone();
    let deleting =
        tokio::spawn(async move { store.delete(&Selection::Ids(vec![id]), noon()).await });
    // The log grows when the deletion is committed; what is left is to cut the log.
    while log_length(&rig) == before {
        tokio::task::yield_now().await;
    }
    assert!(!deleting.is_finished(), "it must not answer while bytes are left");
    reading.rollback().await.unwrap();
    other.close().await;
    assert_eq!(deleting.await.unwrap().unwrap(), 1);
    assert!(!rig.holds(b"xylophone"));
}

fn log_length(rig: &crate::common::Rig) -> u64 {
    std::fs::metadata(rig.folder.path().join("history.db-wal")).unwrap().len()
}

#[tokio::test]
async fn a_file_that_is_no_database_is_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("history.db"), vec![b'x'; 8192]).unwrap();
    let error = Store::open(folder.path(), &keep("none", "1d")).await.err().unwrap();
    assert!(matches!(error, Error::Damaged { .. }), "{error:?}");
    assert!(error.to_string().contains("history.db"));
}

#[tokio::test]
async fn the_folder_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("hark");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let store = Store::open(&folder, &keep("1h", "1d")).await.unwrap();
    store.record(&turn("hello", Outcome::Done), noon(), "kitchen").await.unwrap();
    assert_eq!(std::fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
}

#[tokio::test]
async fn nothing_is_kept_with_guests_or_after_stop() {
    let rig = rig(&keep("none", "1d")).await;
    for (switch, nothing_at) in [(store::Switch::Guests, true), (store::Switch::Storing, false)] {
        rig.store.set_switch(switch, nothing_at).await.unwrap();
        assert!(rig.say("the secret word", noon()).await.is_none());
        rig.store.set_switch(switch, !nothing_at).await.unwrap();
        assert!(rig.say("hello again", noon()).await.is_some());
    }
    assert!(!rig.holds(b"secret"));
}
