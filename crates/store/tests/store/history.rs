//! What a household sees of its history, and what is left of what it deleted.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::common::{HOUR, MINUTE, keep, noon, rig, turn, volume};
use serde_json::{Value, json};
use store::{Error, Filter, Keep, Retention, SatelliteSettings, Selection, Store, Thing};
use voice::{Outcome, SatelliteId, Turn, testing};

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
        assert_eq!(rig.texts(&filter, now), expected);
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
        let page = rig.store.list(&Filter::default(), after.as_deref(), 7, noon() + HOUR).unwrap();
        assert_eq!(page.total, 25);
        seen.extend(page.entries.iter().map(|entry| entry.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen.len(), 25);
    assert_eq!(seen.iter().collect::<std::collections::HashSet<_>>().len(), 25);
    let wrong = rig.store.list(&Filter::default(), Some("x"), 7, noon());
    assert!(matches!(wrong, Err(Error::Invalid(_))));
}

#[tokio::test]
async fn a_clip_plays_until_it_is_due() {
    let rig = rig(&keep("10m", "1d")).await;
    let id = rig.say("turn on the light", noon()).await.unwrap();
    let clip = rig.store.clip(id, noon()).unwrap();
    let flac = clip.read_all(noon()).await.unwrap().unwrap();
    assert_eq!(flac.len() as u64, clip.len());
    assert!(flac.starts_with(b"fLaC"));
    let entry = rig.store.get(id, noon()).unwrap();
    assert_eq!(entry.clip.unwrap().peaks, vec![128; 100]);
    // Unreadable at the minute, even before a sweep.
    assert!(rig.store.clip(id, noon() + 10 * MINUTE).is_none());
    assert!(clip.read_all(noon() + 10 * MINUTE).await.unwrap().is_none());
    assert_eq!(rig.clips(), 1);
    let swept = rig.store.sweep(noon() + 10 * MINUTE).await.unwrap();
    assert_eq!((swept.texts, swept.clips), (0, 1));
    assert_eq!(rig.clips(), 0);
    assert_eq!(rig.texts(&Filter::default(), noon() + 10 * MINUTE), ["turn on the light"]);
}

#[tokio::test]
async fn nothing_is_written_that_may_not_be_kept() {
    let rig = rig(&keep("none", "none")).await;
    assert!(rig.say("aardvark", noon()).await.is_none());
    assert_eq!(rig.clips(), 0);
    let wake = turn("", Outcome::FalseWake);
    assert!(rig.store.record(&wake, noon(), "kitchen").await.unwrap().is_some());
    assert_eq!(rig.clips(), 0, "audio none holds for false wakes too");
}

#[tokio::test]
async fn sound_may_be_kept_without_words() {
    let rig = rig(&keep("1h", "none")).await;
    let id = rig.say("aardvark", noon()).await.unwrap();
    assert!(rig.store.clip(id, noon()).is_some());
    assert_eq!(rig.texts(&Filter::default(), noon()), [""]);
}

#[tokio::test]
async fn a_clip_is_read_in_pieces_and_stops_when_it_is_deleted() {
    let rig = rig(&keep("1h", "1d")).await;
    let said = testing::turn("turn on the light", testing::noise(48_000));
    let id = rig.store.record(&said, noon(), "kitchen").await.unwrap().unwrap();
    let clip = rig.store.clip(id, noon()).unwrap();
    let all = clip.read_all(noon()).await.unwrap().unwrap();
    assert!(all.len() > 40_000, "{}", all.len());
    for from in [0, 1, 16_383, 16_384, 30_000, all.len() - 1] {
        let part = clip.read(from as u64..u64::MAX, noon()).await.unwrap().unwrap();
        assert!(!part.is_empty() && part.len() <= 16_384);
        assert_eq!(part, all[from..from + part.len()]);
    }
    assert!(clip.read(all.len() as u64..u64::MAX, noon()).await.unwrap().unwrap().is_empty());
    rig.store.delete(&Selection::Ids(vec![id]), noon()).await.unwrap();
    assert!(clip.read(0..10, noon()).await.unwrap().is_none());
}

