//! Migration of tables of versions that did not seal them: taken over once, and erased.

use serde_json::json;
use sqlx::Row as _;
use sqlx::sqlite::{SqlitePool, SqliteRow};

use super::{Change, Household, Kind};
use crate::lists::{Item, List};
use crate::receipts::Receipt;
use crate::things::Thing;
use crate::{Result, settings};

/// Whether there is a table of those versions.
const LEFT: &str = "SELECT COUNT(*) FROM sqlite_schema WHERE type = 'table' AND name = 'setting'";
const DROP: [&str; 6] = [
    "DROP TABLE list_item",
    "DROP TABLE list",
    "DROP TABLE timer",
    "DROP TABLE agenda",
    "DROP TABLE receipt",
    "DROP TABLE setting",
];

/// Seals what stands in the open, in one step. What was there is overwritten where it stood.
pub(super) async fn seal(household: &Household) -> Result<()> {
    let mut change = household.begin().await;
    let pool = change.seat.database.pool.clone();
    let left: i64 = sqlx::query_scalar(LEFT).fetch_one(&pool).await?;
    if left == 0 {
        return Ok(());
    }
    let mut settings = settings::Names::new();
    for row in rows(&pool, "SELECT * FROM setting ORDER BY name").await? {
        settings.insert(row.try_get("name")?, row.try_get("value")?);
    }
    if !settings.is_empty() {
        change.put(Kind::Settings, Some(settings::ROW), &settings).await?;
    }
    for row in rows(&pool, "SELECT * FROM timer ORDER BY id").await? {
        let timer = json!({
            "name": row.try_get::<Option<String>, _>("name")?,
            "due_ms": row.try_get::<i64, _>("due_ms")?,
            "total_ms": row.try_get::<i64, _>("total_ms")?,
            "paused_left_ms": row.try_get::<Option<i64>, _>("paused_left_ms")?,
            "ringing": row.try_get::<bool, _>("ringing")?,
        });
        put_thing(&mut change, Thing::Timer, row.try_get("id")?, timer).await?;
    }
    for row in rows(&pool, "SELECT * FROM list ORDER BY id").await? {
        let list = List { name: row.try_get("name")? };
        change.put(Kind::List, Some(row.try_get("id")?), &list).await?;
    }
    for row in rows(&pool, "SELECT * FROM list_item ORDER BY id").await? {
        let item = Item {
            list: row.try_get("list_id")?,
            text: row.try_get("text")?,
            position: row.try_get("position")?,
        };
        change.put(Kind::Item, Some(row.try_get("id")?), &item).await?;
    }
    for row in rows(&pool, "SELECT * FROM agenda ORDER BY id").await? {
        let entry = json!({
            "kind": row.try_get::<String, _>("kind")?,
            "rule": row.try_get::<String, _>("rule")?,
            "label": row.try_get::<Option<String>, _>("label")?,
            "steps": row.try_get::<String, _>("steps")?,
            "next_ms": row.try_get::<Option<i64>, _>("next_ms")?,
            "snoozed_ms": row.try_get::<Option<i64>, _>("snoozed_ms")?,
            "ringing_ms": row.try_get::<Option<i64>, _>("ringing_ms")?,
            "missed_ms": row.try_get::<Option<i64>, _>("missed_ms")?,
        });
        put_thing(&mut change, Thing::Entry, row.try_get("id")?, entry).await?;
    }
    for row in rows(&pool, "SELECT * FROM receipt ORDER BY id").await? {
        let receipt = Receipt {
            day: row.try_get("day")?,
            parts: row.try_get::<i64, _>("parts")?.unsigned_abs(),
            roots: (row.try_get("root_before")?, row.try_get("root_after")?),
            ring: row.try_get("ring")?,
            link: row.try_get("link")?,
        };
        change.put(Kind::Receipt, Some(row.try_get("id")?), &receipt).await?;
    }
    for drop in DROP {
        change.statements.push(drop, []);
    }
    change.commit().await?;
    household.seat.lock().await.database.cut_log().await
}

async fn put_thing(
    change: &mut Change<'_>,
    thing: Thing,
    id: i64,
    fields: serde_json::Value,
) -> Result<()> {
    let serde_json::Value::Object(fields) = fields else { return Ok(()) };
    change.put_fields(thing, Some(id), fields, true).await.map(drop)
}

async fn rows(pool: &SqlitePool, select: &'static str) -> Result<Vec<SqliteRow>> {
    Ok(sqlx::query(select).fetch_all(pool).await?)
}
