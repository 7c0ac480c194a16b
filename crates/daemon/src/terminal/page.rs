//! Links to the page, for whoever can reach the socket: the person who runs the speaker.

use std::time::Instant;

use anyhow::Context as _;
use tokio::sync::mpsc;
use web::SignIn;

/// Sends a new link, which is good once and for a minute.
///
/// # Errors
/// One line for the person who asked.
pub(super) async fn link(
    sign_in: Option<&SignIn>,
    pieces: &mpsc::Sender<Vec<u8>>,
) -> anyhow::Result<()> {
    let sign_in = sign_in.context(
        "failed to open the page: the speaker has none; set web.enabled, look into its log, and restart it",
    )?;
    let link = sign_in.link(Instant::now()).map_err(crate::failed)?;
    let line = format!("{}\n", link.expose());
    pieces.send(line.into_bytes()).await.context("nobody listens any more")
}
