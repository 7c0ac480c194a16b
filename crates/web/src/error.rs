//! What can go wrong with a page, and what the person sees of it.

use std::net::SocketAddr;

use askama::Template;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};

/// A failure of the pages.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Others could reach the address: choose another one.
    #[error(
        "open the page on {0}: others could reach it and there is no password yet; \
         set web.listen to 127.0.0.1:8765"
    )]
    Exposed(SocketAddr),
    /// The port cannot be had: stop what uses it, or choose another one.
    #[error(
        "open the page on {address}: the port is in use or not allowed; \
         set web.listen to another port, such as 127.0.0.1:8766"
    )]
    Port {
        /// Which.
        address: SocketAddr,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// The listener broke.
    #[error("serve the page")]
    Serve(#[source] std::io::Error),
    /// No such page, turn or clip; it may have expired.
    #[error("find that; it may have been deleted or have expired")]
    NotFound,
    /// The request makes no sense: the person can correct it.
    #[error("understand the request: {0}")]
    Request(String),
    /// The store failed.
    #[error("use the history")]
    Store(#[from] store::Error),
    /// The speaker does not take orders any more.
    #[error("reach the speaker; it is stopping")]
    SpeakerGone,
    /// Another typed command waits already: the person can try again.
    #[error("take that command: another one is being answered; try again in a moment")]
    Busy,
    /// A template failed.
    #[error("draw the page")]
    Template(#[from] askama::Error),
}

#[derive(Template)]
#[template(path = "error.html")]
struct Page {
    message: String,
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Request(_) | Self::Store(store::Error::Invalid(_)) => StatusCode::BAD_REQUEST,
            Self::Busy => StatusCode::CONFLICT,
            Self::Store(store::Error::Locked) => StatusCode::LOCKED,
            Self::Store(store::Error::Passphrase) => StatusCode::FORBIDDEN,
            Self::Store(store::Error::Full) => StatusCode::INSUFFICIENT_STORAGE,
            Self::Store(store::Error::Busy) | Self::SpeakerGone => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        if status.is_server_error() {
            tracing::warn!(error = &self as &dyn std::error::Error, "a page failed");
        }
        let message = match &self {
            Self::Store(error) => format!("Failed to {error}."),
            other => format!("Failed to {other}."),
        };
        match (Page { message }).render() {
            Ok(page) => (status, Html(page)).into_response(),
            Err(_) => status.into_response(),
        }
    }
}