#[tokio::test]
async fn nothing_that_was_said_stands_in_any_file() {
    let rig = rig(&keep("1h", "1d")).await;
    for i in 0..70 {
        rig.say(&format!("xylophone quagmire {i}"), noon()).await;
    }
    let id = rig.say("xylophone quagmire", noon() + MINUTE).await.unwrap();
    let sound = rig.store.clip(id, noon()).unwrap().read_all(noon()).await.unwrap().unwrap();
    for needle in [b"xylophone".as_slice(), b"kitchen", b"Very well", b"fLaC", &sound[100..140]] {
        assert!(!rig.holds(needle), "{needle:?}");
    }
    // Nor does the time, in milliseconds or seconds, as text or as a number.
    let ms = noon().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as u64;
    assert!(!rig.holds(ms.to_string().as_bytes()) && !rig.holds(&ms.to_be_bytes()[2..]));
}

#[tokio::test]
async fn what_is_deleted_is_gone_and_the_rest_stays() {
    let rig = rig(&keep("1h", "1d")).await;
    let mut ids = Vec::new();
    for i in 0..150_u32 {
        ids.push(rig.say(&format!("command {i}"), noon() + MINUTE * i).await.unwrap());
    }
    let three = Selection::Ids(vec![ids[3], ids[70], ids[140]]);
    assert_eq!(rig.store.delete(&three, noon()).await.unwrap(), 3);
    assert_eq!(rig.store.delete(&three, noon()).await.unwrap(), 0);
    assert_eq!((rig.store.count(&Filter::default(), noon()), rig.clips()), (147, 147));
    rig.store.close().await;
    let again = Store::open(rig.folder.path(), &keep("1h", "1d")).await.unwrap();
    assert_eq!(again.count(&Filter::default(), noon()), 147);
    assert!(again.get(ids[70], noon()).is_none() && again.notice().is_none());
    let kept = again.get(ids[71], noon()).unwrap();
    assert_eq!(kept.text.expose(), "command 71");
    assert!(again.clip(ids[71], noon()).unwrap().read_all(noon()).await.unwrap().is_some());
    assert_eq!(again.delete(&Selection::All, noon()).await.unwrap(), 147);
    assert_eq!((again.count(&Filter::default(), noon()), rig.clips()), (0, 0));
    again.record(&turn("after", Outcome::Done), noon(), "kitchen").await.unwrap().unwrap();
    again.close().await;
    let again = Store::open(rig.folder.path(), &keep("1h", "1d")).await.unwrap();
    assert_eq!(again.count(&Filter::default(), noon()), 1);
}

#[tokio::test]
async fn latest_and_range_delete_what_they_say() {
    let rig = rig(&keep("1h", "1d")).await;
    for i in 0..4_u32 {
        rig.say(&format!("command {i}"), noon() + HOUR * i).await;
    }
    let now = noon() + 4 * HOUR;
    assert_eq!(rig.store.delete(&Selection::LatestOf(SatelliteId::local()), now).await.unwrap(), 1);
    assert_eq!(rig.texts(&Filter::default(), now), ["command 2", "command 1", "command 0"]);
    let since = Filter { since: Some(noon() + HOUR), ..Filter::default() };
    assert_eq!(rig.store.delete(&Selection::Filter(since), now).await.unwrap(), 2);
    assert_eq!(rig.texts(&Filter::default(), now), ["command 0"]);
}

