//! What the household keeps, as `hark restore` takes it in and as versions before kept it.

use std::sync::{Arc, LazyLock};
use std::time::{Duration, UNIX_EPOCH};

use jiff::tz::TimeZone;
use skills::{Book, Books, Entry, Home, Household, MemoryBook, Timer};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool};
use store::{Backup, Config, Store, Thing, Tier};

use crate::kept::{opened, put};
use crate::{RUNTIME, folder};

/// A backup, or one timer or entry of it: taken in, carried out, changed and written again.
pub fn household(bytes: &[u8]) {
    let mut entries: Vec<Entry> = serde_json::from_slice(bytes).into_iter().collect();
    let mut timers: Vec<Timer> = serde_json::from_slice(bytes).into_iter().collect();
    RUNTIME.block_on(async {
        if let Ok(backup) = serde_json::from_slice::<Backup>(bytes) {
            let folder = folder();
            let config = Config { root: Tier::Memory, ..Config::default() };
            let store = Store::open(folder.path(), &config).await.expect("a store");
            if store.restore(&backup, UNIX_EPOCH + Duration::from_secs(1_795_000_000)).await.is_ok()
            {
                entries
                    .extend(store.things(Thing::Entry).await.into_iter().flatten().map(|it| it.1));
                timers
                    .extend(store.things(Thing::Timer).await.into_iter().flatten().map(|it| it.1));
            }
            store.close().await;
        }
        if !entries.is_empty() || !timers.is_empty() {
            live(&entries, &timers).await;
        }
    });
}

/// Lets the speaker live with them for two years.
async fn live(entries: &[Entry], timers: &[Timer]) {
    const DAYS: [u64; 5] = [0, 1, 2, 40, 700];
    let books =
        Books { agenda: filled(entries).await, timers: filled(timers).await, ..Books::in_memory() };
    let home = Home { zone: TimeZone::get("Europe/Berlin").unwrap_or(TimeZone::UTC), place: None };
    let Ok(household) = Household::open(books, home).await else { return };
    for days in DAYS {
        let now = UNIX_EPOCH + Duration::from_secs(1_795_000_000 + days * 86_400);
        let _ = household.agenda.next_due();
        let _ = household.timers.next_due();
        let _ = household.agenda.due(now).await;
        let _ = household.timers.due(now).await;
        let _ = household.unlocked(now).await;
        let _ = household.timers.views();
    }
    let _ = household.agenda.stop_ringing().await;
    let _ = household.timers.stop_ringing().await;
    for entry in entries {
        assert!(serde_json::to_string(entry).is_ok(), "it can be written again");
    }
}

async fn filled<T: skills::Numbered + 'static>(things: &[T]) -> Arc<MemoryBook<T>> {
    let book = MemoryBook::default();
    for thing in things {
        let _ = book.save(thing).await;
    }
    Arc::new(book)
}

/// The tables of versions that did not seal them, without what SQLite would check.
const TABLES: [(&str, usize); 6] =
    [("setting", 2), ("timer", 6), ("list", 2), ("list_item", 4), ("agenda", 9), ("receipt", 7)];

/// A database of such a version, with rows as somebody else may have left them: one a line, the number of its table
/// first, then a value for each column behind a tab and a letter: `i` for a number, `b` for bytes, `n` for
/// nothing, anything else for text.
pub fn old(bytes: &[u8]) {
    static EMPTY: LazyLock<Vec<u8>> = LazyLock::new(|| RUNTIME.block_on(empty()));
    let folder = folder();
    let path = folder.path().join("household.db");
    put(&path, &EMPTY);
    RUNTIME.block_on(async {
        let pool = SqlitePool::connect_with(SqliteConnectOptions::new().filename(&path));
        let pool = pool.await.expect("it is a database");
        for row in bytes.split(|byte| *byte == b'\n').take(32) {
            let mut fields = row.split(|byte| *byte == b'\t');
            let table = fields.next().and_then(|field| field.first()).copied().unwrap_or(0);
            let (table, columns) = TABLES[usize::from(table) % TABLES.len()];
            let places = vec!["?"; columns].join(", ");
            let insert = format!("INSERT INTO {table} VALUES ({places})");
            let mut insert = sqlx::query(sqlx::AssertSqlSafe(insert));
            for _ in 0..columns {
                let (kind, value) =
                    fields.next().and_then(<[u8]>::split_first).unwrap_or((&b'n', &[]));
                let text = String::from_utf8_lossy(value).into_owned();
                insert = match kind {
                    b'i' => insert.bind(text.parse::<i64>().ok()),
                    b'b' => insert.bind(value.to_vec()),
                    b'n' => insert.bind(None::<i64>),
                    _ => insert.bind(text),
                };
            }
            insert.execute(&pool).await.expect("any value fits");
        }
        pool.close().await;
        opened(folder.path()).await;
    });
}

/// The database of the last such version, with tables that take any value.
async fn empty() -> Vec<u8> {
    let folder = folder();
    let path = folder.path().join("household.db");
    let migrations =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../crates/store/migrations/household");
    let mut before =
        sqlx::migrate::Migrator::new(std::path::Path::new(migrations)).await.expect("there");
    before.migrations.to_mut().retain(|migration| migration.version < 5);
    let options = SqliteConnectOptions::new().filename(&path).create_if_missing(true);
    let pool = SqlitePool::connect_with(options).await.expect("a database");
    before.run(&pool).await.expect("they are right");
    for (table, _) in TABLES {
        for statement in [
            format!("ALTER TABLE {table} RENAME TO before_{table}"),
            format!("CREATE TABLE {table} AS SELECT * FROM before_{table}"),
            format!("DROP TABLE before_{table}"),
        ] {
            sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&pool).await.expect("it is right");
        }
    }
    pool.close().await;
    std::fs::read(&path).expect("it is there")
}
