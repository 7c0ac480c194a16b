//! A: what was deleted cannot be read. F: nor brought back. G: and what is not kept is not written.

use std::collections::BTreeSet;
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::ops::Range;
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _};
use std::path::Path;
use std::process::Stdio;

use audit::attack::{Scene, Way, attack};
use audit::place::{self, Place, TIERS};
use audit::script::{self, Op, State, look_at};
use audit::{block_on, deed, judge, turns};
use disk::Mounted;
use memchr::memmem;
use store::{Filter, Keep, Retention, Selection, Switch, Tier};

const PROGRAM: &str = env!("CARGO_BIN_EXE_audit");

const SEED: u64 = 1;

/// What sound begins with that is not sealed.
const SOUND: [&[u8]; 2] = [b"fLaC", b"RIFF"];

/// All files below a folder, in full.
fn files(folder: &Path) -> Vec<Vec<u8>> {
    let entries =
        fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("a file").path());
    entries
        .flat_map(
            |path| if path.is_dir() { files(&path) } else { vec![fs::read(path).expect("bytes")] },
        )
        .collect()
}

#[needs::test(disk)]
fn a1_no_trace_of_what_was_said_is_ever_on_the_card() {
    let deletions = [
        vec![Op::Delete(vec![1, 2])],
        vec![Op::DeleteBefore(3)],
        vec![Op::Sweep(3)],
        vec![Op::Shorten(3)],
        vec![Op::DeleteAll],
    ];
    for (case, deletion) in deletions.iter().enumerate() {
        let tier = TIERS[case % TIERS.len()];
        let scene = Scene::new(tier, SEED).expect("a card");
        block_on(async {
            let store = scene.place.open().await.expect("a store");
            scene.perform(&store, &script::inserts(0..5)).await.expect("recorded");
            scene.perform(&store, deletion).await.expect("deleted");
            let there = files(&scene.place.folder);
            scene.disk.sync().expect("all is on the card");
            let history = scene.disk.history();
            for turn in 0..5 {
                for (form, trace) in turns::traces(SEED, turn) {
                    let found = there.iter().any(|file| memmem::find(file, &trace).is_some());
                    assert!(!found, "{form} of turn {turn} is in a file after {deletion:?}");
                    let place = history.find(&trace);
                    assert_eq!(place, None, "{form} of turn {turn} was written by {deletion:?}");
                }
            }
            store.close().await;
        });
    }
}

/// How many traces of these turns are in the memory of a process.
fn traces_in(process: u32, gone: Range<u32>) -> usize {
    let maps = fs::read_to_string(format!("/proc/{process}/maps")).expect("what it has");
    let memory = fs::File::open(format!("/proc/{process}/mem")).expect("its memory");
    let traces: Vec<_> = gone.flat_map(|turn| turns::traces(SEED, turn)).collect();
    let mut found = 0;
    for line in maps.lines().filter(|line| line.contains(" rw")) {
        let (from, to) = line.split_once(' ').expect("a range").0.split_once('-').expect("a range");
        let number = |text| u64::from_str_radix(text, 16).expect("an address");
        let mut bytes = vec![0; (number(to) - number(from)) as usize];
        if memory.read_exact_at(&mut bytes, number(from)).is_ok() {
            let is_there = |trace: &Vec<u8>| memmem::find(&bytes, trace).is_some();
            found += traces.iter().filter(|(_, trace)| is_there(trace)).count();
        }
    }
    found
}

/// What a process that has deleted something still has in its memory, which others cannot read, is
/// counted and shown. The process has not recorded it itself: it has read it from the card.
#[needs::test(disk)]
fn a1_what_is_left_in_memory_is_counted() {
    let folder = place::in_memory().expect("a folder");
    let place = Place::new(folder.path(), folder.path(), Tier::Chip).expect("a place");
    block_on(async {
        let store = place.open().await.expect("a store");
        for op in script::inserts(0..5) {
            script::perform(&store, SEED, &op).await.expect("recorded");
        }
        store.close().await;
    });
    let ops = [Op::Wait, Op::Delete(vec![1, 2]), Op::Wait];
    let mut command = deed::command(Path::new(PROGRAM), &place, SEED, &ops);
    let mut process =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("it runs");
    let said = BufReader::new(process.stdout.take().expect("what it says"));
    let mut waits = said.lines().map_while(Result::ok).filter(|line| line == "wait");
    waits.next().expect("it has read the history");
    let before = traces_in(process.id(), 1..3);
    let mut input = process.stdin.take().expect("it listens");
    writeln!(input).expect("it goes on");
    waits.next().expect("it has deleted");
    let after = traces_in(process.id(), 1..3);
    writeln!(input).expect("it goes on");
    assert!(process.wait().expect("it ends").success());
    println!("{before} traces in memory before the deletion, {after} after it");
    assert!(before > 0, "nothing is found where it must be");
}

/// Every window is tried: keys stand at any place in a database.
const STEP: usize = 1;

fn ways(scene: Scene, deletion: &[Op], gone: Range<u32>) -> BTreeSet<Way> {
    block_on(attack(scene, deletion, gone, STEP)).expect("the store works")
}

