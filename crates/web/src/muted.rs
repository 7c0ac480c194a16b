//! The page while the data folder cannot be opened: why the speaker is muted. It is there for everybody: it shows
//! nothing of the household, and links are asked for through the folder.

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::response::{IntoResponse as _, Response};
use language::Language;
use tokio::net::TcpListener;

use crate::accept::{self, Patience};
use crate::problem::{self, Problem};
use crate::texts::{Texts, speech};
use crate::{Error, authorities, gate};

/// Says on every page that the speaker is muted, and why, until `shutdown` ends.
///
/// # Errors
/// When the listener has no address.
pub async fn serve_muted(
    listener: TcpListener,
    language: Arc<Language>,
    why: &store::Error,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> Result<(), Error> {
    let address = listener.local_addr().map_err(Error::Serve)?;
    let authorities = Arc::new(authorities(address));
    let problem = Problem::new(speech("error.muted").with("why", problem::of_store(why)));
    let tell = move || {
        let problem = problem.clone();
        std::future::ready(muted(problem))
    };
    let router = Router::new()
        .fallback(tell)
        .layer(axum::middleware::from_fn_with_state(Texts::new(language), problem::draw))
        .layer(axum::middleware::from_fn_with_state(authorities, gate::check));
    accept::serve(listener, router, Patience::default(), shutdown).await;
    Ok(())
}

fn muted(problem: Problem) -> Response {
    let mut response = StatusCode::SERVICE_UNAVAILABLE.into_response();
    response.extensions_mut().insert(problem);
    response
}
