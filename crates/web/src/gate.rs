//! Who may ask at all: the first thing every request meets.
//!
//! The exact list of host names keeps pages of other sites from reaching us under a name of theirs
//! that resolves to this machine (DNS rebinding); the same-origin check keeps them from posting
//! here. Every answer is private, so none may be cached.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, HOST, ORIGIN, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
    X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self'; \
    media-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; \
    trusted-types hark";

pub(crate) async fn check(
    State(authorities): State<Arc<Vec<String>>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match refusal(&authorities, request.method(), request.headers()) {
        Some((status, why)) => (status, why).into_response(),
        None => next.run(request).await,
    };
    let headers = response.headers_mut();
    for (name, value) in [
        (CACHE_CONTROL, "no-store"),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (REFERRER_POLICY, "same-origin"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
        (HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response
}

fn refusal(
    authorities: &[String],
    method: &Method,
    headers: &HeaderMap,
) -> Option<(StatusCode, &'static str)> {
    let mut hosts = headers.get_all(HOST).iter();
    let host = hosts.next().and_then(|host| host.to_str().ok());
    let known = host.is_some_and(|host| authorities.iter().any(|known| known == host));
    if !known || hosts.next().is_some() {
        return Some((StatusCode::MISDIRECTED_REQUEST, "This speaker has another name.\n"));
    }
    if method.is_safe() {
        return None;
    }
    let own = headers.get(ORIGIN).map(|origin| {
        origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://")) == host
    });
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    let same = own != Some(false)
        && match site {
            Some(site) => site == b"same-origin",
            // A browser that says neither where it comes from nor how is none we know.
            None => own == Some(true),
        };
    (!same).then_some((StatusCode::FORBIDDEN, "This came from another site.\n"))
}