/// Who deletes what they just said deletes nothing that was said elsewhere meanwhile.
#[tokio::test]
async fn each_satellite_deletes_its_own_latest() {
    let rig = rig(&keep("1h", "1d")).await;
    let (local, bedroom) = (SatelliteId::local(), SatelliteId::new("bedroom"));
    for (minute, satellite, text) in [
        (0, &bedroom, "bedroom, first"),
        (1, &bedroom, "bedroom, second"),
        (2, &local, "local, first"),
        (3, &local, "local, second"),
    ] {
        let said = Turn { satellite: satellite.clone(), ..turn(text, Outcome::Done) };
        rig.store.record(&said, noon() + MINUTE * minute, "house").await.unwrap().unwrap();
    }
    let gone = rig.store.delete(&Selection::LatestOf(bedroom.clone()), noon() + HOUR).await;
    assert_eq!(gone.unwrap(), 1);
    let left = ["local, second", "local, first", "bedroom, first"];
    assert_eq!(rig.texts(&Filter::default(), noon() + HOUR), left);
    // So it is after a restart.
    rig.store.close().await;
    let again = Store::open(rig.folder.path(), &keep("1h", "1d")).await.unwrap();
    let now = noon() + HOUR;
    assert_eq!(again.delete(&Selection::LatestOf(local.clone()), now).await.unwrap(), 1);
    assert_eq!(again.delete(&Selection::LatestOf(SatelliteId::new("hall")), now).await.unwrap(), 0);
    let page = again.list(&Filter::default(), None, 10, now).unwrap();
    let left: Vec<_> = page.entries.iter().map(|it| (it.text.expose(), &it.satellite)).collect();
    assert_eq!(left, [("local, first", &local), ("bedroom, first", &bedroom)]);
}

#[tokio::test]
async fn shortening_acts_at_once_and_lengthening_revives_nothing() {
    let rig = rig(&keep("7d", "7d")).await;
    rig.say("aardvark", noon()).await;
    rig.say("bumblebee", noon() + 2 * HOUR).await;
    let now = noon() + 2 * HOUR;
    let hour = Retention { audio: Keep::None, text: Keep::For(HOUR), false_wakes: Keep::None };
    rig.store.set_retention(hour, now).await.unwrap();
    assert_eq!(rig.texts(&Filter::default(), now), ["bumblebee"], "an hour has passed");
    assert_eq!(rig.clips(), 0);
    let week = Retention { text: Keep::For(24 * 7 * HOUR), ..hour };
    rig.store.set_retention(week, now).await.unwrap();
    assert_eq!(rig.texts(&Filter::default(), now), ["bumblebee"]);
    assert_eq!(rig.texts(&Filter::default(), now + HOUR), Vec::<String>::new());
    // A restart changes nothing about that.
    rig.store.close().await;
    let again = Store::open(rig.folder.path(), &keep("7d", "7d")).await.unwrap();
    assert_eq!(again.count(&Filter::default(), now), 1);
    assert_eq!(again.count(&Filter::default(), now + HOUR), 0);
}

