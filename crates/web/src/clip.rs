//! The sound of a turn, in parts if the browser asks for parts.

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::header::{ACCEPT_RANGES, CONTENT_RANGE, CONTENT_TYPE, RANGE};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::history::RecordIdParam;
use crate::{App, Error};

pub(crate) async fn play(
    State(app): State<App>,
    Path(id): Path<RecordIdParam>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let wav = app.store.clip(id.0, app.now()).await?.ok_or(Error::NotFound)?;
    let length = wav.len() as u64;
    let kind = [(CONTENT_TYPE, "audio/wav"), (ACCEPT_RANGES, "bytes")];
    let Some(range) = headers.get(RANGE).and_then(|range| range.to_str().ok()) else {
        return Ok((kind, wav).into_response());
    };
    let ranges = http_range_header::parse_range_header(range)
        .ok()
        .and_then(|range| range.validate(length).ok());
    // Several ranges in one answer are allowed by the standard and used by no browser for sound.
    let Some([range]) = ranges.as_deref() else {
        let total = [(CONTENT_RANGE, format!("bytes */{length}"))];
        return Ok((StatusCode::RANGE_NOT_SATISFIABLE, total, Body::empty()).into_response());
    };
    let part = wav[*range.start() as usize..=*range.end() as usize].to_vec();
    let place = format!("bytes {}-{}/{length}", range.start(), range.end());
    Ok((StatusCode::PARTIAL_CONTENT, kind, [(CONTENT_RANGE, place)], part).into_response())
}