#[needs::test(disk)]
fn a2_all_that_was_ever_written_is_no_key_to_what_was_deleted() {
    let deletion = [Op::Delete(vec![1]), Op::DeleteBefore(1)];
    for tier in TIERS {
        let found = ways(Scene::new(tier, SEED).expect("a card"), &deletion, 0..2);
        // Without the control the rest would prove nothing. The page says that a laboratory could
        // bring back what was deleted which has every old block of a card with the root.
        let expected: &[Way] = match tier {
            Tier::Card => &[Way::Control, Way::Slots],
            Tier::Chip => &[Way::Control],
            Tier::Memory => &[],
        };
        assert_eq!(found, expected.iter().copied().collect(), "{tier:?}");
    }
}

#[needs::test(disk)]
fn a2_a_root_in_a_file_on_the_card_is_found() {
    let scene = Scene::with_chip_on_card(SEED).expect("a card");
    let found = ways(scene, &[Op::Delete(vec![1])], 1..2);
    assert_eq!(found, [Way::Control, Way::Windows].into());
}

#[test]
fn a6_a7_an_answered_deletion_ends_what_is_being_played_and_cuts_the_log() {
    for tier in TIERS {
        let folder = place::in_memory().expect("a folder");
        let place = Place::new(folder.path(), folder.path(), tier).expect("a place");
        block_on(async {
            let store = place.open().await.expect("a store");
            for op in script::inserts(0..3) {
                script::perform(&store, SEED, &op).await.expect("recorded");
            }
            let page = store.list(&Filter::default(), None, 9, look_at()).expect("a page");
            let clips: Vec<_> = (page.entries.iter())
                .map(|entry| store.clip(entry.id, look_at()).expect("a clip"))
                .collect();
            for clip in &clips {
                assert!(clip.read(0..9, look_at()).await.expect("it is played").is_some());
            }
            script::perform(&store, SEED, &Op::DeleteBefore(2)).await.expect("deleted");
            let log = fs::metadata(place.folder.join("vault.db-wal")).expect("a log");
            assert_eq!(log.len(), 0, "{tier:?}");
            // They are the newest first.
            for (clip, stays) in clips.iter().zip([true, false, false]) {
                let rest = clip.read(9..clip.len(), look_at()).await.expect("no error");
                assert_eq!(rest.is_some(), stays, "{tier:?}");
            }
            store.close().await;
        });
    }
}

#[test]
fn a8_what_is_deleted_takes_nothing_else_along() {
    for tier in TIERS {
        let folder = place::in_memory().expect("a folder");
        let place = Place::new(folder.path(), folder.path(), tier).expect("a place");
        let mut ops = vec![Op::Volume(33), Op::Timer(1)];
        // A turn has two parts, and a bucket holds the keys of 64.
        ops.extend(script::inserts(0..32));
        ops.push(Op::Delete(vec![3, 9, 31]));
        ops.extend(script::inserts(32..34));
        let states = State::default().along(&ops);
        block_on(async {
            let store = place.open().await.expect("a store");
            for (op, state) in ops.iter().zip(&states[1..]) {
                script::perform(&store, SEED, op).await.expect("done");
                if !matches!(op, Op::Insert(_)) {
                    assert_eq!(judge::read(&store, SEED).await.expect("all is whole"), *state);
                }
            }
            store.close().await;
            judge::judge(&place, SEED, &states[ops.len()..], None).await.expect("so it stays");
            let store = place.open().await.expect("a store");
            store.delete(&Selection::All, look_at()).await.expect("deleted");
            store.close().await;
            let left = [states[ops.len()].forgotten()];
            judge::judge(&place, SEED, &left, None).await.expect("settings and timers stay");
        });
    }
}

#[needs::test(disk)]
fn f2_a_copy_of_the_card_written_back_brings_back_what_the_page_says() {
    for tier in TIERS {
        let scene = Scene::new(tier, SEED).expect("a card");
        let inserts = script::inserts(0..4);
        let state = State::default().along(&inserts).pop().expect("a state");
        let copy = block_on(async {
            let store = scene.place.open().await.expect("a store");
            scene.perform(&store, &inserts).await.expect("recorded");
            scene.disk.sync().expect("all is on the card");
            let copy = scene.disk.image();
            scene.perform(&store, &[Op::Delete(vec![1])]).await.expect("deleted");
            store.close().await;
            copy
        });
        let mounted = Mounted::of(&copy).expect("the copy");
        let place = Place { folder: mounted.path().join("data"), ..scene.place.clone() };
        let seen = block_on(judge::look(&place, SEED)).expect("it starts");
        // With the root on the card the copy is all there is to it; the page says that, too.
        let expected = if tier == Tier::Card { state } else { state.forgotten() };
        assert_eq!(seen.state, expected, "{tier:?}");
        assert_eq!(seen.notice.is_some(), tier == Tier::Chip, "{tier:?}");
    }
}

/// The history of a version that did not seal it, with a clip beside it.
const OPEN: [&str; 4] = ["history.db", "history.db-wal", "history.db-shm", "clips/1.flac"];