#[tokio::test]
async fn settings_and_timers_survive_a_restart() {
    let rig = rig(&keep("none", "1d")).await;
    let (local, bedroom) = (SatelliteId::local(), SatelliteId::new("bedroom"));
    rig.store.set_volume(&local, 35).await.unwrap();
    rig.store.set_muted(&local, true).await.unwrap();
    rig.store.set_volume(&bedroom, 200).await.unwrap();
    rig.store.set_quiet(&bedroom, true).await.unwrap();
    let mut timer = json!({ "name": "pizza", "paused": null });
    let number = rig.store.put_thing(Thing::Timer, 0, &timer).await.unwrap();
    let mut entry = json!({ "kind": "alarm", "snoozed": null });
    let id = rig.store.put_thing(Thing::Entry, 0, &entry).await.unwrap();
    entry["snoozed"] = 5.into();
    assert_eq!(rig.store.put_thing(Thing::Entry, id, &entry).await.unwrap(), id);
    timer["paused"] = 60.into();
    assert_eq!(rig.store.put_thing(Thing::Timer, number, &timer).await.unwrap(), number);
    rig.store.close().await;
    let again = Store::open(rig.folder.path(), &keep("none", "1d")).await.unwrap();
    let settings = again.settings().borrow().clone();
    let at = |satellite: &SatelliteId| {
        let SatelliteSettings { volume, muted, quiet } = settings.satellite(satellite);
        (volume, muted, quiet)
    };
    assert_eq!((at(&local), at(&bedroom)), ((35, true, false), (100, false, true)));
    assert_eq!(at(&SatelliteId::new("kitchen")), (70, false, false), "nobody changed anything");
    for (kind, id, thing) in [(Thing::Timer, number, timer), (Thing::Entry, id, entry)] {
        assert_eq!(again.things::<Value>(kind).await.unwrap(), [(id, thing)]);
        assert!(again.things::<u8>(kind).await.unwrap().is_empty(), "it is in another form");
        again.remove_things(kind, &[id, id + 1]).await.unwrap();
        assert!(again.things::<Value>(kind).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn a_power_cut_leaves_no_orphans() {
    let rig = rig(&keep("1h", "1d")).await;
    let id = rig.say("turn on the light", noon()).await.unwrap();
    rig.store.close().await;
    let clips = rig.folder.path().join("clips");
    std::fs::write(clips.join("00112233445566778899aabbccddeeff"), b"sound").unwrap();
    let again = Store::open(rig.folder.path(), &keep("1h", "1d")).await.unwrap();
    assert_eq!(rig.clips(), 1, "the file without a turn is gone");
    assert!(again.get(id, noon()).unwrap().clip.is_some());
    // A sound whose file is gone is none.
    for file in std::fs::read_dir(&clips).unwrap() {
        std::fs::remove_file(file.unwrap().path()).unwrap();
    }
    assert!(again.clip(id, noon()).unwrap().read_all(noon()).await.unwrap().is_none());
}

#[tokio::test]
async fn a_reader_elsewhere_does_not_make_a_deletion_a_lie() {
    let rig = rig(&keep("none", "1d")).await;
    rig.say("xylophone", noon()).await.unwrap();
    let path = rig.folder.path().join("vault.db");
    let other = sqlx::sqlite::SqliteConnectOptions::new()
        .filename(&path)
        .busy_timeout(std::time::Duration::ZERO);
    // Nobody can read while the store is open …
    let refused = sqlx::SqlitePool::connect_with(other.clone()).await;
    let refused = match refused {
        Ok(pool) => sqlx::query("SELECT count(*) FROM part").execute(&pool).await.map(drop),
        Err(error) => Err(error),
    };
    assert!(refused.unwrap_err().to_string().contains("locked"));
    rig.store.close().await;
    // … and who reads already keeps it from being opened, which is said.
    let other = sqlx::SqlitePool::connect_with(other).await.unwrap();
    let mut reading = other.begin().await.unwrap();
    sqlx::query("SELECT count(*) FROM part").execute(&mut *reading).await.unwrap();
    let error = Store::open(rig.folder.path(), &keep("none", "1d")).await.err().unwrap();
    assert!(matches!(error, Error::Busy), "{error:?}");
    drop(reading);
    other.close().await;
    let again = Store::open(rig.folder.path(), &keep("none", "1d")).await.unwrap();
    assert_eq!(again.delete(&Selection::All, noon()).await.unwrap(), 1);
}

#[tokio::test]
async fn one_process_has_the_folder() {
    let rig = rig(&keep("none", "1d")).await;
    let error = Store::open(rig.folder.path(), &keep("none", "1d")).await.err().unwrap();
    assert!(matches!(error, Error::InUse { .. }), "{error:?}");
    assert!(error.to_string().contains("stop it first"));
}

#[tokio::test]
async fn a_damaged_history_is_lost_and_nothing_else() {
    for damage in ["no database", "half of it", "another root"] {
        let rig = rig(&keep("1h", "1d")).await;
        rig.say("turn on the light", noon()).await.unwrap();
        rig.store.set_volume(&SatelliteId::local(), 35).await.unwrap();
        rig.store.close().await;
        let path = rig.folder.path().join("vault.db");
        match damage {
            "no database" => std::fs::write(&path, vec![b'x'; 8192]).unwrap(),
            "half of it" => {
                let bytes = std::fs::read(&path).unwrap();
                std::fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
            }
            _ => std::fs::write(rig.folder.path().join("root"), vec![0; 512 * 1024]).unwrap(),
        }
        let again = Store::open(rig.folder.path(), &keep("1h", "1d")).await.unwrap();
        assert!(again.notice().unwrap().contains("lost"), "{damage}");
        assert_eq!((again.count(&Filter::default(), noon()), rig.clips()), (0, 0), "{damage}");
        assert_eq!(volume(&again), 35, "{damage}");
        again.record(&turn("after", Outcome::Done), noon(), "kitchen").await.unwrap().unwrap();
        let names: Vec<_> = rig.files().iter().map(|f| f.file_name().unwrap().to_owned()).collect();
        let known = [
            "household.db",
            "household.db-wal",
            "household.root",
            "lock",
            "reserve",
            "root",
            "vault.db",
        ];
        for name in names {
            let name = name.to_string_lossy().into_owned();
            let is_clip = name.len() == 32;
            assert!(
                is_clip || name == "vault.db-wal" || known.contains(&&*name),
                "{damage}: {name}"
            );
        }
    }
}

#[tokio::test]
async fn what_an_older_version_kept_in_the_open_is_erased() {
    let folder = crate::common::private_folder();
    std::fs::write(folder.path().join("history.db"), b"turn on the xylophone").unwrap();
    std::fs::write(folder.path().join("history.db-wal"), b"xylophone").unwrap();
    let store = Store::open(folder.path(), &keep("1h", "1d")).await.unwrap();
    assert!(!folder.path().join("history.db").exists());
    assert!(!folder.path().join("history.db-wal").exists());
    assert!(store.notice().is_none());
}

/// F5: a folder that a newer version has changed is left alone, and the person is told in a line.
#[tokio::test]
async fn what_a_newer_version_wrote_is_left_as_it_is() {
    for database in ["vault.db", "household.db"] {
        let rig = rig(&keep("1h", "1d")).await;
        rig.say("turn on the light", noon()).await.unwrap();
        rig.store.close().await;
        let path = rig.folder.path().join(database);
        let newer = sqlx::sqlite::SqliteConnectOptions::new().filename(&path);
        let newer = sqlx::SqlitePool::connect_with(newer).await.unwrap();
        let migration = "INSERT INTO _sqlx_migrations
            (version, description, success, checksum, execution_time)
            VALUES (9999, 'of the future', 1, x'00', 1)";
        sqlx::query(migration).execute(&newer).await.unwrap();
        newer.close().await;
        let read = |file: PathBuf| (file.clone(), std::fs::read(file).unwrap());
        let files = || rig.files().into_iter().map(read).collect::<BTreeMap<_, _>>();
        let before = files();
        let error = Store::open(rig.folder.path(), &keep("1h", "1d")).await.err().unwrap();
        assert!(matches!(error, Error::Folder { .. }), "{database}: {error:?}");
        let line = error.to_string();
        assert!(line.contains(database) && line.contains("newer version of hark"), "{line}");
        assert!(line.contains("install that version again") && !line.contains('\n'), "{line}");
        let after = files();
        assert!(after.keys().eq(before.keys()), "{database}: {:?}", after.keys());
        assert!(after == before, "{database}: nothing is changed");
    }
}

#[tokio::test]
async fn the_folder_is_private() {
    use std::os::unix::fs::PermissionsExt;
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("hark");
    std::fs::create_dir(&folder).unwrap();
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o755)).unwrap();
    let error = Store::open(&folder, &keep("1h", "1d")).await.err().unwrap().to_string();
    assert!(error.contains("chmod 700"), "{error}");
    std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o700)).unwrap();
    let link = parent.path().join("link");
    std::os::unix::fs::symlink(&folder, &link).unwrap();
    let error = Store::open(&link, &keep("1h", "1d")).await.err().unwrap().to_string();
    assert!(error.contains("it is a link"), "{error}");
    let made = parent.path().join("made");
    let store = Store::open(&made, &keep("1h", "1d")).await.unwrap();
    store.record(&turn("hello", Outcome::Done), noon(), "kitchen").await.unwrap();
    assert_eq!(std::fs::metadata(&made).unwrap().permissions().mode() & 0o777, 0o700);
    for file in std::fs::read_dir(&made).unwrap() {
        let file = file.unwrap();
        let mode = file.metadata().unwrap().permissions().mode() & 0o777;
        let expected = if file.file_type().unwrap().is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode, expected, "{}", file.file_name().display());
    }
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
}

