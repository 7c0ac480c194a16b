//! Nothing is kept that the inventory does not name. Test A3 of an auditor, and A5: no index that
//! keeps words of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use store::Selection;

use crate::common::{keep, noon, rig};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Inventory {
    file: BTreeMap<String, Fate>,
    table: BTreeMap<String, Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fate {
    owner: String,
    retention: String,
    deletion: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    database: String,
    owner: String,
    retention: String,
    deletion: String,
    columns: BTreeSet<String>,
}

fn inventory() -> Inventory {
    toml::from_str(include_str!("../../data_inventory.toml")).unwrap()
}

#[tokio::test]
async fn every_table_and_file_is_in_the_inventory() {
    let rig = rig(&keep("1h", "1d")).await;
    let id = rig.say("turn on the light", noon()).await.unwrap();
    rig.say("turn off the light", noon()).await.unwrap();
    let list = rig.store.create_list("shopping").await.unwrap();
    rig.store.add_list_items(list, &["milk".to_owned()]).await.unwrap();
    rig.store.delete(&Selection::Ids(vec![id]), noon()).await.unwrap();
    let Inventory { file, table } = inventory();

    let known = |path: &str| {
        file.keys().any(|name| match name.split_once('*') {
            Some((before, after)) => path.starts_with(before) && path.ends_with(after),
            None => name == path,
        })
    };
    for path in rig.files() {
        let path = path.strip_prefix(rig.folder.path()).unwrap().display().to_string();
        assert!(known(&path), "{path} is not in the inventory");
    }
    let fates = file.values().map(|f| (&f.owner, &f.retention, &f.deletion));
    let tables = table.values().map(|t| (&t.owner, &t.retention, &t.deletion));
    for (owner, retention, deletion) in fates.chain(tables) {
        assert!(["history", "household", "speaker"].contains(&&**owner), "{owner}");
        assert!(!retention.is_empty() && !deletion.is_empty());
    }

    rig.store.close().await;
    let mut found = BTreeSet::new();
    for database in ["vault.db", "household.db"] {
        let path = rig.folder.path().join(database);
        let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(path)).await;
        let pool = pool.unwrap();
        let schema: Vec<(String, String, Option<String>)> =
            sqlx::query_as("SELECT type, name, sql FROM sqlite_schema")
                .fetch_all(&pool)
                .await
                .unwrap();
        for (kind, name, sql) in schema {
            let sql = sql.unwrap_or_default().to_lowercase();
            assert!(!sql.contains("virtual") && kind != "view" && kind != "trigger", "{name}");
            // The migrations' own book: numbers and hashes of files of the program.
            if kind != "table" || name == "_sqlx_migrations" {
                continue;
            }
            let entry =
                table.get(&name).unwrap_or_else(|| panic!("{name} is not in the inventory"));
            assert_eq!(entry.database, database, "{name}");
            let columns: Vec<(String,)> = sqlx::query_as("SELECT name FROM pragma_table_info(?1)")
                .bind(&name)
                .fetch_all(&pool)
                .await
                .unwrap();
            let columns: BTreeSet<_> = columns.into_iter().map(|(name,)| name).collect();
            assert_eq!(columns, entry.columns, "{name}");
            found.insert(name);
        }
        pool.close().await;
    }
    assert_eq!(found, table.keys().cloned().collect(), "the inventory names what is not there");
}
