//! The card remembers, and ext4 on it behaves as on any other.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::panic::catch_unwind;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Barrier;

use disk::{Disk, Event, Mounted};

const BYTES: u64 = 16 << 20;

const LETTER: &str = "a letter nobody shall read";

/// How many letters make a long file.
const LETTERS: usize = 4000;

/// How often the card is looked at for what is to happen behind a sync.
const TRIES: usize = 500;
/// How many power cuts are tried.
const CUTS: u64 = 60;

fn disk() -> Disk {
    Disk::new(BYTES).expect("a disk")
}

/// Writes the letter, so that it is there after a power cut.
fn write_letter(folder: &Path) -> PathBuf {
    let path = folder.join("letter");
    let mut file = File::create(&path).expect("a file");
    file.write_all(LETTER.as_bytes()).expect("it is written");
    file.sync_all().expect("it is safe");
    File::open(folder).expect("a folder").sync_all().expect("its name is safe");
    path
}

/// How many times the letter is in an image.
fn letters(image: &[u8]) -> usize {
    memchr::memmem::find_iter(image, LETTER).count()
}

/// What the file of the letter says after a power cut, if it is there, on a file system in order.
fn letter_after(image: &[u8]) -> Option<String> {
    let mounted = Mounted::of(image).expect("its journal is replayed");
    mounted.check().expect("the file system is in order");
    fs::read_to_string(mounted.path().join("letter")).ok()
}

#[needs::test(disk)]
fn what_was_deleted_is_remembered() {
    let disk = disk();
    let before = disk.mark();
    fs::remove_file(write_letter(disk.path())).expect("it is deleted");
    disk.sync().expect("all is on the card");
    let history = disk.history();
    assert!(history.bytes_written(before) > 0);
    let place = history.find(LETTER.as_bytes()).expect("it was written");
    assert!(place.moment > before, "{place:?}");
    assert!(!history.ever_held(b"a letter nobody ever wrote"));
    assert!(letters(&disk.image()) > 0, "ext4 does not clean");
    assert!(history.image_after(history.events().len()) == disk.image());
    assert_eq!(letters(&history.image_after(place.moment - 1)), 0);
}

#[needs::test(disk)]
fn a_copy_has_what_was_synced() {
    let disk = disk();
    fs::write(disk.path().join("letter"), LETTER).expect("it is written");
    disk.sync().expect("all is on the card");
    assert_eq!(letter_after(&disk.image()).as_deref(), Some(LETTER));
}

#[needs::test(disk)]
fn a_power_cut_loses_only_what_was_not_synced() {
    let disk = disk();
    let before = disk.mark();
    write_letter(disk.path());
    let after = disk.mark();
    let history = disk.history();
    let mut lost = 0;
    for seed in 0..CUTS {
        let letter = letter_after(&history.cut(after, seed));
        assert_eq!(letter.as_deref(), Some(LETTER), "synced, and lost by cut {seed}");
        let between = before + seed as usize % (after - before);
        let letter = letter_after(&history.cut(between, seed)).unwrap_or_default();
        assert!(letter.is_empty() || letter == LETTER, "cut {seed} leaves {letter:?}");
        lost += u64::from(letter.is_empty());
    }
    assert!(lost > 0 && lost < CUTS, "lost by {lost} of {CUTS} cuts");
}

#[needs::test(disk)]
fn a_lying_card_loses_what_was_synced() {
    let disk = disk();
    let before = disk.mark();
    write_letter(disk.path());
    let history = disk.history();
    let image = history.cut_lying(disk.mark(), before, 1);
    assert_eq!(letter_after(&image), None);
}

/// Deletes a long file and lets `discard` do its work.
fn delete_and_discard(disk: &Disk, discard: impl Fn()) {
    let letter = write_letter(disk.path());
    fs::write(&letter, LETTER.repeat(LETTERS)).expect("it is written");
    disk.sync().expect("all is on the card");
    assert!(letters(&disk.image()) >= LETTERS);
    fs::remove_file(letter).expect("it is deleted");
    discard();
    let history = disk.history();
    assert!(history.events().iter().any(|event| matches!(event, Event::Discard { .. })));
    assert!(history.ever_held(LETTER.repeat(20).as_bytes()));
    // Four blocks are discarded together, so that ends may stay.
    let left = letters(&disk.image());
    assert!(left < LETTERS / 10, "{left} letters are left");
}

#[needs::test(disk)]
fn what_is_discarded_at_once_is_remembered() {
    let disk = Disk::discarding(BYTES).expect("a disk");
    delete_and_discard(&disk, || {
        // The file system discards behind the sync, when it finds the time.
        for _ in 0..TRIES {
            disk.sync().expect("all is on the card");
            if letters(&disk.image()) < LETTERS {
                break;
            }
        }
    });
}

#[needs::test(disk)]
fn what_is_trimmed_is_remembered() {
    let disk = disk();
    delete_and_discard(&disk, || {
        disk.sync().expect("all is on the card");
        disk.trim().expect("free blocks are discarded");
    });
}