/// A7: what was said before everything was deleted does not come after it, however late it is
/// written.
#[tokio::test]
async fn what_began_before_all_was_deleted_is_not_kept() {
    let rig = rig(&keep("1h", "1d")).await;
    let late = turn("xylophone", Outcome::Done);
    rig.store.delete(&Selection::All, noon()).await.unwrap();
    assert!(rig.store.record(&late, noon(), "kitchen").await.unwrap().is_none());
    assert!(rig.say("yodel", noon()).await.is_some());
    assert_eq!(rig.texts(&Filter::default(), noon()), ["yodel"]);
}

/// What a broken card kept from being erased is not shown by the next start, which erases it.
#[tokio::test]
async fn a_wish_that_all_is_to_go_is_done_by_the_next_start() {
    let config = keep("1h", "1d");
    for passphrase in [None, Some(voice::PrivateText::from("correct horse battery"))] {
        let rig = rig(&config).await;
        rig.say("turn on the xylophone", noon()).await.unwrap();
        rig.store.set_volume(&SatelliteId::local(), 35).await.unwrap();
        rig.store.set_passphrase(None, passphrase.as_ref()).await.unwrap();
        rig.store.close().await;
        let wish = rig.folder.path().join("forget");
        std::fs::write(&wish, b"").unwrap();
        let again = Store::open(rig.folder.path(), &config).await.unwrap();
        assert!(!again.is_locked() && !wish.exists());
        assert_eq!((again.count(&Filter::default(), noon()), rig.clips()), (0, 0));
        assert!(again.notice().is_none(), "nobody is told of a loss that they asked for");
        assert_eq!(volume(&again), 35);
        again.record(&turn("after", Outcome::Done), noon(), "kitchen").await.unwrap().unwrap();
        again.close().await;
        let again = Store::open(rig.folder.path(), &config).await.unwrap();
        assert_eq!(again.count(&Filter::default(), noon()), 1, "it is done once");
    }
}

