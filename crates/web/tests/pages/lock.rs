//! The passphrase, and the proof of deletion.

use std::time::Duration;

use axum::http::StatusCode;
use store::clock::{Reading, Source};
use voice::Outcome;

use crate::rig::{Rig, now};

const GIVEN: &str = "correct+horse+battery";

async fn set(rig: &Rig, current: &str, new: &str, again: &str) -> StatusCode {
    let form = format!("current={current}&new={new}&again={again}");
    rig.post("/settings/passphrase", &form).await.0
}

#[tokio::test]
async fn after_a_restart_the_page_asks_for_the_passphrase_and_shows_nothing() {
    let rig = Rig::new().await;
    rig.say("switch on the aardvark", Outcome::Done).await;
    assert_eq!(set(&rig, "", GIVEN, "correct+horse+batter").await, StatusCode::BAD_REQUEST);
    assert_eq!(set(&rig, "", "short", "short").await, StatusCode::BAD_REQUEST);
    assert_eq!(set(&rig, "", GIVEN, GIVEN).await, StatusCode::SEE_OTHER);
    assert!(rig.get("/").await.1.contains("aardvark"), "whoever sets it need not give it");

    let rig = rig.again().await;
    let (_, page) = rig.get(&rig.search("q=aardvark").await).await;
    assert!(page.contains("The history is locked") && !page.contains("switch on the aardvark"));
    assert!(rig.get("/settings").await.1.contains("History and lists are locked"));
    assert!(rig.get("/lists").await.1.contains("The lists are locked"));
    assert_eq!(rig.post("/settings/prove", "").await.0, StatusCode::LOCKED);
    assert_eq!(set(&rig, GIVEN, "", "").await, StatusCode::LOCKED);
    let (status, page) = rig.post("/unlock", "passphrase=let+me+in+let+me+in").await;
    assert_eq!(status, StatusCode::FORBIDDEN);
    assert!(page.contains("That&#39;s not the passphrase") && !page.contains("let me in"));
    let (status, _) = rig.post("/unlock", &format!("passphrase={GIVEN}")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(rig.get("/").await.1.contains("switch on the aardvark"));

    assert_eq!(set(&rig, "", "", "").await, StatusCode::FORBIDDEN);
    assert_eq!(set(&rig, GIVEN, "", "").await, StatusCode::SEE_OTHER);
    let rig = rig.again().await;
    assert!(rig.get("/").await.1.contains("switch on the aardvark"));
}

#[tokio::test]
async fn what_is_locked_can_be_deleted_without_its_passphrase() {
    let rig = Rig::new().await;
    rig.say("switch on the aardvark", Outcome::Done).await;
    set(&rig, "", GIVEN, GIVEN).await;
    let rig = rig.again().await;
    assert!(rig.get("/history/delete").await.1.contains("Delete everything?"));
    let (status, _) = rig.post("/history/delete", "what=shown&q=&from=&to=&outcome=").await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(rig.get("/").await.1.contains("Nothing is kept"));
    let rig = rig.again().await;
    assert!(rig.get("/").await.1.contains("Nothing is kept"));
}

#[tokio::test]
async fn the_proof_says_where_it_looked() {
    let rig = Rig::new().await;
    rig.say("switch on the aardvark", Outcome::Done).await;
    let (status, page) = rig.post("/settings/prove", "").await;
    assert_eq!(status, StatusCode::OK);
    assert!(page.contains("In the files of the history: nothing of it"));
    assert!(page.contains("Receipts of deletions: 1, each follows"));
    assert!(rig.get("/").await.1.contains("switch on the aardvark"), "it takes nothing along");
}

#[tokio::test]
async fn a_clock_that_jumped_is_asked_about_until_somebody_confirms_it() {
    let rig = Rig::new().await;
    let tick = async |after: Duration| {
        let wall = now() + after;
        let up = Duration::from_secs(60) + after.min(Duration::from_secs(60));
        rig.store.tick(Reading { wall, up, source: Source::Chip }).await.unwrap();
    };
    tick(Duration::ZERO).await;
    assert!(!rig.get("/settings").await.1.contains("The clock is right"), "it is new");
    rig.post("/settings/time", "").await;
    tick(Duration::from_secs(30)).await;
    assert!(!rig.get("/settings").await.1.contains("The clock is right"));
    tick(Duration::from_secs(86_400 * 30)).await;
    assert!(rig.get("/settings").await.1.contains("The clock is right"));
    assert_eq!(rig.post("/settings/time", "").await.0, StatusCode::SEE_OTHER);
    assert!(!rig.get("/settings").await.1.contains("The clock is right"));
}
