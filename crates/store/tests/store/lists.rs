//! Lists outlive the program and keep their order.

use std::path::Path;

use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use store::{Store, StoredList};

use crate::common::{keep, rig};

fn words(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn shown(lists: &[StoredList]) -> Vec<(String, Vec<String>)> {
    let texts = |list: &StoredList| list.items.iter().map(|(_, text)| text.clone()).collect();
    lists.iter().map(|list| (list.name.clone(), texts(list))).collect()
}

#[tokio::test]
async fn lists_survive_a_restart_in_their_order() {
    let rig = rig(&keep("none", "1d")).await;
    let shopping = rig.store.create_list("shopping").await.unwrap();
    let camping = rig.store.create_list("camping").await.unwrap();
    assert_eq!(rig.store.create_list("shopping").await.unwrap(), shopping);
    let ids = rig.store.add_list_items(shopping, &words(&["milk", "eggs", "bread"])).await.unwrap();
    rig.store.remove_list_items(&ids[..1]).await.unwrap();
    rig.store.add_list_items(shopping, &words(&["milk"])).await.unwrap();
    rig.store.close().await;
    let again = Store::open(rig.folder.path(), &keep("none", "1d")).await.unwrap();
    let lists = again.lists().await.unwrap();
    assert_eq!(
        shown(&lists),
        [
            ("shopping".to_owned(), words(&["eggs", "bread", "milk"])),
            ("camping".to_owned(), words(&[])),
        ]
    );
    again.delete_list(camping).await.unwrap();
    again.delete_list(shopping).await.unwrap();
    assert!(again.lists().await.unwrap().is_empty());
    // What was on it went with it: a list that comes later under the same number is empty.
    again.create_list("other").await.unwrap();
    assert_eq!(shown(&again.lists().await.unwrap()), [("other".to_owned(), words(&[]))]);
}

#[tokio::test]
async fn items_go_to_a_list_or_nowhere() {
    let rig = rig(&keep("none", "1d")).await;
    assert!(rig.store.add_list_items(7, &words(&["milk"])).await.is_err());
    rig.store.create_list("shopping").await.unwrap();
    assert_eq!(shown(&rig.store.lists().await.unwrap()), [("shopping".to_owned(), words(&[]))]);
}

/// What stands in the database in place of the things on lists.
async fn sealed(folder: &Path) -> Vec<Vec<u8>> {
    let options = SqliteConnectOptions::new().filename(folder.join("household.db"));
    let database = SqlitePool::connect_with(options).await.unwrap();
    let rows = sqlx::query_scalar("SELECT sealed FROM thing WHERE kind = 3 ORDER BY id");
    let rows = rows.fetch_all(&database).await.unwrap();
    database.close().await;
    rows
}

/// Not even what it was sealed to is left.
#[tokio::test]
async fn what_is_taken_off_a_list_is_in_no_byte_of_the_folder() {
    let rig = rig(&keep("none", "1d")).await;
    let list = rig.store.create_list("shopping").await.unwrap();
    let ids = rig.store.add_list_items(list, &words(&["bumblebee", "marzipan"])).await.unwrap();
    assert!(!rig.holds(b"bumblebee") && !rig.holds(b"marzipan"));
    rig.store.close().await;
    let [bumblebee, marzipan] = &sealed(rig.folder.path()).await[..] else { panic!("two") };
    let store = Store::open(rig.folder.path(), &keep("none", "1d")).await.unwrap();
    assert!(rig.holds(bumblebee) && rig.holds(marzipan));
    store.remove_list_items(&ids[..1]).await.unwrap();
    assert!(!rig.holds(&bumblebee[..16]));
    assert!(!rig.holds(&marzipan[..16]), "what stays is sealed under another key");
    store.delete_list(list).await.unwrap();
    assert!(store.lists().await.unwrap().is_empty());
}