/// V7: whoever lists the folder or has a copy of it learns neither when something was said nor how long it was.
#[tokio::test]
async fn times_and_sizes_of_files_say_little() {
    use std::os::unix::fs::MetadataExt as _;
    let rig = rig(&keep("1h", "1d")).await;
    let mut sizes = std::collections::BTreeSet::new();
    for seconds in 1..=9 {
        let sound = voice::Pcm::new(noise(seconds * 16_000));
        let turn = voice::testing::turn("turn on the light", sound);
        rig.store.record(&turn, noon(), "kitchen").await.unwrap().unwrap();
        let clips = std::fs::read_dir(rig.folder.path().join("clips")).unwrap();
        sizes.extend(clips.map(|clip| clip.unwrap().metadata().unwrap().len()));
    }
    assert!(sizes.len() <= 5, "nine lengths have sizes {sizes:?}");
    let id = rig.say("turn off the light", noon()).await.unwrap();
    rig.store.delete(&Selection::Ids(vec![id]), noon()).await.unwrap();
    let folders = [rig.folder.path().to_owned(), rig.folder.path().join("clips")];
    // Those that say nothing are not touched again.
    let silent = ["lock", "reserve"].map(|name| rig.folder.path().join(name));
    let told = |rig: &crate::common::Rig| {
        rig.files().into_iter().filter(|path| !silent.contains(path)).collect::<Vec<_>>()
    };
    let open = told(&rig);
    assert!(open.len() > 12, "{open:?}");
    for path in folders.iter().cloned().chain(open) {
        let found = std::fs::metadata(&path).unwrap();
        let times = (found.mtime() % 3600, found.mtime_nsec());
        assert_eq!(times, (0, 0), "{}", path.display());
    }
    rig.store.close().await;
    for path in told(&rig) {
        let found = std::fs::metadata(&path).unwrap();
        assert_eq!(found.mtime() % 3600, 0, "{} after the end", path.display());
    }
}

/// Sound that cannot be made smaller.
fn noise(samples: usize) -> Vec<f32> {
    let mut random = fastrand::Rng::with_seed(7);
    (0..samples).map(|_| random.f32() - 0.5).collect()
}
