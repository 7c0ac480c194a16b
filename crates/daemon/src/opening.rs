//! Opening the data folder at the start. Until that works the speaker is muted: whether somebody muted it, whether
//! guests are there and what may be kept stands in that folder, so what cannot be read counts as the careful choice.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use language::Language;
use store::Store;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use crate::Config;
use crate::error::warn_of;
use crate::terminal;

/// The folder is tried again after so long.
const RETRY: Duration = Duration::from_secs(3);
/// A browser that never finishes its request does not hold up the next try for longer than this.
const GRACE: Duration = Duration::from_secs(1);

/// What could be opened.
pub struct Opened {
    /// History, settings, timers and lists.
    pub store: Store,
    /// The port of the page, if there is one.
    pub listener: Option<TcpListener>,
}

/// Opens the data folder and the port of the page. While the folder cannot be opened, it says why in the log
/// and on the page, and tries again every few seconds.
///
/// # Errors
/// When the configured address of the page is one that others could reach, or another speaker has the folder
/// and answers: two would hear every command, and one of them could keep nothing.
pub async fn opened(
    config: &Config,
    data: &Path,
    language: &Arc<Language>,
) -> anyhow::Result<Opened> {
    let mut listener = None;
    let mut told = String::new();
    let mut place = None;
    loop {
        let store = Store::open(data, &config.store).await;
        // One that does not answer is about to end, or hangs.
        if matches!(store, Err(store::Error::InUse { .. })) && terminal::is_answered(data).await {
            anyhow::bail!(
                "a speaker runs already on the data folder {}; `hark page` opens its page, `hark ask` types to it; \
                 to start another, stop it or name another folder with --data",
                data.display()
            );
        }
        if listener.is_none() && config.web.enabled {
            listener = match web::bind(&config.web).await {
                Ok(listener) => Some(listener),
                Err(error @ web::Error::Exposed(_)) => return Err(error.into()),
                Err(error) => {
                    warn_of!(error, "failed to open the page; the speaker works without it");
                    None
                }
            };
        }
        let why = match store {
            Ok(store) => return Ok(Opened { store, listener }),
            Err(why) => why,
        };
        if place.is_none() && matches!(why, store::Error::InUse { .. }) {
            // A terminal lets go of it within seconds.
            place = store::line_up(data);
        }
        if told != why.to_string() {
            told = why.to_string();
            warn_of!(why, "failed to open the store; the speaker is muted until that works");
        }
        listener = explained(listener, language, &why).await?;
    }
}

/// Waits for a while, and meanwhile says on the page why.
async fn explained(
    listener: Option<TcpListener>,
    language: &Arc<Language>,
    why: &store::Error,
) -> anyhow::Result<Option<TcpListener>> {
    let Some(listener) = listener else {
        tokio::time::sleep(RETRY).await;
        return Ok(None);
    };
    let doing = "failed to keep the port of the page";
    let port = listener.into_std().context(doing)?;
    let copy = TcpListener::from_std(port.try_clone().context(doing)?).context(doing)?;
    let (open, closed) = oneshot::channel::<()>();
    let page = web::serve_muted(copy, Arc::clone(language), why, async { drop(closed.await) });
    let close = async {
        tokio::time::sleep(RETRY).await;
        drop(open);
    };
    let served = tokio::time::timeout(RETRY + GRACE, async { tokio::join!(page, close).0 }).await;
    if let Ok(Err(error)) = served {
        warn_of!(error, "failed to say on the page why the speaker is muted");
    }
    Ok(Some(TcpListener::from_std(port).context(doing)?))
}