/// F4: the file system of the card is looked at, not what was ever written: that was in the open.
#[needs::test(disk)]
fn f4_the_history_of_an_older_version_is_overwritten_and_not_copied() {
    let scene = Scene::new(Tier::Chip, SEED).expect("a card");
    let folder = &scene.place.folder;
    let open = fs::DirBuilder::new().mode(0o700).create(folder);
    open.and_then(|()| fs::DirBuilder::new().mode(0o700).create(folder.join("clips")))
        .expect("a folder");
    let [token, ..] = turns::tokens(SEED, 1);
    for file in OPEN {
        fs::write(folder.join(file), format!("{file} {token} ").repeat(1000)).expect("a file");
    }
    scene.disk.sync().expect("all is on the card");
    let stands = |image: &[u8]| memmem::find_iter(image, token.as_bytes()).count();
    assert!(stands(&scene.disk.image()) >= 4000, "nothing is found where it must be");
    block_on(async {
        let store = scene.place.open().await.expect("a store");
        assert_eq!(store.count(&Filter::default(), look_at()), 0);
        store.close().await;
    });
    scene.disk.sync().expect("all is on the card");
    assert!(OPEN.iter().all(|file| !folder.join(file).exists()));
    assert_eq!(scene.place.strange_files().expect("a folder"), Vec::<String>::new());
    assert_eq!(stands(&scene.disk.image()), 0, "on the card");
}

/// How many bytes reach the card while so many turns are spoken.
async fn written(scene: &Scene, store: &store::Store, turns: u32) -> u64 {
    scene.disk.sync().expect("all is on the card");
    let before = scene.disk.mark();
    for number in 0..turns {
        let turn = turns::turn(SEED, number);
        let kept = store.record(&turn, turns::at(number), "hall").await.expect("no error");
        assert!(kept.is_none());
    }
    scene.disk.sync().expect("all is on the card");
    scene.disk.history().bytes_written(before)
}

#[needs::test(disk)]
fn g1_what_is_not_to_be_kept_is_not_written() {
    let none = Retention { audio: Keep::None, text: Keep::None, false_wakes: Keep::None };
    for storing in [false, true] {
        let scene = Scene::new(Tier::Chip, SEED).expect("a card");
        block_on(async {
            let store = scene.place.open().await.expect("a store");
            if storing {
                store.set_retention(none, look_at()).await.expect("set");
            } else {
                scene.perform(&store, &[Op::Storing(false)]).await.expect("set");
            }
            let idle = written(&scene, &store, 0).await;
            assert_eq!(written(&scene, &store, 1000).await, idle);
            store.close().await;
        });
    }
}

#[needs::test(disk)]
fn g2_where_no_sound_is_kept_none_is_written() {
    let scene = Scene::new(Tier::Chip, SEED).expect("a card");
    block_on(async {
        let store = scene.place.open().await.expect("a store");
        let words = Retention { audio: Keep::None, ..script::retention(1) };
        store.set_retention(words, look_at()).await.expect("set");
        let before = scene.disk.mark();
        for turn in 0..50 {
            let recorded = store.record(&turns::turn(SEED, turn), turns::at(turn), "hall").await;
            assert!(recorded.expect("recorded").is_some());
            let clips = fs::read_dir(scene.place.folder.join("clips")).expect("a folder");
            assert_eq!(clips.count(), 0);
        }
        store.close().await;
        scene.disk.sync().expect("all is on the card");
        let history = scene.disk.history();
        assert!(history.bytes_written(before) > 0);
        for sound in SOUND {
            assert!(!history.ever_held(sound));
        }
        for turn in 0..50 {
            assert!(!history.ever_held(&turns::marker(SEED, turn)));
        }
    });
}

/// G3: nothing is written while guests are there, and after a power cut all is as it was before them.
#[needs::test(disk)]
fn g3_guests_leave_nothing_when_the_power_fails() {
    let scene = Scene::new(Tier::Chip, SEED).expect("a card");
    block_on(async {
        let store = scene.place.open().await.expect("a store");
        let inserts = script::inserts(0..3);
        scene.perform(&store, &inserts).await.expect("recorded");
        store.set_switch(Switch::Guests, true).await.expect("set");
        let idle = written(&scene, &store, 0).await;
        assert_eq!(written(&scene, &store, 50).await, idle);
        let history = scene.disk.history();
        let cut = Mounted::of(&scene.disk.image()).expect("a card after a power cut");
        let place = Place { folder: cut.path().join("data"), ..scene.place.clone() };
        let before = State::default().along(&inserts).pop().expect("a state");
        judge::judge(&place, SEED, &[before], None).await.expect("as it was before them");
        let again = place.open().await.expect("a store");
        assert!(again.settings().borrow().switches.guests, "they are there until they leave");
        again.close().await;
        for turn in 3..6 {
            for (form, trace) in turns::traces(SEED, turn) {
                assert_eq!(history.find(&trace), None, "{form} of turn {turn}");
            }
        }
        store.close().await;
    });
}
