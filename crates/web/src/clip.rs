//! The sound of a turn, in parts if the browser asks for parts. It is opened piece by piece, so that
//! it ends in the middle when the turn is deleted while it plays.

use axum::body::{Body, Bytes};
use axum::extract::{Path, State};
use axum::http::header::{ACCEPT_RANGES, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::history::RecordIdParam;
use crate::{App, Error};

pub(crate) async fn play(
    State(app): State<App>,
    Path(id): Path<RecordIdParam>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let clip = app.store.clip(id.0, app.now()).ok_or(Error::NotFound)?;
    let length = clip.len();
    let kind = [(CONTENT_TYPE, "audio/flac"), (ACCEPT_RANGES, "bytes")];
    let of_length = |bytes: u64| [(CONTENT_LENGTH, bytes.to_string())];
    let Some(range) = headers.get(RANGE).and_then(|range| range.to_str().ok()) else {
        return Ok((kind, of_length(length), pieces(app, clip, 0, length)).into_response());
    };
    let ranges = http_range_header::parse_range_header(range)
        .ok()
        .and_then(|range| range.validate(length).ok());
    // Several ranges in one answer are allowed by the standard and used by no browser for sound.
    let Some([range]) = ranges.as_deref() else {
        let total = [(CONTENT_RANGE, format!("bytes */{length}"))];
        return Ok((StatusCode::RANGE_NOT_SATISFIABLE, total, Body::empty()).into_response());
    };
    let (from, until) = (*range.start(), *range.end() + 1);
    let place = [(CONTENT_RANGE, format!("bytes {from}-{}/{length}", range.end()))];
    let body = pieces(app, clip, from, until);
    Ok((StatusCode::PARTIAL_CONTENT, kind, of_length(until - from), place, body).into_response())
}

fn pieces(app: App, clip: store::Clip, from: u64, until: u64) -> Body {
    let pieces = stream::unfold((app, clip, from), move |(app, clip, from)| async move {
        if from >= until {
            return None;
        }
        let piece = match clip.read(from..until, app.now()).await {
            Ok(Some(piece)) => piece,
            Ok(None) => return Some((Err(Error::NotFound), (app, clip, until))),
            Err(error) => return Some((Err(error.into()), (app, clip, until))),
        };
        let next = from + piece.len() as u64;
        Some((Ok(Bytes::from(piece)), (app, clip, next)))
    });
    Body::from_stream(pieces)
}
