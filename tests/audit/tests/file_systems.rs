//! A2 on the file systems that people have: where an erasure can be relied on the old roots are nowhere on the card,
//! and where it cannot the speaker says so before anybody relies on it.

use std::fs;
use std::path::Path;

use audit::block_on;
use audit::place::CARD_SLOT;
use audit::script::{self, Op};
use disk::{FileSystem, Mounted};
use store::{Config, Doubt, Selection, Store};

const SEED: u64 = 1;

/// Pieces of a slot that are looked for one by one, and where on a card one may begin: no file system has smaller
/// blocks.
const BLOCK: usize = 1024;

/// The blocks of the slots in which a root stands.
fn blocks_of(root: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(root).expect("a root");
    let slots = bytes.chunks(CARD_SLOT).filter(|slot| slot.iter().any(|byte| *byte != 0));
    slots.flat_map(|slot| slot.chunks(BLOCK).map(<[u8]>::to_vec)).collect()
}

/// How many of these blocks stand on the card.
fn found(card: &[u8], blocks: &[Vec<u8>]) -> usize {
    let standing: std::collections::HashSet<&[u8]> = card.chunks(BLOCK).collect();
    blocks.iter().filter(|block| standing.contains(block.as_slice())).count()
}

struct Seen {
    doubts: Vec<Doubt>,
    /// Of how many blocks the roots were, how many of them were on the card before the deletion, how many after.
    of: usize,
    before: usize,
    after: usize,
    /// What the proof said of the raw card: its sign, and whether all of it is certain.
    mark: char,
    certain: bool,
}

/// Something is kept and deleted, of the history and of the household, and both old roots are looked for.
fn deletion_on(kind: FileSystem) -> Seen {
    let mounted = Mounted::new(kind).expect("a card");
    let data = mounted.path().join("data");
    block_on(async {
        let store = Store::open(&data, &Config::default()).await.expect("a store");
        for op in script::inserts(0..3) {
            script::perform(&store, SEED, &op).await.expect("recorded");
        }
        let list = store.create_list("shopping").await.expect("a list");
        let items = store.add_list_items(list, &["perfume".to_owned()]).await.expect("an item");
        let blocks =
            [blocks_of(&data.join("root")), blocks_of(&data.join("household.root"))].concat();
        mounted.sync().expect("all is on the card");
        let before = found(&fs::read(mounted.card()).expect("the card"), &blocks);
        script::perform(&store, SEED, &Op::Delete(vec![1])).await.expect("deleted");
        store.remove_list_items(&items).await.expect("taken off");
        mounted.sync().expect("all is on the card");
        let after = found(&fs::read(mounted.card()).expect("the card"), &blocks);
        let proof = store.prove(Some(&mounted.card()), script::look_at()).await.expect("a proof");
        let (mark, said) = proof.places[2].verdict();
        println!(
            "{kind:?}: {before} of {} blocks before, {after} after; {mark} {said}",
            blocks.len()
        );
        let seen = Seen {
            doubts: store.doubts(),
            of: blocks.len(),
            before,
            after,
            mark,
            certain: proof.is_certain(),
        };
        assert!(proof.places.iter().all(|it| seen.certain || it.verdict().0 != '✓'), "{kind:?}");
        store.close().await;
        seen
    })
}

#[needs::test(disk)]
fn a2_an_erasure_is_certain_on_ext4_and_nowhere_else_claimed_to_be() {
    for kind in FileSystem::ALL {
        if !kind.is_known().expect("the kernel tells") {
            println!("{kind:?}: this kernel has no {}; not tried", kind.name());
            continue;
        }
        let Seen { doubts, of, before, after, mark, certain } = deletion_on(kind);
        assert!(of >= 2 * CARD_SLOT / BLOCK && before == of, "{kind:?}: {before} of {of} are seen");
        let elsewhere = |name: &str| Doubt::FileSystem { name: name.to_owned() };
        let expected = match kind {
            FileSystem::Ext4 => None,
            FileSystem::Ext4WithDataJournal => Some(Doubt::Journal),
            FileSystem::Btrfs | FileSystem::F2fs => Some(elsewhere(kind.name())),
        };
        if let Some(expected) = expected {
            assert!(doubts.contains(&expected), "{kind:?}: {doubts:?}");
            assert!(!certain && mark != '✓', "{kind:?}: {mark}");
        } else {
            assert_eq!((doubts, after, mark, certain), (Vec::new(), 0, '✓', true), "{kind:?}");
        }
    }
}

/// The same for a speaker that is made as new.
#[needs::test(disk)]
fn f6_a_reset_says_where_it_cannot_be_relied_on() {
    for kind in FileSystem::ALL.into_iter().filter(|kind| kind.is_known().expect("it tells")) {
        let mounted = Mounted::new(kind).expect("a card");
        let data = mounted.path().join("data");
        let blocks = block_on(async {
            let store = Store::open(&data, &Config::default()).await.expect("a store");
            for op in script::inserts(0..2) {
                script::perform(&store, SEED, &op).await.expect("recorded");
            }
            store.close().await;
            [blocks_of(&data.join("root")), blocks_of(&data.join("household.root"))].concat()
        });
        let doubts =
            block_on(Store::reset(&data, &Config::default())).expect("everything is removed");
        let card = mounted.image().expect("the card");
        let after = found(&card, &blocks);
        println!("{kind:?}: {after} of {} blocks after a reset", blocks.len());
        let is_certain = kind == FileSystem::Ext4;
        assert_eq!(doubts.is_empty(), is_certain, "{kind:?}: {doubts:?}");
        assert!(!is_certain || after == 0, "{kind:?}: {after} blocks are left");
    }
}

/// It is not believed of a file system either: where the slots lie is looked at after each erasure.
#[needs::test(disk)]
fn a_root_that_was_written_elsewhere_is_noticed() {
    if !FileSystem::Btrfs.is_known().expect("the kernel tells") {
        println!("this kernel has no btrfs; not tried");
        return;
    }
    let mounted = Mounted::new(FileSystem::Btrfs).expect("a card");
    let data = mounted.path().join("data");
    block_on(async {
        let store = Store::open(&data, &Config::default()).await.expect("a store");
        for op in script::inserts(0..2) {
            script::perform(&store, SEED, &op).await.expect("recorded");
        }
        store.delete(&Selection::All, script::look_at()).await.expect("deleted");
        assert!(store.doubts().contains(&Doubt::Moved), "{:?}", store.doubts());
        store.close().await;
    });
}