#[needs::test(disk)]
fn what_was_written_after_a_cut_is_remembered_too() {
    let first = disk();
    write_letter(first.path());
    let image = first.history().cut(first.mark(), 1);
    drop(first);
    let second = Disk::holding(image).expect("a disk with what is left");
    fs::write(second.path().join("answer"), "nobody shall read this either").expect("written");
    second.sync().expect("all is on the card");
    let history = second.history();
    assert_eq!(history.find(LETTER.as_bytes()).map(|place| place.moment), Some(0));
    assert!(history.find(b"nobody shall read this").is_some_and(|place| place.moment > 0));
}

#[needs::test(disk)]
fn a_broken_card_says_so() {
    let disk = disk();
    disk.fail_after(0);
    disk.mend();
    write_letter(disk.path());
    let before = disk.mark();
    disk.fail_after(1);
    let mut file = File::create(disk.path().join("more")).expect("a file");
    file.write_all(LETTER.as_bytes()).expect("it waits in memory");
    let error = file.sync_all().expect_err("the card is broken");
    assert_eq!(error.raw_os_error(), Some(rustix::io::Errno::IO.raw_os_error()));
    assert_eq!(disk.mark(), before + 1, "one write succeeds");
    assert_eq!(letter_after(&disk.image()).as_deref(), Some(LETTER));
}

#[needs::test(disk)]
fn a_full_disk_says_so() {
    let disk = disk();
    let before = disk.mark();
    let filler = disk.fill().expect("it is filled");
    let letter = disk.path().join("letter");
    let error = fs::write(&letter, LETTER).expect_err("no room");
    assert_eq!(error.kind(), ErrorKind::StorageFull);
    fs::remove_file(filler).expect("room is made");
    disk.sync().expect("all is on the card");
    fs::write(&letter, LETTER).expect("there is room");
    assert!(disk.history().bytes_written(before) < BYTES / 10, "filling writes little");
}

#[needs::test(disk)]
fn a_test_that_panics_leaves_nothing() {
    let panicked = catch_unwind(|| {
        let disk = disk();
        let copy = Mounted::of(&disk.image()).expect("a copy");
        let folders = [disk.path(), copy.path()].map(Path::to_owned);
        // Both are still used while they are taken down.
        let files = folders.clone().map(|folder| File::create(folder.join("used")));
        std::panic::resume_unwind(Box::new((folders, files)));
    });
    let cause = panicked.expect_err("it panicked");
    let (folders, _) = *cause
        .downcast::<([PathBuf; 2], [std::io::Result<File>; 2])>()
        .expect("what it panicked with");
    assert!(folders.iter().all(|folder| !folder.exists()), "{folders:?}");
}

/// Given to another process of this test.
const KILLED: &str = "HARK_DISK_KILLED";

/// Always waits for a disk in several threads, and says where it is when all of them do.
fn wait_to_be_killed() {
    let disk = disk();
    let ready = Barrier::new(3);
    std::thread::scope(|scope| {
        for name in ["one", "two", "three"] {
            let (disk, ready) = (&disk, &ready);
            scope.spawn(move || {
                write_letter(disk.path());
                if ready.wait().is_leader() {
                    println!("\n{}", disk.path().display());
                }
                let mut file = File::create(disk.path().join(name)).expect("a file");
                loop {
                    file.write_all(LETTER.as_bytes()).expect("it is written");
                    file.sync_all().expect("it is safe");
                }
            });
        }
    });
}

#[needs::test(disk)]
fn a_killed_test_ends_and_leaves_nothing_for_long() {
    match std::env::var(KILLED).as_deref() {
        Ok("wait") => return wait_to_be_killed(),
        Ok(_) => return drop(disk()),
        Err(_) => {}
    }
    // Other tests clean up, too, but not there.
    let own = tempfile::tempdir().expect("a folder");
    let test = |what| {
        let mut test = Command::new(std::env::current_exe().expect("this program"));
        test.args(["--exact", "--nocapture", "a_killed_test_ends_and_leaves_nothing_for_long"]);
        test.env(KILLED, what).env("TMPDIR", own.path()).stdout(Stdio::piped());
        test.spawn().expect("it runs")
    };
    let mounts = || fs::read_to_string("/proc/mounts").expect("what is mounted");
    let mut killed = test("wait");
    let said = BufReader::new(killed.stdout.take().expect("what it says"));
    let mut lines = said.lines().map_while(Result::ok);
    let folder = lines.find(|line| line.starts_with('/')).expect("where its disk is");
    killed.kill().expect("it is killed");
    killed.wait().expect("it ends");
    assert!(mounts().contains(&folder), "it could still clean up");
    let next = test("clean").wait_with_output().expect("it ends");
    assert!(next.status.success(), "{next:?}");
    assert!(!mounts().contains(&folder), "{}", mounts());
    assert_eq!(fs::read_dir(own.path()).expect("a folder").count(), 0, "{folder} is left");
}
